//! One SQLite connection: its settings, its cached statements, and what its errors mean.

use std::cell::RefCell;
use std::fmt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use rusqlite::{CachedStatement, Connection, OpenFlags};

use crate::StoreError;
use crate::engine::param::Param;
use crate::engine::row::Row;
use crate::engine::sql::{SqlKey, SqlMap, for_sqlite};

/// Every statement of the program fits, so that none is prepared twice.
const STATEMENTS: usize = 512;

/// Copies what can be copied of the log into the file, beside readers and a writer.
pub(super) const PASSIVE: &str = "PRAGMA wal_checkpoint(PASSIVE)";
/// The same, and waits until no reader needs the log, so that the next commit starts it over.
const RESTART: &str = "PRAGMA wal_checkpoint(RESTART)";

/// How long a lock of another connection is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Pages that the writer keeps: 4 MiB. More brought nothing measurable, not even room for every page of a large store.
pub(super) const WRITER_CACHE: &str = "PRAGMA cache_size=-4096";

/// How far the log was copied, in pages: both as of the moment the copying began.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checkpoint {
    /// A reader or another connection's copying was in the way.
    pub(super) busy: bool,
    /// In the log.
    pub(super) logged: u32,
    /// Of these, in the file.
    pub(super) copied: u32,
}

