//! `/account/data`: what is kept, to take along; and leaving for good.

use super::SecurityError;
use crate::pages::{Icon, Shell, finish};

/// The person's data.
#[derive(Debug, askama::Template)]
#[template(path = "account/data.html")]
pub struct Data<'a> {
    pub shell: Shell<'a>,
    pub email: &'a str,
    /// What was typed to confirm.
    pub typed: &'a str,
    /// Organizations that somebody else has to administer first.
    pub kept_by: &'a [String],
    /// Organizations that go along.
    pub go_along: &'a [String],
    /// Applications that will have no owner.
    pub owned: &'a [String],
    pub email_wrong: bool,
    pub error: Option<SecurityError>,
}

impl Data<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
