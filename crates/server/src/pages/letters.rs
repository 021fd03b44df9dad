//! Letters to people: plain text, in their language. No word in them is a stranger's.

use fluent_bundle::FluentArgs;

use super::{Locale, text};
use crate::{guesses::Guessed, mail::Letter};

/// What a letter is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterText<'a> {
    /// A link that sets a new password.
    Recovery { link: &'a str },
    /// A link that proves the address.
    Verification { link: &'a str },
    /// A link that makes an account.
    SignUp { link: &'a str },
    /// Somebody asked for an account, and there is one.
    AccountThere { link: &'a str },
    /// The password was changed; where a lost account is recovered.
    PasswordChanged { link: &'a str },
    /// What guards the account besides the password was changed; where a lost account is recovered.
    FactorChanged { change: FactorChange, link: &'a str },
    /// Somebody guesses, and is slowed down; where a new password is set.
    Guessing { at: Guessed, link: &'a str },
}

/// A change of the second factors that their owner is told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactorChange {
    AuthenticatorAdded,
    AuthenticatorRemoved,
    PasskeyAdded,
    PasskeyRemoved,
    RecoveryCodesMade,
    RecoveryCodeUsed,
    AllRemoved,
}

impl FactorChange {
    const fn key(self) -> &'static str {
        match self {
            Self::AuthenticatorAdded => "letter-authenticator-added",
            Self::AuthenticatorRemoved => "letter-authenticator-removed",
            Self::PasskeyAdded => "letter-passkey-added",
            Self::PasskeyRemoved => "letter-passkey-removed",
            Self::RecoveryCodesMade => "letter-recovery-codes-made",
            Self::RecoveryCodeUsed => "letter-recovery-code-used",
            Self::AllRemoved => "letter-factors-removed",
        }
    }
}

impl LetterText<'_> {
    /// The letter. `brand` is whose it is.
    pub fn write(self, locale: Locale, brand: &str, to: &str) -> Letter {
        let (subject, body, link) = match self {
            Self::Recovery { link } => ("letter-recovery-subject", "letter-recovery", link),
            Self::Verification { link } => ("letter-verification-subject", "letter-verification", link),
            Self::SignUp { link } => ("letter-sign-up-subject", "letter-sign-up", link),
            Self::AccountThere { link } => ("letter-account-there-subject", "letter-account-there", link),
            Self::PasswordChanged { link } => ("letter-password-changed-subject", "letter-password-changed", link),
            Self::FactorChanged { link, .. } => ("letter-factor-changed-subject", "letter-factor-changed", link),
            Self::Guessing { at: Guessed::Password, link } => {
                ("letter-guessing-subject", "letter-guessing-password", link)
            }
            Self::Guessing { at: Guessed::Code, link } => ("letter-guessing-subject", "letter-guessing-code", link),
        };
        let mut values = FluentArgs::new();
        values.set("brand", brand.to_owned());
        values.set("link", link.to_owned());
        if let Self::FactorChanged { change, .. } = self {
            let what = filled(locale, change.key(), &values);
            values.set("change", what);
        }
        let body = filled(locale, body, &values);
        Letter { to: to.to_owned(), subject: filled(locale, subject, &values), text: format!("{body}\n") }
    }
}

fn filled(locale: Locale, key: &str, values: &FluentArgs<'_>) -> String {
    let found = text::find(locale, key, None, Some(values));
    found.or_else(|| text::find(Locale::English, key, None, Some(values))).unwrap_or_default().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_hold_their_link_and_no_markup() {
        let link = "https://accounts.zylker.example/recover/1000.aa.bb?a=1&b=2";
        for locale in Locale::ALL {
            for letter in [
                LetterText::Recovery { link },
                LetterText::Verification { link },
                LetterText::SignUp { link },
                LetterText::AccountThere { link },
                LetterText::PasswordChanged { link },
                LetterText::FactorChanged { change: FactorChange::AuthenticatorAdded, link },
                LetterText::FactorChanged { change: FactorChange::AuthenticatorRemoved, link },
                LetterText::FactorChanged { change: FactorChange::PasskeyAdded, link },
                LetterText::FactorChanged { change: FactorChange::PasskeyRemoved, link },
                LetterText::FactorChanged { change: FactorChange::RecoveryCodesMade, link },
                LetterText::FactorChanged { change: FactorChange::RecoveryCodeUsed, link },
                LetterText::FactorChanged { change: FactorChange::AllRemoved, link },
                LetterText::Guessing { at: Guessed::Password, link },
                LetterText::Guessing { at: Guessed::Code, link },
            ] {
                let written = letter.write(locale, "Grantor & Co", "a@b");
                assert!(written.text.lines().any(|line| line == link), "{letter:?} {}", written.text);
                assert!(written.text.lines().next().is_some_and(|line| line.chars().count() > 20), "{letter:?}");
                assert!(written.subject.contains("Grantor & Co") && !written.subject.contains('\n'), "{letter:?}");
                assert!(!written.text.contains(['{', '}', '<', '\u{2068}']), "{}", written.text);
            }
        }
    }
}
