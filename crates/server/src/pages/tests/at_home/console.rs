//! The console pages, filled with words.

use super::super::pages::Locale;
use super::Words;

pub(super) fn pages(locale: Locale, words: Words) -> Vec<(String, String)> {
    super::console_clients::pages(locale, words)
}
