//! A client's live secrets.

use super::{Credentials, Fault};
use crate::pages::{Shell, finish};

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console/secrets.html")]
pub struct Secrets<'a> {
    pub shell: Shell<'a>,
    pub id: &'a str,
    pub name: &'a str,
    /// Whether clients of this type have no secret.
    pub has_none: bool,
    /// Whether one for all and one for each is a question.
    pub may_switch: bool,
    /// Whether one secret is good at all data centers.
    pub same_secret: bool,
    pub groups: Vec<SecretPlace<'a>>,
    /// Made a moment ago.
    pub fresh: Option<Credentials<'a>>,
    /// Whether one was ended a moment ago.
    pub ended: bool,
    /// Why nothing was done: `confirm` or `secrets`.
    pub fault: Option<Fault>,
}

/// The secrets of a data center, or of all.
#[derive(Debug, Clone)]
pub struct SecretPlace<'a> {
    /// Empty for all.
    pub location: &'a str,
    pub name: &'a str,
    /// Whether another may be made here.
    pub more: bool,
    /// Oldest first.
    pub lines: Vec<SecretLine>,
}

/// A live secret.
#[derive(Debug, Clone)]
pub struct SecretLine {
    /// Tells it apart.
    pub mark: String,
    pub made: String,
    pub used: Option<String>,
}

impl Secrets<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }

    fn fault_at(&self, field: &str) -> Option<&Fault> {
        self.fault.as_ref().filter(|fault| fault.field == field)
    }
}
