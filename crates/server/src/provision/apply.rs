//! Applying a plan: each change is durable before the next; what a data center must know comes before the
//! directory learns of it, and removals go the other way round (`spec/decisions.md` 24).

use std::collections::BTreeMap;

use grantor_protocol::{people::Realm, time::Timestamp, token::DataCenterByte};
use grantor_store::{AuditEvent, AuditTrail, Concerning, Store, StoreError};

use super::{
    Change, Plan, ProvisionError, Workshop,
    plan::{Difference, Made},
};
use crate::{clients::removal, house::bytes_by_location};

/// Why applying a plan stopped, and what nobody would see again otherwise.
#[derive(thiserror::Error)]
#[error("{error}")]
pub struct Stopped {
    /// The cause.
    pub error: ProvisionError,
    /// Ids, secrets and passwords that are in force already, or may be.
    pub made: Made,
}

impl std::fmt::Debug for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stopped").field("error", &self.error).finish_non_exhaustive()
    }
}

/// Applies a plan of the program itself (the demo's), which nobody has to answer for. Returns what was made.
///
/// # Errors
/// Where it stopped; what was applied before stays, and running it again goes on from there.
pub fn apply(shop: &Workshop, plan: Plan) -> Result<Made, Stopped> {
    carry_out(shop, plan, None)
}

/// Applies a plan and writes down who did, change by change: in the data center concerned, or for what all share in the
/// first that is served here. Returns what was made.
///
/// # Errors
/// Like [`apply`].
pub fn apply_for(shop: &Workshop, plan: Plan, who: &str) -> Result<Made, Stopped> {
    carry_out(shop, plan, Some(who))
}

impl From<ProvisionError> for Stopped {
    /// Before anything was applied.
    fn from(error: ProvisionError) -> Self {
        Self { error, made: Made::new() }
    }
}

fn carry_out(shop: &Workshop, plan: Plan, who: Option<&str>) -> Result<Made, Stopped> {
    let mut made = Made::new();
    match each(shop, plan, who, &mut made) {
        Ok(()) => Ok(made),
        Err(error) => Err(Stopped { error, made }),
    }
}

fn each(shop: &Workshop, plan: Plan, who: Option<&str>, made: &mut Made) -> Result<(), ProvisionError> {
    let now = shop.clock.now();
    let audit = who.map(|who| Ok::<_, ProvisionError>((who, bytes(shop)?))).transpose()?;
    for Difference { line, change, made: fresh } in plan.differences {
        let location = change.location().map(str::to_owned);
        let client = change.client().map(str::to_owned);
        let mut begun = false;
        let done = one(shop, change, now, &mut begun);
        if begun || matches!(done, Ok(()) | Err(ProvisionError::Store(StoreError::OutcomeUnknown))) {
            made.extend(fresh);
        }
        done?;
        if let Some((who, bytes)) = &audit {
            write_down(shop, bytes, location.as_deref(), client, format!("{line} ({who})"))?;
        }
    }
    Ok(())
}

/// Writes into the audit what is done already, in a data center or in the first that is served here. When that fails it is an
/// error in the log: a secret or token that works and that nobody was shown would do more harm than a row that is missing.
pub(crate) fn record(shop: &Workshop, location: Option<&str>, client_id: Option<&str>, detail: String) {
    let client = client_id.map(str::to_owned);
    if let Err(error) = bytes(shop).and_then(|bytes| write_down(shop, &bytes, location, client, detail)) {
        tracing::error!(client_id, %error, "what an operator did is not in the audit");
    }
}

fn bytes(shop: &Workshop) -> Result<BTreeMap<String, DataCenterByte>, ProvisionError> {
    Ok(bytes_by_location(&shop.stores.directory, shop.stores.data_centers.keys().cloned().collect())?)
}

fn write_down(
    shop: &Workshop,
    bytes: &BTreeMap<String, DataCenterByte>,
    location: Option<&str>,
    client: Option<String>,
    detail: String,
) -> Result<(), ProvisionError> {
    let location = location.or_else(|| shop.stores.data_centers.keys().next().map(String::as_str));
    let place = location.and_then(|l| Some((shop.stores.data_centers.get(l)?, *bytes.get(l)?)));
    let Some((store, byte)) = place else { return Ok(()) };
    let id = shop.entropy.id(shop.clock.now(), byte)?;
    let trail = AuditTrail { id, request_id: String::new() };
    store.write_blocking(move |tx| {
        let concerning = Concerning { client_id: client.as_deref(), ..Concerning::default() };
        tx.audit(&trail, AuditEvent::Operated, concerning, &detail)
    })?;
    Ok(())
}

