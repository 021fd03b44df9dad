//! The thread of one connection: it takes a step, runs it in its own transaction, answers, and keeps the connection up.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::link::{Link, PostgresTx};
use super::{Order, Shared, migrate};
use crate::StoreError;
use crate::engine::job::Job;
use crate::engine::migrations::Migrations;
use crate::engine::tx::Tx;

/// Told explicitly, so that a server whose default differs changes nothing.
const BEGIN_WRITE: &str = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
/// One snapshot for all statements of a step, as on SQLite. It costs nothing: it travels with the first statement.
const BEGIN_READ: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
/// How often a step is run before its conflicts are its caller's.
const ATTEMPTS: u32 = 5;
/// The pause after the first failed connection; it doubles …
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// … up to this.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How often a resting thread looks whether it should still rest.
const GLANCE: Duration = Duration::from_millis(50);

pub(super) struct Worker {
    shared: Arc<Shared>,
    orders: Receiver<Order>,
    link: Option<Link>,
    /// Since connecting failed: the pause to make, and its end.
    pause: Option<(Duration, Instant)>,
}

/// How an attempt at a step ended.
enum End {
    /// The job holds its outcome.
    Settled,
    /// A deadlock or a serialization failure.
    Conflict,
    /// The schema changed under a prepared statement.
    Stale,
    /// The connection ended before COMMIT was sent, so nothing was kept.
    Lost,
}

impl Worker {
    pub(super) fn new(shared: Arc<Shared>, orders: Receiver<Order>) -> Self {
        Self { shared, orders, link: None, pause: None }
    }

    pub(super) fn migrate(&mut self, migrations: &Migrations, at: i64) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        migrate::migrate(self.link()?, &shared.schema, migrations, at)
    }

    /// Until told to stop. Everything queued before the last order to stop is taken by some thread.
    pub(super) fn run(mut self) {
        loop {
            self.rest();
            match self.orders.recv() {
                Ok(Order::Write(job)) => self.settle(job, BEGIN_WRITE),
                Ok(Order::Read(job)) => self.settle(job, BEGIN_READ),
                Ok(Order::Stop) | Err(_) => break,
            }
        }
        if let Some(link) = self.unlink() {
            link.close();
        }
    }

    /// A thread that cannot connect leaves the queue to those that are connected, instead of failing their steps fast.
    fn rest(&mut self) {
        while self.pause.is_some()
            && self.shared.healthy.load(Ordering::Relaxed) > 0
            && !self.shared.closed.load(Ordering::Relaxed)
        {
            if self.pausing() {
                thread::park_timeout(GLANCE);
            } else if self.link().is_ok() {
                return;
            }
        }
    }

    fn pausing(&self) -> bool {
        self.pause.is_some_and(|(_, until)| Instant::now() < until)
    }

    /// The connection, made if there is none; fails at once during a pause of all threads.
    fn link(&mut self) -> Result<&mut Link, StoreError> {
        if self.link.as_ref().is_some_and(Link::broken) {
            self.unlink();
        }
        if self.link.is_none() {
            // When others are connected there is no reason to wait: a step is in hand, and the server is there.
            if self.pausing() && self.shared.healthy.load(Ordering::Relaxed) == 0 {
                return Err(StoreError::Unavailable(format!("{} cannot be reached", self.shared.url).into()));
            }
            match Link::connect(&self.shared) {
                Ok(link) => {
                    self.pause = None;
                    self.shared.healthy.fetch_add(1, Ordering::Relaxed);
                    self.link = Some(link);
                }
                Err(error) => {
                    let pause = self.pause.map_or(FIRST_PAUSE, |(last, _)| (last * 2).min(LONGEST_PAUSE));
                    self.pause = Some((pause, Instant::now() + pause));
                    return Err(error);
                }
            }
        }
        self.link.as_mut().ok_or_else(StoreError::closed)
    }

    fn unlink(&mut self) -> Option<Link> {
        let link = self.link.take();
        if link.is_some() {
            self.shared.healthy.fetch_sub(1, Ordering::Relaxed);
        }
        link
    }

    /// Runs a step until it is settled, and answers.
    fn settle(&mut self, mut job: Box<dyn Job>, begin: &'static str) {
        let shared = Arc::clone(&self.shared);
        let writes = begin == BEGIN_WRITE;
        if writes {
            shared.counters.steps.add(1);
        } else {
            shared.counters.reads.add(1);
        }
        let (mut attempts, mut renewed, mut replanned, mut reading) = (0, false, false, false);
        loop {
            let link = match self.link() {
                Ok(link) => link,
                Err(error) => {
                    job.fail(error);
                    break;
                }
            };
            attempts += 1;
            let end = if writes {
                write(link, job.as_mut(), &shared)
            } else {
                let (end, open) = read(link, job.as_mut());
                reading = open;
                end
            };
            match end {
                End::Conflict if attempts < ATTEMPTS => {}
                End::Conflict => {
                    job.fail(StoreError::Conflict { attempts });
                    break;
                }
                End::Stale if !replanned => {
                    replanned = true;
                    link.forget_statements();
                }
                End::Lost if !renewed => {
                    // Nothing was kept, so the step is run once more; an idle connection that the server closed, say
                    // by a restart, is not noticed before.
                    renewed = true;
                    self.unlink();
                }
                End::Settled | End::Lost | End::Stale => break,
            }
            shared.counters.retried.add(1);
        }
        if job.failed() {
            shared.counters.failed.add(1);
        }
        job.answer();
        if reading && let Some(link) = self.link.as_mut() {
            // After the answer: nobody waits for the end of a read.
            link.send("COMMIT");
        }
    }
}

