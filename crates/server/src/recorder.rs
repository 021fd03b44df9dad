//! Writing notices for clients' owners: queued by the walks, written to the directory in batches, dropped (and logged)
//! rather than ever holding up an answer.

use std::time::Duration;

use grantor_store::{Notice, Store, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinHandle,
    time::{Instant, sleep, timeout_at},
};
use tracing::warn;

use crate::{clients::nobody, webhooks};

/// Notices kept per client; the oldest go.
const KEPT: i64 = 10_000;
/// The most that wait to be written.
const QUEUE: usize = 4_096;
/// The most in one batch.
const BATCH: usize = 256;
/// A pause lets the next batch fill; notices are for reading later.
const PAUSE: Duration = Duration::from_millis(100);

/// The sending half.
#[derive(Debug, Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Notice>,
}

/// The writing half. Without it nothing more is taken.
#[derive(Debug)]
pub struct Recording {
    /// Dropped to say that it is time to end.
    going_on: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Recorder {
    /// Starts the writing task. `store` is the directory's: an owner reads what happened at any data center.
    pub fn start(store: Store) -> (Self, Recording) {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let (going_on, ended) = oneshot::channel();
        (Self { queue }, Recording { going_on, task: tokio::spawn(write(store, waiting, ended)) })
    }

    /// Queues a notice; when the queue is full it is only in the log. Nobody's is queued as well, and thrown away only
    /// then: whether there is a client does not show in the time (case D04). It takes no room of others.
    pub fn record(&self, row: Notice) {
        if row.client_id == nobody::ID && self.queue.capacity() < QUEUE / 2 {
            return;
        }
        if self.queue.try_send(row).is_err() {
            warn!("a notice was not recorded for its client: too many at once, or the server stops");
        }
    }
}

impl Recording {
    /// Takes nothing more, and writes what waits, without pauses; until then.
    pub async fn finish(mut self, until: Instant) {
        drop(self.going_on);
        if timeout_at(until, &mut self.task).await.is_err() {
            warn!("some notices were not written before the stop");
            self.task.abort();
        }
    }
}

async fn write(store: Store, mut waiting: mpsc::Receiver<Notice>, mut ended: oneshot::Receiver<()>) {
    let mut batch = Vec::with_capacity(BATCH);
    let mut open = true;
    loop {
        tokio::select! {
            _ = &mut ended, if open => {
                open = false;
                waiting.close();
                continue;
            }
            count = waiting.recv_many(&mut batch, BATCH) => if count == 0 { break },
        }
        let mut rows = std::mem::take(&mut batch);
        rows.retain(|row| row.client_id != nobody::ID);
        let count = rows.len();
        if let Err(error) = add(&store, rows).await {
            warn!(%error, count, "notices could not be written");
        }
        if open {
            tokio::select! {
                () = sleep(PAUSE) => {}
                _ = &mut ended => {
                    open = false;
                    waiting.close();
                }
            }
        }
    }
}

/// Writes notices, with what is to be sent of them.
pub async fn add(store: &Store, rows: Vec<Notice>) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let deliveries: Vec<_> = rows.iter().filter_map(webhooks::delivery).collect();
    let written = store.write(move |tx| {
        tx.add_notices(&rows, KEPT)?;
        tx.add_deliveries(&deliveries, webhooks::KEPT)
    });
    written.await.map(drop)
}
