//! Making the next signing keys because an operator wants them (a key may have been seen by somebody), beside the server or
//! inside it.

use aws_lc_rs::aead::NONCE_LEN;
use grantor_store::{Store, StoredSigningKey};

use super::{
    Algorithm, drawn_key_id, key, sealing_key,
    turn::{PUBLISHED_AFTER, PUBLISHED_BEFORE},
};
use crate::provision::{ProvisionError, Workshop};

/// Makes the next key of every line of a data center. It is published at once and signs a day later; the one before
/// signs until then. Every process learns of it within half a minute. False, and nothing is made, when a next key waits
/// already.
///
/// # Errors
/// When the store cannot be used.
pub fn rotate(shop: &Workshop, location: &str, store: &Store) -> Result<bool, ProvisionError> {
    let now = shop.clock.now();
    let stored = store.read_blocking(|tx| tx.signing_keys())?;
    if stored.iter().any(|key| key.active_at > now) {
        return Ok(false);
    }
    let broke = |what: &str| ProvisionError::Broken(format!("{location}: {what}"));
    let fresh: [u8; 32] = shop.entropy.bytes()?;
    let seal = store.write_blocking(move |tx| tx.key("seal", &fresh, now))?;
    let sealing = sealing_key(&seal).map_err(|_| broke("the sealing key cannot be used"))?;
    let mut made = Vec::new();
    for algorithm in Algorithm::ALL {
        let line = stored.iter().filter(|key| key.algorithm == algorithm.as_str());
        let generation = line.map(|key| key.generation).max().unwrap_or(0) + 1;
        // The first of a line signs at once: nobody can have kept a key set without it.
        let active_at = if generation == 1 { now } else { now.plus(PUBLISHED_BEFORE) };
        let id = drawn_key_id(&shop.entropy)?;
        let nonce: [u8; NONCE_LEN] = shop.entropy.bytes()?;
        let private = key::generate(algorithm).map_err(|_| broke("a key could not be made"))?;
        let private_key =
            key::seal(private, algorithm, &id, nonce, &sealing).map_err(|_| broke("a key could not be sealed"))?;
        made.push(StoredSigningKey {
            algorithm: algorithm.as_str().to_owned(),
            generation,
            private_key,
            id,
            created_at: now,
            active_at,
            retired_at: StoredSigningKey::NEVER,
        });
    }
    store.write_blocking(move |tx| {
        for key in &made {
            tx.add_signing_key(key, key.active_at.plus(PUBLISHED_AFTER))?;
        }
        Ok(())
    })?;
    Ok(true)
}
