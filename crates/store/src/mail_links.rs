//! Links in letters: each is good for one purpose, one address and half an hour, and works once. Of what stands in the
//! letter only a hash is kept, of a kind of its own for each purpose.

use std::time::Duration;

use grantor_protocol::{
    people::{Organization, UserId},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditEvent, AuditTrail, Concerning, NewBrowserSession, NewUser, StoreError, Tx};

/// How long a link in a letter works.
pub const MAIL_LINK_LIFETIME: Duration = Duration::from_mins(30);

/// What a link in a letter is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailPurpose {
    /// Setting a new password.
    Recover,
    /// Proving an address.
    Verify,
    /// Making an account for an address that has none.
    SignUp,
}

impl MailPurpose {
    /// As kept in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Recover => "recover",
            Self::Verify => "verify",
            Self::SignUp => "sign up",
        }
    }

    /// The kind of its secrets.
    pub const fn secret_kind(self) -> SecretKind {
        match self {
            Self::Recover => SecretKind::RecoveryLink,
            Self::Verify => SecretKind::VerificationLink,
            Self::SignUp => SecretKind::SignUpLink,
        }
    }
}

/// A link that is about to be sent.
#[derive(Debug, Clone)]
pub struct NewMailLink {
    /// First half of what stands in the letter.
    pub id: TokenId,
    /// Hash of the second half, as its purpose wants it.
    pub secret_hash: SecretHash,
    /// What it is for.
    pub purpose: MailPurpose,
    /// Whose account; nobody's at a sign-up.
    pub user: UserId,
    /// The folded address the letter goes to.
    pub email: String,
}

/// What a link carries while it works.
#[derive(Clone, PartialEq, Eq)]
pub struct MailLink {
    /// Whose account; nobody's at a sign-up.
    pub user: UserId,
    /// The folded address the letter went to.
    pub email: String,
}

impl std::fmt::Debug for MailLink {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MailLink").field("user", &self.user).finish_non_exhaustive()
    }
}

/// A new password for whoever holds the link of a letter.
#[derive(Clone)]
pub struct NewPassword {
    /// What stood in the letter.
    pub link: PresentedToken,
    /// argon2id PHC string of the new password.
    pub password_hash: String,
    /// Whether everything that applications hold ends as well.
    pub end_tokens: bool,
}

impl std::fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// An account that a stranger makes, with the organization they administer and the session they are in afterwards.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// What stood in the letter.
    pub link: PresentedToken,
    /// The user; their address has to be the letter's.
    pub user: NewUser,
    /// Their organization.
    pub organization: Organization,
    /// Their first session.
    pub session: NewBrowserSession,
}

