//! Migrations on PostgreSQL. Two processes that start at once take turns at a lock on the table `migration`.

use super::link::Link;
use crate::StoreError;
use crate::engine::migrations::{Applied, Flavor, Migrations, Pending, TABLE};
use crate::engine::param::Param;

pub(super) fn migrate(link: &mut Link, schema: &str, migrations: &Migrations, at: i64) -> Result<(), StoreError> {
    // Asking first lets a role without the right to create anything run on a schema made for it.
    if link.query_once("SELECT 1 FROM pg_namespace WHERE nspname = $1", &[schema.into()])?.is_empty() {
        create(link, &format!("CREATE SCHEMA IF NOT EXISTS \"{schema}\""))?;
    }
    let table = "SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'migration'";
    if link.query_once(table, &[schema.into()])?.is_empty() {
        create(link, TABLE)?;
    }
    if pending(link, migrations)?.is_empty() {
        return Ok(());
    }
    // At most one migration per turn, and one more turn to see that none is left.
    for _ in 0..=migrations.files.len() {
        link.batch("BEGIN; LOCK TABLE migration IN ACCESS EXCLUSIVE MODE")?;
        match turn(link, migrations, at) {
            Ok(true) => link.batch("COMMIT")?,
            Ok(false) => return link.batch("COMMIT"),
            Err(error) => {
                link.send("ROLLBACK");
                return Err(error);
            }
        }
    }
    Ok(())
}

/// IF NOT EXISTS does not keep two processes from creating at once: one of them gets an error, and then it exists.
fn create(link: &mut Link, sql: &str) -> Result<(), StoreError> {
    match link.batch(sql) {
        Err(StoreError::Postgres { code, .. }) if ["23505", "42P06", "42P07", "42710"].contains(&code.as_str()) => {
            link.batch(sql)
        }
        result => result,
    }
}

/// Applies the next migration inside the open transaction; false when there is none.
fn turn(link: &mut Link, migrations: &Migrations, at: i64) -> Result<bool, StoreError> {
    let Some(Pending { name, checksum, sql }) = pending(link, migrations)?.into_iter().next() else {
        return Ok(false);
    };
    link.batch(&sql).map_err(|error| StoreError::Migration { name: name.into(), why: error.to_string().into() })?;
    link.query_once(
        "INSERT INTO migration (name, checksum, at) VALUES ($1, $2, $3)",
        &[name.into(), (&checksum).into(), Param::Int(at)],
    )?;
    tracing::info!(migration = name, "migrated");
    Ok(true)
}

fn pending(link: &mut Link, migrations: &Migrations) -> Result<Vec<Pending>, StoreError> {
    let rows = link.query_once("SELECT name, checksum FROM migration", &[])?;
    let mut applied = Vec::with_capacity(rows.len());
    for row in rows {
        let unreadable = |_| StoreError::corrupt("the table migration");
        applied
            .push(Applied { name: row.try_get(0).map_err(unreadable)?, checksum: row.try_get(1).map_err(unreadable)? });
    }
    migrations.pending(&applied, Flavor::Postgres)
}
