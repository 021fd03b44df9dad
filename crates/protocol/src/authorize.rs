//! From [`Asked`] to an [`AuthorizationRequest`]: where an answer may go, and whether the question is valid
//! (accounts-protocol.md decisions 13 to 16; section 5).

pub mod implicit;
pub mod standard;

use std::time::Duration;

use crate::{
    asked::Asked,
    causes::PageError,
    client::{Client, ClientType, GrantType},
    dialect::Dialect,
    people::{Realm, UserId},
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
    mode: ResponseMode,
    issuer: Option<String>,
}

/// How the answer travels (OAuth 2.0 Multiple Response Types section 2.1; OAuth 2.0 Form Post Response Mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ResponseMode {
    /// In the query of a redirect.
    #[default]
    Query,
    /// In a form that the browser posts.
    FormPost,
    /// In the fragment of a redirect: an access token, never a code (RFC 6749 section 4.2; accounts-protocol.md
    /// section 6).
    Fragment,
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

    /// How the answer travels.
    pub fn mode(&self) -> ResponseMode {
        self.mode
    }

    /// These parameters, then `state` when it was sent, then the issuer where the dialect names it (RFC 9207).
    pub fn parameters<'a>(&'a self, said: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = said.to_vec();
        all.extend(self.state.as_deref().map(|state| ("state", state)));
        all.extend(self.issuer.as_deref().map(|issuer| ("iss", issuer)));
        all
    }

    /// The URI with these parameters and what [`Self::parameters`] adds: appended with `&` when the URI has a query,
    /// no stray `&` (decision 15). A fragment begins with `&`, as the vendor's does (section 6.1).
    pub fn with(&self, parameters: &[(&str, &str)]) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.parameters(parameters));
        if self.mode == ResponseMode::Fragment {
            return format!("{}#&{}", self.uri, query.finish().replace('+', "%20"));
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
    /// How the person is to be met.
    pub prompting: Prompting,
}

/// How a person is to be met (OpenID Connect Core section 3.1.2.1). The accounts dialect asks for nothing here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Prompting {
    /// No page at all.
    pub silent: bool,
    /// The password, even of somebody signed in.
    pub sign_in_again: bool,
    /// The choice of the account, even of somebody signed in.
    pub choose_account: bool,
    /// How long ago the person may have signed in.
    pub max_age: Option<Duration>,
    /// Who is meant: nobody else will do.
    pub account: Option<UserId>,
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
    if !matches!(asked.response_type.as_deref(), Some("code" | "token")) {
        return Err(PageError::ResponseTypeUnsupported);
    }
    Ok(asked.client_id.as_deref().unwrap_or_default())
}

/// Finds where the answer may go: in the query for a code, in the fragment for a token.
///
/// # Errors
/// `ClientUnknown`, `ClientDisabled`, `ResponseTypeUnsupported`, `RedirectUriEmpty` or `RedirectUriMismatch`, in this
/// order.
pub fn locate(asked: &Asked, client: Option<&Client>) -> Result<ReplyTo, PageError> {
    let client = client.ok_or(PageError::ClientUnknown)?;
    if client.disabled {
        return Err(PageError::ClientDisabled);
    }
    let (grant, mode) = match asked.response_type.as_deref() {
        Some("token") => (GrantType::Implicit, ResponseMode::Fragment),
        _ => (GrantType::AuthorizationCode, ResponseMode::Query),
    };
    if !client.may_use(grant, Dialect::Accounts) {
        return Err(PageError::ResponseTypeUnsupported);
    }
    let uri = asked.redirect_uri.as_deref().unwrap_or_default();
    if uri.is_empty() {
        return Err(PageError::RedirectUriEmpty);
    }
    if !client.redirect_uris.iter().any(|registered| redirect_uri::matches(registered, uri, client.client_type)) {
        return Err(PageError::RedirectUriMismatch);
    }
    Ok(ReplyTo { uri: uri.to_owned(), state: asked.state.clone(), mode, issuer: None })
}

/// Checks the rest: scopes and PKCE. Needs the [`ReplyTo`] as proof that the client and its URI are good.
///
/// # Errors
/// The page errors about scopes, then those about PKCE.
pub fn check(
    asked: &Asked,
    located: &ReplyTo,
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
        // Whoever gets a token by redirect never gets a refresh token (accounts-protocol.md section 6.1).
        offline: located.mode != ResponseMode::Fragment && asked.access_type.as_deref() == Some("offline"),
        // Any application on the device can claim a mobile client's redirect URI (RFC 8252 section 8.6).
        ask_again: mobile || asked.prompt.as_deref() == Some("consent"),
        challenge,
        prompting: Prompting::default(),
    })
}

#[cfg(test)]
mod tests;
