//! How a store is opened, and what it counts while it runs.

use std::sync::atomic::{AtomicU64, Ordering};

/// How to open a store.
#[derive(Debug, Clone)]
pub struct StoreOptions {
    /// PostgreSQL: the schema that holds this store's tables, such as `grantor_us`; lower-case letters, digits and
    /// `_`, at most 63. Created when absent. SQLite ignores it.
    pub schema: String,
    /// SQLite: how many read-only connections there may be; one for each core unless told. They are opened when first
    /// needed.
    pub readers: usize,
    /// PostgreSQL: how many connections, each with its own thread. They are opened when first needed.
    pub connections: usize,
    /// How many steps may wait before new ones are refused with [`crate::StoreError::Overloaded`].
    pub queue: usize,
    /// SQLite: lock the file, so that a second server refuses to start. A server does, other commands do not.
    pub exclusive: bool,
    /// The time written beside each migration that is applied, in milliseconds since 1970; 0 when unknown.
    pub at: i64,
    /// For tests: run every writing step twice with a rollback between, to show that steps are safe to run again.
    pub rehearse: bool,
}

impl Default for StoreOptions {
    fn default() -> Self {
        Self {
            schema: "grantor".to_owned(),
            readers: std::thread::available_parallelism().map_or(2, usize::from).clamp(2, 16),
            connections: 8,
            queue: 1024,
            exclusive: false,
            at: 0,
            rehearse: false,
        }
    }
}

/// What a store did since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StoreStatistics {
    /// Writing steps that were run, whatever came of them.
    pub steps: u64,
    /// Transactions committed for them. Smaller than `steps` when steps shared a commit.
    pub commits: u64,
    /// Reading steps that were run.
    pub reads: u64,
    /// Steps refused because the queue was full.
    pub shed: u64,
    /// Steps that ended with an error or a panic.
    pub failed: u64,
    /// Steps run again after a deadlock, a serialization failure or a lost connection.
    pub retried: u64,
    /// Steps waiting at this moment.
    pub queued: usize,
}

/// The counters behind [`StoreStatistics`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) steps: Counter,
    pub(crate) commits: Counter,
    pub(crate) reads: Counter,
    pub(crate) shed: Counter,
    pub(crate) failed: Counter,
    pub(crate) retried: Counter,
}

impl Counters {
    pub(crate) fn snapshot(&self, queued: usize) -> StoreStatistics {
        StoreStatistics {
            steps: self.steps.get(),
            commits: self.commits.get(),
            reads: self.reads.get(),
            shed: self.shed.get(),
            failed: self.failed.get(),
            retried: self.retried.get(),
            queued,
        }
    }
}

/// A number that only grows. Relaxed: it is looked at by people, nothing is decided by it.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
