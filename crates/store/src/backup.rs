//! A whole store as lines of text, and back: what `grantor backup` and `grantor restore` carry. It knows no table by
//! name; the migrations say which there are. A store of either engine can be restored from either.
//!
//! A line is JSON: `{"schema":[…]}` first, then for each table `{"table":"users","columns":[…]}` and its rows as arrays
//! (bytes as `{"b":"…"}`), and at the end `{"rows":N}`.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
    mpsc::SyncSender,
};

use data_encoding::BASE64;
use serde_json::{Value as Json, json};

use crate::{
    Migrations, Store, StoreError, Tx,
    engine::{UNFINISHED_RESTORE, Value},
    snapshot::made,
};

/// Rows that are written back in one step.
const SLICE: usize = 1_000;

/// What a dump or a restore carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DumpTotals {
    /// Tables that have any.
    pub tables: u64,
    /// Rows of all of them.
    pub rows: u64,
}

impl Store {
    /// Sends every row of the store as it is in one snapshot, line by line. Blocks until the other end has taken them
    /// all; what happens to the store meanwhile is not among them.
    ///
    /// # Errors
    /// What the database said; [`StoreError::Unavailable`] when the other end hung up, or when the connection was lost
    /// midway (what was sent so far is then worth nothing).
    pub fn dump_blocking(
        &self,
        migrations: &'static Migrations,
        to: SyncSender<String>,
    ) -> Result<DumpTotals, StoreError> {
        let begun = Arc::new(AtomicBool::new(false));
        self.read_blocking(move |tx| {
            if begun.swap(true, Ordering::Relaxed) {
                // Run again after a lost connection: the other end has half of the first run already.
                return Err(StoreError::Unavailable("the connection was lost during the backup".into()));
            }
            tx.dump(migrations, &mut |line| {
                to.send(line).map_err(|_| StoreError::Unavailable("nobody takes the backup".into()))
            })
        })
    }
}

impl Tx<'_> {
    fn dump(
        &mut self,
        migrations: &Migrations,
        send: &mut impl FnMut(String) -> Result<(), StoreError>,
    ) -> Result<DumpTotals, StoreError> {
        let names: Vec<&str> = migrations.files.iter().map(|(name, _)| *name).collect();
        send(json!({ "store": migrations.name, "schema": names }).to_string())?;
        let mut totals = DumpTotals::default();
        for name in migrations.tables() {
            let mut headed = false;
            self.each(made(format!("SELECT * FROM {name}")), |row| {
                if !headed {
                    headed = true;
                    send(json!({ "table": name, "columns": row.columns() }).to_string())?;
                }
                let values: Vec<Json> = row.values()?.iter().map(to_json).collect();
                totals.rows += 1;
                send(Json::Array(values).to_string())
            })?;
            totals.tables += u64::from(headed);
        }
        send(json!({ "rows": totals.rows }).to_string())?;
        Ok(totals)
    }

    /// Notes that a backup is being written into this store, or that it is whole now. Meanwhile nobody opens it
    /// ([`StoreError::HalfRestored`]); who has it open already goes on.
    ///
    /// # Errors
    /// What the database said.
    pub fn mark_restore(&mut self, unfinished: bool) -> Result<(), StoreError> {
        if unfinished {
            self.execute(
                "INSERT INTO migration (name, checksum, at) VALUES ($1, '', 0) ON CONFLICT (name) DO NOTHING",
                &[UNFINISHED_RESTORE.into()],
            )?;
        } else {
            self.execute("DELETE FROM migration WHERE name = $1", &[UNFINISHED_RESTORE.into()])?;
        }
        Ok(())
    }

    /// How many rows the tables of these migrations have, up to `most`.
    ///
    /// # Errors
    /// What the database said.
    pub fn rows_of(&mut self, migrations: &Migrations, most: i64) -> Result<i64, StoreError> {
        let mut rows = 0;
        for name in migrations.tables() {
            let sql = made(format!("SELECT COUNT(*) FROM (SELECT 1 FROM {name} LIMIT $1) AS counted"));
            rows += self.one(sql, &[most.into()], |row| row.int(0))?.unwrap_or(0);
        }
        Ok(rows)
    }
}

fn to_json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(value) => json!(value),
        Value::Bool(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::Blob(bytes) => json!({ "b": BASE64.encode(bytes) }),
    }
}

fn from_json(json: &Json) -> Option<Value> {
    Some(match json {
        Json::Null => Value::Null,
        Json::Bool(value) => Value::Bool(*value),
        Json::Number(value) => Value::Int(value.as_i64()?),
        Json::String(text) => Value::Text(text.as_str().into()),
        Json::Object(_) => Value::Blob(BASE64.decode(json.get("b")?.as_str()?.as_bytes()).ok()?.into()),
        Json::Array(_) => return None,
    })
}

