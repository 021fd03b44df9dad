//! Beginning a session, and what the password is asked for once more: one step, in which all that was judged before it must
//! still stand. Between the two a password may be changed, a factor removed or a session ended, and whoever did that wants
//! nobody to come in, or to go on, by the old one.

use grantor_protocol::{
    people::UserId,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditEvent, AuditTrail, Concerning, NewBrowserSession, PasskeyUse, Proof, SessionLife, StoreError, Tx};

/// By what somebody signs in, judged right but not yet used.
#[derive(Debug, Clone)]
pub enum SignInBy {
    /// The password: the mark of the hash that it was checked against ([`password_mark`]).
    Password(SecretHash),
    /// The same, and a second factor.
    PasswordAnd(SecretHash, Proof),
    /// A passkey in the password's place.
    Passkey(PasskeyUse),
}

/// A sign-in to be.
#[derive(Debug, Clone)]
pub struct SignIn {
    /// By what.
    pub by: SignInBy,
    /// The session that begins.
    pub session: NewBrowserSession,
    /// What this browser presents as its session of before, which ends if it holds.
    pub replaces: Option<PresentedToken>,
    /// How long sessions hold.
    pub life: SessionLife,
}

/// Somebody who has given their password once more, before something that guards their account is changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Confirmed {
    /// Who.
    pub user: UserId,
    /// The mark of the hash that the password was checked against ([`password_mark`]).
    pub password: SecretHash,
    /// The session they are in.
    pub session: TokenId,
}

/// Why no session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSignedIn {
    /// The user was removed or disabled.
    Gone,
    /// The password was changed since it was checked.
    PasswordChanged,
    /// A second factor is missing, was removed, or its proof was used before.
    FactorMissing,
}

/// What names the hash of a password without being it: it may travel.
pub fn password_mark(hash: &str) -> SecretHash {
    SecretHash::of(SecretKind::PasswordHash, hash.as_bytes())
}

impl Tx<'_> {
    /// Begins a session. Whoever has a second factor proves it in the same step: there is no other way to a session
    /// (case K05).
    ///
    /// # Errors
    /// The inner one says why none began.
    pub fn sign_in(
        &mut self,
        new: &SignIn,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<(), NotSignedIn>, StoreError> {
        let (user, realm) = (new.session.user, &new.session.realm);
        let found = self.one(
            "SELECT password_hash, disabled, realm FROM users WHERE id = $1 FOR UPDATE",
            &[user.0.into()],
            |row| {
                let there = !row.bool(1)? && row.text_ref(2)? == realm.as_str();
                Ok(there.then_some(password_mark(row.text_ref(0)?)))
            },
        )?;
        let Some(mark) = found.flatten() else { return Ok(Err(NotSignedIn::Gone)) };
        let (checked, proof) = match &new.by {
            SignInBy::Password(checked) => (Some(checked), None),
            SignInBy::PasswordAnd(checked, proof) => (Some(checked), Some(proof.clone())),
            SignInBy::Passkey(answer) => (None, Some(Proof::Passkey(answer.clone()))),
        };
        if checked.is_some_and(|checked| !checked.matches(&mark)) {
            return Ok(Err(NotSignedIn::PasswordChanged));
        }
        let proven = match &proof {
            None => !self.needs_second_factor(user)?,
            Some(proof) => self.prove(user, proof, now)?,
        };
        if !proven {
            return Ok(Err(NotSignedIn::FactorMissing));
        }
        // Only a session that this browser really holds is ended.
        let held = match &new.replaces {
            Some(old) => self.session(old, realm, new.life, now)?.map(|held| held.session),
            None => None,
        };
        self.start_session(&new.session, held, now)?;
        let detail = proof.as_ref().map_or_else(|| realm.as_str(), |proof| proof.as_str());
        self.audit(trail, AuditEvent::SignedIn, Concerning { user: Some(user), ..Concerning::default() }, detail)?;
        Ok(Ok(()))
    }

    /// Whether that still stands: neither was the password changed since, nor the user disabled or removed, nor the session
    /// ended. Holds the user's row, so that it stands until the end of the step.
    ///
    /// # Errors
    /// When the store fails.
    pub fn confirmed(&mut self, by: &Confirmed) -> Result<bool, StoreError> {
        self.hold_user(by.user)?;
        if !self.password_stands(by.user, &by.password)? {
            return Ok(false);
        }
        let lives = self.one(
            "SELECT 1 FROM browser_sessions s JOIN users u ON u.id = s.user_id
             WHERE s.id = $1 AND s.user_id = $2 AND s.ended_at IS NULL AND NOT u.disabled",
            &[by.session.as_bytes().into(), by.user.0.into()],
            |_| Ok(()),
        )?;
        Ok(lives.is_some())
    }

    /// Whether a user's password is still the one that was checked.
    pub fn password_stands(&mut self, user: UserId, checked: &SecretHash) -> Result<bool, StoreError> {
        Ok(self.password_hash(user)?.is_some_and(|hash| password_mark(&hash).matches(checked)))
    }
}
