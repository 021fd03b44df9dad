//! Refreshing: a new access token from a refresh token, which stays as it is or turns, as its family began. Touches one
//! row and appends one (accounts-protocol.md section 7.3; RFC 6749 section 6; `spec/decisions.md` 7, 21).

use std::sync::Arc;

use grantor_protocol::{
    access_list::AccessList,
    causes::TokenError,
    dialect::Dialect,
    issue::FamilyRules,
    people::{Realm, UserId},
    policy::Policy,
    resource::{Resources, Target, TokenFormat},
    rotation::RotationKey,
    scope::{Catalog, ScopeList},
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{
    NewToken, Origin, PolicyFor, StoreError, Turned, Tx,
    organization_policies::read_policy,
    rotation::{Standing, Turns, standing},
};

/// What a client presents to refresh. The client has authenticated before.
#[derive(Debug, Clone)]
pub struct RefreshRequest {
    /// The refresh token.
    pub refresh: PresentedToken,
    /// Which client.
    pub client_id: String,
    /// At which door.
    pub realm: Realm,
    /// The access token it will get, when the family does not rotate.
    pub access: NewToken,
}

/// What a refresh needs to know beside the request.
#[derive(Debug, Clone)]
pub struct Renewal {
    /// Which scope covers which.
    pub catalog: Arc<Catalog>,
    /// The resources there are.
    pub resources: Arc<Resources>,
    /// What successors are derived with.
    pub rotation: Arc<RotationKey>,
    /// What the request narrows its access token to.
    pub target: Target,
}

/// What a refresh gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The scopes of the access token.
    pub scopes: ScopeList,
    /// What it is aimed at, one a line; empty for nothing in particular.
    pub resource: String,
    /// What it looks like.
    pub format: TokenFormat,
    /// When it was made: now, or, for a retry, when the pair was first given.
    pub made_at: Timestamp,
    /// The new pair, when the family rotates.
    pub turned: Option<Turned>,
    /// Its rules.
    pub rules: FamilyRules,
    /// For whom.
    pub user: UserId,
    /// In which organization; empty for none.
    pub organization_id: String,
    /// How the family came about; a `nonce` belongs to one code and is not kept.
    pub origin: Origin,
    /// How many refreshes the throttle counts now; 0 when nobody counts, or nothing was made.
    pub in_window: usize,
}

struct Row {
    secret_hash: SecretHash,
    realm: Realm,
    client_id: String,
    user: UserId,
    organization_id: String,
    grant_id: TokenId,
    scopes: ScopeList,
    rules: FamilyRules,
    recent: AccessList,
    revoked: bool,
    grant_lives: bool,
    user_lives: bool,
    member: bool,
    used_at: Timestamp,
    turns: Option<Turns>,
    origin: Origin,
    policy: Option<PolicyFor>,
    /// When it was last consented to, where the policy limits a grant's life.
    consented_at: Option<Timestamp>,
}

impl Row {
    /// Whether the organization's administrators let the client have this now.
    fn allowed(&self, catalog: &Catalog, now: Timestamp) -> Result<(), TokenError> {
        let Some(policy) = &self.policy else { return Ok(()) };
        Ok(policy.judge(&self.client_id, &self.scopes, self.consented_at, catalog, now)?)
    }
}

