//! Times and spans in the words of pages, logs and notices: UTC.

use std::time::Duration;

use grantor_protocol::time::Timestamp;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

/// `2026-11-22 10:00:05 UTC`.
pub fn shown(at: Timestamp) -> String {
    let said = |at: OffsetDateTime| format!("{} {:02}:{:02}:{:02} UTC", at.date(), at.hour(), at.minute(), at.second());
    of(at).map(said).unwrap_or_default()
}

/// `2026-11-22 10:00 UTC`.
pub fn to_the_minute(at: Timestamp) -> String {
    let said = |at: OffsetDateTime| format!("{} {:02}:{:02} UTC", at.date(), at.hour(), at.minute());
    of(at).map(said).unwrap_or_default()
}

/// The day alone, `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    of(at).map(|at| at.date().to_string()).unwrap_or_default()
}

/// `2026-11-22T10:00:05Z`, for machines.
pub fn rfc3339(at: Timestamp) -> String {
    of(at).and_then(|at| at.format(&Rfc3339).ok()).unwrap_or_default()
}

fn of(at: Timestamp) -> Option<OffsetDateTime> {
    OffsetDateTime::from_unix_timestamp(at.seconds()).ok()
}

/// From one time to a later one.
pub fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(later.millis().saturating_sub(earlier.millis())).unwrap_or(0))
}

/// `14 s`, `3 min`, `2 h 5 min`, `3 days`: the two largest parts, rounded down.
pub fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    let parts =
        [("day", seconds / 86_400), ("h", seconds / 3600 % 24), ("min", seconds / 60 % 60), ("s", seconds % 60)];
    let named = |(unit, n): &(&str, u64)| match (*unit, *n) {
        ("day", 1) => "1 day".to_owned(),
        ("day", n) => format!("{n} days"),
        (unit, n) => format!("{n} {unit}"),
    };
    let first = parts.iter().position(|(_, n)| *n > 0).unwrap_or(3);
    let two: Vec<String> = parts.iter().skip(first).take(2).filter(|(_, n)| *n > 0).map(named).collect();
    if two.is_empty() { "0 s".to_owned() } else { two.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_spans_read_as_people_say_them() {
        let at = Timestamp::from_millis(1_795_341_605_999);
        assert_eq!((shown(at).as_str(), rfc3339(at).as_str()), ("2026-11-22 10:00:05 UTC", "2026-11-22T10:00:05Z"));
        assert_eq!((to_the_minute(at).as_str(), day(at).as_str()), ("2026-11-22 10:00 UTC", "2026-11-22"));
        for (seconds, text) in [
            (0, "0 s"),
            (14, "14 s"),
            (60, "1 min"),
            (63, "1 min 3 s"),
            (7_500, "2 h 5 min"),
            (3_605, "1 h"),
            (86_400, "1 day"),
            (3 * 86_400 + 7_200, "3 days 2 h"),
        ] {
            assert_eq!(span(Duration::from_secs(seconds)), text);
        }
        assert_eq!(between(at, Timestamp::from_millis(0)), Duration::ZERO);
    }
}
