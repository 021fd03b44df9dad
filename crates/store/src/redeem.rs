//! Redeeming an authorization code: one step, one success, whoever races (accounts-protocol.md section 7.2;
//! `spec/decisions.md` 1, 4, 5, 6).

use std::sync::Arc;

use grantor_protocol::{
    access_list::AccessList,
    causes::TokenError,
    dialect::Dialect,
    issue::FamilyRules,
    people::{Realm, UserId},
    pkce::Challenge,
    policy::Policy,
    resource::{Aim, Resources, Target, TokenFormat},
    rotation::RotationRules,
    scope::{Catalog, ScopeList},
    secret::SecretHash,
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{AuditEvent, AuditTrail, CodeKind, Concerning, Fullness, Origin, StoreError, Tx};

/// A token to be: an identifier and the hash of a secret that the caller drew.
#[derive(Debug, Clone, Copy)]
pub struct NewToken {
    /// Its key.
    pub id: TokenId,
    /// What is kept of its secret.
    pub secret_hash: SecretHash,
}

/// What a client presents to redeem a code. The client has authenticated before.
#[derive(Debug, Clone)]
pub struct Redemption {
    /// The code.
    pub code: PresentedToken,
    /// What it must be: an authorization code stands for a self client's too.
    pub device: bool,
    /// Which client.
    pub client_id: String,
    /// At which door.
    pub realm: Realm,
    /// `redirect_uri`, as sent.
    pub redirect_uri: Option<String>,
    /// `code_verifier`, as sent.
    pub verifier: Option<String>,
    /// Whether the client proved nothing of itself, so that only a code with a challenge is good enough.
    pub public: bool,
    /// What the request narrows its access token to; its scopes are not looked at.
    pub target: Target,
    /// The resources there are.
    pub resources: Arc<Resources>,
    /// The access token it will get.
    pub access: NewToken,
    /// The refresh token it may get.
    pub refresh: NewToken,
}

/// A code that was spent by this very step. Only the store makes one, and it cannot be copied.
#[derive(Debug, PartialEq, Eq)]
pub struct RedeemedCode {
    /// What was granted, as asked.
    pub scopes: ScopeList,
    /// What the access token allows: the same, unless it is aimed at a resource that knows only some of it.
    pub access_scopes: ScopeList,
    /// What the access token is aimed at, one a line; empty for nothing in particular.
    pub resource: String,
    /// What the access token looks like.
    pub format: TokenFormat,
    /// Whether the refresh token was made.
    pub with_refresh: bool,
    /// Lifetimes of the new family.
    pub rules: FamilyRules,
    /// For whom.
    pub user: UserId,
    /// In which organization; empty for none.
    pub organization_id: String,
    /// How it came about.
    pub origin: Origin,
    /// Which caps are how full now, when a refresh token was made.
    pub fullness: Fullness,
}

struct Row {
    kind: CodeKind,
    origin: Origin,
    secret_hash: SecretHash,
    realm: Realm,
    client_id: String,
    user: UserId,
    organization_id: String,
    grant_id: TokenId,
    redirect_uri: String,
    scopes: ScopeList,
    refresh: bool,
    challenge: Option<Challenge>,
    expires_at: Timestamp,
    used_at: Option<Timestamp>,
    refresh_id: Option<TokenId>,
    access_id: Option<TokenId>,
}

impl Tx<'_> {
    /// Spends the code and records the tokens, or says why not. A refusal is an answer: what it changed (a
    /// code spent by a wrong redirect URI, tokens revoked by a replay) is committed with it.
    pub fn redeem_code(
        &mut self,
        asked: &Redemption,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<RedeemedCode, TokenError>, StoreError> {
        let Some(code) = self.code_row(asked.code.id)? else { return Ok(Err(TokenError::CodeUnknown)) };
        let right = code.secret_hash.matches(&asked.code.secret.hash(code.kind.secret_kind()));
        if !right || (code.kind == CodeKind::Device) != asked.device {
            return Ok(Err(TokenError::CodeUnknown));
        }
        if code.client_id != asked.client_id {
            return Ok(Err(TokenError::CodeOfAnotherClient));
        }
        if code.realm != asked.realm {
            return Ok(Err(TokenError::CodeOfAnotherRealm));
        }
        if let Some(used_at) = code.used_at {
            return self.code_reused(&code, used_at, policy, trail, now).map(Err);
        }
        if now >= code.expires_at {
            // Noted, so that a clock that is set back does not revive it.
            self.execute(
                "UPDATE codes SET expires_at = -expires_at WHERE id = $1 AND expires_at > 0 AND used_at IS NULL",
                &[asked.code.id.as_bytes().into()],
            )?;
            return Ok(Err(TokenError::CodeExpired));
        }
        if let Err(mismatch) = proves_itself(asked, &code) {
            self.spend(asked.code.id, now, None)?;
            return Ok(Err(mismatch));
        }
        let mut parent = None;
        if code.refresh {
            // Gone with its user or client; made anew here it would outlive both.
            let Some(locked) = self.lock_known_client_user(code.user, &code.client_id)? else {
                return Ok(Err(TokenError::GrantRevoked));
            };
            if policy.throttles && !locked.refresh.admits(now, policy.refresh_token_rate) {
                return Ok(Err(TokenError::RefreshTokensThrottled));
            }
            parent = Some(locked);
        }
        let grant = self.lock_grant_of(code.user, &code.client_id, &code.organization_id)?;
        // The very grant it was made from: a code of a withdrawn consent must not pass for one of the next.
        let Some(grant) = grant.filter(|g| !g.revoked && g.id == code.grant_id) else {
            return Ok(Err(TokenError::GrantRevoked));
        };
        if !self.still_member(code.user, &code.realm, &code.organization_id)? {
            let gone = self.user(code.user)?.is_none_or(|u| u.disabled);
            return Ok(Err(if gone { TokenError::UserDisabled } else { TokenError::MembershipEnded }));
        }
        if let Err(barred) = grant.allowed(&code.client_id, &code.scopes, catalog, now) {
            return Ok(Err(barred.into()));
        }
        if let Some(retired) = code.scopes.iter().find(|s| catalog.find(s).is_none()) {
            return Ok(Err(TokenError::ScopeRetired(retired.to_owned())));
        }
        let aim = match aimed(asked, &code, catalog) {
            Ok(aim) => aim,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let mut listed = grant.refresh_ids;
        if code.refresh && !self.has_room(&mut listed, policy, now)? {
            return Ok(Err(TokenError::RefreshTokensFull));
        }
        let made = (asked.access.id, code.refresh.then_some(asked.refresh.id));
        if !self.spend(asked.code.id, now, Some(made))? {
            return Ok(Err(TokenError::CodeUsedJustNow));
        }
        let rules = FamilyRules::of(policy);
        let mut fullness = Fullness::default();
        if let Some(mut parent) = parent {
            self.add_refresh_token(asked, &code, grant.id, policy, now)?;
            let concerning = Concerning {
                user: Some(code.user),
                client_id: Some(&code.client_id),
                organization_id: Some(&code.organization_id),
            };
            fullness = self.keep_refresh_cap(concerning, grant.id, listed, asked.refresh.id, policy, trail, now)?;
            if policy.throttles {
                parent.refresh.push(asked.refresh.id, policy.refresh_token_rate.count);
                self.set_recent_refresh(code.user, &code.client_id, &parent.refresh)?;
                fullness.in_window = parent.refresh.window(now, policy.refresh_token_rate).used;
            }
        }
        let own = !code.refresh || !aim.resource.is_empty();
        let narrowed = own.then_some((&aim.scopes, aim.resource.as_str()));
        self.add_access_token(asked.access, grant.id, made.1, narrowed, rules.access_ends(now))?;
        Ok(Ok(RedeemedCode {
            access_scopes: aim.scopes,
            resource: aim.resource,
            format: aim.format,
            with_refresh: code.refresh,
            rules,
            user: code.user,
            organization_id: code.organization_id,
            scopes: code.scopes,
            origin: code.origin,
            fullness,
        }))
    }

    fn code_row(&mut self, id: TokenId) -> Result<Option<Row>, StoreError> {
        self.one(
            "SELECT secret_hash, realm, client_id, user_id, organization_id, redirect_uri, scopes, refresh, challenge,
                    challenge_method, expires_at, used_at, refresh_id, access_id, grant_id, kind, dialect, nonce,
                    signed_in_at, resource, session_id FROM codes WHERE id = $1",
            &[id.as_bytes().into()],
            |row| {
                let method = row.opt_text(9)?;
                let id = |bytes: Option<&[u8]>| bytes.and_then(|b| b.try_into().ok()).map(TokenId::from_bytes);
                Ok(Row {
                    kind: CodeKind::from_stored(row.opt_text_ref(15)?.unwrap_or_default()),
                    origin: Origin {
                        dialect: Dialect::from_stored(row.opt_text_ref(16)?.unwrap_or_default()),
                        nonce: row.opt_text(17)?,
                        signed_in_at: Timestamp::from_millis(row.int(18)?),
                        resource: row.text(19)?,
                        session: id(row.opt_blob_ref(20)?),
                    },
                    secret_hash: SecretHash::from_bytes(row.array(0)?),
                    realm: Realm::from_stored(row.text(1)?),
                    client_id: row.text(2)?,
                    user: UserId(row.int(3)?),
                    organization_id: row.text(4)?,
                    grant_id: TokenId::from_bytes(row.array(14)?),
                    redirect_uri: row.text(5)?,
                    scopes: ScopeList::from_stored(row.opt_text_ref(6)?.unwrap_or_default()),
                    refresh: row.bool(7)?,
                    challenge: row
                        .opt_text(8)?
                        .map(|value| Challenge::from_stored(value, method.as_deref().unwrap_or_default())),
                    expires_at: Timestamp::from_millis(row.int(10)?),
                    used_at: row.opt_int(11)?.map(Timestamp::from_millis),
                    refresh_id: id(row.opt_blob_ref(12)?),
                    access_id: id(row.opt_blob_ref(13)?),
                })
            },
        )
    }

    /// The guarded update: true for exactly one caller.
    fn spend(
        &mut self,
        id: TokenId,
        now: Timestamp,
        made: Option<(TokenId, Option<TokenId>)>,
    ) -> Result<bool, StoreError> {
        let access = made.as_ref().map(|(access, _)| access.as_bytes().as_slice());
        let refresh = made.as_ref().and_then(|(_, refresh)| refresh.as_ref()).map(|r| r.as_bytes().as_slice());
        let spent = self.execute(
            "UPDATE codes SET used_at = $2, access_id = $3, refresh_id = $4 WHERE id = $1 AND used_at IS NULL",
            &[id.as_bytes().into(), now.millis().into(), access.into(), refresh.into()],
        )?;
        Ok(spent == 1)
    }

    /// A used code came again from its own client: a double click at first, an attack later.
    fn code_reused(
        &mut self,
        code: &Row,
        used_at: Timestamp,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<TokenError, StoreError> {
        // Later than the grace, says decision 1; without a grace there is no double click.
        if now <= used_at.plus(policy.code_reuse_grace) && !policy.code_reuse_grace.is_zero() {
            return Ok(TokenError::CodeUsedJustNow);
        }
        let mut ended = false;
        if let Some(id) = code.refresh_id {
            ended |= self.end_listed_refresh_token(code.grant_id, id, "code replayed", now)?;
        }
        if let Some(id) = code.access_id {
            ended |= self.end_access_token(id, now)?;
        }
        if ended {
            let concerning = Concerning {
                user: Some(code.user),
                client_id: Some(&code.client_id),
                organization_id: Some(&code.organization_id),
            };
            self.audit(trail, AuditEvent::CodeReplayed, concerning, "the tokens made from it were revoked")?;
        }
        Ok(TokenError::CodeReplayed)
    }

    fn add_refresh_token(
        &mut self,
        asked: &Redemption,
        code: &Row,
        grant_id: TokenId,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let rules = FamilyRules::of(policy);
        let recent = AccessList::begin(asked.access.id);
        let rotation = RotationRules::of(policy, code.origin.dialect, now);
        let idle = rotation.map_or(0, |r| i64::try_from(r.idle.as_millis()).unwrap_or(i64::MAX));
        self.execute(
            "INSERT INTO refresh_tokens (id, secret_hash, realm, client_id, user_id, organization_id, grant_id, scopes,
               access_cap, access_lifetime, recent, used_at, dialect, signed_in_at, resource, session_id, rotates,
               idle_lifetime, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)",
            &[
                asked.refresh.id.as_bytes().into(),
                asked.refresh.secret_hash.as_bytes().into(),
                code.realm.as_str().into(),
                code.client_id.as_str().into(),
                code.user.0.into(),
                code.organization_id.as_str().into(),
                grant_id.as_bytes().into(),
                code.scopes.to_string().as_str().into(),
                i64::try_from(rules.access_cap).unwrap_or(i64::MAX).into(),
                rules.access_lifetime_millis.into(),
                (&recent.to_bytes()).into(),
                now.millis().into(),
                code.origin.dialect.as_str().into(),
                code.origin.signed_in_at.millis().into(),
                code.origin.resource.as_str().into(),
                code.origin.session.as_ref().map(TokenId::as_bytes).into(),
                rotation.is_some().into(),
                idle.into(),
                rotation.map_or(0, |r| r.expires_at.millis()).into(),
            ],
        )?;
        Ok(())
    }
}

/// What the access token is for. Nearly always nothing in particular, with all that was granted.
fn aimed(asked: &Redemption, code: &Row, catalog: &Catalog) -> Result<Aim, TokenError> {
    let target = Target { scopes: None, resources: asked.target.resources.clone() };
    if target.is_open() && code.origin.resource.is_empty() {
        return Ok(Aim { scopes: code.scopes.clone(), resource: String::new(), format: TokenFormat::Opaque });
    }
    asked.resources.aim(catalog, (&code.scopes, &code.origin.resource), &target)
}

/// The redirect URI, then PKCE (`spec/decisions.md` 4).
fn proves_itself(asked: &Redemption, code: &Row) -> Result<(), TokenError> {
    // Device and self client codes came by no redirect; whatever is sent is ignored.
    if code.kind == CodeKind::Code && asked.redirect_uri.as_deref() != Some(code.redirect_uri.as_str()) {
        return Err(TokenError::RedirectUriMismatch);
    }
    match (&code.challenge, &asked.verifier) {
        // A client without a secret, redeeming what began without a challenge: whoever stole the code could do that.
        (None, _) if asked.public && code.kind != CodeKind::Device => Err(TokenError::VerifierMissing),
        (None, None) => Ok(()),
        (None, Some(_)) => Err(TokenError::VerifierUnexpected),
        (Some(_), None) => Err(TokenError::VerifierMissing),
        (Some(challenge), Some(verifier)) if challenge.answered_by(verifier) => Ok(()),
        (Some(_), Some(_)) => Err(TokenError::VerifierWrong),
    }
}
