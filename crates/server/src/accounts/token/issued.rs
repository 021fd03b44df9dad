//! What a token endpoint of the accounts dialect answers (accounts-protocol.md section 7.2, decision 25).

use grantor_protocol::{client::Client, scope::ScopeList};

use crate::{house::DataCenter, tokens::Handed};

/// Tokens on their way out.
pub struct Issued<'a> {
    /// The access token.
    pub access: &'a str,
    /// The refresh token, when one was made.
    pub refresh: Option<&'a str>,
    /// What it allows, as asked.
    pub scopes: &'a ScopeList,
    /// Seconds.
    pub expires_in: i64,
    /// The ID token, when a sign-in scope was granted.
    pub id_token: Option<&'a str>,
}

impl<'a> Issued<'a> {
    /// The tokens of a code or refresh token, with an ID token when there is one.
    pub fn of(handed: &'a Handed, id_token: Option<&'a str>) -> Self {
        Self {
            access: &handed.access,
            refresh: handed.refresh.as_deref(),
            scopes: &handed.scopes,
            expires_in: handed.expires_in,
            id_token,
        }
    }

    /// The answer, keys in the documented order. None of the values needs escaping: tokens are hex, an ID token is
    /// base64url, scopes were checked against the catalog's alphabet, the API domain against a URL's.
    pub fn body(&self, dc: &DataCenter, client: &Client) -> String {
        let mut body = String::with_capacity(320);
        body.push_str("{\"access_token\":\"");
        body.push_str(self.access);
        for (key, value) in [("refresh_token", self.refresh), ("id_token", self.id_token)] {
            if let Some(value) = value {
                body.push_str("\",\"");
                body.push_str(key);
                body.push_str("\":\"");
                body.push_str(value);
            }
        }
        body.push_str("\",\"scope\":\"");
        for (i, scope) in self.scopes.iter().enumerate() {
            if i > 0 {
                body.push(' ');
            }
            body.push_str(scope);
        }
        body.push_str("\",\"api_domain\":\"");
        body.push_str(&dc.place.api_domain);
        body.push_str("\",\"token_type\":\"Bearer\",\"expires_in\":");
        if client.settings.legacy_token_body {
            // Milliseconds beside seconds, as old bodies had it.
            body.push_str(&(self.expires_in * 1000).to_string());
            body.push_str(",\"expires_in_sec\":");
        }
        body.push_str(&self.expires_in.to_string());
        body.push('}');
        body
    }
}
