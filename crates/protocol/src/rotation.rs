//! Rotating refresh tokens: each use gives a successor, and what came before is known again (RFC 9700 section 4.14.2;
//! `spec/decisions.md` 7). A family keeps one row, so a successor is derived from what was presented, never drawn.

use std::{fmt, time::Duration};

use crate::{
    dialect::Dialect,
    policy::Policy,
    secret::{SecretHash, SecretKind, TokenSecret},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};

/// A data center's key for deriving successors. Without the secret that was presented it gives nothing: whoever reads
/// the store, this key included, still has no token.
#[derive(Clone)]
pub struct RotationKey(Vec<u8>);

impl fmt::Debug for RotationKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotationKey(…)")
    }
}

impl RotationKey {
    /// How many generations back a secret is still told from garbage. Each costs two hashes, so the most a guess at a
    /// known family can cost is about a millisecond.
    pub const MEMORY: usize = 2048;

    /// From the key's bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }

    /// The secret that follows `secret` in its family. A retry that presents the same one gets the same one.
    pub fn successor(&self, family: &TokenId, secret: &TokenSecret) -> TokenSecret {
        self.derive(b"refresh", family, secret)
    }

    /// The access token that comes with that successor, made at `at`: a retry gets this one again.
    pub fn access(&self, family: &TokenId, secret: &TokenSecret, at: Timestamp) -> PresentedToken {
        let chance = self.derive(b"access-id", family, secret);
        let mut nine = [0; 9];
        for (to, from) in nine.iter_mut().zip(chance.bytes()) {
            *to = *from;
        }
        PresentedToken {
            id: TokenId::new(at, family.data_center(), nine),
            secret: self.derive(b"access", family, secret),
        }
    }

    /// Whether `secret` is an ancestor, at most `generations` back, of the secret whose hash is `current`. Nobody but
    /// who once held a token of the family can present one.
    pub fn leads_to(&self, family: &TokenId, secret: &TokenSecret, current: &SecretHash, generations: usize) -> bool {
        let mut secret = secret.clone();
        for _ in 0..generations.min(Self::MEMORY) {
            secret = self.successor(family, &secret);
            if current.matches(&secret.hash(SecretKind::Refresh)) {
                return true;
            }
        }
        false
    }

    fn derive(&self, what: &[u8], family: &TokenId, secret: &TokenSecret) -> TokenSecret {
        let mut message = Vec::with_capacity(64);
        message.extend_from_slice(what);
        message.push(0);
        message.extend_from_slice(family.as_bytes());
        message.extend_from_slice(secret.bytes());
        TokenSecret::derive(&self.0, &message)
    }
}

/// What a rotating family obeys from its first token on, whatever the policy becomes later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotationRules {
    /// Unused for so long, it is over.
    pub idle: Duration,
    /// When it is over however much it is used.
    pub expires_at: Timestamp,
}

impl RotationRules {
    /// The rules a family begins with; `None`: it does not rotate and does not expire (accounts-protocol.md section 17).
    pub fn of(policy: &Policy, dialect: Dialect, now: Timestamp) -> Option<Self> {
        match dialect {
            Dialect::Accounts if policy.deviations.lasting_refresh_tokens => None,
            Dialect::Accounts | Dialect::Standard => {
                Some(Self { idle: policy.refresh_token_idle, expires_at: now.plus(policy.refresh_token_lifetime) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::DataCenterByte;

    fn family(n: u8) -> TokenId {
        TokenId::new(Timestamp::from_millis(1000), DataCenterByte(3), [n; 9])
    }

    #[test]
    fn a_retry_gets_the_same_pair_and_another_family_another() {
        let (key, first, at) =
            (RotationKey::new(vec![7; 32]), TokenSecret::from_bytes([1; 16]), Timestamp::from_millis(5000));
        assert_eq!(key.successor(&family(1), &first), key.successor(&family(1), &first));
        assert_eq!(key.access(&family(1), &first, at), key.access(&family(1), &first, at));
        assert_ne!(key.successor(&family(1), &first), key.successor(&family(2), &first));
        assert_ne!(key.successor(&family(1), &first), RotationKey::new(vec![8; 32]).successor(&family(1), &first));
        let access = key.access(&family(1), &first, at);
        assert_ne!(access.secret, key.successor(&family(1), &first), "each has a secret of its own");
        assert_eq!((access.id.made_at(), access.id.data_center()), (at, DataCenterByte(3)));
    }

    #[test]
    fn ancestors_are_known_as_far_as_the_memory_goes() {
        let key = RotationKey::new(vec![7; 32]);
        let first = TokenSecret::from_bytes([1; 16]);
        let mut secret = first.clone();
        for generation in 1..=20 {
            secret = key.successor(&family(1), &secret);
            let current = secret.hash(SecretKind::Refresh);
            assert!(key.leads_to(&family(1), &first, &current, generation));
            assert!(!key.leads_to(&family(1), &first, &current, generation - 1));
            assert!(!key.leads_to(&family(1), &secret, &current, 50), "itself is no ancestor");
            assert!(!key.leads_to(&family(1), &TokenSecret::from_bytes([2; 16]), &current, 50), "a guess");
            assert!(!key.leads_to(&family(2), &first, &current, 50), "of another family");
        }
    }

    #[test]
    fn only_the_standard_dialect_rotates() {
        let (policy, now) = (Policy::default(), Timestamp::from_millis(0));
        assert_eq!(RotationRules::of(&policy, Dialect::Accounts, now), None);
        let rules = RotationRules::of(&policy, Dialect::Standard, now).unwrap();
        assert_eq!(rules.expires_at, now.plus(policy.refresh_token_lifetime));
    }

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(format!("{:?}", RotationKey::new(vec![0xab; 32])), "RotationKey(…)");
    }
}
