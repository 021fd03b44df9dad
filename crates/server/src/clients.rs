//! Registered applications as the walks see them: cached, but never older than half a second
//! (`spec/decisions.md` 24).

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use grantor_protocol::client::ClientRecord;
use grantor_store::{Store, StoreError};

/// How old a cached record may be.
const FRESH: Duration = Duration::from_millis(500);
/// How many records are kept.
const MOST: usize = 10_000;

type Cached = HashMap<String, (Instant, Arc<ClientRecord>)>;

/// The cache. Only clients that exist are kept, so nobody can fill it with made-up ids.
#[derive(Debug, Default)]
pub struct Clients {
    cached: RwLock<Cached>,
}

impl Clients {
    /// The client of that id.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn find(&self, directory: &Store, id: &str) -> Result<Option<Arc<ClientRecord>>, StoreError> {
        if id.is_empty() || id.len() > 100 {
            return Ok(None);
        }
        if let Some((at, record)) = self.cached.read().unwrap_or_else(PoisonError::into_inner).get(id)
            && at.elapsed() < FRESH
        {
            return Ok(Some(Arc::clone(record)));
        }
        let asked_at = Instant::now();
        let key = id.to_owned();
        let found = directory.read(move |tx| tx.client(&key)).await?.map(Arc::new);
        let mut cached = self.cached.write().unwrap_or_else(PoisonError::into_inner);
        match &found {
            Some(record) => {
                if cached.len() >= MOST {
                    cached.clear();
                }
                cached.insert(id.to_owned(), (asked_at, Arc::clone(record)));
            }
            None => {
                cached.remove(id);
            }
        }
        Ok(found)
    }
}
