//! Why something was refused: one variant per cause. What the wire says of a cause is the dialect's
//! business; the log, the audit and the client's owner get the cause itself.

mod token;

pub use token::TokenError;

/// The person is told on a page, and the browser goes nowhere (accounts-protocol.md section 5.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PageError {
    /// A mandatory parameter is absent.
    ParameterMissing(&'static str),
    /// A parameter came more than once.
    ParameterTwice(String),
    /// A parameter cannot be read: NUL, not UTF-8, or over its length.
    ParameterMalformed(&'static str),
    /// The query as a whole is over 8 KiB or has too many parameters.
    RequestTooLarge,
    /// `response_type` is empty or not one this client may use.
    ResponseTypeUnsupported,
    /// No client has this id.
    ClientUnknown,
    /// The client was disabled.
    ClientDisabled,
    /// The client may not be used by users of this data center.
    ClientNotInDataCenter,
    /// The portal does not admit this client.
    ClientNotInPortal,
    /// `redirect_uri` is empty.
    RedirectUriEmpty,
    /// `redirect_uri` is not a registered one.
    RedirectUriMismatch,
    /// `redirect_uri` lies in none of the client's JavaScript domains (section 6.1).
    RedirectUriOffDomain,
    /// The page that asked lies in none of the client's JavaScript domains (section 6.1).
    PageOffDomain,
    /// `scope` is empty or not a list.
    ScopeMalformed,
    /// The catalog has no such scope.
    ScopeUnknown(String),
    /// The client may not ask for this scope.
    ScopeNotAllowed(String),
    /// PKCE is demanded of this client and was not used.
    PkceMissing,
    /// `code_challenge` is malformed.
    PkceChallengeMalformed,
    /// `code_challenge_method` is malformed.
    PkceMethodMalformed,
    /// No portal has this id.
    PortalUnknown,
    /// The user has no organization, and a scope needs one.
    NoOrganization,
    /// The chosen organization is not one of the user's.
    OrganizationNotAllowed,
    /// Too many codes for this user and client (section 17).
    CodesThrottled,
    /// The client may not ask for codes.
    GrantNotAllowed,
    /// `response_mode` is not one of this server's.
    ResponseModeUnsupported,
    /// The request came in a form that is not read: `request`, `request_uri` (RFC 9101) or `registration`.
    FormUnsupported(&'static str),
    /// `resource` is no absolute URI, or none that this client may ask for (RFC 8707 section 2).
    ResourceUnknown(String),
    /// These scopes cannot be granted together here: the one that does not fit (sections 8, 13).
    ScopeUnfit(String),
    /// Only an administrator may allow this, and the user administers no organization (section 8).
    NotAdministrator,
    /// No such enhancement token, or it is not this client's (section 13).
    EnhancementUnknown,
    /// The enhancement token's life is over, or what it would add to was revoked.
    EnhancementEnded,
    /// The enhancement token was used before.
    EnhancementSpent,
    /// The enhancement token is about what another user granted.
    EnhancementOfAnotherUser,
    /// The organization's administrators do not allow the client.
    PolicyClientBlocked,
    /// The organization's administrators allow nobody this scope.
    PolicyScopeBlocked(String),
    /// The consent is older than the organization's administrators let grants get.
    PolicyLifeOver,
    /// The organization's administrators want to review the client first, and have not.
    PolicyReviewRequired,
}

impl PageError {
    /// A stable short name for logs, metrics and the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::ParameterMissing(_) => "parameter_missing",
            Self::ParameterTwice(_) => "parameter_twice",
            Self::ParameterMalformed(_) => "parameter_malformed",
            Self::RequestTooLarge => "request_too_large",
            Self::ResponseTypeUnsupported => "response_type_unsupported",
            Self::ClientUnknown => "client_unknown",
            Self::ClientDisabled => "client_disabled",
            Self::ClientNotInDataCenter => "client_not_in_data_center",
            Self::ClientNotInPortal => "client_not_in_portal",
            Self::RedirectUriEmpty => "redirect_uri_empty",
            Self::RedirectUriMismatch => "redirect_uri_mismatch",
            Self::RedirectUriOffDomain => "redirect_uri_off_domain",
            Self::PageOffDomain => "page_off_domain",
            Self::ScopeMalformed => "scope_malformed",
            Self::ScopeUnknown(_) => "scope_unknown",
            Self::ScopeNotAllowed(_) => "scope_not_allowed",
            Self::PkceMissing => "pkce_missing",
            Self::PkceChallengeMalformed => "pkce_challenge_malformed",
            Self::PkceMethodMalformed => "pkce_method_malformed",
            Self::PortalUnknown => "portal_unknown",
            Self::NoOrganization => "no_organization",
            Self::OrganizationNotAllowed => "organization_not_allowed",
            Self::CodesThrottled => "codes_throttled",
            Self::GrantNotAllowed => "grant_not_allowed",
            Self::ResponseModeUnsupported => "response_mode_unsupported",
            Self::FormUnsupported(_) => "form_unsupported",
            Self::ResourceUnknown(_) => "resource_unknown",
            Self::ScopeUnfit(_) => "scope_unfit",
            Self::NotAdministrator => "not_administrator",
            Self::EnhancementUnknown => "enhancement_unknown",
            Self::EnhancementEnded => "enhancement_ended",
            Self::EnhancementSpent => "enhancement_spent",
            Self::EnhancementOfAnotherUser => "enhancement_of_another_user",
            Self::PolicyClientBlocked => "policy_client_blocked",
            Self::PolicyScopeBlocked(_) => "policy_scope_blocked",
            Self::PolicyLifeOver => "policy_life_over",
            Self::PolicyReviewRequired => "policy_review_required",
        }
    }
}

