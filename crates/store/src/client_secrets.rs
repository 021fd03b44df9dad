//! The live secrets of a client: one, or two while one is being replaced (accounts-protocol.md section 3.3;
//! `spec/decisions.md` 29). Only hashes are kept.

use grantor_protocol::{secret::SecretHash, time::Timestamp};

use crate::{StoreError, Tx};

/// How many secrets of a client may be good at one data center at a time.
pub const LIVE_SECRETS: usize = 2;

/// A live secret, as its client's owner may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiveSecret {
    /// What is kept of it; its mark tells it apart.
    pub hash: SecretHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last right, to the hour; `None`: never.
    pub used_at: Option<Timestamp>,
}

/// What came of ending a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretEnd {
    /// It is refused from now on.
    Ended,
    /// No live secret has that mark there.
    Unknown,
    /// It is the only one there: another has to be made first.
    Last,
}

impl Tx<'_> {
    /// The live secrets of a client, oldest first, each with the data center it is good at (empty: all).
    pub fn live_secrets(&mut self, client_id: &str) -> Result<Vec<(String, LiveSecret)>, StoreError> {
        self.all(
            "SELECT location, hash, created_at, used_at FROM client_secrets WHERE client_id = $1
             ORDER BY created_at, location, hash",
            &[client_id.into()],
            |row| {
                let used_at = row.int(3)?;
                let secret = LiveSecret {
                    hash: SecretHash::from_bytes(row.array(1)?),
                    created_at: Timestamp::from_millis(row.int(2)?),
                    used_at: (used_at > 0).then_some(Timestamp::from_millis(used_at)),
                };
                Ok((row.text(0)?, secret))
            },
        )
    }

    /// Makes exactly these the live secrets of a client: pairs of location (empty: all) and hash. Those that stay keep
    /// their times.
    pub fn set_secrets(
        &mut self,
        client_id: &str,
        secrets: &[(String, SecretHash)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        for (location, old) in self.live_secrets(client_id)? {
            if !secrets.iter().any(|(place, hash)| *place == location && hash.matches(&old.hash)) {
                self.end_secret(client_id, &location, &old.hash)?;
            }
        }
        for (location, hash) in secrets {
            self.put_secret(client_id, location, hash, now)?;
        }
        Ok(())
    }

    /// Adds a secret beside the one there is. False when there are [`LIVE_SECRETS`] at that place already.
    pub fn add_secret(
        &mut self,
        client_id: &str,
        location: &str,
        hash: &SecretHash,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let there = self.live_secrets(client_id)?;
        if there.iter().filter(|(place, _)| place == location).count() >= LIVE_SECRETS {
            return Ok(false);
        }
        self.put_secret(client_id, location, hash, now)?;
        Ok(true)
    }

    /// Ends one secret; false when it was not live.
    pub fn end_secret(&mut self, client_id: &str, location: &str, hash: &SecretHash) -> Result<bool, StoreError> {
        let ended = self.execute(
            "DELETE FROM client_secrets WHERE client_id = $1 AND location = $2 AND hash = $3",
            &[client_id.into(), location.into(), hash.as_bytes().into()],
        )?;
        Ok(ended == 1)
    }

    /// Ends the secret of that mark at a place, unless it is the last one there. Call it with the client's row locked:
    /// two who end a secret each must not end both.
    pub fn end_marked_secret(&mut self, client_id: &str, location: &str, mark: &str) -> Result<SecretEnd, StoreError> {
        let mut there = self.live_secrets(client_id)?;
        there.retain(|(place, _)| place == location);
        let Some((_, secret)) = there.iter().find(|(_, secret)| secret.hash.mark() == mark) else {
            return Ok(SecretEnd::Unknown);
        };
        if there.len() < 2 {
            return Ok(SecretEnd::Last);
        }
        self.end_secret(client_id, location, &secret.hash)?;
        Ok(SecretEnd::Ended)
    }

    /// Notes that a secret was right.
    pub fn see_secret(&mut self, client_id: &str, hash: &SecretHash, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "UPDATE client_secrets SET used_at = $3 WHERE client_id = $1 AND hash = $2 AND used_at < $3",
            &[client_id.into(), hash.as_bytes().into(), now.millis().into()],
        )?;
        Ok(())
    }

    fn put_secret(
        &mut self,
        client_id: &str,
        location: &str,
        hash: &SecretHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO client_secrets (client_id, location, hash, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (client_id, location, hash) DO NOTHING",
            &[client_id.into(), location.into(), hash.as_bytes().into(), now.millis().into()],
        )?;
        Ok(())
    }
}
