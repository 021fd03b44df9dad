//! Names and values as they came over the wire, decoded once; it knows which names came twice.

use std::borrow::Cow;

/// Decoded pairs in the order received. Made by [`Params::read`] from `application/x-www-form-urlencoded`
/// text, or pushed one by one by a reader of multipart bodies.
#[derive(Clone, Default)]
pub struct Params {
    pairs: Vec<(String, String)>,
}

/// Why a query or form body cannot be read at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// More than [`Params::MOST_PAIRS`] pairs.
    #[error("more than {} parameters", Params::MOST_PAIRS)]
    TooMany,
    /// A NUL character somewhere (`spec/decisions.md` 3).
    #[error("a NUL character in a parameter")]
    Nul,
    /// Bytes that are not UTF-8.
    #[error("a parameter that is not UTF-8")]
    NotUtf8,
}

/// A name that was looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found<'a> {
    /// Not sent.
    Absent,
    /// Sent once, or several times with the same value.
    Once(&'a str),
    /// Sent several times with different values.
    Conflicting,
}

impl Params {
    /// The most pairs that are read.
    pub const MOST_PAIRS: usize = 200;

    /// Reads form-urlencoded text: a query string or a body.
    pub fn read(text: &[u8]) -> Result<Self, Unreadable> {
        let mut params = Self::default();
        params.extend(text)?;
        Ok(params)
    }

    /// Adds the pairs of more form-urlencoded text, after those already there.
    pub fn extend(&mut self, text: &[u8]) -> Result<(), Unreadable> {
        for pair in text.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            match plain(pair) {
                Some(pair) => {
                    let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                    self.add(name.to_owned(), value.to_owned())?;
                }
                None => {
                    for (name, value) in form_urlencoded::parse(pair) {
                        self.push(name, value)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// Adds one pair.
    pub fn push(&mut self, name: Cow<'_, str>, value: Cow<'_, str>) -> Result<(), Unreadable> {
        for text in [&name, &value] {
            if text.as_bytes().contains(&0) {
                return Err(Unreadable::Nul);
            }
            // The decoder replaces what is not UTF-8 by this character; nobody sends it on purpose.
            if text.contains('\u{fffd}') {
                return Err(Unreadable::NotUtf8);
            }
        }
        self.add(name.into_owned(), value.into_owned())
    }

    fn add(&mut self, name: String, value: String) -> Result<(), Unreadable> {
        if self.pairs.len() >= Self::MOST_PAIRS {
            return Err(Unreadable::TooMany);
        }
        self.pairs.push((name, value));
        Ok(())
    }

    /// Every pair, in the order received.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.pairs.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Looks a name up; equal repetitions count once.
    pub fn find(&self, name: &str) -> Found<'_> {
        let mut values = self.pairs.iter().filter(|(n, _)| n == name).map(|(_, v)| v.as_str());
        match values.next() {
            None => Found::Absent,
            Some(first) if values.all(|v| v == first) => Found::Once(first),
            Some(_) => Found::Conflicting,
        }
    }

    /// The value of a name that was sent once; `None` when absent or conflicting.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.find(name) {
            Found::Once(value) => Some(value),
            Found::Absent | Found::Conflicting => None,
        }
    }

    /// Every value of a name, in order.
    pub fn all<'p>(&'p self, name: &'p str) -> impl Iterator<Item = &'p str> {
        self.pairs.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    /// The names that occur more than once, whatever the values, at each of their repetitions.
    pub fn repeated(&self) -> impl Iterator<Item = &str> {
        self.pairs
            .iter()
            .enumerate()
            .filter(|(i, (name, _))| self.pairs.iter().take(*i).any(|(n, _)| n == name))
            .map(|(_, (name, _))| name.as_str())
    }

    /// The first of `names` that was sent with different values.
    pub fn first_conflicting<'n>(&self, names: &[&'n str]) -> Option<&'n str> {
        names.iter().copied().find(|name| self.find(name) == Found::Conflicting)
    }
}

/// The text of a pair in which nothing is encoded and nothing could be refused, as is most of what clients send: it needs
/// no decoder.
fn plain(pair: &[u8]) -> Option<&str> {
    // All of it is looked at, without an early end: so the compiler looks at many bytes at once.
    let plain = pair.iter().fold(true, |plain, byte| plain & byte.is_ascii() & !matches!(byte, 0 | b'%' | b'+'));
    if plain { std::str::from_utf8(pair).ok() } else { None }
}

impl std::fmt::Debug for Params {
    /// Names only: values may be secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.pairs.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tells_absent_once_and_conflicting_apart() {
        let params = Params::read(b"a=1&b=&c=1&c=1&d=1&d=2&e").unwrap();
        assert_eq!(params.find("a"), Found::Once("1"));
        assert_eq!(params.find("b"), Found::Once(""));
        assert_eq!(params.find("c"), Found::Once("1"));
        assert_eq!(params.find("d"), Found::Conflicting);
        assert_eq!(params.find("e"), Found::Once(""));
        assert_eq!(params.find("z"), Found::Absent);
        assert_eq!(params.repeated().collect::<Vec<_>>(), ["c", "d"]);
        assert_eq!(params.all("d").collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(params.first_conflicting(&["a", "c", "d"]), Some("d"));
    }

    #[test]
    fn refuses_nul_and_broken_text() {
        assert_eq!(Params::read(b"a=%00").unwrap_err(), Unreadable::Nul);
        assert_eq!(Params::read(b"a=%ff").unwrap_err(), Unreadable::NotUtf8);
        assert_eq!(Params::read("a=1&".repeat(300).as_bytes()).unwrap_err(), Unreadable::TooMany);
    }

    #[test]
    fn debug_shows_no_values() {
        assert!(!format!("{:?}", Params::read(b"client_secret=hunter2").unwrap()).contains("hunter2"));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Params::read(&bytes);
        }

        #[test]
        fn reads_what_the_standard_decoder_reads(text in "[a-c%+=& é0-9\u{fffd}]{0,40}") {
            let wanted: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
            let broken = wanted.iter().any(|(name, value)| [name, value].iter().any(|t| t.contains(['\0', '\u{fffd}'])));
            match Params::read(text.as_bytes()) {
                Ok(params) => prop_assert_eq!(params.pairs, wanted),
                Err(_) => prop_assert!(broken),
            }
        }
    }
}
