//! What people see and change of themselves: profile, password, what they granted, and leaving for good.

use grantor_protocol::{
    people::{Organization, User, UserId},
    scope::ScopeList,
    time::Timestamp,
    token::TokenId,
};

use crate::{
    AuditEvent, AuditTrail, Concerning, Confirmed, NewBrowserSession, StoreError, Tx,
    mail_links::applications_ended,
    organization_apps::MadeOf,
    users::{organization, user},
};

/// A user as their own account shows them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// Who.
    pub user: User,
    /// When the account was made.
    pub created_at: Timestamp,
    /// When the password was last changed, by whomever; none when it is the first one.
    pub password_changed_at: Option<Timestamp>,
}

/// What a person allowed a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnGrant {
    /// Its key.
    pub id: TokenId,
    /// Who holds it.
    pub client_id: String,
    /// Where it works; empty when it is bound to no organization.
    pub organization_id: String,
    /// That organization's name.
    pub organization: Option<String>,
    /// What is allowed.
    pub scopes: ScopeList,
    /// Whether it keeps access while the person is away.
    pub offline: bool,
    /// When it was last consented to.
    pub granted_at: Timestamp,
    /// When one of its refresh tokens was last used.
    pub used_at: Option<Timestamp>,
    /// Whether an administrator gave it for the whole organization.
    pub whole_organization: bool,
    /// When it was withdrawn, if it was.
    pub withdrawn_at: Option<Timestamp>,
}

/// A new password, chosen by somebody who knows the old one.
#[derive(Clone)]
pub struct PasswordChange {
    /// Whose, and that they know the old one.
    pub by: Confirmed,
    /// argon2id PHC string of the new one.
    pub new_hash: String,
    /// The session they go on in; every other one ends.
    pub session: NewBrowserSession,
    /// Whether everything that applications hold ends as well.
    pub end_tokens: bool,
}

impl std::fmt::Debug for PasswordChange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PasswordChange").field("user", &self.by.user).finish_non_exhaustive()
    }
}

/// What becomes of the organizations that only this person administers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Others depend on them, so somebody else has to administer them first.
    pub kept_by: Vec<Organization>,
    /// Nobody else is in them: they go along.
    pub go_along: Vec<Organization>,
}

/// Why an account was not deleted, and nothing was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotDeleted {
    /// What was confirmed does not stand any more.
    Unconfirmed,
    /// Somebody else has to administer these first.
    KeptBy(Vec<Organization>),
}

