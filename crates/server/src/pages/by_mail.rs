//! What people meet on the way over their mailbox: recovery of a password, proof of an address, signing up.

use super::text::{self, Html, Value};
use super::{Frame, Icon, SignInError, finish};

/// Why a letter is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterFor {
    Recovery,
    SignUp,
}

/// The page that asks for an address to write to.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "by_mail/ask.html")]
pub struct AskForLetter<'a> {
    pub frame: Frame<'a>,
    pub what: LetterFor,
    pub action: &'a str,
    pub csrf: &'a str,
    /// What stands in the field already.
    pub email: &'a str,
    pub error: Option<LetterError>,
    pub sign_in_url: &'a str,
}

/// Why it is asked for again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterError {
    Email(SignInError),
    /// Too many letters were asked for; how long to wait.
    Wait {
        minutes: u64,
    },
}

impl AskForLetter<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn is_recovery(&self) -> bool {
        self.what == LetterFor::Recovery
    }

    fn sentence(&self) -> Option<Html> {
        Some(match self.error? {
            LetterError::Email(error) => error.sentence(&self.frame),
            LetterError::Wait { minutes } => {
                text::html(self.frame.locale, "letters-wait", &[("minutes", Value::Count(minutes))])
            }
        })
    }
}

/// The page that says to look into the mailbox. The same whether there was an account or not.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "by_mail/sent.html")]
pub struct LetterSent<'a> {
    pub frame: Frame<'a>,
    pub what: LetterFor,
    pub email: &'a str,
    /// Where the address is asked for again.
    pub again_url: &'a str,
    /// In a sandbox: where letters can be read.
    pub mailbox_url: Option<&'a str>,
}

impl LetterSent<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn lead(&self) -> Html {
        let key = match self.what {
            LetterFor::Recovery => "letter-sent-recovery",
            LetterFor::SignUp => "letter-sent-sign-up",
        };
        self.frame.named(key, "email", self.email)
    }
}

/// The page behind a recovery letter's link.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "by_mail/new_password.html")]
pub struct NewPassword<'a> {
    pub frame: Frame<'a>,
    pub action: &'a str,
    pub csrf: &'a str,
    pub email: &'a str,
    pub end_tokens: bool,
    /// The key of what is wrong with the new password.
    pub new: Option<&'static str>,
    /// Whether the second one differs.
    pub differs: bool,
}

impl NewPassword<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}

/// The page behind a verification letter's link.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "by_mail/verify.html")]
pub struct VerifyEmail<'a> {
    pub frame: Frame<'a>,
    pub action: &'a str,
    pub csrf: &'a str,
    pub email: &'a str,
}

impl VerifyEmail<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }
}

/// The page behind a sign-up letter's link.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "by_mail/sign_up.html")]
pub struct SignUp<'a> {
    pub frame: Frame<'a>,
    pub action: &'a str,
    pub csrf: &'a str,
    pub email: &'a str,
    pub first_name: &'a str,
    pub last_name: &'a str,
    pub organization: &'a str,
    /// The field that is wrong (`names`, `password` or `organization`), and the key of why.
    pub error: Option<(&'static str, &'static str)>,
}

impl SignUp<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn error_at(&self, field: &str) -> Option<&'static str> {
        self.error.filter(|(wrong, _)| *wrong == field).map(|(_, key)| key)
    }
}

/// How such a way ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// The link was used before, is too old, or never was.
    LinkDead,
    PasswordSet,
    EmailVerified,
    AccountDeleted,
}

/// The page that says so.
#[derive(Debug, Clone, Copy, askama::Template)]
#[template(path = "by_mail/ended.html")]
pub struct Ended<'a> {
    pub frame: Frame<'a>,
    pub outcome: Outcome,
    /// Where one goes on.
    pub onward_url: &'a str,
}

impl Ended<'_> {
    pub fn render(&self) -> String {
        finish(self, &self.frame)
    }

    fn is_good(&self) -> bool {
        self.outcome != Outcome::LinkDead
    }

    /// The keys of title, lead and button.
    fn keys(&self) -> (&'static str, &'static str, &'static str) {
        match self.outcome {
            Outcome::LinkDead => ("link-dead-title", "link-dead-lead", "link-dead-onward"),
            Outcome::PasswordSet => ("password-set-title", "password-set-lead", "sign-in"),
            Outcome::EmailVerified => ("email-verified-title", "email-verified-lead", "email-verified-onward"),
            Outcome::AccountDeleted => ("account-deleted-title", "account-deleted-lead", "account-deleted-onward"),
        }
    }
}
