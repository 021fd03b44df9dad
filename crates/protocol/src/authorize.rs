//! From [`Asked`] to an [`AuthorizationRequest`]: where an answer may go, and whether the question is valid
//! (accounts-protocol.md decisions 13 to 16; section 5).

use crate::{
    asked::Asked,
    causes::PageError,
    client::{Client, ClientType, GrantType},
    dialect::Dialect,
    people::Realm,
    pkce::{Challenge, Malformed},
    redirect_uri,
    scope::{Catalog, ScopeList},
};

/// Where and how the answer goes back. Only [`locate`] makes one, so nothing can be sent to an address that
/// is not registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReplyTo {
    uri: String,
    state: Option<String>,
}

impl ReplyTo {
    /// The redirect URI, as requested (and registered).
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The `state` to echo.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// The URI with these parameters, and `state` last when it was sent: appended with `&` when the URI has
    /// a query, no stray `&` (decision 15).
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(parameters);
        if let Some(state) = &self.state {
            query.append_pair("state", state);
        }
        let joint = if self.uri.contains('?') { if self.uri.ends_with(['?', '&']) { "" } else { "&" } } else { "?" };
        // A space as `%20`: some clients decode query strings without turning `+` into one.
        format!("{}{joint}{}", self.uri, query.finish().replace('+', "%20"))
    }
}

/// A request that may be put before a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorizationRequest {
    /// Who may sign in.
    pub realm: Realm,
    /// Scopes, in the order and spelling of the request.
    pub scopes: ScopeList,
    /// Whether a refresh token is wanted.
    pub offline: bool,
    /// Whether to ask even when everything was granted before.
    pub ask_again: bool,
    /// The PKCE challenge, when one was sent.
    pub challenge: Option<Challenge>,
    /// Whether one of the scopes belongs to an organization.
    pub needs_organization: bool,
}

/// The mandatory parameters, in the order they are looked for.
const MANDATORY: [&str; 4] = ["response_type", "client_id", "scope", "redirect_uri"];

/// Checks what can be checked before the client is looked up: mandatory keys and the response type.
///
/// # Errors
/// `ParameterMissing` or `ResponseTypeUnsupported`, in this order.
pub fn check_form(asked: &Asked) -> Result<&str, PageError> {
    for name in MANDATORY {
        let present = match name {
            "response_type" => &asked.response_type,
            "client_id" => &asked.client_id,
            "scope" => &asked.scope,
            _ => &asked.redirect_uri,
        };
        if present.is_none() {
            return Err(PageError::ParameterMissing(name));
        }
    }
    if asked.response_type.as_deref() != Some("code") {
        return Err(PageError::ResponseTypeUnsupported);
    }
    Ok(asked.client_id.as_deref().unwrap_or_default())
}

/// Finds where the answer may go.
///
/// # Errors
/// `ClientUnknown`, `ClientDisabled`, `RedirectUriEmpty` or `RedirectUriMismatch`, in this order.
pub fn locate(asked: &Asked, client: Option<&Client>) -> Result<ReplyTo, PageError> {
    let client = client.ok_or(PageError::ClientUnknown)?;
    if client.disabled {
        return Err(PageError::ClientDisabled);
    }
    if !client.may_use(GrantType::AuthorizationCode, Dialect::Accounts) {
        return Err(PageError::ResponseTypeUnsupported);
    }
    let uri = asked.redirect_uri.as_deref().unwrap_or_default();
    if uri.is_empty() {
        return Err(PageError::RedirectUriEmpty);
    }
    if !client.redirect_uris.iter().any(|registered| redirect_uri::matches(registered, uri, client.client_type)) {
        return Err(PageError::RedirectUriMismatch);
    }
    Ok(ReplyTo { uri: uri.to_owned(), state: asked.state.clone() })
}

/// Checks the rest: scopes and PKCE. Needs the [`ReplyTo`] as proof that the client and its URI are good.
///
/// # Errors
/// The page errors about scopes, then those about PKCE.
pub fn check(
    asked: &Asked,
    _located: &ReplyTo,
    client: &Client,
    realm: Realm,
    catalog: &Catalog,
) -> Result<AuthorizationRequest, PageError> {
    let scopes = ScopeList::read(asked.scope.as_deref().unwrap_or_default()).map_err(|_| PageError::ScopeMalformed)?;
    let mut needs_organization = false;
    for scope in scopes.iter() {
        let known = catalog.find(scope).ok_or_else(|| PageError::ScopeUnknown(scope.to_owned()))?;
        if !client.may_ask(catalog, scope) {
            return Err(PageError::ScopeNotAllowed(scope.to_owned()));
        }
        needs_organization |= known.needs_organization;
    }
    let challenge = Challenge::read(asked.code_challenge.as_deref(), asked.code_challenge_method.as_deref()).map_err(
        |e| match e {
            Malformed::Challenge => PageError::PkceChallengeMalformed,
            Malformed::Method => PageError::PkceMethodMalformed,
        },
    )?;
    let mobile = client.client_type == ClientType::Mobile;
    if mobile && challenge.is_none() {
        return Err(PageError::PkceMissing);
    }
    Ok(AuthorizationRequest {
        // A portal belongs to one organization: everything granted in it does.
        needs_organization: needs_organization || realm != Realm::Accounts,
        realm,
        scopes,
        offline: asked.access_type.as_deref() == Some("offline"),
        // Any application on the device can claim a mobile client's redirect URI (RFC 8252 section 8.6).
        ask_again: mobile || asked.prompt.as_deref() == Some("consent"),
        challenge,
    })
}

#[cfg(test)]
mod tests;
