//! How a client proves who it is in the standard dialect (RFC 6749 section 2.3; RFC 7523 section 2.2; OpenID Connect
//! Core section 9), and what its registration allows.

use crate::{
    causes::TokenError,
    client::{Client, ClientRecord, ClientType},
};

/// A way of authenticating at the token endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AuthMethod {
    /// The secret by HTTP Basic.
    Basic,
    /// The secret in the body.
    Post,
    /// An assertion signed with the client's own key.
    PrivateKeyJwt,
    /// The id alone; PKCE proves the rest.
    None,
}

impl AuthMethod {
    /// Every method.
    pub const ALL: [Self; 4] = [Self::Basic, Self::Post, Self::PrivateKeyJwt, Self::None];

    /// Its registered name (RFC 7591 section 2; OpenID Connect Core section 9).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Basic => "client_secret_basic",
            Self::Post => "client_secret_post",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::None => "none",
        }
    }
}

impl Client {
    /// Whether it may authenticate so: the one method it registered, else what its type and keys allow. Applications on
    /// people's own devices and in browsers cannot keep a secret (RFC 8252 section 8.5).
    pub fn may_authenticate_by(&self, method: AuthMethod) -> bool {
        let settings = &self.settings;
        if !settings.token_endpoint_auth_method.is_empty() {
            return settings.token_endpoint_auth_method == method.as_str();
        }
        match method {
            AuthMethod::Basic | AuthMethod::Post => true,
            AuthMethod::PrivateKeyJwt => !settings.jwks.is_empty() || !settings.jwks_uri.is_empty(),
            AuthMethod::None => matches!(self.client_type, ClientType::Mobile | ClientType::Browser),
        }
    }
}

impl ClientRecord {
    /// Whether it may speak here at all, before anything that it presents is looked at.
    ///
    /// # Errors
    /// `ClientDisabled` or `ClientNotInDataCenter`.
    pub fn admit(&self, location: &str) -> Result<&Client, TokenError> {
        if self.client.disabled {
            Err(TokenError::ClientDisabled)
        } else if self.client.enabled_in(location) {
            Ok(&self.client)
        } else {
            Err(TokenError::ClientNotInDataCenter)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::ClientSettings;

    fn client(client_type: ClientType, settings: ClientSettings) -> Client {
        Client {
            id: "1000.A".into(),
            client_type,
            name: "A".into(),
            homepage_url: String::new(),
            redirect_uris: vec![],
            data_centers: vec!["us".into()],
            scopes: vec![],
            grant_types: vec![],
            disabled: false,
            settings,
        }
    }

    fn methods(client: &Client) -> Vec<&'static str> {
        AuthMethod::ALL.into_iter().filter(|m| client.may_authenticate_by(*m)).map(AuthMethod::as_str).collect()
    }

    #[test]
    fn a_registered_method_is_the_only_one() {
        for method in AuthMethod::ALL {
            let settings =
                ClientSettings { token_endpoint_auth_method: method.as_str().to_owned(), ..ClientSettings::default() };
            assert_eq!(methods(&client(ClientType::Server, settings)), [method.as_str()]);
        }
    }

    #[test]
    fn without_one_type_and_keys_decide() {
        let secrets = ["client_secret_basic", "client_secret_post"];
        assert_eq!(methods(&client(ClientType::Server, ClientSettings::default())), secrets);
        let keys = ClientSettings { jwks: "{}".into(), ..ClientSettings::default() };
        assert_eq!(methods(&client(ClientType::Server, keys)).last(), Some(&"private_key_jwt"));
        assert_eq!(methods(&client(ClientType::Mobile, ClientSettings::default())).last(), Some(&"none"));
    }

    #[test]
    fn a_disabled_client_and_one_from_elsewhere_are_not_admitted() {
        let mut record =
            ClientRecord { client: client(ClientType::Server, ClientSettings::default()), secrets: vec![] };
        assert!(record.admit("us").is_ok());
        assert_eq!(record.admit("eu"), Err(TokenError::ClientNotInDataCenter));
        record.client.disabled = true;
        assert_eq!(record.admit("us"), Err(TokenError::ClientDisabled));
    }
}
