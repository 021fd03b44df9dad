//! The signing keys of the data centers served here, listed and turned beside the server.

use crate::{
    moment::rfc3339,
    provision::{ProvisionError, Workshop, record},
    signing,
};
use grantor_store::StoredSigningKey;

/// A key as it is listed; times as `2026-11-22T10:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The data center.
    pub location: String,
    /// `alg` of what it signs.
    pub algorithm: String,
    /// `kid`.
    pub id: String,
    /// Signs from then on.
    pub active: String,
    /// Is no longer published after that; `None`: until the next one signs, and two days more.
    pub retired: Option<String>,
}

/// Every key.
///
/// # Errors
/// When a store cannot be read.
pub fn list(shop: &Workshop) -> Result<Vec<Listed>, ProvisionError> {
    let mut listed = Vec::new();
    for (location, store) in &shop.stores.data_centers {
        let keys = store.read_blocking(|tx| tx.signing_keys())?;
        listed.extend(keys.into_iter().map(|key| Listed {
            location: location.clone(),
            algorithm: key.algorithm,
            id: key.id,
            active: rfc3339(key.active_at),
            retired: (key.retired_at != StoredSigningKey::NEVER).then(|| rfc3339(key.retired_at)),
        }));
    }
    Ok(listed)
}

/// Makes the next key of every line at every data center.
///
/// # Errors
/// The first data center where that cannot be done, and why.
pub fn rotate_all(shop: &Workshop) -> Result<(), ProvisionError> {
    shop.stores.data_centers.keys().try_for_each(|location| {
        signing::rotate(shop, location)?;
        record(shop, Some(location), None, "signing keys rotated (command line)".to_owned());
        Ok(())
    })
}
