//! The question before signing out, so that a stranger's link cannot do it.

use super::{Form, Frame, finish};

/// The confirmation, with the one button `Sign out`.
#[derive(Debug, askama::Template)]
#[template(path = "sign_out.html")]
pub struct SignOut<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    pub display: &'a str,
    pub email: &'a str,
    /// Where "Stay signed in" leads.
    pub stay_url: &'a str,
}

impl SignOut<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
