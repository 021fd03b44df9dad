//! The difference a client entry makes: the registration, and the secrets that should be live.

use grantor_protocol::{
    client::{Client, ClientType},
    people::fold_email,
    secret::{SecretHash, SecretKind},
};
use grantor_store::Registration;

use super::{Change, Done, Planner, key};
use crate::provision::{ClientEntry, ProvisionError, ProvisionFile, made};

impl Planner<'_> {
    pub(super) fn client(&mut self, entry: &ClientEntry, file: &ProvisionFile) -> Done {
        let owner = fold_email(&entry.owner).unwrap_or_default();
        let there = self.shop.stores.directory.read_blocking(|tx| tx.registrations())?;
        let found = there.into_iter().find(|r| match &entry.id {
            Some(id) => r.client.id == *id,
            None => r.client.settings.owner == owner && r.client.name == entry.name,
        });
        let client_type = ClientType::parse(&entry.client_type).unwrap_or(ClientType::Server);
        let id = match (&found, &entry.id) {
            (Some(r), _) => r.client.id.clone(),
            (None, Some(id)) => id.clone(),
            (None, None) => {
                let id = made::client_id(client_type, self.entropy())?;
                self.made.push((format!("{}_CLIENT_ID", key(&entry.name)), id.clone()));
                id
            }
        };
        self.kept.clients.insert(id.clone());
        let home = self.owner_location(&owner, file)?;
        let data_centers = if entry.data_centers.is_empty() { vec![home.clone()] } else { entry.data_centers.clone() };
        let same_secret = entry.same_secret.unwrap_or(entry.secrets.is_empty());
        // What only the console writes stays as it is.
        let kept = found.as_ref();
        let wanted = Registration {
            client: Client { data_centers, ..entry.client(id.clone(), client_type) },
            same_secret,
            owner_location: home.clone(),
            description: kept.map(|r| r.description.clone()).unwrap_or_default(),
            logo_hash: kept.map(|r| r.logo_hash.clone()).unwrap_or_default(),
            clone_of: kept.map(|r| r.clone_of.clone()).unwrap_or_default(),
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
                    if live.iter().any(|(_, h)| h.matches(&hash)) {
                        // Another beside it is a replacement under way (`grantor client secret`).
                        secrets.extend(live.into_iter().cloned());
                    } else {
                        secrets.push((place, hash));
                        changed = true;
                    }
                }
                None if live.is_empty() => {
                    let secret = made::client_secret(self.entropy())?;
                    secrets.push((place.clone(), SecretHash::of(SecretKind::Client, secret.as_bytes())));
                    let at = if place.is_empty() { String::new() } else { format!("_{}", place.to_uppercase()) };
                    self.made.push((format!("{}_CLIENT_SECRET{at}", key(&entry.name)), secret));
                    changed = true;
                }
                None => secrets.extend(live.into_iter().cloned()),
            }
        }
        changed |= secrets.len() != there.len();
        Ok(changed.then_some(secrets))
    }
}
