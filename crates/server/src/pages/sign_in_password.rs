//! Sign-in, second step: the password, asked at the person's home.

use super::{Form, Frame, Icon, SignInError, finish};

/// The page that asks for the password of an address that is shown, not asked again.
#[derive(Debug, askama::Template)]
#[template(path = "sign_in_password.html")]
pub struct SignInPassword<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    /// The name of the application that brought the person here.
    pub application: Option<&'a str>,
    pub email: &'a str,
    pub error: Option<SignInError>,
    /// Where "Use another account" leads.
    pub switch_url: &'a str,
    /// What the script asks the browser for, as JSON; none where there are no passkeys.
    pub passkey: Option<&'a str>,
    /// Where one asks for a letter when the password is forgotten.
    pub recover_url: Option<&'a str>,
}

impl SignInPassword<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}
