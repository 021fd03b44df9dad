//! Users, their organizations and memberships, in one data center.

use grantor_protocol::{
    people::{Environment, Membership, Organization, Realm, User, UserId},
    time::Timestamp,
};

use crate::{Row, StoreError, Tx};

/// A user with what proves a password, for the sign-in page.
#[derive(Clone)]
pub struct UserWithPassword {
    /// The user.
    pub user: User,
    /// An argon2id PHC string; empty when no password was ever set.
    pub password_hash: String,
}

impl std::fmt::Debug for UserWithPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UserWithPassword").field("user", &self.user.id).finish_non_exhaustive()
    }
}

/// What provisioning writes about a user.
#[derive(Clone)]
pub struct NewUser {
    /// Their ZUID; unique in the data center.
    pub id: UserId,
    /// Where they sign in.
    pub realm: Realm,
    /// Folded address.
    pub email: String,
    /// The address as the person writes it.
    pub email_shown: String,
    /// argon2id PHC string.
    pub password_hash: String,
    /// Given name.
    pub first_name: String,
    /// Family name.
    pub last_name: String,
    /// Whether they may not sign in.
    pub disabled: bool,
}

impl std::fmt::Debug for NewUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewUser").field("id", &self.id).finish_non_exhaustive()
    }
}

pub(crate) fn user(row: &Row<'_>) -> Result<User, StoreError> {
    Ok(User {
        id: UserId(row.int(0)?),
        realm: Realm::from_stored(row.text(1)?),
        email: row.text(2)?,
        first_name: row.text(3)?,
        last_name: row.text(4)?,
        disabled: row.bool(5)?,
        email_verified: row.bool(6)?,
    })
}

