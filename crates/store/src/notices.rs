//! Notices: what the owner of a client should know, in the directory. Refused requests with their true cause, warnings
//! before a cap or a throttle, evictions and revocations; a bounded ring for each client, written in batches after the
//! answers they tell of (`spec/decisions.md` 25).

use grantor_protocol::{time::Timestamp, token::TokenId};

use crate::{
    Row, StoreError, Tx,
    search::{Sought, holds},
};

/// What a notice tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NoticeKind {
    /// A request was refused.
    Refusal,
    /// A cap or a throttle is close.
    Warning,
    /// A cap ended the oldest token.
    Eviction,
    /// Somebody ended tokens.
    Revocation,
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Refusal, Self::Warning, Self::Eviction, Self::Revocation];

    /// As kept in a row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refusal => "refusal",
            Self::Warning => "warning",
            Self::Eviction => "eviction",
            Self::Revocation => "revocation",
        }
    }

    /// Reads that spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// One notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The client whose owner is told.
    pub client_id: String,
    /// Orders by time; unique.
    pub id: TokenId,
    /// What it tells of.
    pub kind: NoticeKind,
    /// The data center it happened at.
    pub location: String,
    /// Which endpoint it happened at.
    pub endpoint: String,
    /// The cause's name.
    pub cause: String,
    /// More, in words; nothing secret.
    pub detail: String,
    /// The id the developer may quote.
    pub request_id: String,
}

/// Which notices are wanted.
#[derive(Debug, Clone, Default)]
pub struct NoticeFilter {
    /// Only of this kind.
    pub kind: Option<NoticeKind>,
    /// Only with this cause.
    pub cause: Option<String>,
    /// Only from this data center.
    pub location: Option<String>,
    /// Only where the detail, the cause or the request id holds this text, whatever its letter case.
    pub text: Option<String>,
    /// Only older than this one.
    pub before: Option<TokenId>,
}

fn notice(row: &Row<'_>) -> Result<Notice, StoreError> {
    Ok(Notice {
        client_id: row.text(0)?,
        id: TokenId::from_bytes(row.array(1)?),
        kind: NoticeKind::parse(row.text_ref(2)?)
            .ok_or(StoreError::Corrupt { what: "missing: a known kind of notice".into() })?,
        location: row.text(3)?,
        endpoint: row.text(4)?,
        cause: row.text(5)?,
        detail: row.text(6)?,
        request_id: row.text(7)?,
    })
}

impl Tx<'_> {
    /// Writes notices and keeps at most `keep` per client: the oldest go, a slice at a time.
    pub fn add_notices(&mut self, rows: &[Notice], keep: i64) -> Result<(), StoreError> {
        for row in rows {
            self.execute(
                "INSERT INTO notices (client_id, id, kind, location, endpoint, cause, detail, request_id)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (client_id, id) DO NOTHING",
                &[
                    row.client_id.as_str().into(),
                    row.id.as_bytes().into(),
                    row.kind.as_str().into(),
                    row.location.as_str().into(),
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
                "DELETE FROM notices WHERE client_id = $1 AND id IN
                 (SELECT id FROM notices WHERE client_id = $1 ORDER BY id DESC LIMIT 1000 OFFSET $2)",
                &[client.into(), keep.into()],
            )?;
        }
        Ok(())
    }

    /// The newest notices of a client that the filter wants, newest first. The ring bounds what is looked at.
    pub fn notices(&mut self, client_id: &str, wanted: &NoticeFilter, limit: i64) -> Result<Vec<Notice>, StoreError> {
        let sought = Sought::of(wanted.text.as_deref().unwrap_or_default());
        let [small, typed, words, capitals] = sought.params();
        let before = wanted.before.unwrap_or(TokenId::from_bytes([0xff; 16]));
        self.all(
            concat!(
                "SELECT client_id, id, kind, location, endpoint, cause, detail, request_id FROM notices
                 WHERE client_id = $1 AND id < $2 AND ($3 = '' OR kind = $3) AND ($4 = '' OR cause = $4)
                   AND ($5 = '' OR location = $5)
                   AND ($7 = '' OR cause LIKE $7 ESCAPE '!' OR request_id LIKE $7 ESCAPE '!' OR ",
                holds!("detail", "$7", "$8", "$9", "$10"),
                ") ORDER BY id DESC LIMIT $6"
            ),
            &[
                client_id.into(),
                before.as_bytes().into(),
                wanted.kind.map_or("", NoticeKind::as_str).into(),
                wanted.cause.as_deref().unwrap_or_default().into(),
                wanted.location.as_deref().unwrap_or_default().into(),
                limit.into(),
                small,
                typed,
                words,
                capitals,
            ],
            notice,
        )
    }

    /// One notice of a client.
    pub fn notice(&mut self, client_id: &str, id: TokenId) -> Result<Option<Notice>, StoreError> {
        self.one(
            "SELECT client_id, id, kind, location, endpoint, cause, detail, request_id FROM notices
             WHERE client_id = $1 AND id = $2",
            &[client_id.into(), id.as_bytes().into()],
            notice,
        )
    }

    /// The causes a client has notices of, with how many of each since then, the most frequent first.
    pub fn notice_causes(&mut self, client_id: &str, since: Timestamp) -> Result<Vec<(String, i64)>, StoreError> {
        self.all(
            "SELECT cause, COUNT(*) FROM notices WHERE client_id = $1 AND id >= $2 GROUP BY cause ORDER BY 2 DESC, 1",
            &[client_id.into(), TokenId::first_of(since).as_bytes().into()],
            |row| Ok((row.text(0)?, row.int(1)?)),
        )
    }
}
