//! Codes for self clients: what their owner would choose in a console (scopes, an organization, how long the code
//! lives), and the code without any redirect (accounts-protocol.md section 14). The command line and the admin listener
//! both come here.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use grantor_protocol::{
    causes::PageError,
    client::{Client, ClientType, GrantType},
    dialect::Dialect,
    people::{Membership, Realm, UserId},
    policy::Policy,
    scope::{Catalog, ScopeList},
    secret::SecretKind,
    time::Timestamp,
    token::PresentedToken,
};
use grantor_store::{AuditTrail, CodeKind, NewCode, NoCode, Origin, Store, StoreError};

use crate::{
    entropy::{Entropy, NoEntropy},
    provision::Workshop,
    scopes::Scopes,
};

/// What is asked for, in the name of the client's owner.
#[derive(Debug, Clone)]
pub struct SelfCodeRequest {
    /// The self client.
    pub client_id: String,
    /// Scopes, separated by commas or spaces.
    pub scope: String,
    /// For which organization; must be said unless no scope belongs to one.
    pub organization: Option<String>,
    /// One of [`Policy::SELF_CODE_MINUTES`]; `None`: as the policy says.
    pub minutes: Option<u64>,
    /// What the audit quotes.
    pub request_id: String,
}

/// A code, shown once.
pub struct SelfCode {
    /// The code itself.
    pub code: String,
    /// The data center it is redeemed at: the owner's home.
    pub location: String,
    /// What it is bound to; empty for no organization.
    pub organization_id: String,
    /// Seconds.
    pub expires_in: u64,
}

impl std::fmt::Debug for SelfCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SelfCode").field("location", &self.location).finish_non_exhaustive()
    }
}

/// Why there is no code: a sentence for the owner.
#[derive(Debug, thiserror::Error)]
pub enum SelfCodeError {
    /// No client has this id.
    #[error("no client has the id {0:?}")]
    ClientUnknown(String),
    /// The client was disabled, or registered without codes.
    #[error("the client {0} is disabled, or not registered for codes")]
    ClientNotAllowed(String),
    /// Codes without a redirect are for self clients.
    #[error("{0} is no self client; register one with type \"self\"")]
    NotASelfClient(String),
    /// Not one of [`Policy::SELF_CODE_MINUTES`].
    #[error("a code lives 3, 5, 7 or 10 minutes, not {0}")]
    Minutes(u64),
    /// The scopes are no list.
    #[error("the scopes {0:?} are no list; separate them by commas")]
    ScopesMalformed(String),
    /// The catalog has no such scope.
    #[error("there is no scope {0}")]
    ScopeUnknown(String),
    /// The client may not ask for it.
    #[error("the client is not registered for the scope {0}")]
    ScopeNotAllowed(String),
    /// The client has no owner, or one who is at home nowhere here.
    #[error("the client's owner {0:?} is no user of a data center that is served here and enabled for the client")]
    OwnerNotHere(String),
    /// The organization must be chosen.
    #[error("choose one of the owner's organizations: {0}")]
    OrganizationMissing(String),
    /// The owner does not belong to it.
    #[error("the owner does not belong to the organization {0:?}")]
    OrganizationNotAllowed(String),
    /// The organization's administrators do not allow it.
    #[error("the administrators of the organization {0:?} do not allow this: {1}")]
    Barred(String, &'static str),
    /// Ten codes in ten minutes.
    #[error("too many codes were made in a short time; try again after some minutes")]
    Throttled,
    /// A store could not be used.
    #[error("cannot use a store: {0}")]
    Store(#[from] StoreError),
    /// There were no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
}

/// What making a code takes. The stores are used on the calling thread.
pub(crate) struct Desk<'a> {
    pub directory: &'a Store,
    pub data_centers: &'a BTreeMap<String, Store>,
    pub catalog: Arc<Catalog>,
    pub policy: Policy,
    pub entropy: &'a Entropy,
    pub now: Timestamp,
}

/// Makes a code beside a server that may be running.
///
/// # Errors
/// Why there is none.
pub fn make(shop: &Workshop, asked: &SelfCodeRequest) -> Result<SelfCode, SelfCodeError> {
    let added = shop.stores.directory.read_blocking(|tx| tx.added_scopes())?;
    let desk = Desk {
        directory: &shop.stores.directory,
        data_centers: &shop.stores.data_centers,
        catalog: Scopes::new(&added).catalog,
        policy: shop.config.policy.policy(),
        entropy: &shop.entropy,
        now: shop.clock.now(),
    };
    desk.make(asked)
}

/// The owner where they are at home.
struct Owner {
    location: String,
    id: UserId,
    memberships: Vec<Membership>,
}

impl Desk<'_> {
    /// Makes a code in the name of the client's owner.
    pub fn make(&self, asked: &SelfCodeRequest) -> Result<SelfCode, SelfCodeError> {
        let client = self.client(&asked.client_id)?;
        let minutes = asked.minutes.unwrap_or(self.policy.self_code_lifetime.as_secs() / 60);
        if !Policy::SELF_CODE_MINUTES.contains(&minutes) {
            return Err(SelfCodeError::Minutes(minutes));
        }
        let (scopes, needs_organization) = self.scopes(&client, &asked.scope)?;
        let wanted = asked.organization.as_deref().filter(|o| !o.is_empty());
        let owner = self.owner(&client, wanted)?;
        let organization_id = match wanted {
            Some(id) => id.to_owned(),
            None if !needs_organization => String::new(),
            None => return Err(SelfCodeError::OrganizationMissing(listed(&owner.memberships))),
        };
        let life = Duration::from_secs(minutes * 60);
        let code = self.issue(&client, &owner, &organization_id, scopes, life, &asked.request_id)?;
        Ok(SelfCode { code, location: owner.location, organization_id, expires_in: life.as_secs() })
    }

