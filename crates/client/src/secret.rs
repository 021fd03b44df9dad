//! A word nobody may read by accident: tokens, codes, client secrets, PKCE verifiers.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

/// A secret. It has no `Display`, its `Debug` is redacted, and its memory is wiped when it is dropped.
///
/// It serializes as the plain word, because token stores must write it down: serialize it only into private places.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a word.
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    /// The word itself. Every call is a place where it could leak: keep them few.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What may be shown of it: its first 8 characters, never more than a quarter, then an ellipsis. Words of 40 characters
    /// and more show their last 4 too, because tokens made close together begin alike.
    pub fn masked(&self) -> String {
        let length = self.0.chars().count();
        let mut text: String = self.0.chars().take((length / 4).min(8)).collect();
        text.push('…');
        if length >= 40 {
            text.extend(self.0.chars().skip(length - 4));
        }
        text
    }

    /// Compares in constant time (the lengths may be told apart).
    pub fn matches(&self, other: &str) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(self.0.as_bytes(), other.as_bytes()).is_ok()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl From<String> for Secret {
    fn from(word: String) -> Self {
        Self(word)
    }
}

impl From<&str> for Secret {
    fn from(word: &str) -> Self {
        Self(word.to_owned())
    }
}
