//! Causes of codes: authorization codes, self clients' codes and device codes.

use super::{Cause, cause};

pub(super) const ALL: &[Cause] = &[
    cause(
        "code_malformed",
        "The code has not the shape of one",
        "code is absent, cut off, or something else was sent in its place.",
        "Take the whole value of the parameter code of the redirect, decoded once.",
    ),
    cause(
        "code_unknown",
        "There is no such code",
        "No code with this identifier and secret was made here, or it ended long ago.",
        "Redeem the code of the redirect as it came, at the data center that the redirect names.",
    ),
    cause(
        "code_expired",
        "The code came too late",
        "A code lives a minute or a few, from the moment it is made.",
        "Redeem it at once, on your server, when the redirect arrives; do not keep it.",
    ),
    cause(
        "code_replayed",
        "The code was redeemed before",
        "A code is good once. Since it came a second time, everything made from it was revoked.",
        "Look for two workers or a retry that redeem the same redirect. The person has to go through the flow again.",
    ),
    cause(
        "code_used_just_now",
        "The code was redeemed a moment ago",
        "The same code came twice within seconds: a double click, a reload or a retry. Its tokens still work.",
        "Redeem a code in one place, and let a second request wait for the first.",
    ),
    cause(
        "code_of_another_client",
        "The code belongs to another client",
        "Each code is bound to the client that asked for it. It was not spent.",
        "Check which client id is configured where the code is redeemed.",
    ),
    cause(
        "code_of_another_realm",
        "The code belongs to another door",
        "A portal's code is redeemed at that portal's token endpoint, and one of the accounts house there.",
        "Use the token endpoint that belongs to the authorization endpoint of the request.",
    ),
    cause(
        "wrong_data_center",
        "Issued by one data center, presented at another",
        "Codes and tokens work only where they were made; the detail names both places.",
        "Keep accounts-server of the redirect with the tokens, and send every later request there.",
    ),
    cause(
        "verifier_missing",
        "code_verifier is missing",
        "The authorization request carried a code_challenge, so the exchange has to answer it. The code is spent.",
        "Keep the verifier in the person's session and send it with the code.",
    ),
    cause(
        "verifier_wrong",
        "code_verifier does not fit",
        "Its SHA-256 is not the code_challenge of the request. The code is spent.",
        "Use the verifier of this very request: two tabs need two of them. Hash its ASCII bytes, and encode as base64url.",
    ),
    cause(
        "verifier_unexpected",
        "A code_verifier without a challenge",
        "The authorization request carried no code_challenge, so a verifier is a sign of a mixed-up code. It is spent.",
        "Send code_challenge with the authorization request.",
    ),
    cause(
        "scope_retired",
        "A scope is no longer in the catalog",
        "The operator removed a scope between the consent and the exchange.",
        "Ask again, without that scope.",
    ),
    cause(
        "refresh_tokens_throttled",
        "Too many refresh tokens in a short time",
        "Only a few refresh tokens are made for one user and client within a minute. The code was not spent.",
        "Keep the refresh token you have instead of sending the person through the flow again.",
    ),
    cause(
        "device_pending",
        "The person has not answered yet",
        "The device asked before the person typed the code and decided.",
        "Ask again after the interval.",
    ),
    cause(
        "device_too_fast",
        "The device asks too often",
        "It asked again before the interval was over.",
        "Wait the interval of the first answer between two polls, and five seconds more after slow_down.",
    ),
    cause(
        "device_rejected",
        "The person refused the device",
        "The person typed the code and pressed Reject.",
        "Nothing is broken. Begin anew when the person wants to.",
    ),
    cause(
        "device_code_expired",
        "The device's code has ended",
        "Nobody answered, or the device did not fetch the answer, in the code's life of five minutes.",
        "Begin anew and show the new code.",
    ),
    cause(
        "device_elsewhere",
        "The device's person is at home elsewhere",
        "A user of another data center approved; the same device code is good there.",
        "Poll at the data center that the answer names.",
    ),
];
