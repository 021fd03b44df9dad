//! The transaction that a step is given: three ways to run a statement, the same for both engines. What a noun does in
//! the store is an `impl Tx` block in that noun's file.

use super::changes::Changed;
use super::param::Param;
use super::postgres::PostgresTx;
use super::row::Row;
use super::sqlite::Session;
use crate::StoreError;

/// An open transaction. After a statement has failed every further one fails with the same error, because a
/// transaction is never continued after an error: the step is rolled back.
#[derive(Debug)]
pub struct Tx<'c> {
    engine: Engine<'c>,
    fault: Option<StoreError>,
    /// How many statements more it may run.
    left: u32,
    /// Where somebody wants to know what it changes.
    changed: Option<&'c mut Changed>,
}

#[derive(Debug)]
enum Engine<'c> {
    Sqlite(&'c Session),
    Postgres(PostgresTx<'c>),
}

impl<'c> Tx<'c> {
    pub(crate) fn sqlite(session: &'c Session) -> Self {
        Self { engine: Engine::Sqlite(session), fault: None, left: u32::MAX, changed: None }
    }

    /// For a step that may write.
    pub(crate) fn sqlite_writing(session: &'c Session, changed: &'c mut Changed) -> Self {
        Self { changed: Some(changed), ..Self::sqlite(session) }
    }

    /// For one statement, without a transaction around it.
    pub(crate) fn sqlite_alone(session: &'c Session) -> Self {
        Self { left: 1, ..Self::sqlite(session) }
    }

    pub(crate) fn postgres(tx: PostgresTx<'c>) -> Self {
        Self { engine: Engine::Postgres(tx), fault: None, left: u32::MAX, changed: None }
    }

    /// The first error of a statement in this transaction.
    pub(crate) fn fault(&self) -> Option<&StoreError> {
        self.fault.as_ref()
    }

    /// Whether PostgreSQL has been told that the transaction begins.
    pub(crate) fn begun(&self) -> bool {
        match &self.engine {
            Engine::Sqlite(_) => true,
            Engine::Postgres(tx) => tx.begun(),
        }
    }

    /// Runs a statement that returns no rows and gives back how many rows it inserted, updated or deleted.
    ///
    /// # Errors
    /// What the database said; a constraint that was violated is told by [`StoreError::is_constraint`].
    pub fn execute(&mut self, sql: &'static str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.check(sql, params)?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.execute(sql, params),
            Engine::Postgres(tx) => tx.execute(sql, params),
        };
        result.map_err(|error| self.keep(error))
    }

    /// Runs a statement and maps the first row, if there is one.
    ///
    /// # Errors
    /// What the database said, or what `map` said.
    pub fn one<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        map: impl FnOnce(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        self.check(sql, params)?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.one(sql, params, map),
            Engine::Postgres(tx) => {
                tx.query(sql, params).map(|rows| rows.first().map(|row| map(&Row::postgres(row))).transpose())
            }
        };
        result.map_err(|error| self.keep(error))?
    }

    /// Runs a statement and maps every row, in the order of the result.
    ///
    /// # Errors
    /// What the database said, or the first error of `map`.
    pub fn all<T>(
        &mut self,
        sql: &'static str,
        params: &[Param<'_>],
        mut map: impl FnMut(&Row<'_>) -> Result<T, StoreError>,
    ) -> Result<Vec<T>, StoreError> {
        self.check(sql, params)?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.all(sql, params, map),
            Engine::Postgres(tx) => {
                tx.query(sql, params).map(|rows| rows.iter().map(|row| map(&Row::postgres(row))).collect())
            }
        };
        result.map_err(|error| self.keep(error))?
    }

    /// Runs a statement and hands on every row, a slice at a time: for results that do not fit into memory.
    ///
    /// # Errors
    /// What the database said, or the first error of `each`.
    pub(crate) fn each(
        &mut self,
        sql: &'static str,
        mut each: impl FnMut(&Row<'_>) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.check(sql, &[])?;
        let result = match &mut self.engine {
            Engine::Sqlite(session) => session.each(sql, each),
            Engine::Postgres(tx) => tx.slices(sql, |rows| rows.iter().try_for_each(|row| each(&Row::postgres(row)))),
        };
        result.map_err(|error| self.keep(error))?
    }

    fn check(&mut self, sql: &str, params: &[Param<'_>]) -> Result<(), StoreError> {
        if let Some(fault) = &self.fault {
            return Err(fault.clone());
        }
        if let Some(changed) = &mut self.changed {
            changed.by(sql, params);
        }
        match self.left.checked_sub(1) {
            Some(left) => self.left = left,
            None => return Err(self.keep(StoreError::SecondStatement)),
        }
        Ok(())
    }

    fn keep(&mut self, error: StoreError) -> StoreError {
        self.fault = Some(error.clone());
        error
    }
}
