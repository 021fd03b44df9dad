//! The standard dialect's reading of an authorization request: what ends on a page, and what the client is told by
//! redirect because it is known where that may go (RFC 6749 section 4.1.2.1; OpenID Connect Core section 3.1.2;
//! `spec/decisions.md` 2, 8).

use std::time::Duration;

use super::{AuthorizationRequest, Prompting, ReplyTo, ResponseMode};
use crate::{
    asked::Asked,
    causes::PageError,
    client::{Client, ClientType, GrantType},
    dialect::Dialect,
    people::Realm,
    pkce::{Challenge, Malformed, Method},
    redirect_uri,
    scope::{Catalog, ScopeList, canonical},
};

/// The client id, when it and the redirect URI were sent once each.
///
/// # Errors
/// `ParameterTwice` or `ParameterMissing`, of these two only.
pub fn client_id(asked: &Asked) -> Result<&str, PageError> {
    for name in ["client_id", "redirect_uri"] {
        if asked.repeated.iter().any(|repeated| repeated == name) {
            return Err(PageError::ParameterTwice(name.to_owned()));
        }
    }
    if asked.redirect_uri.is_none() {
        return Err(PageError::ParameterMissing("redirect_uri"));
    }
    asked.client_id.as_deref().ok_or(PageError::ParameterMissing("client_id"))
}

/// Finds where the answer may go, in the name of `issuer`. The redirect URI is always asked for, though RFC 6749 lets
/// a client with only one leave it out: so it is always compared.
///
/// # Errors
/// `ClientUnknown`, `ClientDisabled`, `RedirectUriEmpty` or `RedirectUriMismatch`, in this order.
pub fn locate(asked: &Asked, client: Option<&Client>, issuer: &str) -> Result<ReplyTo, PageError> {
    let client = client.ok_or(PageError::ClientUnknown)?;
    if client.disabled {
        return Err(PageError::ClientDisabled);
    }
    let uri = asked.redirect_uri.as_deref().unwrap_or_default();
    if uri.is_empty() {
        return Err(PageError::RedirectUriEmpty);
    }
    if !client.redirect_uris.iter().any(|registered| redirect_uri::matches(registered, uri, client.client_type)) {
        return Err(PageError::RedirectUriMismatch);
    }
    let mode = match asked.response_mode.as_deref() {
        Some("form_post") => ResponseMode::FormPost,
        _ => ResponseMode::Query,
    };
    Ok(ReplyTo { uri: uri.to_owned(), state: asked.state.clone(), mode, issuer: Some(issuer.to_owned()) })
}

/// Whether the request wants no page. Asked of requests that are wrong in other ways, too.
pub fn is_silent(asked: &Asked) -> bool {
    asked.prompt.as_deref().is_some_and(|prompt| prompt.split(' ').any(|word| word == "none"))
}

/// Checks the rest. Needs the [`ReplyTo`] as proof that the client and its URI are good. `known_resource` says
/// whether this server makes tokens for a resource.
///
/// # Errors
/// The first thing that is wrong; the client is told it by redirect.
pub fn check(
    asked: &Asked,
    _located: &ReplyTo,
    client: &Client,
    catalog: &Catalog,
    known_resource: impl Fn(&str) -> bool,
) -> Result<AuthorizationRequest, PageError> {
    check_form(asked)?;
    if !client.may_use(GrantType::AuthorizationCode, Dialect::Standard) {
        return Err(PageError::GrantNotAllowed);
    }
    let scopes = ScopeList::read(asked.scope.as_deref().unwrap_or_default()).map_err(|_| PageError::ScopeMalformed)?;
    let mut needs_organization = false;
    for scope in scopes.iter() {
        let known = catalog.find(scope).ok_or_else(|| PageError::ScopeUnknown(scope.to_owned()))?;
        if !client.may_ask(catalog, scope) {
            return Err(PageError::ScopeNotAllowed(scope.to_owned()));
        }
        needs_organization |= known.needs_organization;
    }
    let has = |name: &str| scopes.iter().any(|scope| canonical(scope) == name);
    let challenge = challenge(asked, client, has("openid"))?;
    let words = prompt(asked)?;
    let max_age = sent(asked.max_age.as_ref()).map(seconds).transpose()?;
    let wanted = |word: &str| words.contains(&word);
    for resource in asked.resource.iter().filter(|resource| !resource.is_empty()) {
        // A resource is an absolute URI without a fragment, and one this server knows.
        if resource.contains('#') || url::Url::parse(resource).is_err() || !known_resource(resource) {
            return Err(PageError::ResourceUnknown(resource.clone()));
        }
    }
    Ok(AuthorizationRequest {
        realm: Realm::Accounts,
        offline: asked.access_type.as_deref() == Some("offline") || has("offline_access"),
        // Any application on the device can claim a mobile client's redirect URI (RFC 8252 section 8.6).
        ask_again: client.client_type == ClientType::Mobile || wanted("consent"),
        challenge,
        needs_organization,
        prompting: Prompting {
            silent: wanted("none"),
            sign_in_again: wanted("login"),
            choose_account: wanted("select_account"),
            max_age,
            account: None,
        },
        scopes,
    })
}

