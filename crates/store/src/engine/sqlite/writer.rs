//! The writer thread: it takes the steps that wait, runs them in one transaction, commits once, and only then answers.
//! There is no timer: while one commit is under way the next group gathers by itself.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use super::copier::{Copier, Copying};
use super::session::{PASSIVE, Session, WRITER_CACHE};
use super::{Order, beside};
use crate::StoreError;
use crate::engine::changes::{Changed, Changes};
use crate::engine::job::Job;
use crate::engine::options::{Counters, StoreOptions};
use crate::engine::tx::Tx;

/// Steps per commit at most. More gains nothing measurable and makes the first one wait.
const GROUP: usize = 128;
/// 32, 4 and 80 MiB. Everybody waits for the end of a copy, so it must be rare: less than one answer in a hundred meets
/// it with 64 waiting.
const LENGTHS: Lengths = Lengths { checkpoint: 8000, again: 1000, insist: 20_000 };
/// How long the readers are waited for, and everybody with them: most read for less than a millisecond, and one that
/// stays (a backup) is not worth a longer wait.
const READERS: Duration = Duration::from_millis(20);
/// The log is grown to this length before it is needed: a sync that records a new length costs several times one that
/// overwrites.
const GROWN: u64 = 4 << 20;
/// Growing waits until nobody has asked for anything this long, so that it never delays a start.
const QUIET: Duration = Duration::from_millis(250);

/// What is done at which length of the log, in pages.
#[derive(Debug, Clone, Copy)]
struct Lengths {
    /// It is copied into the file.
    checkpoint: u32,
    /// That is tried again after so many more, when readers were in the way.
    again: u32,
    /// The copying is waited for, and the readers for a moment.
    insist: u32,
}

pub(super) struct Writer {
    orders: Receiver<Order>,
    counters: Arc<Counters>,
    changes: Arc<Changes>,
    /// What the transaction that is open has changed.
    changed: Changed,
    /// Pages in the log, told by SQLite at each commit.
    pages: Arc<AtomicU32>,
    copier: Copier,
    lengths: Lengths,
    /// The next copy is due at this length …
    due: u32,
    /// … the next wait for the readers at this …
    insist: u32,
    /// … and, when one of them stays, the wait after that so many pages later.
    back_off: u32,
    /// A reader stayed: the log grows until it ends.
    held: bool,
    /// The copy under way is waited for from this length on.
    outrun: u32,
    grow: bool,
    rehearse: bool,
    stopping: bool,
}

