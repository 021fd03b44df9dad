//! A client's registration.

use super::RegistrationFields;
use crate::pages::{Shell, finish};

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console/client.html")]
pub struct ClientPage<'a> {
    pub shell: Shell<'a>,
    pub id: &'a str,
    pub name: &'a str,
    /// Its type, in words.
    pub kind: &'a str,
    /// Its type, short.
    pub badge: &'a str,
    pub disabled: bool,
    /// Empty, or the client that this one is the sandbox clone of.
    pub clone_of: &'a str,
    /// Empty without a logo.
    pub logo_hash: &'a str,
    /// What was done a moment ago.
    pub done: Option<&'a str>,
    /// Given by name; empty: what the type allows.
    pub grant_types: &'a [String],
    /// Those it may ask for; empty: all.
    pub scopes: &'a [String],
    pub fields: RegistrationFields<'a>,
}

impl ClientPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
