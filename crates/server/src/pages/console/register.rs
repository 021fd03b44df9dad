//! Registering an application: its type, its form, and what came of it.

use super::{Credentials, RegistrationFields};
use crate::pages::{Shell, finish};

/// The types to choose from.
#[derive(Debug, askama::Template)]
#[template(path = "console/choose_type.html")]
pub struct ChooseType<'a> {
    pub shell: Shell<'a>,
    pub choices: Vec<TypeChoice<'a>>,
    /// Whether a second self client was refused a moment ago.
    pub refused: bool,
}

/// One type.
#[derive(Debug, Clone, Copy)]
pub struct TypeChoice<'a> {
    /// As the form sends it.
    pub kind: &'a str,
    pub label: &'a str,
    pub about: &'a str,
    /// The id of the one client of this type that a person may have, when there is one.
    pub there: Option<&'a str>,
}

/// The form of a type.
#[derive(Debug, askama::Template)]
#[template(path = "console/new_client.html")]
pub struct NewClient<'a> {
    pub shell: Shell<'a>,
    pub kind: &'a str,
    pub label: &'a str,
    pub about: &'a str,
    /// Whether one secret is good at all data centers, where that is a question.
    pub same_secret: Option<bool>,
    pub fields: RegistrationFields<'a>,
}

/// A client that was registered a moment ago.
#[derive(Debug, askama::Template)]
#[template(path = "console/registered.html")]
pub struct RegisteredClient<'a> {
    pub shell: Shell<'a>,
    pub id: &'a str,
    pub name: &'a str,
    pub secrets: Credentials<'a>,
    pub by_redirect: bool,
    pub self_client: bool,
}

impl ChooseType<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl NewClient<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl RegisteredClient<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
