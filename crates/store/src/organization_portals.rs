//! An organization's own portals, as its administrators keep them: users, looks, and which clients are let in. Every
//! statement names the organization: a portal of another one is not there.

use grantor_protocol::{
    people::{Realm, UserId},
    time::Timestamp,
};

use crate::{AuditEvent, AuditTrail, NewUser, Portal, StoreError, Tx, members::concerning, notices::like};

/// A user of a portal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalUser {
    /// Who.
    pub user: UserId,
    /// As people read it; may be empty.
    pub name: String,
    /// As they write it.
    pub email: String,
    /// Whether they cannot sign in.
    pub disabled: bool,
    /// When they were added.
    pub created_at: Timestamp,
}

/// What is done to a portal's user.
#[derive(Clone)]
pub enum PortalUserChange {
    /// They cannot sign in any more, and no token of theirs works.
    Disable,
    /// They can again.
    Enable,
    /// Another password (an argon2id PHC string); whoever is signed in as them is not any more.
    Password(String),
    /// They are gone, with everything of theirs.
    Remove,
}

impl std::fmt::Debug for PortalUserChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.told())
    }
}

impl PortalUserChange {
    const fn told(&self) -> &'static str {
        match self {
            Self::Disable => "disabled",
            Self::Enable => "enabled",
            Self::Password(_) => "got a new password",
            Self::Remove => "removed",
        }
    }
}

/// How a portal shall look, and whom it lets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortalLooks {
    /// As people read it.
    pub name: String,
    /// `#rrggbb`, or empty.
    pub accent: String,
    /// Client ids; empty: every client.
    pub clients: Vec<String>,
    /// Another logo: a PNG picture, or none any more. `None`: as it is.
    pub logo: Option<Option<Vec<u8>>>,
}

/// What became of a portal that an administrator wanted to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalRemoval {
    /// It is gone.
    Removed,
    /// It stays: somebody can still sign in at it.
    HasUsers,
    /// The organization has no such portal.
    Unknown,
}

