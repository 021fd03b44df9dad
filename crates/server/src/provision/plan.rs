//! The difference between a file and what is there: what would be added, changed or removed. Making a plan
//! writes nothing.

mod client;
mod prune;
mod user;

use std::collections::{BTreeMap, BTreeSet};

use grantor_protocol::{
    people::{Environment, Organization, Realm, UserId},
    secret::SecretHash,
};
use grantor_store::{NewUser, Portal, Registration, Store};

use super::{PortalEntry, ProvisionError, ProvisionFile, Workshop, check::read_logo, made};
use crate::entropy::Entropy;

/// What is written or removed for one difference.
#[derive(Debug)]
pub enum Change {
    /// Write an organization in a data center.
    Organization(String, Organization),
    /// Write a user and their memberships.
    User { location: String, user: Box<NewUser>, places: Vec<(String, bool)>, ends_sessions: bool },
    /// Write a portal.
    Portal { location: String, portal: Portal, logo: Option<(String, Vec<u8>)> },
    /// Write a registration; secrets when they change.
    Client { registration: Box<Registration>, secrets: Option<Vec<(String, SecretHash)>> },
    /// Write a scope.
    Scope { name: String, description: String },
    /// Remove a client.
    RemoveClient(String),
    /// Remove a user; `moves_to` is the data center that is their home from now on, for somebody who only moves.
    RemoveUser { location: String, user: UserId, email: String, realm: Realm, moves_to: Option<String> },
    /// Remove a portal and its users.
    RemovePortal { location: String, id: String },
    /// Remove an organization.
    RemoveOrganization { location: String, id: String },
    /// Remove a scope.
    RemoveScope(String),
}

/// One difference, ready to be applied.
pub struct Difference {
    /// In words, one line: `+` added, `~` changed, `-` removed.
    pub line: String,
    /// What is done.
    pub change: Change,
    /// Ids, secrets and passwords that were made for it: shown once, and only when it was applied.
    pub made: Made,
}

/// Names and values of ids, secrets and passwords that were made.
pub type Made = Vec<(String, String)>;

impl Difference {
    /// The line as long as nothing is applied: what would be drawn has its name instead of a value, which the next time is
    /// another.
    pub fn preview(&self) -> String {
        let (mut line, mut beside) = (self.line.clone(), Vec::new());
        for (name, value) in &self.made {
            if line.contains(value) {
                line = line.replace(value, &format!("<{name}>"));
            } else {
                beside.push(name.as_str());
            }
        }
        if beside.is_empty() { line } else { format!("{line} (with {})", beside.join(", ")) }
    }
}

impl std::fmt::Debug for Difference {
    /// The line alone: what was made is secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Difference").field("line", &self.line).finish_non_exhaustive()
    }
}

/// What would be done, in the order in which it is applied.
#[derive(Debug, Default)]
pub struct Plan {
    /// Each difference; none when everything is as it should be.
    pub differences: Vec<Difference>,
}

impl Plan {
    /// The differences in words.
    pub fn lines(&self) -> impl Iterator<Item = &str> {
        self.differences.iter().map(|difference| difference.line.as_str())
    }

    /// Whoever moves to another data center is removed at the old home before they are at the new one: no moment has
    /// both.
    fn moves_first(self) -> Self {
        let in_accounts = |difference: &Difference| match &difference.change {
            Change::User { user, .. } if user.realm == Realm::Accounts => Some(user.email.clone()),
            _ => None,
        };
        let written: BTreeSet<String> = self.differences.iter().filter_map(in_accounts).collect();
        let leaves = |difference: &Difference| matches!(&difference.change, Change::RemoveUser { email, realm: Realm::Accounts, .. } if written.contains(email));
        let (mut first, rest): (Vec<_>, Vec<_>) = self.differences.into_iter().partition(leaves);
        first.extend(rest);
        Self { differences: first }
    }
}

