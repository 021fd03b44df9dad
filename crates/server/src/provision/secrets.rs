//! Replacing a client's secret while both work: a second one is added, the old one ended when nobody uses it any more
//! (`spec/decisions.md` 29).

use grantor_protocol::{
    client::ClientType,
    secret::{SecretHash, SecretKind},
};
use grantor_store::{LIVE_SECRETS, LiveSecret, Registration};

use super::{ProvisionError, Workshop, made};
use crate::moment::rfc3339;

/// A live secret as it is listed; times as `2026-11-22T10:00:00Z`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Tells it apart.
    pub mark: String,
    /// The data center it is good at; `None`: all.
    pub location: Option<String>,
    /// When it was made.
    pub made: String,
    /// When it was last right, to the hour.
    pub used: Option<String>,
}

/// The live secrets of a client, oldest first.
///
/// # Errors
/// When there is no such client, or the directory cannot be read.
pub fn list(shop: &Workshop, client_id: &str) -> Result<Vec<Listed>, ProvisionError> {
    let listed = |(location, secret): (String, LiveSecret)| Listed {
        mark: secret.hash.mark(),
        location: (!location.is_empty()).then_some(location),
        made: rfc3339(secret.created_at),
        used: secret.used_at.map(rfc3339),
    };
    Ok(live(shop, client_id)?.into_iter().map(listed).collect())
}

fn live(shop: &Workshop, client_id: &str) -> Result<Vec<(String, LiveSecret)>, ProvisionError> {
    registration(shop, client_id)?;
    let id = client_id.to_owned();
    Ok(shop.stores.directory.read_blocking(move |tx| tx.live_secrets(&id))?)
}

/// Makes another secret, good beside the one there is, and returns it: it is shown this once.
///
/// # Errors
/// When the client has no secrets, the place does not fit how it keeps them, or two are live there already.
pub fn add(shop: &Workshop, client_id: &str, location: Option<&str>) -> Result<String, ProvisionError> {
    let registration = registration(shop, client_id)?;
    if registration.client.client_type == ClientType::Browser {
        return Err(ProvisionError::new("a browser client has no secret"));
    }
    let place = match (registration.same_secret, location) {
        (true, None) => String::new(),
        (true, Some(_)) => {
            return Err(ProvisionError::new("this client has one secret for all data centers: leave out --location"));
        }
        (false, Some(place)) if registration.client.enabled_in(place) => place.to_owned(),
        (false, _) => {
            let places = registration.client.data_centers.join(", ");
            return Err(ProvisionError::new(format!(
                "this client has a secret per data center: --location is one of {places}"
            )));
        }
    };
    let secret = made::client_secret(&shop.entropy).map_err(|e| ProvisionError::new(e.to_string()))?;
    let hash = SecretHash::of(SecretKind::Client, secret.as_bytes());
    let (id, now) = (client_id.to_owned(), shop.clock.now());
    if !shop.stores.directory.write_blocking(move |tx| tx.add_secret(&id, &place, &hash, now))? {
        return Err(ProvisionError::new(format!("{LIVE_SECRETS} secrets are live there already: end one first")));
    }
    Ok(secret)
}

/// Ends the live secret of that mark: it is refused within a second, everywhere.
///
/// # Errors
/// When no live secret of the client has this mark, or it is the last one of its place.
pub fn end(shop: &Workshop, client_id: &str, mark: &str) -> Result<(), ProvisionError> {
    let there = live(shop, client_id)?;
    let Some((place, secret)) = there.iter().find(|(_, secret)| secret.hash.mark() == mark) else {
        return Err(ProvisionError::new(format!("no live secret of {client_id} has the mark {mark:?}")));
    };
    if there.iter().filter(|(other, _)| other == place).count() < 2 {
        return Err(ProvisionError::new("this is the last one: add another first"));
    }
    let (id, place, hash) = (client_id.to_owned(), place.clone(), secret.hash);
    shop.stores.directory.write_blocking(move |tx| tx.end_secret(&id, &place, &hash))?;
    Ok(())
}

fn registration(shop: &Workshop, client_id: &str) -> Result<Registration, ProvisionError> {
    let id = client_id.to_owned();
    let found = shop.stores.directory.read_blocking(move |tx| tx.registration(&id))?;
    found.ok_or_else(|| ProvisionError::new(format!("no client has the id {client_id:?}")))
}
