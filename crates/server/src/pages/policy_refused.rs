//! The page for a person whose administrators want to review an application before anybody connects it.

use super::{ErrorText, Frame, Icon, finish};

/// An error page with a way to ask for the review.
#[derive(Debug, askama::Template)]
#[template(path = "policy_refused.html")]
pub struct PolicyRefused<'a> {
    pub frame: Frame<'a>,
    pub title: &'a str,
    pub word: &'a str,
    pub problem: ErrorText<'a>,
    pub details: Vec<(String, String)>,
    pub ask: AskReview<'a>,
}

/// The form that asks for a review.
#[derive(Debug, Clone, Copy)]
pub struct AskReview<'a> {
    /// A path of ours.
    pub action: &'a str,
    pub csrf: &'a str,
    pub client_id: &'a str,
    pub application: &'a str,
    /// Whether somebody asked before.
    pub asked: bool,
}

impl PolicyRefused<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
