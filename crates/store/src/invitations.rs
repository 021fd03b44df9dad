//! Invitations into an organization: a link in a letter, good once, for one address, for seven days.

use std::time::Duration;

use grantor_protocol::{
    people::{Organization, UserId},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditEvent, AuditTrail, StoreError, Tx, members::concerning, users::organization_at};

/// The most invitations of an organization that are open at a time.
const MOST_OPEN: i64 = 200;

/// An invitation to be.
#[derive(Debug, Clone)]
pub struct NewInvitation {
    /// Its key.
    pub id: TokenId,
    /// What is kept of the link's secret.
    pub secret_hash: SecretHash,
    /// Into which organization.
    pub organization_id: String,
    /// The folded address of whom it is for.
    pub email: String,
    /// Whether as an administrator.
    pub administrator: bool,
    /// Which administrator invites.
    pub invited_by: UserId,
}

/// An invitation that nobody answered yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its key.
    pub id: TokenId,
    /// For whom.
    pub email: String,
    /// Whether as an administrator.
    pub administrator: bool,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// What a link leads to while it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invited {
    /// Into which organization.
    pub organization: Organization,
    /// For whom.
    pub email: String,
    /// Whether as an administrator.
    pub administrator: bool,
}

/// Why nobody was invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInvited {
    /// Who invites is no administrator of the organization, or not any more.
    NotAdministrator,
    /// Whoever has this address is a member.
    Member,
    /// Too many are open.
    TooMany,
}

/// Why an invitation was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotAccepted {
    /// Not there, taken back, too old or accepted before: nobody is told which.
    Gone,
    /// It is for another address.
    OfAnother,
}

