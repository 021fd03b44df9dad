//! We broke: the store or the machine failed us. The caller is told to come back, the log is told why.

use std::error::Error;

use grantor_store::StoreError;

use crate::{
    entropy::NoEntropy,
    passwords::{Busy, HashFailed},
    signing::SigningFailed,
};

/// A cause of failure while answering.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The store could not do its step.
    #[error("the store failed")]
    Store(#[from] StoreError),
    /// There were no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// A password could not be hashed.
    #[error(transparent)]
    Hash(#[from] HashFailed),
    /// Too many passwords wait to be hashed.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// Nothing could be signed.
    #[error(transparent)]
    Signing(#[from] SigningFailed),
}

impl Failure {
    /// The causes, outermost first, in one line.
    pub fn chain(&self) -> String {
        chain(self)
    }
}

/// The causes of an error, outermost first, in one line.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}
