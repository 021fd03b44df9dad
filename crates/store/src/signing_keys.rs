//! Keys that sign ID tokens and JWT access tokens: one line of generations for each algorithm. Private keys come and go
//! sealed; this crate cannot read them (`docs/decisions/0013-signing-keys.md`).

use grantor_protocol::time::Timestamp;

use crate::{StoreError, Tx};

/// A signing key as it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredSigningKey {
    /// `alg` of what it signs (RFC 7518 section 3.1).
    pub algorithm: String,
    /// Its place in the line; the first is 1.
    pub generation: i64,
    /// `kid` (RFC 7517 section 4.5).
    pub id: String,
    /// The private key, sealed.
    pub private_key: Vec<u8>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it signs, until the next one does.
    pub active_at: Timestamp,
    /// From when on it is no longer published. The newest has no such time: [`StoredSigningKey::NEVER`].
    pub retired_at: Timestamp,
}

impl StoredSigningKey {
    /// No time was set for it to be withdrawn.
    pub const NEVER: Timestamp = Timestamp::from_millis(i64::MAX);
}

impl Tx<'_> {
    /// Every key, by algorithm, oldest first.
    pub fn signing_keys(&mut self) -> Result<Vec<StoredSigningKey>, StoreError> {
        self.all(
            "SELECT algorithm, generation, id, private_key, created_at, active_at, retired_at FROM signing_keys
             ORDER BY algorithm, generation",
            &[],
            |row| {
                Ok(StoredSigningKey {
                    algorithm: row.text(0)?,
                    generation: row.int(1)?,
                    id: row.text(2)?,
                    private_key: row.blob(3)?,
                    created_at: Timestamp::from_millis(row.int(4)?),
                    active_at: Timestamp::from_millis(row.int(5)?),
                    retired_at: Timestamp::from_millis(row.int(6)?),
                })
            },
        )
    }

    /// Puts a key at the end of its line, and says when the one before it is to be withdrawn. When somebody else was
    /// quicker nothing happens: theirs is the key.
    pub fn add_signing_key(
        &mut self,
        new: &StoredSigningKey,
        predecessor_retired_at: Timestamp,
    ) -> Result<(), StoreError> {
        let added = self.execute(
            "INSERT INTO signing_keys (algorithm, generation, id, private_key, created_at, active_at, retired_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (algorithm, generation) DO NOTHING",
            &[
                new.algorithm.as_str().into(),
                new.generation.into(),
                new.id.as_str().into(),
                (&new.private_key).into(),
                new.created_at.millis().into(),
                new.active_at.millis().into(),
                new.retired_at.millis().into(),
            ],
        )?;
        if added == 1 {
            self.execute(
                "UPDATE signing_keys SET retired_at = $3 WHERE algorithm = $1 AND generation = $2",
                &[new.algorithm.as_str().into(), (new.generation - 1).into(), predecessor_retired_at.millis().into()],
            )?;
        }
        Ok(())
    }

    /// Removes keys that are no longer published. Returns how many went.
    pub fn remove_retired_signing_keys(&mut self, now: Timestamp) -> Result<u64, StoreError> {
        self.execute("DELETE FROM signing_keys WHERE retired_at <= $1", &[now.millis().into()])
    }
}
