//! Access tokens that go straight to a browser client's page: after the person's consent, or again while the browser
//! session lasts (accounts-protocol.md section 6).

use std::sync::Arc;

use grantor_protocol::{
    causes::PageError,
    organization_policy::Barred,
    people::{Realm, UserId},
    policy::Policy,
    scope::{Catalog, ScopeList},
    time::Timestamp,
    token::TokenId,
};

use crate::{
    AuditTrail, NewToken, NoCode, StoreError, Tx,
    codes::nine,
    consent::{Said, Wanted},
};

/// A token that a person's browser is to take to a page.
#[derive(Debug, Clone)]
pub struct NewImplicit {
    /// The token. Its id comes from the interaction that ends in it, so that a second click makes no second one.
    pub access: NewToken,
    /// For whom.
    pub client_id: String,
    /// By whom.
    pub user: UserId,
    /// For which organization; empty for none.
    pub organization_id: String,
    /// What was asked.
    pub scopes: ScopeList,
    /// What the person has just answered; `None`: an earlier consent must cover it.
    pub consented: Option<Consented>,
    /// The browser session, for what is granted as long as it lasts.
    pub session: TokenId,
    /// Key of the grant, should there be none yet.
    pub fresh_grant: TokenId,
}

/// A person's yes to a browser client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Consented {
    /// Whether more tokens may be made without asking as long as the browser session lasts.
    pub for_session: bool,
}

/// Another token for a page, without asking anybody.
#[derive(Debug, Clone)]
pub struct SessionRefresh {
    /// The token.
    pub access: NewToken,
    /// For whom.
    pub client_id: String,
    /// Who is signed in.
    pub user: UserId,
    /// In which browser session.
    pub session: TokenId,
    /// What is asked; `None`: everything that was granted.
    pub scopes: Option<ScopeList>,
    /// Whether one of these scopes belongs to an organization.
    pub needs_organization: bool,
}

/// What was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Implicit {
    /// What it allows, as asked.
    pub scopes: ScopeList,
    /// In which organization; empty for none.
    pub organization_id: String,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Whether more may be made without asking as long as the browser session lasts.
    pub granted_for_session: bool,
}

/// Why a session refresh brings no token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotAgain {
    /// Nothing was granted for this browser session, or it ended.
    NotGranted,
    /// A scope was not granted before.
    ScopeNotGranted,
    /// The person is told on a page.
    Page(PageError),
    /// The organization's administrators do not allow it, or not any more.
    Barred(Barred),
}

