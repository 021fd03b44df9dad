//! What became of a code or token, read after it was refused, so that its client's owner can be told. Reads only; the
//! steps that refuse know nothing of it.

use grantor_protocol::{
    access_list::AccessList, issue::Recent, people::UserId, scope::ScopeList, time::Timestamp, token::TokenId,
};

use crate::{StoreError, Tx};

/// A code's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeStory {
    /// Where its answer went.
    pub redirect_uri: String,
    /// When it ends or ended.
    pub expires_at: Timestamp,
    /// When it was spent.
    pub used_at: Option<Timestamp>,
    /// Whether a PKCE challenge came with its request.
    pub challenged: bool,
    /// When the grant behind it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// The newest refresh tokens of its user and client: the throttle's window.
    pub recent_refresh: Recent,
}

/// A refresh token's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshStory {
    /// When it was last used.
    pub used_at: Timestamp,
    /// When it ended.
    pub revoked_at: Option<Timestamp>,
    /// What ended it, as its row says: `evicted by` a mark, `revoked`, `reused`, and others.
    pub because: String,
    /// When the grant behind it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// When its family is over; `None`: never.
    pub expires_at: Option<Timestamp>,
    /// When it last turned, if it turns.
    pub rotated_at: Option<Timestamp>,
    /// The newest access tokens: the throttle's window.
    pub recent: AccessList,
}

/// An access token's story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessStory {
    /// Which client holds it.
    pub client_id: String,
    /// For whom it was made.
    pub user: UserId,
    /// When it ends or ended.
    pub expires_at: Timestamp,
    /// When it was revoked itself.
    pub revoked_at: Option<Timestamp>,
    /// Whether newer access tokens of its family took its place.
    pub evicted: bool,
    /// When its refresh token ended, and why.
    pub family: Option<(Timestamp, String)>,
    /// When the grant behind it was withdrawn.
    pub withdrawn_at: Option<Timestamp>,
    /// What it allows.
    pub scopes: ScopeList,
}

impl Tx<'_> {
    /// What became of a code.
    pub fn code_story(&mut self, id: TokenId) -> Result<Option<CodeStory>, StoreError> {
        self.one(
            "SELECT c.redirect_uri, c.expires_at, c.used_at, c.challenge IS NOT NULL, g.revoked_at, cu.recent_refresh
             FROM codes c LEFT JOIN grants g ON g.id = c.grant_id
             LEFT JOIN client_users cu ON cu.user_id = c.user_id AND cu.client_id = c.client_id WHERE c.id = $1",
            &[id.as_bytes().into()],
            |row| {
                Ok(CodeStory {
                    redirect_uri: row.text(0)?,
                    // Negative once its end was noted.
                    expires_at: Timestamp::from_millis(row.int(1)?.saturating_abs()),
                    used_at: row.opt_int(2)?.map(Timestamp::from_millis),
                    challenged: row.bool(3)?,
                    withdrawn_at: row.opt_int(4)?.map(Timestamp::from_millis),
                    recent_refresh: Recent::from_bytes(row.opt_blob_ref(5)?.unwrap_or_default()),
                })
            },
        )
    }

    /// What became of a refresh token.
    pub fn refresh_story(&mut self, id: TokenId) -> Result<Option<RefreshStory>, StoreError> {
        self.one(
            "SELECT r.used_at, r.revoked_at, r.revoked_because, g.revoked_at, r.expires_at, r.rotated_at, r.recent
             FROM refresh_tokens r LEFT JOIN grants g ON g.id = r.grant_id WHERE r.id = $1",
            &[id.as_bytes().into()],
            |row| {
                let later = |millis: i64| (millis > 0).then_some(Timestamp::from_millis(millis));
                Ok(RefreshStory {
                    used_at: Timestamp::from_millis(row.int(0)?),
                    revoked_at: row.opt_int(1)?.map(Timestamp::from_millis),
                    because: row.opt_text(2)?.unwrap_or_default(),
                    withdrawn_at: row.opt_int(3)?.map(Timestamp::from_millis),
                    expires_at: later(row.int(4)?),
                    rotated_at: later(row.int(5)?),
                    recent: AccessList::from_bytes(row.opt_blob_ref(6)?.unwrap_or_default()),
                })
            },
        )
    }

    /// What became of an access token.
    pub fn access_story(&mut self, id: TokenId) -> Result<Option<AccessStory>, StoreError> {
        self.one(
            "SELECT g.client_id, g.user_id, a.expires_at, a.revoked_at, r.recent, r.access_cap, r.revoked_at,
                    r.revoked_because, g.revoked_at, a.scopes, r.scopes
             FROM access_tokens a JOIN grants g ON g.id = a.grant_id
             LEFT JOIN refresh_tokens r ON r.id = a.refresh_id WHERE a.id = $1",
            &[id.as_bytes().into()],
            |row| {
                let cap = usize::try_from(row.opt_int(5)?.unwrap_or(0)).unwrap_or(0);
                let family_ended = row.opt_int(6)?.map(Timestamp::from_millis);
                let because = row.opt_text(7)?.unwrap_or_default();
                let scopes = row.opt_text_ref(9)?.or(row.opt_text_ref(10)?);
                Ok(AccessStory {
                    client_id: row.text(0)?,
                    user: UserId(row.int(1)?),
                    expires_at: Timestamp::from_millis(row.int(2)?),
                    revoked_at: row.opt_int(3)?.map(Timestamp::from_millis),
                    evicted: row.opt_blob_ref(4)?.is_some_and(|recent| !AccessList::from_bytes(recent).lives(&id, cap)),
                    family: family_ended.map(|at| (at, because)),
                    withdrawn_at: row.opt_int(8)?.map(Timestamp::from_millis),
                    scopes: ScopeList::from_stored(scopes.unwrap_or_default()),
                })
            },
        )
    }
}
