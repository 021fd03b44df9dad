//! Why a step, or the opening of a store, failed. Variants are causes. No text here carries a value that was bound to
//! a statement, nor a password of a database URL.

use std::borrow::Cow;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// A cause of failure in the store. Unless a variant says otherwise, nothing of the failed step was kept.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The queue of steps is full. Said before the step is queued, never after.
    #[error("the store has too many steps waiting")]
    Overloaded,
    /// The database cannot be reached, is busy for too long, or the store was closed.
    #[error("the database is not available: {0}")]
    Unavailable(Cow<'static, str>),
    /// PostgreSQL: the connection broke while the commit was under way. **The step may have been kept.**
    #[error("the connection broke during the commit, its outcome is unknown")]
    OutcomeUnknown,
    /// PostgreSQL: the step met deadlocks or serialization failures at every attempt.
    #[error("the step conflicted with others {attempts} times")]
    Conflict {
        /// How often the step was run.
        attempts: u32,
    },
    /// Stored data cannot be read: a damaged file, or a value that no version of Grantor writes.
    #[error("stored data is damaged: {what}")]
    Corrupt {
        /// The file and what to do about it, or the table and column.
        what: Cow<'static, str>,
    },
    /// A column of a result does not have the type asked for.
    #[error("column {index} of a result is not {wanted}")]
    Column {
        /// Position in the result, from 0.
        index: usize,
        /// The type asked for.
        wanted: &'static str,
    },
    /// A statement has a different number of parameters than were given.
    #[error("a statement takes {wanted} parameters and got {given}")]
    Parameters {
        /// The number in the statement.
        wanted: usize,
        /// The number given.
        given: usize,
    },
    /// The commit was refused. All steps of the batch got this error.
    #[error("the commit failed: {0}")]
    Commit(Box<StoreError>),
    /// SQLite: another step of the same batch lost the whole transaction.
    #[error("the transaction was lost with another step: {0}")]
    RolledBack(Box<StoreError>),
    /// The step swallowed the error of a statement and returned success; it was rolled back.
    #[error("the step went on after a failed statement: {0}")]
    WentOn(Box<StoreError>),
    /// A step that was to look something up with one statement asked for another; it cannot be of the same snapshot.
    #[error("a look-up asked for a second statement")]
    SecondStatement,
    /// The step panicked; its neighbours did not notice.
    #[error("the step panicked")]
    Panicked,
    /// A migration failed, or differs from the one that was applied.
    #[error("migration {name}: {why}")]
    Migration {
        /// The migration's name.
        name: Cow<'static, str>,
        /// What is wrong with it.
        why: Cow<'static, str>,
    },
    /// The database holds a migration this program does not know: a newer Grantor was here.
    #[error("the database was migrated by a newer version (migration {name}); run that version or a later one")]
    Newer {
        /// The unknown migration.
        name: String,
    },
    /// A restore into this database broke off: what is in it is a part of a backup, and looks whole.
    #[error("a restore into this database broke off; remove the database and restore again")]
    HalfRestored,
    /// Another process has locked this data file.
    #[error("{} is in use by another running server", .0.display())]
    InUse(PathBuf),
    /// A database URL or a store option cannot be used.
    #[error("{0}")]
    Url(Cow<'static, str>),
    /// A file cannot be opened, created or locked.
    #[error("{}: {why}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's answer.
        why: Arc<io::Error>,
    },
    /// SQLite refused something.
    #[error("SQLite error {code}: {message}")]
    Sqlite {
        /// Extended result code.
        code: i32,
        /// SQLite's text; it names tables and columns, never values.
        message: String,
    },
    /// PostgreSQL refused something.
    #[error("PostgreSQL error {code}: {message}")]
    Postgres {
        /// SQLSTATE, empty when the driver itself failed.
        code: String,
        /// The primary message. The detail, which quotes values, is left out.
        message: String,
    },
}

impl StoreError {
    /// A stored value that cannot be understood; `what` names the table and column.
    pub fn corrupt(what: impl Into<Cow<'static, str>>) -> Self {
        Self::Corrupt { what: what.into() }
    }

    /// Whether the same step may succeed later although nobody changes it: the server answers 503 then, otherwise 500.
    /// False for [`StoreError::OutcomeUnknown`], where the step may have been kept.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Overloaded | Self::Unavailable(_) | Self::Conflict { .. } | Self::RolledBack(_) => true,
            Self::Commit(cause) | Self::WentOn(cause) => cause.is_retryable(),
            // 5 busy, 6 locked, 7 no memory, 10 input/output, 13 full, 14 cannot open.
            Self::Sqlite { code, .. } => matches!(code & 0xff, 5 | 6 | 7 | 10 | 13 | 14),
            // 08 connection, 40 transaction rollback, 53 out of resources, 57P operator intervention.
            Self::Postgres { code, .. } => ["08", "40", "53", "57P"].iter().any(|class| code.starts_with(class)),
            Self::OutcomeUnknown
            | Self::Corrupt { .. }
            | Self::Column { .. }
            | Self::Parameters { .. }
            | Self::SecondStatement
            | Self::Panicked
            | Self::Migration { .. }
            | Self::Newer { .. }
            | Self::HalfRestored
            | Self::InUse(_)
            | Self::Url(_)
            | Self::Io { .. } => false,
        }
    }

    /// Whether a constraint of the schema (unique, foreign key, not null, check) was violated.
    pub fn is_constraint(&self) -> bool {
        match self {
            Self::Sqlite { code, .. } => code & 0xff == 19,
            Self::Postgres { code, .. } => code.starts_with("23"),
            Self::Commit(cause) | Self::WentOn(cause) => cause.is_constraint(),
            _ => false,
        }
    }

    pub(crate) fn closed() -> Self {
        Self::Unavailable("the store is closed".into())
    }
}
