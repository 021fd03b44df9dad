//! A fresh place for each test on each engine, and a gate that holds a store's thread inside a step.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use grantor_store::{DatabaseUrl, Migrations, Store, StoreError, StoreOptions};
use tempfile::TempDir;

pub(crate) const TABLES: Migrations = Migrations {
    name: "test",
    files: &[(
        "0001_first",
        "CREATE TABLE parent (id {blob} PRIMARY KEY, name TEXT NOT NULL) {without_rowid};
         CREATE TABLE child (
             id BIGINT PRIMARY KEY,
             parent {blob} REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED
         );
         CREATE TABLE item (id BIGINT PRIMARY KEY, name TEXT UNIQUE, amount BIGINT, flag BOOLEAN, data {blob});",
    )],
};

/// Where one test keeps its data on one engine; removed with it.
pub(crate) struct Place {
    pub(crate) url: DatabaseUrl,
    pub(crate) options: StoreOptions,
    folder: TempDir,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::parse("sqlite:test.db", folder.path()).unwrap();
        Self { url, options: StoreOptions { connections: 4, ..StoreOptions::default() }, folder }
    }

    /// None, with a line that says so, when there is no server to test with.
    pub(crate) fn postgres() -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Some(url) = postgres_url() else {
            println!("GRANTOR_TEST_POSTGRES is not set: the PostgreSQL half of this test is skipped");
            return None;
        };
        let mut place = Self::sqlite();
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        place.url = DatabaseUrl::parse(&url, place.folder.path()).unwrap();
        place.options.schema = format!("test_engine_{}_{number}", std::process::id());
        drop_schema(&url, &place.options.schema);
        Some(place)
    }

    pub(crate) fn is_sqlite(&self) -> bool {
        matches!(self.url, DatabaseUrl::Sqlite(_))
    }

    pub(crate) fn file(&self) -> std::path::PathBuf {
        self.folder.path().join("test.db")
    }

    pub(crate) fn try_open(&self) -> Result<Store, StoreError> {
        Store::open(&self.url, &TABLES, &self.options)
    }

    pub(crate) fn open(&self) -> Store {
        self.try_open().unwrap()
    }

    /// One thread for all steps, so that a gate holds them all.
    pub(crate) fn narrow(&mut self) -> &mut Self {
        self.options.connections = 1;
        self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let (false, Some(url)) = (self.is_sqlite(), postgres_url()) {
            drop_schema(&url, &self.options.schema);
        }
    }
}

pub(crate) fn for_each_engine(check: impl Fn(&mut Place)) {
    check(&mut Place::sqlite());
    if let Some(mut place) = Place::postgres() {
        check(&mut place);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place where tests learn which server to use")]
fn postgres_url() -> Option<String> {
    std::env::var("GRANTOR_TEST_POSTGRES").ok()
}

/// How many rounds a race has: `usual`, or `all` in a thorough run (`GRANTOR_THOROUGH` is 1).
#[expect(clippy::disallowed_methods, reason = "the one place where tests learn how thorough to be")]
pub(crate) fn rounds(usual: usize, all: usize) -> usize {
    if std::env::var("GRANTOR_THOROUGH").is_ok_and(|v| v == "1") { all } else { usual }
}

fn drop_schema(url: &str, schema: &str) {
    runtime().block_on(async {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
        let connection = tokio::spawn(connection);
        client.batch_execute(&format!("DROP SCHEMA IF EXISTS \"{schema}\" CASCADE")).await.unwrap();
        drop(client);
        connection.await.unwrap().unwrap();
    });
}

pub(crate) fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// A step that stays in the store's thread until it is let go.
pub(crate) struct Gate {
    go: SyncSender<()>,
    step: JoinHandle<Result<(), StoreError>>,
}

impl Gate {
    /// Returns when the step is running.
    pub(crate) fn shut(store: &Store) -> Self {
        let (entered, inside) = sync_channel(1);
        let (go, wait): (_, Receiver<()>) = sync_channel(1);
        let store = store.clone();
        let step = std::thread::spawn(move || {
            store.write_blocking(move |tx| {
                tx.one("SELECT 1", &[], |row| row.int(0))?;
                let _ = entered.send(());
                wait.recv().unwrap();
                Ok(())
            })
        });
        inside.recv().unwrap();
        Self { go, step }
    }

    pub(crate) fn open(self) -> Result<(), StoreError> {
        self.go.send(()).unwrap();
        self.step.join().unwrap()
    }
}

/// Waits, bounded, until a store has this many steps waiting.
pub(crate) fn wait_for_queue(store: &Store, length: usize) {
    for _ in 0..2000 {
        if store.statistics().queued >= length {
            return;
        }
        std::thread::park_timeout(std::time::Duration::from_millis(5));
    }
    panic!("only {} steps are waiting, not {length}", store.statistics().queued);
}

pub(crate) fn insert(store: &Store, id: i64) -> Result<u64, StoreError> {
    store.write_blocking(move |tx| tx.execute("INSERT INTO item (id, name) VALUES ($1, NULL)", &[id.into()]))
}

pub(crate) fn ids(store: &Store) -> Vec<i64> {
    store.read_blocking(|tx| tx.all("SELECT id FROM item ORDER BY id", &[], |row| row.int(0))).unwrap()
}
