//! What may be wrong at sign-in, on either of its two pages.

use super::Frame;
use super::text::{self, Html, Value};

/// Why the person is asked again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignInError {
    EmailMissing,
    EmailInvalid,
    /// Said for an unknown address as well, so that known and unknown look alike.
    WrongPassword,
    /// Too many tries; how long to wait.
    Wait {
        seconds: u64,
    },
    Busy,
    /// Nothing was typed.
    CodeMissing,
    /// Of the authenticator app; said for one that was used before as well.
    WrongCode,
    WrongRecoveryCode,
    /// Whatever was wrong with it.
    PasskeyRefused,
}

impl SignInError {
    pub(super) fn sentence(&self, frame: &Frame<'_>) -> Html {
        let (key, seconds) = match *self {
            Self::EmailMissing => ("sign-in-error-email-missing", 0),
            Self::EmailInvalid => ("sign-in-error-email-invalid", 0),
            Self::WrongPassword => ("sign-in-error-wrong-password", 0),
            Self::Wait { seconds } => ("sign-in-error-wait", seconds),
            Self::Busy => ("sign-in-error-busy", 0),
            Self::CodeMissing => ("factor-error-missing", 0),
            Self::WrongCode => ("factor-error-wrong", 0),
            Self::WrongRecoveryCode => ("factor-error-recovery", 0),
            Self::PasskeyRefused => ("factor-error-passkey", 0),
        };
        text::html(frame.locale, key, &[("seconds", Value::Count(seconds))])
    }
}
