//! Fresh random words, and the S256 challenge made of one (RFC 7636 section 4.2).

use aws_lc_rs::{digest, rand};
use data_encoding::BASE64URL_NOPAD;

use crate::Secret;

/// The operating system gave no randomness; nothing secret can be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random bytes; nothing was sent. Try again, or look at the machine")]
pub struct NoEntropy;

/// A random word of 43 letters, digits, `-` and `_`: 256 bits, fit for `state` and for a PKCE verifier
/// (RFC 7636 section 4.1).
///
/// # Errors
/// When the operating system gives no random bytes.
pub fn random_word() -> Result<Secret, NoEntropy> {
    let mut bytes = [0_u8; 32];
    rand::fill(&mut bytes).map_err(|_| NoEntropy)?;
    Ok(Secret::new(BASE64URL_NOPAD.encode(&bytes)))
}

/// `base64url(SHA-256(verifier))`, without padding (RFC 7636 section 4.2, accounts-protocol.md section 5.1).
pub(crate) fn s256(verifier: &Secret) -> String {
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.expose().as_bytes()).as_ref())
}
