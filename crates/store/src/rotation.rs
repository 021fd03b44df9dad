//! Families whose refresh token turns at each use: which of its secrets was presented, and what follows (RFC 9700
//! section 4.14.2; `spec/decisions.md` 7). One row per family; what was handed out before is derived again, never kept.

use std::time::Duration;

use grantor_protocol::{
    rotation::RotationKey,
    secret::{SecretHash, SecretKind, TokenSecret},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditEvent, AuditTrail, Concerning, Row, StoreError, Tx};

/// The pair that a rotation gives. The refresh token keeps its identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Turned {
    /// The successor's secret.
    pub refresh: TokenSecret,
    /// The access token.
    pub access: PresentedToken,
}

/// What a row knows of its turns.
#[derive(Debug, Clone)]
pub(crate) struct Turns {
    generation: usize,
    previous: Option<SecretHash>,
    pub(crate) rotated_at: Timestamp,
    idle: Duration,
    expires_at: Timestamp,
}

/// Which secret of a family was presented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Standing {
    /// The newest.
    Current,
    /// The one before it, within the grace: whoever lost the answer asks again.
    Retry,
    /// One that has a successor: a thief's, or the owner's after a thief.
    Stale,
    /// None of them.
    Unknown,
}

impl Turns {
    /// Reads `rotates, generation, previous_hash, rotated_at, idle_lifetime, expires_at`, which stand in this order from
    /// `first` on. `None`: the family does not rotate.
    pub(crate) fn read(row: &Row<'_>, first: usize) -> Result<Option<Self>, StoreError> {
        if !row.bool(first)? {
            return Ok(None);
        }
        Ok(Some(Self {
            generation: usize::try_from(row.int(first + 1)?).unwrap_or(0),
            previous: row.opt_blob_ref(first + 2)?.and_then(|bytes| bytes.try_into().ok()).map(SecretHash::from_bytes),
            rotated_at: Timestamp::from_millis(row.int(first + 3)?),
            idle: Duration::from_millis(u64::try_from(row.int(first + 4)?).unwrap_or(0)),
            expires_at: Timestamp::from_millis(row.int(first + 5)?),
        }))
    }

    /// Whether the family's life is over: it lay unused for too long, or is too old.
    pub(crate) fn over(&self, used_at: Timestamp, now: Timestamp) -> bool {
        now >= self.expires_at || now >= used_at.plus(self.idle)
    }
}

/// Which secret of a family was presented. Deriving forward tells the family's own old secrets from a guess, so that
/// nobody ends a family who only knows its identifier.
pub(crate) fn standing(
    current: &SecretHash,
    turns: Option<&Turns>,
    presented: &PresentedToken,
    key: &RotationKey,
    grace: Duration,
    now: Timestamp,
) -> Standing {
    let hash = presented.secret.hash(SecretKind::Refresh);
    if current.matches(&hash) {
        return Standing::Current;
    }
    let Some(turns) = turns else { return Standing::Unknown };
    if turns.previous.is_some_and(|previous| previous.matches(&hash)) {
        // A clock that stands a little behind the one that turned it is no reason to end the family.
        return if now < turns.rotated_at.plus(grace) { Standing::Retry } else { Standing::Stale };
    }
    if key.leads_to(&presented.id, &presented.secret, current, turns.generation) {
        Standing::Stale
    } else {
        Standing::Unknown
    }
}

impl Tx<'_> {
    /// Takes a family that was ended because an old refresh token came again off its grant's list, and notes it in the
    /// audit. The step that found it has ended it; this one only tidies up, in the order of the locks.
    pub fn note_reuse(&mut self, family: TokenId, trail: &AuditTrail, now: Timestamp) -> Result<(), StoreError> {
        let of = self.one(
            "SELECT grant_id, user_id, client_id, organization_id FROM refresh_tokens WHERE id = $1",
            &[family.as_bytes().into()],
            |row| Ok((TokenId::from_bytes(row.array(0)?), row.int(1)?, row.text(2)?, row.text(3)?)),
        )?;
        let Some((grant_id, user, client_id, organization_id)) = of else { return Ok(()) };
        self.end_listed_refresh_token(grant_id, family, "reused", now)?;
        let concerning = Concerning {
            user: Some(grantor_protocol::people::UserId(user)),
            client_id: Some(&client_id),
            organization_id: Some(&organization_id),
        };
        self.audit(trail, AuditEvent::RefreshTokenReused, concerning, &format!("family {} was ended", family.mark()))
    }
}
