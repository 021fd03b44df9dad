//! What each cause is called in the accounts dialect, and with which status (accounts-protocol.md sections
//! 5.4 and 7.5, decisions 4 to 13). One `match` per family of causes; the compiler keeps them whole.

use axum::{
    http::{StatusCode, Uri},
    response::Response,
};
use grantor_protocol::{
    causes::{AccessError, DeviceError, PageError, RevokeError, TokenError},
    params::Params,
    people::Realm,
};

use crate::{
    house::DataCenter,
    http::{params::Unreadable, reply},
    refusals::Asking,
};

/// The throttle's answer, as captured (decision 4).
const THROTTLED: &str = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;

/// The throttle's answer at token-like endpoints, with the status that the policy names.
pub fn throttled(dc: &DataCenter) -> Response {
    let status = StatusCode::from_u16(dc.house.policy.throttle_status).unwrap_or(StatusCode::BAD_REQUEST);
    reply::json(status, THROTTLED)
}

/// `{"error":"<word>"}` and nothing else.
pub fn word(status: StatusCode, word: &str) -> Response {
    reply::json(status, format!("{{\"error\":\"{word}\"}}"))
}

/// A method that this endpoint does not know: nothing was read.
pub fn wrong_method(dc: &DataCenter, asking: &Asking) -> Response {
    asking.refuse(dc, None, "wrong_method", "");
    word(StatusCode::BAD_REQUEST, "invalid_request")
}

/// Parameters that cannot be read.
pub fn unreadable(dc: &DataCenter, asking: &Asking, why: Unreadable) -> Response {
    let (status, cause, detail) = match why {
        Unreadable::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, TokenError::BodyTooLarge, "the body is too large"),
        Unreadable::Broken | Unreadable::Text => {
            (StatusCode::BAD_REQUEST, TokenError::ParameterConflict("body"), "the parameters cannot be read")
        }
    };
    asking.refuse(dc, None, cause.name(), detail);
    word(status, "invalid_request")
}

/// The token endpoint's answer to a cause.
pub fn token(dc: &DataCenter, cause: &TokenError) -> Response {
    let said = match cause {
        TokenError::GrantTypeMissing
        | TokenError::ParameterConflict(_)
        | TokenError::ParameterMissing(_)
        | TokenError::ParameterInUrl(_)
        | TokenError::BodyUnsupported
        | TokenError::BodyTooLarge
        | TokenError::AuthenticatedTwice => {
            return word(StatusCode::BAD_REQUEST, "invalid_request");
        }
        TokenError::AccessTokensThrottled
        | TokenError::RefreshTokensThrottled
        | TokenError::DeviceRequestsThrottled
        | TokenError::RefreshTokensFull
        | TokenError::SecretGuessing => return throttled(dc),
        TokenError::GrantTypeUnknown
        | TokenError::GrantTypeNotAllowed
        | TokenError::ClientIdMissing
        | TokenError::ClientUnknown
        | TokenError::ClientDisabled
        | TokenError::ClientNotInDataCenter
        | TokenError::OwnerUnknown
        | TokenError::OriginUnknown
        | TokenError::MethodNotAllowed
        | TokenError::AssertionRefused(_)
        | TokenError::AssertionReplayed
        | TokenError::KeysUnavailable
        | TokenError::WrongDataCenter(_) => "invalid_client",
        TokenError::SecretMissing | TokenError::SecretWrong => "invalid_client_secret",
        TokenError::RedirectUriMismatch => "invalid_redirect_uri",
        TokenError::ScopeMalformed
        | TokenError::ScopeUnknown(_)
        | TokenError::ScopeNotAllowed(_)
        | TokenError::ScopeNotGranted => "invalid_scope",
        TokenError::OrganizationMissing => "missing_org_info",
        TokenError::OrganizationMalformed => "invalid_soid",
        TokenError::OrganizationNotAllowed => "invalid_org",
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
        | TokenError::RefreshTokenReused
        | TokenError::RefreshTokenExpired
        | TokenError::ResourceNotGranted
        | TokenError::RefreshTokenOfAnotherClient
        | TokenError::RefreshTokenOfAnotherRealm
        | TokenError::GrantRevoked
        | TokenError::UserDisabled
        | TokenError::MembershipEnded
        | TokenError::PolicyClientBlocked
        | TokenError::PolicyScopeBlocked(_)
        | TokenError::PolicyLifeOver
        | TokenError::PolicyReviewRequired
        | TokenError::ScopeRetired(_) => "invalid_code",
    };
    word(refusal_status(dc, said), said)
}

/// As the documents have it, or as RFC 6749 section 5.2 does.
fn refusal_status(dc: &DataCenter, word: &str) -> StatusCode {
    match word {
        _ if dc.house.policy.deviations.errors_with_status_200 => StatusCode::OK,
        "invalid_client" | "invalid_client_secret" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    }
}

