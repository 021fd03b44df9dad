//! Proof Key for Code Exchange (RFC 7636; accounts-protocol.md section 5.1): challenge and verifier.

use aws_lc_rs::{constant_time, digest};
use data_encoding::BASE64URL_NOPAD;

/// How the challenge was made from the verifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The challenge is the verifier itself.
    Plain,
    /// The challenge is the base64url SHA-256 of the verifier.
    S256,
}

impl Method {
    /// As the wire spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::S256 => "S256",
        }
    }
}

/// A well-formed challenge, kept with the code.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// How to compare.
    pub method: Method,
    /// What to compare with: 43 to 128 unreserved characters.
    pub value: String,
}

impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Challenge({})", self.method.as_str())
    }
}

/// Which parameter was malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// `code_challenge`: length, alphabet, or a digest of the wrong size.
    Challenge,
    /// `code_challenge_method`: neither `S256` nor `plain`, or sent without a challenge.
    Method,
}

impl Challenge {
    /// Reads the pair of parameters. No challenge and no method: none. A missing method means `plain`
    /// (`spec/decisions.md` 2). S256 challenges are exactly 43 base64url characters.
    pub fn read(challenge: Option<&str>, method: Option<&str>) -> Result<Option<Self>, Malformed> {
        let Some(value) = challenge else {
            return if method.is_some() { Err(Malformed::Method) } else { Ok(None) };
        };
        let method = match method {
            None | Some("plain") => Method::Plain,
            Some("S256") => Method::S256,
            Some(_) => return Err(Malformed::Method),
        };
        let fits = match method {
            Method::Plain => well_formed(value),
            Method::S256 => BASE64URL_NOPAD.decode(value.as_bytes()).is_ok_and(|digest| digest.len() == 32),
        };
        if fits { Ok(Some(Self { method, value: value.to_owned() })) } else { Err(Malformed::Challenge) }
    }

    /// As kept in a store.
    pub fn from_stored(value: String, method: &str) -> Self {
        Self { method: if method == "S256" { Method::S256 } else { Method::Plain }, value }
    }

    /// Whether `verifier` answers this challenge; compared in constant time.
    pub fn answered_by(&self, verifier: &str) -> bool {
        if !well_formed(verifier) {
            return false;
        }
        let computed = match self.method {
            Method::Plain => verifier.to_owned(),
            Method::S256 => BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref()),
        };
        constant_time::verify_slices_are_equal(computed.as_bytes(), self.value.as_bytes()).is_ok()
    }
}

/// RFC 7636 section 4.1: 43 to 128 characters of `A-Z a-z 0-9 - . _ ~`.
fn well_formed(text: &str) -> bool {
    (43..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~'))
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7636 appendix B.
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    #[test]
    fn the_example_of_the_rfc_holds() {
        let challenge = Challenge::read(Some(CHALLENGE), Some("S256")).unwrap().unwrap();
        assert!(challenge.answered_by(VERIFIER));
        assert!(!challenge.answered_by(CHALLENGE), "the challenge itself is no verifier");
        assert!(!challenge.answered_by(&format!("{VERIFIER}=")));
        assert!(!challenge.answered_by(&VERIFIER.replace('d', "e")));
    }

    #[test]
    fn plain_is_the_default() {
        let challenge = Challenge::read(Some(VERIFIER), None).unwrap().unwrap();
        assert_eq!(challenge.method, Method::Plain);
        assert!(challenge.answered_by(VERIFIER));
        assert!(!challenge.answered_by(CHALLENGE));
    }

    #[test]
    fn malformed_is_told_by_parameter() {
        let long = "a".repeat(129);
        let short = "a".repeat(42);
        for (challenge, method, expected) in [
            (Some(""), None, Malformed::Challenge),
            (Some(short.as_str()), None, Malformed::Challenge),
            (Some(long.as_str()), None, Malformed::Challenge),
            (Some(VERIFIER), Some("s256"), Malformed::Method),
            (Some(VERIFIER), Some("S512"), Malformed::Method),
            (Some(VERIFIER), Some(""), Malformed::Method),
            (None, Some("S256"), Malformed::Method),
            (Some("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM="), Some("S256"), Malformed::Challenge),
        ] {
            assert_eq!(Challenge::read(challenge, method), Err(expected), "{challenge:?} {method:?}");
        }
        assert_eq!(Challenge::read(None, None), Ok(None));
    }
}