impl Tx<'_> {
    /// Whether anybody has this folded address: a user of the accounts house or of any portal.
    pub fn knows_email(&mut self, email: &str) -> Result<bool, StoreError> {
        let found = self.one("SELECT 1 FROM users WHERE email = $1 LIMIT 1", &[email.into()], |_| Ok(()))?;
        Ok(found.is_some())
    }

    /// The user of that folded address in that realm.
    pub fn user_by_email(&mut self, realm: &Realm, email: &str) -> Result<Option<UserWithPassword>, StoreError> {
        self.one(
            "SELECT id, realm, email_shown, first_name, last_name, disabled, email_verified, password_hash
             FROM users WHERE realm = $1 AND email = $2",
            &[realm.as_str().into(), email.into()],
            |row| Ok(UserWithPassword { user: user(row)?, password_hash: row.text(7)? }),
        )
    }

    /// Whether that folded address is a user's in that realm: a count, so that yes and no are read alike (case K01).
    pub fn is_user(&mut self, realm: &Realm, email: &str) -> Result<bool, StoreError> {
        let count = self.one(
            "SELECT COUNT(*) FROM users WHERE realm = $1 AND email = $2",
            &[realm.as_str().into(), email.into()],
            |row| row.int(0),
        )?;
        Ok(count != Some(0))
    }

    /// The user of that id.
    pub fn user(&mut self, id: UserId) -> Result<Option<User>, StoreError> {
        self.one(
            "SELECT id, realm, email_shown, first_name, last_name, disabled, email_verified FROM users WHERE id = $1",
            &[id.0.into()],
            user,
        )
    }

    /// Where a user belongs, by name. A portal user belongs to the portal's organization.
    pub fn memberships(&mut self, user: UserId, realm: &Realm) -> Result<Vec<Membership>, StoreError> {
        let read = |row: &Row<'_>| {
            Ok(Membership {
                organization: Organization {
                    id: row.text(0)?,
                    name: row.text(1)?,
                    environment: Environment::parse(&row.text(2)?).unwrap_or_default(),
                },
                administrator: row.bool(3)?,
            })
        };
        match realm {
            Realm::Accounts => self.all(
                "SELECT o.id, o.name, o.environment, m.administrator
                 FROM memberships m JOIN organizations o ON o.id = m.organization_id
                 WHERE m.user_id = $1 ORDER BY o.name, o.id",
                &[user.0.into()],
                read,
            ),
            Realm::Portal(portal) => self.all(
                "SELECT o.id, o.name, o.environment, FALSE
                 FROM portals p JOIN organizations o ON o.id = p.organization_id WHERE p.id = $1",
                &[portal.into()],
                read,
            ),
        }
    }

    /// Locks the user's row. Whoever signs in without a second factor while the first one is added either comes first
    /// and is signed out, or finds it; other steps wait for a removal.
    pub(crate) fn hold_user(&mut self, user: UserId) -> Result<(), StoreError> {
        self.one("SELECT 1 FROM users WHERE id = $1 FOR UPDATE", &[user.0.into()], |_| Ok(()))?;
        Ok(())
    }

    /// Writes a user, by id. Another password than the one they have is a change of it, with what follows one.
    pub fn put_user(&mut self, user: &NewUser, now: Timestamp) -> Result<(), StoreError> {
        let same =
            self.one("SELECT password_hash FROM users WHERE id = $1 FOR UPDATE", &[user.id.0.into()], |row| {
                Ok(row.text_ref(0)? == user.password_hash)
            })?;
        self.execute(
            "INSERT INTO users (id, realm, email, email_shown, password_hash, first_name, last_name, disabled, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
             ON CONFLICT (id) DO UPDATE SET email = excluded.email, email_shown = excluded.email_shown,
               password_hash = excluded.password_hash, first_name = excluded.first_name,
               last_name = excluded.last_name, disabled = excluded.disabled",
            &[
                user.id.0.into(),
                user.realm.as_str().into(),
                user.email.as_str().into(),
                user.email_shown.as_str().into(),
                user.password_hash.as_str().into(),
                user.first_name.as_str().into(),
                user.last_name.as_str().into(),
                user.disabled.into(),
                now.millis().into(),
            ],
        )?;
        if same == Some(false) { self.password_was_set(user.id, now) } else { Ok(()) }
    }

    /// Removes a user with their memberships, sessions, grants and tokens: nothing of theirs is left to work.
    pub fn remove_user(&mut self, id: UserId) -> Result<(), StoreError> {
        let email =
            self.one("SELECT email FROM users WHERE id = $1 AND realm = ''", &[id.0.into()], |row| row.text(0))?;
        let member_of =
            self.all("SELECT organization_id FROM memberships WHERE user_id = $1", &[id.0.into()], |row| row.text(0))?;
        // In the order in which every step takes its locks: what is under way is waited for, and then removed too.
        for sql in [
            "DELETE FROM client_users WHERE user_id = $1",
            "DELETE FROM users WHERE id = $1",
            "DELETE FROM memberships WHERE user_id = $1",
            "DELETE FROM browser_sessions WHERE user_id = $1",
        ] {
            self.execute(sql, &[id.0.into()])?;
        }
        self.remove_grants_of(id)?;
        for sql in [
            "DELETE FROM authenticators WHERE user_id = $1",
            "DELETE FROM passkeys WHERE user_id = $1",
            "DELETE FROM recovery_codes WHERE user_id = $1",
            "DELETE FROM factor_guesses WHERE user_id = $1",
            "DELETE FROM mail_links WHERE user_id = $1",
        ] {
            self.execute(sql, &[id.0.into()])?;
        }
        for organization_id in member_of {
            self.withdraw_invitations_by(id, &organization_id)?;
        }
        if let Some(email) = email {
            // The link they signed up with is nobody's, and names their address.
            self.execute("DELETE FROM mail_links WHERE user_id = 0 AND email = $1", &[email.as_str().into()])?;
        }
        Ok(())
    }

    /// The realms that anybody is a user of, the accounts house first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn realms(&mut self) -> Result<Vec<Realm>, StoreError> {
        self.all("SELECT DISTINCT realm FROM users ORDER BY realm", &[], |row| Ok(Realm::from_stored(row.text(0)?)))
    }

    /// Every user of a realm, by address.
    pub fn users(&mut self, realm: &Realm) -> Result<Vec<User>, StoreError> {
        self.all(
            "SELECT id, realm, email_shown, first_name, last_name, disabled, email_verified FROM users
             WHERE realm = $1 ORDER BY email",
            &[realm.as_str().into()],
            user,
        )
    }

    /// Writes an organization, by id. False, and nothing is written, when it is there in another environment: that stays
    /// as it was made, since tokens are bound to it.
    pub fn put_organization(&mut self, organization: &Organization) -> Result<bool, StoreError> {
        let written = self.execute(
            "INSERT INTO organizations (id, name, environment) VALUES ($1, $2, $3)
             ON CONFLICT (id) DO UPDATE SET name = excluded.name WHERE organizations.environment = excluded.environment",
            &[
                organization.id.as_str().into(),
                organization.name.as_str().into(),
                organization.environment.as_str().into(),
            ],
        )?;
        Ok(written == 1)
    }

    /// The organization of that id.
    pub fn organization(&mut self, id: &str) -> Result<Option<Organization>, StoreError> {
        self.one("SELECT id, name, environment FROM organizations WHERE id = $1", &[id.into()], organization)
    }

    /// Every organization, by id.
    pub fn organizations(&mut self) -> Result<Vec<Organization>, StoreError> {
        self.all("SELECT id, name, environment FROM organizations ORDER BY id", &[], organization)
    }

    /// Removes an organization with its memberships, grants and tokens.
    pub fn remove_organization(&mut self, id: &str) -> Result<(), StoreError> {
        // The order of locks again, see `remove_user`.
        self.execute("DELETE FROM memberships WHERE organization_id = $1", &[id.into()])?;
        self.remove_grants_in(id)?;
        for sql in [
            "DELETE FROM invitations WHERE organization_id = $1",
            // Once more: an invitation may have been accepted while the grants went. From here on there is none.
            "DELETE FROM memberships WHERE organization_id = $1",
            "DELETE FROM organization_policies WHERE organization_id = $1",
            "DELETE FROM reviews WHERE organization_id = $1",
            "DELETE FROM organizations WHERE id = $1",
        ] {
            self.execute(sql, &[id.into()])?;
        }
        Ok(())
    }

    /// Makes exactly these the user's memberships (organization id, whether administrator). Where they are no member any
    /// more, open invitations for them are withdrawn; so are those they sent and may not send any more.
    pub fn set_memberships(&mut self, user: UserId, places: &[(String, bool)]) -> Result<(), StoreError> {
        let before = self.all(
            "DELETE FROM memberships WHERE user_id = $1 RETURNING organization_id",
            &[user.0.into()],
            |row| row.text(0),
        )?;
        for (organization_id, administrator) in places {
            self.execute(
                "INSERT INTO memberships (user_id, organization_id, administrator) VALUES ($1, $2, $3)
                 ON CONFLICT (user_id, organization_id) DO UPDATE SET administrator = excluded.administrator",
                &[user.0.into(), organization_id.into(), (*administrator).into()],
            )?;
        }
        for organization_id in before {
            if !places.iter().any(|(kept, _)| *kept == organization_id) {
                self.withdraw_invitations_of(user, &organization_id)?;
            }
            self.withdraw_invitations_by(user, &organization_id)?;
        }
        Ok(())
    }
}

pub(crate) fn organization(row: &Row<'_>) -> Result<Organization, StoreError> {
    organization_at(row, 0)
}

/// Reads id, name and environment from `first` on.
pub(crate) fn organization_at(row: &Row<'_>, first: usize) -> Result<Organization, StoreError> {
    Ok(Organization {
        id: row.text(first)?,
        name: row.text(first + 1)?,
        environment: Environment::parse(row.text_ref(first + 2)?).unwrap_or_default(),
    })
}
