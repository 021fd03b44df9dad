//! Applying a plan: each change is durable before the next; what a data center must know comes before the
//! directory learns of it, and removals go the other way round (`spec/decisions.md` 24).

use grantor_protocol::{people::Realm, time::Timestamp};
use grantor_store::Store;

use super::{Change, Plan, ProvisionError, Workshop};

/// Applies a plan.
///
/// # Errors
/// Where it stopped; what was applied before stays, and running it again goes on from there.
pub fn apply(shop: &Workshop, plan: Plan) -> Result<(), ProvisionError> {
    let now = shop.clock.now();
    for change in plan.changes {
        one(shop, change, now)?;
    }
    Ok(())
}

fn one(shop: &Workshop, change: Change, now: Timestamp) -> Result<(), ProvisionError> {
    let directory = &shop.stores.directory;
    match change {
        Change::Organization(location, organization) => {
            let id = organization.id.clone();
            if !store(shop, &location)?.write_blocking(move |tx| tx.put_organization(&organization))? {
                return Err(ProvisionError(format!("organization {id} was made meanwhile, in another environment")));
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
            if in_accounts {
                directory.write_blocking(move |tx| tx.add_home(&email, &location))?;
            }
        }
        Change::Portal { location, portal, logo } => {
            let id = portal.id.clone();
            store(shop, &location)?.write_blocking(move |tx| {
                tx.put_portal(&portal, logo.as_ref().map(|(kind, bytes)| (*kind, bytes.as_slice())))
            })?;
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
        Change::RemoveClient(id) => {
            let gone = id.clone();
            directory.write_blocking(move |tx| tx.remove_client(&gone))?;
            for store in shop.stores.data_centers.values() {
                let id = id.clone();
                store.write_blocking(move |tx| tx.remove_grants_to(&id))?;
            }
        }
        Change::RemoveUser { location, user, email, realm } => {
            if realm == Realm::Accounts {
                let from = location.clone();
                directory.write_blocking(move |tx| tx.remove_home(&email, &from))?;
            }
            store(shop, &location)?.write_blocking(move |tx| tx.remove_user(user))?;
        }
        Change::RemovePortal { location, id } => {
            let gone = id.clone();
            directory.write_blocking(move |tx| tx.remove_portal_location(&gone))?;
            store(shop, &location)?.write_blocking(move |tx| tx.remove_portal(&id))?;
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
