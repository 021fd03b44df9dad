//! A step on its way through a queue: the closure, what came of it, and who waits for the answer.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc;

use tokio::sync::oneshot;

use super::tx::Tx;
use crate::StoreError;

/// A step whose result type is forgotten, so that one queue holds them all.
pub(crate) trait Job: Send {
    /// Runs the step and keeps its outcome; true when it succeeded. May be called again.
    fn run(&mut self, tx: &mut Tx<'_>) -> bool;
    /// Replaces the outcome by an error.
    fn fail(&mut self, error: StoreError);
    /// Whether the outcome is an error.
    fn failed(&self) -> bool;
    /// Tells the one who waits.
    fn answer(self: Box<Self>);
}

/// Who waits: a task or a thread.
pub(crate) enum Reply<T> {
    Task(oneshot::Sender<Result<T, StoreError>>),
    Thread(mpsc::SyncSender<Result<T, StoreError>>),
}

/// A step with its outcome so far.
pub(crate) struct Work<T, F> {
    step: F,
    outcome: Result<T, StoreError>,
    reply: Reply<T>,
}

impl<T, F> Work<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    pub(crate) fn boxed(step: F, reply: Reply<T>) -> Box<dyn Job> {
        Box::new(Self { step, outcome: Err(StoreError::closed()), reply })
    }
}

impl<T, F> Job for Work<T, F>
where
    T: Send + 'static,
    F: FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
{
    fn run(&mut self, tx: &mut Tx<'_>) -> bool {
        self.outcome = guarded(&mut self.step, tx);
        self.outcome.is_ok()
    }

    fn fail(&mut self, error: StoreError) {
        self.outcome = Err(error);
    }

    fn failed(&self) -> bool {
        self.outcome.is_err()
    }

    fn answer(self: Box<Self>) {
        // Nobody may be waiting any more (a client that went away); the step stands all the same.
        match self.reply {
            Reply::Task(sender) => drop(sender.send(self.outcome)),
            Reply::Thread(sender) => drop(sender.send(self.outcome)),
        }
    }
}

/// Runs a step; a panic is an error, and so is success after a statement failed (on PostgreSQL such a transaction
/// could only roll back, whatever the step believes).
pub(crate) fn guarded<T>(
    step: &mut impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    tx: &mut Tx<'_>,
) -> Result<T, StoreError> {
    // A step changes no captures (decision 23), so a panic leaves nothing half done that anybody sees.
    let outcome = catch_unwind(AssertUnwindSafe(|| step(tx))).unwrap_or(Err(StoreError::Panicked));
    match (outcome, tx.fault()) {
        (Ok(_), Some(fault)) => Err(StoreError::WentOn(Box::new(fault.clone()))),
        (outcome, _) => outcome,
    }
}
