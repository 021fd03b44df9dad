//! What is there and not in the file: removed when that was asked.

use grantor_protocol::people::fold_email;

use super::{Change, Done, Planner};

impl Planner<'_> {
    pub(super) fn prune(&mut self) -> Done {
        for r in self.shop.stores.directory.read_blocking(|tx| tx.registrations())? {
            if !self.kept.clients.contains(&r.client.id) {
                self.add(format!("- client {} {}", r.client.id, r.client.name), Change::RemoveClient(r.client.id));
            }
        }
        for (location, store) in &self.shop.stores.data_centers {
            let mut removed = Vec::new();
            // Also of portals that are not there any more.
            for realm in store.read_blocking(|tx| tx.realms())? {
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
                                moves_to: None,
                            },
                        ));
                    }
                }
            }
            let portals = store.read_blocking(|tx| tx.portals())?;
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
                self.add(line, change);
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
