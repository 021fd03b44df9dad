//! The whole of a store, copied into memory and put back: what the sandbox's snapshot and reset do. It knows no
//! table by name; the migrations say which there are.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use crate::{Migrations, StoreError, Tx, engine::Value};

/// Every row of every table, as it was in one transaction. Clones share it. It holds hashes of secrets and server
/// keys, so its `Debug` shows none of it.
#[derive(Clone)]
pub struct Snapshot {
    tables: Arc<[Table]>,
}

struct Table {
    name: &'static str,
    rows: Vec<Vec<Value>>,
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("rows", &self.rows()).finish_non_exhaustive()
    }
}

impl Snapshot {
    /// How many rows there are in all.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows.len()).sum()
    }
}

impl Tx<'_> {
    /// Copies every table of these migrations but those named in `without`; none when there are more than `most` rows in
    /// all.
    ///
    /// # Errors
    /// What the database said.
    pub fn snapshot(
        &mut self,
        migrations: &Migrations,
        without: &[&str],
        most: usize,
    ) -> Result<Option<Snapshot>, StoreError> {
        let (mut tables, mut left) = (Vec::new(), most);
        for name in migrations.tables().filter(|name| !without.contains(name)) {
            let one_more = i64::try_from(left).unwrap_or(i64::MAX).saturating_add(1);
            let rows =
                self.all(made(format!("SELECT * FROM {name} LIMIT $1")), &[one_more.into()], |row| row.values())?;
            let Some(after) = left.checked_sub(rows.len()) else { return Ok(None) };
            left = after;
            tables.push(Table { name, rows });
        }
        Ok(Some(Snapshot { tables: tables.into() }))
    }

    /// Makes every table that was copied what it was.
    ///
    /// # Errors
    /// What the database said.
    pub fn restore(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        for Table { name, rows } in snapshot.tables.iter() {
            self.execute(made(format!("DELETE FROM {name}")), &[])?;
            let Some(first) = rows.first() else { continue };
            let places = (1..=first.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
            let insert = made(format!("INSERT INTO {name} VALUES ({places})"));
            for row in rows {
                let params: Vec<_> = row.iter().map(Value::param).collect();
                self.execute(insert, &params)?;
            }
        }
        Ok(())
    }
}

/// A statement made of a table's name. Texts of statements live as long as the program, so each is made once: three
/// for every table.
pub(crate) fn made(text: String) -> &'static str {
    static MADE: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());
    let mut made = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = made.get(text.as_str()) {
        return known;
    }
    let text: &'static str = Box::leak(text.into_boxed_str());
    made.insert(text);
    text
}
