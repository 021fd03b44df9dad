//! What holds for every page, in every language, with every kind of word.

mod at_home;
mod colors;
mod locales;
pub(crate) mod samples;
mod scopes;
mod whole;

use crate::pages;
