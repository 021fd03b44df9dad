//! One SQL text for both engines: what is changed in it for SQLite, and how a text is recognized again.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A statement's text is `&'static`, so its address and length name it for as long as the program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SqlKey(usize, usize);

impl SqlKey {
    pub(crate) fn of(sql: &'static str) -> Self {
        Self(sql.as_ptr() as usize, sql.len())
    }
}

/// A map keyed by statement.
pub(crate) type SqlMap<V> = HashMap<SqlKey, V, BuildHasherDefault<AddressHasher>>;

/// Addresses of statements are not chosen by anybody outside, so one multiplication is hash enough.
#[derive(Debug, Default)]
pub(crate) struct AddressHasher(u64);

impl Hasher for AddressHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_usize(usize::from(*byte));
        }
    }

    fn write_usize(&mut self, value: usize) {
        self.0 = (self.0.rotate_left(5) ^ value as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// The text for SQLite: outside quotes and comments `$1` becomes `?1`, and white space one space (prepared statements
/// are found by their text each time, so it is hashed and compared each time); a last `FOR UPDATE` or `FOR UPDATE OF` a
/// table goes, because the one writer holds the only lock there is.
pub(crate) fn for_sqlite(sql: &str) -> String {
    let trimmed = sql.trim_end();
    let locking = trimmed.rsplit_once(char::is_whitespace).and_then(|(head, _)| {
        let head = head.trim_end();
        let at = head.len().checked_sub(" OF".len())?;
        head.get(at..).filter(|tail| tail.eq_ignore_ascii_case(" OF"))?;
        Some(head.get(..at)?.trim_end()).filter(|head| ends_in_for_update(head))
    });
    let trimmed = locking.unwrap_or(trimmed);
    let body = trimmed
        .len()
        .checked_sub("FOR UPDATE".len())
        .filter(|at| trimmed.get(*at..).is_some_and(|tail| tail.eq_ignore_ascii_case("FOR UPDATE")))
        .and_then(|at| trimmed.get(..at))
        .filter(|head| head.ends_with(char::is_whitespace))
        .map_or(trimmed, str::trim_end);
    let mut text = String::with_capacity(body.len());
    let mut within = Within::Text;
    let mut rest = body.chars().peekable();
    while let Some(c) = rest.next() {
        let next = rest.peek().copied();
        if matches!(within, Within::Text) && c.is_whitespace() {
            if !text.ends_with([' ', '\n']) {
                text.push(' ');
            }
            continue;
        }
        within = match (within, c) {
            (Within::Text, '\'' | '"') => Within::Quote(c),
            (Within::Text, '-') if next == Some('-') => Within::Line,
            (Within::Text, '/') if next == Some('*') => Within::Block,
            (Within::Quote(quote), _) if c == quote => Within::Text,
            (Within::Line, '\n') => Within::Text,
            (Within::Block, '*') if next == Some('/') => Within::Text,
            (same, _) => same,
        };
        let placeholder =
            matches!(within, Within::Text) && c == '$' && next.is_some_and(|digit| digit.is_ascii_digit());
        text.push(if placeholder { '?' } else { c });
    }
    text
}

fn ends_in_for_update(text: &str) -> bool {
    let tail = text.len().checked_sub("FOR UPDATE".len()).and_then(|at| text.get(at..));
    tail.is_some_and(|tail| tail.eq_ignore_ascii_case("FOR UPDATE"))
}

/// Where in a statement a character stands.
#[derive(Debug, Clone, Copy)]
enum Within {
    Text,
    Quote(char),
    Line,
    Block,
}

#[cfg(test)]
mod tests;
