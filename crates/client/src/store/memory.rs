//! Tokens in memory: for tests, and for servers whose connections end with the process.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OwnedMutexGuard;

use super::{StoreError, TokenStore};
use crate::Tokens;

/// Tokens in memory. Clones share them.
#[derive(Clone, Default)]
pub struct MemoryStore {
    tokens: Arc<Mutex<HashMap<String, Tokens>>>,
    locks: Arc<Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl TokenStore for MemoryStore {
    type Lock = OwnedMutexGuard<()>;

    async fn load(&self, key: &str) -> Result<Option<Tokens>, StoreError> {
        Ok(self.tokens.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    async fn lock(&self, key: &str) -> Result<Self::Lock, StoreError> {
        let lock = {
            let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
            // Locks nobody holds or waits for are dropped here, so that the table stays as small as the traffic.
            locks.retain(|_, lock| Arc::strong_count(lock) > 1);
            Arc::clone(locks.entry(key.to_owned()).or_default())
        };
        Ok(lock.lock_owned().await)
    }

    async fn save(&self, _held: &Self::Lock, key: &str, tokens: &Tokens) -> Result<(), StoreError> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned(), tokens.clone());
        Ok(())
    }

    async fn remove(&self, _held: &Self::Lock, key: &str) -> Result<(), StoreError> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner).remove(key);
        Ok(())
    }
}
