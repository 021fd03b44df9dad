//! The last page of an application that wants its answer posted: a form of hidden values. Our script sends it at
//! once, and without scripts a person presses the button (OAuth 2.0 Form Post Response Mode).

use super::{Frame, finish};

/// The form with the answer. Where it goes was registered, and is not ours.
#[derive(Debug, askama::Template)]
#[template(path = "form_post.html")]
pub struct FormPost<'a> {
    pub frame: Frame<'a>,
    /// The redirect URI.
    pub uri: &'a str,
    /// Its host, for a person to read.
    pub host: &'a str,
    pub fields: &'a [(String, String)],
}

impl FormPost<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
