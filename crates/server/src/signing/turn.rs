//! How keys turn: when a line gets its next key, which key signs, and when an old one is withdrawn. A client that keeps
//! the key set for as long as it may never meets a signature that it cannot check.

use std::{sync::Arc, time::Duration};

use aws_lc_rs::aead::NONCE_LEN;
use grantor_protocol::time::Timestamp;
use grantor_store::StoredSigningKey;
use tracing::info;

use super::{
    Algorithm, Keys, SigningFailed, fresh_key_id,
    key::{self, SigningKey},
};
use crate::{failure::Failure, house::DataCenter};

const DAY: Duration = Duration::from_hours(24);
/// How long a key signs.
const SIGNS_FOR: Duration = DAY.saturating_mul(30);
/// How long a key is published before it signs: longer than anybody may keep the key set, by far.
pub(super) const PUBLISHED_BEFORE: Duration = DAY;
/// How long a key is published after it signed for the last time. What it signed lives a day at most (`[policy]
/// access_token_lifetime` goes up to 24 hours), and a process may learn of the next key half a minute late.
pub(super) const PUBLISHED_AFTER: Duration = DAY.saturating_mul(2);
/// How long the key set may be kept, in seconds.
pub const KEY_SET_AGE: u64 = 3600;

/// A key that a line needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    algorithm: Algorithm,
    generation: i64,
    active_at: Timestamp,
}

/// Which keys are to be made now. The first of a line signs at once, since nobody can have kept a key set without it;
/// every other is published first, however late we are.
fn wanted(stored: &[StoredSigningKey], now: Timestamp) -> Vec<Wanted> {
    let next = |algorithm: Algorithm| {
        let newest = stored.iter().filter(|k| k.algorithm == algorithm.as_str()).max_by_key(|k| k.generation);
        match newest {
            None => Some(Wanted { algorithm, generation: 1, active_at: now }),
            Some(newest) => {
                let due = newest.active_at.plus(SIGNS_FOR);
                (now >= due.minus(PUBLISHED_BEFORE)).then(|| Wanted {
                    algorithm,
                    generation: newest.generation + 1,
                    active_at: due.max(now.plus(PUBLISHED_BEFORE)),
                })
            }
        }
    };
    Algorithm::ALL.into_iter().filter_map(next).collect()
}

/// The key that signs now: the newest whose time has come. With a clock that was set back, the oldest there is.
pub fn signer(keys: &Keys, algorithm: Algorithm, now: Timestamp) -> Option<Arc<SigningKey>> {
    let line = || keys.iter().filter(|k| k.algorithm == algorithm);
    let come = line().filter(|k| k.active_at <= now).max_by_key(|k| k.active_at);
    come.or_else(|| line().min_by_key(|k| k.active_at)).cloned()
}

/// Reads the keys because somebody needs them for the first time.
pub async fn first(dc: &DataCenter, now: Timestamp) -> Result<(), Failure> {
    let _alone = dc.signing.turning.lock().await;
    if dc.signing.known().is_empty() { turn(dc, now).await } else { Ok(()) }
}

/// Reads the keys again, makes those that are due, and removes those that are withdrawn. Every process does so every
/// half minute; whichever comes first makes the key for all.
///
/// # Errors
/// When the store or the machine fails; the keys stay as they were.
pub async fn keep_up(dc: &DataCenter, now: Timestamp) -> Result<(), Failure> {
    let _alone = dc.signing.turning.lock().await;
    turn(dc, now).await
}

async fn turn(dc: &DataCenter, now: Timestamp) -> Result<(), Failure> {
    let mut stored = dc.store.read(|tx| tx.signing_keys()).await?;
    let wanted = wanted(&stored, now);
    if !wanted.is_empty() || stored.iter().any(|k| k.retired_at <= now) {
        let fresh = make(dc, wanted, now).await?;
        let made = fresh.len();
        stored = dc
            .store
            .write(move |tx| {
                tx.remove_retired_signing_keys(now)?;
                for key in &fresh {
                    tx.add_signing_key(key, key.active_at.plus(PUBLISHED_AFTER))?;
                }
                tx.signing_keys()
            })
            .await?;
        info!(data_center = dc.place.location, made, known = stored.len(), "signing keys turned");
    }
    let known = dc.signing.known();
    let mut keys = Vec::with_capacity(stored.len());
    for stored in &stored {
        let same = |k: &&Arc<SigningKey>| {
            k.id == stored.id && k.active_at == stored.active_at && k.retired_at == stored.retired_at
        };
        keys.push(match known.iter().find(same) {
            Some(key) => Arc::clone(key),
            None => Arc::new(SigningKey::open(stored, &dc.signing.sealing)?),
        });
    }
    dc.signing.learn(keys.into());
    Ok(())
}

/// Makes keys, sealed. RSA takes a good part of a second: never on the threads that answer.
async fn make(dc: &DataCenter, wanted: Vec<Wanted>, now: Timestamp) -> Result<Vec<StoredSigningKey>, Failure> {
    let mut made = Vec::with_capacity(wanted.len());
    for Wanted { algorithm, generation, active_at } in wanted {
        let private = tokio::task::spawn_blocking(move || key::generate(algorithm))
            .await
            .map_err(|_| SigningFailed("making a key broke"))??;
        let id = fresh_key_id(&dc.house)?;
        let nonce: [u8; NONCE_LEN] = dc.house.entropy.bytes()?;
        made.push(StoredSigningKey {
            algorithm: algorithm.as_str().to_owned(),
            generation,
            private_key: key::seal(private, algorithm, &id, nonce, &dc.signing.sealing)?,
            id,
            created_at: now,
            active_at,
            retired_at: StoredSigningKey::NEVER,
        });
    }
    Ok(made)
}
