//! Causes of refresh tokens and access tokens: refreshing, opening resources, revoking.

use super::{Cause, cause};

pub(super) const ALL: &[Cause] = &[
    cause(
        "refresh_token_malformed",
        "The refresh token has not the shape of one",
        "refresh_token is absent, cut off, or an access token or a code was sent in its place.",
        "Store the whole token: columns of 64 characters are too short. Send it in the body.",
    ),
    cause(
        "refresh_token_unknown",
        "There is no such refresh token",
        "No refresh token with this identifier and secret was made here, or it ended long ago.",
        "Check that the token is stored whole, and used at the installation that made it.",
    ),
    cause(
        "refresh_token_revoked",
        "The refresh token is dead",
        "It was revoked, or the cap on refresh tokens evicted it for a newer one; the detail says which, and when.",
        "Keep one refresh token per person and reuse it. If your application asks again at every sign-in, it evicts its \
         own tokens.",
    ),
    cause(
        "refresh_token_of_another_client",
        "The refresh token belongs to another client",
        "Each token is bound to the client it was issued to.",
        "Check which client id is configured where the token is used.",
    ),
    cause(
        "refresh_token_of_another_realm",
        "The refresh token belongs to another door",
        "A portal's tokens are refreshed at that portal's token endpoint.",
        "Use the token endpoint where the token came from.",
    ),
    cause(
        "refresh_token_reused",
        "An old refresh token came again",
        "In the standard dialect a refresh token turns at each use. An old one came after its successor was known, which \
         is what a thief would do, so the whole family was ended.",
        "Store the new refresh token before you use the answer, and refresh in one place at a time. The person has to go \
         through the flow again.",
    ),
    cause(
        "refresh_token_expired",
        "The refresh token's life is over",
        "A turning refresh token ends when it lies unused for long, and at the end of its family's life.",
        "Send the person through the flow again.",
    ),
    cause(
        "grant_revoked",
        "The consent was withdrawn",
        "The person, or an administrator of the organization, took the application's access back.",
        "Forget the tokens, and offer to connect again.",
    ),
    cause(
        "user_disabled",
        "The user is disabled or gone",
        "The account behind the token may no longer be used.",
        "Stop using the token.",
    ),
    cause(
        "membership_ended",
        "The user left the organization",
        "The token is bound to an organization that the user no longer belongs to.",
        "Ask somebody who belongs to the organization to connect again.",
    ),
    cause(
        "access_tokens_throttled",
        "Too many access tokens from one refresh token",
        "Ten access tokens within ten minutes are all that one refresh token gives.",
        "Keep the access token for its hour and share it between workers, instead of refreshing for every call.",
    ),
    cause(
        "scope_not_granted",
        "scope asks for more than was granted",
        "A refresh may narrow the scopes of its access token, and not widen them.",
        "Leave scope out, or name scopes that were granted.",
    ),
    cause(
        "resource_not_granted",
        "resource was not granted",
        "The request names a resource that the consent did not, or that is not known here.",
        "Name a resource of the authorization request, or leave it out.",
    ),
    cause(
        "token_missing",
        "No access token in the header",
        "The Authorization header is absent or cannot be read.",
        "Send Authorization: Zoho-oauthtoken TOKEN, or Bearer TOKEN; once, and never in the URL.",
    ),
    cause(
        "token_malformed",
        "The token has not the shape of one",
        "What was sent is cut off, or something else than a token.",
        "Send the whole token, without quotes.",
    ),
    cause(
        "token_unknown",
        "There is no such token",
        "No token with this identifier and secret was made here, or it ended long ago.",
        "Send the token to the installation and data center that made it.",
    ),
    cause(
        "token_expired",
        "The access token has expired",
        "Access tokens live an hour.",
        "Refresh before expires_in is over, and once more when a call answers 401.",
    ),
    cause(
        "token_revoked",
        "The access token is dead",
        "It, its refresh token or its grant was revoked, or newer access tokens took its place.",
        "Refresh, and use the newest access token. Several workers that refresh on their own evict each other's tokens.",
    ),
    cause(
        "scope_missing",
        "The token does not carry the scope",
        "What was opened asks for a scope that the token does not have; the detail names both.",
        "Ask for the scope in the authorization request. A refresh adds none.",
    ),
    cause(
        "no_user",
        "No user stands behind the token",
        "The token is an organization's or the client's own, and what was asked is about a user.",
        "Use a token that a person granted.",
    ),
    cause(
        "token_for_another_resource",
        "The token is for another resource",
        "It was made for a named resource and opens nothing else.",
        "Refresh with the resource you want, or leave resource out.",
    ),
    cause(
        "token_guessing",
        "Too many unknown tokens from this address",
        "So many unknown tokens came from this address that none is looked at for a while.",
        "Stop the retries and wait a minute.",
    ),
    cause(
        "token_of_another_client",
        "The token to be revoked belongs to another client",
        "Only its own client may revoke it, once credentials are sent.",
        "Revoke it with the credentials of the client it was issued to.",
    ),
    cause(
        "token_of_another_realm",
        "The token to be revoked belongs to another door",
        "A portal's tokens are revoked at that portal.",
        "Use the revocation endpoint that belongs to the token endpoint it came from.",
    ),
    cause(
        "token_type_mismatch",
        "token_type names the other kind",
        "The authenticated form of revocation believes token_type, and the token is of the other kind.",
        "Send the right token_type, or use the open form.",
    ),
    cause(
        "token_type_unknown",
        "token_type is not known",
        "It is neither refresh_token nor access_token.",
        "Send one of the two, or leave it out for a refresh token.",
    ),
];
