//! The page where a walk ends when it must not go on, and the same for addresses that lead nowhere.

use super::{ErrorText, Frame, Icon, finish};

/// An error page: the documented word, what happened, and what to do now.
#[derive(Debug, askama::Template)]
#[template(path = "error_page.html")]
pub struct ErrorPage<'a> {
    pub frame: Frame<'a>,
    /// The documented title, or [`ErrorText::heading`] where none is documented.
    pub title: &'a str,
    /// The `ERROR_…` word; empty where none is documented.
    pub word: &'a str,
    pub problem: ErrorText<'a>,
    /// Label and value, received and expected; shown as text, never as links. Never a secret.
    pub details: Vec<(String, String)>,
}

impl ErrorPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