fn write(link: &mut Link, job: &mut dyn Job, shared: &Shared) -> End {
    if shared.rehearse {
        let mut tx = Tx::postgres(PostgresTx::new(link, BEGIN_WRITE));
        job.run(&mut tx);
        if tx.begun() {
            link.send("ROLLBACK");
        }
    }
    let mut tx = Tx::postgres(PostgresTx::new(link, BEGIN_WRITE));
    let kept = job.run(&mut tx);
    let (begun, fault) = (tx.begun(), tx.fault().cloned());
    if !kept || !begun {
        if begun {
            link.send("ROLLBACK");
        }
        return fault.map_or(End::Settled, |fault| end(link, &fault));
    }
    match link.batch("COMMIT") {
        Ok(()) => {
            shared.counters.commits.add(1);
            End::Settled
        }
        Err(StoreError::Unavailable(_)) => {
            job.fail(StoreError::OutcomeUnknown);
            End::Settled
        }
        Err(error) if matches!(end(link, &error), End::Conflict) => End::Conflict,
        Err(error) => {
            job.fail(StoreError::Commit(Box::new(error)));
            End::Settled
        }
    }
}

/// Runs a reading step; also tells whether its transaction is still open.
fn read(link: &mut Link, job: &mut dyn Job) -> (End, bool) {
    let mut tx = Tx::postgres(PostgresTx::new(link, BEGIN_READ));
    job.run(&mut tx);
    let (begun, fault) = (tx.begun(), tx.fault().cloned());
    match fault.map_or(End::Settled, |fault| end(link, &fault)) {
        End::Settled => (End::Settled, begun),
        other => {
            if begun {
                link.send("ROLLBACK");
            }
            (other, false)
        }
    }
}

/// What the first failed statement of a transaction means for the step.
fn end(link: &Link, fault: &StoreError) -> End {
    match fault {
        _ if link.broken() => End::Lost,
        StoreError::Unavailable(_) => End::Lost,
        StoreError::Postgres { code, .. } => match code.as_str() {
            // serialization_failure, deadlock_detected
            "40001" | "40P01" => End::Conflict,
            // "cached plan must not change result type", and a statement that a pooler or DISCARD took away
            "0A000" | "26000" => End::Stale,
            _ => End::Settled,
        },
        _ => End::Settled,
    }
}
