//! Migrations on SQLite. Two processes that start at once take turns at BEGIN IMMEDIATE.

use rusqlite::params;

use super::session::Session;
use crate::StoreError;
use crate::engine::migrations::{Applied, Flavor, Migrations, Pending, TABLE};

pub(super) fn migrate(session: &Session, migrations: &Migrations, at: i64) -> Result<(), StoreError> {
    let known = session
        .connection()
        .query_row("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'migration'", [], |row| {
            row.get::<_, i64>(0)
        })
        .map_err(|error| session.fault(error))?;
    if known > 0 && pending(session, migrations)?.is_empty() {
        return Ok(());
    }
    // At most one migration per turn, and one more turn to see that none is left.
    for _ in 0..=migrations.files.len() {
        session.run("BEGIN IMMEDIATE")?;
        let more = turn(session, migrations, at).and_then(|more| session.run("COMMIT").map(|()| more));
        session.roll_back();
        if !more? {
            break;
        }
    }
    Ok(())
}

/// Applies the next migration inside the open transaction; false when there is none.
fn turn(session: &Session, migrations: &Migrations, at: i64) -> Result<bool, StoreError> {
    session.batch(TABLE)?;
    let Some(Pending { name, checksum, sql }) = pending(session, migrations)?.into_iter().next() else {
        return Ok(false);
    };
    session.batch(&sql).map_err(|error| StoreError::Migration { name: name.into(), why: error.to_string().into() })?;
    session
        .connection()
        .execute("INSERT INTO migration (name, checksum, at) VALUES (?1, ?2, ?3)", params![name, checksum, at])
        .map_err(|error| session.fault(error))?;
    tracing::info!(file = %session.file().display(), migration = name, "migrated");
    Ok(true)
}

fn pending(session: &Session, migrations: &Migrations) -> Result<Vec<Pending>, StoreError> {
    let read = || {
        let mut statement = session.connection().prepare("SELECT name, checksum FROM migration ORDER BY name")?;
        let rows = statement.query_map([], |row| Ok(Applied { name: row.get(0)?, checksum: row.get(1)? }))?;
        rows.collect::<Result<Vec<_>, _>>()
    };
    migrations.pending(&read().map_err(|error| session.fault(error))?, Flavor::Sqlite)
}
