//! Server keys: drawn once, by whoever comes first, and read by everybody after that.

use grantor_protocol::time::Timestamp;

use crate::{StoreError, Tx};

impl Tx<'_> {
    /// The key of that name; `fresh` becomes it when there is none yet.
    pub fn key(&mut self, name: &str, fresh: &[u8], now: Timestamp) -> Result<Vec<u8>, StoreError> {
        self.execute(
            "INSERT INTO keys (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING",
            &[name.into(), fresh.into(), now.millis().into()],
        )?;
        self.one("SELECT value FROM keys WHERE name = $1", &[name.into()], |row| row.blob(0))?
            .ok_or(StoreError::Corrupt { what: "missing: a server key".into() })
    }

    /// Proves that a commit is possible: what `/readyz` asks.
    pub fn touch(&mut self, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO keys (name, value, created_at) VALUES ('ready', $1, $2)
             ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at",
            &[(&[] as &[u8]).into(), now.millis().into()],
        )?;
        Ok(())
    }
}
