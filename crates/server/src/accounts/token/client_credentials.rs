//! `grant_type=client_credentials`: a self client acts for its owner, in one organization (accounts-protocol.md section
//! 7.4).

use std::sync::Arc;

use grantor_protocol::{
    causes::TokenError,
    client::{Client, ClientRecord},
    people::{Membership, Realm},
    scope::{Catalog, ScopeList},
    secret::SecretKind,
};
use grantor_store::{ActsFor, AuditEvent, ClientTokenRequest};

use super::issued::Issued;
use crate::{failure::Failure, house::DataCenter, http::params::Sent, refusals::Asking, tokens, warnings};

/// The service whose documents demand `soid` even of an owner with a single organization.
const ALWAYS_NAMED: &str = "ZohoCRM";

/// Makes an access token without any code; never a refresh token.
pub async fn issue(
    dc: &Arc<DataCenter>,
    realm: Realm,
    sent: &Sent,
    record: &Arc<ClientRecord>,
    asking: &Asking,
) -> Result<Result<String, TokenError>, Failure> {
    // Portals have users; what belongs to no portal's user is not made at a portal.
    if realm != Realm::Accounts {
        return Ok(Err(TokenError::GrantTypeNotAllowed));
    }
    let catalog = dc.house.catalog();
    let wanted = match Wanted::read(sent, &record.client, &catalog) {
        Ok(wanted) => wanted,
        Err(cause) => return Ok(Err(cause)),
    };
    let owner = record.client.settings.owner.clone();
    let organization_id = match wanted.named() {
        Some(id) => id.to_owned(),
        None => match chosen(dc, &wanted, owner.clone()).await? {
            Ok(id) => id,
            Err(cause) => return Ok(Err(cause)),
        },
    };
    let (now, trail) = (asking.now, asking.trail(dc)?);
    let (access, access_hash) = tokens::fresh(dc, SecretKind::Access, now)?;
    let asked = ClientTokenRequest {
        client_id: record.client.id.clone(),
        realm,
        acts_for: ActsFor::Owner(owner),
        organization_id: organization_id.clone(),
        scopes: wanted.scopes.clone(),
        resource: String::new(),
        access: access_hash,
        fresh_grant: dc.fresh_id(now)?,
        event: AuditEvent::ClientTokenIssued,
    };
    let policy = Arc::clone(&dc.house.policy);
    let issued = dc.store.write(move |tx| tx.issue_client_token(&asked, &catalog, &policy, &trail, now)).await?;
    Ok(issued.map(|(rules, in_window)| {
        warnings::client_token(dc, &record.client.id, &organization_id, in_window, asking);
        Issued {
            access: &access.reveal(record.client.client_type.prefix()),
            refresh: None,
            scopes: &wanted.scopes,
            expires_in: rules.expires_in(),
            id_token: None,
        }
        .body(dc, &record.client)
    }))
}

/// The organization when the request does not settle it: by those the owner belongs to.
async fn chosen(dc: &DataCenter, wanted: &Wanted, owner: String) -> Result<Result<String, TokenError>, Failure> {
    let found = dc.store.read(move |tx| {
        let Some(owner) = tx.user_by_email(&Realm::Accounts, &owner)? else { return Ok(None) };
        let user = owner.user;
        Ok(Some((user.disabled, tx.memberships(user.id, &Realm::Accounts)?)))
    });
    Ok(match found.await? {
        None => Err(TokenError::OwnerUnknown),
        Some((true, _)) => Err(TokenError::UserDisabled),
        Some((false, memberships)) => wanted.organization(&memberships),
    })
}

/// What is asked for, judged without the store.
struct Wanted {
    scopes: ScopeList,
    /// Whether a scope belongs to an organization.
    needs_organization: bool,
    /// Whether one is of the service that always wants it named.
    always_named: bool,
    /// The organization of `soid`.
    organization: Option<String>,
}

impl Wanted {
    fn read(sent: &Sent, client: &Client, catalog: &Catalog) -> Result<Self, TokenError> {
        let scope = sent.params.get("scope").unwrap_or_default();
        let scopes = ScopeList::read(scope).map_err(|_| TokenError::ScopeMalformed)?;
        let (mut needs_organization, mut services) = (false, Vec::new());
        for scope in scopes.iter() {
            let known = catalog.find(scope).ok_or_else(|| TokenError::ScopeUnknown(scope.to_owned()))?;
            if !client.may_ask(catalog, scope) {
                return Err(TokenError::ScopeNotAllowed(scope.to_owned()));
            }
            needs_organization |= known.needs_organization;
            services.push(known.service.as_str());
        }
        let organization = match sent.params.get("soid").filter(|soid| !soid.is_empty()) {
            None => None,
            Some(soid) => {
                let named = soid.split_once('.').filter(|(service, id)| {
                    !id.is_empty() && services.iter().any(|own| own.eq_ignore_ascii_case(service))
                });
                Some(named.ok_or(TokenError::OrganizationMalformed)?.1.to_owned())
            }
        };
        let always_named = services.contains(&ALWAYS_NAMED);
        Ok(Self { scopes, needs_organization, always_named, organization })
    }

    /// The organization the token is to be bound to, when the request alone says so. Whether the owner belongs to it is
    /// for the step to judge.
    fn named(&self) -> Option<&str> {
        self.organization.as_deref().filter(|_| self.needs_organization)
    }

    /// Which of the owner's organizations the token is bound to when it is not [`Self::named`]; empty for none.
    fn organization(&self, memberships: &[Membership]) -> Result<String, TokenError> {
        match (&self.organization, memberships) {
            (Some(id), _) if !memberships.iter().any(|m| m.organization.id == *id) => {
                Err(TokenError::OrganizationNotAllowed)
            }
            _ if !self.needs_organization => Ok(String::new()),
            (_, [only]) if !self.always_named => Ok(only.organization.id.clone()),
            _ => Err(TokenError::OrganizationMissing),
        }
    }
}
