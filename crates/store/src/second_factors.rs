//! Second factors: one authenticator app, passkeys and recovery codes of a person, in one data center. Each proof works
//! once, under any race: a code by a guarded UPDATE, a passkey's challenge by being spent.

use std::time::Duration;

use grantor_protocol::{people::UserId, second_factor::Wrong, secret::SecretHash, time::Timestamp, token::TokenId};

use crate::{AuditEvent, AuditTrail, Concerning, Row, StoreError, Tx};

/// How many recovery codes a person gets at once.
pub const RECOVERY_CODES: usize = 10;
/// The most passkeys of one person.
pub const MOST_PASSKEYS: usize = 20;

/// What a person has beside the password.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Factors {
    /// When the authenticator app was added.
    pub authenticator: Option<Timestamp>,
    /// By the time they were added.
    pub passkeys: Vec<Passkey>,
    /// Recovery codes that were not used.
    pub recovery_codes: i64,
}

impl Factors {
    /// Whether the password alone is not enough.
    pub fn required(&self) -> bool {
        self.authenticator.is_some() || !self.passkeys.is_empty()
    }
}

/// A passkey as kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passkey {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Whose.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What the library keeps of it.
    pub credential: String,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it was last used; 0 for never.
    pub used_at: Timestamp,
}

/// A passkey to be.
#[derive(Debug, Clone)]
pub struct NewPasskey {
    /// The credential's id.
    pub id: Vec<u8>,
    /// Whose.
    pub user: UserId,
    /// What its owner calls it.
    pub name: String,
    /// What the library keeps of it.
    pub credential: String,
    /// The challenge it answered, which is spent.
    pub challenge: String,
    /// When the challenge would have ended anyway.
    pub expires_at: Timestamp,
}

/// A passkey's right answer to a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PasskeyUse {
    /// The credential's id.
    pub id: Vec<u8>,
    /// What was kept of it when the answer was judged.
    pub was: String,
    /// What is kept from now on: the counter moved.
    pub credential: String,
    /// The challenge it answered.
    pub challenge: String,
    /// When the challenge would have ended anyway.
    pub expires_at: Timestamp,
}

/// What proves a second factor, judged right but not yet used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// A code of the authenticator app, by the time step it belongs to.
    Authenticator {
        /// Since 1970, in units of 30 seconds.
        step: i64,
    },
    /// A recovery code.
    RecoveryCode(SecretHash),
    /// A passkey.
    Passkey(PasskeyUse),
}

impl Proof {
    /// In a word, for the audit.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Authenticator { .. } => "authenticator",
            Self::RecoveryCode(_) => "recovery code",
            Self::Passkey(_) => "passkey",
        }
    }
}

/// Whether a typed code may be judged now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Try {
    /// It may, and counts as wrong until it is used. The sealed secret of the person's authenticator app, if any.
    Now(Option<Vec<u8>>),
    /// Too many were wrong: not before this long.
    Wait(Duration),
}

fn passkey(row: &Row<'_>) -> Result<Passkey, StoreError> {
    Ok(Passkey {
        id: row.blob(0)?,
        user: UserId(row.int(1)?),
        name: row.text(2)?,
        credential: row.text(3)?,
        created_at: Timestamp::from_millis(row.int(4)?),
        used_at: Timestamp::from_millis(row.int(5)?),
    })
}

fn concerning(user: UserId) -> Concerning<'static> {
    Concerning { user: Some(user), ..Concerning::default() }
}

