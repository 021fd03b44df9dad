//! The front page of a data center's accounts address.

use super::{Frame, SignedIn, finish};

/// Says who is signed in, or offers to sign in.
#[derive(Debug, askama::Template)]
#[template(path = "home.html")]
pub struct Home<'a> {
    pub frame: Frame<'a>,
    pub user: Option<SignedIn<'a>>,
    pub sign_in_url: &'a str,
    pub sign_out_url: &'a str,
    /// The account pages, when this server has them.
    pub accounts_url: Option<&'a str>,
}

impl Home<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
