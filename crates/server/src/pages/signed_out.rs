//! What is shown once the session has ended.

use super::{Frame, Icon, finish};

/// The page after signing out.
#[derive(Debug, askama::Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut<'a> {
    pub frame: Frame<'a>,
    pub sign_in_url: &'a str,
}

impl SignedOut<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