impl Tx<'_> {
    /// The profile of that user.
    pub fn profile(&mut self, id: UserId) -> Result<Option<Profile>, StoreError> {
        self.one(
            "SELECT id, realm, email_shown, first_name, last_name, disabled, email_verified, created_at,
                    password_changed_at FROM users WHERE id = $1",
            &[id.0.into()],
            |row| {
                let changed = row.int(8)?;
                Ok(Profile {
                    user: user(row)?,
                    created_at: Timestamp::from_millis(row.int(7)?),
                    password_changed_at: (changed > 0).then_some(Timestamp::from_millis(changed)),
                })
            },
        )
    }

    /// Changes a user's names, and nothing else.
    pub fn set_names(&mut self, user: UserId, names: (&str, &str), trail: &AuditTrail) -> Result<(), StoreError> {
        self.execute(
            "UPDATE users SET first_name = $2, last_name = $3 WHERE id = $1",
            &[user.0.into(), names.0.into(), names.1.into()],
        )?;
        let concerning = Concerning { user: Some(user), ..Concerning::default() };
        self.audit(trail, AuditEvent::ProfileChanged, concerning, "name")
    }

    /// The hash of a user's password.
    pub fn password_hash(&mut self, user: UserId) -> Result<Option<String>, StoreError> {
        self.one("SELECT password_hash FROM users WHERE id = $1", &[user.0.into()], |row| row.text(0))
    }

    /// Gives a user another password.
    pub(crate) fn set_password(&mut self, user: UserId, hash: &str, now: Timestamp) -> Result<(), StoreError> {
        self.execute("UPDATE users SET password_hash = $2 WHERE id = $1", &[user.0.into(), hash.into()])?;
        self.password_was_set(user, now)
    }

    /// What follows another password wherever it was set: the time of it, and that no letter sent before sets one more.
    pub(crate) fn password_was_set(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.execute("UPDATE users SET password_changed_at = $2 WHERE id = $1", &[user.0.into(), now.millis().into()])?;
        self.execute(
            "UPDATE mail_links SET used_at = $2 WHERE user_id = $1 AND purpose = 'recover' AND used_at = 0",
            &[user.0.into(), now.millis().into()],
        )?;
        Ok(())
    }

    /// Changes a password: every session and every link for a new one ends, a new session begins. Answers the clients whose
    /// grants ended; none when what was confirmed does not stand any more.
    pub fn change_password(
        &mut self,
        change: &PasswordChange,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Option<Vec<String>>, StoreError> {
        if !self.confirmed(&change.by)? {
            return Ok(None);
        }
        let user = change.by.user;
        self.set_password(user, &change.new_hash, now)?;
        self.end_sessions_of(user, now)?;
        self.start_session(&change.session, None, now)?;
        let ended = if change.end_tokens { self.revoke_grants_of(user, now)? } else { Vec::new() };
        let concerning = Concerning { user: Some(user), ..Concerning::default() };
        self.audit(trail, AuditEvent::PasswordChanged, concerning, &applications_ended(ended.len()))?;
        Ok(Some(ended))
    }

    /// Withdraws everything a user granted. Answers the clients, each once for each grant.
    pub fn revoke_grants_of(&mut self, user: UserId, now: Timestamp) -> Result<Vec<String>, StoreError> {
        let live = self.all(
            "SELECT id, client_id FROM grants WHERE user_id = $1 AND revoked_at IS NULL ORDER BY id",
            &[user.0.into()],
            |row| Ok((TokenId::from_bytes(row.array(0)?), row.text(1)?)),
        )?;
        let mut clients = Vec::new();
        for (grant, client_id) in live {
            if self.revoke_grant(grant, now)? {
                clients.push(client_id);
            }
        }
        Ok(clients)
    }

    /// What a user granted that still holds (or, with `withdrawn`, what is kept of what does not), and what was granted for
    /// the organizations they administer. The newest at most `limit` of those before that time and key, in this order: first
    /// what is bound to no organization, then by organization; the newest first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn own_grants(
        &mut self,
        user: UserId,
        withdrawn: bool,
        before: Option<(Timestamp, TokenId)>,
        limit: i64,
    ) -> Result<Vec<OwnGrant>, StoreError> {
        let (time, key) = before.map_or((i64::MAX, [0xff; 16]), |(time, key)| (time.millis(), *key.as_bytes()));
        let found = self.all(
            "SELECT g.id, g.client_id, g.organization_id, o.name, g.scopes, g.offline, g.granted_at, g.user_id,
                    g.revoked_at, g.refresh_ids, g.access_ids
             FROM grants g LEFT JOIN organizations o ON o.id = g.organization_id
             WHERE g.user_id = $1 AND (g.revoked_at IS NULL OR $2) AND (g.granted_at, g.id) < ($4, $5)
             UNION ALL
             SELECT g.id, g.client_id, g.organization_id, o.name, g.scopes, g.offline, g.granted_at, g.user_id,
                    g.revoked_at, g.refresh_ids, g.access_ids
             FROM memberships m JOIN organizations o ON o.id = m.organization_id
             JOIN grants g ON g.organization_id = m.organization_id AND g.user_id = 0
             WHERE m.user_id = $1 AND m.administrator AND g.revoked_at IS NULL AND (g.granted_at, g.id) < ($4, $5)
             ORDER BY 7 DESC, 1 DESC LIMIT $3",
            &[user.0.into(), withdrawn.into(), limit.into(), time.into(), key.as_slice().into()],
            |row| {
                let grant = OwnGrant {
                    id: TokenId::from_bytes(row.array(0)?),
                    client_id: row.text(1)?,
                    organization_id: row.text(2)?,
                    organization: row.opt_text(3)?,
                    scopes: ScopeList::from_stored(row.opt_text_ref(4)?.unwrap_or_default()),
                    offline: row.bool(5)?,
                    granted_at: Timestamp::from_millis(row.int(6)?),
                    used_at: None,
                    whole_organization: row.int(7)? == UserId::NOBODY.0,
                    withdrawn_at: row.opt_int(8)?.map(Timestamp::from_millis),
                };
                Ok((grant, MadeOf::read(row, 9)?))
            },
        )?;
        let mut grants = Vec::with_capacity(found.len());
        for (mut grant, made) in found {
            grant.used_at = self.last_use(&made)?;
            grants.push(grant);
        }
        grants.sort_by(|a, b| (&a.organization, &a.organization_id).cmp(&(&b.organization, &b.organization_id)));
        Ok(grants)
    }

    /// What becomes of the organizations that only this user administers.
    pub fn leaving(&mut self, user: UserId) -> Result<Leaving, StoreError> {
        let administered = self.all(
            "SELECT o.id, o.name, o.environment,
                    EXISTS (SELECT 1 FROM memberships x WHERE x.organization_id = o.id AND x.user_id <> $1)
                    OR EXISTS (SELECT 1 FROM portals p WHERE p.organization_id = o.id)
             FROM memberships m JOIN organizations o ON o.id = m.organization_id
             WHERE m.user_id = $1 AND m.administrator ORDER BY o.name, o.id",
            &[user.0.into()],
            |row| Ok((organization(row)?, row.bool(3)?)),
        )?;
        let mut leaving = Leaving::default();
        for (organization, depended_on) in administered {
            if !self.others_administer(&organization.id, user)? {
                if depended_on { &mut leaving.kept_by } else { &mut leaving.go_along }.push(organization);
            }
        }
        Ok(leaving)
    }

    /// Deletes an account with everything that is the person's, and the organizations that nobody else is in. Answers the
    /// clients whose grants ended.
    ///
    /// # Errors
    /// The inner one says why nothing was done.
    pub fn delete_account(
        &mut self,
        by: &Confirmed,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Vec<String>, NotDeleted>, StoreError> {
        let user = by.user;
        // Two administrators who leave at once take turns. The order of locks: see `remove_user`.
        for sql in [
            "SELECT user_id FROM client_users WHERE user_id = $1 FOR UPDATE",
            "SELECT id FROM users WHERE id = $1 FOR UPDATE",
            "SELECT user_id FROM memberships WHERE organization_id IN
             (SELECT organization_id FROM memberships WHERE user_id = $1) ORDER BY organization_id, user_id FOR UPDATE",
        ] {
            self.all(sql, &[user.0.into()], |_| Ok(()))?;
        }
        if !self.confirmed(by)? {
            return Ok(Err(NotDeleted::Unconfirmed));
        }
        let Leaving { kept_by, go_along } = self.leaving(user)?;
        if !kept_by.is_empty() {
            return Ok(Err(NotDeleted::KeptBy(kept_by)));
        }
        let mut ended = self.revoke_grants_of(user, now)?;
        self.remove_user(user)?;
        for organization in go_along {
            // What was granted for the whole organization ends with it.
            ended.extend(self.all(
                "SELECT client_id FROM grants WHERE organization_id = $1 AND revoked_at IS NULL ORDER BY client_id, id",
                &[organization.id.as_str().into()],
                |row| row.text(0),
            )?);
            self.remove_organization(&organization.id)?;
        }
        let concerning = Concerning { user: Some(user), ..Concerning::default() };
        self.audit(trail, AuditEvent::AccountDeleted, concerning, "")?;
        Ok(Ok(ended))
    }

    /// In the directory: forgets a person who was at home at `location`. Clients they owned have no owner any more.
    /// `places` are all data centers, in the order of the config.
    pub fn forget_owner(&mut self, email: &str, location: &str, places: &[String]) -> Result<(), StoreError> {
        self.disown(email, location, places)?;
        self.remove_home(email, location)
    }

    /// In the directory: a person who was at home at `location` is at home at `to` from now on, and so are the clients they
    /// own. Their new home is noted by who writes them there. `places` as for [`Tx::forget_owner`].
    ///
    /// # Errors
    /// When the directory fails.
    pub fn move_owner(&mut self, email: &str, location: &str, to: &str, places: &[String]) -> Result<(), StoreError> {
        let unplaced = self.is_first_home(email, location, places)?;
        self.execute(
            "UPDATE clients SET owner_location = $4
             WHERE owner = $1 AND (owner_location = $2 OR (owner_location = '' AND $3))",
            &[email.into(), location.into(), unplaced.into(), to.into()],
        )?;
        self.remove_home(email, location)
    }

    /// Clients of whoever had the address at that home have no owner any more.
    pub(crate) fn disown(&mut self, email: &str, location: &str, places: &[String]) -> Result<(), StoreError> {
        let unplaced = self.is_first_home(email, location, places)?;
        self.execute(
            "UPDATE clients SET owner = '', owner_location = ''
             WHERE owner = $1 AND (owner_location = $2 OR (owner_location = '' AND $3))",
            &[email.into(), location.into(), unplaced.into()],
        )?;
        Ok(())
    }

    /// In the directory: id and name of the clients whose owner this is.
    pub fn owned_names(
        &mut self,
        email: &str,
        location: &str,
        places: &[String],
    ) -> Result<Vec<(String, String)>, StoreError> {
        let unplaced = self.is_first_home(email, location, places)?;
        self.all(
            "SELECT id, name FROM clients
             WHERE owner = $1 AND (owner_location = $2 OR (owner_location = '' AND $3)) ORDER BY name, id",
            &[email.into(), location.into(), unplaced.into()],
            |row| Ok((row.text(0)?, row.text(1)?)),
        )
    }

    /// Whether that is the first data center that knows the address: owners whose data center was not written down are
    /// those of the first.
    fn is_first_home(&mut self, email: &str, location: &str, places: &[String]) -> Result<bool, StoreError> {
        let homes = self.homes(email)?;
        Ok(places.iter().find(|place| homes.contains(place)).is_some_and(|first| first == location))
    }
}