/// The client is told no by redirect. Only the person's own refusal travels that way in the accounts
/// dialect (accounts-protocol.md decision 13); in the standard one all of them (RFC 6749 section 4.1.2.1; OpenID
/// Connect Core section 3.1.2.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The person pressed Reject.
    Rejected,
    /// What an accounts client's user would read on a page.
    Request(PageError),
    /// No page was wanted, and nobody is signed in, not recently enough, or not the person meant.
    LoginRequired,
    /// No page was wanted, and the person has to consent.
    ConsentRequired,
    /// No page was wanted, and the person has to choose an organization or has none.
    InteractionRequired,
    /// No page was wanted, and the person has to choose an account.
    AccountSelectionRequired,
    /// No page was wanted, and the data center where the person is at home does not answer.
    HomeUnreachable,
}

impl Refusal {
    /// A stable short name for logs, metrics and the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Rejected => "rejected",
            Self::Request(cause) => cause.name(),
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::AccountSelectionRequired => "account_selection_required",
            Self::HomeUnreachable => "home_unreachable",
        }
    }
}

/// Why a device's poll brings no tokens (accounts-protocol.md section 10.2; RFC 8628 section 3.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceError {
    /// The person has not answered yet.
    Pending,
    /// Asked again before the interval was over.
    TooFast,
    /// The person pressed Reject.
    Rejected,
    /// Nobody answered, or the device did not fetch the answer, in the code's life.
    Expired,
    /// Approved by a user of another data center: the same code is good there.
    Elsewhere(String),
    /// The request or the code is refused as at the token endpoint.
    Token(TokenError),
}

impl DeviceError {
    /// A stable short name for logs, metrics and the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "device_pending",
            Self::TooFast => "device_too_fast",
            Self::Rejected => "device_rejected",
            Self::Expired => "device_code_expired",
            Self::Elsewhere(_) => "device_elsewhere",
            Self::Token(cause) => cause.name(),
        }
    }
}

/// Why a revocation was refused (accounts-protocol.md section 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevokeError {
    /// `token` is absent, or has not the shape of one.
    Malformed,
    /// No such token, or its secret is wrong.
    Unknown,
    /// Made at another data center.
    WrongDataCenter(u8),
    /// The token belongs to another client than the one that authenticated.
    OfAnotherClient,
    /// The token belongs to another realm.
    OfAnotherRealm,
    /// `token_type` names the other kind.
    TypeMismatch,
    /// `token_type` is neither `refresh_token` nor `access_token`.
    TypeUnknown,
    /// A parameter came twice with different values, or cannot be read.
    ParameterConflict,
    /// Credentials were needed, or came along, and are wrong.
    ClientRefused,
    /// Too many unknown tokens from this address.
    Guessing,
}

impl RevokeError {
    /// A stable short name for logs, metrics and the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Malformed => "token_malformed",
            Self::Unknown => "token_unknown",
            Self::WrongDataCenter(_) => "wrong_data_center",
            Self::OfAnotherClient => "token_of_another_client",
            Self::OfAnotherRealm => "token_of_another_realm",
            Self::TypeMismatch => "token_type_mismatch",
            Self::TypeUnknown => "token_type_unknown",
            Self::ParameterConflict => "parameter_conflict",
            Self::ClientRefused => "client_refused",
            Self::Guessing => "token_guessing",
        }
    }
}

/// Why an access token does not open a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccessError {
    /// No token in the `Authorization` header, or a header that cannot be read.
    Missing,
    /// Not the shape of a token.
    Malformed,
    /// No such token, or its secret is wrong.
    Unknown,
    /// Its life is over.
    Expired,
    /// It, its refresh token or its grant was revoked, or a newer token evicted it.
    Revoked,
    /// Made at another data center.
    WrongDataCenter(u8),
    /// The client was disabled or is no longer enabled here.
    ClientDisabled,
    /// The user was disabled or is gone.
    UserDisabled,
    /// The user is no longer a member of the organization.
    MembershipEnded,
    /// It does not carry the scope.
    ScopeMissing,
    /// No user stands behind it: an organization's, or the client's own.
    NoUser,
    /// It was made for a resource, and this is another one (RFC 8707).
    ForAnotherResource,
    /// Too many unknown tokens from this address.
    Guessing,
}

impl AccessError {
    /// A stable short name for logs, metrics and the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Missing => "token_missing",
            Self::Malformed => "token_malformed",
            Self::Unknown => "token_unknown",
            Self::Expired => "token_expired",
            Self::Revoked => "token_revoked",
            Self::WrongDataCenter(_) => "wrong_data_center",
            Self::ClientDisabled => "client_disabled",
            Self::UserDisabled => "user_disabled",
            Self::MembershipEnded => "membership_ended",
            Self::ScopeMissing => "scope_missing",
            Self::NoUser => "no_user",
            Self::ForAnotherResource => "token_for_another_resource",
            Self::Guessing => "token_guessing",
        }
    }
}
