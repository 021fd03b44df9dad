//! Signed-in browsers: one row each, looked up by the two halves of its cookie.

use std::time::Duration;

use grantor_protocol::{
    people::{Realm, User, UserId},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{StoreError, Tx};

/// A browser that signs in.
#[derive(Debug, Clone)]
pub struct NewBrowserSession {
    /// First half of the cookie.
    pub id: TokenId,
    /// Hash of the second half.
    pub secret_hash: SecretHash,
    /// Which house or portal.
    pub realm: Realm,
    /// Who.
    pub user: UserId,
    /// Hash of the browser's stable id, so that a known browser is recognized.
    pub browser: [u8; 32],
    /// Where it begins, for its owner to recognize.
    pub seen_from: SeenFrom,
}

/// Where a session began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SeenFrom {
    /// The address of the network.
    pub address: String,
    /// What the browser calls itself.
    pub agent: String,
}

/// A session as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Its id.
    pub id: TokenId,
    /// When the person signed in.
    pub started_at: Timestamp,
    /// When it was last noted as used.
    pub seen_at: Timestamp,
    /// When it was ended, if it was.
    pub ended_at: Option<Timestamp>,
    /// Where it began.
    pub seen_from: SeenFrom,
}

/// A session that holds now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Its id.
    pub session: TokenId,
    /// Who; never a disabled user.
    pub user: User,
    /// When the person typed the password.
    pub since: Timestamp,
    /// When the session was last noted as used.
    pub seen_at: Timestamp,
}

/// How long sessions hold.
#[derive(Debug, Clone, Copy)]
pub struct SessionLife {
    /// Without being used.
    pub idle: Duration,
    /// At most.
    pub whole: Duration,
}

impl Tx<'_> {
    /// Starts a session, and ends the one the browser had before, if any: the id changes at sign-in.
    pub fn start_session(
        &mut self,
        new: &NewBrowserSession,
        replaces: Option<TokenId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if let Some(old) = replaces {
            self.end_session(old, now)?;
        }
        self.execute(
            "INSERT INTO browser_sessions (id, secret_hash, realm, user_id, browser, started_at, seen_at, address, agent)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8)",
            &[
                new.id.as_bytes().into(),
                new.secret_hash.as_bytes().into(),
                new.realm.as_str().into(),
                new.user.0.into(),
                (&new.browser).into(),
                now.millis().into(),
                new.seen_from.address.as_str().into(),
                new.seen_from.agent.as_str().into(),
            ],
        )?;
        Ok(())
    }

    /// The session behind a cookie, if it holds in this realm now.
    pub fn session(
        &mut self,
        presented: &PresentedToken,
        realm: &Realm,
        life: SessionLife,
        now: Timestamp,
    ) -> Result<Option<SignedIn>, StoreError> {
        let found = self.one(
            "SELECT s.secret_hash, s.realm, s.started_at, s.seen_at, s.ended_at,
                    u.id, u.email_shown, u.first_name, u.last_name, u.disabled, u.email_verified
             FROM browser_sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1",
            &[presented.id.as_bytes().into()],
            |row| {
                let right = SecretHash::from_bytes(row.array(0)?)
                    .matches(&presented.secret.hash(SecretKind::BrowserSession))
                    && row.text(1)? == realm.as_str();
                let (since, seen_at) = (Timestamp::from_millis(row.int(2)?), Timestamp::from_millis(row.int(3)?));
                let holds = row.opt_int(4)?.is_none() && now < since.plus(life.whole) && now < seen_at.plus(life.idle);
                let user = User {
                    id: UserId(row.int(5)?),
                    realm: realm.clone(),
                    email: row.text(6)?,
                    first_name: row.text(7)?,
                    last_name: row.text(8)?,
                    disabled: row.bool(9)?,
                    email_verified: row.bool(10)?,
                };
                Ok((right && holds && !user.disabled).then_some(SignedIn {
                    session: presented.id,
                    user,
                    since,
                    seen_at,
                }))
            },
        )?;
        Ok(found.flatten())
    }

    /// Notes that a session is in use.
    pub fn see_session(&mut self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "UPDATE browser_sessions SET seen_at = $2 WHERE id = $1 AND seen_at < $2",
            &[id.as_bytes().into(), now.millis().into()],
        )?;
        Ok(())
    }

    /// Ends a session.
    pub fn end_session(&mut self, id: TokenId, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "UPDATE browser_sessions SET ended_at = $2 WHERE id = $1 AND ended_at IS NULL",
            &[id.as_bytes().into(), now.millis().into()],
        )?;
        Ok(())
    }

    /// Ends every session of a user (the password changed, the user was disabled).
    pub fn end_sessions_of(&mut self, user: UserId, now: Timestamp) -> Result<(), StoreError> {
        self.execute(
            "UPDATE browser_sessions SET ended_at = $2 WHERE user_id = $1 AND ended_at IS NULL",
            &[user.0.into(), now.millis().into()],
        )?;
        Ok(())
    }

    /// Ends one session of a user; false when it is not theirs or was ended before.
    pub fn end_session_of(&mut self, user: UserId, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE browser_sessions SET ended_at = $3 WHERE id = $1 AND user_id = $2 AND ended_at IS NULL",
            &[id.as_bytes().into(), user.0.into(), now.millis().into()],
        )?;
        Ok(ended == 1)
    }

    /// Ends every session of a user but one. Returns how many there were.
    pub fn end_other_sessions(&mut self, user: UserId, but: TokenId, now: Timestamp) -> Result<u64, StoreError> {
        self.execute(
            "UPDATE browser_sessions SET ended_at = $3 WHERE user_id = $1 AND id <> $2 AND ended_at IS NULL",
            &[user.0.into(), but.as_bytes().into(), now.millis().into()],
        )
    }

    /// Sessions of a user that began before `before`, the newest first; with a life, only those that hold now.
    pub fn sessions_of(
        &mut self,
        user: UserId,
        holding: Option<(SessionLife, Timestamp)>,
        before: Option<TokenId>,
        limit: i64,
    ) -> Result<Vec<OwnSession>, StoreError> {
        let (started_after, seen_after) = holding.map_or((i64::MIN, i64::MIN), |(life, now)| {
            (now.minus(life.whole).millis(), now.minus(life.idle).millis())
        });
        self.all(
            "SELECT id, started_at, seen_at, ended_at, address, agent FROM browser_sessions
             WHERE user_id = $1 AND id < $2 AND started_at > $3 AND seen_at > $4 AND (ended_at IS NULL OR $5)
             ORDER BY id DESC LIMIT $6",
            &[
                user.0.into(),
                before.unwrap_or(TokenId::from_bytes([0xff; 16])).as_bytes().into(),
                started_after.into(),
                seen_after.into(),
                holding.is_none().into(),
                limit.into(),
            ],
            |row| {
                Ok(OwnSession {
                    id: TokenId::from_bytes(row.array(0)?),
                    started_at: Timestamp::from_millis(row.int(1)?),
                    seen_at: Timestamp::from_millis(row.int(2)?),
                    ended_at: row.opt_int(3)?.map(Timestamp::from_millis),
                    seen_from: SeenFrom { address: row.text(4)?, agent: row.text(5)? },
                })
            },
        )
    }

    /// Whether this browser has signed in as this user before.
    pub fn knows_browser(&mut self, user: UserId, browser: &[u8; 32]) -> Result<bool, StoreError> {
        Ok(self
            .one(
                "SELECT 1 FROM browser_sessions WHERE user_id = $1 AND browser = $2 LIMIT 1",
                &[user.0.into(), browser.into()],
                |_| Ok(()),
            )?
            .is_some())
    }
}
