//! `grant_type=client_credentials` (RFC 6749 section 4.4): the client acts for itself. No person and no organization
//! stands behind such a token, it is never refreshed, and no ID token comes with it.

use std::sync::Arc;

use grantor_protocol::{
    causes::TokenError,
    people::{Realm, UserId},
    resource::{Target, TokenFormat},
    scope::ScopeList,
    secret::SecretKind,
};
use grantor_store::{ActsFor, AuditEvent, ClientTokenRequest, Origin};

use super::{resources, scopes};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::params::Sent,
    jwt_access::{self, Claims},
    refusals::Asking,
    standard::credentials::Proved,
    tokens::{self, Handed},
    warnings,
};

/// Makes an access token for the client itself.
pub async fn issue(
    dc: &Arc<DataCenter>,
    sent: &Sent,
    proved: &Proved,
    asking: &Asking,
) -> Result<Result<Handed, TokenError>, Failure> {
    let client = &proved.record.client;
    let catalog = dc.house.catalog();
    // Left out, it means all that the client registered (RFC 6749 section 3.3).
    let wanted = match scopes(&sent.params) {
        Ok(Some(wanted)) => wanted,
        Ok(None) if !client.scopes.is_empty() => ScopeList::from_stored(&client.scopes.join(" ")),
        Ok(None) => return Ok(Err(TokenError::ScopeMalformed)),
        Err(cause) => return Ok(Err(cause)),
    };
    for scope in wanted.iter() {
        if catalog.find(scope).is_none() {
            return Ok(Err(TokenError::ScopeUnknown(scope.to_owned())));
        }
        if !client.may_ask(&catalog, scope) {
            return Ok(Err(TokenError::ScopeNotAllowed(scope.to_owned())));
        }
    }
    let named = resources(&sent.params).resources.join("\n");
    let aim = match dc.house.resources.aim(&catalog, (&wanted, &named), &Target::default()) {
        Ok(aim) => aim,
        Err(cause) => return Ok(Err(cause)),
    };
    let (now, trail) = (asking.now, asking.trail(dc)?);
    let (access, access_hash) = tokens::fresh(dc, SecretKind::Access, now)?;
    let asked = ClientTokenRequest {
        client_id: client.id.clone(),
        realm: Realm::Accounts,
        acts_for: ActsFor::Itself,
        organization_id: String::new(),
        scopes: aim.scopes.clone(),
        resource: aim.resource.clone(),
        access: access_hash,
        fresh_grant: dc.fresh_id(now)?,
        event: AuditEvent::ClientTokenIssued,
    };
    let policy = Arc::clone(&dc.house.policy);
    let step = move |tx: &mut grantor_store::Tx<'_>| tx.issue_client_token(&asked, &catalog, &policy, &trail, now);
    let rules = match dc.store.write(step).await? {
        Ok((rules, in_window)) => {
            warnings::client_token(dc, &client.id, "", in_window, asking);
            rules
        }
        Err(cause) => return Ok(Err(cause)),
    };
    let text = match aim.format {
        TokenFormat::Opaque => access.reveal(client.client_type.prefix()),
        TokenFormat::Jwt => {
            let claims = Claims {
                id: access.id,
                client_id: &client.id,
                user: UserId::NOBODY,
                organization_id: "",
                scopes: &aim.scopes,
                resource: &aim.resource,
                expires_at: rules.access_ends(now),
            };
            jwt_access::sign(dc, &claims, now).await?
        }
    };
    Ok(Ok(Handed {
        access: text,
        refresh: None,
        expires_in: rules.expires_in(),
        granted: aim.scopes.clone(),
        scopes: aim.scopes,
        user: UserId::NOBODY,
        organization_id: String::new(),
        origin: Origin::default(),
    }))
}
