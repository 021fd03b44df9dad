//! Letters to people: plain text, in their language. No word in them is a stranger's.

use fluent_bundle::FluentArgs;

use super::{Locale, text};
use crate::mail::Letter;

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
        };
        let mut values = FluentArgs::new();
        values.set("brand", brand.to_owned());
        values.set("link", link.to_owned());
        let filled = |key: &str| {
            let found = text::find(locale, key, None, Some(&values));
            found.or_else(|| text::find(Locale::English, key, None, Some(&values))).unwrap_or_default().into_owned()
        };
        Letter { to: to.to_owned(), subject: filled(subject), text: format!("{}\n", filled(body)) }
    }
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
            ] {
                let written = letter.write(locale, "Grantor & Co", "a@b");
                assert!(written.text.lines().any(|line| line == link), "{letter:?} {}", written.text);
                assert!(written.subject.contains("Grantor & Co") && !written.subject.contains('\n'), "{letter:?}");
                assert!(!written.text.contains(['{', '}', '<', '\u{2068}']), "{}", written.text);
            }
        }
    }
}
