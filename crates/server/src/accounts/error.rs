//! What each cause is called in the accounts dialect, and with which status (accounts-protocol.md sections
//! 5.4 and 7.5, decisions 4 to 13). One `match` per family of causes; the compiler keeps them whole.

use axum::{http::StatusCode, response::Response};
use grantor_protocol::{
    causes::{AccessError, PageError, RevokeError, TokenError},
    people::Realm,
};

use crate::http::reply;

/// The throttle's answer, as captured (decision 4).
const THROTTLED: &str = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;

/// The throttle's answer at token-like endpoints.
pub fn throttled() -> Response {
    reply::json(StatusCode::BAD_REQUEST, THROTTLED)
}

/// `{"error":"<word>"}` and nothing else.
pub fn word(status: StatusCode, word: &str) -> Response {
    reply::json(status, format!("{{\"error\":\"{word}\"}}"))
}

/// The token endpoint's answer to a cause.
pub fn token(cause: &TokenError) -> Response {
    let said = match cause {
        TokenError::GrantTypeMissing | TokenError::ParameterConflict(_) => {
            return word(StatusCode::BAD_REQUEST, "invalid_request");
        }
        TokenError::AccessTokensThrottled | TokenError::RefreshTokensThrottled | TokenError::SecretGuessing => {
            return throttled();
        }
        TokenError::GrantTypeUnknown
        | TokenError::GrantTypeNotAllowed
        | TokenError::ClientIdMissing
        | TokenError::ClientUnknown
        | TokenError::ClientDisabled
        | TokenError::ClientNotInDataCenter
        | TokenError::WrongDataCenter(_) => "invalid_client",
        TokenError::SecretMissing | TokenError::SecretWrong => "invalid_client_secret",
        TokenError::RedirectUriMismatch => "invalid_redirect_uri",
        TokenError::CodeMalformed
        | TokenError::CodeUnknown
        | TokenError::CodeExpired
        | TokenError::CodeReplayed
        | TokenError::CodeUsedJustNow
        | TokenError::CodeOfAnotherClient
        | TokenError::CodeOfAnotherRealm
        | TokenError::VerifierMissing
        | TokenError::VerifierWrong
        | TokenError::VerifierUnexpected
        | TokenError::RefreshTokenMalformed
        | TokenError::RefreshTokenUnknown
        | TokenError::RefreshTokenRevoked
        | TokenError::RefreshTokenOfAnotherClient
        | TokenError::RefreshTokenOfAnotherRealm
        | TokenError::GrantRevoked
        | TokenError::UserDisabled
        | TokenError::MembershipEnded
        | TokenError::ScopeRetired(_) => "invalid_code",
    };
    word(StatusCode::OK, said)
}

/// The revocation endpoints' answer to a cause.
pub fn revoke(cause: RevokeError) -> Response {
    match cause {
        RevokeError::Malformed
        | RevokeError::Unknown
        | RevokeError::WrongDataCenter(_)
        | RevokeError::OfAnotherClient
        | RevokeError::OfAnotherRealm
        | RevokeError::TypeMismatch
        | RevokeError::TypeUnknown => word(StatusCode::BAD_REQUEST, "invalid_token"),
        RevokeError::ParameterConflict => word(StatusCode::BAD_REQUEST, "invalid_request"),
        RevokeError::ClientRefused => word(StatusCode::BAD_REQUEST, "invalid_client"),
        RevokeError::Guessing => throttled(),
    }
}

/// The user information endpoint's answer to a cause (`spec/decisions.md` 14).
pub fn access(cause: AccessError) -> Response {
    match cause {
        AccessError::ScopeMissing => {
            reply::json(StatusCode::UNAUTHORIZED, r#"{"response":"error","cause":"INVALID_OAUTHSCOPE"}"#)
        }
        AccessError::Guessing => throttled(),
        AccessError::Missing
        | AccessError::Malformed
        | AccessError::Unknown
        | AccessError::Expired
        | AccessError::Revoked
        | AccessError::WrongDataCenter(_)
        | AccessError::ClientDisabled
        | AccessError::UserDisabled
        | AccessError::MembershipEnded
        | AccessError::NoUser => {
            reply::json(StatusCode::UNAUTHORIZED, r#"{"response":"error","cause":"INVALID_OAUTHTOKEN"}"#)
        }
    }
}

/// We broke: nothing was done, or nobody knows. Never a success.
pub fn broken() -> Response {
    word(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable")
}

/// A page's title and the word that always stands in its text: page titles at the accounts house, `ERROR_…`
/// at portals (decision 13).
pub fn title_and_word(cause: &PageError, realm: &Realm) -> (&'static str, &'static str) {
    let (title, word) = match cause {
        PageError::ParameterMissing(_)
        | PageError::ParameterTwice(_)
        | PageError::ParameterMalformed(_)
        | PageError::RequestTooLarge
        | PageError::ResponseTypeUnsupported => ("Invalid Response Type", "ERROR_invalid_response_type"),
        PageError::ClientUnknown
        | PageError::ClientDisabled
        | PageError::ClientNotInDataCenter
        | PageError::ClientNotInPortal => ("Invalid Client", "ERROR_invalid_client"),
        PageError::RedirectUriEmpty | PageError::RedirectUriMismatch => {
            ("Invalid Redirect Uri", "ERROR_invalid_redirect_uri")
        }
        PageError::ScopeMalformed | PageError::ScopeUnknown(_) | PageError::ScopeNotAllowed(_) => {
            ("Invalid OAuth Scope", "ERROR_invalid_scope")
        }
        PageError::PkceMissing | PageError::PkceChallengeMalformed | PageError::PkceMethodMalformed => {
            ("Invalid Request", "ERROR_invalid_request")
        }
        PageError::PortalUnknown => ("Invalid Portal", "ERROR_invalid_portal"),
        PageError::NoOrganization | PageError::OrganizationNotAllowed => ("No Organization", "ERROR_no_organization"),
        PageError::CodesThrottled => ("Access Denied", "ERROR_access_denied"),
    };
    match realm {
        Realm::Accounts => (title, word),
        Realm::Portal(_) => (word, word),
    }
}
