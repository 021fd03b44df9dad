//! Access tokens: appended, and judged at every use. One is alive while its own row, its refresh token, its grant, its
//! user and the membership all are.

use std::sync::Arc;

use grantor_protocol::{
    access_list::AccessList,
    causes::AccessError,
    people::{Environment, Realm, User, UserId},
    scope::ScopeList,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{NewToken, StoreError, Tx};

/// What a live access token stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveAccess {
    /// The user who granted it; `None` when the organization itself did, or the client acts for itself.
    pub user: Option<User>,
    /// The client that holds it.
    pub client_id: String,
    /// What it allows.
    pub scopes: ScopeList,
    /// The organization it is bound to; empty for none.
    pub organization_id: String,
    /// That organization's environment.
    pub environment: Environment,
    /// When it ends.
    pub expires_at: Timestamp,
    /// The resources it is for, one a line (RFC 8707); empty when none was named.
    pub resource: String,
}

/// A token that was alive when it was read.
#[derive(Debug, Clone)]
pub(crate) struct Judged {
    secret_hash: SecretHash,
    /// The refresh token it hangs from.
    pub(crate) family: Option<TokenId>,
    pub(crate) live: Arc<LiveAccess>,
}

impl Judged {
    /// Judges it once more, by what changes without being written.
    pub(crate) fn still(self, secret: Option<&SecretHash>, now: Timestamp) -> Result<Arc<LiveAccess>, AccessError> {
        in_time(&self.secret_hash, secret, self.live.expires_at, now)?;
        Ok(self.live)
    }
}

/// Judges the secret, unless a signature stood for it, and the time.
fn in_time(
    kept: &SecretHash,
    presented: Option<&SecretHash>,
    expires_at: Timestamp,
    now: Timestamp,
) -> Result<(), AccessError> {
    if presented.is_some_and(|presented| !kept.matches(presented)) {
        return Err(AccessError::Unknown);
    }
    if now >= expires_at { Err(AccessError::Expired) } else { Ok(()) }
}