/// Compares a file with the stores. `prune`: what is there and not in the file is removed.
///
/// # Errors
/// What does not fit together, in one line.
pub fn plan(shop: &Workshop, file: &ProvisionFile, prune: bool) -> Result<Plan, ProvisionError> {
    let mut planner = Planner {
        shop,
        plan: Plan::default(),
        made: Made::new(),
        organizations: BTreeMap::new(),
        kept: Kept::default(),
    };
    planner.read_organizations()?;
    for entry in &file.scopes {
        planner.scope(entry)?;
    }
    for entry in &file.organizations {
        planner.organization(entry)?;
    }
    for entry in &file.users {
        let location = planner.location(entry.data_center.as_deref())?;
        planner.user(entry, &location, &Realm::Accounts)?;
    }
    for entry in &file.portals {
        planner.portal(entry)?;
    }
    for entry in &file.clients {
        planner.client(entry, file)?;
    }
    if prune {
        planner.prune()?;
    }
    Ok(planner.plan.moves_first())
}

#[derive(Default)]
struct Kept {
    organizations: BTreeSet<String>,
    users: BTreeSet<(String, i64)>,
    portals: BTreeSet<String>,
    clients: BTreeSet<String>,
    scopes: BTreeSet<String>,
}

struct Planner<'a> {
    shop: &'a Workshop,
    plan: Plan,
    /// What was made for the difference that is added next.
    made: Made,
    /// Every organization, there or planned: id to name, location.
    organizations: BTreeMap<String, (Organization, String)>,
    kept: Kept,
}

type Done = Result<(), ProvisionError>;

