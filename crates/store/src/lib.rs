//! The memory of Grantor. Every step of the protocol is one transaction, written once over one SQL text, and runs on
//! SQLite and on PostgreSQL; an answer is given only after the transaction is durable.

mod engine;
mod error;

pub use engine::{DatabaseUrl, Migrations, Param, PostgresUrl, Row, Store, StoreOptions, StoreStatistics, Tx};
pub use error::StoreError;

mod access;
mod access_memory;
mod admin_tokens;
mod assertions;
mod audit;
mod backup;
mod browser_sessions;
mod client_logos;
mod client_secrets;
mod client_tokens;
mod clients;
mod codes;
mod consent;
mod device_codes;
mod directory;
mod enhancements;
mod grants;
mod implicit;
mod invitations;
mod keys;
mod listings;
mod mail_links;
mod members;
mod notices;
mod organization_apps;
mod organization_audit;
mod organization_policies;
mod organization_portals;
mod own_account;
mod owned_clients;
mod portals;
mod quotas;
mod redeem;
mod refresh;
mod refresh_cap;
mod revoke;
mod rotation;
mod schema;
mod search;
mod second_factors;
mod sign_in;
mod signing_keys;
mod snapshot;
mod stories;
mod sweep;
mod test_users;
mod users;
mod webhooks;

pub use access::LiveAccess;
pub use admin_tokens::{AdminRole, AdminToken};
pub use audit::{AuditEvent, AuditRow, AuditTrail, Concerning};
pub use backup::{DumpTotals, Restoring};
pub use browser_sessions::{NewBrowserSession, OwnSession, SeenFrom, SessionLife, SignedIn};
pub use client_logos::Looks;
pub use client_secrets::{LIVE_SECRETS, LiveSecret, SecretEnd};
pub use client_tokens::{ActsFor, ClientTokenRequest};
pub use clients::Registration;
pub use codes::{CodeKind, Issued, NewCode, NoCode, Origin};
pub use device_codes::{DeviceCode, DevicePoll, DeviceState, NewDeviceCode};
pub use enhancements::{Enhancement, MoreScopes};
pub use grants::{ClientUser, Connected, Fullness, Grant};
pub use implicit::{Consented, Implicit, NewImplicit, NotAgain, SessionRefresh};
pub use invitations::{Invitation, Invited, NewInvitation, NotAccepted, NotInvited};
pub use listings::{AuditWanted, Counts, GrantFilter, ListedGrant};
pub use mail_links::{MAIL_LINK_LIFETIME, MailLink, MailPurpose, NewAccount, NewMailLink, NewPassword};
pub use members::{Figures, Member, NotChanged};
pub use notices::{Notice, NoticeFilter, NoticeKind};
pub use organization_apps::{ConnectedClient, MemberGrant};
pub use organization_audit::{AuditFilter, AuditLine, AuditPage};
pub use organization_policies::{PolicyFor, Review};
pub use organization_portals::{NoPortal, NoPortalUser, PortalLooks, PortalRemoval, PortalUser, PortalUserChange};
pub use own_account::{Leaving, NotDeleted, OwnGrant, PasswordChange, Profile};
pub use owned_clients::{Beside, OwnedClients, Owner};
pub use portals::Portal;
pub use quotas::{FamilyQuota, GrantQuota, QuotaFilter};
pub use redeem::{NewToken, RedeemedCode, Redemption};
pub use refresh::{RefreshRequest, Refreshed, Renewal};
pub use revoke::{Revocation, Revoked, TokenKind};
pub use rotation::Turned;
pub use schema::{DATA_CENTER, DIRECTORY};
pub use second_factors::{Factors, MOST_PASSKEYS, NewPasskey, Passkey, PasskeyUse, Proof, RECOVERY_CODES, Try};
pub use sign_in::{Confirmed, NotSignedIn, SignIn, SignInBy, password_mark};
pub use signing_keys::StoredSigningKey;
pub use snapshot::Snapshot;
pub use stories::{AccessStory, CodeStory, RefreshStory};
pub use sweep::{INTERACTION_LIFETIME, REVOKED_MEMORY};
pub use test_users::TestUser;
pub use users::{NewUser, UserWithPassword};
pub use webhooks::{Delivery, DeliveryState, DueDelivery, NewDelivery, Webhook};

/// Lists are kept one item a line; an empty text is an empty list.
fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}