impl Tx<'_> {
    /// Makes the token, or finds the one this interaction made before while it lives.
    ///
    /// # Errors
    /// The outer error is a breakage; the inner one an answer, and nothing but the answer changes.
    pub fn issue_implicit(
        &mut self,
        new: &NewImplicit,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<Implicit, NoCode>, StoreError> {
        let mut parent = self.lock_client_user(new.user, &new.client_id)?;
        let made = |expires_at, granted_for_session| Implicit {
            scopes: new.scopes.clone(),
            organization_id: new.organization_id.clone(),
            expires_at,
            granted_for_session,
        };
        let before = self.one(
            "SELECT expires_at, revoked_at, grant_id FROM access_tokens WHERE id = $1",
            &[new.access.id.as_bytes().into()],
            |row| {
                let lives = row.opt_int(1)?.is_none() && now < Timestamp::from_millis(row.int(0)?);
                Ok(lives.then_some((Timestamp::from_millis(row.int(0)?), TokenId::from_bytes(row.array(2)?))))
            },
        )?;
        match before {
            Some(Some((expires_at, grant))) => {
                let granted = self.session_grants(new.session, new.user, &new.client_id)?;
                return Ok(Ok(made(expires_at, granted.iter().any(|g| g.id == grant))));
            }
            Some(None) => return Ok(Err(NoCode::Finished)),
            None => {}
        }
        if policy.throttles && !parent.codes.admits(now, policy.code_rate) {
            return Ok(Err(NoCode::Page(PageError::CodesThrottled)));
        }
        self.hold_person(new.user, &new.organization_id)?;
        if !self.still_member(new.user, &Realm::Accounts, &new.organization_id)? {
            return Ok(Err(NoCode::Page(PageError::OrganizationNotAllowed)));
        }
        let said = |consented: Consented| {
            let with = if consented.for_session { ", for this browser session" } else { "" };
            Said { by: new.user, with, fresh_grant: new.fresh_grant }
        };
        let wanted = Wanted {
            user: new.user,
            client_id: &new.client_id,
            organization_id: &new.organization_id,
            scopes: &new.scopes,
            offline: false,
            consented: new.consented.map(said),
        };
        let grant_id = match self.granted(&wanted, catalog, trail, now)? {
            Ok(id) => id,
            Err(why) => return Ok(Err(why)),
        };
        if let Some(consented) = new.consented {
            self.set_session_grant(new, grant_id, consented.for_session, now)?;
        }
        let granted = self.session_grants(new.session, new.user, &new.client_id)?;
        let expires_at = now.plus(policy.access_token_lifetime);
        self.add_access_token(new.access, grant_id, None, Some((&new.scopes, "")), expires_at)?;
        if policy.throttles {
            // A token by redirect counts as a code. The window counts when it was made, which is later than when its
            // interaction began.
            let counted = TokenId::new(now, new.access.id.data_center(), nine(new.access.id));
            parent.codes.push(counted, policy.code_rate.count);
            self.set_recent_codes(new.user, &new.client_id, &parent.codes)?;
        }
        Ok(Ok(made(expires_at, granted.iter().any(|g| g.id == grant_id))))
    }

    /// Makes another token while the browser session lives and the person granted it for that long.
    ///
    /// # Errors
    /// The outer error is a breakage; the inner one an answer, and nothing changes.
    pub fn refresh_implicit(
        &mut self,
        asked: &SessionRefresh,
        catalog: &Arc<Catalog>,
        policy: &Policy,
        now: Timestamp,
    ) -> Result<Result<Implicit, NotAgain>, StoreError> {
        let mut parent = self.lock_client_user(asked.user, &asked.client_id)?;
        let granted = self.session_grants(asked.session, asked.user, &asked.client_id)?;
        if granted.is_empty() {
            return Ok(Err(NotAgain::NotGranted));
        }
        // The organization granted last, when there are several that would do.
        let fits = |granted: &SessionGrant| {
            (!asked.needs_organization || !granted.organization_id.is_empty())
                && asked.scopes.as_ref().is_none_or(|scopes| granted.scopes.cover_all(catalog, scopes))
        };
        let fitting: Vec<SessionGrant> = granted.into_iter().filter(fits).collect();
        if fitting.is_empty() {
            return Ok(Err(NotAgain::ScopeNotGranted));
        }
        let mut usable = Err(NotAgain::NotGranted);
        for granted in fitting {
            if !self.still_member(asked.user, &Realm::Accounts, &granted.organization_id)? {
                continue;
            }
            let scopes = asked.scopes.as_ref().unwrap_or(&granted.scopes);
            let policy = self.policy_for(&granted.organization_id, &asked.client_id)?;
            let consented_at = Some(granted.granted_at);
            match policy.map_or(Ok(()), |p| p.judge(&asked.client_id, scopes, consented_at, catalog, now)) {
                Ok(()) => {
                    usable = Ok(granted);
                    break;
                }
                Err(barred) => usable = Err(NotAgain::Barred(barred)),
            }
        }
        let granted = match usable {
            Ok(granted) => granted,
            Err(why) => return Ok(Err(why)),
        };
        if policy.throttles && !parent.codes.admits(now, policy.code_rate) {
            return Ok(Err(NotAgain::Page(PageError::CodesThrottled)));
        }
        let scopes = asked.scopes.clone().unwrap_or(granted.scopes);
        let expires_at = now.plus(policy.access_token_lifetime);
        self.add_access_token(asked.access, granted.id, None, Some((&scopes, "")), expires_at)?;
        if policy.throttles {
            parent.codes.push(asked.access.id, policy.code_rate.count);
            self.set_recent_codes(asked.user, &asked.client_id, &parent.codes)?;
        }
        let organization_id = granted.organization_id;
        Ok(Ok(Implicit { scopes, organization_id, expires_at, granted_for_session: true }))
    }

    /// Notes the last answer to "for this session": a yes without the mark takes an earlier one back.
    fn set_session_grant(
        &mut self,
        new: &NewImplicit,
        grant_id: TokenId,
        for_session: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.execute(
            "DELETE FROM session_grants WHERE session_id = $1 AND client_id = $2 AND organization_id = $3",
            &[new.session.as_bytes().into(), new.client_id.as_str().into(), new.organization_id.as_str().into()],
        )?;
        if for_session {
            self.execute(
                "INSERT INTO session_grants (session_id, client_id, organization_id, grant_id, granted_at)
                 VALUES ($1, $2, $3, $4, $5)",
                &[
                    new.session.as_bytes().into(),
                    new.client_id.as_str().into(),
                    new.organization_id.as_str().into(),
                    grant_id.as_bytes().into(),
                    now.millis().into(),
                ],
            )?;
        }
        Ok(())
    }

    /// What a living browser session's user granted a client for as long as it lasts, newest first, with the grants as
    /// they are now. The session's own age was judged when its cookie was read.
    fn session_grants(
        &mut self,
        session: TokenId,
        user: UserId,
        client_id: &str,
    ) -> Result<Vec<SessionGrant>, StoreError> {
        self.all(
            "SELECT g.organization_id, g.id, g.scopes, g.granted_at
             FROM session_grants s JOIN browser_sessions b ON b.id = s.session_id JOIN grants g ON g.id = s.grant_id
             WHERE s.session_id = $1 AND s.client_id = $2 AND b.ended_at IS NULL AND b.user_id = $3
               AND g.revoked_at IS NULL AND g.user_id = $3 AND g.client_id = $2 AND g.organization_id = s.organization_id
             ORDER BY s.granted_at DESC, s.organization_id",
            &[session.as_bytes().into(), client_id.into(), user.0.into()],
            |row| {
                Ok(SessionGrant {
                    organization_id: row.text(0)?,
                    id: TokenId::from_bytes(row.array(1)?),
                    scopes: ScopeList::from_stored(row.opt_text_ref(2)?.unwrap_or_default()),
                    granted_at: Timestamp::from_millis(row.int(3)?),
                })
            },
        )
    }
}

/// One organization's.
struct SessionGrant {
    organization_id: String,
    id: TokenId,
    scopes: ScopeList,
    granted_at: Timestamp,
}
