//! The ways an accounts server or an API says no, one variant per documented word, each with what to do about it.

use std::fmt;

use serde_json::Value;

use crate::place::clean;

/// A refusal (accounts-protocol.md sections 7.5, 12, 18 and decisions.md 3, 9, 14).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `invalid_client`.
    #[error(
        "the accounts server does not know this client here (invalid_client). Either the client id is wrong, or the code or refresh token belongs to another data center: use the accounts-server of the callback, and see that this data center is enabled for the client"
    )]
    InvalidClient,
    /// `invalid_client_secret`.
    #[error(
        "the client secret is wrong (invalid_client_secret). Each data center may have its own secret: take the one of this data center from the console"
    )]
    InvalidClientSecret,
    /// `invalid_code` for an authorization code.
    #[error(
        "the code is not good any more (invalid_code): it was used already, or it expired, or it was asked for with another client or PKCE verifier. Codes live one to three minutes and work once: open the link again"
    )]
    InvalidCode,
    /// `invalid_code` for a refresh token.
    #[error(
        "the refresh token is not good any more (invalid_code): it was revoked, or newer ones pushed it out. Ask the person to connect again"
    )]
    InvalidRefreshToken,
    /// `invalid_redirect_uri`.
    #[error(
        "the redirect URI is not the one of the authorization request (invalid_redirect_uri). Send exactly the registered URI both times; the code is spent, so open the link again"
    )]
    InvalidRedirectUri,
    /// `Access Denied`, or HTTP 429: too many requests.
    #[error(
        "too many requests (Access Denied): {description} Keep access tokens until they expire, and wait ten minutes"
    )]
    Throttled {
        /// The server's sentence, shortened.
        description: String,
    },
    /// `missing_org_info`.
    #[error("the request names no organization (missing_org_info). Send soid, like ZohoCRM.600000434")]
    MissingOrgInfo,
    /// `invalid_scope`.
    #[error(
        "a scope is unknown or not allowed for this client (invalid_scope). Check the spelling and the client's scopes"
    )]
    InvalidScope,
    /// `general_error`.
    #[error("the accounts server failed (general_error). Try again; if it stays, quote the request id")]
    GeneralError,
    /// `invalid_request`, or HTTP 400 without a word.
    #[error(
        "the accounts server could not read the request (HTTP 400). Check that it is a POST with a grant_type, and that no parameter is sent twice"
    )]
    BadRequest,
    /// A token that is unknown, expired or revoked: `invalid_token`, `INVALID_TOKEN`, `INVALID_OAUTHTOKEN`.
    #[error("the token is unknown, expired or revoked. Refresh it; if that fails too, ask the person to connect again")]
    InvalidToken,
    /// `OAUTH_SCOPE_MISMATCH`, `INVALID_OAUTHSCOPE`.
    #[error(
        "the token was not granted the scope this call needs. Ask for the scope in the link, and have the person accept it"
    )]
    ScopeMismatch,
    /// `AUTHENTICATION_FAILURE`.
    #[error(
        "the API did not accept the authentication (AUTHENTICATION_FAILURE). Send the header Authorization: Zoho-oauthtoken and the token"
    )]
    AuthenticationFailure,
    /// `NO_PERMISSION`, `OAUTH_ORG_MISMATCH`, or HTTP 403.
    #[error(
        "this user may not do that in this organization. Ask an administrator for the permission, or connect with another organization"
    )]
    NoPermission,
    /// Any other word.
    #[error("the server answered {word:?} (HTTP {status}). Look that word up in its documentation, or quote it")]
    Other {
        /// The word, shortened.
        word: String,
        /// The HTTP status.
        status: u16,
    },
}

/// A refusal, where it came from, and the id to quote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// What was said.
    pub refusal: Refusal,
    /// The URL that was asked, without a query.
    pub url: String,
    /// The `x-request-id` of the answer.
    pub request_id: Option<String>,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}{}]", self.refusal, self.url, Quoted(self.request_id.as_deref()))
    }
}

impl std::error::Error for Refused {}

/// `, request id …`, or nothing.
pub(crate) struct Quoted<'a>(pub(crate) Option<&'a str>);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(id) => write!(f, ", request id {id}"),
            None => Ok(()),
        }
    }
}

/// What was handed to the token endpoint; `invalid_code` means different things for each.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Presented {
    Code,
    RefreshToken,
}

impl Refusal {
    /// Reads a body of the token endpoint. `None`: there is no refusal in it.
    pub(crate) fn of_token_endpoint(status: u16, body: Option<&Value>, presented: Presented) -> Option<Self> {
        let text = |key: &str| body.and_then(|body| body.get(key)).and_then(Value::as_str);
        let Some(word) = text("error") else {
            return match status {
                400 => Some(Self::BadRequest),
                429 => Some(Self::throttled(None)),
                _ => None,
            };
        };
        Some(match word {
            "invalid_client" => Self::InvalidClient,
            "invalid_client_secret" => Self::InvalidClientSecret,
            "invalid_code" | "invalid_grant" => match presented {
                Presented::Code => Self::InvalidCode,
                Presented::RefreshToken => Self::InvalidRefreshToken,
            },
            "invalid_redirect_uri" => Self::InvalidRedirectUri,
            "Access Denied" | "access_denied" => Self::throttled(text("error_description")),
            "missing_org_info" => Self::MissingOrgInfo,
            "invalid_scope" => Self::InvalidScope,
            "general_error" => Self::GeneralError,
            "invalid_request" => Self::BadRequest,
            word => Self::Other { word: clean(word), status },
        })
    }

    /// Reads a refused answer of revocation, user info or an API (sections 12 and 18).
    pub(crate) fn of_resource(status: u16, body: Option<&Value>) -> Self {
        let text = |key: &str| body.and_then(|body| body.get(key)).and_then(Value::as_str);
        match text("code").or(text("cause")).or(text("error")) {
            Some("INVALID_TOKEN" | "INVALID_OAUTHTOKEN" | "invalid_token") => Self::InvalidToken,
            Some("OAUTH_SCOPE_MISMATCH" | "INVALID_OAUTHSCOPE") => Self::ScopeMismatch,
            Some("AUTHENTICATION_FAILURE") => Self::AuthenticationFailure,
            Some("NO_PERMISSION" | "OAUTH_ORG_MISMATCH") => Self::NoPermission,
            Some("Access Denied") => Self::throttled(text("error_description")),
            Some("invalid_request") => Self::BadRequest,
            Some(word) => Self::Other { word: clean(word), status },
            None => match status {
                400 => Self::BadRequest,
                401 => Self::InvalidToken,
                403 => Self::NoPermission,
                429 => Self::throttled(None),
                _ => Self::Other { word: "no word".to_owned(), status },
            },
        }
    }

    fn throttled(description: Option<&str>) -> Self {
        let mut description = clean(description.unwrap_or("the documented limit was reached"));
        if !description.ends_with('.') {
            description.push('.');
        }
        Self::Throttled { description }
    }
}
