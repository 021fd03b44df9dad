//! The causes that people are told about, each with its sentence and its advice.

use super::text::{self, Html, Value};
use super::{Frame, Locale};

/// Why a walk ended. The values are shown, escaped and set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorText<'a> {
    UnknownClient,
    ClientDisabled,
    /// The user's data center, where the client is not enabled.
    ClientNotInDataCenter {
        place: &'a str,
    },
    RedirectUriMissing,
    RedirectUriMismatch,
    /// The page that asked, or the address to return to, lies in none of the client's JavaScript domains.
    OffDomain,
    ScopeMissing,
    ScopeUnknown {
        scope: &'a str,
    },
    ScopeNotAllowed {
        scope: &'a str,
    },
    ResponseTypeMissing,
    ParameterMissing {
        name: &'a str,
    },
    ResponseTypeUnsupported,
    ParameterTwice {
        name: &'a str,
    },
    ParameterMalformed {
        name: &'a str,
    },
    RequestTooLarge,
    PkceRequired,
    PkceMalformed,
    Throttled,
    PortalUnknown,
    /// The seal or the CSRF token is no longer good.
    PageExpired,
    CookiesMissing,
    NoOrganization,
    OrganizationNotAllowed,
    ScopeUnfit {
        scope: &'a str,
    },
    NotAdministrator,
    /// Of a request for more scopes: unknown, too old or used.
    EnhancementEnded,
    EnhancementOfAnotherUser,
    PolicyClientBlocked,
    PolicyScopeBlocked {
        scope: &'a str,
    },
    PolicyLifeOver,
    PolicyReviewRequired,
    NotFound,
    /// A part of a page's own address that no link of ours has.
    LinkMalformed {
        name: &'a str,
    },
    MethodNotAllowed,
    BadRequest,
    Busy,
    Internal,
}

impl<'a> ErrorText<'a> {
    /// A title in the person's language, for the pages whose title no document fixes.
    pub fn heading(&self, locale: Locale) -> String {
        text::text_at(locale, self.key(), Some("heading")).into_owned()
    }

    pub(super) fn sentence(&self, frame: &Frame<'_>) -> Html {
        text::html(frame.locale, self.key(), self.values().as_slice())
    }

    pub(super) fn advice(&self, frame: &Frame<'_>) -> Html {
        text::html_at(frame.locale, self.key(), Some("advice"), self.values().as_slice())
    }

    fn values(&self) -> Vec<(&'static str, Value<'a>)> {
        match *self {
            Self::ClientNotInDataCenter { place } => vec![("place", Value::Name(place))],
            Self::ScopeUnknown { scope }
            | Self::ScopeNotAllowed { scope }
            | Self::ScopeUnfit { scope }
            | Self::PolicyScopeBlocked { scope } => {
                vec![("scope", Value::Code(scope))]
            }
            Self::ParameterMissing { name }
            | Self::ParameterTwice { name }
            | Self::ParameterMalformed { name }
            | Self::LinkMalformed { name } => vec![("name", Value::Code(name))],
            Self::ResponseTypeMissing => vec![("name", Value::Code("response_type"))],
            _ => Vec::new(),
        }
    }

    fn key(&self) -> &'static str {
        match self {
            Self::UnknownClient => "error-unknown-client",
            Self::ClientDisabled => "error-client-disabled",
            Self::ClientNotInDataCenter { .. } => "error-client-not-in-data-center",
            Self::RedirectUriMissing => "error-redirect-uri-missing",
            Self::RedirectUriMismatch => "error-redirect-uri-mismatch",
            Self::OffDomain => "error-off-domain",
            Self::ScopeMissing => "error-scope-missing",
            Self::ScopeUnknown { .. } => "error-scope-unknown",
            Self::ScopeNotAllowed { .. } => "error-scope-not-allowed",
            Self::ResponseTypeMissing | Self::ParameterMissing { .. } => "error-parameter-missing",
            Self::ResponseTypeUnsupported => "error-response-type-unsupported",
            Self::ParameterTwice { .. } => "error-parameter-twice",
            Self::ParameterMalformed { .. } => "error-parameter-malformed",
            Self::RequestTooLarge => "error-request-too-large",
            Self::PkceRequired => "error-pkce-required",
            Self::PkceMalformed => "error-pkce-malformed",
            Self::Throttled => "error-throttled",
            Self::PortalUnknown => "error-portal-unknown",
            Self::PageExpired => "error-page-expired",
            Self::CookiesMissing => "error-cookies-missing",
            Self::NoOrganization => "error-no-organization",
            Self::OrganizationNotAllowed => "error-organization-not-allowed",
            Self::ScopeUnfit { .. } => "error-scope-unfit",
            Self::NotAdministrator => "error-not-administrator",
            Self::EnhancementEnded => "error-enhancement-ended",
            Self::EnhancementOfAnotherUser => "error-enhancement-of-another-user",
            Self::PolicyClientBlocked => "error-policy-client-blocked",
            Self::PolicyScopeBlocked { .. } => "error-policy-scope-blocked",
            Self::PolicyLifeOver => "error-policy-life-over",
            Self::PolicyReviewRequired => "error-policy-review-required",
            Self::NotFound => "error-not-found",
            Self::LinkMalformed { .. } => "error-link-malformed",
            Self::MethodNotAllowed => "error-method-not-allowed",
            Self::BadRequest => "error-bad-request",
            Self::Busy => "error-busy",
            Self::Internal => "error-internal",
        }
    }
}
