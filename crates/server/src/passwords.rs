//! Passwords: argon2id, on a bounded number of threads, so that a flood of sign-ins cannot take the machine
//! from everybody else.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version, password_hash::phc::PasswordHash};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::entropy::Entropy;

/// The longest password that is hashed, in bytes; longer ones are wrong without hashing.
pub const LONGEST: usize = 1024;

/// Checks passwords, a few at a time.
#[derive(Debug, Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
    most_waiting: usize,
}

/// What an unknown e-mail address is checked against, so that it takes as long as a known one: a hash with
/// the same parameters, of a password that nobody is let in with.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$jKYEiYdtTX8jKCJbK4P2ig$GwynoZU/RGsFZ6aP0pt81mdoXKEak3ffk06IyBahHx0";

/// More sign-ins are waiting than may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords wait for their turn")]
pub struct Busy;

/// Why a password could not be hashed.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashFailed(String);

fn argon() -> Argon2<'static> {
    // 19 MiB, two passes, one lane: the least that OWASP's cheat sheet recommends; 31 ms of one core.
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Hashes a new password to a PHC string.
///
/// # Errors
/// When there is no entropy or the hasher refuses.
pub fn hash(password: &str, entropy: &Entropy) -> Result<String, HashFailed> {
    hash_with(password, &entropy.bytes().map_err(|e| HashFailed(e.to_string()))?)
}

fn hash_with(password: &str, salt: &[u8; 16]) -> Result<String, HashFailed> {
    argon()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .map_err(|e| HashFailed(e.to_string()))
}

/// Whether a text is a hash this server can check.
pub fn is_hash(text: &str) -> bool {
    text.starts_with("$argon2id$") && PasswordHash::new(text).is_ok()
}

impl Passwords {
    /// A pool of as many turns as there are cores.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Self { turns: Arc::new(Semaphore::new(cores)), waiting: Arc::default(), most_waiting: cores * 32 }
    }

    /// Whether `password` is the one behind `hash`; without a hash, the same time passes and the answer is no.
    ///
    /// # Errors
    /// [`Busy`] when too many are waiting already.
    pub async fn check(&self, password: String, hash: Option<String>) -> Result<bool, Busy> {
        let turn = self.turn().await?;
        let checked = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            let known = hash.filter(|h| is_hash(h));
            let right = password.len() <= LONGEST
                && PasswordHash::new(known.as_deref().unwrap_or(NOBODY))
                    .is_ok_and(|parsed| argon().verify_password(password.as_bytes(), &parsed).is_ok());
            right && known.is_some()
        });
        Ok(checked.await.unwrap_or(false))
    }

    /// Hashes a new password, when it is its turn.
    ///
    /// # Errors
    /// [`Busy`] when too many are waiting already.
    pub async fn hash(&self, password: String, entropy: &Entropy) -> Result<Result<String, HashFailed>, Busy> {
        let salt = entropy.bytes().map_err(|e| HashFailed(e.to_string()));
        let turn = self.turn().await?;
        let hashed = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            hash_with(&password, &salt?)
        });
        Ok(hashed.await.unwrap_or_else(|e| Err(HashFailed(e.to_string()))))
    }

    /// Takes every place to wait, or gives them back.
    #[cfg(test)]
    pub(crate) fn crowd(&self, full: bool) {
        if full {
            self.waiting.fetch_add(self.most_waiting, Ordering::Relaxed);
        } else {
            self.waiting.fetch_sub(self.most_waiting, Ordering::Relaxed);
        }
    }

    async fn turn(&self) -> Result<Option<OwnedSemaphorePermit>, Busy> {
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            return Err(Busy);
        }
        let turn = self.turns.clone().acquire_owned().await;
        self.waiting.fetch_sub(1, Ordering::Relaxed);
        Ok(turn.ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn right_and_wrong_are_told_apart() {
        let entropy = Entropy::default();
        let hashed = hash("correct horse", &entropy).unwrap();
        assert!(is_hash(&hashed));
        let passwords = Passwords::new();
        assert!(is_hash(NOBODY));
        for (password, hash, expected) in [
            ("correct horse", Some(hashed.clone()), true),
            ("Correct horse", Some(hashed.clone()), false),
            ("", Some(hashed), false),
            ("nobody knows this one", None, false),
            ("nobody knows this one", Some(String::new()), false),
        ] {
            assert_eq!(passwords.check(password.to_owned(), hash).await, Ok(expected), "{password:?}");
        }
    }
}
