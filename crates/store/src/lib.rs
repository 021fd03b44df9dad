//! The memory of Grantor. Every step of the protocol is one transaction, written once over one SQL text, and runs on
//! SQLite and on PostgreSQL; an answer is given only after the transaction is durable.

mod engine;
mod error;

pub use engine::{DatabaseUrl, Migrations, Param, PostgresUrl, Row, Store, StoreOptions, StoreStatistics, Tx};
pub use error::StoreError;

mod access;
mod assertions;
mod audit;
mod browser_sessions;
mod client_secrets;
mod client_tokens;
mod clients;
mod codes;
mod device_codes;
mod directory;
mod enhancements;
mod grants;
mod implicit;
mod keys;
mod mail_links;
mod notices;
mod own_account;
mod portals;
mod redeem;
mod refresh;
mod revoke;
mod rotation;
mod schema;
mod signing_keys;
mod snapshot;
mod sweep;
mod users;

pub use access::LiveAccess;
pub use audit::{AuditEvent, AuditRow, AuditTrail, Concerning};
pub use browser_sessions::{NewBrowserSession, OwnSession, SeenFrom, SessionLife, SignedIn};
pub use client_secrets::{LIVE_SECRETS, LiveSecret};
pub use client_tokens::ClientTokenRequest;
pub use clients::Registration;
pub use codes::{CodeKind, NewCode, NoCode, Origin};
pub use device_codes::{DeviceCode, DevicePoll, DeviceState, NewDeviceCode};
pub use enhancements::{Enhancement, MoreScopes};
pub use grants::{ClientUser, Connected, Grant};
pub use implicit::{Consented, Implicit, NewImplicit, NotAgain, SessionRefresh};
pub use mail_links::{MAIL_LINK_LIFETIME, MailLink, MailPurpose, NewAccount, NewMailLink, NewPassword};
pub use notices::{Notice, NoticeFilter, NoticeKind};
pub use own_account::{Leaving, OwnGrant, PasswordChange, Profile};
pub use portals::Portal;
pub use redeem::{NewToken, RedeemedCode, Redemption};
pub use refresh::{RefreshRequest, Refreshed, Renewal};
pub use revoke::{Revocation, TokenKind};
pub use rotation::Turned;
pub use schema::{DATA_CENTER, DIRECTORY};
pub use signing_keys::StoredSigningKey;
pub use snapshot::Snapshot;
pub use sweep::{INTERACTION_LIFETIME, REVOKED_MEMORY};
pub use users::{NewUser, UserWithPassword};

/// Lists are kept one item a line; an empty text is an empty list.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
