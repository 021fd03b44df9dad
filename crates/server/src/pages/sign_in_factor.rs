//! Sign-in, last step for whoever has a second factor: a code of the authenticator app, a recovery code or a passkey.

use super::{Form, Frame, Icon, SignInError, finish};

/// The page that asks for it.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "sign_in_factor.html")]
pub struct SignInFactor<'a> {
    pub frame: Frame<'a>,
    pub form: Form<'a>,
    /// The name of the application that brought the person here.
    pub application: Option<&'a str>,
    pub email: &'a str,
    pub error: Option<SignInError>,
    /// Where "Use another account" leads.
    pub switch_url: &'a str,
    /// Whether the person has an authenticator app.
    pub authenticator: bool,
    /// Whether there is a recovery code left.
    pub recovery: bool,
    /// What the script asks the browser for, as JSON; none when there is no passkey.
    pub passkey: Option<&'a str>,
}

impl SignInFactor<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    /// The sentence under the heading.
    fn lead(&self) -> &'static str {
        match (self.authenticator, self.passkey.is_some()) {
            (true, true) => "factor-lead-both",
            (true, false) => "factor-lead-code",
            (false, true) => "factor-lead-passkey",
            (false, false) => "factor-lead-recovery",
        }
    }

    /// Whether the recovery code's field is unfolded: it was wrong, or it is the only way.
    fn recovering(&self) -> bool {
        self.error == Some(SignInError::WrongRecoveryCode) || !(self.authenticator || self.passkey.is_some())
    }

    /// The error that stands under the field of the app's code.
    fn code_error(&self) -> Option<SignInError> {
        self.error.filter(|_| self.authenticator && !self.recovering() && !self.passkey_error())
    }

    /// The error that stands under the field of the recovery code.
    fn recovery_error(&self) -> Option<SignInError> {
        self.error.filter(|_| self.recovery && (self.recovering() || !self.authenticator) && !self.passkey_error())
    }

    fn passkey_error(&self) -> bool {
        self.error == Some(SignInError::PasskeyRefused)
    }
}
