//! The sandbox of a client: test users and the clone.

use super::ClientName;
use crate::pages::{Shell, finish};

/// A test user.
#[derive(Debug, Clone)]
pub struct TestUserRow {
    pub email: String,
    pub organization: String,
    pub place: String,
    pub since: String,
    /// Whether it can be removed here.
    pub here: bool,
}

/// A test user that was just made.
#[derive(Clone, Copy)]
pub struct ShownUser<'a> {
    pub email: &'a str,
    pub password: &'a str,
}

impl std::fmt::Debug for ShownUser<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownUser").finish_non_exhaustive()
    }
}

/// A clone that was just made.
#[derive(Clone, Copy)]
pub struct ShownClone<'a> {
    pub id: &'a str,
    /// Empty for a client without one.
    pub secret: &'a str,
}

impl std::fmt::Debug for ShownClone<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ShownClone").finish_non_exhaustive()
    }
}

/// The page.
#[derive(Debug, askama::Template)]
#[template(path = "console_tools/sandbox.html")]
pub struct SandboxPage<'a> {
    pub shell: Shell<'a>,
    pub client: ClientName<'a>,
    pub place: &'a str,
    pub users: Vec<TestUserRow>,
    pub most_users: usize,
    pub made_user: Option<ShownUser<'a>>,
    /// Id and name of each clone.
    pub clones: Vec<(String, String)>,
    /// Whether it is a clone itself: then it has none.
    pub is_clone: bool,
    pub made_clone: Option<ShownClone<'a>>,
    /// Whether the clone needs redirect URIs.
    pub redirects: bool,
    /// The redirect URIs of the form, one a line.
    pub redirect_uris: &'a str,
    pub error: Option<&'a str>,
    pub done: Option<&'static str>,
}

impl SandboxPage<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
