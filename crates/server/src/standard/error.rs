//! What each cause is called at the token-like endpoints of the standard dialect, with which status and which words
//! (RFC 6749 section 5.2; RFC 8628 section 3.5; RFC 8707 section 2; `spec/decisions.md` 9). One `match` per family of
//! causes; the compiler keeps them whole.

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use grantor_protocol::causes::{DeviceError, TokenError};
use serde_json::json;

use super::assertion;
use crate::{house::DataCenter, http::reply};

/// One description for every way in which a code is not good: what it was is told to the client's owner, not to
/// whoever presents it.
const CODE: &str = "the code is unknown, expired, used, another client's, or made elsewhere";
/// The same for refresh tokens.
const REFRESH_TOKEN: &str =
    "the refresh token is unknown, revoked, expired, used too late, another client's, or made elsewhere";

/// `error`, and a sentence for a developer in which nothing stands that was sent.
type Named = (StatusCode, &'static str, &'static str);

const fn bad(error: &'static str, description: &'static str) -> Named {
    (StatusCode::BAD_REQUEST, error, description)
}

const fn client(description: &'static str) -> Named {
    (StatusCode::UNAUTHORIZED, "invalid_client", description)
}

const fn throttled(description: &'static str) -> Named {
    (StatusCode::TOO_MANY_REQUESTS, "temporarily_unavailable", description)
}

fn named(cause: &TokenError) -> Named {
    match cause {
        TokenError::GrantTypeMissing => bad("invalid_request", "grant_type is missing"),
        TokenError::ParameterMissing(name) => bad("invalid_request", missing(name)),
        TokenError::ParameterConflict(_) => {
            bad("invalid_request", "a parameter was sent twice with different values, or the body cannot be read")
        }
        TokenError::ParameterInUrl(_) => bad("invalid_request", "parameters go into the body, never into the URL"),
        TokenError::BodyTooLarge => {
            (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request", "the body is longer than any request can be")
        }
        TokenError::BodyUnsupported => (
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "invalid_request",
            "the body must be application/x-www-form-urlencoded",
        ),
        TokenError::AuthenticatedTwice => bad("invalid_request", "authenticate in one way, not in two"),
        TokenError::GrantTypeUnknown => bad("unsupported_grant_type", "this grant_type is not known here"),
        TokenError::GrantTypeNotAllowed => bad("unauthorized_client", "the client may not use this grant_type"),
        TokenError::ClientIdMissing => client("no client is named"),
        TokenError::ClientUnknown
        | TokenError::ClientDisabled
        | TokenError::OriginUnknown
        | TokenError::ClientNotInDataCenter
        | TokenError::OwnerUnknown => client("the client is not known here, or may not be used here"),
        TokenError::SecretMissing => client("the client has to authenticate"),
        TokenError::SecretWrong => client("the client's secret is wrong"),
        TokenError::MethodNotAllowed => client("the client is not registered to authenticate in this way"),
        TokenError::AssertionRefused(assertion::TOO_FAR_AHEAD) => {
            client("the assertion's exp is over five minutes ahead; let it expire sooner")
        }
        TokenError::AssertionRefused(_) => {
            client("the assertion is not one of this client for this server, or is not good now; see its owner's log")
        }
        TokenError::AssertionReplayed => client("the assertion was used before"),
        TokenError::KeysUnavailable => client("the client's keys could not be fetched"),
        TokenError::SecretGuessing => throttled("too many wrong credentials; come back later"),
        TokenError::DeviceRequestsThrottled => throttled("too many devices began from here; come back later"),
        TokenError::AccessTokensThrottled | TokenError::RefreshTokensThrottled => {
            throttled("too many tokens in a short time; come back later")
        }
        TokenError::RefreshTokensFull => bad(
            "invalid_grant",
            "the user and client have as many refresh tokens as may live; revoke one. The code stays good",
        ),
        TokenError::CodeMalformed
        | TokenError::CodeUnknown
        | TokenError::CodeExpired
        | TokenError::CodeReplayed
        | TokenError::CodeUsedJustNow
        | TokenError::CodeOfAnotherClient
        | TokenError::CodeOfAnotherRealm => bad("invalid_grant", CODE),
        TokenError::RedirectUriMismatch => {
            bad("invalid_grant", "redirect_uri is not the one of the authorization request; the code is spent")
        }
        TokenError::VerifierMissing | TokenError::VerifierWrong | TokenError::VerifierUnexpected => {
            bad("invalid_grant", "code_verifier does not answer the code_challenge; the code is spent")
        }
        TokenError::RefreshTokenMalformed
        | TokenError::RefreshTokenUnknown
        | TokenError::RefreshTokenRevoked
        | TokenError::RefreshTokenReused
        | TokenError::RefreshTokenExpired
        | TokenError::RefreshTokenOfAnotherClient
        | TokenError::RefreshTokenOfAnotherRealm => bad("invalid_grant", REFRESH_TOKEN),
        // The same words as for one that nobody made, at both (`spec/decisions.md` 6).
        TokenError::WrongDataCenter(_) => bad("invalid_grant", ""),
        TokenError::GrantRevoked | TokenError::UserDisabled | TokenError::MembershipEnded => {
            bad("invalid_grant", "what was granted was taken back, or its user is gone")
        }
        TokenError::PolicyClientBlocked
        | TokenError::PolicyScopeBlocked(_)
        | TokenError::PolicyLifeOver
        | TokenError::PolicyReviewRequired => {
            bad("invalid_grant", "the organization's administrators do not allow this; see the client owner's log")
        }
        TokenError::ScopeRetired(_) => bad("invalid_grant", "a scope that was granted is not known any more"),
        TokenError::ScopeMalformed => bad("invalid_scope", "scope is missing or is no list"),
        TokenError::ScopeUnknown(_) => bad("invalid_scope", "a scope is not known"),
        TokenError::ScopeNotAllowed(_) => bad("invalid_scope", "the client may not have one of the scopes"),
        TokenError::ScopeNotGranted => bad("invalid_scope", "scope may ask for less than was granted, not for more"),
        TokenError::ResourceNotGranted => bad("invalid_target", "resource is not known, or was not granted"),
        TokenError::OrganizationMissing | TokenError::OrganizationMalformed | TokenError::OrganizationNotAllowed => {
            bad("invalid_request", "the organization is not named, or is not one the client may act in")
        }
    }
}

const fn missing(name: &str) -> &'static str {
    match name.as_bytes() {
        b"code" => "code is missing",
        b"refresh_token" => "refresh_token is missing",
        b"device_code" => "device_code is missing",
        b"token" => "token is missing",
        _ => "a parameter is missing",
    }
}

