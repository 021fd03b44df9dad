//! The public keys of clients that sign their assertions: from the registration, or fetched from where it says (RFC 7591
//! section 2, `jwks` and `jwks_uri`). A fetch is bounded in time and size, follows no redirect, and is kept for a while.
//! There is one at a time for each address and few in all: whoever makes up requests cannot make this server call out in
//! swarms, and a slow address holds up its own client alone.

use std::{
    collections::HashMap,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use grantor_protocol::client::Client;
use jsonwebtoken::jwk::Jwk;
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::outgoing::{Outgoing, PATIENCE};

/// How long fetched keys are believed.
const FRESH: Duration = Duration::from_mins(5);
/// How long they are believed while they are fetched anew, or when that fails.
const OLD: Duration = Duration::from_mins(10);
/// How soon they may be fetched again because a signature named an unknown key, or because the last fetch failed.
const AGAIN: Duration = Duration::from_secs(10);
/// The most keys of a set that are looked at.
const MOST_KEYS: usize = 20;
/// The most sets that are kept.
const MOST_SETS: usize = 1_000;
/// The most fetches at a time.
const FETCHES: usize = 16;

type Keys = Arc<[Jwk]>;

/// What is known of one address.
#[derive(Debug, Clone)]
struct Known {
    /// What was fetched last, and when; None when nothing ever was.
    keys: Option<(Keys, Instant)>,
    /// When it was asked last, whatever came of it.
    tried: Instant,
}

/// What is to be done with it.
#[derive(Debug)]
enum Judged {
    /// These are the answer.
    Use(Option<Keys>),
    /// They have to be fetched; until then these are good.
    Fetch { meanwhile: Option<Keys> },
}

#[derive(Debug, Default)]
struct Shelf {
    known: HashMap<String, Known>,
    /// A fetch ends when the sender is gone.
    under_way: HashMap<String, watch::Receiver<()>>,
}

/// What was fetched.
#[derive(Debug)]
pub struct ClientKeys {
    shelf: Arc<RwLock<Shelf>>,
    turns: Arc<Semaphore>,
    outgoing: Arc<Outgoing>,
}

impl ClientKeys {
    /// None yet.
    pub fn new(outgoing: Arc<Outgoing>) -> Self {
        Self { shelf: Arc::default(), turns: Arc::new(Semaphore::new(FETCHES)), outgoing }
    }

    /// The keys of a client; `None` when they cannot be had. `kid` is what a signature names: when no known key has it,
    /// they are fetched anew, though not too often.
    pub async fn of(&self, client: &Client, kid: Option<&str>) -> Option<Keys> {
        let settings = &client.settings;
        if settings.jwks_uri.is_empty() {
            return read(settings.jwks.as_bytes());
        }
        self.at(&settings.jwks_uri, kid, Instant::now()).await
    }

    async fn at(&self, uri: &str, kid: Option<&str>, now: Instant) -> Option<Keys> {
        let meanwhile = match self.judge(uri, kid, now) {
            Judged::Use(keys) => return keys,
            Judged::Fetch { meanwhile } => meanwhile,
        };
        if meanwhile.is_some() {
            // Without a turn a later request has them fetched.
            if let Ok(turn) = Arc::clone(&self.turns).try_acquire_owned() {
                self.begin(uri, kid, now, turn);
            }
            return meanwhile;
        }
        let under_way = self.shelf.read().unwrap_or_else(PoisonError::into_inner).under_way.get(uri).cloned();
        let mut ended = if let Some(ended) = under_way {
            ended
        } else {
            let turn = tokio::time::timeout(PATIENCE, Arc::clone(&self.turns).acquire_owned()).await.ok()?.ok()?;
            self.begin(uri, kid, now, turn)
        };
        // Nothing is ever sent: this waits for the end.
        let _ = ended.changed().await;
        match self.judge(uri, kid, now) {
            Judged::Use(keys) | Judged::Fetch { meanwhile: keys } => keys,
        }
    }

    fn judge(&self, uri: &str, kid: Option<&str>, now: Instant) -> Judged {
        judge(self.shelf.read().unwrap_or_else(PoisonError::into_inner).known.get(uri), kid, now)
    }

    /// Begins a fetch, unless one is under way or was while its turn was waited for; tells when it ends. It goes on when
    /// nobody waits for it any more.
    fn begin(&self, uri: &str, kid: Option<&str>, now: Instant, turn: OwnedSemaphorePermit) -> watch::Receiver<()> {
        let mut shelf = self.shelf.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(ended) = shelf.under_way.get(uri) {
            return ended.clone();
        }
        let (ends, ended) = watch::channel(());
        if let Judged::Use(_) = judge(shelf.known.get(uri), kid, now) {
            return ended;
        }
        shelf.under_way.insert(uri.to_owned(), ended.clone());
        let fetching = Fetching { shelf: Arc::clone(&self.shelf), uri: uri.to_owned(), _turn: turn, _ends: ends };
        let outgoing = Arc::clone(&self.outgoing);
        tokio::spawn(async move {
            let keys = fetch(&outgoing, &fetching.uri).await;
            fetching.keep(keys, Instant::now());
        });
        ended
    }
}

/// What is to be done with what is known, for a signature that names this key.
fn judge(known: Option<&Known>, kid: Option<&str>, now: Instant) -> Judged {
    let Some(known) = known else { return Judged::Fetch { meanwhile: None } };
    let within = |at: Instant, most: Duration| now.saturating_duration_since(at) < most;
    let believed = known.keys.as_ref().filter(|(_, at)| within(*at, OLD));
    let has = |keys: &Keys| kid.is_none_or(|kid| keys.iter().any(|k| k.common.key_id.as_deref() == Some(kid)));
    let named = believed.filter(|(keys, _)| has(keys));
    let copied = |found: Option<&(Keys, Instant)>| found.map(|(keys, _)| Arc::clone(keys));
    if named.is_some_and(|(_, at)| within(*at, FRESH)) || within(known.tried, AGAIN) {
        Judged::Use(copied(believed))
    } else {
        Judged::Fetch { meanwhile: copied(named) }
    }
}

/// A fetch under way; however it ends, it is no longer under way, and then whoever waits is woken.
struct Fetching {
    shelf: Arc<RwLock<Shelf>>,
    uri: String,
    _turn: OwnedSemaphorePermit,
    _ends: watch::Sender<()>,
}

impl Fetching {
    /// What came of it. Keys that are known stay when there are no new ones.
    fn keep(&self, keys: Option<Keys>, now: Instant) {
        let known = &mut self.shelf.write().unwrap_or_else(PoisonError::into_inner).known;
        if known.len() >= MOST_SETS && !known.contains_key(&self.uri) {
            let oldest = known.iter().min_by_key(|(_, one)| one.tried).map(|(uri, _)| uri.clone());
            oldest.and_then(|uri| known.remove(&uri));
        }
        let before = known.remove(&self.uri).and_then(|one| one.keys);
        let keys = keys.map(|keys| (keys, now)).or(before);
        known.insert(self.uri.clone(), Known { keys, tried: now });
    }
}

impl Drop for Fetching {
    fn drop(&mut self) {
        self.shelf.write().unwrap_or_else(PoisonError::into_inner).under_way.remove(&self.uri);
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
    use std::sync::atomic::{AtomicUsize, Ordering};

    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;
    use crate::tests::harness::eventually;

    const SET: &str = r#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"}]}"#;

    /// Answers with [`SET`] as often as it is let.
    struct Server {
        uri: String,
        asked: Arc<AtomicUsize>,
        gate: Arc<Semaphore>,
    }

    impl Server {
        async fn letting(answers: usize) -> Self {
            let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let uri = format!("http://{}/jwks", socket.local_addr().unwrap());
            let (asked, gate) = (Arc::new(AtomicUsize::new(0)), Arc::new(Semaphore::new(answers)));
            let (counted, shut) = (Arc::clone(&asked), Arc::clone(&gate));
            tokio::spawn(async move {
                while let Ok((mut stream, _)) = socket.accept().await {
                    let mut heard = Vec::new();
                    while !heard.ends_with(b"\r\n\r\n") {
                        heard.push(stream.read_u8().await.unwrap());
                    }
                    counted.fetch_add(1, Ordering::SeqCst);
                    shut.acquire().await.unwrap().forget();
                    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", SET.len());
                    let _ = stream.write_all(format!("{head}{SET}").as_bytes()).await;
                }
            });
            Self { uri, asked, gate }
        }

        async fn is_asked(&self, times: usize) {
            eventually("it is asked", async || self.asked.load(Ordering::SeqCst) >= times).await;
            assert_eq!(self.asked.load(Ordering::SeqCst), times);
        }
    }

    fn client_keys() -> Arc<ClientKeys> {
        Arc::new(ClientKeys::new(Arc::new(Outgoing::new(true))))
    }

    #[test]
    fn keys_of_unknown_kinds_are_passed_over() {
        let set = br#"{"keys":[{"kty":"RSA","n":"AQAB","e":"AQAB","kid":"a"},{"kty":"XYZ","kid":"b"},{"kid":"c"},7]}"#;
        let keys = read(set).unwrap();
        assert!(keys.iter().any(|k| k.common.key_id.as_deref() == Some("a")));
        assert!(read(b"{}").is_none() && read(b"nonsense").is_none());
    }

    #[tokio::test]
    async fn a_slow_key_set_holds_up_no_other_client() {
        let (slow, fast) = (Server::letting(0).await, Server::letting(1).await);
        let (keys, uri) = (client_keys(), slow.uri.clone());
        let (asking, now) = (Arc::clone(&keys), Instant::now());
        let waiting = tokio::spawn(async move { asking.at(&uri, Some("a"), now).await });
        slow.is_asked(1).await;
        assert!(keys.at(&fast.uri, Some("a"), now).await.is_some());
        // Only now does the slow one answer: had it been waited for, it would have been given up.
        slow.gate.add_permits(1);
        assert!(waiting.await.unwrap().is_some());
    }

    #[tokio::test]
    async fn one_address_is_fetched_once_at_a_time() {
        let (server, keys) = (Server::letting(0).await, client_keys());
        let (mut waiting, now) = (tokio::task::JoinSet::new(), Instant::now());
        for _ in 0..8 {
            let (keys, uri) = (Arc::clone(&keys), server.uri.clone());
            waiting.spawn(async move { keys.at(&uri, None, now).await });
        }
        server.is_asked(1).await;
        server.gate.add_permits(8);
        while let Some(found) = waiting.join_next().await {
            assert!(found.unwrap().is_some());
        }
        server.is_asked(1).await;
        assert!(keys.shelf.read().unwrap().under_way.is_empty());
    }

    #[tokio::test]
    async fn known_keys_are_used_while_they_are_fetched_anew() {
        let (server, keys) = (Server::letting(1).await, client_keys());
        let now = Instant::now();
        assert!(keys.at(&server.uri, Some("a"), now).await.is_some());
        let later = now + FRESH + AGAIN;
        for _ in 0..3 {
            assert!(keys.at(&server.uri, Some("a"), later).await.is_some());
        }
        server.is_asked(2).await;
        // And when no turn is free to fetch them.
        let other = client_keys();
        other.shelf.write().unwrap().known = keys.shelf.read().unwrap().known.clone();
        let _all = other.turns.acquire_many(u32::try_from(FETCHES).unwrap()).await.unwrap();
        assert!(other.at(&server.uri, Some("a"), later).await.is_some());
        server.is_asked(2).await;
    }

    #[test]
    fn keys_are_believed_while_fresh_and_a_while_longer_when_no_new_ones_come() {
        let begun = Instant::now();
        let second = Duration::from_secs(1);
        let known = |tried| Known { keys: Some((read(SET.as_bytes()).unwrap(), begun)), tried };
        let judged = |known: &Known, kid, now| match judge(Some(known), kid, now) {
            Judged::Use(keys) => ("use", keys.is_some()),
            Judged::Fetch { meanwhile } => ("fetch", meanwhile.is_some()),
        };
        let once = known(begun);
        assert_eq!(judged(&once, Some("a"), begun + FRESH.saturating_sub(second)), ("use", true));
        assert_eq!(judged(&once, None, begun + FRESH), ("fetch", true));
        assert_eq!(judged(&once, Some("a"), begun + OLD), ("fetch", false));
        // An unknown key is asked for, though not too often.
        assert_eq!(judged(&once, Some("b"), begun + second), ("use", true));
        assert_eq!(judged(&once, Some("b"), begun + AGAIN), ("fetch", false));
        // A fetch that failed is not repeated at once, and forgets nothing.
        let failed = known(begun + FRESH);
        assert_eq!(judged(&failed, Some("a"), begun + FRESH + second), ("use", true));
        assert_eq!(judged(&known(begun + OLD), Some("a"), begun + OLD + second), ("use", false));
        assert_eq!(judged(&Known { keys: None, tried: begun }, None, begun + AGAIN), ("fetch", false));
    }

    #[test]
    fn the_shelf_keeps_so_many_sets_and_a_failed_fetch_forgets_none() {
        let (shelf, turns, begun) = (Arc::<RwLock<Shelf>>::default(), Arc::new(Semaphore::new(1)), Instant::now());
        let keep = |n: usize, keys| {
            let turn = Arc::clone(&turns).try_acquire_owned().unwrap();
            let fetching =
                Fetching { shelf: Arc::clone(&shelf), uri: n.to_string(), _turn: turn, _ends: watch::channel(()).0 };
            fetching.keep(keys, begun + Duration::from_secs(n as u64));
        };
        for n in 0..MOST_SETS + 5 {
            keep(n, read(SET.as_bytes()));
        }
        keep(MOST_SETS, None);
        let known = &shelf.read().unwrap().known;
        assert!(known.len() == MOST_SETS && !known.contains_key("4") && known.contains_key("5"));
        assert!(known.get(&MOST_SETS.to_string()).unwrap().keys.is_some());
    }
}
