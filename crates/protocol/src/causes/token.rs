//! Why a token endpoint gives no tokens, in either dialect.

/// The client is told no at the token endpoint (accounts-protocol.md section 7.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenError {
    /// `grant_type` is absent.
    GrantTypeMissing,
    /// `grant_type` is not one this door knows.
    GrantTypeUnknown,
    /// The client may not use this grant.
    GrantTypeNotAllowed,
    /// A parameter came twice with different values, or cannot be read.
    ParameterConflict(&'static str),
    /// `client_id` is absent or empty.
    ClientIdMissing,
    /// No client has this id.
    ClientUnknown,
    /// The client was disabled.
    ClientDisabled,
    /// The client may not be used by users of this data center.
    ClientNotInDataCenter,
    /// No secret was sent and one is needed.
    SecretMissing,
    /// The secret is not a live one of this client here.
    SecretWrong,
    /// Too many wrong secrets for this client from this address.
    SecretGuessing,
    /// `code` is absent, or has not the shape of one.
    CodeMalformed,
    /// No such code, or its secret is wrong.
    CodeUnknown,
    /// The code's life is over.
    CodeExpired,
    /// The code was used before; later than the grace, so its tokens were revoked.
    CodeReplayed,
    /// The code was used a moment ago: a double click or a retry.
    CodeUsedJustNow,
    /// The code belongs to another client; it was not spent.
    CodeOfAnotherClient,
    /// The code belongs to another realm (a portal's code at the accounts house, or the reverse).
    CodeOfAnotherRealm,
    /// `redirect_uri` is absent or is not the one of the authorization request; the code is spent.
    RedirectUriMismatch,
    /// `code_verifier` is absent though a challenge was sent; the code is spent.
    VerifierMissing,
    /// `code_verifier` does not answer the challenge; the code is spent.
    VerifierWrong,
    /// `code_verifier` was sent though no challenge was; the code is spent.
    VerifierUnexpected,
    /// `refresh_token` is absent, or has not the shape of one.
    RefreshTokenMalformed,
    /// No such refresh token, or its secret is wrong.
    RefreshTokenUnknown,
    /// The refresh token was revoked, or evicted by a newer one.
    RefreshTokenRevoked,
    /// The refresh token belongs to another client.
    RefreshTokenOfAnotherClient,
    /// The refresh token belongs to another realm.
    RefreshTokenOfAnotherRealm,
    /// Made at another data center, whose byte the identifier carries.
    WrongDataCenter(u8),
    /// The grant behind it was withdrawn.
    GrantRevoked,
    /// The user was disabled or is gone.
    UserDisabled,
    /// The user is no longer a member of the organization.
    MembershipEnded,
    /// A scope of the code is no longer in the catalog.
    ScopeRetired(String),
    /// Ten access tokens in ten minutes from one refresh token (section 17).
    AccessTokensThrottled,
    /// Five refresh tokens in a minute for one user and client (section 17).
    RefreshTokensThrottled,
    /// Too many devices of the client began from this address in a minute.
    DeviceRequestsThrottled,
    /// As many refresh tokens live as may, and none is to end for the next (section 17).
    RefreshTokensFull,
    /// `scope` is absent, empty or not a list, where a token is asked for without a code.
    ScopeMalformed,
    /// The catalog has no such scope.
    ScopeUnknown(String),
    /// The client may not have this scope.
    ScopeNotAllowed(String),
    /// Which organization is meant must be said, and was not (section 7.4).
    OrganizationMissing,
    /// `soid` is not a service of the request and an organization's id.
    OrganizationMalformed,
    /// The organization is not one of the owner's, or is not there.
    OrganizationNotAllowed,
    /// The client has no owner who is at home here.
    OwnerUnknown,
    /// A page asks whose origin is none of the client's (section 11.4).
    OriginUnknown,
    /// A parameter that this grant needs is absent or empty.
    ParameterMissing(&'static str),
    /// A parameter stands in the URL, where logs and histories keep it (RFC 6749 section 2.3.1).
    ParameterInUrl(&'static str),
    /// The body is no form.
    BodyUnsupported,
    /// The body is longer than is read.
    BodyTooLarge,
    /// Two ways of authenticating in one request (RFC 6749 section 2.3).
    AuthenticatedTwice,
    /// The client authenticates in a way that its registration does not name.
    MethodNotAllowed,
    /// The client's assertion is not a JWT that can be believed: which part, in words (RFC 7523 section 3).
    AssertionRefused(&'static str),
    /// The client's assertion was presented before.
    AssertionReplayed,
    /// The client's keys could not be had from where they are registered.
    KeysUnavailable,
    /// A refresh token that has a successor came again, too late to be a retry; its family was ended.
    RefreshTokenReused,
    /// The family was not used for too long, or its life is over.
    RefreshTokenExpired,
    /// `scope` asks for more than was granted, or for nothing that the resource knows.
    ScopeNotGranted,
    /// `resource` names what was not granted, or is not known.
    ResourceNotGranted,
    /// The organization's administrators do not allow the client.
    PolicyClientBlocked,
    /// The organization's administrators allow nobody this scope.
    PolicyScopeBlocked(String),
    /// The consent is older than the organization's administrators let grants get.
    PolicyLifeOver,
    /// The organization's administrators want to review the client first, and have not.
    PolicyReviewRequired,
}

impl TokenError {
    /// A stable short name for logs, metrics and the audit.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::GrantTypeMissing => "grant_type_missing",
            Self::GrantTypeUnknown => "grant_type_unknown",
            Self::GrantTypeNotAllowed => "grant_type_not_allowed",
            Self::ParameterConflict(_) => "parameter_conflict",
            Self::ClientIdMissing => "client_id_missing",
            Self::ClientUnknown => "client_unknown",
            Self::ClientDisabled => "client_disabled",
            Self::ClientNotInDataCenter => "client_not_in_data_center",
            Self::SecretMissing => "secret_missing",
            Self::SecretWrong => "secret_wrong",
            Self::SecretGuessing => "secret_guessing",
            Self::CodeMalformed => "code_malformed",
            Self::CodeUnknown => "code_unknown",
            Self::CodeExpired => "code_expired",
            Self::CodeReplayed => "code_replayed",
            Self::CodeUsedJustNow => "code_used_just_now",
            Self::CodeOfAnotherClient => "code_of_another_client",
            Self::CodeOfAnotherRealm => "code_of_another_realm",
            Self::RedirectUriMismatch => "redirect_uri_mismatch",
            Self::VerifierMissing => "verifier_missing",
            Self::VerifierWrong => "verifier_wrong",
            Self::VerifierUnexpected => "verifier_unexpected",
            Self::RefreshTokenMalformed => "refresh_token_malformed",
            Self::RefreshTokenUnknown => "refresh_token_unknown",
            Self::RefreshTokenRevoked => "refresh_token_revoked",
            Self::RefreshTokenOfAnotherClient => "refresh_token_of_another_client",
            Self::RefreshTokenOfAnotherRealm => "refresh_token_of_another_realm",
            Self::WrongDataCenter(_) => "wrong_data_center",
            Self::GrantRevoked => "grant_revoked",
            Self::UserDisabled => "user_disabled",
            Self::MembershipEnded => "membership_ended",
            Self::ScopeRetired(_) => "scope_retired",
            Self::AccessTokensThrottled => "access_tokens_throttled",
            Self::RefreshTokensThrottled => "refresh_tokens_throttled",
            Self::DeviceRequestsThrottled => "device_requests_throttled",
            Self::RefreshTokensFull => "refresh_tokens_full",
            Self::ScopeMalformed => "scope_malformed",
            Self::ScopeUnknown(_) => "scope_unknown",
            Self::ScopeNotAllowed(_) => "scope_not_allowed",
            Self::OrganizationMissing => "organization_missing",
            Self::OrganizationMalformed => "organization_malformed",
            Self::OrganizationNotAllowed => "organization_not_allowed",
            Self::OwnerUnknown => "owner_unknown",
            Self::OriginUnknown => "origin_unknown",
            Self::ParameterMissing(_) => "parameter_missing",
            Self::ParameterInUrl(_) => "parameter_in_url",
            Self::BodyUnsupported => "body_unsupported",
            Self::BodyTooLarge => "body_too_large",
            Self::AuthenticatedTwice => "authenticated_twice",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::AssertionRefused(_) => "assertion_refused",
            Self::AssertionReplayed => "assertion_replayed",
            Self::KeysUnavailable => "keys_unavailable",
            Self::RefreshTokenReused => "refresh_token_reused",
            Self::RefreshTokenExpired => "refresh_token_expired",
            Self::ScopeNotGranted => "scope_not_granted",
            Self::ResourceNotGranted => "resource_not_granted",
            Self::PolicyClientBlocked => "policy_client_blocked",
            Self::PolicyScopeBlocked(_) => "policy_scope_blocked",
            Self::PolicyLifeOver => "policy_life_over",
            Self::PolicyReviewRequired => "policy_review_required",
        }
    }
}
