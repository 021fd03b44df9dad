//! The applications that members connected.

use super::Pager;
use crate::pages::{Shell, finish};

/// All of them.
#[derive(Debug, askama::Template)]
#[template(path = "organization/apps.html")]
pub struct Apps<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub lines: &'a [AppLine],
    pub pager: Pager,
    pub told: Option<&'static str>,
}

/// One application.
#[derive(Debug, Clone)]
pub struct AppLine {
    pub client_id: String,
    pub name: String,
    pub grants: i64,
    pub since: String,
}

/// One application, with whoever granted it something.
#[derive(Debug, askama::Template)]
#[template(path = "organization/app.html")]
pub struct AppPage<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub name: &'a str,
    pub client_id: &'a str,
    pub text: &'a str,
    pub lines: &'a [GrantLine],
    pub pager: Pager,
    pub told: Option<&'static str>,
    pub error: Option<&'static str>,
}

/// One person's grant.
#[derive(Debug, Clone)]
pub struct GrantLine {
    pub grant: String,
    /// The organization itself granted it.
    pub of_organization: bool,
    pub name: String,
    pub email: String,
    /// In sentences.
    pub scopes: Vec<String>,
    pub offline: bool,
    pub since: String,
    pub used: Option<String>,
}

impl Apps<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl AppPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
