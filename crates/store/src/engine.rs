//! Everything below the nouns: opening a database, migrating it, queueing steps, committing them in groups, and one
//! face ([`Tx`], [`Param`], [`Row`]) over the two engines.

mod changes;
mod files;
mod job;
mod migrations;
mod note;
mod options;
mod param;
mod postgres;
mod row;
mod sql;
mod sqlite;
mod store;
mod tx;
mod url;
mod value;

pub(crate) use changes::{Changes, Moment};
pub use migrations::Migrations;
pub(crate) use migrations::UNFINISHED_RESTORE;
pub use options::{StoreOptions, StoreStatistics};
pub use param::Param;
pub use row::Row;
pub use store::Store;
pub use tx::Tx;
pub use url::{DatabaseUrl, PostgresUrl};
pub(crate) use value::Value;
