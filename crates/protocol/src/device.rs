//! The pure parts of the device flow (RFC 8628; accounts-protocol.md section 10): the code that a person types, and
//! whether what a device asks for may be put before a person.

use std::fmt;

use crate::{
    authorize::{AuthorizationRequest, Prompting},
    causes::PageError,
    client::{Client, GrantType},
    dialect::Dialect,
    people::Realm,
    scope::{Catalog, ScopeList},
};

/// The code that a device shows and a person types: eight letters, shown as `WDJB-MJHT`.
///
/// Twenty letters (RFC 8628 section 6.1): no vowels, so that no words come about, and no digits, so that none is taken
/// for a letter. Eight of them are 20^8, about 34.6 bits: whoever may guess twenty times in ten minutes meets one of a
/// thousand live codes once in 24 years.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct UserCode(String);

impl UserCode {
    /// The letters.
    pub const ALPHABET: [char; 20] =
        ['B', 'C', 'D', 'F', 'G', 'H', 'J', 'K', 'L', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Z'];
    /// How many letters.
    pub const LENGTH: usize = 8;
    /// The longest text that is read as one, in characters.
    const MOST_TYPED: usize = 64;

    /// A code from sixteen fresh random bytes. They are taken as one number, whose remainders are even to 2^-93.
    pub fn draw(random: [u8; 16]) -> Self {
        let mut number = u128::from_be_bytes(random);
        let letters = (0..Self::LENGTH).filter_map(|_| {
            let letter = usize::try_from(number % 20).ok().and_then(|n| Self::ALPHABET.get(n));
            number /= 20;
            letter
        });
        Self(letters.collect())
    }

    /// What a person typed, folded: in any case, with spaces and dashes wherever they like. `None` when it cannot be a
    /// code.
    pub fn fold(typed: &str) -> Option<Self> {
        if typed.chars().count() > Self::MOST_TYPED {
            return None;
        }
        let letters: String =
            typed.chars().filter(|c| !c.is_whitespace() && !is_dash(*c)).map(|c| c.to_ascii_uppercase()).collect();
        let whole = letters.chars().count() == Self::LENGTH && letters.chars().all(|c| Self::ALPHABET.contains(&c));
        whole.then_some(Self(letters))
    }

    /// As a store keeps it: without the dash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a device and our pages show it: `WDJB-MJHT`.
    pub fn shown(&self) -> String {
        let (first, last) = self.0.split_at_checked(Self::LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{last}")
    }
}

impl fmt::Debug for UserCode {
    /// Whoever knows it can answer for the device.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserCode(…)")
    }
}

/// Hyphens, dashes and what phones make of them; mail programs and people put them anywhere.
fn is_dash(c: char) -> bool {
    matches!(c, '-' | '_' | '.' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}')
}

/// Whether a device's request may be put before a person: checked when it is made, and again at every page, against the
/// client as it is then. There is no redirect, and the person is always asked, because somebody else may have begun it
/// (RFC 8628 section 5.4).
///
/// # Errors
/// `ClientDisabled`, `ResponseTypeUnsupported` (the client may not use this grant), `ScopeMalformed`, `ScopeUnknown` or
/// `ScopeNotAllowed`, in this order.
pub fn check(
    scope: &str,
    offline: bool,
    client: &Client,
    dialect: Dialect,
    catalog: &Catalog,
) -> Result<AuthorizationRequest, PageError> {
    if client.disabled {
        return Err(PageError::ClientDisabled);
    }
    if !client.may_use(GrantType::DeviceCode, dialect) {
        return Err(PageError::ResponseTypeUnsupported);
    }
    let scopes = ScopeList::read(scope).map_err(|_| PageError::ScopeMalformed)?;
    let mut needs_organization = false;
    for scope in scopes.iter() {
        let known = catalog.find(scope).ok_or_else(|| PageError::ScopeUnknown(scope.to_owned()))?;
        if !client.may_ask(catalog, scope) {
            return Err(PageError::ScopeNotAllowed(scope.to_owned()));
        }
        needs_organization |= known.needs_organization;
    }
    Ok(AuthorizationRequest {
        realm: Realm::Accounts,
        scopes,
        offline,
        ask_again: true,
        challenge: None,
        needs_organization,
        prompting: Prompting::default(),
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_code_is_eight_letters_that_nobody_mistakes() {
        assert_eq!(UserCode::draw([0; 16]).shown(), "BBBB-BBBB");
        assert_eq!(UserCode::draw([255; 16]).as_str().len(), UserCode::LENGTH);
        for confused in "AEIOUY0123456789".chars() {
            assert!(!UserCode::ALPHABET.contains(&confused), "{confused}");
        }
        assert_eq!(UserCode::ALPHABET.iter().collect::<HashSet<_>>().len(), 20);
        assert_eq!(format!("{:?}", UserCode::draw([7; 16])), "UserCode(…)");
    }

    #[test]
    fn what_a_person_types_is_folded() {
        let code = UserCode::fold("WDJB-MJHT").unwrap();
        assert_eq!((code.as_str(), code.shown().as_str()), ("WDJBMJHT", "WDJB-MJHT"));
        for typed in [
            "wdjbmjht",
            " WDJB MJHT ",
            "w-d-j-b-m-j-h-t",
            "WDJB–MJHT",
            "WDJB−MJHT",
            "wdjb\u{a0}mjht",
            "WDJB\u{200e}-MJHT",
        ] {
            assert_eq!(UserCode::fold(typed), Some(code.clone()), "{typed:?}");
        }
        let long = format!("WDJB{}MJHT", " ".repeat(80));
        for typed in ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJH1", "WDJA-MJHT", "ＷＤＪＢ-MJHT", long.as_str()] {
            assert_eq!(UserCode::fold(typed), None, "{typed:?}");
        }
    }

    #[test]
    fn no_letter_is_drawn_more_often_than_another() {
        let mut seen = [0_u32; 20];
        for n in 0..2_000_u64 {
            // A multiplier with many ones spreads the numbers over the sixteen bytes.
            let number = u128::from(n).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
            for letter in UserCode::draw(number.to_be_bytes()).as_str().chars() {
                seen[UserCode::ALPHABET.iter().position(|l| *l == letter).unwrap()] += 1;
            }
        }
        assert_eq!(seen.iter().sum::<u32>(), 16_000);
        assert!(seen.iter().all(|n| (650..950).contains(n)), "{seen:?}");
    }

    proptest! {
        #[test]
        fn every_code_reads_as_itself(random in any::<[u8; 16]>()) {
            let code = UserCode::draw(random);
            prop_assert_eq!(UserCode::fold(&code.shown()), Some(code.clone()));
            prop_assert_eq!(UserCode::fold(&code.as_str().to_lowercase()), Some(code));
        }

        #[test]
        fn folding_never_panics(typed in ".{0,90}") {
            let _ = UserCode::fold(&typed);
        }
    }
}
