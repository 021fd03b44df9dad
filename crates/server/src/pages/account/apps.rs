//! `/account/apps`: which applications have access, by organization.

use crate::pages::{Icon, ScopeLine, Shell, finish};

/// The connected applications.
#[derive(Debug, askama::Template)]
#[template(path = "account/apps.html")]
pub struct Apps<'a> {
    pub shell: Shell<'a>,
    pub groups: &'a [AppsOf],
    /// The name of the data center that keeps them.
    pub place: &'a str,
    /// To those that were granted before.
    pub older: Option<&'a str>,
    pub told: Option<&'static str>,
}

/// Those of one organization.
#[derive(Debug, Clone)]
pub struct AppsOf {
    /// None: of the account alone.
    pub organization: Option<String>,
    pub apps: Vec<OwnApp>,
}

/// One of them.
#[derive(Debug, Clone)]
pub struct OwnApp {
    /// What its button sends.
    pub grant: String,
    pub name: String,
    /// The host of its homepage.
    pub host: String,
    pub scopes: Vec<ScopeLine>,
    /// The day access was granted.
    pub since: String,
    /// When it last got a new token; none when it never came back.
    pub used: Option<String>,
    pub offline: bool,
    /// Whether it was granted for the whole organization.
    pub whole_organization: bool,
}

impl Apps<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
