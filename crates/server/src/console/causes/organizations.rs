//! Causes that lie with an organization's administrators, and with where a person is at home.

use super::{Cause, cause};

pub(super) const ALL: &[Cause] = &[
    cause(
        "policy_client_blocked",
        "The organization does not allow this application",
        "The organization's administrators allow listed applications only, and this one is not on their list.",
        "Ask an administrator of that organization to add the client id to its policy, then try again.",
    ),
    cause(
        "policy_scope_blocked",
        "The organization blocks one of the scopes",
        "The organization's administrators block a scope that was asked for or granted, or one that overlaps it.",
        "Ask for fewer scopes, or ask an administrator of that organization to unblock it.",
    ),
    cause(
        "policy_life_over",
        "The grant is older than the organization allows",
        "The organization limits how long a consent holds, and this one has reached its end. The tokens are not revoked, but get no successors.",
        "Send the person through an authorization request again with prompt=consent.",
    ),
    cause(
        "policy_review_required",
        "The organization wants to review this application first",
        "The organization's administrators allow applications after a review, and this one has none that was approved.",
        "The person can ask for the review on the page that tells them so; try again when an administrator has approved it.",
    ),
    cause(
        "refresh_tokens_full",
        "There is no room for another refresh token",
        "As many refresh tokens as are allowed live for this user, client and organization, and this server does not evict the oldest.",
        "Revoke refresh tokens that are not used any more, and keep one for each user instead of asking anew.",
    ),
    cause(
        "home_unreachable",
        "The person's home data center does not answer",
        "The person is at home in another data center, which could not be reached; nothing was issued in its place.",
        "Let the person try again in a moment. When it lasts, tell the operator which data center it is.",
    ),
];
