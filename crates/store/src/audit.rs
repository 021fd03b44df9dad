//! Who did what, and what was refused why. Audit rows are written by the step they tell of, in its
//! transaction; refusals are written in batches afterwards (`spec/decisions.md` 25).

use grantor_protocol::{people::UserId, time::Timestamp, token::TokenId};

use crate::{StoreError, Tx};

/// What an audit row tells of. Tokens and codes appear by their mark (eight hex digits), never whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditEvent {
    /// A person signed in.
    SignedIn,
    /// A person signed out.
    SignedOut,
    /// A person accepted a consent.
    Consented,
    /// A person rejected one.
    Rejected,
    /// A person withdrew what they had granted.
    Withdrawn,
    /// A code was presented again; the tokens made from it were revoked.
    CodeReplayed,
    /// The 21st refresh token pushed the oldest out.
    RefreshTokenEvicted,
    /// An old refresh token came again; its family was ended.
    RefreshTokenReused,
    /// A token was revoked on request.
    TokenRevoked,
}

impl AuditEvent {
    /// As kept in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::SignedIn => "signed_in",
            Self::SignedOut => "signed_out",
            Self::Consented => "consented",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::CodeReplayed => "code_replayed",
            Self::RefreshTokenEvicted => "refresh_token_evicted",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::TokenRevoked => "token_revoked",
        }
    }
}

/// One audit row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Orders by time; unique.
    pub id: TokenId,
    /// See [`AuditEvent::as_str`].
    pub event: String,
    /// The user concerned.
    pub user: Option<UserId>,
    /// The client concerned.
    pub client_id: Option<String>,
    /// The organization concerned.
    pub organization_id: Option<String>,
    /// More, in words; nothing secret.
    pub detail: String,
    /// Which request did it.
    pub request_id: String,
}

/// What a step needs to write its audit row: an identifier drawn before the step, and the request's.
#[derive(Debug, Clone)]
pub struct AuditTrail {
    /// Drawn by the caller, since a step draws nothing.
    pub id: TokenId,
    /// The id the client's developer may quote.
    pub request_id: String,
}

/// Whom an audit row concerns.
#[derive(Debug, Clone, Copy, Default)]
pub struct Concerning<'a> {
    /// The user.
    pub user: Option<UserId>,
    /// The client.
    pub client_id: Option<&'a str>,
    /// The organization; an empty one is left out.
    pub organization_id: Option<&'a str>,
}

/// A refused request, as its client's owner may read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusalRow {
    /// The client that is told.
    pub client_id: String,
    /// Orders by time; unique.
    pub id: TokenId,
    /// Which endpoint refused.
    pub endpoint: String,
    /// The cause's name.
    pub cause: String,
    /// More, in words; nothing secret.
    pub detail: String,
    /// The id the developer may quote.
    pub request_id: String,
}

impl Tx<'_> {
    /// Writes one audit row.
    pub fn audit(
        &mut self,
        trail: &AuditTrail,
        event: AuditEvent,
        concerning: Concerning<'_>,
        detail: &str,
    ) -> Result<(), StoreError> {
        self.execute(
            "INSERT INTO audit (id, event, user_id, client_id, organization_id, detail, request_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (id) DO NOTHING",
            &[
                trail.id.as_bytes().into(),
                event.as_str().into(),
                concerning.user.map(|u| u.0).into(),
                concerning.client_id.into(),
                concerning.organization_id.filter(|o| !o.is_empty()).into(),
                detail.into(),
                trail.request_id.as_str().into(),
            ],
        )?;
        Ok(())
    }

    /// The newest audit rows, newest first.
    pub fn audit_rows(&mut self, limit: i64) -> Result<Vec<AuditRow>, StoreError> {
        self.all(
            "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit ORDER BY id DESC LIMIT $1",
            &[limit.into()],
            |row| {
                Ok(AuditRow {
                    id: TokenId::from_bytes(row.array(0)?),
                    event: row.text(1)?,
                    user: row.opt_int(2)?.map(UserId),
                    client_id: row.opt_text(3)?,
                    organization_id: row.opt_text(4)?,
                    detail: row.text(5)?,
                    request_id: row.text(6)?,
                })
            },
        )
    }

    /// Writes refusals and keeps at most `keep` per client: the oldest go, a slice at a time.
    pub fn add_refusals(&mut self, rows: &[RefusalRow], keep: i64) -> Result<(), StoreError> {
        for row in rows {
            self.execute(
                "INSERT INTO refusals (client_id, id, endpoint, cause, detail, request_id)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (client_id, id) DO NOTHING",
                &[
                    row.client_id.as_str().into(),
                    row.id.as_bytes().into(),
                    row.endpoint.as_str().into(),
                    row.cause.as_str().into(),
                    row.detail.as_str().into(),
                    row.request_id.as_str().into(),
                ],
            )?;
        }
        let mut clients: Vec<&str> = rows.iter().map(|r| r.client_id.as_str()).collect();
        clients.sort_unstable();
        clients.dedup();
        for client in clients {
            self.execute(
                "DELETE FROM refusals WHERE client_id = $1 AND id IN
                 (SELECT id FROM refusals WHERE client_id = $1 ORDER BY id DESC LIMIT 1000 OFFSET $2)",
                &[client.into(), keep.into()],
            )?;
        }
        Ok(())
    }

    /// The newest refusals of a client, newest first.
    pub fn refusals(&mut self, client_id: &str, limit: i64) -> Result<Vec<RefusalRow>, StoreError> {
        self.all(
            "SELECT client_id, id, endpoint, cause, detail, request_id FROM refusals
             WHERE client_id = $1 ORDER BY id DESC LIMIT $2",
            &[client_id.into(), limit.into()],
            |row| {
                Ok(RefusalRow {
                    client_id: row.text(0)?,
                    id: TokenId::from_bytes(row.array(1)?),
                    endpoint: row.text(2)?,
                    cause: row.text(3)?,
                    detail: row.text(4)?,
                    request_id: row.text(5)?,
                })
            },
        )
    }

    /// Removes audit rows from before `until`, at most `slice` of them. Returns how many went.
    pub fn sweep_audit(&mut self, until: Timestamp, slice: i64) -> Result<u64, StoreError> {
        self.execute(
            "DELETE FROM audit WHERE id IN (SELECT id FROM audit WHERE id < $1 ORDER BY id LIMIT $2)",
            &[TokenId::first_of(until).as_bytes().into(), slice.into()],
        )
    }
}