impl Planner<'_> {
    fn add(&mut self, line: String, change: Change) {
        let made = std::mem::take(&mut self.made);
        self.plan.differences.push(Difference { line, change, made });
    }

    fn entropy(&self) -> &Entropy {
        &self.shop.entropy
    }

    fn store(&self, location: &str) -> Result<&Store, ProvisionError> {
        let missing = || ProvisionError::new(format!("no data center {location:?} is served here"));
        self.shop.stores.data_centers.get(location).ok_or_else(missing)
    }

    /// The named data center, or the first one served here.
    fn location(&self, named: Option<&str>) -> Result<String, ProvisionError> {
        let first = || self.shop.config.data_centers.iter().find(|dc| dc.served_here()).map(|dc| dc.location.clone());
        named.map(str::to_owned).or_else(first).ok_or_else(|| ProvisionError::new("no data center is served here"))
    }

    fn read_organizations(&mut self) -> Done {
        for (location, store) in &self.shop.stores.data_centers {
            for organization in store.read_blocking(|tx| tx.organizations())? {
                self.organizations.insert(organization.id.clone(), (organization, location.clone()));
            }
        }
        Ok(())
    }

    /// An organization by id, or by a name that only one has.
    fn find_organization(&self, text: &str) -> Option<(String, String)> {
        if let Some((organization, location)) = self.organizations.get(text) {
            return Some((organization.id.clone(), location.clone()));
        }
        let mut named = self.organizations.values().filter(|(o, _)| o.name == text);
        match (named.next(), named.next()) {
            (Some((organization, location)), None) => Some((organization.id.clone(), location.clone())),
            _ => None,
        }
    }

    fn scope(&mut self, entry: &super::ScopeEntry) -> Done {
        self.kept.scopes.insert(entry.name.clone());
        let there = self.shop.stores.directory.read_blocking(|tx| tx.added_scopes())?;
        let change = Change::Scope { name: entry.name.clone(), description: entry.description.clone() };
        match there.iter().find(|(name, _)| *name == entry.name) {
            None => self.add(format!("+ scope {}", entry.name), change),
            Some((_, text)) if *text != entry.description => {
                self.add(format!("~ scope {}: description", entry.name), change);
            }
            Some(_) => {}
        }
        Ok(())
    }

    fn organization(&mut self, entry: &super::OrganizationEntry) -> Done {
        let location = self.location(entry.data_center.as_deref())?;
        let known = match &entry.id {
            Some(id) => self.organizations.get(id).map(|(o, l)| (o.id.clone(), l.clone())),
            None => self.find_organization(&entry.name),
        };
        let id = match (&known, &entry.id) {
            (Some((id, there)), _) if *there == location => id.clone(),
            (Some((id, there)), _) => {
                return Err(ProvisionError::new(format!(
                    "organization {id} is at home in {there}; it cannot move to {location}"
                )));
            }
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let id = made::number(11, self.entropy())?;
                self.made.push((format!("{}_ORGANIZATION_ID", key(&entry.name)), id.clone()));
                id
            }
        };
        self.kept.organizations.insert(id.clone());
        let wanted = Organization {
            id: id.clone(),
            name: entry.name.clone(),
            environment: entry.environment.as_deref().and_then(Environment::parse).unwrap_or_default(),
        };
        let line = match self.organizations.get(&id) {
            None => format!("+ organization {id} {} ({location})", entry.name),
            Some((there, _)) if there.environment != wanted.environment => {
                return Err(ProvisionError::new(format!(
                    "organization {id} is a {} organization and cannot become a {} one: its tokens are bound to that; \
                     make another, or remove it first",
                    there.environment.as_str(),
                    wanted.environment.as_str()
                )));
            }
            Some((there, _)) if *there != wanted => format!("~ organization {id} {}", entry.name),
            Some(_) => return Ok(()),
        };
        self.organizations.insert(id, (wanted.clone(), location.clone()));
        self.add(line, Change::Organization(location, wanted));
        Ok(())
    }

    fn portal(&mut self, entry: &PortalEntry) -> Done {
        let who = format!("portal {:?}", entry.name);
        let (organization_id, location) = self
            .find_organization(&entry.organization)
            .ok_or_else(|| ProvisionError::new(format!("{who}: there is no organization {:?}", entry.organization)))?;
        let there = self.store(&location)?.read_blocking(|tx| tx.portals())?;
        let found = there.iter().find(|p| match &entry.id {
            Some(id) => p.id == *id,
            None => p.name == entry.name && p.organization_id == organization_id,
        });
        let id = match (found, &entry.id) {
            (Some(portal), _) => portal.id.clone(),
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let id = made::number(11, self.entropy())?;
                self.made.push((format!("{}_PORTAL_ID", key(&entry.name)), id.clone()));
                id
            }
        };
        let elsewhere = id.clone();
        let lives = self.shop.stores.directory.read_blocking(move |tx| tx.portal_location(&elsewhere))?;
        let has_place = lives.is_some();
        if let Some(lives) = lives.filter(|l| *l != location) {
            return Err(ProvisionError::new(format!(
                "{who}: the portal {id} lives in {lives} and cannot move to {location}"
            )));
        }
        self.kept.portals.insert(id.clone());
        let wanted_id = id.clone();
        let logo_there = self.store(&location)?.read_blocking(move |tx| tx.portal_logo(&wanted_id))?;
        let logo = match &entry.logo {
            Some(file) => Some(read_logo(file)?).map(|(kind, bytes)| (kind.to_owned(), bytes)),
            None => logo_there.clone().filter(|_| entry.keeps_logo),
        };
        let same_logo = match (&logo, &logo_there) {
            (Some((_, a)), Some((_, b))) => a == b,
            (None, None) => true,
            _ => false,
        };
        let portal = Portal {
            id: id.clone(),
            name: entry.name.clone(),
            organization_id,
            clients: entry.clients.clone(),
            accent: entry.accent.clone(),
            remote_jwks: entry.remote_jwks.clone(),
            has_logo: logo.is_some(),
        };
        match found {
            // Without a place in the directory nobody finds it, though all of it is here.
            Some(old) if *old == portal && same_logo && has_place => {}
            old => {
                let sign = if old.is_some() { '~' } else { '+' };
                let line = format!("{sign} portal {id} {} ({location})", entry.name);
                self.add(line, Change::Portal { location: location.clone(), portal, logo });
            }
        }
        for user in &entry.users {
            self.user(&user.into(), &location, &Realm::Portal(id.clone()))?;
        }
        Ok(())
    }
}

/// `Zylker Desk` becomes `ZYLKER_DESK`: a name for a `KEY=VALUE` line.
fn key(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    letters.collect::<String>().trim_matches('_').to_owned()
}
