//! The person's own pages under `/account`: one struct for each, filled by the handlers in `account`.

mod agent;
mod apps;
mod data;
mod overview;
mod security;
mod sessions;

pub use agent::browser;
pub use apps::{Apps, AppsOf, OwnApp};
pub use data::Data;
pub use overview::{Overview, Place};
pub use security::{Security, SecurityError};
pub use sessions::{SessionLine, Sessions};

use grantor_protocol::time::Timestamp;
use time::OffsetDateTime;

/// A time as `2026-11-22 10:00 UTC`.
pub fn moment(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .map_or_else(|_| String::new(), |t| format!("{} {:02}:{:02} UTC", t.date(), t.hour(), t.minute()))
}

/// The day of a time, as `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds()).map_or_else(|_| String::new(), |t| t.date().to_string())
}
