//! Where the accounts dialect follows its documents although RFC 9700 advises otherwise: a switch for each, so that who
//! runs a server can take them back one by one.

use crate::{
    causes::PageError,
    pkce::{Challenge, Method},
};

/// What is as the documents have it. The standard dialect deviates in none of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deviations {
    /// Secrets, codes and tokens may stand in the URL of a token-like request (RFC 9700 section 4.3).
    pub secrets_in_query: bool,
    /// Refresh tokens stay as they are instead of turning at each use (section 4.14).
    pub lasting_refresh_tokens: bool,
    /// Whoever has a token may revoke it (RFC 7009 section 2.1).
    pub open_revocation: bool,
    /// Only applications that cannot keep a secret must use PKCE (section 2.1.1).
    pub optional_pkce: bool,
    /// A challenge may be the verifier itself (section 2.1.1).
    pub plain_pkce: bool,
    /// The token endpoint says no with HTTP status 200 (RFC 6749 section 5.2).
    pub errors_with_status_200: bool,
    /// Browser clients that are registered for it get tokens by redirect (section 2.1.2).
    pub implicit: bool,
}

impl Deviations {
    /// As the documents have it: all of them.
    pub const DOCUMENTED: Self = Self {
        secrets_in_query: true,
        lasting_refresh_tokens: true,
        open_revocation: true,
        optional_pkce: true,
        plain_pkce: true,
        errors_with_status_200: true,
        implicit: true,
    };

    /// The names of those that are on, as the config spells them.
    pub fn on(&self) -> Vec<&'static str> {
        let all = [
            ("secrets_in_query", self.secrets_in_query),
            ("lasting_refresh_tokens", self.lasting_refresh_tokens),
            ("open_revocation", self.open_revocation),
            ("optional_pkce", self.optional_pkce),
            ("plain_pkce", self.plain_pkce),
            ("errors_with_status_200", self.errors_with_status_200),
            ("implicit", self.implicit),
        ];
        all.into_iter().filter(|(_, on)| *on).map(|(name, _)| name).collect()
    }

    /// Whether a request for a code may go on with this challenge, or without one.
    ///
    /// # Errors
    /// `PkceMissing` and `PkceMethodMalformed`, where the switch is off.
    pub fn judge(&self, challenge: Option<&Challenge>) -> Result<(), PageError> {
        match challenge {
            None if !self.optional_pkce => Err(PageError::PkceMissing),
            Some(challenge) if challenge.method == Method::Plain && !self.plain_pkce => {
                Err(PageError::PkceMethodMalformed)
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn each_can_be_taken_back() {
        let mut deviations = Deviations::DOCUMENTED;
        assert_eq!(deviations.on().len(), 7);
        let [plain, s256] = ["plain", "S256"].map(|method| Challenge::read(Some(VALUE), Some(method)).unwrap());
        for challenge in [None, plain.as_ref(), s256.as_ref()] {
            assert_eq!(deviations.judge(challenge), Ok(()));
        }
        deviations.plain_pkce = false;
        assert_eq!(deviations.judge(plain.as_ref()), Err(PageError::PkceMethodMalformed));
        assert_eq!(deviations.judge(None), Ok(()));
        deviations.optional_pkce = false;
        assert_eq!(deviations.judge(None), Err(PageError::PkceMissing));
        assert_eq!(deviations.judge(s256.as_ref()), Ok(()));
        assert!(!deviations.on().contains(&"optional_pkce"));
    }
}
