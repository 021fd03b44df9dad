//! The read-only connections. A read runs on the calling thread, on the first connection that is free.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::session::Session;
use crate::StoreError;
use crate::engine::job::guarded;
use crate::engine::tx::Tx;

thread_local! {
    /// The connection this thread used last, and tries first: what it reads is still near its core then, and two
    /// threads soon keep to two connections.
    static LAST: Cell<usize> = const { Cell::new(0) };
}

pub(super) struct Readers {
    file: PathBuf,
    /// Opened when first needed; the first ones do most of the work, so an idle server has few.
    slots: Vec<Mutex<Option<Session>>>,
    turn: AtomicUsize,
    closed: AtomicBool,
}

impl Readers {
    pub(super) fn new(file: &Path, count: usize) -> Self {
        Self {
            file: file.to_owned(),
            slots: (0..count.max(1)).map(|_| Mutex::new(None)).collect(),
            turn: AtomicUsize::new(0),
            closed: AtomicBool::new(false),
        }
    }

    /// Runs a step over one snapshot.
    pub(super) fn read<T>(&self, step: &mut impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.with_one(|session| {
            session.run("BEGIN")?;
            let mut tx = Tx::sqlite(session);
            let outcome = guarded(step, &mut tx);
            Ok((outcome, tx.fault().is_none() && session.run("COMMIT").is_ok()))
        })
    }

    /// Runs a step of one statement, which has a snapshot of its own.
    pub(super) fn look_up<T>(
        &self,
        step: &mut impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with_one(|session| {
            let mut tx = Tx::sqlite_alone(session);
            let outcome = guarded(step, &mut tx);
            Ok((outcome, tx.fault().is_none()))
        })
    }

    /// Lends a connection. `run` also tells whether it is as it was.
    fn with_one<T>(
        &self,
        run: impl FnOnce(&Session) -> Result<(Result<T, StoreError>, bool), StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = self.free().ok_or_else(StoreError::closed)?;
        if self.closed.load(Ordering::Acquire) {
            return Err(StoreError::closed());
        }
        let session = match slot.as_ref() {
            Some(session) => session,
            None => slot.insert(Session::reader(&self.file)?),
        };
        let (outcome, healthy) = run(session)?;
        if !healthy {
            // Opened again by the next read: whatever state the connection was in is gone with it.
            *slot = None;
        }
        outcome
    }

    /// Closes every connection, after the reads that are under way.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        for slot in &self.slots {
            *slot.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
    }

    fn free(&self) -> Option<MutexGuard<'_, Option<Session>>> {
        let many = self.slots.len();
        for (at, slot) in self.slots.iter().enumerate().cycle().skip(LAST.get().min(many)).take(many) {
            let guard = match slot.try_lock() {
                Ok(guard) => guard,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => continue,
            };
            LAST.set(at);
            return Some(guard);
        }
        let turn = self.turn.fetch_add(1, Ordering::Relaxed).checked_rem(self.slots.len())?;
        let slot = self.slots.get(turn)?;
        Some(slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
