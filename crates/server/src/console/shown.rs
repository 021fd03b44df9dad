//! How the console writes times: in UTC, as precisely as they are known.

use grantor_protocol::time::Timestamp;
use time::OffsetDateTime;

/// As `2026-11-22 10:00 UTC`.
pub fn minute(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .map(|at| format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute()))
        .unwrap_or_default()
}
