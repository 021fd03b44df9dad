//! `/account/security`: the password, and (by others) second factors.

use crate::pages::{
    Frame, Icon, Shell, finish,
    text::{self, Html, Value},
};

/// What protects the account.
#[derive(Debug, askama::Template)]
#[template(path = "account/security.html")]
pub struct Security<'a> {
    pub shell: Shell<'a>,
    pub email: &'a str,
    /// The day the password was changed last.
    pub changed: Option<&'a str>,
    pub end_tokens: bool,
    pub told: Option<&'static str>,
    pub error: Option<SecurityError>,
}

/// Why a password was not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityError {
    /// The current one is wrong.
    Current,
    /// Too many wrong ones.
    Wait { seconds: u64 },
    /// It could not be checked.
    Busy,
    /// The new one will not do: the key of why.
    New(&'static str),
    /// The two new ones differ.
    Again,
}

impl SecurityError {
    pub(in crate::pages) fn sentence(self, frame: &Frame<'_>) -> Html {
        let (key, seconds) = match self {
            Self::Current => ("own-password-wrong", 0),
            Self::Wait { seconds } => ("sign-in-error-wait", seconds),
            Self::Busy => ("sign-in-error-busy", 0),
            Self::New(key) => (key, 0),
            Self::Again => ("new-password-differ", 0),
        };
        text::html(frame.locale, key, &[("seconds", Value::Count(seconds))])
    }

    fn of_current(self) -> bool {
        matches!(self, Self::Current | Self::Wait { .. } | Self::Busy)
    }
}

impl Security<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.shell.frame)
    }

    /// What is wrong with a field: `current`, `new` or `again`.
    fn error_at(&self, field: &str) -> Option<Html> {
        let error = self.error.filter(|error| match field {
            "current" => error.of_current(),
            "new" => matches!(error, SecurityError::New(_)),
            _ => *error == SecurityError::Again,
        })?;
        Some(error.sentence(&self.shell.frame))
    }
}