    fn client(&self, id: &str) -> Result<Client, SelfCodeError> {
        let wanted = id.to_owned();
        let found = self.directory.read_blocking(move |tx| tx.registration(&wanted))?;
        let client = found.ok_or_else(|| SelfCodeError::ClientUnknown(id.to_owned()))?.client;
        if client.client_type != ClientType::SelfClient {
            return Err(SelfCodeError::NotASelfClient(client.id));
        }
        if client.disabled || !client.may_use(GrantType::AuthorizationCode, Dialect::Accounts) {
            return Err(SelfCodeError::ClientNotAllowed(client.id));
        }
        Ok(client)
    }

    fn scopes(&self, client: &Client, text: &str) -> Result<(ScopeList, bool), SelfCodeError> {
        let scopes = ScopeList::read(text).map_err(|_| SelfCodeError::ScopesMalformed(text.to_owned()))?;
        let mut needs_organization = false;
        for scope in scopes.iter() {
            let known = self.catalog.find(scope).ok_or_else(|| SelfCodeError::ScopeUnknown(scope.to_owned()))?;
            if !client.may_ask(&self.catalog, scope) {
                return Err(SelfCodeError::ScopeNotAllowed(scope.to_owned()));
            }
            needs_organization |= known.needs_organization;
        }
        Ok((scopes, needs_organization))
    }

    /// The owner at a home that is served here and enabled for the client; where an organization is named, at the one
    /// that has it.
    fn owner(&self, client: &Client, organization: Option<&str>) -> Result<Owner, SelfCodeError> {
        let email = &client.settings.owner;
        let wanted = email.clone();
        let homes = self.directory.read_blocking(move |tx| tx.homes(&wanted))?;
        let mut found = Vec::new();
        for (location, store) in self.data_centers {
            if !homes.contains(location) || !client.enabled_in(location) {
                continue;
            }
            let wanted = email.clone();
            let here = store.read_blocking(move |tx| {
                let Some(owner) = tx.user_by_email(&Realm::Accounts, &wanted)?.filter(|u| !u.user.disabled) else {
                    return Ok(None);
                };
                Ok(Some((owner.user.id, tx.memberships(owner.user.id, &Realm::Accounts)?)))
            })?;
            found.extend(here.map(|(id, memberships)| Owner { location: location.clone(), id, memberships }));
        }
        let Some(organization) = organization else {
            return found.into_iter().next().ok_or_else(|| SelfCodeError::OwnerNotHere(email.clone()));
        };
        if found.is_empty() {
            return Err(SelfCodeError::OwnerNotHere(email.clone()));
        }
        let at_home = found.into_iter().find(|o| o.memberships.iter().any(|m| m.organization.id == organization));
        at_home.ok_or_else(|| SelfCodeError::OrganizationNotAllowed(organization.to_owned()))
    }

    fn issue(
        &self,
        client: &Client,
        owner: &Owner,
        organization_id: &str,
        scopes: ScopeList,
        life: Duration,
        request_id: &str,
    ) -> Result<String, SelfCodeError> {
        let (location, now) = (owner.location.clone(), self.now);
        let store = self.data_centers.get(&location).ok_or_else(|| SelfCodeError::OwnerNotHere(String::new()))?;
        let bytes = crate::house::bytes_by_location(self.directory, vec![location.clone()])?;
        let byte = *bytes.get(&location).ok_or(StoreError::Corrupt { what: "missing: a data center's byte".into() })?;
        let secret = self.entropy.secret()?;
        let new = NewCode {
            kind: CodeKind::SelfClient,
            origin: Origin::default(),
            interaction: self.entropy.id(now, byte)?,
            secret_hash: secret.hash(SecretKind::Code),
            realm: Realm::Accounts,
            client_id: client.id.clone(),
            user: owner.id,
            organization_id: organization_id.to_owned(),
            redirect_uri: String::new(),
            scopes,
            // A self client gets a refresh token without asking (section 14).
            offline: true,
            challenge: None,
            expires_at: now.plus(life),
            consented: true,
            fresh_grant: self.entropy.id(now, byte)?,
        };
        let trail = AuditTrail { id: self.entropy.id(now, byte)?, request_id: request_id.to_owned() };
        let presented = PresentedToken { id: new.interaction, secret };
        let (catalog, policy) = (Arc::clone(&self.catalog), self.policy.clone());
        let issued = store.write_blocking(move |tx| tx.issue_code(&new, &catalog, &policy, &trail, now))?;
        match issued {
            Ok(_) => Ok(presented.reveal(client.client_type.prefix())),
            Err(NoCode::Page(PageError::CodesThrottled)) => Err(SelfCodeError::Throttled),
            Err(NoCode::Page(
                cause @ (PageError::PolicyClientBlocked
                | PageError::PolicyScopeBlocked(_)
                | PageError::PolicyLifeOver
                | PageError::PolicyReviewRequired),
            )) => Err(SelfCodeError::Barred(organization_id.to_owned(), cause.name())),
            Err(NoCode::Page(_) | NoCode::Finished | NoCode::ConsentGone) => {
                Err(SelfCodeError::OrganizationNotAllowed(organization_id.to_owned()))
            }
        }
    }
}

fn listed(memberships: &[Membership]) -> String {
    let each = memberships.iter().map(|m| format!("{} ({})", m.organization.id, m.organization.name));
    let all: Vec<String> = each.collect();
    if all.is_empty() { "there is none".to_owned() } else { all.join(", ") }
}
