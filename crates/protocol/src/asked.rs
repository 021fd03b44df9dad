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
    /// `prompt`: in the accounts dialect only `consent` acts; in the standard one a list.
    pub prompt: Option<String>,
    /// `code_challenge` (RFC 7636).
    pub code_challenge: Option<String>,
    /// `code_challenge_method`.
    pub code_challenge_method: Option<String>,
    /// `login_hint`: the address the person will probably sign in with.
    pub login_hint: Option<String>,
    /// `nonce`: repeated in the ID token (OpenID Connect Core section 3.1.2.1).
    pub nonce: Option<String>,
    /// `response_mode`: how the answer travels (OAuth 2.0 Multiple Response Types section 2.1).
    pub response_mode: Option<String>,
    /// `max_age`: how long ago the person may have signed in, in seconds.
    pub max_age: Option<String>,
    /// `id_token_hint`: an ID token of the person who is meant.
    pub id_token_hint: Option<String>,
    /// `resource`, each time it was sent (RFC 8707 section 2).
    pub resource: Vec<String>,
    /// The parameter that brings the request in another form, which is not read: `request` or `request_uri`
    /// (RFC 9101), or `registration`.
    pub in_another_form: Option<&'static str>,
    /// Names that came more than once; `resource` may.
    pub repeated: Vec<String>,
}

impl Asked {
    /// The longest query that is read, in bytes.
    pub const MOST_BYTES: usize = 8 * 1024;
    /// The longest `state`, in bytes.
    pub const MOST_STATE_BYTES: usize = 4 * 1024;

    /// Reads a raw query string, where nothing may be sent twice.
    ///
    /// # Errors
    /// A page error when it is too large, cannot be decoded, or repeats a parameter.
    pub fn read(query: &str) -> Result<Self, PageError> {
        let asked = Self::read_as_sent(query)?;
        if let Some(name) = asked.repeated.first() {
            return Err(PageError::ParameterTwice(name.clone()));
        }
        if asked.resource.len() > 1 {
            return Err(PageError::ParameterTwice("resource".to_owned()));
        }
        if asked.state.as_ref().is_some_and(|s| s.len() > Self::MOST_STATE_BYTES) {
            return Err(PageError::ParameterMalformed("state"));
        }
        Ok(asked)
    }

    /// Reads a raw query string and leaves what is repeated or too long to be judged once it is known where the
    /// answer may go. A parameter sent twice with two values reads as absent.
    ///
    /// # Errors
    /// A page error when it is too large or cannot be decoded.
    pub fn read_as_sent(query: &str) -> Result<Self, PageError> {
        if query.len() > Self::MOST_BYTES {
            return Err(PageError::RequestTooLarge);
        }
        let params = Params::read(query.as_bytes()).map_err(|e| match e {
            Unreadable::TooMany => PageError::RequestTooLarge,
            Unreadable::Nul | Unreadable::NotUtf8 => PageError::ParameterMalformed("query"),
        })?;
        let take = |name: &str| match params.find(name) {
            Found::Once(value) => Some(value.to_owned()),
            Found::Absent | Found::Conflicting => None,
        };
        Ok(Self {
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
            nonce: take("nonce"),
            response_mode: take("response_mode"),
            max_age: take("max_age"),
            id_token_hint: take("id_token_hint"),
            resource: params.all("resource").map(str::to_owned).collect(),
            in_another_form: ["request", "request_uri", "registration"]
                .into_iter()
                .find(|name| !matches!(params.find(name), Found::Absent | Found::Once(""))),
            repeated: params.repeated().filter(|name| *name != "resource").map(str::to_owned).collect(),
        })
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
