//! The memory of Grantor. Every step of the protocol is one transaction, written once over one SQL text, and runs on
//! SQLite and on PostgreSQL; an answer is given only after the transaction is durable.

mod engine;
mod error;

pub use engine::{DatabaseUrl, Migrations, Param, PostgresUrl, Row, Store, StoreOptions, StoreStatistics, Tx};
pub use error::StoreError;

mod access;
mod audit;
mod browser_sessions;
mod clients;
mod codes;
mod directory;
mod grants;
mod keys;
mod portals;
mod redeem;
mod refresh;
mod revoke;
mod schema;
mod sweep;
mod users;

pub use access::LiveAccess;
pub use audit::{AuditEvent, AuditRow, AuditTrail, Concerning, RefusalRow};
pub use browser_sessions::{NewBrowserSession, SessionLife, SignedIn};
pub use clients::Registration;
pub use codes::{CodeKind, NewCode, NoCode, Origin};
pub use grants::{ClientUser, Connected, Grant};
pub use portals::Portal;
pub use redeem::{NewToken, RedeemedCode, Redemption};
pub use refresh::{RefreshRequest, Refreshed};
pub use revoke::{Revocation, TokenKind};
pub use schema::{DATA_CENTER, DIRECTORY};
pub use sweep::{INTERACTION_LIFETIME, REVOKED_MEMORY};
pub use users::{NewUser, UserWithPassword};

/// Lists are kept one item a line; an empty text is an empty list.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
