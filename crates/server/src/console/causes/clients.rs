//! Causes that lie in who speaks, and how: the client, its secret or key, and the shape of the request.

use super::{Cause, cause};

pub(super) const ALL: &[Cause] = &[
    cause(
        "client_unknown",
        "No client has this id",
        "The client id belongs to no registered application.",
        "Copy the id from the registration, with the number and the dot at its beginning.",
    ),
    cause(
        "client_id_missing",
        "client_id is missing",
        "The request does not say which application speaks.",
        "Send client_id as a parameter, or both halves by HTTP Basic.",
    ),
    cause(
        "client_disabled",
        "The client is disabled",
        "The registration is switched off; nothing of this client works until it is switched on again.",
        "Switch the client on in its registration, or ask the operator why it was switched off.",
    ),
    cause(
        "client_not_in_data_center",
        "The client is not enabled in this data center",
        "Users of a data center may use a client only where its registration names that data center.",
        "Enable the data center in the registration. With a secret per data center, make one for it, too.",
    ),
    cause(
        "client_refused",
        "The client was not believed",
        "Revocation was asked in the name of a client, and its credentials are wrong or missing.",
        "Send the client's id and secret as at the token endpoint, or none at all in the open form.",
    ),
    cause(
        "secret_missing",
        "No client secret was sent",
        "This client has to prove who it is, and the request carries no secret.",
        "Send client_secret in the body, or both halves by HTTP Basic. Check that the variable it comes from is set.",
    ),
    cause(
        "secret_wrong",
        "The client secret is wrong",
        "It is no live secret of this client at this data center.",
        "Compare where the secret comes from with the secrets page. After a regeneration the old one ends when you end it.",
    ),
    cause(
        "secret_guessing",
        "Too many wrong secrets or tokens",
        "So many wrong ones came from this address that none is looked at for a while.",
        "Stop the retries, mend the secret, and wait a minute.",
    ),
    cause(
        "device_requests_throttled",
        "Too many devices began in a short time",
        "So many devices of this client began from one address within a minute that no more may for the rest of it.",
        "Begin once, show the code, and poll until it is over; a loop that begins anew shows up like this.",
    ),
    cause(
        "authenticated_twice",
        "The client authenticated in two ways at once",
        "One request may carry a Basic header, a client_secret or an assertion, and not two of them.",
        "Choose one way. Many HTTP libraries add a Basic header by themselves.",
    ),
    cause(
        "method_not_allowed",
        "The client authenticated in another way than it is registered for",
        "The registration names one way of authenticating, and this was another.",
        "Use the registered way, or change token_endpoint_auth_method.",
    ),
    cause(
        "assertion_refused",
        "The client's assertion is not believed",
        "A part of the signed JWT is not as it must be; the detail names it.",
        "Check issuer, subject (both the client id), audience (this server's issuer or token endpoint), exp and kid.",
    ),
    cause(
        "assertion_replayed",
        "The client's assertion came again",
        "An assertion is good once; its jti was seen before.",
        "Make a fresh assertion, with a fresh jti, for every request.",
    ),
    cause(
        "keys_unavailable",
        "The client's public keys could not be had",
        "The registered address of the key set did not answer with one within 3 seconds and 64 KiB, or it may not be \
         called from here.",
        "Open the address from outside your network. It has to be https, without a redirect.",
    ),
    cause(
        "origin_unknown",
        "The page that asks has an unknown origin",
        "A page's origin has to be one of the client's JavaScript domains or CORS origins.",
        "Register the origin: scheme, host and port, without a path.",
    ),
    cause(
        "owner_unknown",
        "The client's owner is not at home here",
        "A self client acts for its owner, and the owner is no user of this data center.",
        "Ask at the owner's data center.",
    ),
    cause(
        "grant_type_missing",
        "grant_type is missing",
        "The request does not say what is presented.",
        "Send grant_type, in the body of a form. A JSON body is not read.",
    ),
    cause(
        "grant_type_unknown",
        "grant_type is not known here",
        "This endpoint knows authorization_code, refresh_token and client_credentials, and each dialect some of its own.",
        "Check the spelling, and the endpoint.",
    ),
    cause(
        "grant_type_not_allowed",
        "The client may not use this grant",
        "Its type, or the grant types of its registration, do not include it.",
        "Change the grant types of the registration, or use the flow that the type has.",
    ),
    cause(
        "parameter_conflict",
        "A parameter came with two values",
        "The same parameter stands in the query and the body, or in the Basic header, with different values.",
        "Send it once.",
    ),
    cause(
        "parameter_in_url",
        "A parameter stands in the URL",
        "Secrets, codes and tokens in a URL end up in logs and histories, so the standard dialect refuses them.",
        "Send it in the body.",
    ),
    cause(
        "body_unsupported",
        "The body is no form",
        "The token endpoint of the standard dialect reads application/x-www-form-urlencoded and nothing else.",
        "Set the Content-Type, and send a form instead of JSON.",
    ),
    cause("body_too_large", "The body is too large", "More than 64 KiB are not read.", "Send the parameters only."),
    cause(
        "organization_missing",
        "No organization was named",
        "The client acts for one of several organizations, and the request does not say for which.",
        "Send soid with the service and the organization's id.",
    ),
    cause(
        "organization_malformed",
        "soid cannot be read",
        "It is a service of the request, a dot, and an organization's id.",
        "Send it like soid=ZohoBigin.10001.",
    ),
    cause(
        "organization_not_allowed",
        "The organization is not one of the person's",
        "Whoever decides does not belong to the organization that was named, or no longer does.",
        "Use the id of an organization that the person, or the client's owner, belongs to.",
    ),
    cause(
        "organization_mismatch",
        "The token belongs to another organization",
        "The request names an organization in its header, and the token is bound to another one.",
        "Leave the header out, or use the token that was granted for that organization.",
    ),
];
