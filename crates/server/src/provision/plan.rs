//! The difference between a file and what is there: what would be added, changed or removed. Making a plan
//! writes nothing.

use std::collections::{BTreeMap, BTreeSet};

use argon2::{Argon2, PasswordVerifier, password_hash::phc::PasswordHash};
use grantor_protocol::{
    client::{Client, ClientType},
    people::{Environment, Organization, Realm, UserId, fold_email},
    secret::{SecretHash, SecretKind},
};
use grantor_store::{NewUser, Portal, Registration, Store};

use super::{ClientEntry, PortalEntry, ProvisionError, ProvisionFile, UserEntry, Workshop, check::read_logo, made};
use crate::{entropy::Entropy, passwords};

/// One difference, ready to be applied.
#[derive(Debug)]
pub enum Change {
    /// Write an organization in a data center.
    Organization(String, Organization),
    /// Write a user and their memberships.
    User { location: String, user: Box<NewUser>, places: Vec<(String, bool)>, ends_sessions: bool },
    /// Write a portal.
    Portal { location: String, portal: Portal, logo: Option<(&'static str, Vec<u8>)> },
    /// Write a registration; secrets when they change.
    Client { registration: Box<Registration>, secrets: Option<Vec<(String, SecretHash)>> },
    /// Write a scope.
    Scope { name: String, description: String },
    /// Remove a client.
    RemoveClient(String),
    /// Remove a user.
    RemoveUser { location: String, user: UserId, email: String, realm: Realm },
    /// Remove a portal.
    RemovePortal { location: String, id: String },
    /// Remove an organization.
    RemoveOrganization { location: String, id: String },
    /// Remove a scope.
    RemoveScope(String),
}

/// What would be done, in words and as changes.
#[derive(Debug, Default)]
pub struct Plan {
    /// One line each: `+` added, `~` changed, `-` removed.
    pub lines: Vec<String>,
    /// The changes, in the order they are applied.
    pub changes: Vec<Change>,
    /// Ids, secrets and passwords that were made: printed once.
    pub made: Vec<(String, String)>,
}

/// Compares a file with the stores. `prune`: what is there and not in the file is removed.
///
/// # Errors
/// What does not fit together, in one line.
pub fn plan(shop: &Workshop, file: &ProvisionFile, prune: bool) -> Result<Plan, ProvisionError> {
    let mut planner = Planner { shop, plan: Plan::default(), organizations: BTreeMap::new(), kept: Kept::default() };
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
    Ok(planner.plan)
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
    /// Every organization, there or planned: id to name, location.
    organizations: BTreeMap<String, (Organization, String)>,
    kept: Kept,
}

type Done = Result<(), ProvisionError>;

impl Planner<'_> {
    fn add(&mut self, line: String, change: Change) {
        self.plan.lines.push(line);
        self.plan.changes.push(change);
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
                return Err(ProvisionError(format!(
                    "organization {id} is at home in {there}; it cannot move to {location}"
                )));
            }
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let id = made::number(11, self.entropy()).map_err(|e| ProvisionError(e.to_string()))?;
                self.plan.made.push((format!("{}_ORGANIZATION_ID", key(&entry.name)), id.clone()));
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
            Some((there, _)) if *there != wanted => format!("~ organization {id} {}", entry.name),
            Some(_) => return Ok(()),
        };
        self.organizations.insert(id, (wanted.clone(), location.clone()));
        self.add(line, Change::Organization(location, wanted));
        Ok(())
    }

    fn user(&mut self, entry: &UserEntry, location: &str, realm: &Realm) -> Done {
        let email = fold_email(&entry.email).unwrap_or_default();
        let who = match realm {
            Realm::Accounts => format!("user {email} ({location})"),
            Realm::Portal(id) => format!("portal user {email} (portal {id})"),
        };
        let mut places = Vec::new();
        for text in &entry.organizations {
            match self.find_organization(text) {
                Some((id, there)) if there == location => places.push((id, entry.administers.contains(text))),
                Some((_, there)) => {
                    return Err(ProvisionError(format!(
                        "{who}: organization {text:?} is in data center {there}; memberships do not cross data centers"
                    )));
                }
                None => return Err(ProvisionError(format!("{who}: there is no organization {text:?}"))),
            }
        }
        places.sort();
        let (wanted_email, in_realm) = (email.clone(), realm.clone());
        let (there, there_places) = self.store(location)?.read_blocking(move |tx| {
            let there = tx.user_by_email(&in_realm, &wanted_email)?;
            let places = match (&there, &in_realm) {
                (Some(found), Realm::Accounts) => tx.memberships(found.user.id, &in_realm)?,
                _ => Vec::new(),
            };
            Ok((there, places))
        })?;
        let id = match (&there, entry.zuid) {
            (Some(found), Some(zuid)) if found.user.id.0 != zuid => {
                return Err(ProvisionError(format!("{who}: the zuid is {} and cannot change", found.user.id.0)));
            }
            (Some(found), _) => found.user.id.0,
            (None, Some(zuid)) => self.free_zuid(zuid, location, &who)?,
            (None, None) => self.made_zuid(location)?,
        };
        self.kept.users.insert((location.to_owned(), id));
        let password_hash = self.password_hash(entry, &email, there.as_ref().map(|f| f.password_hash.as_str()))?;
        let mut there_places: Vec<(String, bool)> =
            there_places.into_iter().map(|m| (m.organization.id, m.administrator)).collect();
        there_places.sort();
        let mut changed = Vec::new();
        if let Some(found) = &there {
            let u = &found.user;
            for (what, same) in [
                ("password", found.password_hash == password_hash),
                ("name", u.first_name == entry.first_name && u.last_name == entry.last_name),
                ("e-mail spelling", u.email == entry.email.trim()),
                ("disabled", u.disabled == entry.disabled),
                ("organizations", *realm != Realm::Accounts || there_places == places),
            ] {
                if !same {
                    changed.push(what);
                }
            }
            if changed.is_empty() {
                return Ok(());
            }
        }
        let line = if there.is_none() { format!("+ {who}") } else { format!("~ {who}: {}", changed.join(", ")) };
        let user = Box::new(NewUser {
            id: UserId(id),
            realm: realm.clone(),
            email,
            email_shown: entry.email.trim().to_owned(),
            password_hash,
            first_name: entry.first_name.clone(),
            last_name: entry.last_name.clone(),
            disabled: entry.disabled,
        });
        let ends_sessions = changed.contains(&"password") || entry.disabled;
        self.add(line, Change::User { location: location.to_owned(), user, places, ends_sessions });
        Ok(())
    }

    fn free_zuid(&self, zuid: i64, location: &str, who: &str) -> Result<i64, ProvisionError> {
        match self.store(location)?.read_blocking(move |tx| tx.user(UserId(zuid)))? {
            Some(other) => Err(ProvisionError(format!("{who}: the zuid {zuid} belongs to {}", other.email))),
            None => Ok(zuid),
        }
    }

    fn made_zuid(&self, location: &str) -> Result<i64, ProvisionError> {
        for _ in 0..20 {
            let text = made::number(9, self.entropy()).map_err(|e| ProvisionError(e.to_string()))?;
            let zuid = text.parse().unwrap_or_default();
            if self.store(location)?.read_blocking(move |tx| tx.user(UserId(zuid)))?.is_none() {
                return Ok(zuid);
            }
        }
        Err(ProvisionError::new("no free zuid was found"))
    }

    /// The hash to keep: the one there while it fits the password, so that a second run changes nothing.
    fn password_hash(&mut self, entry: &UserEntry, email: &str, there: Option<&str>) -> Result<String, ProvisionError> {
        if let Some(hash) = &entry.password_hash {
            return Ok(hash.clone());
        }
        let password = match (&entry.password, there) {
            (Some(password), Some(hash)) if fits(password, hash) => return Ok(hash.to_owned()),
            (Some(password), _) => password.clone(),
            (None, Some(hash)) => return Ok(hash.to_owned()),
            (None, None) => {
                let password = made::password(self.entropy()).map_err(|e| ProvisionError(e.to_string()))?;
                self.plan.made.push((format!("{}_PASSWORD", key(email)), password.clone()));
                password
            }
        };
        passwords::hash(&password, self.entropy()).map_err(|e| ProvisionError(e.to_string()))
    }

    fn portal(&mut self, entry: &PortalEntry) -> Done {
        let who = format!("portal {:?}", entry.name);
        let (organization_id, location) = self
            .find_organization(&entry.organization)
            .ok_or_else(|| ProvisionError(format!("{who}: there is no organization {:?}", entry.organization)))?;
        let there = self.store(&location)?.read_blocking(|tx| tx.portals())?;
        let found = there.iter().find(|p| match &entry.id {
            Some(id) => p.id == *id,
            None => p.name == entry.name && p.organization_id == organization_id,
        });
        let id = match (found, &entry.id) {
            (Some(portal), _) => portal.id.clone(),
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let id = made::number(11, self.entropy()).map_err(|e| ProvisionError(e.to_string()))?;
                self.plan.made.push((format!("{}_PORTAL_ID", key(&entry.name)), id.clone()));
                id
            }
        };
        let elsewhere = id.clone();
        let lives = self.shop.stores.directory.read_blocking(move |tx| tx.portal_location(&elsewhere))?;
        if let Some(lives) = lives.filter(|l| *l != location) {
            return Err(ProvisionError(format!(
                "{who}: the portal {id} lives in {lives} and cannot move to {location}"
            )));
        }
        self.kept.portals.insert(id.clone());
        let logo = entry.logo.as_deref().map(read_logo).transpose()?;
        let wanted_id = id.clone();
        let logo_there = self.store(&location)?.read_blocking(move |tx| tx.portal_logo(&wanted_id))?;
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
            has_logo: logo.is_some(),
        };
        match found {
            Some(old) if *old == portal && same_logo => {}
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

    fn client(&mut self, entry: &ClientEntry, file: &ProvisionFile) -> Done {
        let owner = fold_email(&entry.owner).unwrap_or_default();
        let there = self.shop.stores.directory.read_blocking(|tx| tx.registrations())?;
        let found = there.into_iter().find(|r| match &entry.id {
            Some(id) => r.client.id == *id,
            None => r.owner == owner && r.client.name == entry.name,
        });
        let client_type = ClientType::parse(&entry.client_type).unwrap_or(ClientType::Server);
        let id = match (&found, &entry.id) {
            (Some(r), _) => r.client.id.clone(),
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let id = made::client_id(client_type, self.entropy()).map_err(|e| ProvisionError(e.to_string()))?;
                self.plan.made.push((format!("{}_CLIENT_ID", key(&entry.name)), id.clone()));
                id
            }
        };
        self.kept.clients.insert(id.clone());
        let home = self.owner_location(&owner, file)?;
        let data_centers = if entry.data_centers.is_empty() { vec![home.clone()] } else { entry.data_centers.clone() };
        let same_secret = entry.same_secret.unwrap_or(entry.secrets.is_empty());
        let wanted = Registration {
            client: Client {
                id: id.clone(),
                client_type,
                name: entry.name.clone(),
                homepage_url: entry.homepage_url.clone(),
                redirect_uris: entry.redirect_uris.clone(),
                data_centers,
                scopes: entry.scopes.clone(),
                grant_types: entry.grant_types.clone(),
                disabled: entry.disabled,
            },
            javascript_domains: entry.javascript_domains.clone(),
            owner,
            same_secret,
        };
        let secrets = self.secrets(entry, &wanted, &home, found.is_none())?;
        let line = match &found {
            None => format!("+ client {id} {}", entry.name),
            Some(old) if *old != wanted && secrets.is_some() => {
                format!("~ client {id} {}: registration, secret", entry.name)
            }
            Some(old) if *old != wanted => format!("~ client {id} {}: registration", entry.name),
            Some(_) if secrets.is_some() => format!("~ client {id} {}: secret", entry.name),
            Some(_) => return Ok(()),
        };
        self.add(line, Change::Client { registration: Box::new(wanted), secrets });
        Ok(())
    }

    /// Where a client's owner is at home: by the file, by the directory, or the first data center.
    fn owner_location(&self, owner: &str, file: &ProvisionFile) -> Result<String, ProvisionError> {
        let in_file = file.users.iter().find(|u| fold_email(&u.email).as_deref() == Some(owner));
        if let Some(user) = in_file {
            return self.location(user.data_center.as_deref());
        }
        let wanted = owner.to_owned();
        let homes = self.shop.stores.directory.read_blocking(move |tx| tx.homes(&wanted))?;
        let config = &self.shop.config.data_centers;
        match config.iter().find(|dc| homes.contains(&dc.location)) {
            Some(dc) => Ok(dc.location.clone()),
            None => self.location(None),
        }
    }

    /// The live secrets a client should have: pairs of location (empty: all) and hash; `None` when those
    /// there are right.
    fn secrets(
        &mut self,
        entry: &ClientEntry,
        wanted: &Registration,
        home: &str,
        new: bool,
    ) -> Result<Option<Vec<(String, SecretHash)>>, ProvisionError> {
        if wanted.client.client_type == ClientType::Browser {
            return Ok(None);
        }
        let id = wanted.client.id.clone();
        let there = self.shop.stores.directory.read_blocking(move |tx| tx.client(&id))?;
        let there: Vec<(String, SecretHash)> = there
            .map(|r| r.secrets.into_iter().map(|s| (s.location.unwrap_or_default(), s.hash)).collect())
            .unwrap_or_default();
        let places: Vec<String> =
            if wanted.same_secret { vec![String::new()] } else { wanted.client.data_centers.clone() };
        let mut secrets = Vec::new();
        let mut changed = new;
        for place in places {
            let given = entry
                .secrets
                .get(&place)
                .or_else(|| entry.secret.as_ref().filter(|_| place.is_empty() || place == home));
            let live: Vec<&(String, SecretHash)> = there.iter().filter(|(l, _)| *l == place).collect();
            match given {
                Some(secret) => {
                    let hash = SecretHash::of(SecretKind::Client, secret.as_bytes());
                    changed |= live.len() != 1 || !live.iter().any(|(_, h)| h.matches(&hash));
                    secrets.push((place, hash));
                }
                None if live.is_empty() => {
                    let secret = made::client_secret(self.entropy()).map_err(|e| ProvisionError(e.to_string()))?;
                    secrets.push((place.clone(), SecretHash::of(SecretKind::Client, secret.as_bytes())));
                    let at = if place.is_empty() { String::new() } else { format!("_{}", place.to_uppercase()) };
                    self.plan.made.push((format!("{}_CLIENT_SECRET{at}", key(&entry.name)), secret));
                    changed = true;
                }
                None => secrets.extend(live.into_iter().cloned()),
            }
        }
        changed |= secrets.len() != there.len();
        Ok(changed.then_some(secrets))
    }

    fn prune(&mut self) -> Done {
        for r in self.shop.stores.directory.read_blocking(|tx| tx.registrations())? {
            if !self.kept.clients.contains(&r.client.id) {
                self.add(format!("- client {} {}", r.client.id, r.client.name), Change::RemoveClient(r.client.id));
            }
        }
        for (location, store) in &self.shop.stores.data_centers {
            let mut removed = Vec::new();
            let portals = store.read_blocking(|tx| tx.portals())?;
            let mut realms = vec![Realm::Accounts];
            realms.extend(portals.iter().map(|p| Realm::Portal(p.id.clone())));
            for realm in realms {
                let in_realm = realm.clone();
                for user in store.read_blocking(move |tx| tx.users(&in_realm))? {
                    if !self.kept.users.contains(&(location.clone(), user.id.0)) {
                        let email = fold_email(&user.email).unwrap_or_default();
                        removed.push((
                            format!("- user {email} ({location})"),
                            Change::RemoveUser {
                                location: location.clone(),
                                user: user.id,
                                email,
                                realm: realm.clone(),
                            },
                        ));
                    }
                }
            }
            for portal in portals.into_iter().filter(|p| !self.kept.portals.contains(&p.id)) {
                let line = format!("- portal {} {} ({location})", portal.id, portal.name);
                removed.push((line, Change::RemovePortal { location: location.clone(), id: portal.id }));
            }
            for o in store.read_blocking(|tx| tx.organizations())? {
                if !self.kept.organizations.contains(&o.id) {
                    let line = format!("- organization {} {} ({location})", o.id, o.name);
                    removed.push((line, Change::RemoveOrganization { location: location.clone(), id: o.id }));
                }
            }
            for (line, change) in removed {
                self.plan.lines.push(line);
                self.plan.changes.push(change);
            }
        }
        for (name, _) in self.shop.stores.directory.read_blocking(|tx| tx.added_scopes())? {
            if !self.kept.scopes.contains(&name) {
                self.add(format!("- scope {name}"), Change::RemoveScope(name));
            }
        }
        Ok(())
    }
}

/// `Zylker Desk` becomes `ZYLKER_DESK`: a name for a `KEY=VALUE` line.
fn key(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
    letters.collect::<String>().trim_matches('_').to_owned()
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}
