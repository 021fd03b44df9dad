//! The readers of strangers' bytes, for the fuzz targets in `fuzz/` and the tests that replay what they found. Nothing
//! else uses this, and it may change at any time.

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
};

/// The application's query, our seal, and whether another data center handed the browser over.
pub fn split_query(query: &str) -> (String, Option<String>, bool) {
    crate::walk::split_query(query)
}