impl Change {
    /// The data center whose store it changes.
    fn location(&self) -> Option<&str> {
        match self {
            Self::Organization(location, _)
            | Self::User { location, .. }
            | Self::Portal { location, .. }
            | Self::RemoveUser { location, .. }
            | Self::RemovePortal { location, .. }
            | Self::RemoveOrganization { location, .. } => Some(location),
            Self::Client { .. } | Self::Scope { .. } | Self::RemoveClient(_) | Self::RemoveScope(_) => None,
        }
    }

    /// The client it changes.
    fn client(&self) -> Option<&str> {
        match self {
            Self::Client { registration, .. } => Some(&registration.client.id),
            Self::RemoveClient(id) => Some(id),
            _ => None,
        }
    }
}

/// `begun`: something of it is durable, even when the rest breaks.
fn one(shop: &Workshop, change: Change, now: Timestamp, begun: &mut bool) -> Result<(), ProvisionError> {
    let directory = &shop.stores.directory;
    match change {
        Change::Organization(location, organization) => {
            let id = organization.id.clone();
            if !store(shop, &location)?.write_blocking(move |tx| tx.put_organization(&organization))? {
                return Err(ProvisionError::new(format!(
                    "organization {id} was made meanwhile, in another environment"
                )));
            }
        }
        Change::User { location, user, places, ends_sessions } => {
            let (email, in_accounts) = (user.email.clone(), user.realm == Realm::Accounts);
            store(shop, &location)?.write_blocking(move |tx| {
                tx.put_user(&user, now)?;
                if ends_sessions {
                    tx.end_sessions_of(user.id, now)?;
                }
                if user.realm == Realm::Accounts {
                    tx.set_memberships(user.id, &places)?;
                }
                Ok(())
            })?;
            *begun = true;
            if in_accounts {
                directory.write_blocking(move |tx| tx.add_home(&email, &location))?;
            }
        }
        Change::Portal { location, portal, logo } => {
            let id = portal.id.clone();
            store(shop, &location)?.write_blocking(move |tx| {
                tx.put_portal(&portal, logo.as_ref().map(|(kind, bytes)| (kind.as_str(), bytes.as_slice())))
            })?;
            *begun = true;
            directory.write_blocking(move |tx| tx.put_portal_location(&id, &location))?;
        }
        Change::Client { registration, secrets } => {
            directory.write_blocking(move |tx| {
                tx.put_registration(&registration, now)?;
                if let Some(secrets) = &secrets {
                    tx.set_secrets(&registration.client.id, secrets, now)?;
                }
                Ok(())
            })?;
        }
        Change::Scope { name, description } => {
            directory.write_blocking(move |tx| tx.put_scope(&name, &description))?;
        }
        Change::RemoveClient(id) => removal::remove(directory, &shop.stores.data_centers, &id, now)?,
        Change::RemoveUser { location, user, email, realm, moves_to } => {
            if realm == Realm::Accounts {
                let from = location.clone();
                let places: Vec<String> = shop.config.data_centers.iter().map(|dc| dc.location.clone()).collect();
                directory.write_blocking(move |tx| match &moves_to {
                    Some(to) => tx.move_owner(&email, &from, to, &places),
                    None => tx.forget_owner(&email, &from, &places),
                })?;
            }
            store(shop, &location)?.write_blocking(move |tx| tx.remove_user(user))?;
        }
        Change::RemovePortal { location, id } => {
            let gone = id.clone();
            directory.write_blocking(move |tx| tx.remove_portal_location(&gone))?;
            store(shop, &location)?.write_blocking(move |tx| tx.remove_portal_with_users(&id))?;
        }
        Change::RemoveOrganization { location, id } => {
            store(shop, &location)?.write_blocking(move |tx| tx.remove_organization(&id))?;
        }
        Change::RemoveScope(name) => directory.write_blocking(move |tx| tx.remove_scope(&name))?,
    }
    Ok(())
}

fn store<'a>(shop: &'a Workshop, location: &str) -> Result<&'a Store, ProvisionError> {
    let missing = || ProvisionError::new(format!("no data center {location:?} is served here"));
    shop.stores.data_centers.get(location).ok_or_else(missing)
}