/// What does not depend on the client.
fn check_form(asked: &Asked) -> Result<(), PageError> {
    if let Some(name) = asked.repeated.first() {
        return Err(PageError::ParameterTwice(name.clone()));
    }
    if asked.state.as_ref().is_some_and(|state| state.len() > Asked::MOST_STATE_BYTES) {
        return Err(PageError::ParameterMalformed("state"));
    }
    if let Some(name) = asked.in_another_form {
        return Err(PageError::FormUnsupported(name));
    }
    match sent(asked.response_type.as_ref()) {
        None => return Err(PageError::ParameterMissing("response_type")),
        Some("code") => {}
        Some(_) => return Err(PageError::ResponseTypeUnsupported),
    }
    match sent(asked.response_mode.as_ref()) {
        None | Some("query" | "form_post") => Ok(()),
        Some(_) => Err(PageError::ResponseModeUnsupported),
    }
}

/// PKCE with S256 only; demanded of public clients, and of confidential ones whose request has no OpenID `nonce`,
/// which protects the code as well (RFC 9700 section 2.1.1).
fn challenge(asked: &Asked, client: &Client, openid: bool) -> Result<Option<Challenge>, PageError> {
    let (value, method) = (sent(asked.code_challenge.as_ref()), sent(asked.code_challenge_method.as_ref()));
    let challenge = Challenge::read(value, method).map_err(|malformed| match malformed {
        Malformed::Challenge => PageError::PkceChallengeMalformed,
        Malformed::Method => PageError::PkceMethodMalformed,
    })?;
    match &challenge {
        Some(challenge) if challenge.method != Method::S256 => Err(PageError::PkceMethodMalformed),
        None if client.is_public() || !openid || sent(asked.nonce.as_ref()).is_none() => Err(PageError::PkceMissing),
        _ => Ok(challenge),
    }
}

/// The words of `prompt`; `none` stands alone.
fn prompt(asked: &Asked) -> Result<Vec<&str>, PageError> {
    let words: Vec<&str> =
        asked.prompt.as_deref().unwrap_or_default().split(' ').filter(|word| !word.is_empty()).collect();
    let known = words.iter().all(|word| PROMPTS.contains(word));
    if known && (words.len() < 2 || !words.contains(&"none")) {
        Ok(words)
    } else {
        Err(PageError::ParameterMalformed("prompt"))
    }
}

/// What `prompt` may say.
pub const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];

fn seconds(text: &str) -> Result<Duration, PageError> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    let seconds = text.parse::<u32>().ok().filter(|_| digits).ok_or(PageError::ParameterMalformed("max_age"))?;
    Ok(Duration::from_secs(seconds.into()))
}

/// A parameter without a value counts as left out (RFC 6749 section 3.1).
fn sent(value: Option<&String>) -> Option<&str> {
    value.map(String::as_str).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests;
