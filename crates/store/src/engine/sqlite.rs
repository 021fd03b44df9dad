//! The SQLite engine: one writer thread that commits steps in groups, a thread that copies its log into the file, and a
//! few read-only connections that read on the calling thread.

mod copier;
mod migrate;
mod readers;
mod session;
mod write_back;
mod writer;

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Sender, TrySendError, bounded};

pub(crate) use self::session::Session;

use self::readers::Readers;
use self::writer::Writer;
use super::changes::Changes;
use super::files::{make_folder, private};
use super::job::Job;
use super::migrations::Migrations;
use super::note::Note;
use super::options::{Counters, StoreOptions};
use super::tx::Tx;
use crate::StoreError;

/// What the writer thread is told.
enum Order {
    Step(Box<dyn Job>),
    Stop,
}

pub(crate) struct SqliteEngine {
    orders: Sender<Order>,
    readers: Readers,
    counters: Arc<Counters>,
    changes: Arc<Changes>,
    closed: AtomicBool,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteEngine {
    pub(crate) fn open(
        file: &Path,
        migrations: &Migrations,
        options: &StoreOptions,
        counters: Arc<Counters>,
    ) -> Result<Self, StoreError> {
        if let Some(folder) = file.parent() {
            make_folder(folder).map_err(|why| io_error(folder, why))?;
        }
        let lock = if options.exclusive { Some(lock(file)?) } else { None };
        create(file)?;
        let changes = Arc::new(Changes::new(Note::of(lock_of(file)), !options.exclusive));
        let mut session = Session::writer(file)?;
        migrate::migrate(&session, migrations, options.at)?;
        let (orders, waiting) = bounded(options.queue.max(1));
        let writer = Writer::new(&mut session, waiting, Arc::clone(&counters), Arc::clone(&changes), options)?;
        let thread = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                writer.run(&session);
                drop(session);
                // Last, so that the next server finds a closed database.
                drop(lock);
            })
            .map_err(|why| io_error(file, why))?;
        Ok(Self {
            orders,
            readers: Readers::new(file, options.readers),
            counters,
            changes,
            closed: AtomicBool::new(false),
            thread: Mutex::new(Some(thread)),
        })
    }

    pub(crate) fn write(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        if self.is_closed() {
            return Err(StoreError::closed());
        }
        self.orders.try_send(Order::Step(job)).map_err(|refused| match refused {
            TrySendError::Full(_) => {
                self.counters.shed.add(1);
                StoreError::Overloaded
            }
            TrySendError::Disconnected(_) => StoreError::closed(),
        })
    }

    pub(crate) fn read<T>(&self, mut step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.counted(|readers| readers.read(&mut step))
    }

    pub(crate) fn look_up<T>(
        &self,
        mut step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.counted(|readers| readers.look_up(&mut step))
    }

    fn counted<T>(&self, read: impl FnOnce(&Readers) -> Result<T, StoreError>) -> Result<T, StoreError> {
        if self.is_closed() {
            return Err(StoreError::closed());
        }
        self.counters.reads.add(1);
        let result = read(&self.readers);
        if result.is_err() {
            self.counters.failed.add(1);
        }
        result
    }

    pub(crate) fn changes(&self) -> &Arc<Changes> {
        &self.changes
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    pub(crate) fn queued(&self) -> usize {
        self.orders.len()
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        // Readers first: the last connection to close is then the writer's, which can empty the log into the file.
        self.readers.close();
        // An error means that the thread has ended already.
        let _ = self.orders.send(Order::Stop);
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread
            && thread.join().is_err()
        {
            tracing::error!("the writer thread of the store panicked");
        }
    }
}

/// Locks `FILE.lock` for as long as the returned file lives.
fn lock(file: &Path) -> Result<File, StoreError> {
    let path = lock_of(file);
    let lock = private().write(true).open(&path).map_err(|why| io_error(&path, why))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(StoreError::InUse(file.to_owned())),
        Err(TryLockError::Error(why)) => Err(io_error(&path, why)),
    }
}

fn lock_of(file: &Path) -> PathBuf {
    beside(file, ".lock")
}

/// Creates an absent file readable by its owner only; SQLite gives its log the same rights.
fn create(file: &Path) -> Result<(), StoreError> {
    private().append(true).open(file).map(drop).map_err(|why| io_error(file, why))
}

/// The path with something appended to its name.
fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn io_error(path: &Path, why: std::io::Error) -> StoreError {
    StoreError::Io { path: path.to_owned(), why: Arc::new(why) }
}
