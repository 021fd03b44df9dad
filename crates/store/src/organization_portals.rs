//! An organization's own portals, as its administrators keep them: users, looks, and which clients are let in. Every
//! statement names the organization: a portal of another one is not there.

use grantor_protocol::{
    people::{Realm, UserId},
    time::Timestamp,
};

use crate::{
    AuditEvent, AuditTrail, NewUser, Portal, StoreError, Tx,
    members::concerning,
    search::{Sought, holds},
};

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

/// Why no portal was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPortal {
    /// Who makes it is no administrator of the organization, or not any more.
    NotAdministrator,
    /// The organization has as many as it may have.
    Enough,
}

/// Why no user was added to a portal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoPortalUser {
    /// Who adds them is no administrator of the organization, or not any more.
    NotAdministrator,
    /// The organization has no such portal.
    Unknown,
    /// Somebody there has the address, or anybody the number.
    Taken,
}

/// What became of a portal that an administrator wanted to remove.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortalRemoval {
    /// It is gone.
    Removed,
    /// It stays: somebody can still sign in at it.
    HasUsers,
    /// The organization has no such portal, or who removes it is no administrator.
    Unknown,
}

impl Tx<'_> {
    /// Makes a portal for the organization, with every client let in.
    ///
    /// # Errors
    /// The inner one says why not: it has `most` already, say.
    pub fn add_portal(
        &mut self,
        organization_id: &str,
        by: UserId,
        (id, name): (&str, &str),
        most: i64,
        trail: &AuditTrail,
    ) -> Result<Result<(), NoPortal>, StoreError> {
        // Also makes administrators who do it at once take turns, and whoever deletes the organization.
        if !self.holds_office(organization_id, by)? {
            return Ok(Err(NoPortal::NotAdministrator));
        }
        let count =
            self.one("SELECT COUNT(*) FROM portals WHERE organization_id = $1", &[organization_id.into()], |row| {
                row.int(0)
            })?;
        if count.unwrap_or_default() >= most {
            return Ok(Err(NoPortal::Enough));
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
        Ok(Ok(()))
    }

    /// Removes a portal of the organization that has no users.
    pub fn remove_portal_of(
        &mut self,
        organization_id: &str,
        by: UserId,
        id: &str,
        trail: &AuditTrail,
    ) -> Result<PortalRemoval, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(PortalRemoval::Unknown);
        }
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
            self.remove_portal_with_users(portal)?;
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
        let sought = Sought::of(text);
        let [small, typed, words, capitals] = sought.params();
        self.all(
            concat!(
                "SELECT id, first_name, last_name, email_shown, disabled, created_at FROM users
                 WHERE realm = $1 AND email > $2 AND ($4 = '' OR email LIKE $4 ESCAPE '!' OR ",
                holds!("first_name || ' ' || last_name", "$4", "$5", "$6", "$7"),
                ") ORDER BY email LIMIT $3"
            ),
            &[portal.into(), after.into(), limit.into(), small, typed, words, capitals],
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

    /// Adds a user to a portal of the organization.
    ///
    /// # Errors
    /// The inner one says why not.
    pub fn add_portal_user(
        &mut self,
        organization_id: &str,
        by: UserId,
        new: &NewUser,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<(), NoPortalUser>, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(Err(NoPortalUser::NotAdministrator));
        }
        let portal = new.realm.as_str().to_owned();
        self.hold_portal(organization_id, &portal)?;
        if new.realm == Realm::Accounts || self.portal_of(organization_id, &portal)?.is_none() {
            return Ok(Err(NoPortalUser::Unknown));
        }
        if self.user_by_email(&new.realm, &new.email)?.is_some() || self.user(new.id)?.is_some() {
            return Ok(Err(NoPortalUser::Taken));
        }
        self.put_user(new, now)?;
        let detail = format!("{} (user {}) in portal {portal}", new.email, new.id.0);
        self.audit(trail, AuditEvent::PortalUserAdded, concerning(by, organization_id), &detail)?;
        Ok(Ok(()))
    }

    /// Does something to a user of a portal of the organization. None when there is no such user in it, or who does it
    /// is no administrator; else the clients whose tokens ended for good, each once for each grant.
    pub fn change_portal_user(
        &mut self,
        organization_id: &str,
        by: UserId,
        (portal, user): (&str, UserId),
        change: &PortalUserChange,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let own = self.holds_office(organization_id, by)? && self.portal_of(organization_id, portal)?.is_some();
        let found = self.user(user)?.filter(|found| own && found.realm == Realm::Portal(portal.to_owned()));
        let Some(found) = found else { return Ok(None) };
        let mut ended = Vec::new();
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
            PortalUserChange::Remove => {
                ended = self.all(
                    "SELECT client_id FROM grants WHERE user_id = $1 AND revoked_at IS NULL",
                    &[user.0.into()],
                    |row| row.text(0),
                )?;
                self.remove_user(user)?;
            }
        }
        let detail = format!("{} (user {}) in portal {portal}: {}", found.email, user.0, change.told());
        self.audit(trail, AuditEvent::PortalUserChanged, concerning(by, organization_id), &detail)?;
        Ok(Some(ended))
    }

    /// Changes a portal of the organization. False when it is not one of it, or who changes it is no administrator.
    pub fn set_portal_looks(
        &mut self,
        organization_id: &str,
        by: UserId,
        (portal, looks): (&str, &PortalLooks),
        trail: &AuditTrail,
    ) -> Result<bool, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(false);
        }
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
