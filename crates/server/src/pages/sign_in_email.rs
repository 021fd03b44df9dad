//! Sign-in, first step: the e-mail address, from which the person's home is found.

use super::{Form, Frame, Icon, SignInError, finish};

/// The page that asks for the e-mail address.
#[derive(Debug, askama::Template)]
#[template(path = "sign_in_email.html")]
pub struct SignInEmail<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    /// The name of the application that brought the person here.
    pub application: Option<&'a str>,
    /// What stands in the field already.
    pub email: &'a str,
    pub error: Option<SignInError>,
    /// Where one makes an account, where strangers may.
    pub sign_up_url: Option<&'a str>,
}

impl SignInEmail<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    /// With the address already there, the next thing to do is the button: the keyboard of a phone stays away.
    fn autofocus(&self) -> bool {
        self.email.is_empty() || self.error.is_some()
    }
}
