//! Where a redirect URI parts from a registered one, for the developer who has to find it by eye.

use std::fmt;

/// How many characters from the difference on are shown: enough to see it, too few to carry a secret.
const SHOWN: usize = 16;

/// The first character at which a redirect URI is not the one it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Counted from 1.
    pub at: usize,
    /// What stands there in the expected one; empty when it has ended.
    pub expected: String,
    /// What was received instead; empty when it has ended.
    pub received: String,
    /// What kind of difference it is, when it is one of the usual ones.
    pub hint: Option<&'static str>,
}

/// Compares a received URI with one that was expected; `None` when they are the same.
pub fn difference(expected: &str, received: &str) -> Option<Difference> {
    if expected == received {
        return None;
    }
    let agree = agreement(expected, received);
    let rest = |uri: &str| uri.chars().skip(agree).take(SHOWN).collect::<String>();
    Some(Difference {
        at: agree + 1,
        expected: rest(expected),
        received: rest(received),
        hint: hint(expected, received),
    })
}

/// The URI that agrees longest with a received one, from its beginning and then from its end, and the difference. `None`
/// when there is none, or when it is one of them.
pub fn nearest<'u>(all: impl IntoIterator<Item = &'u str>, received: &str) -> Option<(&'u str, Difference)> {
    let closeness = |uri: &str| {
        let from_behind = uri.chars().rev().zip(received.chars().rev()).take_while(|(a, b)| a == b).count();
        (agreement(uri, received), from_behind)
    };
    let closest = all.into_iter().max_by_key(|uri| closeness(uri))?;
    Some((closest, difference(closest, received)?))
}

fn agreement(a: &str, b: &str) -> usize {
    a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count()
}

fn hint(expected: &str, received: &str) -> Option<&'static str> {
    let scheme = |uri: &str| uri.split_once("://").map(|(scheme, rest)| (scheme.to_owned(), rest.to_owned()));
    if expected.eq_ignore_ascii_case(received) {
        return Some("only the letter case differs");
    }
    if expected.trim_end_matches('/') == received.trim_end_matches('/') {
        return Some("only a slash at the end differs");
    }
    if received.trim() == expected {
        return Some("there is white space around it");
    }
    if received.contains('%') && !expected.contains('%') && received.to_ascii_lowercase().starts_with("http%3a") {
        return Some("it was encoded twice");
    }
    match (scheme(expected), scheme(received)) {
        (Some((a, rest)), Some((b, same))) if rest == same && a != b => Some("only the scheme differs"),
        _ => None,
    }
}

impl fmt::Display for Difference {
    /// `at character 31: expected "/callback", received "/Callback" (only the letter case differs)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |text: &str| if text.is_empty() { "its end".to_owned() } else { format!("{text:?}") };
        write!(f, "at character {}: expected {}, received {}", self.at, part(&self.expected), part(&self.received))?;
        match self.hint {
            Some(hint) => write!(f, " ({hint})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_different_character_is_named() {
        for (expected, received, told) in [
            (
                "https://app.example/oauth/back",
                "https://app.example/oauth/Back",
                "at character 27: expected \"back\", received \"Back\" (only the letter case differs)",
            ),
            (
                "https://app.example/back",
                "https://app.example/back/",
                "at character 25: expected its end, received \"/\" (only a slash at the end differs)",
            ),
            (
                "https://app.example/back",
                "http://app.example/back",
                "at character 5: expected \"s://app.example/\", received \"://app.example/b\" (only the scheme differs)",
            ),
            (
                "https://app.example/back?a=1",
                "https://app.example/back",
                "at character 25: expected \"?a=1\", received its end",
            ),
            (
                "http://127.0.0.1/back",
                "http%3A%2F%2F127.0.0.1%2Fback",
                "at character 5: expected \"://127.0.0.1/bac\", received \"%3A%2F%2F127.0.0\" (it was encoded twice)",
            ),
            ("a:/b", "", "at character 1: expected \"a:/b\", received its end"),
        ] {
            assert_eq!(difference(expected, received).unwrap().to_string(), told);
        }
        assert_eq!(difference("a:/b", "a:/b"), None);
    }

    #[test]
    fn the_nearest_registered_one_is_compared() {
        let all = ["https://app.example/a", "https://app.example/callback", "https://other.example/callback"];
        let (uri, difference) = nearest(all, "https://app.example/callbacks").unwrap();
        assert_eq!((uri, difference.at), (all[1], 29));
        // Equally long from the beginning: the one that also ends alike.
        let (uri, _) = nearest(["https://x.example/1", "https://y.example/2"], "https://z.example/2").unwrap();
        assert_eq!(uri, "https://y.example/2");
        assert_eq!(nearest(all, all[2]), None);
        assert_eq!(nearest([], "https://app.example"), None);
    }

    proptest! {
        #[test]
        fn shows_little(expected in ".{0,60}", received in ".{0,60}") {
            if let Some(found) = difference(&expected, &received) {
                prop_assert!(found.expected.chars().count() <= SHOWN && found.received.chars().count() <= SHOWN);
                prop_assert!(found.at >= 1);
            }
        }
    }
}