impl Tx<'_> {
    /// Appends an access token to a family, or says why not. A rotating family turns; the last turn is repeated for
    /// who presents the secret before it within the grace. After `RefreshTokenReused` the family is dead, and
    /// [`Tx::note_reuse`] is to follow.
    pub fn refresh(
        &mut self,
        asked: &RefreshRequest,
        with: &Renewal,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Result<Refreshed, TokenError>, StoreError> {
        let Some(mut row) = self.lock_refresh_token(asked.refresh.id)? else {
            return Ok(Err(TokenError::RefreshTokenUnknown));
        };
        let standing =
            standing(&row.secret_hash, row.turns.as_ref(), &asked.refresh, &with.rotation, policy.refresh_grace, now);
        if let Err(refusal) = judge(&row, asked, standing, now) {
            let because = match refusal {
                TokenError::RefreshTokenReused => Some("reused"),
                // Noted, so that a clock that is set back does not revive it.
                TokenError::RefreshTokenExpired => Some("expired"),
                _ => None,
            };
            if let Some(because) = because {
                self.end_refresh_token(asked.refresh.id, because, now)?;
            }
            return Ok(Err(refusal));
        }
        if let Err(refusal) = row.allowed(&with.catalog, now) {
            return Ok(Err(refusal));
        }
        let turned = row.turns.as_ref().map(|turns| {
            let at = if standing == Standing::Retry { turns.rotated_at } else { now };
            let (family, secret) = (&asked.refresh.id, &asked.refresh.secret);
            Turned {
                refresh: with.rotation.successor(family, secret),
                access: with.rotation.access(family, secret, at),
            }
        });
        if let (Standing::Retry, Some(turned)) = (standing, turned.as_ref()) {
            return self.repeated(&row, turned.clone(), with).map(Ok);
        }
        if policy.throttles && !row.recent.admits(now, policy.access_token_rate) {
            return Ok(Err(TokenError::AccessTokensThrottled));
        }
        // Nearly always nothing is aimed at, and the access token has the family's scopes.
        let aimed = if with.target.is_open() && row.origin.resource.is_empty() {
            None
        } else {
            match with.resources.aim(&with.catalog, (&row.scopes, &row.origin.resource), &with.target) {
                Ok(aim) => Some(aim),
                Err(refusal) => return Ok(Err(refusal)),
            }
        };
        let access = turned.as_ref().map_or(asked.access, |turned| NewToken {
            id: turned.access.id,
            secret_hash: turned.access.secret.hash(SecretKind::Access),
        });
        row.rules.add(&mut row.recent, access.id, policy);
        let in_window = if policy.throttles { row.recent.window(now, policy.access_token_rate).used } else { 0 };
        let narrowed = aimed.as_ref().map(|aim| (&aim.scopes, aim.resource.as_str()));
        self.add_access_token(access, row.grant_id, Some(asked.refresh.id), narrowed, row.rules.access_ends(now))?;
        self.turn(asked, &row, turned.as_ref(), now)?;
        let (scopes, resource, format) = match aimed {
            Some(aim) => (aim.scopes, aim.resource, aim.format),
            None => (row.scopes, String::new(), TokenFormat::Opaque),
        };
        Ok(Ok(Refreshed {
            scopes,
            resource,
            format,
            made_at: now,
            turned,
            rules: row.rules,
            user: row.user,
            organization_id: row.organization_id,
            origin: row.origin,
            in_window,
        }))
    }

    /// Writes the family's row back.
    fn turn(
        &mut self,
        asked: &RefreshRequest,
        row: &Row,
        turned: Option<&Turned>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let (id, recent) = (asked.refresh.id, row.recent.to_bytes());
        match turned {
            None => self.execute(
                "UPDATE refresh_tokens SET recent = $2, used_at = $3 WHERE id = $1",
                &[id.as_bytes().into(), (&recent).into(), now.millis().into()],
            )?,
            Some(turned) => self.execute(
                "UPDATE refresh_tokens SET recent = $2, used_at = $3, rotated_at = $3, previous_hash = secret_hash,
                        secret_hash = $4, generation = generation + 1 WHERE id = $1",
                &[
                    id.as_bytes().into(),
                    (&recent).into(),
                    now.millis().into(),
                    turned.refresh.hash(SecretKind::Refresh).as_bytes().into(),
                ],
            )?,
        };
        Ok(())
    }

    /// The last turn once more, as it was: whatever this request narrows, the pair is the one that was given.
    fn repeated(&mut self, row: &Row, turned: Turned, with: &Renewal) -> Result<Refreshed, StoreError> {
        let given = self.one(
            "SELECT scopes, resource FROM access_tokens WHERE id = $1",
            &[turned.access.id.as_bytes().into()],
            |found| Ok((found.opt_text(0)?, found.opt_text(1)?)),
        )?;
        let (scopes, resource) = given.unwrap_or_default();
        let resource = resource.unwrap_or_default();
        Ok(Refreshed {
            scopes: scopes.map_or_else(|| row.scopes.clone(), |text| ScopeList::from_stored(&text)),
            format: with.resources.format(&resource),
            resource,
            made_at: turned.access.id.made_at(),
            turned: Some(turned),
            rules: row.rules,
            user: row.user,
            organization_id: row.organization_id.clone(),
            origin: row.origin.clone(),
            in_window: 0,
        })
    }

    /// Locks and judges a refresh token as a refresh would, and makes nothing.
    pub(crate) fn judge_refresh_token(
        &mut self,
        asked: &RefreshRequest,
        catalog: &Catalog,
        now: Timestamp,
    ) -> Result<Result<(), TokenError>, StoreError> {
        let Some(row) = self.lock_refresh_token(asked.refresh.id)? else {
            return Ok(Err(TokenError::RefreshTokenUnknown));
        };
        // Of a family that rotates, only the newest is good for anything but a refresh.
        let current = row.secret_hash.matches(&asked.refresh.secret.hash(SecretKind::Refresh));
        let judged = judge(&row, asked, if current { Standing::Current } else { Standing::Unknown }, now);
        Ok(judged.and_then(|()| row.allowed(catalog, now)))
    }

    /// The family's row, locked, with what must still hold around it. The neighbours are read by subselects
    /// because a lock on a join would lock the user's row as well; with a million grants each of them is a page that no
    /// cache holds, so only what can have changed by itself is looked at. A withdrawn grant has ended its tokens in the
    /// same step and is asked only for the cause. A removed user's tokens are gone, so what is left to ask is who is
    /// disabled: as a range, because SQLite would rather look among all users than in that short index. What the
    /// organization decided comes by the same statement, because a further one would be a further round trip.
    fn lock_refresh_token(&mut self, id: TokenId) -> Result<Option<Row>, StoreError> {
        self.one(
            "SELECT r.secret_hash, r.realm, r.client_id, r.user_id, r.organization_id, r.grant_id, r.scopes,
                    r.access_cap, r.access_lifetime, r.recent, r.revoked_at,
                    r.revoked_at IS NULL
                      OR EXISTS (SELECT 1 FROM grants g WHERE g.id = r.grant_id AND g.revoked_at IS NULL),
                    NOT EXISTS (SELECT 1 FROM users u WHERE u.id BETWEEN r.user_id AND r.user_id AND u.disabled),
                    CASE WHEN r.organization_id = '' THEN TRUE
                         WHEN r.user_id = 0 THEN EXISTS (SELECT 1 FROM organizations o WHERE o.id = r.organization_id)
                         WHEN r.realm = '' THEN EXISTS (SELECT 1 FROM memberships m
                              WHERE m.user_id = r.user_id AND m.organization_id = r.organization_id)
                         ELSE EXISTS (SELECT 1 FROM portals p
                              WHERE p.id = r.realm AND p.organization_id = r.organization_id) END,
                    r.dialect, r.signed_in_at, r.resource, r.session_id, r.used_at,
                    r.rotates, r.generation, r.previous_hash, r.rotated_at, r.idle_lifetime, r.expires_at,
                    p.clients_listed, p.clients, p.blocked_scopes, p.maximum_life, p.review_required, v.state,
                    CASE WHEN p.maximum_life > 0 THEN (SELECT g.granted_at FROM grants g WHERE g.id = r.grant_id) END
             FROM refresh_tokens r
             LEFT JOIN organization_policies p ON p.organization_id = r.organization_id
             LEFT JOIN reviews v ON v.organization_id = p.organization_id AND v.client_id = r.client_id
             WHERE r.id = $1 FOR UPDATE OF r",
            &[id.as_bytes().into()],
            |row| {
                Ok(Row {
                    secret_hash: SecretHash::from_bytes(row.array(0)?),
                    realm: Realm::from_stored(row.text(1)?),
                    client_id: row.text(2)?,
                    user: UserId(row.int(3)?),
                    organization_id: row.text(4)?,
                    grant_id: TokenId::from_bytes(row.array(5)?),
                    scopes: ScopeList::from_stored(row.opt_text_ref(6)?.unwrap_or_default()),
                    rules: FamilyRules {
                        access_cap: usize::try_from(row.int(7)?).unwrap_or(usize::MAX),
                        access_lifetime_millis: row.int(8)?,
                    },
                    recent: AccessList::from_bytes(row.opt_blob_ref(9)?.unwrap_or_default()),
                    revoked: row.opt_int(10)?.is_some(),
                    grant_lives: row.bool(11)?,
                    user_lives: row.bool(12)?,
                    member: row.bool(13)?,
                    used_at: Timestamp::from_millis(row.int(18)?),
                    turns: Turns::read(row, 19)?,
                    policy: read_policy(row, 25)?,
                    consented_at: row.opt_int(31)?.map(Timestamp::from_millis),
                    origin: Origin {
                        dialect: Dialect::from_stored(row.opt_text_ref(14)?.unwrap_or_default()),
                        nonce: None,
                        signed_in_at: Timestamp::from_millis(row.int(15)?),
                        resource: row.text(16)?,
                        session: row.opt_blob_ref(17)?.and_then(|bytes| bytes.try_into().ok()).map(TokenId::from_bytes),
                    },
                })
            },
        )
    }

    /// Marks a refresh token as ended; its access tokens end with it. True when it was alive.
    pub(crate) fn end_refresh_token(&mut self, id: TokenId, because: &str, now: Timestamp) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE refresh_tokens SET revoked_at = $2, revoked_because = $3 WHERE id = $1 AND revoked_at IS NULL",
            &[id.as_bytes().into(), now.millis().into(), because.into()],
        )?;
        Ok(ended == 1)
    }
}

fn judge(row: &Row, asked: &RefreshRequest, standing: Standing, now: Timestamp) -> Result<(), TokenError> {
    if standing == Standing::Unknown {
        return Err(TokenError::RefreshTokenUnknown);
    }
    if row.client_id != asked.client_id {
        return Err(TokenError::RefreshTokenOfAnotherClient);
    }
    if row.realm != asked.realm {
        return Err(TokenError::RefreshTokenOfAnotherRealm);
    }
    // A withdrawn grant ended its refresh tokens as well; the withdrawal is what the client's owner should read.
    if !row.grant_lives {
        return Err(TokenError::GrantRevoked);
    }
    if row.revoked {
        return Err(TokenError::RefreshTokenRevoked);
    }
    if standing == Standing::Stale {
        return Err(TokenError::RefreshTokenReused);
    }
    if row.turns.as_ref().is_some_and(|turns| turns.over(row.used_at, now)) {
        return Err(TokenError::RefreshTokenExpired);
    }
    if !row.user_lives {
        return Err(TokenError::UserDisabled);
    }
    if !row.member {
        return Err(TokenError::MembershipEnded);
    }
    Ok(())
}
