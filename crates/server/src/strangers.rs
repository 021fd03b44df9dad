//! The readers of strangers' bytes, for the fuzz targets in `fuzz/` and the tests that replay what they found. Nothing
//! else uses this, and it may change at any time.

use grantor_protocol::time::Timestamp;

pub use crate::{
    access::token_of,
    accounts::credentials::Claim,
    entropy::{Entropy, NoEntropy},
    http::{
        cookies::{Cookie, Jar},
        params::{Basic, MOST_BODY, Sent, Unreadable, read as read_parameters, read_basic},
        peer::{Peer, address as responsible_address},
    },
    seal::{ConsentShown, Sealed, Sealer},
    standard::assertion::claimed_subject,
};
use crate::{
    client_keys,
    standard::assertion::{self as assertions, Claims},
};

/// The application's query, our seal, and whether another data center handed the browser over.
pub fn split_query(query: &str) -> (String, Option<String>, bool) {
    crate::walk::split_query(query)
}

/// How many usable keys a JWK set has; `None` when it is none.
pub fn key_set(text: &[u8]) -> Option<usize> {
    client_keys::read(text).map(|keys| keys.len())
}

/// The `jti` of a client assertion that one of the keys signed, and that says what it must now.
pub fn assertion(keys: &[u8], assertion: &str, client_id: &str, issuer: &str, now: Timestamp) -> Option<String> {
    let header = assertions::header(assertion).ok()?;
    let keys = client_keys::read(keys)?;
    let mut fitting = keys.iter().filter(|key| assertions::fits(key, &header));
    let claims: Claims = fitting.find_map(|key| assertions::open(assertion, key, header.alg))?;
    assertions::judge(&claims, client_id, issuer, now).ok()?;
    Some(claims.jti)
}
