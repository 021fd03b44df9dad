//! Spans of time as people write them: `60s`, `10m`, `1h`, `30d`, `500ms`.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

/// A span in the config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(pub Duration);

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        parse(&text)
            .map(Self)
            .ok_or_else(|| D::Error::custom(format!("{text:?} is not a span of time; write 60s, 10m, 1h or 30d")))
    }
}

/// Reads a span; `None` when it is not one.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let number: u64 = text.get(..digits)?.parse().ok()?;
    let millis = match text.get(digits..)? {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    Some(Duration::from_millis(number.checked_mul(millis)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_write_spans_so() {
        for (text, expected) in [
            ("60s", Some(60_000)),
            ("500ms", Some(500)),
            ("10m", Some(600_000)),
            ("1h", Some(3_600_000)),
            ("30d", Some(2_592_000_000)),
            ("60", None),
            ("s", None),
            ("", None),
            ("-1s", None),
            ("1.5h", None),
            ("99999999999999999999d", None),
        ] {
            assert_eq!(parse(text), expected.map(Duration::from_millis), "{text:?}");
        }
    }
}