/// The answer to a secret, code or token in the URL, where the policy does not allow that. Read before anything else:
/// what stood there is not used.
pub fn in_url(dc: &DataCenter, uri: &Uri, asking: &Asking) -> Option<Response> {
    const SECRETS: [&str; 7] =
        ["client_secret", "code", "code_verifier", "refresh_token", "token", "jwt_token", "assertion"];
    if dc.house.policy.deviations.secrets_in_query {
        return None;
    }
    let query = Params::read(uri.query().unwrap_or_default().as_bytes()).ok()?;
    let name = SECRETS.into_iter().find(|name| query.all(name).next().is_some())?;
    asking.refuse(dc, None, TokenError::ParameterInUrl(name).name(), name);
    Some(word(StatusCode::BAD_REQUEST, "invalid_request"))
}

/// The device endpoints' answer to a cause (section 10.2).
pub fn device(dc: &DataCenter, cause: &DeviceError) -> Response {
    match cause {
        DeviceError::Pending => word(refusal_status(dc, ""), "authorization_pending"),
        DeviceError::TooFast => word(refusal_status(dc, ""), "slow_down"),
        DeviceError::Rejected => word(refusal_status(dc, ""), "access_denied"),
        DeviceError::Expired => word(refusal_status(dc, ""), "expired"),
        // A location is a word of the config's: it needs no escaping.
        DeviceError::Elsewhere(location) => {
            reply::json(refusal_status(dc, ""), format!("{{\"user_location\":\"{location}\",\"error\":\"other_dc\"}}"))
        }
        DeviceError::Token(cause) => token(dc, cause),
    }
}

/// The revocation endpoints' answer to a cause.
pub fn revoke(dc: &DataCenter, cause: RevokeError) -> Response {
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
        RevokeError::Guessing => throttled(dc),
    }
}

/// The user information endpoint's answer to a cause (`spec/decisions.md` 14).
pub fn access(dc: &DataCenter, cause: AccessError) -> Response {
    match cause {
        AccessError::ScopeMissing => {
            reply::json(StatusCode::UNAUTHORIZED, r#"{"response":"error","cause":"INVALID_OAUTHSCOPE"}"#)
        }
        AccessError::Guessing => throttled(dc),
        AccessError::Missing
        | AccessError::Malformed
        | AccessError::Unknown
        | AccessError::Expired
        | AccessError::Revoked
        | AccessError::WrongDataCenter(_)
        | AccessError::ClientDisabled
        | AccessError::UserDisabled
        | AccessError::MembershipEnded
        | AccessError::ForAnotherResource
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
        | PageError::ResponseModeUnsupported
        | PageError::FormUnsupported(_)
        | PageError::ResourceUnknown(_)
        | PageError::GrantNotAllowed
        | PageError::ResponseTypeUnsupported => ("Invalid Response Type", "ERROR_invalid_response_type"),
        PageError::ClientUnknown
        | PageError::ClientDisabled
        | PageError::ClientNotInDataCenter
        | PageError::ClientNotInPortal
        | PageError::PageOffDomain => ("Invalid Client", "ERROR_invalid_client"),
        PageError::RedirectUriEmpty | PageError::RedirectUriMismatch | PageError::RedirectUriOffDomain => {
            ("Invalid Redirect Uri", "ERROR_invalid_redirect_uri")
        }
        PageError::ScopeMalformed
        | PageError::ScopeUnknown(_)
        | PageError::ScopeNotAllowed(_)
        | PageError::ScopeUnfit(_) => ("Invalid OAuth Scope", "ERROR_invalid_scope"),
        PageError::EnhancementUnknown
        | PageError::EnhancementEnded
        | PageError::EnhancementSpent
        | PageError::EnhancementOfAnotherUser => ("Invalid Code", "ERROR_invalid_code"),
        PageError::PkceMissing | PageError::PkceChallengeMalformed | PageError::PkceMethodMalformed => {
            ("Invalid Request", "ERROR_invalid_request")
        }
        PageError::PortalUnknown => ("Invalid Portal", "ERROR_invalid_portal"),
        PageError::NoOrganization | PageError::OrganizationNotAllowed => ("No Organization", "ERROR_no_organization"),
        PageError::CodesThrottled
        | PageError::NotAdministrator
        | PageError::PolicyClientBlocked
        | PageError::PolicyScopeBlocked(_)
        | PageError::PolicyLifeOver
        | PageError::PolicyReviewRequired => ("Access Denied", "ERROR_access_denied"),
    };
    match realm {
        Realm::Accounts => (title, word),
        Realm::Portal(_) => (word, word),
    }
}
