//! `/account/security/factors`: the authenticator app, passkeys and recovery codes of a person; and the pages on the way to
//! each of them.

use super::text::{self, Html, Value};
use super::{Icon, Shell, finish, qr};

/// What a form says is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorError {
    PasswordMissing,
    PasswordWrong,
    /// Too many tries; how long to wait.
    Wait {
        seconds: u64,
    },
    Busy,
    NameMissing,
    NameTooLong,
    TooMany,
    CodeMissing,
    CodeWrong,
    /// Whatever was wrong with it.
    PasskeyRefused,
    /// Another one was set up meanwhile.
    AuthenticatorThere,
}

impl FactorError {
    fn sentence(self, shell: &Shell<'_>) -> Html {
        let (key, seconds) = match self {
            Self::PasswordMissing => ("factors-error-password-missing", 0),
            Self::PasswordWrong => ("factors-error-password-wrong", 0),
            Self::Wait { seconds } => ("sign-in-error-wait", seconds),
            Self::Busy => ("sign-in-error-busy", 0),
            Self::NameMissing => ("factors-error-name-missing", 0),
            Self::NameTooLong => ("factors-error-name-long", 0),
            Self::TooMany => ("factors-error-too-many", 0),
            Self::CodeMissing => ("factor-error-missing", 0),
            Self::CodeWrong => ("factors-error-code", 0),
            Self::PasskeyRefused => ("factors-error-passkey", 0),
            Self::AuthenticatorThere => ("factors-error-authenticator-there", 0),
        };
        text::html(shell.frame.locale, key, &[("seconds", Value::Count(seconds))])
    }
}

/// Which field of the page an error belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorField {
    AuthenticatorPassword,
    CodesPassword,
    PasskeyName,
    PasskeyPassword,
}

/// A passkey in the list.
#[derive(Debug, Clone, Copy)]
pub struct PasskeyLine<'a> {
    pub name: &'a str,
    /// A day.
    pub added: &'a str,
    /// A day; none for never.
    pub used: Option<&'a str>,
    /// Where it is removed.
    pub remove_url: &'a str,
}

/// The page itself.
#[derive(Debug, Clone, askama::Template)]
#[template(path = "account/factors.html")]
pub struct Factors<'a> {
    pub shell: Shell<'a>,
    /// The day the authenticator app was added.
    pub authenticator: Option<&'a str>,
    pub passkeys: &'a [PasskeyLine<'a>],
    /// Recovery codes left.
    pub codes: u64,
    /// Whether passkeys can work at this address at all.
    pub passkeys_work: bool,
    /// The name typed for a passkey that was not made.
    pub name: &'a str,
    /// What was done, as the query says.
    pub done: Option<&'a str>,
    pub error: Option<(FactorField, FactorError)>,
}

impl Factors<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }

    fn told(&self) -> Option<&'static str> {
        Some(match self.done? {
            "authenticator" => "factors-done-authenticator",
            "authenticator-removed" => "factors-done-authenticator-removed",
            "passkey" => "factors-done-passkey",
            "passkey-removed" => "factors-done-passkey-removed",
            _ => return None,
        })
    }

    fn at(&self, field: &str) -> Option<Html> {
        let (at, error) = self.error?;
        let name = match at {
            FactorField::AuthenticatorPassword => "authenticator-password",
            FactorField::CodesPassword => "codes-password",
            FactorField::PasskeyName => "passkey-name",
            FactorField::PasskeyPassword => "passkey-password",
        };
        (name == field).then(|| error.sentence(&self.shell))
    }

    fn protected(&self) -> bool {
        self.authenticator.is_some() || !self.passkeys.is_empty()
    }

    fn codes_left(&self) -> Html {
        text::html(self.shell.frame.locale, "factors-codes-left", &[("count", Value::Count(self.codes))])
    }
}

/// The authenticator app is set up: the secret as a picture and in letters, and the first code.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "account/factors_authenticator.html")]
pub struct FactorsAuthenticator<'a> {
    pub shell: Shell<'a>,
    /// What the app reads. Secret.
    pub address: &'a str,
    /// The same in letters. Secret.
    pub secret: &'a str,
    /// The seal that comes back with the form.
    pub pending: &'a str,
    pub error: Option<FactorError>,
}

impl FactorsAuthenticator<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }

    fn picture(&self) -> Html {
        qr::draw(self.address)
    }
}

/// A passkey is made: the button that asks the browser.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "account/factors_passkey.html")]
pub struct FactorsPasskey<'a> {
    pub shell: Shell<'a>,
    pub name: &'a str,
    /// What the script asks the browser for, as JSON.
    pub options: &'a str,
    /// The seal that comes back with the form.
    pub pending: &'a str,
    pub error: Option<FactorError>,
}

impl FactorsPasskey<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

/// Recovery codes, shown once.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "account/factors_codes.html")]
pub struct FactorsCodes<'a> {
    pub shell: Shell<'a>,
    pub codes: &'a [String],
    /// Whether they came with the first second factor, and nobody asked for them.
    pub first: bool,
}

impl FactorsCodes<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}

/// Asks before a passkey is removed.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "account/factors_passkey_removal.html")]
pub struct FactorsPasskeyRemoval<'a> {
    pub shell: Shell<'a>,
    pub name: &'a str,
    pub action: &'a str,
    /// Whether the password alone is enough afterwards.
    pub last: bool,
    pub error: Option<FactorError>,
}

impl FactorsPasskeyRemoval<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }
}