/// How a refused request authenticated, and what it brought: the answer's form depends on it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Manner {
    /// Whether HTTP Basic was used, so that a 401 names it (RFC 6749 section 5.2).
    pub basic: bool,
    /// Whether a refresh token was brought, and no code.
    pub refreshing: bool,
}

/// The token-like endpoints' answer to a cause.
pub fn token(dc: &DataCenter, cause: &TokenError, manner: Manner) -> Response {
    let (status, error, description) = named(cause);
    let description = match (cause, manner.refreshing) {
        (TokenError::WrongDataCenter(_), true) => REFRESH_TOKEN,
        (TokenError::WrongDataCenter(_), false) => CODE,
        _ => description,
    };
    let mut response = answer(status, error, description);
    if status == StatusCode::UNAUTHORIZED && manner.basic {
        let challenge = format!("Basic realm=\"{}\", charset=\"UTF-8\"", super::issuer(&dc.place));
        if let Ok(challenge) = HeaderValue::from_str(&challenge) {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
        }
    }
    if status == StatusCode::TOO_MANY_REQUESTS {
        let policy = &dc.house.policy;
        // The whole window: after it any throttle has an end.
        let wait = match cause {
            TokenError::AccessTokensThrottled => policy.access_token_rate.longest_wait().as_secs(),
            TokenError::RefreshTokensThrottled => policy.refresh_token_rate.longest_wait().as_secs(),
            _ => GUESSES,
        };
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait.max(1)));
    }
    response
}

/// How long whoever guessed is asked to stay away, in seconds.
const GUESSES: u64 = 60;

/// The answer to a device that has to wait, or in vain (RFC 8628 section 3.5).
pub fn device(dc: &DataCenter, cause: &DeviceError, manner: Manner) -> Response {
    match cause {
        DeviceError::Pending => {
            answer(StatusCode::BAD_REQUEST, "authorization_pending", "the person has not answered yet")
        }
        DeviceError::TooFast => {
            answer(StatusCode::BAD_REQUEST, "slow_down", "wait five seconds longer between requests from now on")
        }
        DeviceError::Rejected => answer(StatusCode::BAD_REQUEST, "access_denied", "the person said no"),
        DeviceError::Expired => {
            answer(StatusCode::BAD_REQUEST, "expired_token", "the device code is over; begin again")
        }
        // A location and a URL of the config's: the same device code is good there.
        DeviceError::Elsewhere(location) => {
            let there = dc.house.place(location).map(super::issuer).unwrap_or_default();
            let body = json!({
                "error": "other_dc",
                "error_description": "the person is at home at another data center; ask its token endpoint with the same device code",
                "user_location": location,
                "issuer": there,
            });
            reply::json(StatusCode::BAD_REQUEST, body.to_string())
        }
        DeviceError::Token(cause) => token(dc, cause, manner),
    }
}

/// We broke: nothing was done, or nobody knows. Never a success.
pub fn broken() -> Response {
    answer(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "the server could not do it; try again")
}

fn answer(status: StatusCode, error: &str, description: &str) -> Response {
    reply::json(status, json!({ "error": error, "error_description": description }).to_string())
}
