//! What is told without a refusal: caps and throttles that are close, evictions, revocations.

use super::{Cause, cause};
use crate::warnings;

pub(super) const ALL: &[Cause] = &[
    cause(
        warnings::REFRESH_TOKENS,
        "The cap on refresh tokens is close",
        "One user, client and organization have a fixed number of live refresh tokens. The next ones evict the oldest.",
        "Keep one refresh token per person. Revoke those you do not need.",
    ),
    cause(
        warnings::REFRESH_WINDOW,
        "The throttle on refresh tokens is close",
        "Refresh tokens for one user and client are limited within a minute.",
        "Do not send a person through the flow again while their refresh token works.",
    ),
    cause(
        warnings::ACCESS_WINDOW,
        "The throttle on access tokens is close",
        "A refresh token, or a client's own credentials, give a limited number of access tokens within ten minutes.",
        "Keep each access token for its hour and share it between workers.",
    ),
    cause(
        warnings::CODE_WINDOW,
        "The throttle on codes is close",
        "Codes for one user and client are limited within ten minutes.",
        "Look for a loop of redirects.",
    ),
    cause(
        warnings::EVICTED,
        "A refresh token was evicted",
        "The cap was full, so the newest refresh token took the place of the oldest, whose access tokens died with it.",
        "If that token was in use somewhere, connect that place again and keep its token.",
    ),
    cause(
        warnings::REVOKED,
        "A token was revoked",
        "Somebody who had it, most likely your application, revoked it.",
        "Nothing, if it was you. Otherwise find out who has your tokens.",
    ),
    cause(
        warnings::WITHDRAWN,
        "A consent was withdrawn",
        "The person, an administrator of the organization or the operator took it back, or the person was removed.",
        "Forget the tokens, and offer to connect again.",
    ),
    cause(
        warnings::REUSED,
        "A family of tokens was ended",
        "An old refresh token came again after its successor was known, as a thief's would.",
        "Find out who used the old token. The person has to go through the flow again.",
    ),
    cause(
        warnings::REPLAYED,
        "The tokens of a replayed code were ended",
        "A code came a second time, so what was made from it the first time was revoked.",
        "Look for two workers or a retry that redeem the same redirect.",
    ),
];
