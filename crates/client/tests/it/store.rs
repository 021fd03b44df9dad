//! The file store: private, atomic, one refresh at a time among processes.

use std::sync::Arc;
use std::time::Duration;

use grantor_client::{Client, Clock, Error, FileStore, StoreError, TokenStore, Tokens};

use crate::stub::{START, Stub, tokens};

fn kept(stub: &Stub) -> Tokens {
    Tokens {
        access_token: "1000.old.token".into(),
        refresh_token: Some("1000.refresh.token".into()),
        expires_at: START,
        accounts_server: stub.base(),
        location: "us".to_owned(),
        api_domain: None,
        scope: None,
        client_id: "1000.CLIENT".to_owned(),
        portal: None,
    }
}

async fn put(store: &FileStore, key: &str, tokens: &Tokens) {
    let held = store.lock(key).await.unwrap();
    store.save(&held, key, tokens).await.unwrap();
}

#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let stub = Stub::start().await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("deep/down/tokens.json"));
    assert!(store.load("k").await.unwrap().is_none());
    put(&store, "k", &kept(&stub)).await;
    put(&store, "other", &kept(&stub)).await;
    let mode = |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(store.path()), 0o600);
    let home = store.path().parent().unwrap();
    assert_eq!(mode(home), 0o700);
    for entry in std::fs::read_dir(home).unwrap() {
        let entry = entry.unwrap();
        assert!(
            ["tokens.json", "tokens.json.lock"].contains(&entry.file_name().to_str().unwrap()),
            "{entry:?} was left behind"
        );
        assert_eq!(mode(&entry.path()), 0o600);
    }
    let read = store.load("k").await.unwrap().unwrap();
    assert_eq!(read.refresh_token.unwrap().expose(), "1000.refresh.token");

    let held = store.lock("k").await.unwrap();
    store.remove(&held, "k").await.unwrap();
    drop(held);
    assert!(store.load("k").await.unwrap().is_none() && store.load("other").await.unwrap().is_some());

    std::fs::set_permissions(store.path(), std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(store.load("other").await, Err(StoreError::TooOpen { mode: 0o640, .. })));
}

#[tokio::test]
async fn a_damaged_file_is_not_overwritten() {
    let stub = Stub::start().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    grantor_client::private_file::write(&path, b"{\"1000.secret\": nonsense").unwrap();
    let store = FileStore::new(&path);
    let error = store.load("k").await.unwrap_err();
    assert!(matches!(error, StoreError::Unreadable { .. }) && !error.to_string().contains("1000.secret"), "{error}");
    let held = store.lock("k").await.unwrap();
    assert!(store.save(&held, "k", &kept(&stub)).await.is_err());
    assert!(std::fs::read(&path).unwrap().starts_with(b"{\"1000.secret\""));
}

#[tokio::test]
async fn several_processes_one_refresh() {
    let stub = Stub::start().await;
    stub.answers("/oauth/v2/token", &[(200, &tokens("1000.new.token", None))]);
    stub.slow(Duration::from_millis(100));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    put(&FileStore::new(&path), "k", &kept(&stub)).await;
    // Each store opens the lock file by itself, as a process of its own would.
    let asking: Vec<_> = (0..4)
        .map(|_| {
            let client = Arc::new(Client::new(stub.settings(), FileStore::new(&path), Clock::fixed(START)));
            (0..5)
                .map(move |_| Arc::clone(&client))
                .map(|client| tokio::spawn(async move { client.access_token("k").await.unwrap().expose().to_owned() }))
        })
        .flat_map(Iterator::collect::<Vec<_>>)
        .collect();
    for task in asking {
        assert_eq!(task.await.unwrap(), "1000.new.token");
    }
    assert_eq!(stub.asked("/oauth/v2/token").len(), 1);
}

#[tokio::test]
async fn a_lock_holder_that_ends_lets_the_next_one_in() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tokens.json");
    let (first, second) = (FileStore::new(&path), FileStore::new(&path));
    let held = first.lock("k").await.unwrap();
    let early = tokio::time::timeout(Duration::from_millis(100), second.lock("k")).await;
    assert!(early.is_err(), "it is held");
    drop(held);
    tokio::time::timeout(Duration::from_secs(5), second.lock("k")).await.unwrap().unwrap();
}

#[tokio::test]
async fn another_clients_tokens_are_not_sent() {
    let stub = Stub::start().await;
    let folder = tempfile::tempdir().unwrap();
    let store = FileStore::new(folder.path().join("tokens.json"));
    put(&store, "k", &Tokens { client_id: "1000.OTHER".to_owned(), ..kept(&stub) }).await;
    let client = stub.client_with(store);
    assert!(matches!(client.access_token("k").await, Err(Error::OtherClient { .. })));
    assert!(stub.asked("/oauth/v2/token").is_empty());
}
