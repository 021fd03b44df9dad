//! Portals of one data center: whose they are, how they look, which clients they admit.

use grantor_protocol::people::Realm;

use crate::{Row, StoreError, Tx};

/// A sign-in of its own for an organization's customers (accounts-protocol.md section 11).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Portal {
    /// Decimal, as URLs carry it.
    pub id: String,
    /// As people read it.
    pub name: String,
    /// Whose customers sign in here.
    pub organization_id: String,
    /// Client ids it admits; empty: every client enabled in its data center.
    pub clients: Vec<String>,
    /// `#rrggbb`, or empty.
    pub accent: String,
    /// Keys of the organization when it vouches for its users itself (section 11.4): a JWK set, or empty.
    pub remote_jwks: String,
    /// Whether it has a logo; see [`Tx::portal_logo`].
    pub has_logo: bool,
}

impl Portal {
    /// Whether a client may send people here.
    pub fn admits(&self, client_id: &str) -> bool {
        self.clients.is_empty() || self.clients.iter().any(|c| c == client_id)
    }
}

fn portal(row: &Row<'_>) -> Result<Portal, StoreError> {
    Ok(Portal {
        id: row.text(0)?,
        name: row.text(1)?,
        organization_id: row.text(2)?,
        clients: crate::lines(&row.text(3)?),
        accent: row.text(4)?,
        has_logo: row.bool(5)?,
        remote_jwks: row.text(6)?,
    })
}

impl Tx<'_> {
    /// The portal of that id.
    pub fn portal(&mut self, id: &str) -> Result<Option<Portal>, StoreError> {
        self.one(
            "SELECT id, name, organization_id, clients, accent, logo IS NOT NULL, remote_jwks FROM portals WHERE id = $1",
            &[id.into()],
            portal,
        )
    }

    /// Every portal, by id.
    pub fn portals(&mut self) -> Result<Vec<Portal>, StoreError> {
        self.all(
            "SELECT id, name, organization_id, clients, accent, logo IS NOT NULL, remote_jwks FROM portals ORDER BY id",
            &[],
            portal,
        )
    }

    /// A portal's logo: its media type and bytes.
    pub fn portal_logo(&mut self, id: &str) -> Result<Option<(String, Vec<u8>)>, StoreError> {
        self.one("SELECT logo_type, logo FROM portals WHERE id = $1 AND logo IS NOT NULL", &[id.into()], |row| {
            Ok((row.text(0)?, row.blob(1)?))
        })
    }

    /// Writes a portal, by id. `logo` is media type and bytes; `None` removes it.
    pub fn put_portal(&mut self, portal: &Portal, logo: Option<(&str, &[u8])>) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO portals (id, name, organization_id, clients, accent, logo, logo_type, remote_jwks)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name, organization_id = excluded.organization_id,
               clients = excluded.clients, accent = excluded.accent, logo = excluded.logo, logo_type = excluded.logo_type,
               remote_jwks = excluded.remote_jwks",
            &[
                portal.id.as_str().into(),
                portal.name.as_str().into(),
                portal.organization_id.as_str().into(),
                portal.clients.join("\n").as_str().into(),
                portal.accent.as_str().into(),
                logo.map(|(_, bytes)| bytes).into(),
                logo.map_or("", |(kind, _)| kind).into(),
                portal.remote_jwks.as_str().into(),
            ],
        )?;
        Ok(())
    }

    /// Removes a portal with its users, also those of one that is not there any more. Takes as long as it has users.
    ///
    /// # Errors
    /// When the store fails; then all of it stays.
    pub fn remove_portal_with_users(&mut self, id: &str) -> Result<(), StoreError> {
        // Nobody is added to it meanwhile.
        self.one("SELECT id FROM portals WHERE id = $1 FOR UPDATE", &[id.into()], |_| Ok(()))?;
        for user in self.users(&Realm::Portal(id.to_owned()))? {
            self.remove_user(user.id)?;
        }
        self.remove_portal(id)
    }

    /// Removes a portal alone, one that has no users: theirs would be left.
    pub fn remove_portal(&mut self, id: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM portals WHERE id = $1", &[id.into()])?;
        Ok(())
    }
}
