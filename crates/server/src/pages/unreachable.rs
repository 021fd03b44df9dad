//! The page where a person waits whose data center cannot be reached: nothing was done, here or there.

use super::{Frame, Icon, finish};

/// The page that says so, with a way to try again and a way on.
#[derive(Debug, askama::Template)]
#[template(path = "unreachable.html")]
pub struct Unreachable<'a> {
    pub frame: Frame<'a>,
    /// The same request here, once more.
    pub retry_url: &'a str,
    /// The same request at home, whether or not anybody answers there.
    pub onward_url: &'a str,
}

impl Unreachable<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
