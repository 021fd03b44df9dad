//! The parameters of a token-like request of the standard dialect: a form in the body, and nothing in the URL (RFC 6749
//! sections 2.3.1, 3.2; `spec/decisions.md` 3).

use axum::{
    body::Body,
    http::{HeaderMap, Uri, header},
};
use grantor_protocol::{causes::TokenError, params::Params};

use crate::http::params::{self, Sent, Unreadable};

/// The parameters that mean something at a token-like endpoint. None may stand in the URL; none but `resource` (RFC 8707
/// section 2) may come twice with different values.
const KNOWN: [&str; 16] = [
    "grant_type",
    "client_id",
    "client_secret",
    "client_assertion",
    "client_assertion_type",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "device_code",
    "scope",
    "resource",
    "token",
    "token_type_hint",
    "access_type",
    "nonce",
];

/// Reads the form.
///
/// # Errors
/// `BodyUnsupported`, `ParameterInUrl` or `ParameterConflict`.
pub async fn read(uri: &Uri, headers: &HeaderMap, body: Body) -> Result<Sent, TokenError> {
    let unreadable = TokenError::ParameterConflict("body");
    let query = Params::read(uri.query().unwrap_or_default().as_bytes()).map_err(|_| unreadable.clone())?;
    if let Some(name) = KNOWN.into_iter().find(|name| query.all(name).next().is_some()) {
        return Err(TokenError::ParameterInUrl(name));
    }
    if !is_form(headers) {
        return Err(TokenError::BodyUnsupported);
    }
    let sent = params::read(&Uri::default(), headers, body).await.map_err(|why| match why {
        Unreadable::TooLarge => TokenError::BodyTooLarge,
        Unreadable::Broken | Unreadable::Text => unreadable,
    })?;
    let mut single = KNOWN.into_iter().filter(|name| *name != "resource");
    match single.find(|name| sent.params.first_conflicting(&[name]).is_some()) {
        Some(name) => Err(TokenError::ParameterConflict(name)),
        None => Ok(sent),
    }
}

/// Whether the body says it is a form, or there is none.
fn is_form(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE) else {
        return headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0");
    };
    let essence = kind.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
