//! The thread that copies the log into the file while the writer goes on. The log starts over only when all of it is in
//! the file and nobody writes, so the writer copies the rest itself; thanks to this thread the rest is short.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, TryRecvError, bounded};

use super::beside;
use super::session::{Checkpoint, Session};
use super::write_back::write_back;
use crate::StoreError;

/// Pages that the writer may well copy itself …
const REST: u32 = 300;
/// … and how often the thread tries to come down to so few before it leaves the writer what there is.
const PASSES: u32 = 4;

/// What the thread is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Copying {
    /// Nothing was asked of it, or it cannot run.
    No,
    /// It copies.
    UnderWay,
    /// It has copied what it could; told once.
    Done,
}

/// The thread's other end, held by the writer. The thread starts at the first use, so that a store that writes little
/// never has one, and ends with this.
pub(super) struct Copier {
    file: PathBuf,
    /// Pages in the log, kept by the writer.
    pages: Arc<AtomicU32>,
    /// The file once more, to sync it. Opened at the first use and never closed: that would take away the locks that
    /// SQLite holds on the file in this process.
    synced: Option<&'static File>,
    thread: Option<Thread>,
    asked: bool,
}

struct Thread {
    go: Sender<()>,
    done: Receiver<()>,
    handle: JoinHandle<()>,
}

impl Copier {
    pub(super) fn new(file: &Path, pages: Arc<AtomicU32>) -> Self {
        Self { file: file.to_owned(), pages, synced: None, thread: None, asked: false }
    }

    /// Asks for a copy; false when there is nobody to make it.
    pub(super) fn start(&mut self) -> bool {
        if self.thread.is_none() {
            if self.synced.is_none() {
                self.synced = File::open(&self.file).ok().map(|file| &*Box::leak(Box::new(file)));
            }
            self.thread = Thread::start(&self.file, self.synced, &self.pages)
                .inspect_err(|error| tracing::warn!(%error, "no thread for copying the log"))
                .ok();
        }
        self.asked = self.thread.as_ref().is_some_and(|thread| thread.go.try_send(()).is_ok());
        self.asked
    }

    /// How far it is.
    pub(super) fn look(&mut self) -> Copying {
        let Some(thread) = self.thread.as_ref().filter(|_| self.asked) else { return Copying::No };
        match thread.done.try_recv() {
            Err(TryRecvError::Empty) => Copying::UnderWay,
            Ok(()) => self.finished(),
            Err(TryRecvError::Disconnected) => self.died(),
        }
    }

    /// Waits for the end of what is under way.
    pub(super) fn wait(&mut self) -> Copying {
        let Some(thread) = self.thread.as_ref().filter(|_| self.asked) else { return Copying::No };
        if thread.done.recv().is_ok() { self.finished() } else { self.died() }
    }

    fn finished(&mut self) -> Copying {
        self.asked = false;
        Copying::Done
    }

    /// It panicked. What it left is the writer's, and the next copy has a new thread.
    fn died(&mut self) -> Copying {
        self.thread = None;
        self.finished()
    }
}

impl Drop for Copier {
    /// The thread's connection is closed before the writer's: the last one to close empties the log into the file.
    fn drop(&mut self) {
        if let Some(Thread { go, done, handle }) = self.thread.take() {
            drop((go, done));
            if handle.join().is_err() {
                tracing::error!("the thread that copies the log panicked");
            }
        }
    }
}

impl Thread {
    fn start(file: &Path, synced: Option<&'static File>, pages: &Arc<AtomicU32>) -> std::io::Result<Self> {
        let ((go, told), (tell, done)) = (bounded(1), bounded(1));
        let (file, pages) = (file.to_owned(), Arc::clone(pages));
        let handle = thread::Builder::new().name("store-copier".to_owned()).spawn(move || {
            let mut session = None;
            while told.recv().is_ok() {
                if let Err(error) = copy(&file, synced, &mut session, &pages) {
                    // A full disk, for instance. The log still holds everything, and the writer tries next.
                    tracing::warn!(file = %file.display(), %error, "the log could not be copied into the file");
                    session = None;
                }
                if tell.send(()).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { go, done, handle })
    }
}

fn copy(
    file: &Path,
    synced: Option<&File>,
    session: &mut Option<Session>,
    pages: &AtomicU32,
) -> Result<(), StoreError> {
    let session = match session {
        Some(session) => session,
        None => session.insert(Session::copier(file)?),
    };
    let mut before = 0;
    for _ in 0..PASSES {
        let Checkpoint { logged, copied, .. } = session.checkpoint(super::session::PASSIVE)?;
        let length = || pages.load(Ordering::Relaxed);
        if let Some(synced) = synced {
            if let Err(error) = write_back(synced, &beside(file, "-wal"), before..copied, length) {
                tracing::debug!(file = %file.display(), %error, "pages are written back all at once");
            }
            // SQLite syncs the file only when nothing was added to the log meanwhile, so nearly always it would be the
            // writer who waits for all of it. The log starts over only after the writer's sync, which is told of an error
            // too.
            if let Err(error) = synced.sync_data() {
                tracing::warn!(file = %file.display(), %error, "the file could not be synced");
                break;
            }
        }
        before = copied;
        // Readers are in the way, or little was added meanwhile.
        if copied < logged || length().saturating_sub(copied) <= REST {
            break;
        }
    }
    Ok(())
}