impl Tx<'_> {
    /// Makes a portal for the organization, with every client let in. False when it has `most` already, or when who
    /// makes it is no administrator of it any more.
    pub fn add_portal(
        &mut self,
        organization_id: &str,
        by: UserId,
        (id, name): (&str, &str),
        most: i64,
        trail: &AuditTrail,
    ) -> Result<bool, StoreError> {
        // Also makes administrators who do it at once take turns, and whoever deletes the organization.
        if !matches!(self.hold_administration(organization_id, by)?, Ok((true, _))) {
            return Ok(false);
        }
        let count =
            self.one("SELECT COUNT(*) FROM portals WHERE organization_id = $1", &[organization_id.into()], |row| {
                row.int(0)
            })?;
        if count.unwrap_or_default() >= most {
            return Ok(false);
        }
        let portal = Portal {
            id: id.to_owned(),
            name: name.to_owned(),
            organization_id: organization_id.to_owned(),
            clients: Vec::new(),
            accent: String::new(),
            remote_jwks: String::new(),
            has_logo: false,
        };
        self.put_portal(&portal, None)?;
        self.audit(
            trail,
            AuditEvent::PortalAdded,
            concerning(by, organization_id),
            &format!("portal {id}: name {name:?}"),
        )?;
        Ok(true)
    }

    /// Removes a portal of the organization that has no users.
    pub fn remove_portal_of(
        &mut self,
        organization_id: &str,
        by: UserId,
        id: &str,
        trail: &AuditTrail,
    ) -> Result<PortalRemoval, StoreError> {
        self.hold_portal(organization_id, id)?;
        let Some(portal) = self.portal_of(organization_id, id)? else { return Ok(PortalRemoval::Unknown) };
        if !self.portal_users(id, "", "", 1)?.is_empty() {
            return Ok(PortalRemoval::HasUsers);
        }
        self.remove_portal(id)?;
        let detail = format!("portal {id}: name {:?}", portal.name);
        self.audit(trail, AuditEvent::PortalRemoved, concerning(by, organization_id), &detail)?;
        Ok(PortalRemoval::Removed)
    }

    /// Locks a portal's row, so that nobody is added to a portal that is being removed.
    fn hold_portal(&mut self, organization_id: &str, id: &str) -> Result<(), StoreError> {
        self.one(
            "SELECT id FROM portals WHERE id = $1 AND organization_id = $2 FOR UPDATE",
            &[id.into(), organization_id.into()],
            |_| Ok(()),
        )?;
        Ok(())
    }

    /// Removes every portal of an organization with its users. Answers which they were.
    pub fn remove_portals_of(&mut self, organization_id: &str) -> Result<Vec<String>, StoreError> {
        let portals: Vec<String> = self.portals_of(organization_id)?.into_iter().map(|portal| portal.id).collect();
        for portal in &portals {
            self.hold_portal(organization_id, portal)?;
            for user in self.users(&Realm::Portal(portal.clone()))? {
                self.remove_user(user.id)?;
            }
            self.remove_portal(portal)?;
        }
        Ok(portals)
    }

    /// The portals of an organization, by name.
    pub fn portals_of(&mut self, organization_id: &str) -> Result<Vec<Portal>, StoreError> {
        let ids = self.all(
            "SELECT id FROM portals WHERE organization_id = $1 ORDER BY name, id LIMIT 200",
            &[organization_id.into()],
            |row| row.text(0),
        )?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            found.extend(self.portal(&id)?);
        }
        Ok(found)
    }

    /// A portal, when it is this organization's.
    pub fn portal_of(&mut self, organization_id: &str, id: &str) -> Result<Option<Portal>, StoreError> {
        Ok(self.portal(id)?.filter(|portal| portal.organization_id == organization_id))
    }

    /// Users of a portal after an address, by address; only those whose name or address holds the text.
    pub fn portal_users(
        &mut self,
        portal: &str,
        text: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<PortalUser>, StoreError> {
        let wanted = if text.is_empty() { String::new() } else { format!("%{}%", like(&text.to_lowercase())) };
        self.all(
            "SELECT id, first_name, last_name, email_shown, disabled, created_at FROM users
             WHERE realm = $1 AND email > $2
               AND ($3 = '' OR email LIKE $3 ESCAPE '!' OR LOWER(first_name || ' ' || last_name) LIKE $3 ESCAPE '!')
             ORDER BY email LIMIT $4",
            &[portal.into(), after.into(), wanted.as_str().into(), limit.into()],
            |row| {
                let name = format!("{} {}", row.text_ref(1)?, row.text_ref(2)?);
                Ok(PortalUser {
                    user: UserId(row.int(0)?),
                    name: name.trim().to_owned(),
                    email: row.text(3)?,
                    disabled: row.bool(4)?,
                    created_at: Timestamp::from_millis(row.int(5)?),
                })
            },
        )
    }

    /// Adds a user to a portal of the organization. False when somebody there has the address or anybody the number.
    pub fn add_portal_user(
        &mut self,
        organization_id: &str,
        by: UserId,
        new: &NewUser,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let portal = new.realm.as_str().to_owned();
        self.hold_portal(organization_id, &portal)?;
        if new.realm == Realm::Accounts || self.portal_of(organization_id, &portal)?.is_none() {
            return Ok(false);
        }
        if self.user_by_email(&new.realm, &new.email)?.is_some() || self.user(new.id)?.is_some() {
            return Ok(false);
        }
        self.put_user(new, now)?;
        let detail = format!("{} (user {}) in portal {portal}", new.email, new.id.0);
        self.audit(trail, AuditEvent::PortalUserAdded, concerning(by, organization_id), &detail)?;
        Ok(true)
    }

    /// Does something to a user of a portal of the organization. False when there is no such user in it.
    pub fn change_portal_user(
        &mut self,
        organization_id: &str,
        by: UserId,
        (portal, user): (&str, UserId),
        change: &PortalUserChange,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let own = self.portal_of(organization_id, portal)?.is_some();
        let found = self.user(user)?.filter(|found| own && found.realm == Realm::Portal(portal.to_owned()));
        let Some(found) = found else { return Ok(false) };
        match change {
            PortalUserChange::Disable => {
                self.execute("UPDATE users SET disabled = TRUE WHERE id = $1", &[user.0.into()])?;
                self.end_sessions_of(user, now)?;
            }
            PortalUserChange::Enable => {
                self.execute("UPDATE users SET disabled = FALSE WHERE id = $1", &[user.0.into()])?;
            }
            PortalUserChange::Password(hash) => {
                self.set_password(user, hash, now)?;
                self.end_sessions_of(user, now)?;
            }
            PortalUserChange::Remove => self.remove_user(user)?,
        }
        let detail = format!("{} (user {}) in portal {portal}: {}", found.email, user.0, change.told());
        self.audit(trail, AuditEvent::PortalUserChanged, concerning(by, organization_id), &detail)?;
        Ok(true)
    }

    /// Changes a portal of the organization. False when it is not one of it.
    pub fn set_portal_looks(
        &mut self,
        organization_id: &str,
        by: UserId,
        (portal, looks): (&str, &PortalLooks),
        trail: &AuditTrail,
    ) -> Result<bool, StoreError> {
        let changed = self.execute(
            "UPDATE portals SET name = $3, accent = $4, clients = $5 WHERE id = $1 AND organization_id = $2",
            &[
                portal.into(),
                organization_id.into(),
                looks.name.as_str().into(),
                looks.accent.as_str().into(),
                looks.clients.join("\n").as_str().into(),
            ],
        )?;
        if changed != 1 {
            return Ok(false);
        }
        if let Some(logo) = &looks.logo {
            self.execute(
                "UPDATE portals SET logo = $2, logo_type = $3 WHERE id = $1",
                &[portal.into(), logo.as_deref().into(), logo.as_ref().map_or("", |_| "image/png").into()],
            )?;
        }
        let detail = format!(
            "portal {portal}: name {:?}, accent {:?}, {}{}",
            looks.name,
            looks.accent,
            match looks.clients.len() {
                0 => "every client".to_owned(),
                n => format!("{n} clients"),
            },
            match &looks.logo {
                None => "",
                Some(None) => ", logo removed",
                Some(Some(_)) => ", another logo",
            }
        );
        self.audit(trail, AuditEvent::PortalChanged, concerning(by, organization_id), &detail)?;
        Ok(true)
    }
}
