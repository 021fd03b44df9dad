//! The members of an organization, as its administrators see and change them. Whoever is removed takes nothing along:
//! what they granted in this organization ends in the same step. At least one administrator stays.

use grantor_protocol::{people::UserId, time::Timestamp, token::TokenId};

use crate::{
    AuditEvent, AuditTrail, Concerning, StoreError, Tx,
    search::{Sought, holds},
};

/// A member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub user: UserId,
    /// As people read it; may be empty.
    pub name: String,
    /// As they write it.
    pub email: String,
    /// Whether they administer the organization.
    pub administrator: bool,
    /// Whether they cannot sign in.
    pub disabled: bool,
}

/// How many there are of what, for the first page. Counting stops at [`Figures::MOST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Figures {
    /// Members.
    pub members: i64,
    /// Administrators among them.
    pub administrators: i64,
    /// Grants that hold.
    pub grants: i64,
    /// Portals.
    pub portals: i64,
    /// Invitations nobody answered yet.
    pub invitations: i64,
    /// Reviews that wait for a decision.
    pub reviews: i64,
}

impl Figures {
    /// Where counting stops.
    pub const MOST: i64 = 10_000;
}

/// Why a member stays what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotChanged {
    /// Who changes them is no administrator of this organization, or not any more.
    NotAdministrator,
    /// No such member of this organization.
    NoMember,
    /// They are the only one who can administer it.
    LastAdministrator,
}

