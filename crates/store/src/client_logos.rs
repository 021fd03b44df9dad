//! What a client looks like to those who are asked: a line about it and a picture, which the caller has made anew from
//! what was uploaded.

use crate::{StoreError, Tx};

/// What is shown of a client beside its name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Looks {
    /// A line about it; may be empty.
    pub description: String,
    /// Names its logo; empty for none.
    pub logo_hash: String,
}

impl Tx<'_> {
    /// What a client looks like; like one without anything when there is none.
    pub fn client_looks(&mut self, client_id: &str) -> Result<Looks, StoreError> {
        let found =
            self.one("SELECT description, logo_hash FROM clients WHERE id = $1", &[client_id.into()], |row| {
                Ok(Looks { description: row.text(0)?, logo_hash: row.text(1)? })
            })?;
        Ok(found.unwrap_or_default())
    }

    /// The picture of that hash, with its media type.
    pub fn client_logo(&mut self, client_id: &str, hash: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        self.one(
            "SELECT kind, bytes FROM client_logos WHERE client_id = $1 AND hash = $2",
            &[client_id.into(), hash.into()],
            |row| Ok((row.text(0)?, row.blob(1)?)),
        )
    }

    /// Gives a client a picture (hash, media type and bytes), instead of the one it had.
    pub fn put_client_logo(&mut self, client_id: &str, hash: &str, kind: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO client_logos (client_id, hash, kind, bytes) VALUES ($1, $2, $3, $4)
             ON CONFLICT (client_id) DO UPDATE SET hash = excluded.hash, kind = excluded.kind, bytes = excluded.bytes",
            &[client_id.into(), hash.into(), kind.into(), bytes.into()],
        )?;
        self.execute("UPDATE clients SET logo_hash = $2 WHERE id = $1", &[client_id.into(), hash.into()])?;
        Ok(())
    }

    /// Takes a client's picture away.
    pub fn remove_client_logo(&mut self, client_id: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM client_logos WHERE client_id = $1", &[client_id.into()])?;
        self.execute("UPDATE clients SET logo_hash = '' WHERE id = $1", &[client_id.into()])?;
        Ok(())
    }
}