impl Tx<'_> {
    /// `narrowed`: scopes of its own, and the resources it is for, one a line; `None`: the refresh token's scopes.
    pub(crate) fn add_access_token(
        &mut self,
        new: NewToken,
        grant_id: TokenId,
        refresh_id: Option<TokenId>,
        narrowed: Option<(&ScopeList, &str)>,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let scopes = narrowed.map(|(scopes, _)| scopes.to_string());
        let resource = narrowed.map(|(_, resource)| resource).filter(|lines| !lines.is_empty());
        self.execute(
            "INSERT INTO access_tokens (id, secret_hash, grant_id, refresh_id, scopes, expires_at, resource)
             VALUES ($1, $2, $3, $4, $5, $6, $7)",
            &[
                new.id.as_bytes().into(),
                new.secret_hash.as_bytes().into(),
                grant_id.as_bytes().into(),
                refresh_id.as_ref().map(TokenId::as_bytes).into(),
                (&scopes).into(),
                expires_at.millis().into(),
                resource.into(),
            ],
        )?;
        Ok(())
    }

    /// Judges an access token now, and says what it stands for or why it opens nothing.
    ///
    /// Its end is compared with the clock and not noted: this is read at every use, and must not become a write. A
    /// clock that is set back therefore gives an expired token back the time the clock lost, and no more; what was
    /// revoked or evicted stays so. (Codes and refresh tokens are written when they are used; theirs is noted.)
    pub fn access(
        &mut self,
        presented: &PresentedToken,
        now: Timestamp,
    ) -> Result<Result<LiveAccess, AccessError>, StoreError> {
        let judged = self.judge_access(presented.id, Some(&presented.secret.hash(SecretKind::Access)), now)?;
        Ok(judged.map(|judged| Arc::unwrap_or_clone(judged.live)))
    }

    /// The same for a JWT access token (RFC 9068), by its `jti`. Its signature was checked before: that is its secret.
    pub fn signed_access(
        &mut self,
        id: TokenId,
        now: Timestamp,
    ) -> Result<Result<LiveAccess, AccessError>, StoreError> {
        Ok(self.judge_access(id, None, now)?.map(|judged| Arc::unwrap_or_clone(judged.live)))
    }

    pub(crate) fn judge_access(
        &mut self,
        id: TokenId,
        secret: Option<&SecretHash>,
        now: Timestamp,
    ) -> Result<Result<Judged, AccessError>, StoreError> {
        let found = self.one(
            "SELECT a.secret_hash, a.expires_at, a.revoked_at, a.scopes, a.refresh_id,
                    r.scopes, r.recent, r.access_cap, r.revoked_at,
                    g.client_id, g.organization_id, g.revoked_at,
                    u.id, u.realm, u.email_shown, u.first_name, u.last_name, u.disabled,
                    o.environment, g.user_id, COALESCE(a.resource, r.resource, ''),
                    CASE WHEN g.organization_id = '' THEN TRUE
                         WHEN g.user_id = 0 THEN o.id IS NOT NULL
                         WHEN u.realm = '' THEN EXISTS (SELECT 1 FROM memberships m
                              WHERE m.user_id = u.id AND m.organization_id = g.organization_id)
                         ELSE EXISTS (SELECT 1 FROM portals p
                              WHERE p.id = u.realm AND p.organization_id = g.organization_id) END,
                    u.email_verified
             FROM access_tokens a
             LEFT JOIN refresh_tokens r ON r.id = a.refresh_id
             LEFT JOIN grants g ON g.id = a.grant_id
             LEFT JOIN users u ON u.id = g.user_id
             LEFT JOIN organizations o ON o.id = g.organization_id
             WHERE a.id = $1",
            &[id.as_bytes().into()],
            |row| {
                let kept = SecretHash::from_bytes(row.array(0)?);
                let expires_at = Timestamp::from_millis(row.int(1)?);
                if let Err(cause) = in_time(&kept, secret, expires_at, now) {
                    return Ok(Err(cause));
                }
                let family = row.opt_array(4)?.map(TokenId::from_bytes);
                let family_lives = family.is_none()
                    || (row.opt_int(8)?.is_none()
                        && AccessList::from_bytes(row.opt_blob_ref(6)?.unwrap_or_default())
                            .lives(&id, usize::try_from(row.opt_int(7)?.unwrap_or(0)).unwrap_or(0)));
                if row.opt_int(2)?.is_some()
                    || !family_lives
                    || row.opt_int(11)?.is_some()
                    || row.opt_text_ref(9)?.is_none()
                {
                    return Ok(Err(AccessError::Revoked));
                }
                let user = match row.opt_int(12)? {
                    Some(id) if !row.bool(17)? => Some(User {
                        id: UserId(id),
                        realm: Realm::from_stored(row.text(13)?),
                        email: row.text(14)?,
                        first_name: row.text(15)?,
                        last_name: row.text(16)?,
                        disabled: false,
                        email_verified: row.bool(22)?,
                    }),
                    None if row.opt_int(19)? == Some(UserId::NOBODY.0) => None,
                    _ => return Ok(Err(AccessError::UserDisabled)),
                };
                if !row.bool(21)? {
                    return Ok(Err(AccessError::MembershipEnded));
                }
                // Its own when it was narrowed or hangs from no refresh token, else the family's as they are now.
                let scopes = row.opt_text_ref(3)?.or(row.opt_text_ref(5)?);
                let live = LiveAccess {
                    user,
                    client_id: row.text(9)?,
                    scopes: ScopeList::from_stored(scopes.unwrap_or_default()),
                    organization_id: row.text(10)?,
                    environment: row.opt_text_ref(18)?.and_then(Environment::parse).unwrap_or_default(),
                    expires_at,
                    resource: row.text(20)?,
                };
                Ok(Ok(Judged { secret_hash: kept, family, live: Arc::new(live) }))
            },
        )?;
        Ok(found.unwrap_or(Err(AccessError::Unknown)))
    }

    /// Marks one access token as ended. True when it was not marked before.
    pub(crate) fn end_access_token(&mut self, id: TokenId, now: Timestamp) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE access_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL",
            &[id.as_bytes().into(), now.millis().into()],
        )?;
        Ok(ended == 1)
    }
}
