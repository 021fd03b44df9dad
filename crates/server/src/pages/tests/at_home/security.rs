//! The pages of signing in with a second factor, of signing up and of recovery, filled with words.

use super::super::pages::Locale;
use super::Words;

pub(super) fn pages(_locale: Locale, _words: Words) -> Vec<(String, String)> {
    Vec::new()
}
