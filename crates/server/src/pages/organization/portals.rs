//! An organization's portals and their users.

use grantor_protocol::people::User;
use grantor_store::{Portal, PortalUser};

use super::Pager;
use crate::{
    organization::TypedUser,
    pages::{Shell, finish},
};

/// All of them.
#[derive(Debug, askama::Template)]
#[template(path = "organization/portals.html")]
pub struct Portals<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub portals: &'a [Portal],
    /// Where portals live.
    pub url: &'a str,
    /// What was typed for a new one.
    pub name: &'a str,
    pub error: Option<&'static str>,
    pub told: Option<&'static str>,
}

/// How one looks.
#[derive(Debug, askama::Template)]
#[template(path = "organization/portal.html")]
pub struct PortalPage<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub portal: &'a Portal,
    pub address: &'a str,
    pub clients: &'a str,
    /// Which field is wrong, and why.
    pub error: Option<(&'static str, &'static str)>,
    pub told: Option<&'static str>,
}

impl PortalPage<'_> {
    fn error(&self, field: &str) -> Option<&'static str> {
        self.error.filter(|(wrong, _)| *wrong == field).map(|(_, key)| key)
    }

    /// What a color field shows when there is no accent.
    fn accent(&self) -> &str {
        &self.portal.accent
    }
}

/// Who may sign in at one.
#[derive(Debug, askama::Template)]
#[template(path = "organization/portal_users.html")]
pub struct PortalUsers<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub portal: &'a Portal,
    pub text: &'a str,
    pub users: &'a [PortalUser],
    pub pager: Pager,
    pub typed: &'a TypedUser,
    pub error: Option<&'static str>,
    pub told: Option<&'static str>,
    pub once: Option<ShownOnce<'a>>,
}

/// A password, on the page that answers the form, and never again.
#[derive(Clone, Copy)]
pub struct ShownOnce<'a> {
    pub email: &'a str,
    pub password: &'a str,
}

impl std::fmt::Debug for ShownOnce<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ShownOnce(…)")
    }
}

/// One of its users.
#[derive(Debug, askama::Template)]
#[template(path = "organization/portal_user.html")]
pub struct PortalUserPage<'a> {
    pub shell: Shell<'a>,
    /// The list of users.
    pub list: &'a str,
    pub portal: &'a Portal,
    pub user: &'a User,
    pub name: &'a str,
    pub error: Option<&'static str>,
    pub told: Option<&'static str>,
    pub once: Option<ShownOnce<'a>>,
}

impl Portals<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl PortalPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl PortalUsers<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl PortalUserPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
