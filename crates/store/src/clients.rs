//! Registered applications, in the directory: the registration and the hashes of the live secrets.

use grantor_protocol::{
    client::{Client, ClientRecord, ClientSecret, ClientType},
    secret::SecretHash,
    time::Timestamp,
};

use crate::{Row, StoreError, Tx, lines};

/// A registration as written, with the fields only the console and provisioning care for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// What the protocol knows of it.
    pub client: Client,
    /// Domains of a browser client.
    pub javascript_domains: Vec<String>,
    /// Folded address of the user who owns it.
    pub owner: String,
    /// Whether one secret is good at every data center.
    pub same_secret: bool,
}

fn registration(row: &Row<'_>) -> Result<Registration, StoreError> {
    Ok(Registration {
        client: Client {
            id: row.text(0)?,
            client_type: ClientType::parse(&row.text(1)?)
                .ok_or(StoreError::Corrupt { what: "missing: a known client type".into() })?,
            name: row.text(2)?,
            homepage_url: row.text(3)?,
            redirect_uris: lines(&row.text(4)?),
            data_centers: lines(&row.text(5)?),
            scopes: lines(&row.text(6)?),
            grant_types: lines(&row.text(7)?),
            disabled: row.bool(8)?,
        },
        javascript_domains: lines(&row.text(9)?),
        owner: row.text(10)?,
        same_secret: row.bool(11)?,
    })
}

impl Tx<'_> {
    /// The registration of that id.
    pub fn registration(&mut self, id: &str) -> Result<Option<Registration>, StoreError> {
        self.one(
            "SELECT id, client_type, name, homepage_url, redirect_uris, data_centers, scopes, grant_types, disabled,
                    javascript_domains, owner, same_secret FROM clients WHERE id = $1",
            &[id.into()],
            registration,
        )
    }

    /// Every registration, by id.
    pub fn registrations(&mut self) -> Result<Vec<Registration>, StoreError> {
        self.all(
            "SELECT id, client_type, name, homepage_url, redirect_uris, data_centers, scopes, grant_types, disabled,
                    javascript_domains, owner, same_secret FROM clients ORDER BY id",
            &[],
            registration,
        )
    }

    /// The client of that id with its live secrets.
    pub fn client(&mut self, id: &str) -> Result<Option<ClientRecord>, StoreError> {
        let Some(found) = self.registration(id)? else { return Ok(None) };
        let secrets = self.all(
            "SELECT location, hash FROM client_secrets WHERE client_id = $1 ORDER BY created_at",
            &[id.into()],
            |row| {
                let location = row.text(0)?;
                Ok(ClientSecret {
                    location: (!location.is_empty()).then_some(location),
                    hash: SecretHash::from_bytes(row.array(1)?),
                })
            },
        )?;
        Ok(Some(ClientRecord { client: found.client, secrets }))
    }

    /// Writes a registration, by id.
    pub fn put_registration(&mut self, new: &Registration, now: Timestamp) -> Result<(), StoreError> {
        let client = &new.client;
        self.execute(
            "INSERT INTO clients (id, client_type, name, homepage_url, redirect_uris, data_centers, scopes, grant_types,
               disabled, javascript_domains, owner, same_secret, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (id) DO UPDATE SET client_type = excluded.client_type, name = excluded.name,
               homepage_url = excluded.homepage_url, redirect_uris = excluded.redirect_uris,
               data_centers = excluded.data_centers, scopes = excluded.scopes, grant_types = excluded.grant_types,
               disabled = excluded.disabled, javascript_domains = excluded.javascript_domains, owner = excluded.owner,
               same_secret = excluded.same_secret",
            &[
                client.id.as_str().into(),
                client.client_type.as_str().into(),
                client.name.as_str().into(),
                client.homepage_url.as_str().into(),
                client.redirect_uris.join("\n").as_str().into(),
                client.data_centers.join("\n").as_str().into(),
                client.scopes.join("\n").as_str().into(),
                client.grant_types.join("\n").as_str().into(),
                client.disabled.into(),
                new.javascript_domains.join("\n").as_str().into(),
                new.owner.as_str().into(),
                new.same_secret.into(),
                now.millis().into(),
            ],
        )?;
        Ok(())
    }

    /// Makes exactly these the live secrets of a client: pairs of location (empty: all) and hash.
    pub fn set_secrets(
        &mut self,
        client_id: &str,
        secrets: &[(String, SecretHash)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute("DELETE FROM client_secrets WHERE client_id = $1", &[client_id.into()])?;
        for (location, hash) in secrets {
            self.execute(
                "INSERT INTO client_secrets (client_id, location, hash, created_at) VALUES ($1, $2, $3, $4)
                 ON CONFLICT (client_id, location, hash) DO NOTHING",
                &[client_id.into(), location.into(), hash.as_bytes().into(), now.millis().into()],
            )?;
        }
        Ok(())
    }

    /// Removes a client from the directory: it is refused everywhere from then on.
    pub fn remove_client(&mut self, id: &str) -> Result<(), StoreError> {
        self.execute("DELETE FROM client_secrets WHERE client_id = $1", &[id.into()])?;
        self.execute("DELETE FROM clients WHERE id = $1", &[id.into()])?;
        Ok(())
    }
}
