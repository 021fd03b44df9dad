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

use crate::{
    AuditEvent, AuditTrail, Concerning, NewToken, PolicyFor, StoreError, Tx, organization_policies::read_policy,
};

/// In milliseconds.
const HOUR: i64 = 3_600_000;

/// Who gets an access token for what. The caller has authenticated the client, judged the scopes, and decided that the
/// client may act for this user there.
#[derive(Debug, Clone)]
pub struct ClientTokenRequest {
    /// Which client.
    pub client_id: String,
    /// At which door.
    pub realm: Realm,
    /// For whom it acts.
    pub acts_for: ActsFor,
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

/// For whom a client acts without a code or a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActsFor {
    /// Nobody but itself.
    Itself,
    /// That user of the door's realm.
    User(UserId),
    /// Its owner: the user of the accounts realm with this folded address.
    Owner(String),
}

impl ActsFor {
    /// The user, unless it has to be found.
    const fn user(&self) -> Option<UserId> {
        match self {
            Self::Itself => Some(UserId::NOBODY),
            Self::User(user) => Some(*user),
            Self::Owner(_) => None,
        }
    }

    /// The address to find the user by.
    fn email(&self) -> Option<&str> {
        if let Self::Owner(email) = self { Some(email) } else { None }
    }
}

/// The grant such tokens hang from.
struct ClientGrant {
    id: TokenId,
    user: UserId,
    /// Whether its user may still have such a token.
    standing: Result<(), TokenError>,
    /// The tokens made from it without a refresh token.
    listed: AccessList,
    /// What the organization's administrators decided.
    policy: Option<PolicyFor>,
}

