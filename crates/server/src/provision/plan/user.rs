//! The difference a user entry makes: a person of the accounts house or of a portal, and their memberships.

use argon2::{Argon2, PasswordVerifier, password_hash::phc::PasswordHash};
use grantor_protocol::people::{Realm, UserId, fold_email};
use grantor_store::NewUser;

use super::{Change, Done, Planner, key};
use crate::{
    passwords,
    provision::{ProvisionError, UserEntry, made},
};

impl Planner<'_> {
    pub(super) fn user(&mut self, entry: &UserEntry, location: &str, realm: &Realm) -> Done {
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
                    return Err(ProvisionError::new(format!(
                        "{who}: organization {text:?} is in data center {there}; memberships do not cross data centers"
                    )));
                }
                None => return Err(ProvisionError::new(format!("{who}: there is no organization {text:?}"))),
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
                return Err(ProvisionError::new(format!("{who}: the zuid is {} and cannot change", found.user.id.0)));
            }
            (Some(found), _) => found.user.id.0,
            (None, Some(zuid)) => {
                let zuid = self.free_zuid(zuid, location, &who)?;
                if *realm == Realm::Accounts {
                    self.leave_old_home(&email, UserId(zuid), location)?;
                }
                zuid
            }
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
                ("home in the directory", *realm != Realm::Accounts || self.is_at_home(&email, location)?),
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

    /// Whether the directory sends a person of that address there: without it they cannot sign in.
    fn is_at_home(&self, email: &str, location: &str) -> Result<bool, ProvisionError> {
        let wanted = email.to_owned();
        let homes = self.shop.stores.directory.read_blocking(move |tx| tx.homes(&wanted))?;
        Ok(homes.iter().any(|home| home == location))
    }

    /// The same person in another data center: there they are removed.
    fn leave_old_home(&mut self, email: &str, user: UserId, location: &str) -> Done {
        let mut old = Vec::new();
        for (there, store) in self.shop.stores.data_centers.iter().filter(|(there, _)| *there != location) {
            let wanted = email.to_owned();
            let found = store.read_blocking(move |tx| tx.user_by_email(&Realm::Accounts, &wanted))?;
            if found.is_some_and(|found| found.user.id == user) {
                old.push(there.clone());
            }
        }
        for there in old {
            // Not to be removed twice when what is not in the file goes.
            self.kept.users.insert((there.clone(), user.0));
            let line = format!("- user {email} ({there}): moves to {location}");
            let change = Change::RemoveUser {
                location: there,
                user,
                email: email.to_owned(),
                realm: Realm::Accounts,
                moves_to: Some(location.to_owned()),
            };
            self.add(line, change);
        }
        Ok(())
    }

    fn free_zuid(&self, zuid: i64, location: &str, who: &str) -> Result<i64, ProvisionError> {
        match self.store(location)?.read_blocking(move |tx| tx.user(UserId(zuid)))? {
            Some(other) => Err(ProvisionError::new(format!("{who}: the zuid {zuid} belongs to {}", other.email))),
            None => Ok(zuid),
        }
    }

    fn made_zuid(&self, location: &str) -> Result<i64, ProvisionError> {
        for _ in 0..20 {
            let text = made::number(9, self.entropy())?;
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
                let password = made::password(self.entropy())?;
                self.made.push((format!("{}_PASSWORD", key(email)), password.clone()));
                password
            }
        };
        passwords::hash(&password, self.entropy()).map_err(|e| ProvisionError::Broken(e.to_string()))
    }
}

fn fits(password: &str, hash: &str) -> bool {
    PasswordHash::new(hash).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
}
