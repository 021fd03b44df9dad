//! The writer thread: it takes the steps that wait, runs them in one transaction, commits once, and only then answers.
//! There is no timer: while one commit is under way the next group gathers by itself.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::copier::{Copier, Copying};
use super::session::{PASSIVE, RESTART, Session};
use super::{Order, beside};
use crate::StoreError;
use crate::engine::job::Job;
use crate::engine::options::{Counters, StoreOptions};
use crate::engine::tx::Tx;

/// Steps per commit at most. More gains nothing measurable and makes the first one wait.
const GROUP: usize = 128;
/// Pages in the log after which it is copied into the file (32 MiB). Everybody waits for the end of that, so it must be
/// rare: less than one answer in a hundred meets it with 64 waiting …
const CHECKPOINT: u32 = 8000;
/// … after which that is tried again when readers were in the way …
const AGAIN: u32 = 1000;
/// … and after which the copying and the readers are waited for (80 MiB).
const INSIST: u32 = 20_000;
/// The log is grown to this length before it is needed: a sync that records a new length costs several times one that
/// overwrites.
const GROWN: u64 = 4 << 20;
/// Growing waits until nobody has asked for anything this long, so that it never delays a start.
const QUIET: Duration = Duration::from_millis(250);

pub(super) struct Writer {
    orders: Receiver<Order>,
    counters: Arc<Counters>,
    /// Pages in the log, told by SQLite at each commit.
    pages: Arc<AtomicU32>,
    copier: Copier,
    due: u32,
    grow: bool,
    rehearse: bool,
    stopping: bool,
}

impl Writer {
    pub(super) fn new(
        session: &mut Session,
        orders: Receiver<Order>,
        counters: Arc<Counters>,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&pages);
        let hooked = session.connection_mut().wal_hook(Some(move |_: &mut _, count: std::ffi::c_int| {
            told.store(u32::try_from(count).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }));
        hooked.map_err(|error| session.fault(error))?;
        Ok(Self {
            orders,
            counters,
            copier: Copier::new(session.file(), Arc::clone(&pages)),
            pages,
            due: CHECKPOINT,
            // A command that runs beside a server, or for a moment, has no use for it.
            grow: options.exclusive,
            rehearse: options.rehearse,
            stopping: false,
        })
    }

