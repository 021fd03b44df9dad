//! Who belongs to an organization.

use grantor_store::Member;

use super::Pager;
use crate::pages::{Shell, finish};

/// The list.
#[derive(Debug, askama::Template)]
#[template(path = "organization/members.html")]
pub struct Members<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub text: &'a str,
    pub members: &'a [Member],
    pub pager: Pager,
    pub told: Option<&'static str>,
}

/// One of them.
#[derive(Debug, askama::Template)]
#[template(path = "organization/member.html")]
pub struct MemberPage<'a> {
    pub shell: Shell<'a>,
    pub path: &'a str,
    pub member: &'a Member,
    /// Whether it is the administrator who looks.
    pub own: bool,
    pub error: Option<&'static str>,
}

impl Members<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

impl MemberPage<'_> {
    fn title(&self) -> &str {
        if self.member.name.is_empty() { &self.member.email } else { &self.member.name }
    }

    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