/// A connection, owned by one thread or one lock at a time.
pub(crate) struct Session {
    connection: Connection,
    texts: RefCell<SqlMap<Box<str>>>,
    file: PathBuf,
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Session {
    /// A connection that writes. The file is switched to write-ahead logging.
    pub(super) fn writer(file: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let session = Self::open(file, flags)?;
        session.log_ahead()?;
        // No journal_size_limit and no automatic checkpoint: the log is restarted by the writer thread, never
        // truncated, and after the answers are given rather than before.
        session.batch(
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA wal_autocheckpoint=0; \
             PRAGMA journal_size_limit=-1",
        )?;
        session.batch(WRITER_CACHE)?;
        Ok(session)
    }

    /// A connection that copies the log into the file, beside the writer's. It keeps no pages.
    pub(super) fn copier(file: &Path) -> Result<Self, StoreError> {
        let session = Self::open(file, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        session.batch(
            "PRAGMA synchronous=FULL; PRAGMA cache_size=16; PRAGMA wal_autocheckpoint=0; PRAGMA journal_size_limit=-1",
        )?;
        Ok(session)
    }

    /// A connection that only reads.
    pub(super) fn reader(file: &Path) -> Result<Self, StoreError> {
        let session = Self::open(file, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        session.batch(
            "PRAGMA query_only=ON; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; \
             PRAGMA cache_size=-1024",
        )?;
        Ok(session)
    }

    fn open(file: &Path, flags: OpenFlags) -> Result<Self, StoreError> {
        let connection = Connection::open_with_flags(file, flags).map_err(|error| fault(file, error))?;
        connection.busy_timeout(PATIENCE).map_err(|error| fault(file, error))?;
        // Otherwise SQLite prepares a join again at every call, to look at the values bound: 150 us instead of 7.
        connection
            .set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)
            .map_err(|error| fault(file, error))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self { connection, texts: RefCell::default(), file: file.to_owned() })
    }

    /// Switching a new file to write-ahead logging does not wait for another process doing the same; so try again.
    fn log_ahead(&self) -> Result<(), StoreError> {
        let mut tries = 0;
        loop {
            let mode = self
                .connection
                .query_row("PRAGMA journal_mode=WAL", [], |row| row.get::<_, String>(0))
                .map_err(|error| self.fault(error));
            match mode {
                Ok(mode) if mode == "wal" => return Ok(()),
                Ok(mode) => {
                    return Err(StoreError::Url(
                        format!("{} cannot use a write-ahead log (its mode is {mode})", self.file.display()).into(),
                    ));
                }
                Err(StoreError::Unavailable(_)) if tries < 100 => {
                    tries += 1;
                    thread::park_timeout(Duration::from_millis(20));
                }
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    pub(super) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    /// Whether no transaction is open.
    pub(super) fn idle(&self) -> bool {
        self.connection.is_autocommit()
    }

    /// Runs a statement without parameters and rows, cached; for BEGIN and its kin.
    pub(super) fn run(&self, sql: &'static str) -> Result<(), StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.raw_execute())
            .map(drop)
            .map_err(|error| self.fault(error))
    }

    /// Copies the log into the file: [`PASSIVE`] or [`RESTART`]. Zeros when another connection is at it.
    pub(super) fn checkpoint(&self, sql: &'static str) -> Result<Checkpoint, StoreError> {
        let pages = |told: i64| u32::try_from(told).unwrap_or(0);
        let told = self.connection.query_row(sql, [], |row| {
            Ok(Checkpoint { busy: row.get(0)?, logged: pages(row.get(1)?), copied: pages(row.get(2)?) })
        });
        told.map_err(|error| self.fault(error))
    }

    /// Copies the log into the file, and has the next commit start it over when no reader needs it after `patience`.
    pub(super) fn restart(&self, patience: Duration) -> Result<Checkpoint, StoreError> {
        let within = |patience| self.connection.busy_timeout(patience).map_err(|error| self.fault(error));
        within(patience)?;
        let done = self.checkpoint(RESTART);
        within(PATIENCE).and(done)
    }

    /// Runs several statements, not cached.
    pub(super) fn batch(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.execute_batch(sql).map_err(|error| self.fault(error))
    }

    /// Rolls back if a transaction is open.
    pub(super) fn roll_back(&self) {
        if !self.idle()
            && let Err(error) = self.run("ROLLBACK")
        {
            tracing::error!(file = %self.file.display(), %error, "a transaction could not be rolled back");
        }
    }

    pub(crate) fn execute(&self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.statement(sql, params)?;
        let changed = statement.raw_execute().map_err(|error| self.fault(error))?;
        Ok(changed as u64)
    }

    /// The outer result is the database's, the inner one the closure's.
    pub(crate) fn one<T>(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Result<Option<T>, StoreError>, StoreError> {
        let mut statement = self.statement(sql, params)?;
        let reads_only = statement.readonly();
        let mut rows = statement.raw_query();
        let Some(row) = rows.next().map_err(|error| self.fault(error))? else { return Ok(Ok(None)) };
        let mapped = map(&Row::sqlite(row));
        // A statement that writes (RETURNING) ends only with its last row.
        while !reads_only && rows.next().map_err(|error| self.fault(error))?.is_some() {}
        Ok(mapped.map(Some))
    }

    /// The outer result is the database's, the inner one the closure's.
    pub(crate) fn all<T>(
        &self,
        sql: &'static str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Result<Vec<T>, StoreError>, StoreError> {
        let mut statement = self.statement(sql, params)?;
        let mut rows = statement.raw_query();
        let mut mapped = Ok(Vec::new());
        while let Some(row) = rows.next().map_err(|error| self.fault(error))? {
            if let Ok(list) = &mut mapped {
                match map(&Row::sqlite(row)) {
                    Ok(value) => list.push(value),
                    Err(error) => mapped = Err(error),
                }
            }
        }
        Ok(mapped)
    }

    /// The outer result is the database's, the inner one the closure's; after its first error it is asked no more.
    pub(crate) fn each(
        &self,
        sql: &'static str,
        mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<Result<(), StoreError>, StoreError> {
        let mut statement = self.statement(sql, &[])?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().map_err(|error| self.fault(error))? {
            if let Err(error) = each(&Row::sqlite(row)) {
                return Ok(Err(error));
            }
        }
        Ok(Ok(()))
    }

    fn statement(&self, sql: &'static str, params: &[Param<'_>]) -> Result<CachedStatement<'_>, StoreError> {
        let mut texts = self.texts.borrow_mut();
        let text = texts.entry(SqlKey::of(sql)).or_insert_with(|| for_sqlite(sql).into());
        let mut statement = self.connection.prepare_cached(text).map_err(|error| self.fault(error))?;
        let wanted = statement.parameter_count();
        if wanted != params.len() {
            return Err(StoreError::Parameters { wanted, given: params.len() });
        }
        for (position, param) in params.iter().enumerate() {
            statement.raw_bind_parameter(position + 1, param).map_err(|error| self.fault(error))?;
        }
        Ok(statement)
    }

    pub(super) fn fault(&self, error: rusqlite::Error) -> StoreError {
        fault(&self.file, error)
    }
}

/// What an error of the driver means. SQLite's texts name tables and columns, never bound values.
fn fault(file: &Path, error: rusqlite::Error) -> StoreError {
    let (code, message) = match error {
        rusqlite::Error::SqliteFailure(code, message) => {
            (code.extended_code, message.unwrap_or_else(|| code.to_string()))
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => (error.extended_code, msg),
        other => (0, other.to_string()),
    };
    match code & 0xff {
        // SQLITE_CORRUPT, SQLITE_NOTADB
        11 | 26 => StoreError::corrupt(format!(
            "{} ({message}); stop the server, keep the file aside and restore the last backup",
            file.display()
        )),
        // SQLITE_BUSY, SQLITE_LOCKED
        5 | 6 => StoreError::Unavailable(format!("{} is locked by another process", file.display()).into()),
        _ => StoreError::Sqlite { code, message: explained(file, code, message) },
    }
}

/// SQLite's text and, where that says too little for an operator, which file and what to look for.
fn explained(file: &Path, code: i32, message: String) -> String {
    let hint = match code & 0xff {
        // SQLITE_READONLY
        8 => "it or its folder cannot be written",
        // SQLITE_IOERR: with little room the index of the log is what fails first.
        10 => "is the disk full or broken?",
        // SQLITE_FULL
        13 => "there is no room on its disk",
        // SQLITE_CANTOPEN
        14 => "can its folder be entered and written?",
        _ => return message,
    };
    format!("{message} ({}: {hint})", file.display())
}
