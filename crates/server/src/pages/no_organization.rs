//! Where the chooser would be, for a person who belongs to no organization.

use super::{Frame, Icon, SignedIn, finish};

/// The page that says so, and offers another account.
#[derive(Debug, askama::Template)]
#[template(path = "no_organization.html")]
pub struct NoOrganization<'a> {
    pub frame: Frame<'a>,
    pub application: &'a str,
    pub user: SignedIn<'a>,
}

impl NoOrganization<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
