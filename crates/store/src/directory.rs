//! The directory's own nouns: data centers and their bytes, homes of e-mail addresses, where portals live,
//! and scopes that a vendor added.

use std::collections::BTreeMap;

use grantor_protocol::token::DataCenterByte;

use crate::{StoreError, Tx};

impl Tx<'_> {
    /// The bytes of these data centers; one without a byte gets the next free one, for good.
    pub fn data_center_bytes(&mut self, locations: &[String]) -> Result<BTreeMap<String, DataCenterByte>, StoreError> {
        let known = self.all("SELECT location FROM data_centers", &[], |row| row.text(0))?;
        if locations.iter().any(|location| !known.contains(location)) {
            // One row that all who assign bytes write: they take turns, so that no two take the same byte.
            self.execute(
                "INSERT INTO keys (name, value, created_at) VALUES ('data center bytes', $1, 0)
                 ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at",
                &[(&[] as &[u8]).into()],
            )?;
        }
        for location in locations.iter().filter(|location| !known.contains(location)) {
            self.execute(
                "INSERT INTO data_centers (location, byte)
                 SELECT $1, COALESCE(MAX(byte), 0) + 1 FROM data_centers
                 WHERE TRUE ON CONFLICT (location) DO NOTHING",
                &[location.into()],
            )?;
        }
        let all = self.all("SELECT location, byte FROM data_centers", &[], |row| Ok((row.text(0)?, row.int(1)?)))?;
        all.into_iter()
            .map(|(location, byte)| {
                let byte = u8::try_from(byte)
                    .map_err(|_| StoreError::Corrupt { what: "missing: a free data center byte".into() })?;
                Ok((location, DataCenterByte(byte)))
            })
            .collect()
    }

    /// The data centers that know a folded address, in no order.
    pub fn homes(&mut self, email: &str) -> Result<Vec<String>, StoreError> {
        self.all("SELECT location FROM homes WHERE email = $1", &[email.into()], |row| row.text(0))
    }

    /// Notes that an address is at home somewhere.
    pub fn add_home(&mut self, email: &str, location: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO homes (email, location) VALUES ($1, $2) ON CONFLICT (email, location) DO NOTHING",
            &[email.into(), location.into()],
        )?;
        Ok(())
    }

    /// Forgets that an address is at home somewhere.
    pub fn remove_home(&mut self, email: &str, location: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM homes WHERE email = $1 AND location = $2", &[email.into(), location.into()])?;
        Ok(())
    }

    /// Where a portal lives.
    pub fn portal_location(&mut self, id: &str) -> Result<Option<String>, StoreError> {
        self.one("SELECT location FROM portals WHERE id = $1", &[id.into()], |row| row.text(0))
    }

    /// Notes where a portal lives.
    pub fn put_portal_location(&mut self, id: &str, location: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO portals (id, location) VALUES ($1, $2)
             ON CONFLICT (id) DO UPDATE SET location = excluded.location",
            &[id.into(), location.into()],
        )?;
        Ok(())
    }

    /// Notes where a new portal lives. False when there is one of that id.
    pub fn claim_portal_location(&mut self, id: &str, location: &str) -> Result<bool, StoreError> {
        let noted = self.execute(
            "INSERT INTO portals (id, location) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            &[id.into(), location.into()],
        )?;
        Ok(noted == 1)
    }

    /// Forgets a portal.
    pub fn remove_portal_location(&mut self, id: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM portals WHERE id = $1", &[id.into()])?;
        Ok(())
    }

    /// Scopes that a vendor added: name and description.
    pub fn added_scopes(&mut self) -> Result<Vec<(String, String)>, StoreError> {
        self.all("SELECT name, description FROM scopes ORDER BY name", &[], |row| Ok((row.text(0)?, row.text(1)?)))
    }

    /// Adds a scope to the catalog, or describes it anew.
    pub fn put_scope(&mut self, name: &str, description: &str) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO scopes (name, description) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET description = excluded.description",
            &[name.into(), description.into()],
        )?;
        Ok(())
    }

    /// Takes a vendor's scope out of the catalog.
    pub fn remove_scope(&mut self, name: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM scopes WHERE name = $1", &[name.into()])?;
        Ok(())
    }
}
