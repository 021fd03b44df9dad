//! Replacing a client's secret while both work: a second one is added, the old one ended when nobody uses it any more
//! (`spec/decisions.md` 29).

use grantor_protocol::{
    client::ClientType,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
};
use grantor_store::{LIVE_SECRETS, LiveSecret, Registration, SecretEnd, StoreError, Tx};

use super::{ProvisionError, Workshop, apply::record, made};
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

/// Makes another secret, good beside the one there is, and returns it: it is shown this once. `who`: for the audit.
///
/// # Errors
/// When the client has no secrets, the place does not fit how it keeps them, or two are live there already.
pub fn add(shop: &Workshop, client_id: &str, location: Option<&str>, who: &str) -> Result<String, ProvisionError> {
    let registration = registration(shop, client_id)?;
    if registration.client.client_type == ClientType::Browser {
        return Err(ProvisionError::new("a browser client has no secret"));
    }
    let place = match (registration.same_secret, location) {
        (true, None) => String::new(),
        (true, Some(_)) => {
            return Err(ProvisionError::new("this client has one secret for all data centers: name none"));
        }
        (false, Some(place)) if registration.client.enabled_in(place) => place.to_owned(),
        (false, _) => {
            let places = registration.client.data_centers.join(", ");
            return Err(ProvisionError::new(format!(
                "this client has a secret per data center: --location is one of {places}"
            )));
        }
    };
    let secret = made::client_secret(&shop.entropy)?;
    let hash = SecretHash::of(SecretKind::Client, secret.as_bytes());
    let (id, now) = (client_id.to_owned(), shop.clock.now());
    match shop.stores.directory.write_blocking(move |tx| add_one(tx, &id, &place, &hash, now))? {
        Some(true) => {}
        Some(false) => {
            return Err(ProvisionError::new(format!("{LIVE_SECRETS} secrets are live there already: end one first")));
        }
        None => {
            return Err(ProvisionError::new("the client was changed meanwhile: look at it and try again"));
        }
    }
    record(shop, None, Some(client_id), format!("a secret made ({who})"));
    Ok(secret)
}

/// Ends the live secret of that mark: it is refused within a second, everywhere. `who`: for the audit.
///
/// # Errors
/// When no live secret of the client has this mark, or it is the last one of its place.
pub fn end(shop: &Workshop, client_id: &str, mark: &str, who: &str) -> Result<(), ProvisionError> {
    registration(shop, client_id)?;
    let (id, which) = (client_id.to_owned(), mark.to_owned());
    match shop.stores.directory.write_blocking(move |tx| end_one(tx, &id, None, &which))? {
        SecretEnd::Ended => {}
        SecretEnd::Unknown => {
            return Err(ProvisionError::new(format!("no live secret of {client_id} has the mark {mark:?}")));
        }
        SecretEnd::Last => return Err(ProvisionError::new("this is the last one: add another first")),
    }
    record(shop, None, Some(client_id), format!("the secret {mark} ended ({who})"));
    Ok(())
}

/// Where a client has secrets: at each of its data centers, or (the empty place) everywhere; nowhere when it has none.
pub(crate) fn places(of: &Registration) -> Vec<String> {
    match (of.client.client_type, of.same_secret) {
        (ClientType::Browser, _) => Vec::new(),
        (_, true) => vec![String::new()],
        (_, false) => of.client.data_centers.clone(),
    }
}

/// The step that adds a secret at a place, with the client's row locked: two who add one each must not make three. False:
/// there are two already. `None`: the client is gone, or has no secret for that place.
pub(crate) fn add_one(
    tx: &mut Tx<'_>,
    client_id: &str,
    place: &str,
    hash: &SecretHash,
    now: Timestamp,
) -> Result<Option<bool>, StoreError> {
    match tx.lock_registration(client_id)? {
        Some(there) if places(&there).iter().any(|known| known == place) => {
            tx.add_secret(client_id, place, hash, now).map(Some)
        }
        _ => Ok(None),
    }
}

/// The step that ends the secret of that mark, unless it is the last one at its place, with the client's row locked.
/// `place`: `None` for wherever it is.
pub(crate) fn end_one(
    tx: &mut Tx<'_>,
    client_id: &str,
    place: Option<&str>,
    mark: &str,
) -> Result<SecretEnd, StoreError> {
    if tx.lock_registration(client_id)?.is_none() {
        return Ok(SecretEnd::Unknown);
    }
    let live = tx.live_secrets(client_id)?;
    let found =
        live.into_iter().find(|(at, secret)| secret.hash.mark() == mark && place.is_none_or(|place| place == at));
    match found {
        Some((place, _)) => tx.end_marked_secret(client_id, &place, mark),
        None => Ok(SecretEnd::Unknown),
    }
}

fn registration(shop: &Workshop, client_id: &str) -> Result<Registration, ProvisionError> {
    let id = client_id.to_owned();
    let found = shop.stores.directory.read_blocking(move |tx| tx.registration(&id))?;
    found.ok_or_else(|| ProvisionError::new(format!("no client has the id {client_id:?}")))
}
