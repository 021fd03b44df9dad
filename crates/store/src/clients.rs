//! Registered applications, in the directory: the registration and the hashes of the live secrets.

use grantor_protocol::{
    client::{Client, ClientRecord, ClientSecret, ClientSettings, ClientType},
    secret::SecretHash,
    time::Timestamp,
};

use crate::{Row, StoreError, Tx, lines};

/// A registration as written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// What the protocol knows of it.
    pub client: Client,
    /// Whether one secret is good at every data center.
    pub same_secret: bool,
    /// The data center its owner is at home in; empty: the first of the config that knows the owner's address.
    pub owner_location: String,
    /// A line about it, for those who are asked; may be empty.
    pub description: String,
    /// Names its logo; empty for none.
    pub logo_hash: String,
    /// The client that this one is the sandbox clone of; empty for none.
    pub clone_of: String,
}

/// Reads registrations, in the order of [`registration`]: which ones is what follows.
macro_rules! registrations {
    ($($which:expr),+) => {
        concat!(
            "SELECT id, client_type, name, homepage_url, redirect_uris, data_centers, scopes, grant_types, disabled,
               javascript_domains, owner, same_secret, jwks, jwks_uri, id_token_signing_alg,
               token_endpoint_auth_method, post_logout_redirect_uris, cors_origins, legacy_token_body,
               owner_location, description, logo_hash, clone_of
             FROM clients ",
            $($which),+
        )
    };
}
pub(crate) use registrations;

pub(crate) fn registration(row: &Row<'_>) -> Result<Registration, StoreError> {
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
            settings: ClientSettings {
                javascript_domains: lines(&row.text(9)?),
                owner: row.text(10)?,
                jwks: row.text(12)?,
                jwks_uri: row.text(13)?,
                id_token_signing_alg: row.text(14)?,
                token_endpoint_auth_method: row.text(15)?,
                post_logout_redirect_uris: lines(&row.text(16)?),
                cors_origins: lines(&row.text(17)?),
                legacy_token_body: row.bool(18)?,
            },
        },
        same_secret: row.bool(11)?,
        owner_location: row.text(19)?,
        description: row.text(20)?,
        logo_hash: row.text(21)?,
        clone_of: row.text(22)?,
    })
}

impl Tx<'_> {
    /// Every origin that some application which is not disabled registered for its pages.
    pub fn cors_origins(&mut self) -> Result<Vec<String>, StoreError> {
        let all =
            self.all("SELECT cors_origins FROM clients WHERE cors_origins <> '' AND NOT disabled", &[], |row| {
                Ok(lines(&row.text(0)?))
            })?;
        Ok(all.into_iter().flatten().collect())
    }

    /// The registration of that id.
    pub fn registration(&mut self, id: &str) -> Result<Option<Registration>, StoreError> {
        self.one(registrations!("WHERE id = $1"), &[id.into()], registration)
    }

    /// The same, locked: whoever changes a client reads it so first, and changes take turns.
    pub fn lock_registration(&mut self, id: &str) -> Result<Option<Registration>, StoreError> {
        self.one(registrations!("WHERE id = $1 FOR UPDATE"), &[id.into()], registration)
    }

    /// Every registration, by id.
    pub fn registrations(&mut self) -> Result<Vec<Registration>, StoreError> {
        self.all(registrations!("ORDER BY id"), &[], registration)
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
        let settings = &client.settings;
        self.execute(
            "INSERT INTO clients (id, client_type, name, homepage_url, redirect_uris, data_centers, scopes, grant_types,
               disabled, javascript_domains, owner, same_secret, created_at, jwks, jwks_uri, id_token_signing_alg,
               token_endpoint_auth_method, post_logout_redirect_uris, cors_origins, legacy_token_body, owner_location,
               description, logo_hash, clone_of)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21,
               $22, $23, $24)
             ON CONFLICT (id) DO UPDATE SET client_type = excluded.client_type, name = excluded.name,
               homepage_url = excluded.homepage_url, redirect_uris = excluded.redirect_uris,
               data_centers = excluded.data_centers, scopes = excluded.scopes, grant_types = excluded.grant_types,
               disabled = excluded.disabled, javascript_domains = excluded.javascript_domains, owner = excluded.owner,
               same_secret = excluded.same_secret, jwks = excluded.jwks, jwks_uri = excluded.jwks_uri,
               id_token_signing_alg = excluded.id_token_signing_alg,
               token_endpoint_auth_method = excluded.token_endpoint_auth_method,
               post_logout_redirect_uris = excluded.post_logout_redirect_uris, cors_origins = excluded.cors_origins,
               legacy_token_body = excluded.legacy_token_body, owner_location = excluded.owner_location,
               description = excluded.description, logo_hash = excluded.logo_hash, clone_of = excluded.clone_of",
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
                settings.javascript_domains.join("\n").as_str().into(),
                settings.owner.as_str().into(),
                new.same_secret.into(),
                now.millis().into(),
                settings.jwks.as_str().into(),
                settings.jwks_uri.as_str().into(),
                settings.id_token_signing_alg.as_str().into(),
                settings.token_endpoint_auth_method.as_str().into(),
                settings.post_logout_redirect_uris.join("\n").as_str().into(),
                settings.cors_origins.join("\n").as_str().into(),
                settings.legacy_token_body.into(),
                new.owner_location.as_str().into(),
                new.description.as_str().into(),
                new.logo_hash.as_str().into(),
                new.clone_of.as_str().into(),
            ],
        )?;
        Ok(())
    }

    /// Removes a client from the directory, with all that is kept there for it: it is refused everywhere from then on.
    pub fn remove_client(&mut self, id: &str) -> Result<(), StoreError> {
        for sql in [
            "DELETE FROM client_secrets WHERE client_id = $1",
            "DELETE FROM client_logos WHERE client_id = $1",
            "DELETE FROM notices WHERE client_id = $1",
            "DELETE FROM webhooks WHERE client_id = $1",
            "DELETE FROM webhook_deliveries WHERE client_id = $1",
            "DELETE FROM test_users WHERE client_id = $1",
            "DELETE FROM clients WHERE id = $1",
        ] {
            self.execute(sql, &[id.into()])?;
        }
        Ok(())
    }
}
