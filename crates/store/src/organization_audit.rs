//! The audit of one organization, or of all, in pages. Whatever is asked for, a page reads a bounded stretch of one index:
//! what it does not find there is further back.

use grantor_protocol::{people::UserId, token::TokenId};

use crate::{AuditRow, Param, Row, StoreError, Tx, audit::audit_row};

/// What is wanted of an audit. All at once.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    /// Only of this kind.
    pub event: Option<String>,
    /// Only of this user.
    pub user: Option<UserId>,
    /// Only of this client.
    pub client_id: Option<String>,
    /// Only from this key on: the beginning of a time.
    pub from: Option<TokenId>,
    /// Only before this key: the end of a time, or where the page before ended.
    pub before: Option<TokenId>,
}

/// A row, with the address of whom it concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditLine {
    /// The row.
    pub row: AuditRow,
    /// The user's address, as they write it; empty when there is none.
    pub email: String,
}

/// A page of an audit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AuditPage {
    /// Newest first.
    pub lines: Vec<AuditLine>,
    /// Where the next page begins ([`AuditFilter::before`]); none when this was the last.
    pub next: Option<TokenId>,
}

/// How many rows a page looks at, at most, for those it wants.
const STRETCH: i64 = 2_000;

impl Tx<'_> {
    /// A page of at most `limit` lines.
    ///
    /// # Errors
    /// When the store fails.
    pub fn organization_audit(
        &mut self,
        organization_id: &str,
        wanted: &AuditFilter,
        limit: usize,
    ) -> Result<AuditPage, StoreError> {
        let (rows, next) = self.audit_stretch(Some(organization_id), wanted, limit)?;
        let mut lines = Vec::with_capacity(rows.len());
        for row in rows {
            let mut email = String::new();
            if let Some(user) = row.user {
                let sql = "SELECT email_shown FROM users WHERE id = $1";
                email = self.one(sql, &[user.0.into()], |row| row.text(0))?.unwrap_or_default();
            }
            lines.push(AuditLine { row, email });
        }
        Ok(AuditPage { lines, next })
    }

    /// At most `limit` rows of an organization or of all, the newest first, from a bounded stretch of one index; and where
    /// it goes on ([`AuditFilter::before`]), none when that was all.
    pub(crate) fn audit_stretch(
        &mut self,
        organization_id: Option<&str>,
        wanted: &AuditFilter,
        limit: usize,
    ) -> Result<(Vec<AuditRow>, Option<TokenId>), StoreError> {
        let before = *wanted.before.unwrap_or(TokenId::from_bytes([0xff; 16])).as_bytes();
        let from = *wanted.from.unwrap_or(TokenId::from_bytes([0; 16])).as_bytes();
        let one_more = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let event = wanted.event.as_deref();
        // The most selective index first: a user's or a client's rows are few, an organization's may be a million.
        let (sql, key, rows): (_, Option<Param<'_>>, _) =
            match (wanted.user, wanted.client_id.as_deref(), organization_id, event) {
                (Some(user), ..) => (BY_USER, Some(user.0.into()), STRETCH),
                (None, Some(client_id), ..) => (BY_CLIENT, Some(client_id.into()), STRETCH),
                (None, None, Some(organization_id), None) => (BY_ORGANIZATION, Some(organization_id.into()), one_more),
                (None, None, Some(organization_id), Some(_)) => (BY_EVENT, Some(organization_id.into()), one_more),
                (None, None, None, None) => (ALL, None, one_more),
                (None, None, None, Some(_)) => (ALL, None, STRETCH),
            };
        let mut params: Vec<Param<'_>> = key.into_iter().collect();
        params.extend([Param::from(before.as_slice()), from.as_slice().into(), rows.into()]);
        params.extend(event.filter(|_| sql == BY_EVENT).map(Param::from));
        // What is wanted is told apart here, so that the engine reads one index in order and stops.
        let (mut seen, mut last, mut found) = (0, None, Vec::new());
        let beyond = self.all(sql, &params, |row| {
            seen += 1;
            if found.len() >= limit {
                return Ok(true);
            }
            last = Some(TokenId::from_bytes(row.array(0)?));
            if fits(row, organization_id, wanted)? {
                found.push(audit_row(row)?);
            }
            Ok(false)
        })?;
        let more = beyond.into_iter().any(|beyond| beyond) || seen == STRETCH;
        Ok((found, last.filter(|_| more)))
    }
}

macro_rules! audit_by {
    ($condition:literal) => {
        audit_by!($condition, " AND id < $2 AND id >= $3 ORDER BY id DESC LIMIT $4")
    };
    ($condition:literal, $between:literal) => {
        concat!(
            "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit WHERE ",
            $condition,
            $between
        )
    };
}

const BY_ORGANIZATION: &str = audit_by!("organization_id = $1");
/// Written so that only the index with the event in it will do: by `event = $5` SQLite takes the organization's, and
/// looks at every row of it for an event that is not there.
const BY_EVENT: &str = audit_by!(
    "organization_id = $1",
    " AND (event, id) < ($5, $2) AND (event, id) >= ($5, $3) ORDER BY event DESC, id DESC LIMIT $4"
);
const BY_USER: &str = audit_by!("user_id = $1");
const BY_CLIENT: &str = audit_by!("client_id = $1");

/// Of all, by their key.
const ALL: &str = "SELECT id, event, user_id, client_id, organization_id, detail, request_id FROM audit
     WHERE id < $1 AND id >= $2 ORDER BY id DESC LIMIT $3";

fn fits(row: &Row<'_>, organization_id: Option<&str>, wanted: &AuditFilter) -> Result<bool, StoreError> {
    let (event, client_id) = (row.opt_text_ref(1)?, row.opt_text_ref(3)?);
    Ok((organization_id.is_none() || row.opt_text_ref(4)? == organization_id)
        && (wanted.event.is_none() || wanted.event.as_deref() == event)
        && (wanted.user.is_none() || wanted.user.map(|user| user.0) == row.opt_int(2)?)
        && (wanted.client_id.is_none() || wanted.client_id.as_deref() == client_id))
}