impl Tx<'_> {
    /// Makes the access token, or says why not. It hangs from the grant of (user, client, organization) like every
    /// token, but adds nothing to what that grant remembers as consented. The grant's row lists these tokens: they
    /// are the window of the throttle, and the next one over the cap ends the oldest. Nobody said yes to it on a page, so
    /// the audit tells of it; of a client's own once in an hour (`docs/decisions/0029`). Answers its rules, and how many such
    /// tokens the throttle counts now, 0 when nobody counts.
    pub fn issue_client_token(
        &mut self,
        asked: &ClientTokenRequest,
        catalog: &Catalog,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<(FamilyRules, usize), TokenError>, StoreError> {
        let mut grant = self.client_grant(asked, asked.acts_for.user())?;
        let user = match &grant {
            Some(there) => there.user,
            None => match self.acting_user(&asked.acts_for)? {
                Some(user) => user,
                None => return Ok(Err(TokenError::OwnerUnknown)),
            },
        };
        if grant.is_none() {
            if let Err(cause) = self.standing(user, asked)? {
                return Ok(Err(cause));
            }
            // A new grant needs the locks above it, in their order; one that is there needed only its own.
            self.lock_client_user(user, &asked.client_id)?;
            self.hold_person(user, &asked.organization_id)?;
            grant = self.client_grant(asked, Some(user))?;
        }
        let standing = match &grant {
            Some(there) => there.standing.clone(),
            None => self.standing(user, asked)?,
        };
        if let Err(cause) = standing {
            return Ok(Err(cause));
        }
        // Nobody consented, so no consent can be too old.
        let (client_id, organization_id) = (asked.client_id.as_str(), asked.organization_id.as_str());
        let organization = match &mut grant {
            Some(there) => there.policy.take(),
            None => self.policy_for(organization_id, client_id)?,
        };
        let allowed = organization.map_or(Ok(()), |it| it.judge(client_id, &asked.scopes, None, catalog, now));
        if let Err(barred) = allowed {
            return Ok(Err(barred.into()));
        }
        let (grant_id, mut listed) = if let Some(there) = grant {
            (there.id, there.listed)
        } else {
            let nothing = (&ScopeList::default(), false);
            let id = self.consent(user, client_id, organization_id, nothing, asked.fresh_grant, now)?;
            (id, AccessList::default())
        };
        if policy.throttles && !listed.admits(now, policy.access_token_rate) {
            return Ok(Err(TokenError::AccessTokensThrottled));
        }
        let own = asked.event == AuditEvent::ClientTokenIssued;
        let told = own && self.told_of_like(&listed, asked, now)?;
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
        let in_window = if policy.throttles { listed.window(now, policy.access_token_rate).used } else { 0 };
        if told {
            return Ok(Ok((rules, in_window)));
        }
        let concerning = Concerning {
            user: Some(user).filter(|user| *user != UserId::NOBODY),
            client_id: Some(&asked.client_id),
            organization_id: Some(&asked.organization_id),
        };
        let like_it = if own { ", and those like it in this hour" } else { "" };
        let detail = format!("access token {}, scopes {}{like_it}", asked.access.id.mark(), asked.scopes);
        self.audit(trail, asked.event, concerning, &detail)?;
        Ok(Ok((rules, in_window)))
    }

    /// Whether the audit tells of one like this already: the one before was made in the same hour of the clock, for the
    /// same.
    fn told_of_like(
        &mut self,
        listed: &AccessList,
        asked: &ClientTokenRequest,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let hour = |at: Timestamp| at.millis().div_euclid(HOUR);
        let Some(newest) = listed.newest().filter(|id| hour(id.made_at()) == hour(now)) else { return Ok(false) };
        let same =
            self.one("SELECT scopes, resource FROM access_tokens WHERE id = $1", &[newest.as_bytes().into()], |row| {
                let (scopes, resource) = (row.opt_text_ref(0)?, row.opt_text_ref(1)?);
                Ok(scopes.map(ScopeList::from_stored).as_ref() == Some(&asked.scopes)
                    && resource.unwrap_or_default() == asked.resource)
            })?;
        Ok(same == Some(true))
    }

    /// The user the client acts for, whether disabled or not.
    fn acting_user(&mut self, acts_for: &ActsFor) -> Result<Option<UserId>, StoreError> {
        match acts_for {
            ActsFor::Owner(email) => Ok(self.user_by_email(&Realm::Accounts, email)?.map(|found| found.user.id)),
            ActsFor::Itself | ActsFor::User(_) => Ok(acts_for.user()),
        }
    }

    /// Whether the user may have such a token, when there is no grant yet that says so.
    fn standing(&mut self, user: UserId, asked: &ClientTokenRequest) -> Result<Result<(), TokenError>, StoreError> {
        if self.still_member(user, &asked.realm, &asked.organization_id)? {
            return Ok(Ok(()));
        }
        let lives = user == UserId::NOBODY || self.user(user)?.is_some_and(|found| !found.disabled);
        Ok(standing(lives, false))
    }

    /// The live grant, locked, with what must still hold around it: by one statement, as for a refresh. On PostgreSQL that
    /// is as old as the statement, should it wait for the lock; who is disabled meanwhile has a token that opens nothing.
    /// Without a `user`, it is found by its address.
    fn client_grant(
        &mut self,
        asked: &ClientTokenRequest,
        user: Option<UserId>,
    ) -> Result<Option<ClientGrant>, StoreError> {
        self.one(
            "SELECT g.id, g.access_ids, g.user_id,
                    NOT EXISTS (SELECT 1 FROM users u WHERE u.id BETWEEN g.user_id AND g.user_id AND u.disabled),
                    CASE WHEN g.organization_id = '' THEN TRUE
                         WHEN g.user_id = 0 THEN EXISTS (SELECT 1 FROM organizations o WHERE o.id = g.organization_id)
                         WHEN $5 = '' THEN EXISTS (SELECT 1 FROM memberships m
                              WHERE m.user_id = g.user_id AND m.organization_id = g.organization_id)
                         ELSE EXISTS (SELECT 1 FROM portals p
                              WHERE p.id = $5 AND p.organization_id = g.organization_id) END,
                    p.clients_listed, p.clients, p.blocked_scopes, p.maximum_life, p.review_required, v.state
             FROM grants g
             LEFT JOIN organization_policies p ON p.organization_id = g.organization_id
             LEFT JOIN reviews v ON v.organization_id = p.organization_id AND v.client_id = g.client_id
             WHERE g.user_id = COALESCE($1, (SELECT w.id FROM users w WHERE w.realm = '' AND w.email = $4))
               AND g.client_id = $2 AND g.organization_id = $3 AND g.revoked_at IS NULL
             FOR UPDATE OF g",
            &[
                user.map(|user| user.0).into(),
                asked.client_id.as_str().into(),
                asked.organization_id.as_str().into(),
                asked.acts_for.email().into(),
                asked.realm.as_str().into(),
            ],
            |row| {
                Ok(ClientGrant {
                    id: TokenId::from_bytes(row.array(0)?),
                    user: UserId(row.int(2)?),
                    standing: standing(row.bool(3)?, row.bool(4)?),
                    listed: AccessList::from_bytes(row.opt_blob_ref(1)?.unwrap_or_default()),
                    policy: read_policy(row, 5)?,
                })
            },
        )
    }
}

fn standing(lives: bool, member: bool) -> Result<(), TokenError> {
    match (lives, member) {
        (false, _) => Err(TokenError::UserDisabled),
        (true, false) => Err(TokenError::OrganizationNotAllowed),
        (true, true) => Ok(()),
    }
}