/// Reads the lines of a dump, one after the other, and writes them into an empty store; or only checks them.
#[derive(Debug)]
pub struct Restoring {
    migrations: &'static Migrations,
    /// None: only looked at.
    into: Option<Store>,
    headed: bool,
    insert: Option<(&'static str, usize)>,
    waiting: Vec<Vec<Value>>,
    totals: DumpTotals,
    ended: bool,
}

impl Restoring {
    /// Begins; `into` must be a store of these migrations.
    pub fn begin(migrations: &'static Migrations, into: Option<Store>) -> Self {
        Self {
            migrations,
            into,
            headed: false,
            insert: None,
            waiting: Vec::new(),
            totals: DumpTotals::default(),
            ended: false,
        }
    }

    /// Takes one line. Blocks while rows are written.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] for a line that does not belong here, [`StoreError::Newer`] for a dump of a newer release,
    /// or what the database said.
    pub fn line(&mut self, line: &str) -> Result<(), StoreError> {
        let json: Json = serde_json::from_str(line).map_err(|_| odd("a line is no JSON"))?;
        if self.ended {
            return Err(odd("there is more after its end"));
        }
        match &json {
            Json::Array(values) => self.row(values),
            Json::Object(head) if !self.headed => {
                let store = head.get("store").and_then(Json::as_str);
                if store != Some(self.migrations.name) {
                    return Err(odd("it begins with another kind of store"));
                }
                let names = head.get("schema").and_then(Json::as_array).ok_or_else(|| odd("it names no schema"))?;
                let known = |name: &&str| self.migrations.files.iter().any(|(known, _)| known == name);
                if let Some(newer) = names.iter().filter_map(Json::as_str).find(|name| !known(name)) {
                    return Err(StoreError::Newer { name: newer.to_owned() });
                }
                self.headed = true;
                Ok(())
            }
            Json::Object(head) => {
                match (head.get("table").and_then(Json::as_str), head.get("rows").and_then(Json::as_u64)) {
                    (Some(table), _) => self.table(table, head.get("columns")),
                    (None, Some(rows)) if rows == self.totals.rows => {
                        self.ended = true;
                        self.flush()
                    }
                    (None, Some(_)) => Err(odd("rows are missing")),
                    (None, None) => Err(odd("a line says nothing")),
                }
            }
            _ => Err(odd("a line says nothing")),
        }
    }

    /// Ends.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] when the dump stopped before its end.
    pub fn end(self) -> Result<DumpTotals, StoreError> {
        if self.ended { Ok(self.totals) } else { Err(odd("it stops before its end")) }
    }

    fn table(&mut self, name: &str, columns: Option<&Json>) -> Result<(), StoreError> {
        self.flush()?;
        let table = self.migrations.tables().find(|table| *table == name).ok_or_else(|| odd("a table is not known"))?;
        let columns: Vec<&str> =
            columns.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).collect();
        let plain = |name: &&str| name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
        if columns.is_empty() || !columns.iter().all(plain) {
            return Err(odd("a table has no columns"));
        }
        let places = (1..=columns.len()).map(|n| format!("${n}")).collect::<Vec<_>>().join(", ");
        let insert = format!("INSERT INTO {table} ({}) VALUES ({places})", columns.join(", "));
        self.insert = Some((made(insert), columns.len()));
        self.totals.tables += 1;
        Ok(())
    }

    fn row(&mut self, values: &[Json]) -> Result<(), StoreError> {
        let Some((_, width)) = self.insert else { return Err(odd("a row stands before any table")) };
        let row: Option<Vec<Value>> = values.iter().map(from_json).collect();
        let row = row.filter(|row| row.len() == width).ok_or_else(|| odd("a row does not fit its table"))?;
        self.totals.rows += 1;
        if self.into.is_some() {
            self.waiting.push(row);
            if self.waiting.len() >= SLICE {
                self.flush()?;
            }
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), StoreError> {
        let (Some(store), Some((insert, _))) = (&self.into, self.insert) else { return Ok(()) };
        let rows = std::mem::take(&mut self.waiting);
        if rows.is_empty() {
            return Ok(());
        }
        store.write_blocking(move |tx| {
            for row in &rows {
                let params: Vec<_> = row.iter().map(Value::restored).collect();
                tx.execute(insert, &params)?;
            }
            Ok(())
        })
    }
}

fn odd(what: &'static str) -> StoreError {
    StoreError::Corrupt { what: format!("the backup is damaged: {what}").into() }
}
