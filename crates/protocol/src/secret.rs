//! Secrets: what is drawn or derived, what is shown once, and the hash that is all a store keeps.

use std::fmt;

use aws_lc_rs::{constant_time, digest, hmac};
use data_encoding::HEXLOWER;

/// What a secret is for. Hashes are separated by kind, so that a code never passes as a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecretKind {
    /// An authorization code.
    Code,
    /// A device code (RFC 8628).
    DeviceCode,
    /// An access token.
    Access,
    /// A refresh token.
    Refresh,
    /// A token that asks for more scopes (accounts-protocol.md section 13).
    Enhancement,
    /// A browser session cookie.
    BrowserSession,
    /// A client secret.
    Client,
    /// What scripts present to the admin API.
    AdminToken,
    /// A link that invites somebody into an organization.
    Invitation,
    /// A recovery code, which stands in for a second factor once.
    RecoveryCode,
    /// A link in a mail that sets a new password.
    RecoveryLink,
    /// A link in a mail that proves an address.
    VerificationLink,
    /// A link in a mail that makes an account.
    SignUpLink,
    /// The hash of a password, which names it where it may not be shown.
    PasswordHash,
}

impl SecretKind {
    const fn label(self) -> &'static [u8] {
        match self {
            Self::Code => b"grantor/code/",
            Self::DeviceCode => b"grantor/device-code/",
            Self::Access => b"grantor/access/",
            Self::Refresh => b"grantor/refresh/",
            Self::Enhancement => b"grantor/enhancement/",
            Self::BrowserSession => b"grantor/browser-session/",
            Self::Client => b"grantor/client/",
            Self::AdminToken => b"grantor/admin-token/",
            Self::Invitation => b"grantor/invitation/",
            Self::RecoveryCode => b"grantor/recovery-code/",
            Self::RecoveryLink => b"grantor/recovery-link/",
            Self::VerificationLink => b"grantor/verification-link/",
            Self::SignUpLink => b"grantor/sign-up-link/",
            Self::PasswordHash => b"grantor/password-hash/",
        }
    }
}

/// Sixteen secret bytes: the second half of a code, token or session cookie. 128 random bits, or derived
/// from a server key.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret([u8; 16]);

impl TokenSecret {
    /// From fresh random bytes.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Derived: HMAC-SHA-256 of `message` under a server key, so that the same message always gives the
    /// same secret and nothing readable need be kept (`spec/decisions.md` 17).
    pub fn derive(key: &[u8], message: &[u8]) -> Self {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), message);
        let mut bytes = [0; 16];
        for (to, from) in bytes.iter_mut().zip(tag.as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }

    /// As the key derivations of this crate read it.
    pub(crate) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Thirty-two lower-case hex digits, as they stand in a token. This reveals the secret.
    pub fn reveal_hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// The hash a store keeps.
    pub fn hash(&self, kind: SecretKind) -> SecretHash {
        SecretHash::of(kind, &self.0)
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// SHA-256 of a secret, separated by kind. Not secret itself, and useless as a secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// Hashes `secret` for use as `kind`.
    pub fn of(kind: SecretKind, secret: &[u8]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(kind.label());
        context.update(secret);
        let mut bytes = [0; 32];
        for (to, from) in bytes.iter_mut().zip(context.finish().as_ref()) {
            *to = *from;
        }
        Self(bytes)
    }

    /// As read back from a store.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// As written to a store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Eight hex digits that let an owner tell secrets apart.
    pub fn mark(&self) -> String {
        HEXLOWER.encode(self.0.get(..4).unwrap_or_default())
    }

    /// Compares in constant time.
    pub fn matches(&self, other: &Self) -> bool {
        constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_hashes_differently_for_each_kind() {
        let secret = TokenSecret::from_bytes([7; 16]);
        let kinds = [
            SecretKind::Code,
            SecretKind::DeviceCode,
            SecretKind::Access,
            SecretKind::Refresh,
            SecretKind::Enhancement,
            SecretKind::BrowserSession,
            SecretKind::Client,
            SecretKind::RecoveryCode,
            SecretKind::RecoveryLink,
            SecretKind::VerificationLink,
            SecretKind::SignUpLink,
            SecretKind::PasswordHash,
            SecretKind::AdminToken,
            SecretKind::Invitation,
        ];
        for (i, a) in kinds.iter().enumerate() {
            for (j, b) in kinds.iter().enumerate() {
                assert_eq!(secret.hash(*a).matches(&secret.hash(*b)), i == j);
            }
        }
    }

    #[test]
    fn debug_shows_nothing() {
        let secret = TokenSecret::from_bytes([0xab; 16]);
        assert!(!format!("{secret:?} {:?}", secret.hash(SecretKind::Code)).contains("ab"));
    }
}
