//! The door of the store: opening, and handing steps to the engine behind it.

use std::fmt;
use std::sync::{Arc, mpsc};

use tokio::sync::oneshot;

use super::job::{Job, Reply, Work};
use super::migrations::Migrations;
use super::options::{Counters, StoreOptions, StoreStatistics};
use super::postgres::PostgresEngine;
use super::sqlite::SqliteEngine;
use super::tx::Tx;
use super::url::DatabaseUrl;
use crate::StoreError;
use crate::access_memory::AccessMemory;

/// An open store; cheap to clone, all clones are the same store.
///
/// A *step* is a closure over an open transaction. It takes everything it needs as owned values, changes none of its
/// captures and may be run again from the start. A writing step is answered only after its commit is durable.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    url: DatabaseUrl,
    counters: Arc<Counters>,
    engine: Engine,
    access_memory: Option<AccessMemory>,
}

enum Engine {
    Sqlite(SqliteEngine),
    Postgres(PostgresEngine),
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("url", &self.inner.url).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens the database, creates what is missing (file, folder, schema), and applies the migrations it still needs.
    /// Blocks for as long as that takes.
    ///
    /// # Errors
    /// [`StoreError::InUse`], [`StoreError::Newer`], [`StoreError::Migration`], [`StoreError::Corrupt`],
    /// [`StoreError::Unavailable`], [`StoreError::Url`], [`StoreError::Io`], or what the database said.
    pub fn open(url: &DatabaseUrl, migrations: &Migrations, options: &StoreOptions) -> Result<Self, StoreError> {
        let counters = Arc::new(Counters::default());
        let mut access_memory = None;
        let engine = match url {
            DatabaseUrl::Sqlite(file) => {
                let engine = SqliteEngine::open(file, migrations, options, Arc::clone(&counters))?;
                access_memory = options.exclusive.then(|| AccessMemory::new(Arc::clone(engine.changes())));
                Engine::Sqlite(engine)
            }
            DatabaseUrl::Postgres(url) => {
                Engine::Postgres(PostgresEngine::open(url, migrations, options, Arc::clone(&counters))?)
            }
        };
        Ok(Self { inner: Arc::new(Inner { url: url.clone(), counters, engine, access_memory }) })
    }

    /// Runs a step in a transaction and answers after its commit is durable. When the future is dropped after its
    /// first poll the step is run all the same.
    ///
    /// # Errors
    /// The step's own error, [`StoreError::Overloaded`] before it is queued, or why it could not be committed.
    pub async fn write<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, answer) = oneshot::channel();
        self.submit(Work::boxed(step, Reply::Task(sender)))?;
        answer.await.map_err(|_| StoreError::closed())?
    }

    /// Runs a step that only reads, over one snapshot of the data. On SQLite it runs on the calling thread: a point
    /// read takes microseconds, less than a change of threads. **So a step must not read long**: look up by key, or a
    /// bounded page; long reads block the thread of the runtime and keep the log from being restarted.
    ///
    /// # Errors
    /// The step's own error, or why the database could not be read; a statement that writes is an error.
    pub async fn read<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.read(step),
            Engine::Postgres(engine) => {
                let (sender, answer) = oneshot::channel();
                engine.read(Work::boxed(step, Reply::Task(sender)))?;
                answer.await.map_err(|_| StoreError::closed())?
            }
        }
    }

    /// Like [`Store::read`], for a step of one statement: on SQLite that needs no transaction around it.
    ///
    /// # Errors
    /// Like [`Store::read`]; on SQLite [`StoreError::SecondStatement`].
    pub async fn look_up<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.look_up(step),
            Engine::Postgres(_) => self.read(step).await,
        }
    }

    /// Like [`Store::write`], for a thread without a runtime (the command line, tests). Blocks.
    ///
    /// # Errors
    /// Like [`Store::write`].
    pub fn write_blocking<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (sender, answer) = mpsc::sync_channel(1);
        self.submit(Work::boxed(step, Reply::Thread(sender)))?;
        answer.recv().map_err(|_| StoreError::closed())?
    }

    /// Like [`Store::read`], for a thread without a runtime. Blocks.
    ///
    /// # Errors
    /// Like [`Store::read`].
    pub fn read_blocking<T: Send + 'static>(
        &self,
        step: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.read(step),
            Engine::Postgres(engine) => {
                let (sender, answer) = mpsc::sync_channel(1);
                engine.read(Work::boxed(step, Reply::Thread(sender)))?;
                answer.recv().map_err(|_| StoreError::closed())?
            }
        }
    }

    /// What this store did so far.
    pub fn statistics(&self) -> StoreStatistics {
        self.inner.counters.snapshot(match &self.inner.engine {
            Engine::Sqlite(engine) => engine.queued(),
            Engine::Postgres(engine) => engine.queued(),
        })
    }

    /// Closes the store for all its clones: what was queued is still run and answered, later steps are refused with
    /// [`StoreError::Unavailable`], then the threads end and connections and the lock are released. Blocks until then.
    pub fn close(self) {
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.close(),
            Engine::Postgres(engine) => engine.close(),
        }
    }

    /// What is remembered of access tokens, where nobody else writes; nothing any more once the store is closed.
    pub(crate) fn access_memory(&self) -> Option<&AccessMemory> {
        match &self.inner.engine {
            Engine::Sqlite(engine) if !engine.is_closed() => self.inner.access_memory.as_ref(),
            Engine::Sqlite(_) | Engine::Postgres(_) => None,
        }
    }

    fn submit(&self, job: Box<dyn Job>) -> Result<(), StoreError> {
        match &self.inner.engine {
            Engine::Sqlite(engine) => engine.write(job),
            Engine::Postgres(engine) => engine.write(job),
        }
    }
}
