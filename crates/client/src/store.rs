//! Where tokens are kept: the trait an application may implement, and the two stores that come with the library.

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::Tokens;

mod file;
mod memory;

pub use file::FileStore;
pub use memory::MemoryStore;

/// Why a token store failed.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Reading or writing failed.
    #[error("{path} could not be {doing}: {source}")]
    Io {
        /// The file.
        path: PathBuf,
        /// What was tried, as in `read` or `written`.
        doing: &'static str,
        /// The system's reason.
        source: std::io::Error,
    },
    /// Others may read the file.
    #[error(
        "{path} can be read by others (mode {mode:o}). Its tokens may be known: revoke them, or run chmod 600 on the file"
    )]
    TooOpen {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file is not one of ours, or is damaged.
    #[error("{path} is not a token file: {why}. Move it away and connect again")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason, without values.
        why: String,
    },
    /// Another process held the lock for too long.
    #[error("{path} stayed locked by another process for {} seconds. See what holds it", waited.as_secs())]
    Busy {
        /// The lock file.
        path: PathBuf,
        /// How long it was waited for.
        waited: Duration,
    },
    /// A store of the application's own failed.
    #[error("the token store failed: {0}")]
    Other(Box<dyn std::error::Error + Send + Sync>),
}

/// A place for tokens, under keys the application chooses (a user of its own, say).
///
/// Writing needs the lock of the key: whoever holds it is the only one who refreshes or replaces those tokens, in every
/// process that shares the store. Implementations may write `async fn`.
pub trait TokenStore: Send + Sync {
    /// Held while tokens are replaced; dropping it releases the lock.
    type Lock: Send + Sync;

    /// The tokens under `key`.
    ///
    /// # Errors
    /// [`StoreError`] when the place cannot be read.
    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Tokens>, StoreError>> + Send;

    /// Waits until nobody else holds the lock of `key`.
    ///
    /// # Errors
    /// [`StoreError::Busy`] where waiting is bounded and took too long, or another one when the lock cannot be had at all.
    fn lock(&self, key: &str) -> impl Future<Output = Result<Self::Lock, StoreError>> + Send;

    /// Puts tokens under `key`, replacing what was there; after this returns they survive a crash, if the store is durable.
    ///
    /// # Errors
    /// [`StoreError`] when the place cannot be written; then the old tokens are still there.
    fn save(
        &self,
        held: &Self::Lock,
        key: &str,
        tokens: &Tokens,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Forgets the tokens under `key`; nothing there is fine.
    ///
    /// # Errors
    /// [`StoreError`] when the place cannot be written.
    fn remove(&self, held: &Self::Lock, key: &str) -> impl Future<Output = Result<(), StoreError>> + Send;
}

impl<S: TokenStore> TokenStore for Arc<S> {
    type Lock = S::Lock;

    fn load(&self, key: &str) -> impl Future<Output = Result<Option<Tokens>, StoreError>> + Send {
        S::load(self, key)
    }

    fn lock(&self, key: &str) -> impl Future<Output = Result<Self::Lock, StoreError>> + Send {
        S::lock(self, key)
    }

    fn save(
        &self,
        held: &Self::Lock,
        key: &str,
        tokens: &Tokens,
    ) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::save(self, held, key, tokens)
    }

    fn remove(&self, held: &Self::Lock, key: &str) -> impl Future<Output = Result<(), StoreError>> + Send {
        S::remove(self, held, key)
    }
}
