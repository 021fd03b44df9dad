//! Causes of authorization requests: what the person's browser brought from the application.

use super::{Cause, cause};

pub(super) const ALL: &[Cause] = &[
    cause(
        "parameter_missing",
        "A parameter is missing",
        "The request lacks a parameter that this endpoint cannot do without; the detail names it.",
        "Send the parameter. The builder of authorization links shows a complete request.",
    ),
    cause(
        "parameter_twice",
        "A parameter came twice",
        "An authorization request may carry each parameter once, so that nobody has to guess which value counts.",
        "Look for code that appends to a URL which has the parameter already.",
    ),
    cause(
        "parameter_malformed",
        "A parameter cannot be read",
        "A parameter holds a NUL, is not UTF-8, or is longer than is read (state: 4 KiB).",
        "Encode values as application/x-www-form-urlencoded, once. Keep large data in your own session, not in state.",
    ),
    cause(
        "request_too_large",
        "The request is too large",
        "The whole query is over 8 KiB, or has more than 200 parameters.",
        "Ask for fewer scopes at once, and keep state short.",
    ),
    cause(
        "response_type_unsupported",
        "The response type is not one this client may use",
        "response_type has to be code here; token is only for browser clients that are registered for it.",
        "Send response_type=code.",
    ),
    cause(
        "response_mode_unsupported",
        "The response mode is not known",
        "response_mode names a way of answering that this server does not have.",
        "Leave response_mode out, or send query or form_post.",
    ),
    cause(
        "form_unsupported",
        "The request came in a form that is not read",
        "request, request_uri and registration carry a request in another form than plain parameters.",
        "Send plain parameters.",
    ),
    cause(
        "client_not_in_portal",
        "The portal does not admit this client",
        "The portal's operator lists which clients its users may use, and this one is not listed.",
        "Ask whoever runs the portal to admit the client.",
    ),
    cause(
        "redirect_uri_empty",
        "redirect_uri is empty",
        "The request names no place for the answer to go to.",
        "Send one of the registered redirect URIs.",
    ),
    cause(
        "redirect_uri_mismatch",
        "redirect_uri is not the one it should be",
        "It has to be a registered one, character for character, and at the exchange the very one of the authorization \
         request. Case, a slash at the end, the port and the query all count.",
        "Compare at the character that the detail names. Register the URI you send, or send the one that is registered.",
    ),
    cause(
        "redirect_uri_off_domain",
        "redirect_uri lies in none of the JavaScript domains",
        "Tokens by redirect go only to pages of a domain that is registered for the client.",
        "Register the page's origin under JavaScript domains, or redirect to a page that lies in one.",
    ),
    cause(
        "page_off_domain",
        "The page that asked lies in none of the JavaScript domains",
        "The browser says that the request came from a page whose origin is not registered for this client.",
        "Register the origin of the page that starts the flow under JavaScript domains.",
    ),
    cause(
        "scope_malformed",
        "scope is empty or not a list",
        "Scopes are separated by commas or by spaces, not by both, and a scope has only letters, digits and . _ - : /.",
        "Send the scopes separated by commas, without anything else.",
    ),
    cause(
        "scope_unknown",
        "There is no such scope",
        "The catalog of this server has no scope of that name; the detail names it.",
        "Choose the scope from the list in the builder of authorization links. Mind the operation at its end.",
    ),
    cause(
        "scope_not_allowed",
        "The client is not registered for a scope",
        "The client's registration lists the scopes it may ask for, and this one is not covered.",
        "Add the scope to the registration, or ask for fewer.",
    ),
    cause(
        "scope_unfit",
        "These scopes cannot be granted together here",
        "Consent for a whole organization covers one service at a time, and more scopes only what the first request had.",
        "Ask for the scopes of one service, and for the others in a request of their own.",
    ),
    cause(
        "resource_unknown",
        "resource is not one of this server",
        "The request names a protected resource that is not configured here, or that is no absolute URI.",
        "Send a resource of the server's metadata, or leave the parameter out.",
    ),
    cause(
        "pkce_missing",
        "PKCE is demanded and was not used",
        "A public client cannot keep a secret, so every request of it has to carry a code_challenge.",
        "Make a code_verifier, send its SHA-256 as code_challenge with code_challenge_method=S256, and the verifier with \
         the code.",
    ),
    cause(
        "pkce_challenge_malformed",
        "code_challenge is malformed",
        "With S256 it is the base64url of a SHA-256: 43 characters without padding.",
        "Use base64url without = at the end, of the hash's bytes and not of its hex digits.",
    ),
    cause(
        "pkce_method_malformed",
        "code_challenge_method is not known",
        "It is S256 (or plain, in the accounts dialect), beside a code_challenge.",
        "Send code_challenge_method=S256.",
    ),
    cause(
        "portal_unknown",
        "There is no such portal",
        "The portal id in the path belongs to no portal of this installation.",
        "Copy the portal's id from whoever runs it.",
    ),
    cause(
        "grant_not_allowed",
        "The client may not ask for codes",
        "Its type, or the grant types of its registration, do not include the authorization code.",
        "Register the client with authorization_code, or use the flow that its type has.",
    ),
    cause(
        "codes_throttled",
        "Too many codes for one user and client",
        "So many codes were made for this user in a short time that no more are given for some minutes.",
        "Ask a person once and keep the refresh token. A loop of redirects shows up like this.",
    ),
    cause(
        "no_organization",
        "The person has no organization",
        "A scope of the request belongs to an organization, and this person is a member of none.",
        "Tell the person to have an organization set up first, or ask for scopes that need none.",
    ),
    cause(
        "not_administrator",
        "Only an administrator may allow this",
        "Consent for a whole organization is given by its administrators, and this person administers none.",
        "Ask an administrator of the organization to open the link.",
    ),
    cause(
        "rejected",
        "The person said no",
        "The person read the consent page and pressed Reject.",
        "Nothing is broken. Asking for less, with a word of why, may help.",
    ),
    cause(
        "login_required",
        "Nobody is signed in",
        "prompt=none was sent, and nobody is signed in, not recently enough, or not the person meant.",
        "Send the person through the flow without prompt=none.",
    ),
    cause(
        "consent_required",
        "The person has to consent",
        "prompt=none was sent, and what is asked was not granted before.",
        "Send the person through the flow without prompt=none.",
    ),
    cause(
        "interaction_required",
        "The person has to choose an organization",
        "prompt=none was sent, and the person has several organizations or none.",
        "Send the person through the flow without prompt=none.",
    ),
    cause(
        "account_selection_required",
        "The person has to choose an account",
        "prompt=none was sent together with a wish to choose the account.",
        "Leave one of the two out of prompt.",
    ),
    cause(
        "client_not_granted",
        "Nothing was granted for this browser session",
        "A browser client may get another token without asking only while the person is signed in here and granted it \
         for that long.",
        "Start the flow at the authorization endpoint.",
    ),
    cause(
        "prompt_required",
        "A scope was not granted before",
        "A token without asking covers only what the person granted in this browser session.",
        "Start the flow at the authorization endpoint with the additional scope.",
    ),
    cause(
        "enhancement_unknown",
        "There is no such enhancement token",
        "The token that lets an application ask for more scopes is unknown, or it is another client's.",
        "Buy a fresh one with the refresh token, and use it at once.",
    ),
    cause(
        "enhancement_ended",
        "The enhancement token has ended",
        "It lives ten minutes, and ends with the refresh token it was bought with.",
        "Buy a fresh one when the person is about to be asked.",
    ),
    cause(
        "enhancement_spent",
        "The enhancement token was used before",
        "Each is good for one question.",
        "Buy a fresh one for each question.",
    ),
    cause(
        "enhancement_of_another_user",
        "The enhancement token is about another user",
        "It was bought with a refresh token that somebody else granted than the person who is signed in.",
        "Ask the person who granted the refresh token, or let them choose their account first.",
    ),
];
