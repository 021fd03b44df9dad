//! The house: both dialects at the door, the walks, the pages, the config. `ARCHITECTURE.md` has the map.

mod access;
mod account;
mod accounts;
mod admin;
mod claims;
mod client_keys;
mod clients;
mod clock;
mod config;
mod console;
mod device;
mod entropy;
mod failure;
mod guesses;
mod house;
mod http;
mod introspection;
mod jwt_access;
mod listener;
mod mail;
mod metrics;
mod organization;
pub mod pages;
mod passwords;
pub mod provision;
mod reach;
mod recorder;
mod refusals;
mod sample_api;
mod sandbox;
mod scopes;
mod seal;
pub mod self_codes;
mod serve;
mod signing;
mod sitting;
mod standard;
mod stores;
#[doc(hidden)]
pub mod strangers;
mod sweeper;
#[cfg(test)]
mod tests;
mod tls;
mod tokens;
mod walk;

pub use config::{Config, ConfigError};
pub use serve::{Running, ServeError, ServeOptions, start};
