//! What a code or token hangs from: a consent given now, or an earlier one that covers what is asked.

use std::sync::Arc;

use grantor_protocol::{
    organization_policy::Barred,
    people::UserId,
    scope::{Catalog, ScopeList},
    time::Timestamp,
    token::TokenId,
};

use crate::{AuditEvent, AuditTrail, Concerning, NoCode, StoreError, Tx, grants::Grant};

/// A grant that is wanted.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Whose.
    pub user: UserId,
    /// For which client.
    pub client_id: &'a str,
    /// In which organization; empty for none.
    pub organization_id: &'a str,
    /// What is asked.
    pub scopes: &'a ScopeList,
    /// Whether access is to last while the person is away.
    pub offline: bool,
    /// The answer just given; `None`: an earlier consent must cover it.
    pub consented: Option<Said<'a>>,
}

/// A yes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Said<'a> {
    /// Whose: the user's, or an administrator's for their organization.
    pub by: UserId,
    /// What the audit adds to the scopes.
    pub with: &'a str,
    /// Key of the grant, should there be none yet.
    pub fresh_grant: TokenId,
}

impl Tx<'_> {
    /// The grant. A consent given now has to be admitted by the organization's policy, an earlier one to hold by it.
    ///
    /// # Errors
    /// The outer error is a breakage; the inner one an answer, and nothing changes.
    pub(crate) fn granted(
        &mut self,
        wanted: &Wanted<'_>,
        catalog: &Arc<Catalog>,
        trail: &AuditTrail,
        now: Timestamp,
    ) -> Result<Result<TokenId, NoCode>, StoreError> {
        let Wanted { user, client_id, organization_id, scopes, offline, consented } = *wanted;
        let barred = |barred: Barred| Ok(Err(NoCode::Page(barred.into())));
        let Some(said) = consented else {
            let earlier = self.lock_grant_of(user, client_id, organization_id)?;
            let covers = |g: &Grant| !g.revoked && g.scopes.cover_all(catalog, scopes) && (g.offline || !offline);
            let Some(grant) = earlier.filter(covers) else { return Ok(Err(NoCode::ConsentGone)) };
            return match grant.allowed(client_id, scopes, catalog, now) {
                Ok(()) => Ok(Ok(grant.id)),
                Err(Barred::LifeOver) => Ok(Err(NoCode::ConsentGone)),
                Err(why) => barred(why),
            };
        };
        if let Err(why) = self.policy_admits(organization_id, client_id, scopes, catalog, now)? {
            return barred(why);
        }
        let id = self.consent(user, client_id, organization_id, (scopes, offline), said.fresh_grant, now)?;
        let concerning =
            Concerning { user: Some(said.by), client_id: Some(client_id), organization_id: Some(organization_id) };
        let detail = format!("scopes {scopes}{}{}", if offline { ", offline" } else { "" }, said.with);
        self.audit(trail, AuditEvent::Consented, concerning, &detail)?;
        Ok(Ok(id))
    }
}
