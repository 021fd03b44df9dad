//! How the standard dialect answers an authorization request: the RFCs' names of the causes, by redirect or by a form
//! that the browser posts (RFC 6749 section 4.1.2.1; OpenID Connect Core section 3.1.2.6; RFC 8707 section 2).

use axum::response::Response;
use grantor_protocol::{
    authorize::ReplyTo,
    causes::{PageError, Refusal},
};

use crate::walk::{Going, Visit};

/// Tells the client no, and the log and the client's owner why.
pub fn refuse(visit: &Visit, client_id: &str, reply_to: &ReplyTo, refusal: &Refusal) -> Response {
    visit.asking.refuse(&visit.dc, Some(client_id), refusal.name(), "");
    Going::with(reply_to, &[("error", name(refusal)), ("error_description", description(refusal))]).see_other(visit)
}

/// What the RFCs call a cause.
fn name(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Rejected => "access_denied",
        Refusal::LoginRequired => "login_required",
        Refusal::ConsentRequired => "consent_required",
        Refusal::InteractionRequired => "interaction_required",
        Refusal::AccountSelectionRequired => "account_selection_required",
        Refusal::HomeUnreachable => "temporarily_unavailable",
        Refusal::Request(cause) => match cause {
            PageError::ResponseTypeUnsupported => "unsupported_response_type",
            PageError::GrantNotAllowed
            | PageError::ClientUnknown
            | PageError::ClientDisabled
            | PageError::ClientNotInDataCenter
            | PageError::ClientNotInPortal => "unauthorized_client",
            PageError::ScopeMalformed
            | PageError::ScopeUnknown(_)
            | PageError::ScopeNotAllowed(_)
            | PageError::ScopeUnfit(_) => "invalid_scope",
            PageError::FormUnsupported("request") => "request_not_supported",
            PageError::FormUnsupported("request_uri") => "request_uri_not_supported",
            PageError::FormUnsupported(_) => "registration_not_supported",
            PageError::ResourceUnknown(_) => "invalid_target",
            PageError::NoOrganization
            | PageError::OrganizationNotAllowed
            | PageError::NotAdministrator
            | PageError::PolicyClientBlocked
            | PageError::PolicyScopeBlocked(_)
            | PageError::PolicyLifeOver
            | PageError::PolicyReviewRequired => "access_denied",
            PageError::CodesThrottled => "temporarily_unavailable",
            PageError::ParameterMissing(_)
            | PageError::ParameterTwice(_)
            | PageError::ParameterMalformed(_)
            | PageError::RequestTooLarge
            | PageError::RedirectUriEmpty
            | PageError::RedirectUriMismatch
            | PageError::RedirectUriOffDomain
            | PageError::PageOffDomain
            | PageError::PkceMissing
            | PageError::PkceChallengeMalformed
            | PageError::PkceMethodMalformed
            | PageError::PortalUnknown
            | PageError::ResponseModeUnsupported
            | PageError::EnhancementUnknown
            | PageError::EnhancementEnded
            | PageError::EnhancementSpent
            | PageError::EnhancementOfAnotherUser => "invalid_request",
        },
    }
}

/// The cause for a developer; nothing that was received stands in it.
fn description(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Rejected => "the person said no",
        Refusal::LoginRequired => "nobody is signed in, not recently enough, or not the person meant",
        Refusal::ConsentRequired => "the person has to consent",
        Refusal::InteractionRequired => "the person has to choose an organization, or has none",
        Refusal::AccountSelectionRequired => "the person has to choose an account",
        Refusal::HomeUnreachable => "the data center of the person does not answer at the moment",
        Refusal::Request(cause) => match cause {
            PageError::ParameterMissing("response_type") => "response_type is missing",
            PageError::ParameterTwice(_) => "a parameter was sent twice",
            PageError::ParameterMalformed("state") => "state is longer than 4 KiB",
            PageError::ParameterMalformed("prompt") => {
                "prompt is not a list of none, login, consent and select_account"
            }
            PageError::ParameterMalformed("max_age") => "max_age is not a number of seconds",
            PageError::ParameterMalformed("id_token_hint") => "id_token_hint is not an ID token of this server",
            PageError::ResponseTypeUnsupported => "response_type must be code",
            PageError::ResponseModeUnsupported => "response_mode must be query or form_post",
            PageError::GrantNotAllowed => "this client is not registered for authorization_code",
            PageError::ClientNotInDataCenter => "this client is not enabled in the data center of the user",
            PageError::ScopeMalformed => "scope is missing or not a list",
            PageError::ScopeUnknown(_) => "there is no such scope",
            PageError::ScopeNotAllowed(_) => "this client is not registered for the scope",
            PageError::PkceMissing => {
                "code_challenge is missing: a public client sends it always, any other one unless it sends a nonce with the scope openid"
            }
            PageError::PkceChallengeMalformed => "code_challenge is not a base64url SHA-256",
            PageError::PkceMethodMalformed => "code_challenge_method must be S256, beside a code_challenge",
            PageError::FormUnsupported(_) => "the request has to stand in plain parameters",
            PageError::ResourceUnknown(_) => "resource is not one of this server",
            PageError::NoOrganization | PageError::OrganizationNotAllowed => {
                "there is no organization to grant this in"
            }
            PageError::PolicyClientBlocked | PageError::PolicyLifeOver => {
                "the administrators of the organization do not allow this client"
            }
            PageError::PolicyScopeBlocked(_) => "the administrators of the organization allow nobody one of the scopes",
            PageError::PolicyReviewRequired => {
                "the administrators of the organization want to review this client before it is used"
            }
            PageError::CodesThrottled => "too many codes for this user and client: wait a few minutes",
            _ => "the request is not valid",
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_of_the_letters_the_rfc_allows() {
        // RFC 6749 section 4.1.2.1: printable ASCII without the quote and the backslash.
        for cause in [
            PageError::PkceMissing,
            PageError::ResponseModeUnsupported,
            PageError::ScopeUnknown("x".into()),
            PageError::ParameterTwice("<script>".into()),
            PageError::RequestTooLarge,
            PageError::PolicyClientBlocked,
            PageError::PolicyScopeBlocked("x".into()),
            PageError::PolicyReviewRequired,
        ] {
            let text = description(&Refusal::Request(cause));
            assert!(text.bytes().all(|b| matches!(b, 0x20..=0x7e) && b != b'"' && b != b'\\'), "{text}");
        }
    }
}
