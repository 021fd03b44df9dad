//! Refreshing: a new access token from a refresh token that stays as it is. Touches one row and appends one
//! (accounts-protocol.md section 7.3; `spec/decisions.md` 21).

use grantor_protocol::{
    causes::TokenError,
    issue::{FamilyRules, Recent},
    people::{Realm, UserId},
    policy::Policy,
    scope::ScopeList,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

use crate::{NewToken, StoreError, Tx};

/// What a client presents to refresh. The client has authenticated before.
#[derive(Debug, Clone)]
pub struct RefreshRequest {
    /// The refresh token.
    pub refresh: PresentedToken,
    /// Which client.
    pub client_id: String,
    /// At which door.
    pub realm: Realm,
    /// The access token it will get.
    pub access: NewToken,
}

/// What a refresh gave.
#[derive(Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The scopes of the family.
    pub scopes: ScopeList,
    /// Its rules.
    pub rules: FamilyRules,
    /// For whom.
    pub user: UserId,
    /// In which organization; empty for none.
    pub organization_id: String,
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
    recent: Recent,
    revoked: bool,
    grant_lives: bool,
    user_lives: bool,
    member: bool,
}

impl Tx<'_> {
    /// Appends an access token to a family, or says why not.
    pub fn refresh(
        &mut self,
        asked: &RefreshRequest,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Result<Refreshed, TokenError>, StoreError> {
        let Some(mut row) = self.lock_refresh_token(asked.refresh.id)? else {
            return Ok(Err(TokenError::RefreshTokenUnknown));
        };
        if let Err(refusal) = judge(&row, asked) {
            return Ok(Err(refusal));
        }
        if policy.throttles && !row.recent.admits(now, policy.access_token_rate) {
            return Ok(Err(TokenError::AccessTokensThrottled));
        }
        row.recent.push(asked.access.id, row.rules.keep(policy));
        self.add_access_token(asked.access, row.grant_id, Some(asked.refresh.id), None, row.rules.access_ends(now))?;
        self.execute(
            "UPDATE refresh_tokens SET recent = $2, used_at = $3 WHERE id = $1",
            &[asked.refresh.id.as_bytes().into(), (&row.recent.to_bytes()).into(), now.millis().into()],
        )?;
        Ok(Ok(Refreshed { scopes: row.scopes, rules: row.rules, user: row.user, organization_id: row.organization_id }))
    }

    /// The family's row, locked, with what must still hold around it. The neighbours are read by subselects
    /// because a lock on a join would lock the user's row as well.
    fn lock_refresh_token(&mut self, id: TokenId) -> Result<Option<Row>, StoreError> {
        self.one(
            "SELECT r.secret_hash, r.realm, r.client_id, r.user_id, r.organization_id, r.grant_id, r.scopes,
                    r.access_cap, r.access_lifetime, r.recent, r.revoked_at,
                    EXISTS (SELECT 1 FROM grants g WHERE g.id = r.grant_id AND g.revoked_at IS NULL),
                    r.user_id = 0 OR EXISTS (SELECT 1 FROM users u WHERE u.id = r.user_id AND NOT u.disabled),
                    CASE WHEN r.organization_id = '' THEN TRUE
                         WHEN r.user_id = 0 THEN EXISTS (SELECT 1 FROM organizations o WHERE o.id = r.organization_id)
                         WHEN r.realm = '' THEN EXISTS (SELECT 1 FROM memberships m
                              WHERE m.user_id = r.user_id AND m.organization_id = r.organization_id)
                         ELSE EXISTS (SELECT 1 FROM portals p
                              WHERE p.id = r.realm AND p.organization_id = r.organization_id) END
             FROM refresh_tokens r WHERE r.id = $1 FOR UPDATE",
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
                    recent: Recent::from_bytes(row.opt_blob_ref(9)?.unwrap_or_default()),
                    revoked: row.opt_int(10)?.is_some(),
                    grant_lives: row.bool(11)?,
                    user_lives: row.bool(12)?,
                    member: row.bool(13)?,
                })
            },
        )
    }

    /// Marks a refresh token as ended; its access tokens end with it. True when it was alive.
    pub(crate) fn end_refresh_token(
        &mut self,
        id: TokenId,
        because: &'static str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let ended = self.execute(
            "UPDATE refresh_tokens SET revoked_at = $2, revoked_because = $3 WHERE id = $1 AND revoked_at IS NULL",
            &[id.as_bytes().into(), now.millis().into(), because.into()],
        )?;
        Ok(ended == 1)
    }
}

fn judge(row: &Row, asked: &RefreshRequest) -> Result<(), TokenError> {
    if !row.secret_hash.matches(&asked.refresh.secret.hash(SecretKind::Refresh)) {
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
    if !row.user_lives {
        return Err(TokenError::UserDisabled);
    }
    if !row.member {
        return Err(TokenError::MembershipEnded);
    }
    Ok(())
}
