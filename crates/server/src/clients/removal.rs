//! Ending a client for good, in an order that can be taken up again wherever it broke off.

use std::collections::BTreeMap;

use grantor_protocol::time::Timestamp;
use grantor_store::{Store, StoreError, Tx};

/// Removes a client with everything it was granted at these data centers. Blocks.
///
/// # Errors
/// When a store fails; then the client is still there, and the same call goes on from where it stopped.
pub fn remove(
    directory: &Store,
    data_centers: &BTreeMap<String, Store>,
    id: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    // Refused everywhere first, so that it is granted nothing more; gone from the list last, so that whoever is
    // interrupted can do it again, and nobody who registers the same id inherits its tokens. Grants at data centers that
    // other processes serve mean nothing without the client.
    let gone = id.to_owned();
    directory.write_blocking(move |tx| set_disabled(tx, &gone, true, now))?;
    for store in data_centers.values() {
        let gone = id.to_owned();
        store.write_blocking(move |tx| tx.remove_grants_to(&gone))?;
    }
    let gone = id.to_owned();
    directory.write_blocking(move |tx| tx.remove_client(&gone))
}

/// Disables or enables a client. False when nothing had to change.
///
/// # Errors
/// When the directory fails.
pub fn set_disabled(tx: &mut Tx<'_>, id: &str, disabled: bool, now: Timestamp) -> Result<bool, StoreError> {
    let Some(mut there) = tx.lock_registration(id)?.filter(|there| there.client.disabled != disabled) else {
        return Ok(false);
    };
    there.client.disabled = disabled;
    tx.put_registration(&there, now)?;
    Ok(true)
}
