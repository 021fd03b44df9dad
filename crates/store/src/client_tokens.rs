//! Access tokens made without a code or a refresh token: a client acts for its owner or for itself (RFC 6749 section
//! 4.4; accounts-protocol.md section 7.4), or an organization vouches for its portal's user (section 11.4).

use grantor_protocol::{
    access_list::AccessList,
    causes::TokenError,
    issue::FamilyRules,
    people::{Realm, UserId},
    policy::Policy,
    scope::{Catalog, ScopeList},
    time::Timestamp,
    token::TokenId,
};

use crate::{AuditEvent, AuditTrail, Concerning, NewToken, StoreError, Tx};

/// Who gets an access token for what. The caller has authenticated the client, judged the scopes, and decided that the
/// client may act for this user there.
#[derive(Debug, Clone)]
pub struct ClientTokenRequest {
    /// Which client.
    pub client_id: String,
    /// At which door.
    pub realm: Realm,
    /// For whom it acts; [`UserId::NOBODY`] when for itself.
    pub user: UserId,
    /// In which organization; empty for none. A user must belong to it.
    pub organization_id: String,
    /// What it may do.
    pub scopes: ScopeList,
    /// The resources it is for, one a line (RFC 8707); empty for all.
    pub resource: String,
    /// The access token it will get.
    pub access: NewToken,
    /// Key of the grant, should there be none yet.
    pub fresh_grant: TokenId,
    /// What the audit calls it.
    pub event: AuditEvent,
}

impl Tx<'_> {
    /// Makes the access token, or says why not. It hangs from the grant of (user, client, organization) like every
    /// token, but adds nothing to what that grant remembers as consented. The grant's row lists these tokens: they
    /// are the window of the throttle, and the next one over the cap ends the oldest. Nobody said yes to it on a page, so
    /// each has its audit row.
    pub fn issue_client_token(
        &mut self,
        asked: &ClientTokenRequest,
        catalog: &Catalog,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<FamilyRules, TokenError>, StoreError> {
        // A new grant needs the locks above it, in their order; one that is there needs only its own.
        if self.client_grant(asked, false)?.is_none() {
            self.lock_client_user(asked.user, &asked.client_id)?;
            self.hold_person(asked.user, &asked.organization_id)?;
        }
        if !self.still_member(asked.user, &asked.realm, &asked.organization_id)? {
            let gone = asked.user != UserId::NOBODY && self.user(asked.user)?.is_none_or(|u| u.disabled);
            return Ok(Err(if gone { TokenError::UserDisabled } else { TokenError::OrganizationNotAllowed }));
        }
        // Nobody consented, so no consent can be too old.
        let allowed = self.policy_admits(&asked.organization_id, &asked.client_id, &asked.scopes, catalog, now)?;
        if let Err(barred) = allowed {
            return Ok(Err(barred.into()));
        }
        let (grant_id, mut listed) = if let Some(there) = self.client_grant(asked, true)? {
            there
        } else {
            let nothing = ScopeList::default();
            let (user, client_id) = (asked.user, asked.client_id.as_str());
            let consented = (&nothing, false);
            let id = self.consent(user, client_id, &asked.organization_id, consented, asked.fresh_grant, now)?;
            (id, AccessList::default())
        };
        if policy.throttles && !listed.admits(now, policy.access_token_rate) {
            return Ok(Err(TokenError::AccessTokensThrottled));
        }
        let rules = FamilyRules::of(policy);
        let before: Vec<TokenId> = listed.living().copied().collect();
        rules.add(&mut listed, asked.access.id, policy);
        for id in before {
            if !listed.lives(&id, rules.access_cap) {
                self.end_access_token(id, now)?;
            }
        }
        self.add_access_token(
            asked.access,
            grant_id,
            None,
            Some((&asked.scopes, &asked.resource)),
            rules.access_ends(now),
        )?;
        self.execute(
            "UPDATE grants SET access_ids = $2 WHERE id = $1",
            &[grant_id.as_bytes().into(), (&listed.to_bytes()).into()],
        )?;
        let concerning = Concerning {
            user: Some(asked.user).filter(|user| *user != UserId::NOBODY),
            client_id: Some(&asked.client_id),
            organization_id: Some(&asked.organization_id),
        };
        let detail = format!("access token {}, scopes {}", asked.access.id.mark(), asked.scopes);
        self.audit(trail, asked.event, concerning, &detail)?;
        Ok(Ok(rules))
    }

    /// The live grant and the tokens made from it without a refresh token.
    fn client_grant(
        &mut self,
        asked: &ClientTokenRequest,
        lock: bool,
    ) -> Result<Option<(TokenId, AccessList)>, StoreError> {
        let sql = if lock {
            "SELECT id, access_ids FROM grants
             WHERE user_id = $1 AND client_id = $2 AND organization_id = $3 AND revoked_at IS NULL FOR UPDATE"
        } else {
            "SELECT id, access_ids FROM grants
             WHERE user_id = $1 AND client_id = $2 AND organization_id = $3 AND revoked_at IS NULL"
        };
        self.one(
            sql,
            &[asked.user.0.into(), asked.client_id.as_str().into(), asked.organization_id.as_str().into()],
            |row| {
                let listed = AccessList::from_bytes(row.opt_blob_ref(1)?.unwrap_or_default());
                Ok((TokenId::from_bytes(row.array(0)?), listed))
            },
        )
    }
}
