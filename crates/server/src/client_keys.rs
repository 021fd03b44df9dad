//! The public keys of clients that sign their assertions: from the registration, or fetched from where it says (RFC 7591
//! section 2, `jwks` and `jwks_uri`). A fetch is bounded in time and size, follows no redirect, and is kept for a while.

use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use grantor_protocol::client::Client;
use jsonwebtoken::jwk::Jwk;
use serde_json::Value;
use url::{Host, Url};

/// How long fetched keys are believed.
const FRESH: Duration = Duration::from_mins(5);
/// How soon they may be fetched again because a signature named an unknown key, or because the last fetch failed.
const AGAIN: Duration = Duration::from_secs(10);
/// How long a fetch may take.
const PATIENCE: Duration = Duration::from_secs(3);
/// The largest key set, in bytes.
const LARGEST: usize = 64 * 1024;
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
#[derive(Debug, Default)]
pub struct ClientKeys {
    fetched: RwLock<HashMap<String, Fetched>>,
    /// One fetch at a time: whoever makes up requests cannot make this server call out in swarms.
    fetching: tokio::sync::Mutex<Option<reqwest::Client>>,
}

impl ClientKeys {
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
        let mut fetching = self.fetching.lock().await;
        // Whoever held the lock before may have fetched the very same.
        if let Some(known) = self.known(uri, kid) {
            return known.keys;
        }
        let keys = fetch(&mut fetching, uri).await;
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

/// Whether a key set may be fetched from there: by https, or from this machine.
fn fetchable(uri: &str) -> Option<Url> {
    let url = Url::parse(uri).ok()?;
    let here = match url.host()? {
        Host::Domain(name) => name == "localhost",
        Host::Ipv4(address) => IpAddr::from(address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(address).is_loopback(),
    };
    let plain = url.username().is_empty() && url.password().is_none();
    (plain && (url.scheme() == "https" || (url.scheme() == "http" && here))).then_some(url)
}

async fn fetch(client: &mut Option<reqwest::Client>, uri: &str) -> Option<Keys> {
    let url = fetchable(uri)?;
    if client.is_none() {
        let made = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .no_proxy()
            .build();
        *client = made.ok();
    }
    let mut response = client.as_ref()?.get(url).header("accept", "application/json").send().await.ok()?;
    if response.status() != reqwest::StatusCode::OK {
        return None;
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST {
            return None;
        }
    }
    read(&body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_asked() {
        for uri in ["https://app.example/jwks", "http://127.0.0.1:9/jwks", "http://[::1]/jwks", "http://localhost/k"] {
            assert!(fetchable(uri).is_some(), "{uri}");
        }
        for uri in [
            "http://app.example/jwks",
            "http://10.0.0.1/jwks",
            "http://169.254.169.254/latest",
            "http://127.0.0.1.evil.example/jwks",
            "http://127.0.0.1@evil.example/jwks",
            "https://user:password@app.example/jwks",
            "file:///etc/passwd",
            "ftp://app.example/jwks",
            "jwks",
            "",
        ] {
            assert!(fetchable(uri).is_none(), "{uri}");
        }
    }

    #[test]
    fn keys_of_unknown_kinds_are_passed_over() {
        let set = br#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"},{"kty":"XYZ","kid":"b"},{"kid":"c"},7]}"#;
        let keys = read(set).unwrap();
        assert!(keys.iter().any(|k| k.common.key_id.as_deref() == Some("a")));
        assert!(read(b"{}").is_none() && read(b"nonsense").is_none());
    }
}
