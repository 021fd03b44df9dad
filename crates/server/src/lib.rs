//! The house: both dialects at the door, the walks, the pages, the config. `ARCHITECTURE.md` has the map.

mod access;
mod accounts;
mod admin;
mod clients;
mod clock;
mod config;
mod entropy;
mod failure;
mod guesses;
mod house;
mod http;
mod listener;
mod metrics;
pub mod pages;
mod passwords;
pub mod provision;
mod recorder;
mod refusals;
mod sample_api;
mod sandbox;
mod scopes;
mod seal;
mod serve;
mod stores;
mod sweeper;
#[cfg(test)]
mod tests;
mod tls;
mod walk;

pub use config::{Config, ConfigError};
pub use serve::{Running, ServeError, ServeOptions, start};
