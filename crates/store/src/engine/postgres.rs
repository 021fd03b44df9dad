//! The PostgreSQL engine: a few threads, each with its own connection, fed by one bounded queue. PostgreSQL groups the
//! commits of its connections by itself, so each step is its own transaction.

mod link;
mod migrate;
mod tls;
mod worker;

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};

pub(crate) use self::link::PostgresTx;

use self::worker::Worker;
use super::job::Job;
use super::migrations::Migrations;
use super::options::{Counters, StoreOptions};
use super::url::PostgresUrl;
use crate::StoreError;

/// What a connection's thread is told.
enum Order {
    Write(Box<dyn Job>),
    Read(Box<dyn Job>),
    Stop,
}

/// What the threads share.
struct Shared {
    url: PostgresUrl,
    tls: Option<tokio_postgres_rustls::MakeRustlsConnect>,
    schema: String,
    rehearse: bool,
    counters: Arc<Counters>,
    /// Connections that are up.
    healthy: AtomicUsize,
    closed: AtomicBool,
}

pub(crate) struct PostgresEngine {
    orders: Sender<Order>,
    shared: Arc<Shared>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl PostgresEngine {
    pub(crate) fn open(
        url: &PostgresUrl,
        migrations: &Migrations,
        options: &StoreOptions,
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        check_schema(&options.schema)?;
        let shared = Arc::new(Shared {
            url: url.clone(),
            tls: tls::connector(url)?,
            schema: options.schema.clone(),
            rehearse: options.rehearse,
            counters,
            healthy: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        });
        let (orders, waiting) = bounded(options.queue.max(1));
        // The first thread migrates over the connection it will keep.
        let (ready, opened) = mpsc::sync_channel(1);
        let (migrations, at) = (*migrations, options.at);
        let mut threads = vec![spawn(&shared, &waiting, move |worker| {
            let result = worker.migrate(&migrations, at);
            let go_on = result.is_ok();
            drop(ready.send(result));
            go_on
        })?];
        opened.recv().map_err(|_| StoreError::Panicked)??;
        for _ in 1..url.connections.unwrap_or(options.connections).max(1) {
            threads.push(spawn(&shared, &waiting, |_| true)?);
        }
        Ok(Self { orders, shared, threads: Mutex::new(threads) })
    }

    pub(crate) fn write(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.submit(Order::Write(job))
    }

    pub(crate) fn read(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        self.submit(Order::Read(job))
    }

    pub(crate) fn queued(&self) -> usize {
        self.orders.len()
    }

    pub(crate) fn close(&self) {
        self.shared.closed.store(true, Ordering::Relaxed);
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for _ in &threads {
            // An error means that the threads have ended already.
            let _ = self.orders.send(Order::Stop);
        }
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!("a connection thread of the store panicked");
            }
        }
    }

    fn submit(&self, order: Order) -> Result<(), StoreError> {
        if self.shared.closed.load(Ordering::Relaxed) {
            return Err(StoreError::closed());
        }
        self.orders.try_send(order).map_err(|refused| match refused {
            TrySendError::Full(_) => {
                self.shared.counters.shed.add(1);
                StoreError::Overloaded
            }
            TrySendError::Disconnected(_) => StoreError::closed(),
        })
    }
}

fn spawn(
    shared: &Arc<Shared>,
    orders: &Receiver<Order>,
    first: impl FnOnce(&mut Worker) -> bool + Send + 'static,
) -> Result<JoinHandle<()>, StoreError> {
    let (shared, orders) = (Arc::clone(shared), orders.clone());
    thread::Builder::new()
        .name("store-connection".to_owned())
        .spawn(move || {
            let mut worker = Worker::new(shared, orders);
            if first(&mut worker) {
                worker.run();
            }
        })
        .map_err(|error| StoreError::Unavailable(format!("no thread can be started: {error}").into()))
}

/// The name goes into SQL between quotes; this keeps it plain enough to need none.
fn check_schema(schema: &str) -> Result<(), StoreError> {
    let mut bytes = schema.bytes();
    let plain = bytes.next().is_some_and(|b| b.is_ascii_lowercase() || b == b'_')
        && bytes.all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        && schema.len() <= 63
        && !schema.starts_with("pg_");
    if plain {
        return Ok(());
    }
    Err(StoreError::Url(
        "a PostgreSQL schema is named with up to 63 lower-case letters, digits and _, a letter first".into(),
    ))
}
