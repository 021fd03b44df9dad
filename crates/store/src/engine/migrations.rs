//! The schema's steps forward: which of them a database still needs, and how one text becomes each engine's.
//! The table `migration` in every store remembers what was applied, with a checksum of the text.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;

use crate::StoreError;

/// An ordered list of schema changes, the same for both engines. A text is ordinary SQL with `{blob}` for the type of
/// bytes and `{without_rowid}` at the end of a `CREATE TABLE`. A text that was released is never edited.
#[derive(Debug, Clone, Copy)]
pub struct Migrations {
    /// What the list is for, as in `directory`; used in errors.
    pub name: &'static str,
    /// Name and text of each, oldest first, as in `("0001_first", include_str!("…"))`.
    pub files: &'static [(&'static str, &'static str)],
}

/// One line of the table `migration`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Applied {
    pub(crate) name: String,
    pub(crate) checksum: String,
}

/// A migration to be applied, its text ready for the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pending {
    pub(crate) name: &'static str,
    pub(crate) checksum: String,
    pub(crate) sql: String,
}

/// Which engine a text is made for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Flavor {
    Sqlite,
    Postgres,
}

/// The table itself, the same text for both engines.
pub(crate) const TABLE: &str =
    "CREATE TABLE IF NOT EXISTS migration (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, at BIGINT NOT NULL)";

/// Stands in the table while a backup is written into the store.
pub(crate) const UNFINISHED_RESTORE: &str = "unfinished_restore";

impl Migrations {
    /// The names of the tables that the list makes and does not drop again, oldest first.
    pub(crate) fn tables(&self) -> impl Iterator<Item = &'static str> + use<> {
        let dropped: Vec<_> = self.named("DROP TABLE ").collect();
        self.named("CREATE TABLE ").filter(move |name| !dropped.contains(name))
    }

    /// The first words behind a statement's beginning.
    fn named(&self, beginning: &'static str) -> impl Iterator<Item = &'static str> + use<> {
        let lines = self.files.iter().flat_map(|(_, sql)| sql.lines());
        lines.filter_map(move |line| {
            let rest = line.trim_start().strip_prefix(beginning)?;
            rest.split(|c: char| c.is_whitespace() || c == '(' || c == ';').find(|word| !word.is_empty())
        })
    }

    /// Compares what was applied (in order of name) with this list, and gives the rest.
    pub(crate) fn pending(&self, applied: &[Applied], flavor: Flavor) -> Result<Vec<Pending>, StoreError> {
        for done in applied {
            if done.name == UNFINISHED_RESTORE {
                return Err(StoreError::HalfRestored);
            }
            let Some((name, sql)) = self.files.iter().find(|(name, _)| *name == done.name) else {
                return Err(StoreError::Newer { name: done.name.clone() });
            };
            if checksum(sql) != done.checksum {
                return Err(StoreError::Migration {
                    name: (*name).into(),
                    why: format!(
                        "its text differs from the one that was applied to this {} store; a released migration is never edited",
                        self.name
                    )
                    .into(),
                });
            }
        }
        let rest: Vec<Pending> = self
            .files
            .iter()
            .filter(|(name, _)| applied.iter().all(|done| done.name != *name))
            .map(|(name, sql)| Pending { name, checksum: checksum(sql), sql: flavored(sql, flavor) })
            .collect();
        match (rest.first(), self.files.get(applied.len())) {
            (Some(first), Some((expected, _))) if first.name != *expected => {
                Err(StoreError::Migration { name: first.name.into(), why: "a later one was applied before it".into() })
            }
            _ => Ok(rest),
        }
    }
}

fn checksum(sql: &str) -> String {
    HEXLOWER.encode(digest(&SHA256, sql.as_bytes()).as_ref())
}

fn flavored(sql: &str, flavor: Flavor) -> String {
    let (blob, without_rowid) = match flavor {
        Flavor::Sqlite => ("BLOB", "WITHOUT ROWID"),
        Flavor::Postgres => ("BYTEA", ""),
    };
    sql.replace("{blob}", blob).replace("{without_rowid}", without_rowid)
}

#[cfg(test)]
mod tests {
    use crate::{DATA_CENTER, DIRECTORY};

    #[test]
    fn the_tables_are_all_that_the_texts_make() {
        for list in [&DATA_CENTER, &DIRECTORY] {
            let count = |what: &str| list.files.iter().map(|(_, sql)| sql.matches(what).count()).sum::<usize>();
            let names: std::collections::BTreeSet<_> = list.tables().collect();
            assert_eq!(names.len(), count("CREATE TABLE") - count("DROP TABLE"), "{names:?}");
            assert!(names.iter().all(|name| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_')), "{names:?}");
        }
        assert!(DATA_CENTER.tables().any(|name| name == "refresh_tokens"));
        assert!(DATA_CENTER.tables().all(|name| name != "refusals"), "dropped again");
        assert!(DIRECTORY.tables().any(|name| name == "client_secrets"));
    }
}
