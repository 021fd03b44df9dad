//! The library an application links to be a client of an accounts server: the authorization request link, the
//! callback, the exchange at the right data center, and access tokens that are refreshed when they are needed.
//!
//! It is written from the documented wire (`accounts-protocol.md`) and shares no code with the server.
//!
//! 1. [`Client::link`] makes the link and a [`PendingAuthorization`] to keep until the person comes back.
//! 2. [`Client::connect`] reads the [`Callback`], checks `state` and `accounts-server`, exchanges the code there and
//!    keeps the [`Tokens`] in a [`TokenStore`].
//! 3. [`Client::access_token`] gives a valid access token, refreshing it when it is about to expire, one refresh at a time.

mod api;
mod callback;
mod chance;
mod client;
mod clock;
mod data_centers;
mod error;
mod http;
mod link;
mod place;
pub mod private_file;
mod record;
mod refusal;
mod secret;
mod store;
mod tokens;

pub use api::{ApiAnswer, UserInfo};
pub use callback::{Callback, CallbackError, CheckedCallback};
pub use chance::{NoEntropy, random_word};
pub use client::{Client, Settings};
pub use clock::Clock;
pub use data_centers::DataCenters;
pub use error::Error;
pub use http::{TransportCause, TransportError};
pub use link::{AuthorizationLink, LinkError, PendingAuthorization};
pub use place::{BaseUrl, PortalId, UrlError};
pub use record::{Observer, WireRecord};
pub use refusal::{Refusal, Refused};
pub use secret::Secret;
pub use store::{FileStore, MemoryStore, StoreError, TokenStore};
pub use tokens::Tokens;
