//! A self client's code: the form, and the code itself, shown once.

use super::{ClientName, Picker, link::Choice};
use crate::pages::{Shell, finish};

/// A code that was just made.
#[derive(Clone)]
pub struct MadeCode {
    pub code: String,
    /// How long it lives, in words.
    pub life: String,
    pub organization: String,
    pub scopes: String,
    pub description: String,
    /// The command that redeems it.
    pub curl: String,
}

impl std::fmt::Debug for MadeCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MadeCode").field("life", &self.life).finish_non_exhaustive()
    }
}

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/code.html")]
pub struct SelfCodePage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub picker: Picker,
    pub minutes: Vec<Choice>,
    pub organizations: Vec<Choice>,
    pub description: &'a str,
    /// What is wrong with the organization.
    pub organization_error: Option<&'a str>,
    /// What is wrong with all of it.
    pub error: Option<&'a str>,
    pub made: Option<MadeCode>,
}

impl SelfCodePage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
