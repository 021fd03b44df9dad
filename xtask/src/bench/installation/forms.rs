//! What the load sends: the forms of each request, up to the part that is drawn.

use super::{Algorithm, CALLBACK, CLIENT, DEVICE_CLIENT, ORGANIZATION, SCOPES, SECRET, SELF_CLIENT};
use crate::wire::{encode, form};

/// The form of a refresh, up to the token.
pub(crate) fn refresh_form() -> String {
    refreshing_form(CLIENT)
}

/// The form of a refresh by the client whose ID tokens are signed so, up to the token.
pub(crate) fn signing_form(algorithm: Algorithm) -> String {
    refreshing_form(algorithm.client())
}

fn refreshing_form(client: &str) -> String {
    let pairs = [("grant_type", "refresh_token"), ("client_id", client), ("client_secret", SECRET)];
    format!("{}&refresh_token=", form(&pairs))
}

/// The form of an introspection, up to the token.
pub(crate) fn introspection_form() -> String {
    format!("{}&token=", form(&[("client_id", CLIENT), ("client_secret", SECRET)]))
}

/// The form of a self client's own token, up to a last parameter that is ignored.
pub(crate) fn client_credentials_form() -> String {
    let soid = format!("ZohoBigin.{ORGANIZATION}");
    let pairs = [
        ("grant_type", "client_credentials"),
        ("client_id", SELF_CLIENT),
        ("client_secret", SECRET),
        ("scope", "ZohoBigin.modules.ALL"),
        ("soid", soid.as_str()),
    ];
    format!("{}&nothing=", form(&pairs))
}

/// The form of a poll, up to the device code.
pub(crate) fn poll_form() -> String {
    let pairs = [("grant_type", "device_token"), ("client_id", DEVICE_CLIENT), ("client_secret", SECRET)];
    format!("{}&code=", form(&pairs))
}

/// The form of a code's exchange, up to the code.
pub(crate) fn exchange_form() -> String {
    let pairs = [
        ("grant_type", "authorization_code"),
        ("client_id", CLIENT),
        ("client_secret", SECRET),
        ("redirect_uri", CALLBACK),
    ];
    format!("{}&code=", form(&pairs))
}

/// An authorization request that the earlier consent covers.
pub(crate) fn authorization_request() -> String {
    let scopes = SCOPES.replace(' ', ",");
    let pairs = [
        ("response_type", "code"),
        ("client_id", CLIENT),
        ("redirect_uri", CALLBACK),
        ("scope", scopes.as_str()),
        ("state", "bench"),
    ];
    let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
    format!("/oauth/v2/auth?{}", pairs.join("&"))
}