impl Tx<'_> {
    /// Keeps a link before its letter is sent.
    pub fn add_mail_link(&mut self, new: &NewMailLink, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO mail_links (id, secret_hash, purpose, user_id, email, expires_at, used_at)
             VALUES ($1, $2, $3, $4, $5, $6, 0)",
            &[
                new.id.as_bytes().into(),
                new.secret_hash.as_bytes().into(),
                new.purpose.as_str().into(),
                new.user.0.into(),
                new.email.as_str().into(),
                now.plus(MAIL_LINK_LIFETIME).millis().into(),
            ],
        )?;
        Ok(())
    }

    /// What a link carries, while it works: of that purpose, unused, in time, and for the address that its user has now.
    pub fn mail_link(
        &mut self,
        presented: &PresentedToken,
        purpose: MailPurpose,
        now: Timestamp,
    ) -> Result<Option<MailLink>, StoreError> {
        let found = self.one(
            "SELECT l.secret_hash, l.expires_at, l.user_id, l.email, u.email, u.disabled
             FROM mail_links l LEFT JOIN users u ON u.id = l.user_id
             WHERE l.id = $1 AND l.purpose = $2 AND l.used_at = 0",
            &[presented.id.as_bytes().into(), purpose.as_str().into()],
            |row| {
                let kept = SecretHash::from_bytes(row.array(0)?);
                let right = kept.matches(&presented.secret.hash(purpose.secret_kind()));
                let link = MailLink { user: UserId(row.int(2)?), email: row.text(3)? };
                let whose = match purpose {
                    MailPurpose::SignUp => true,
                    MailPurpose::Recover | MailPurpose::Verify => {
                        row.opt_text_ref(4)? == Some(&link.email) && row.opt_bool(5)? == Some(false)
                    }
                };
                Ok((right && whose && now < Timestamp::from_millis(row.int(1)?)).then_some(link))
            },
        )?;
        Ok(found.flatten())
    }

    /// Uses a link up: what it carries, for exactly one caller.
    fn spend_mail_link(
        &mut self,
        presented: &PresentedToken,
        purpose: MailPurpose,
        now: Timestamp,
    ) -> Result<Option<MailLink>, StoreError> {
        let Some(link) = self.mail_link(presented, purpose, now)? else { return Ok(None) };
        // The user first: the order in which every step takes its locks.
        let there = self.one("SELECT email FROM users WHERE id = $1 FOR UPDATE", &[link.user.0.into()], |row| {
            Ok(row.text_ref(0)? == link.email)
        })?;
        if there != Some(true) && purpose != MailPurpose::SignUp {
            return Ok(None);
        }
        let spent = self.execute(
            "UPDATE mail_links SET used_at = $2 WHERE id = $1 AND used_at = 0",
            &[presented.id.as_bytes().into(), now.millis().into()],
        )?;
        Ok((spent == 1).then_some(link))
    }

    /// Sets a new password by a letter's link; ends every session and every other such link of the user. Answers who,
    /// and the clients whose grants ended; none when the link does not work.
    pub fn recover(
        &mut self,
        new: &NewPassword,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Option<(UserId, Vec<String>)>, StoreError> {
        let Some(link) = self.spend_mail_link(&new.link, MailPurpose::Recover, now)? else { return Ok(None) };
        self.set_password(link.user, &new.password_hash, now)?;
        self.end_sessions_of(link.user, now)?;
        let ended = if new.end_tokens { self.revoke_grants_of(link.user, now)? } else { Vec::new() };
        let concerning = Concerning { user: Some(link.user), ..Concerning::default() };
        self.audit(trail, AuditEvent::PasswordRecovered, concerning, &applications_ended(ended.len()))?;
        Ok(Some((link.user, ended)))
    }

    /// Notes that an address is its user's, by a letter's link. False when the link does not work.
    pub fn verify_email(
        &mut self,
        link: &PresentedToken,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(link) = self.spend_mail_link(link, MailPurpose::Verify, now)? else { return Ok(false) };
        self.set_email_verified(link.user, true)?;
        let concerning = Concerning { user: Some(link.user), ..Concerning::default() };
        self.audit(trail, AuditEvent::EmailVerified, concerning, "")?;
        Ok(true)
    }

    /// Makes an account by a letter's link. False when the link does not work, or when its address, the user's number or
    /// the organization's is taken by now.
    pub fn sign_up(&mut self, new: &NewAccount, trail: &AuditTrail, now: Timestamp) -> Result<bool, StoreError> {
        let taken = self.user_by_email(&new.user.realm, &new.user.email)?.is_some()
            || self.user(new.user.id)?.is_some()
            || self.organization(&new.organization.id)?.is_some();
        if taken {
            return Ok(false);
        }
        let link = self.spend_mail_link(&new.link, MailPurpose::SignUp, now)?;
        if link.is_none_or(|link| link.email != new.user.email) {
            return Ok(false);
        }
        self.put_user(&new.user, now)?;
        self.set_email_verified(new.user.id, true)?;
        self.put_organization(&new.organization)?;
        self.set_memberships(new.user.id, &[(new.organization.id.clone(), true)])?;
        self.start_session(&new.session, None, now)?;
        let (user, organization_id) = (Some(new.user.id), Some(new.organization.id.as_str()));
        let concerning = Concerning { user, organization_id, ..Concerning::default() };
        self.audit(trail, AuditEvent::SignedUp, concerning, "")?;
        Ok(true)
    }

    /// Says whether a user's address is known to be theirs.
    pub fn set_email_verified(&mut self, user: UserId, verified: bool) -> Result<(), StoreError> {
        self.execute("UPDATE users SET email_verified = $2 WHERE id = $1", &[user.0.into(), verified.into()])?;
        Ok(())
    }

    /// In the directory: takes an address home to a data center for somebody new, unless it is at home in one of `others`.
    /// Everybody who does this takes turns, so that two data centers do not take one address. Clients that still name the
    /// address as their owner's were somebody else's and have no owner from then on. `places` are all data centers, in the
    /// order of the config. Call it only while nobody has the address there.
    ///
    /// # Errors
    /// When the directory fails.
    pub fn claim_home(
        &mut self,
        email: &str,
        location: &str,
        others: &[String],
        places: &[String],
    ) -> Result<bool, StoreError> {
        self.execute(
            "INSERT INTO keys (name, value, created_at) VALUES ('homes claimed', $1, 0)
             ON CONFLICT (name) DO UPDATE SET created_at = excluded.created_at",
            &[(&[] as &[u8]).into()],
        )?;
        if self.homes(email)?.iter().any(|home| others.contains(home)) {
            return Ok(false);
        }
        self.add_home(email, location)?;
        self.disown(email, location, places)?;
        Ok(true)
    }
}

/// What an audit row says of the grants that ended along with a password.
pub(crate) fn applications_ended(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "access of 1 application ended".to_owned(),
        n => format!("access of {n} applications ended"),
    }
}