impl Tx<'_> {
    /// Everything a person has beside the password.
    pub fn factors(&mut self, user: UserId) -> Result<Factors, StoreError> {
        let authenticator =
            self.one("SELECT added_at FROM authenticators WHERE user_id = $1", &[user.0.into()], |row| row.int(0))?;
        let passkeys = self.all(
            "SELECT id, user_id, name, credential, created_at, used_at FROM passkeys
             WHERE user_id = $1 ORDER BY created_at, id",
            &[user.0.into()],
            passkey,
        )?;
        let recovery_codes = self.one(
            "SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at = 0",
            &[user.0.into()],
            |row| row.int(0),
        )?;
        Ok(Factors {
            authenticator: authenticator.map(Timestamp::from_millis),
            passkeys,
            recovery_codes: recovery_codes.unwrap_or(0),
        })
    }

    /// Whether the password alone is not enough for this person.
    pub fn needs_second_factor(&mut self, user: UserId) -> Result<bool, StoreError> {
        let found = self.one(
            "SELECT 1 FROM authenticators WHERE user_id = $1
             UNION ALL SELECT 1 FROM passkeys WHERE user_id = $1 LIMIT 1",
            &[user.0.into()],
            |_| Ok(()),
        )?;
        Ok(found.is_some())
    }

    /// Adds the authenticator app, whose first code (of this step) was right. False when there is one already. When it
    /// is the first second factor, whoever is signed in elsewhere without one is signed out.
    pub fn add_authenticator(
        &mut self,
        user: UserId,
        secret: &[u8],
        step: i64,
        keep: TokenId,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.hold_user(user)?;
        let first = !self.needs_second_factor(user)?;
        let added = self.execute(
            "INSERT INTO authenticators (user_id, secret, added_at, last_step) VALUES ($1, $2, $3, $4)
             ON CONFLICT (user_id) DO NOTHING",
            &[user.0.into(), secret.into(), now.millis().into(), step.into()],
        )?;
        if added == 0 {
            return Ok(false);
        }
        if first {
            self.end_sessions_without_factor(user, keep, now)?;
        }
        self.audit(trail, AuditEvent::AuthenticatorAdded, concerning(user), "")?;
        Ok(true)
    }

    /// The sealed secret of a person's authenticator app.
    pub fn authenticator_secret(&mut self, user: UserId) -> Result<Option<Vec<u8>>, StoreError> {
        self.one("SELECT secret FROM authenticators WHERE user_id = $1", &[user.0.into()], |row| row.blob(0))
    }

    /// Removes it. False when there is none.
    pub fn remove_authenticator(&mut self, user: UserId, trail: &AuditTrail) -> Result<bool, StoreError> {
        let gone = self.execute("DELETE FROM authenticators WHERE user_id = $1", &[user.0.into()])?;
        if gone == 0 {
            return Ok(false);
        }
        self.forget_codes_without_factor(user)?;
        self.audit(trail, AuditEvent::AuthenticatorRemoved, concerning(user), "")?;
        Ok(true)
    }

    /// Adds a passkey. False when its challenge was spent, when it belongs to somebody already, or when the person has
    /// too many. When it is the first second factor, whoever is signed in elsewhere without one is signed out.
    pub fn add_passkey(
        &mut self,
        new: &NewPasskey,
        keep: TokenId,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.hold_user(new.user)?;
        if !self.spend_challenge(&new.challenge, new.expires_at)? {
            return Ok(false);
        }
        let first = !self.needs_second_factor(new.user)?;
        let most = i64::try_from(MOST_PASSKEYS).unwrap_or(i64::MAX);
        let many = self
            .one("SELECT COUNT(*) FROM passkeys WHERE user_id = $1", &[new.user.0.into()], |row| row.int(0))?
            .is_some_and(|count| count >= most);
        if many {
            return Ok(false);
        }
        let added = self.execute(
            "INSERT INTO passkeys (id, user_id, name, credential, created_at, used_at) VALUES ($1, $2, $3, $4, $5, 0)
             ON CONFLICT (id) DO NOTHING",
            &[
                (&new.id).into(),
                new.user.0.into(),
                new.name.as_str().into(),
                new.credential.as_str().into(),
                now.millis().into(),
            ],
        )?;
        if added == 0 {
            return Ok(false);
        }
        if first {
            self.end_sessions_without_factor(new.user, keep, now)?;
        }
        self.audit(trail, AuditEvent::PasskeyAdded, concerning(new.user), &new.name)?;
        Ok(true)
    }

    /// The passkey of that id.
    pub fn passkey(&mut self, id: &[u8]) -> Result<Option<Passkey>, StoreError> {
        self.one(
            "SELECT id, user_id, name, credential, created_at, used_at FROM passkeys WHERE id = $1",
            &[id.into()],
            passkey,
        )
    }

    /// Removes a person's passkey. False when it is not theirs.
    pub fn remove_passkey(&mut self, user: UserId, id: &[u8], trail: &AuditTrail) -> Result<bool, StoreError> {
        let Some(found) = self.passkey(id)?.filter(|found| found.user == user) else { return Ok(false) };
        let gone = self.execute("DELETE FROM passkeys WHERE id = $1 AND user_id = $2", &[id.into(), user.0.into()])?;
        if gone == 0 {
            return Ok(false);
        }
        self.forget_codes_without_factor(user)?;
        self.audit(trail, AuditEvent::PasskeyRemoved, concerning(user), &found.name)?;
        Ok(true)
    }

    /// Makes exactly these the person's recovery codes. False, and nothing is done, for whoever has no second factor
    /// that they could stand in for.
    pub fn set_recovery_codes(
        &mut self,
        user: UserId,
        hashes: &[SecretHash],
        trail: &AuditTrail,
    ) -> Result<bool, StoreError> {
        if !self.needs_second_factor(user)? {
            return Ok(false);
        }
        self.execute("DELETE FROM recovery_codes WHERE user_id = $1", &[user.0.into()])?;
        for hash in hashes {
            self.execute(
                "INSERT INTO recovery_codes (user_id, hash, used_at) VALUES ($1, $2, 0)
                 ON CONFLICT (user_id, hash) DO NOTHING",
                &[user.0.into(), hash.as_bytes().into()],
            )?;
        }
        self.audit(trail, AuditEvent::RecoveryCodesMade, concerning(user), "")?;
        Ok(true)
    }

    /// Begins to judge a code that was typed: it counts as wrong at once, until [`Tx::prove`] uses it, so that many at
    /// the same time are no more than many in a row. `limited`: whether anybody ever has to wait.
    pub fn try_factor(&mut self, user: UserId, limited: bool, now: Timestamp) -> Result<Try, StoreError> {
        self.execute(
            "INSERT INTO factor_guesses (user_id, failures, failed_at) VALUES ($1, 0, 0)
             ON CONFLICT (user_id) DO NOTHING",
            &[user.0.into()],
        )?;
        let wrong = self
            .one(
                "SELECT failures, failed_at FROM factor_guesses WHERE user_id = $1 FOR UPDATE",
                &[user.0.into()],
                |row| Ok(Wrong { count: row.int(0)?, last: Timestamp::from_millis(row.int(1)?) }),
            )?
            .unwrap_or_default();
        let wait = wrong.wait(now);
        if limited && !wait.is_zero() {
            return Ok(Try::Wait(wait));
        }
        let wrong = wrong.and_one(now);
        self.execute(
            "UPDATE factor_guesses SET failures = $2, failed_at = $3 WHERE user_id = $1",
            &[user.0.into(), wrong.count.into(), wrong.last.millis().into()],
        )?;
        Ok(Try::Now(self.authenticator_secret(user)?))
    }

    /// Uses a proof that was judged right. True for exactly one caller; then wrong codes are forgotten.
    pub fn prove(&mut self, user: UserId, proof: &Proof, now: Timestamp) -> Result<bool, StoreError> {
        let used = match proof {
            Proof::Authenticator { step } => self.execute(
                "UPDATE authenticators SET last_step = $2 WHERE user_id = $1 AND last_step < $2",
                &[user.0.into(), (*step).into()],
            )?,
            Proof::RecoveryCode(hash) => self.execute(
                "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND hash = $2 AND used_at = 0",
                &[user.0.into(), hash.as_bytes().into(), now.millis().into()],
            )?,
            Proof::Passkey(answer) => {
                if !self.spend_challenge(&answer.challenge, answer.expires_at)? {
                    return Ok(false);
                }
                self.execute(
                    "UPDATE passkeys SET credential = $3, used_at = $4
                     WHERE id = $1 AND user_id = $2 AND credential = $5",
                    &[
                        (&answer.id).into(),
                        user.0.into(),
                        answer.credential.as_str().into(),
                        now.millis().into(),
                        answer.was.as_str().into(),
                    ],
                )?
            }
        };
        if used == 0 {
            return Ok(false);
        }
        self.execute("DELETE FROM factor_guesses WHERE user_id = $1", &[user.0.into()])?;
        Ok(true)
    }

    /// Takes every second factor of a person away, for somebody who lost them all. False when there was none. `detail`: who
    /// did it, for the audit.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remove_factors(&mut self, user: UserId, detail: &str, trail: &AuditTrail) -> Result<bool, StoreError> {
        let mut gone = 0;
        for sql in ["DELETE FROM authenticators WHERE user_id = $1", "DELETE FROM passkeys WHERE user_id = $1"] {
            gone += self.execute(sql, &[user.0.into()])?;
        }
        self.forget_codes_without_factor(user)?;
        if gone == 0 {
            return Ok(false);
        }
        self.audit(trail, AuditEvent::SecondFactorsRemoved, concerning(user), detail)?;
        Ok(true)
    }

    /// Spends a passkey's challenge, in the table of what is good once; no client has an empty id. True for one caller.
    fn spend_challenge(&mut self, challenge: &str, expires_at: Timestamp) -> Result<bool, StoreError> {
        self.spend_assertion("", challenge, expires_at)
    }

    /// Recovery codes stand in for a second factor; without one there is nothing left to stand in for.
    fn forget_codes_without_factor(&mut self, user: UserId) -> Result<(), StoreError> {
        if !self.needs_second_factor(user)? {
            for sql in
                ["DELETE FROM recovery_codes WHERE user_id = $1", "DELETE FROM factor_guesses WHERE user_id = $1"]
            {
                self.execute(sql, &[user.0.into()])?;
            }
        }
        Ok(())
    }

    fn end_sessions_without_factor(&mut self, user: UserId, keep: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "UPDATE browser_sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL",
            &[user.0.into(), keep.as_bytes().into(), now.millis().into()],
        )?;
        Ok(())
    }
}
