//! The public keys of clients that sign their assertions: from the registration, or fetched from where it says (RFC 7591
//! section 2, `jwks` and `jwks_uri`). A fetch is bounded in time and size, follows no redirect, and is kept for a while.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use grantor_protocol::client::Client;
use jsonwebtoken::jwk::Jwk;
use serde_json::Value;

use crate::outgoing::Outgoing;

/// How long fetched keys are believed.
const FRESH: Duration = Duration::from_mins(5);
/// How soon they may be fetched again because a signature named an unknown key, or because the last fetch failed.
const AGAIN: Duration = Duration::from_secs(10);
/// The most keys of a set that are looked at.
const MOST_KEYS: usize = 20;
/// The most sets that are kept.
const MOST_SETS: usize = 1_000;

type Keys = Arc<[Jwk]>;

#[derive(Debug, Clone)]
struct Fetched {
    at: Instant,
    /// None: the fetch failed.
    keys: Option<Keys>,
}

/// What was fetched.
#[derive(Debug)]
pub struct ClientKeys {
    fetched: RwLock<HashMap<String, Fetched>>,
    /// One fetch at a time: whoever makes up requests cannot make this server call out in swarms.
    fetching: tokio::sync::Mutex<()>,
    outgoing: Arc<Outgoing>,
}

impl ClientKeys {
    /// None yet.
    pub fn new(outgoing: Arc<Outgoing>) -> Self {
        Self { fetched: RwLock::default(), fetching: tokio::sync::Mutex::default(), outgoing }
    }

    /// The keys of a client; `None` when they cannot be had. `kid` is what a signature names: when no known key has it,
    /// they are fetched anew, though not too often.
    pub async fn of(&self, client: &Client, kid: Option<&str>) -> Option<Keys> {
        let settings = &client.settings;
        if settings.jwks_uri.is_empty() {
            return read(settings.jwks.as_bytes());
        }
        let uri = settings.jwks_uri.as_str();
        if let Some(known) = self.known(uri, kid) {
            return known.keys;
        }
        let _one = self.fetching.lock().await;
        // Whoever held the lock before may have fetched the very same.
        if let Some(known) = self.known(uri, kid) {
            return known.keys;
        }
        let keys = fetch(&self.outgoing, uri).await;
        let mut fetched = self.fetched.write().unwrap_or_else(PoisonError::into_inner);
        if fetched.len() >= MOST_SETS {
            fetched.clear();
        }
        fetched.insert(uri.to_owned(), Fetched { at: Instant::now(), keys: keys.clone() });
        keys
    }

    /// What was fetched before, while it is good enough.
    fn known(&self, uri: &str, kid: Option<&str>) -> Option<Fetched> {
        let fetched = self.fetched.read().unwrap_or_else(PoisonError::into_inner);
        let known = fetched.get(uri)?;
        let named = |keys: &Keys| kid.is_none_or(|kid| keys.iter().any(|k| k.common.key_id.as_deref() == Some(kid)));
        let good_for = if known.keys.as_ref().is_some_and(named) { FRESH } else { AGAIN };
        (known.at.elapsed() < good_for).then(|| known.clone())
    }
}

/// Reads a key set. Keys of kinds that are not known here are passed over.
pub(crate) fn read(text: &[u8]) -> Option<Keys> {
    let set: Value = serde_json::from_slice(text).ok()?;
    let keys = set.get("keys")?.as_array()?;
    Some(keys.iter().filter_map(|key| serde_json::from_value(key.clone()).ok()).take(MOST_KEYS).collect())
}

async fn fetch(outgoing: &Outgoing, uri: &str) -> Option<Keys> {
    let answer = outgoing.get(uri).await.ok()?;
    if answer.status == 200 { read(&answer.body) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_unknown_kinds_are_passed_over() {
        let set = br#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"},{"kty":"XYZ","kid":"b"},{"kid":"c"},7]}"#;
        let keys = read(set).unwrap();
        assert!(keys.iter().any(|k| k.common.key_id.as_deref() == Some("a")));
        assert!(read(b"{}").is_none() && read(b"nonsense").is_none());
    }
}