impl Tx<'_> {
    /// Members after a user id, by id; only those whose name or address holds the text.
    pub fn members(
        &mut self,
        organization_id: &str,
        text: &str,
        after: UserId,
        limit: i64,
    ) -> Result<Vec<Member>, StoreError> {
        let sought = Sought::of(text);
        let [small, typed, words, capitals] = sought.params();
        self.all(
            concat!(
                "SELECT m.user_id, u.first_name, u.last_name, u.email_shown, m.administrator, u.disabled
                 FROM memberships m JOIN users u ON u.id = m.user_id
                 WHERE m.organization_id = $1 AND m.user_id > $2 AND ($4 = '' OR u.email LIKE $4 ESCAPE '!' OR ",
                holds!("u.first_name || ' ' || u.last_name", "$4", "$5", "$6", "$7"),
                ") ORDER BY m.user_id LIMIT $3"
            ),
            &[organization_id.into(), after.0.into(), limit.into(), small, typed, words, capitals],
            |row| {
                let name = format!("{} {}", row.text_ref(1)?, row.text_ref(2)?);
                Ok(Member {
                    user: UserId(row.int(0)?),
                    name: name.trim().to_owned(),
                    email: row.text(3)?,
                    administrator: row.bool(4)?,
                    disabled: row.bool(5)?,
                })
            },
        )
    }

    /// One member.
    pub fn member(&mut self, organization_id: &str, user: UserId) -> Result<Option<Member>, StoreError> {
        let before = UserId(user.0.saturating_sub(1));
        Ok(self.members(organization_id, "", before, 1)?.into_iter().find(|member| member.user == user))
    }

    /// Addresses of administrators who can sign in, at most twenty.
    pub fn administrators(&mut self, organization_id: &str) -> Result<Vec<String>, StoreError> {
        self.all(
            "SELECT u.email_shown FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.organization_id = $1 AND m.administrator AND NOT u.disabled ORDER BY m.user_id LIMIT 20",
            &[organization_id.into()],
            |row| row.text(0),
        )
    }

    /// How many there are of what.
    pub fn organization_figures(&mut self, organization_id: &str, now: Timestamp) -> Result<Figures, StoreError> {
        let found = self.one(
            "SELECT (SELECT COUNT(*) FROM (SELECT 1 FROM memberships WHERE organization_id = $1 LIMIT 10000) a),
                    (SELECT COUNT(*) FROM (SELECT 1 FROM memberships WHERE organization_id = $1 AND administrator LIMIT 10000) b),
                    (SELECT COUNT(*) FROM (SELECT revoked_at FROM grants WHERE organization_id = $1 LIMIT 10000) c
                     WHERE revoked_at IS NULL),
                    (SELECT COUNT(*) FROM portals WHERE organization_id = $1),
                    (SELECT COUNT(*) FROM (SELECT state, expires_at FROM invitations WHERE organization_id = $1
                     ORDER BY id DESC LIMIT 10000) d WHERE state = 'open' AND expires_at > $2),
                    (SELECT COUNT(*) FROM reviews WHERE organization_id = $1 AND state = 'asked')",
            &[organization_id.into(), now.millis().into()],
            |row| {
                Ok(Figures {
                    members: row.int(0)?,
                    administrators: row.int(1)?,
                    grants: row.int(2)?,
                    portals: row.int(3)?,
                    invitations: row.int(4)?,
                    reviews: row.int(5)?,
                })
            },
        )?;
        Ok(found.unwrap_or_default())
    }

    /// Makes a member an administrator, or no longer one; then the invitations of further administrators that they sent
    /// are withdrawn.
    ///
    /// # Errors
    /// The inner one says why the member stays what they are, and nothing is done.
    pub fn set_administrator(
        &mut self,
        organization_id: &str,
        by: UserId,
        (user, administrator): (UserId, bool),
        trail: &AuditTrail,
    ) -> Result<Result<(), NotChanged>, StoreError> {
        let is = match self.hold_administration(organization_id, by, user)? {
            Ok(is) => is,
            Err(why) => return Ok(Err(why)),
        };
        if is == administrator {
            return Ok(Ok(()));
        }
        if !administrator && !self.others_administer(organization_id, user)? {
            return Ok(Err(NotChanged::LastAdministrator));
        }
        self.execute(
            "UPDATE memberships SET administrator = $3 WHERE organization_id = $1 AND user_id = $2",
            &[organization_id.into(), user.0.into(), administrator.into()],
        )?;
        self.withdraw_invitations_by(user, organization_id)?;
        let what = if administrator { "is an administrator now" } else { "is no administrator any more" };
        let detail = format!("user {} {what}", user.0);
        self.audit(trail, AuditEvent::AdministratorChanged, concerning(by, organization_id), &detail)?;
        Ok(Ok(()))
    }

    /// Removes a member. What they granted in this organization ends with it, and comes back with nothing. Open
    /// invitations for them, and those they sent, are withdrawn. Answers the clients whose tokens ended, each once for
    /// each grant.
    ///
    /// # Errors
    /// The inner one says why the member stays, and nothing is done.
    pub fn remove_member(
        &mut self,
        organization_id: &str,
        by: UserId,
        user: UserId,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Vec<String>, NotChanged>, StoreError> {
        // The order of locks: user, membership, grants with their refresh tokens, codes.
        self.hold_user(user)?;
        let is = match self.hold_administration(organization_id, by, user)? {
            Ok(is) => is,
            Err(why) => return Ok(Err(why)),
        };
        if is && !self.others_administer(organization_id, user)? {
            return Ok(Err(NotChanged::LastAdministrator));
        }
        self.execute(
            "DELETE FROM memberships WHERE organization_id = $1 AND user_id = $2",
            &[organization_id.into(), user.0.into()],
        )?;
        self.withdraw_invitations_of(user, organization_id)?;
        self.withdraw_invitations_by(user, organization_id)?;
        let granted = self.all(
            "SELECT id, client_id FROM grants
             WHERE user_id = $1 AND organization_id = $2 AND revoked_at IS NULL ORDER BY id",
            &[user.0.into(), organization_id.into()],
            |row| Ok((TokenId::from_bytes(row.array(0)?), row.text(1)?)),
        )?;
        let mut ended = Vec::new();
        for (grant, client_id) in granted {
            if self.revoke_grant(grant, now)? {
                ended.push(client_id);
            }
        }
        let detail = format!("user {} was removed; {} connected applications ended", user.0, ended.len());
        self.audit(trail, AuditEvent::MemberRemoved, concerning(by, organization_id), &detail)?;
        Ok(Ok(ended))
    }

    /// Whether `by` may act for the organization now. Every step of an administrator begins with it: whoever was removed
    /// while their request was under way acts no more. Until the step ends they stay what they are, and administrators
    /// who act at once take turns.
    pub(crate) fn holds_office(&mut self, organization_id: &str, by: UserId) -> Result<bool, StoreError> {
        Ok(self.hold_administration(organization_id, by, by)?.is_ok())
    }

    /// Locks a membership and those of all administrators, in one order, so that two of them cannot remove each other.
    /// Answers whether the member is an administrator.
    fn hold_administration(
        &mut self,
        organization_id: &str,
        by: UserId,
        user: UserId,
    ) -> Result<Result<bool, NotChanged>, StoreError> {
        let held = self.all(
            "SELECT user_id, administrator FROM memberships
             WHERE organization_id = $1 AND (administrator OR user_id = $2) ORDER BY user_id FOR UPDATE",
            &[organization_id.into(), user.0.into()],
            |row| Ok((UserId(row.int(0)?), row.bool(1)?)),
        )?;
        if !held.contains(&(by, true)) || self.user(by)?.is_none_or(|by| by.disabled) {
            return Ok(Err(NotChanged::NotAdministrator));
        }
        Ok(held.iter().find(|(id, _)| *id == user).map(|(_, is)| *is).ok_or(NotChanged::NoMember))
    }

    /// Whether somebody else administers the organization and can sign in: without one, an administrator stays.
    pub(crate) fn others_administer(&mut self, organization_id: &str, user: UserId) -> Result<bool, StoreError> {
        let other = self.one(
            "SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
             WHERE m.organization_id = $1 AND m.user_id <> $2 AND m.administrator AND NOT u.disabled LIMIT 1",
            &[organization_id.into(), user.0.into()],
            |_| Ok(()),
        )?;
        Ok(other.is_some())
    }
}

pub(crate) fn concerning(by: UserId, organization_id: &str) -> Concerning<'_> {
    Concerning { user: Some(by), organization_id: Some(organization_id), ..Concerning::default() }
}
