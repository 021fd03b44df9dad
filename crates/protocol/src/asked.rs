//! An authorization request as received, nothing trusted (accounts-protocol.md section 5.1).

use crate::{
    causes::PageError,
    params::{Found, Params, Unreadable},
};

/// What the browser asked for, decoded but unchecked. Absent and empty are told apart.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// `response_type`.
    pub response_type: Option<String>,
    /// `client_id`.
    pub client_id: Option<String>,
    /// `scope`.
    pub scope: Option<String>,
    /// `redirect_uri`.
    pub redirect_uri: Option<String>,
    /// `access_type`: `online` (default) or `offline`; an unknown value means online.
    pub access_type: Option<String>,
    /// `state`: echoed byte for byte.
    pub state: Option<String>,
    /// `prompt`: only `consent` acts.
    pub prompt: Option<String>,
    /// `code_challenge` (RFC 7636).
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
    /// `login_hint`: the address the person will probably sign in with.
    pub login_hint: Option<String>,
}

impl Asked {
    /// The longest query that is read, in bytes.
    pub const MOST_BYTES: usize = 8 * 1024;
    /// The longest `state`, in bytes.
    pub const MOST_STATE_BYTES: usize = 4 * 1024;

    /// Reads a raw query string.
    ///
    /// # Errors
    /// A page error when it is too large, cannot be decoded, or repeats a parameter.
    pub fn read(query: &str) -> Result<Self, PageError> {
        if query.len() > Self::MOST_BYTES {
            return Err(PageError::RequestTooLarge);
        }
        let params = Params::read(query.as_bytes()).map_err(|e| match e {
            Unreadable::TooMany => PageError::RequestTooLarge,
            Unreadable::Nul | Unreadable::NotUtf8 => PageError::ParameterMalformed("query"),
        })?;
        if let Some(name) = params.first_repeated() {
            return Err(PageError::ParameterTwice(name.to_owned()));
        }
        let take = |name: &str| match params.find(name) {
            Found::Once(value) => Some(value.to_owned()),
            Found::Absent | Found::Conflicting => None,
        };
        let asked = Self {
            response_type: take("response_type"),
            client_id: take("client_id"),
            scope: take("scope"),
            redirect_uri: take("redirect_uri"),
            access_type: take("access_type"),
            state: take("state"),
            prompt: take("prompt"),
            code_challenge: take("code_challenge"),
            code_challenge_method: take("code_challenge_method"),
            login_hint: take("login_hint"),
        };
        if asked.state.as_ref().is_some_and(|s| s.len() > Self::MOST_STATE_BYTES) {
            return Err(PageError::ParameterMalformed("state"));
        }
        Ok(asked)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn keeps_absent_and_empty_apart() {
        let asked = Asked::read("client_id=&scope=a%20b&state=%26%3D%23").unwrap();
        assert_eq!(asked.client_id.as_deref(), Some(""));
        assert_eq!(asked.scope.as_deref(), Some("a b"));
        assert_eq!(asked.state.as_deref(), Some("&=#"));
        assert_eq!(asked.redirect_uri, None);
    }

    #[test]
    fn refuses_what_cannot_be_read() {
        let long = format!("state={}", "a".repeat(9000));
        let long_state = format!("state={}", "a".repeat(4097));
        for (query, expected) in [
            ("state=1&state=1", PageError::ParameterTwice("state".into())),
            ("x=1&x=2", PageError::ParameterTwice("x".into())),
            ("state=%00", PageError::ParameterMalformed("query")),
            ("state=%ff", PageError::ParameterMalformed("query")),
            (long.as_str(), PageError::RequestTooLarge),
            (long_state.as_str(), PageError::ParameterMalformed("state")),
        ] {
            assert_eq!(Asked::read(query), Err(expected));
        }
    }

    proptest! {
        #[test]
        fn never_panics(query in ".{0,300}") {
            let _ = Asked::read(&query);
        }
    }
}