impl Writer {
    pub(super) fn new(
        session: &mut Session,
        orders: Receiver<Order>,
        counters: Arc<Counters>,
        changes: Arc<Changes>,
        options: &StoreOptions,
    ) -> Result<Self, StoreError> {
        let pages = Arc::new(AtomicU32::new(0));
        let told = Arc::clone(&pages);
        let hooked = session.connection_mut().wal_hook(Some(move |_: &mut _, count: std::ffi::c_int| {
            told.store(u32::try_from(count).unwrap_or(0), Ordering::Relaxed);
            Ok(())
        }));
        hooked.map_err(|error| session.fault(error))?;
        let mut writer = Self {
            orders,
            counters,
            changes,
            changed: Changed::default(),
            copier: Copier::new(session.file(), Arc::clone(&pages)),
            pages,
            lengths: LENGTHS,
            due: 0,
            insist: 0,
            back_off: 0,
            held: false,
            outrun: 0,
            // A command that runs beside a server, or for a moment, has no use for it.
            grow: options.exclusive,
            rehearse: options.rehearse,
            stopping: false,
        };
        writer.begin_log();
        Ok(writer)
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
    fn commit(&mut self, session: &Session, group: &mut Vec<Box<dyn Job>>) {
        let (ran, lost) = self.run_steps(session, group);
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
        // Whatever came of it, and before anybody hears of it.
        self.changes.record(&mut self.changed);
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

    /// Runs the steps in a transaction. How many were run, and why the transaction is lost, if it is.
    ///
    /// Savepoints would keep each step from what another one left when it failed, and cost copies of pages; steps nearly
    /// never fail. So they come without at first, and when one has failed, all run once more, each in its savepoint.
    fn run_steps(&mut self, session: &Session, group: &mut [Box<dyn Job>]) -> (usize, Option<StoreError>) {
        let mut savepoints = self.rehearse;
        loop {
            session.roll_back();
            if let Err(error) = session.run("BEGIN IMMEDIATE") {
                for job in group.iter_mut() {
                    job.fail(error.clone());
                }
                return (group.len(), Some(error));
            }
            let (mut ran, mut lost, mut failed) = (0, None, false);
            for job in group.iter_mut() {
                ran += 1;
                let outcome =
                    if savepoints { self.step_apart(session, job.as_mut()) } else { self.step(session, job.as_mut()) };
                lost = outcome.err();
                failed |= job.failed();
                if lost.is_some() || (failed && !savepoints) {
                    break;
                }
            }
            // Alone, a step is rolled back with its transaction.
            if savepoints || group.len() == 1 || (lost.is_none() && !failed) {
                return (ran, lost);
            }
            savepoints = true;
        }
    }

    /// Runs one step inside the open transaction. An error means that the whole transaction is lost.
    fn step(&mut self, session: &Session, job: &mut dyn Job) -> Result<(), StoreError> {
        job.run(&mut Tx::sqlite_writing(session, &mut self.changed));
        still_open(session)
    }

    /// The same, and takes back what a step that fails has written.
    fn step_apart(&mut self, session: &Session, job: &mut dyn Job) -> Result<(), StoreError> {
        if let Err(error) = session.run("SAVEPOINT step") {
            job.fail(error.clone());
            return Err(error);
        }
        if self.rehearse {
            self.step(session, job)?;
            session.run("ROLLBACK TO step")?;
        }
        self.step(session, job)?;
        if job.failed() {
            session.run("ROLLBACK TO step")?;
        }
        session.run("RELEASE step")
    }

    /// The log is short.
    fn begin_log(&mut self) {
        let Lengths { checkpoint, again, insist } = self.lengths;
        (self.due, self.insist, self.back_off, self.held) = (checkpoint, insist, again, false);
    }

    /// Has the log copied into the file when it is long, so that the next commit starts it over.
    fn tend_log(&mut self, session: &Session) {
        let pages = self.pages.load(Ordering::Relaxed);
        let mut copying = self.copier.look();
        if pages >= self.outrun && copying == Copying::UnderWay {
            copying = self.copier.wait();
        }
        match copying {
            Copying::UnderWay => {}
            // What was added meanwhile.
            Copying::Done => self.checkpoint(session, pages),
            Copying::No if pages < self.due => {
                if pages < self.lengths.checkpoint {
                    self.begin_log();
                }
            }
            Copying::No => {
                // What a reader that stayed leaves can be long: only the thread copies it while everybody goes on.
                let now = pages >= self.insist && !self.held;
                if now || !self.copier.start() {
                    self.checkpoint(session, pages);
                } else {
                    self.outrun = if self.held { pages.saturating_mul(2) } else { self.lengths.insist };
                }
            }
        }
    }

    fn checkpoint(&mut self, session: &Session, pages: u32) {
        let insisting = pages >= self.insist;
        let result = if insisting { session.restart(READERS) } else { session.checkpoint(PASSIVE) };
        self.due = pages.max(self.lengths.checkpoint).saturating_add(self.lengths.again);
        match result {
            Ok(done) => {
                if insisting && done.busy {
                    self.held = true;
                    self.insist = pages.saturating_add(self.back_off);
                    self.back_off = self.back_off.saturating_mul(2).min(self.lengths.insist);
                }
                tracing::debug!(?done, "checkpoint");
            }
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
    let restored = session.batch(WRITER_CACHE);
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::engine::note::Note;

    #[test]
    fn writers_wait_a_moment_and_ever_more_rarely_for_a_reader_that_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("test.db");
        let mut session = Session::writer(&file).unwrap();
        let (_orders, waiting) = crossbeam_channel::bounded(1);
        let changes = Arc::new(Changes::new(Note::default(), true));
        let mut writer = Writer::new(&mut session, waiting, Arc::default(), changes, &StoreOptions::default()).unwrap();
        writer.lengths = Lengths { checkpoint: 20, again: 5, insist: 50 };
        writer.begin_log();
        session.batch("CREATE TABLE item (data BLOB)").unwrap();
        let reader = Session::reader(&file).unwrap();
        reader.batch("BEGIN; SELECT count(*) FROM item").unwrap();

        // More than 1,000 pages, all of them committed under the reader's eyes.
        let (began, mut waits) = (Instant::now(), 0);
        for _ in 0..200 {
            session.batch("INSERT INTO item VALUES (zeroblob(20000))").unwrap();
            let insist = writer.insist;
            writer.tend_log(&session);
            waits += u32::from(writer.insist > insist);
        }
        let pages = writer.pages.load(Ordering::Relaxed);
        assert!(pages > 1_000, "{pages}");
        // After 5, 10, 20 and 40 pages, then each time after 50; a try for every 5 would be 200.
        assert!(waits > 4 && waits <= 5 + pages / 50, "{waits} in {pages} pages");
        assert!(began.elapsed() < Duration::from_secs(1) * waits, "{waits} took {:?}", began.elapsed());
        let patience = session.connection().query_row("PRAGMA busy_timeout", [], |row| row.get::<_, u32>(0));
        assert_eq!(patience.unwrap(), 5_000, "another process's writes are waited for as before");

        // After it the log starts over before it is twice as long, and all is as it was in the beginning.
        reader.roll_back();
        let mut writes = 0;
        while writer.pages.load(Ordering::Relaxed) >= 20 || writer.held {
            session.batch("INSERT INTO item VALUES (zeroblob(20000))").unwrap();
            writer.tend_log(&session);
            writes += 1;
            assert!(writes < 500, "{} pages", writer.pages.load(Ordering::Relaxed));
        }
        assert_eq!((writer.insist, writer.back_off), (50, 5));
    }
}
