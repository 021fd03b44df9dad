//! What an organization allows applications.

use grantor_protocol::organization_policy::OrganizationPolicy;

use crate::pages::{Shell, finish};

/// The decisions, and the forms that change them.
#[derive(Debug, askama::Template)]
#[template(path = "organization/policy.html")]
pub struct PolicyPage<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub policy: &'a OrganizationPolicy,
    /// The listed applications.
    pub listed: &'a [KnownApp],
    /// Others that the organization knows.
    pub known: &'a [KnownApp],
    pub search: &'a str,
    /// Blocked scopes as they were typed.
    pub scopes: &'a str,
    pub days: &'a str,
    /// What was typed that is no scope.
    pub scopes_error: Option<&'a str>,
    pub days_error: bool,
    /// What was typed to be added.
    pub client_id: &'a str,
    pub client_error: bool,
    pub told: Option<&'static str>,
}

/// An application.
#[derive(Debug, Clone)]
pub struct KnownApp {
    pub client_id: String,
    pub name: String,
}

impl PolicyPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
