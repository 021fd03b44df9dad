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

/// Makes the next key of every line at every data center where none waits already. `by`: who wants it, for the audit.
///
/// # Errors
/// When none was made anywhere, or the first data center whose store cannot be used: the others have theirs nevertheless.
pub fn rotate_all(shop: &Workshop, by: &str) -> Result<(), ProvisionError> {
    let (mut made, mut broken) = (false, None);
    for (location, store) in &shop.stores.data_centers {
        match signing::rotate(shop, location, store) {
            Ok(false) => {}
            Ok(true) => {
                made = true;
                record(shop, Some(location), None, format!("signing keys rotated ({by})"));
            }
            Err(why) => broken = broken.or(Some(why)),
        }
    }
    match broken {
        Some(why) => Err(why),
        None if made => Ok(()),
        None => Err(ProvisionError::new("the next keys are there already, published and not yet signing".to_owned())),
    }
}
