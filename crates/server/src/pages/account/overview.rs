//! `/account`: who one is, and where one belongs.

use crate::pages::{Icon, Shell, finish};

/// The profile.
#[derive(Debug, askama::Template)]
#[template(path = "account/overview.html")]
pub struct Overview<'a> {
    pub shell: Shell<'a>,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub email: &'a str,
    pub verified: bool,
    /// Whether a letter can prove the address.
    pub can_verify: bool,
    /// The day the account was made.
    pub since: &'a str,
    pub number: i64,
    pub places: &'a [Place<'a>],
    /// The key of what was just done.
    pub told: Option<&'static str>,
    /// The key of what is wrong with the names.
    pub error: Option<&'static str>,
}

/// An organization one belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub environment: crate::pages::Environment,
    pub administrator: bool,
}

impl Overview<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
