//! Writing notices for clients' owners: queued by the walks, written to the directory in batches, dropped (and logged)
//! rather than ever holding up an answer.

use std::time::Duration;

use grantor_store::{Notice, Store};
use tokio::sync::mpsc;
use tracing::warn;

use crate::webhooks;

/// Notices kept per client; the oldest go.
const KEPT: i64 = 10_000;
/// The most that wait to be written.
const QUEUE: usize = 4_096;
/// The most in one batch.
const BATCH: usize = 256;

/// The sending half; the writing task lives as long as one of these.
#[derive(Debug, Clone)]
pub struct Recorder {
    queue: mpsc::Sender<Notice>,
}

impl Recorder {
    /// Starts the writing task. `store` is the directory's: an owner reads what happened at any data center.
    pub fn start(store: Store) -> (Self, tokio::task::JoinHandle<()>) {
        let (queue, mut waiting) = mpsc::channel(QUEUE);
        let task = tokio::spawn(async move {
            let mut batch = Vec::with_capacity(BATCH);
            while waiting.recv_many(&mut batch, BATCH).await > 0 {
                let rows = std::mem::take(&mut batch);
                let count = rows.len();
                let deliveries: Vec<_> = rows.iter().filter_map(webhooks::delivery).collect();
                let written = store.write(move |tx| {
                    tx.add_notices(&rows, KEPT)?;
                    tx.add_deliveries(&deliveries, webhooks::KEPT)
                });
                if let Err(error) = written.await {
                    warn!(%error, count, "notices could not be written");
                }
                // A pause lets the next batch fill; notices are for reading later.
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        });
        (Self { queue }, task)
    }

    /// Queues a notice; when the queue is full it is only in the log.
    pub fn record(&self, row: Notice) {
        if self.queue.try_send(row).is_err() {
            warn!("a notice was not recorded for its client: too many at once");
        }
    }
}