impl Tx<'_> {
    /// How long an invitation is good.
    pub const INVITATION_LIFE: Duration = Duration::from_hours(7 * 24);

    /// Invites. An earlier open invitation for the same address is taken back.
    ///
    /// # Errors
    /// The inner one says why nobody was invited.
    pub fn invite(
        &mut self,
        new: &NewInvitation,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<(), NotInvited>, StoreError> {
        if !self.holds_office(&new.organization_id, new.invited_by)? {
            return Ok(Err(NotInvited::NotAdministrator));
        }
        let member = self.one(
            "SELECT 1 FROM users u JOIN memberships m ON m.user_id = u.id
             WHERE u.realm = '' AND u.email = $1 AND m.organization_id = $2",
            &[new.email.as_str().into(), new.organization_id.as_str().into()],
            |_| Ok(()),
        )?;
        if member.is_some() {
            return Ok(Err(NotInvited::Member));
        }
        self.execute(
            "UPDATE invitations SET state = 'withdrawn' WHERE organization_id = $1 AND email = $2 AND state = 'open'",
            &[new.organization_id.as_str().into(), new.email.as_str().into()],
        )?;
        if self.invitations(&new.organization_id, now)?.len() >= usize::try_from(MOST_OPEN).unwrap_or(usize::MAX) {
            return Ok(Err(NotInvited::TooMany));
        }
        self.execute(
            "INSERT INTO invitations (id, organization_id, secret_hash, email, administrator, invited_by, state, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, 'open', $7)",
            &[
                new.id.as_bytes().into(),
                new.organization_id.as_str().into(),
                new.secret_hash.as_bytes().into(),
                new.email.as_str().into(),
                new.administrator.into(),
                new.invited_by.0.into(),
                now.plus(Self::INVITATION_LIFE).millis().into(),
            ],
        )?;
        let what = if new.administrator { " as an administrator" } else { "" };
        let detail = format!("{}{what}", new.email);
        self.audit(trail, AuditEvent::Invited, concerning(new.invited_by, &new.organization_id), &detail)?;
        Ok(Ok(()))
    }

    /// The invitations nobody answered yet, newest first.
    pub fn invitations(&mut self, organization_id: &str, now: Timestamp) -> Result<Vec<Invitation>, StoreError> {
        self.all(
            "SELECT id, email, administrator, expires_at FROM invitations
             WHERE organization_id = $1 AND id >= $2 AND state = 'open' AND expires_at > $3
             ORDER BY id DESC LIMIT $4",
            &[
                organization_id.into(),
                TokenId::first_of(now.minus(Self::INVITATION_LIFE)).as_bytes().into(),
                now.millis().into(),
                MOST_OPEN.into(),
            ],
            |row| {
                Ok(Invitation {
                    id: TokenId::from_bytes(row.array(0)?),
                    email: row.text(1)?,
                    administrator: row.bool(2)?,
                    expires_at: Timestamp::from_millis(row.int(3)?),
                })
            },
        )
    }

    /// Takes an invitation back. False when there is none that is open, or who does it is no administrator.
    pub fn withdraw_invitation(
        &mut self,
        organization_id: &str,
        by: UserId,
        id: TokenId,
        trail: &AuditTrail,
    ) -> Result<bool, StoreError> {
        if !self.holds_office(organization_id, by)? {
            return Ok(false);
        }
        let email = self.one(
            "UPDATE invitations SET state = 'withdrawn'
             WHERE id = $1 AND organization_id = $2 AND state = 'open' RETURNING email",
            &[id.as_bytes().into(), organization_id.into()],
            |row| row.text(0),
        )?;
        let Some(email) = email else { return Ok(false) };
        self.audit(trail, AuditEvent::InvitationWithdrawn, concerning(by, organization_id), &email)?;
        Ok(true)
    }

    /// Withdraws what would bring somebody back who is no member any more: the open invitations for their address.
    pub(crate) fn withdraw_invitations_of(&mut self, user: UserId, organization_id: &str) -> Result<(), StoreError> {
        self.execute(
            "UPDATE invitations SET state = 'withdrawn' WHERE organization_id = $1 AND state = 'open'
               AND email = (SELECT email FROM users WHERE id = $2)",
            &[organization_id.into(), user.0.into()],
        )?;
        Ok(())
    }

    /// Withdraws the open invitations of somebody who may not invite so any more: all that they sent once they are no
    /// member, those of administrators once they are none themselves.
    pub(crate) fn withdraw_invitations_by(&mut self, user: UserId, organization_id: &str) -> Result<(), StoreError> {
        self.execute(
            "UPDATE invitations SET state = 'withdrawn' WHERE organization_id = $1 AND state = 'open' AND invited_by = $2
               AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = $2 AND m.organization_id = $1
                 AND (m.administrator OR NOT invitations.administrator))",
            &[organization_id.into(), user.0.into()],
        )?;
        Ok(())
    }

    /// What a link leads to, while it is good.
    pub fn invitation(&mut self, link: &PresentedToken, now: Timestamp) -> Result<Option<Invited>, StoreError> {
        let found = self.one(
            "SELECT i.secret_hash, i.email, i.administrator, i.expires_at, o.id, o.name, o.environment
             FROM invitations i JOIN organizations o ON o.id = i.organization_id WHERE i.id = $1 AND i.state = 'open'",
            &[link.id.as_bytes().into()],
            |row| {
                let right = SecretHash::from_bytes(row.array(0)?).matches(&link.secret.hash(SecretKind::Invitation));
                let alive = now < Timestamp::from_millis(row.int(3)?);
                let invited = Invited {
                    organization: organization_at(row, 4)?,
                    email: row.text(1)?,
                    administrator: row.bool(2)?,
                };
                Ok((right && alive).then_some(invited))
            },
        )?;
        Ok(found.flatten())
    }

    /// Makes the user a member. `email` is their own folded address, as the accounts house knows it. Answers the
    /// organization's id.
    pub fn accept_invitation(
        &mut self,
        link: &PresentedToken,
        (user, email): (UserId, &str),
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<String, NotAccepted>, StoreError> {
        self.hold_user(user)?;
        let Some(invited) = self.invitation(link, now)? else { return Ok(Err(NotAccepted::Gone)) };
        if invited.email != email {
            return Ok(Err(NotAccepted::OfAnother));
        }
        let organization_id = invited.organization.id;
        let spent = self.execute(
            "UPDATE invitations SET state = 'accepted' WHERE id = $1 AND state = 'open'",
            &[link.id.as_bytes().into()],
        )?;
        if spent != 1 {
            return Ok(Err(NotAccepted::Gone));
        }
        // Somebody who became a member otherwise stays what they are.
        self.execute(
            "INSERT INTO memberships (user_id, organization_id, administrator) VALUES ($1, $2, $3)
             ON CONFLICT (user_id, organization_id) DO NOTHING",
            &[user.0.into(), organization_id.as_str().into(), invited.administrator.into()],
        )?;
        let what = if invited.administrator { "as an administrator" } else { "" };
        self.audit(trail, AuditEvent::InvitationAccepted, concerning(user, &organization_id), what)?;
        Ok(Ok(organization_id))
    }

    /// Removes invitations made before `until`, at most `slice` of them. Returns how many went.
    pub(crate) fn sweep_invitations(&mut self, until: Timestamp, slice: i64) -> Result<u64, StoreError> {
        self.execute(
            "DELETE FROM invitations WHERE id IN (SELECT id FROM invitations WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(until).as_bytes().into(), slice.into()],
        )
    }
}