    /// Until told to stop, and then until nothing waits.
    pub(super) fn run(mut self, session: &Session) {
        let mut group: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP);
        while let Some(first) = self.next(session) {
            group.push(first);
            while group.len() < GROUP {
                match self.orders.try_recv() {
                    Ok(Order::Step(job)) => group.push(job),
                    Ok(Order::Stop) => self.stopping = true,
                    Err(_) => break,
                }
            }
            while !group.is_empty() {
                self.commit(session, &mut group);
            }
            self.tend_log(session);
        }
    }

    fn next(&mut self, session: &Session) -> Option<Box<dyn Job>> {
        loop {
            let order = if self.stopping {
                self.orders.try_recv().ok()?
            } else if self.grow {
                match self.orders.recv_timeout(QUIET) {
                    Ok(order) => order,
                    Err(RecvTimeoutError::Timeout) => {
                        self.grow = false;
                        grow(session);
                        continue;
                    }
                    Err(RecvTimeoutError::Disconnected) => return None,
                }
            } else {
                self.orders.recv().ok()?
            };
            match order {
                Order::Step(job) => return Some(job),
                Order::Stop => self.stopping = true,
            }
        }
    }

    /// One transaction over the steps at the front of `group`, which are answered and taken out of it. Steps that had
    /// not been run when the transaction was lost stay for the next one.
    fn commit(&self, session: &Session, group: &mut Vec<Box<dyn Job>>) {
        session.roll_back();
        let mut ran = 0;
        let mut lost = session.run("BEGIN IMMEDIATE").err();
        if let Some(error) = &lost {
            ran = group.len();
            for job in group.iter_mut() {
                job.fail(error.clone());
            }
        } else {
            // Alone, a step needs no savepoint: its transaction is rolled back instead.
            let alone = group.len() == 1 && !self.rehearse;
            for job in group.iter_mut() {
                ran += 1;
                lost = self.step(session, job.as_mut(), alone).err();
                if lost.is_some() {
                    break;
                }
            }
        }
        let why = match lost {
            Some(error) => Some(StoreError::RolledBack(Box::new(error))),
            None if group.iter().all(|job| job.failed()) => None,
            None => match session.run("COMMIT") {
                Ok(()) => {
                    self.counters.commits.add(1);
                    None
                }
                Err(error) => Some(StoreError::Commit(Box::new(error))),
            },
        };
        session.roll_back();
        self.counters.steps.add(ran as u64);
        for mut job in group.drain(..ran) {
            if let Some(error) = &why
                && !job.failed()
            {
                job.fail(error.clone());
            }
            if job.failed() {
                self.counters.failed.add(1);
            }
            job.answer();
        }
    }

    /// Runs one step inside the open transaction. An error means that the whole transaction is lost.
    fn step(&self, session: &Session, job: &mut dyn Job, alone: bool) -> Result<(), StoreError> {
        if alone {
            job.run(&mut Tx::sqlite(session));
            return still_open(session);
        }
        let opened = session.run("SAVEPOINT step");
        if let Err(error) = opened {
            job.fail(error.clone());
            return Err(error);
        }
        if self.rehearse {
            job.run(&mut Tx::sqlite(session));
            still_open(session)?;
            session.run("ROLLBACK TO step")?;
        }
        let kept = job.run(&mut Tx::sqlite(session));
        still_open(session)?;
        if !kept {
            session.run("ROLLBACK TO step")?;
        }
        session.run("RELEASE step")
    }

    /// Has the log copied into the file when it is long, so that the next commit starts it over.
    fn tend_log(&mut self, session: &Session) {
        let pages = self.pages.load(Ordering::Relaxed);
        let mut copying = self.copier.look();
        if pages >= INSIST && copying == Copying::UnderWay {
            copying = self.copier.wait();
        }
        match copying {
            Copying::UnderWay => {}
            // What was added meanwhile.
            Copying::Done => self.checkpoint(session, pages),
            Copying::No if pages < self.due => {
                if pages < CHECKPOINT {
                    self.due = CHECKPOINT;
                }
            }
            Copying::No => {
                if pages >= INSIST || !self.copier.start() {
                    self.checkpoint(session, pages);
                }
            }
        }
    }

    fn checkpoint(&mut self, session: &Session, pages: u32) {
        let result = session.checkpoint(if pages < INSIST { PASSIVE } else { RESTART });
        self.due = pages.max(CHECKPOINT) + AGAIN;
        match result {
            Ok(done) => tracing::debug!(?done, "checkpoint"),
            // A full disk, for instance. The log still holds everything.
            Err(error) => {
                tracing::warn!(file = %session.file().display(), %error, "the log could not be copied into the file");
            }
        }
    }
}

/// SQLite ends a transaction by itself after some errors (a full disk, input/output, no memory).
fn still_open(session: &Session) -> Result<(), StoreError> {
    if session.idle() {
        return Err(StoreError::Sqlite { code: 4, message: "SQLite ended the transaction".to_owned() });
    }
    Ok(())
}

/// Makes the log long once. The pages are written by a transaction whose cache is too small for them, and which is
/// then rolled back: the log keeps its length and the database is as before.
fn grow(session: &Session) {
    let log = beside(session.file(), "-wal");
    if length(&log) >= GROWN {
        return;
    }
    let written = session.batch(
        "PRAGMA cache_size=16; BEGIN IMMEDIATE; CREATE TABLE log_filler (filler BLOB); \
         INSERT INTO log_filler VALUES (zeroblob(4 << 20))",
    );
    session.roll_back();
    let restored = session.batch("PRAGMA cache_size=-4096");
    // The first commit would otherwise pay for writing all of it.
    let synced = File::open(&log).and_then(|file| file.sync_all());
    if let Err(error) = written.and(restored) {
        tracing::debug!(file = %session.file().display(), %error, "the log was not grown");
    } else if let Err(error) = synced {
        tracing::debug!(file = %log.display(), %error, "the grown log was not synced");
    }
}

fn length(file: &Path) -> u64 {
    std::fs::metadata(file).map_or(0, |data| data.len())
}
