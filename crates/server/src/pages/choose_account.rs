//! The choice of the account, when an application asks for it though somebody is signed in.

use super::{Form, Frame, SignedIn, finish};

/// The page with the one button `Continue as …`; another account is a link beside the name.
#[derive(Debug, askama::Template)]
#[template(path = "choose_account.html")]
pub struct ChooseAccount<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    pub application: &'a str,
    pub user: SignedIn<'a>,
}

impl ChooseAccount<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
