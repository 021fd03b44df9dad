//! Registered applications as the walks see them: cached, but never older than half a second
//! (`spec/decisions.md` 24).

pub mod nobody;
pub mod removal;

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use grantor_protocol::{client::ClientRecord, secret::SecretHash, time::Timestamp};
use grantor_store::{Store, StoreError};

use crate::house::House;

/// How old a cached record may be.
const FRESH: Duration = Duration::from_millis(500);
/// How many records are kept.
const MOST: usize = 10_000;
/// How many ids that nobody has are remembered.
const MOST_ABSENT: usize = 1_000;

/// How often the use of a secret is noted.
const NOTED: Duration = Duration::from_hours(1);

/// When it was asked for, and what was found.
type Entry = (Instant, Option<Arc<ClientRecord>>);

/// What was read of the ids asked for: also that there is no such client, so that asking again takes no longer than for
/// one that exists. Made-up ids have little room, and none of it is that of registered ones.
#[derive(Debug, Default)]
struct Cached {
    read: HashMap<String, Entry>,
    /// How many of them are of no client.
    absent: usize,
}

impl Cached {
    fn fresh(&self, id: &str) -> Option<&Entry> {
        self.read.get(id).filter(|(at, _)| at.elapsed() < FRESH)
    }

    fn keep(&mut self, id: &str, asked_at: Instant, found: Option<Arc<ClientRecord>>) {
        match &found {
            Some(_) if self.read.len().saturating_sub(self.absent) >= MOST => *self = Self::default(),
            None if self.absent >= MOST_ABSENT => {
                self.read.retain(|_, (_, record)| record.is_some());
                self.absent = 0;
            }
            _ => {}
        }
        self.absent += usize::from(found.is_none());
        if let Some((_, None)) = self.read.insert(id.to_owned(), (asked_at, found)) {
            self.absent = self.absent.saturating_sub(1);
        }
    }
}

/// The cache.
#[derive(Debug, Default)]
pub struct Clients {
    cached: RwLock<Cached>,
    /// When the use of a secret was last noted, by its hash.
    noted: RwLock<HashMap<[u8; 32], Timestamp>>,
}

/// Notes at most once an hour that a secret was right, after the answer.
pub fn see(house: &Arc<House>, client_id: &str, secret: SecretHash, now: Timestamp) {
    if !house.clients.due(&secret, now) {
        return;
    }
    let (house, client_id) = (Arc::clone(house), client_id.to_owned());
    tokio::spawn(async move {
        if let Err(error) = house.directory.write(move |tx| tx.see_secret(&client_id, &secret, now)).await {
            tracing::warn!(%error, "a secret's use was not noted");
        }
    });
}

impl Clients {
    /// Reads every record again when it is asked for.
    pub fn forget(&self) {
        *self.cached.write().unwrap_or_else(PoisonError::into_inner) = Cached::default();
        self.noted.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Whether the use of this secret is due to be noted; the caller then does.
    fn due(&self, secret: &SecretHash, now: Timestamp) -> bool {
        let recent = |noted: &HashMap<[u8; 32], Timestamp>| {
            noted.get(secret.as_bytes()).is_some_and(|at| now.within(*at, NOTED))
        };
        if recent(&self.noted.read().unwrap_or_else(PoisonError::into_inner)) {
            return false;
        }
        let mut noted = self.noted.write().unwrap_or_else(PoisonError::into_inner);
        if recent(&noted) {
            return false;
        }
        if noted.len() >= MOST {
            noted.clear();
        }
        noted.insert(*secret.as_bytes(), now);
        true
    }

    /// The client of that id.
    ///
    /// # Errors
    /// When the directory cannot be read.
    pub async fn find(&self, directory: &Store, id: &str) -> Result<Option<Arc<ClientRecord>>, StoreError> {
        if id.is_empty() || id.len() > 100 {
            return Ok(None);
        }
        if let Some(known) = self.cached.read().unwrap_or_else(PoisonError::into_inner).fresh(id) {
            return Ok(known.1.clone());
        }
        let asked_at = Instant::now();
        let key = id.to_owned();
        let found = directory.read(move |tx| tx.client(&key)).await?.map(Arc::new);
        self.cached.write().unwrap_or_else(PoisonError::into_inner).keep(id, asked_at, found.clone());
        Ok(found)
    }
}

#[cfg(test)]
mod tests;
