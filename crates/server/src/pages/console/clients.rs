//! The list of a person's applications.

use crate::pages::{Shell, finish};

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console/clients.html")]
pub struct Clients<'a> {
    pub shell: Shell<'a>,
    pub rows: Vec<ClientRow<'a>>,
    /// What is searched for; empty for nothing.
    pub text: &'a str,
    /// Whether the person has no application at all.
    pub none_at_all: bool,
    /// Whether one was deleted a moment ago.
    pub removed: bool,
    pub previous: Option<&'a str>,
    pub next: Option<&'a str>,
}

/// One application.
#[derive(Debug, Clone, Copy)]
pub struct ClientRow<'a> {
    pub id: &'a str,
    pub name: &'a str,
    /// Its type, short.
    pub kind: &'a str,
    /// Empty without a logo.
    pub logo_hash: &'a str,
    pub disabled: bool,
    /// Whether it is a sandbox clone.
    pub clone: bool,
}

impl Clients<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
