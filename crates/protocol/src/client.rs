//! Registered applications: their types, their secrets, and the proof that one has authenticated.

use crate::{
    causes::TokenError,
    dialect::Dialect,
    scope::Catalog,
    secret::{SecretHash, SecretKind},
    token::Prefix,
};

/// What kind of application it is (accounts-protocol.md section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ClientType {
    /// Runs on a server and keeps a secret.
    Server,
    /// JavaScript in a browser; public.
    Browser,
    /// Mobile or desktop; public, PKCE always.
    Mobile,
    /// Without a browser of its own; ids begin `1004.`.
    Device,
    /// Its owner is its only user.
    SelfClient,
}

impl ClientType {
    /// Every type.
    pub const ALL: [Self; 5] = [Self::Server, Self::Browser, Self::Mobile, Self::Device, Self::SelfClient];

    /// As provision files and stores spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Browser => "browser",
            Self::Mobile => "mobile",
            Self::Device => "device",
            Self::SelfClient => "self",
        }
    }

    /// Reads that spelling; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|t| t.as_str() == text)
    }

    /// Which prefix ids, codes and tokens of such a client carry.
    pub const fn prefix(self) -> Prefix {
        match self {
            Self::Device => Prefix::Device,
            _ => Prefix::Usual,
        }
    }
}

/// The grants this server knows, in RFC names (RFC 6749 section 4; RFC 8628).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GrantType {
    /// RFC 6749 section 4.1.
    AuthorizationCode,
    /// RFC 6749 section 6.
    RefreshToken,
    /// RFC 6749 section 4.4.
    ClientCredentials,
    /// RFC 8628 section 3.4.
    DeviceCode,
    /// RFC 6749 section 4.2; only for clients registered for it by name.
    Implicit,
}

impl GrantType {
    /// Every grant.
    pub const ALL: [Self; 5] =
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials, Self::DeviceCode, Self::Implicit];

    /// The grant a `grant_type` of the accounts dialect's token endpoint names (accounts-protocol.md section 7).
    pub fn of_accounts(name: &str) -> Option<Self> {
        [Self::AuthorizationCode, Self::RefreshToken, Self::ClientCredentials].into_iter().find(|g| g.as_str() == name)
    }

    /// The RFC's name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AuthorizationCode => "authorization_code",
            Self::RefreshToken => "refresh_token",
            Self::ClientCredentials => "client_credentials",
            Self::DeviceCode => "urn:ietf:params:oauth:grant-type:device_code",
            Self::Implicit => "implicit",
        }
    }
}

/// A registered application, as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Client {
    /// `1000.` or `1004.` and thirty upper-case letters or digits.
    pub id: String,
    /// Its type.
    pub client_type: ClientType,
    /// As people read it.
    pub name: String,
    /// Its publisher's page.
    pub homepage_url: String,
    /// Where answers may go; matched exactly.
    pub redirect_uris: Vec<String>,
    /// Locations whose users may use it.
    pub data_centers: Vec<String>,
    /// Scopes it may ask for, as written at registration; empty: all of the catalog.
    pub scopes: Vec<String>,
    /// RFC names of the grants it may use; empty: what its type allows.
    pub grant_types: Vec<String>,
    /// A disabled client is refused everywhere.
    pub disabled: bool,
    /// What only some kinds of clients set.
    pub settings: ClientSettings,
}

/// What a registration may say beyond the usual (`spec/decisions.md` 26). Empty texts and lists are the default.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientSettings {
    /// Folded address of the user who owns it.
    pub owner: String,
    /// Origins a browser client's pages live at (accounts-protocol.md section 3.2).
    pub javascript_domains: Vec<String>,
    /// Its public keys, as a JWK set (RFC 7517).
    pub jwks: String,
    /// Where its JWK set is.
    pub jwks_uri: String,
    /// How its ID tokens are signed: `RS256` (default) or `ES256`.
    pub id_token_signing_alg: String,
    /// How it authenticates in the standard dialect; empty: any way its type allows.
    pub token_endpoint_auth_method: String,
    /// Where a browser may be sent after signing out (OpenID Connect RP-Initiated Logout).
    pub post_logout_redirect_uris: Vec<String>,
    /// Origins that may call token-like endpoints from a browser.
    pub cors_origins: Vec<String>,
    /// Whether token answers carry `expires_in_sec` and milliseconds (accounts-protocol.md decision 25).
    pub legacy_token_body: bool,
}

impl Client {
    /// Whether users of that data center may use it (accounts-protocol.md section 3.3).
    pub fn enabled_in(&self, location: &str) -> bool {
        self.data_centers.iter().any(|l| l == location)
    }

    /// Whether it cannot keep a secret (RFC 6749 section 2.1), or is registered to use none.
    pub fn is_public(&self) -> bool {
        matches!(self.client_type, ClientType::Browser | ClientType::Mobile | ClientType::Device)
            || self.settings.token_endpoint_auth_method == "none"
    }

    /// Whether it may use a grant: the registered set when one was given, else what its type allows
    /// (accounts-protocol.md section 3.1; `spec/decisions.md` 26). Implicit is never among what a type allows.
    pub fn may_use(&self, grant: GrantType, dialect: Dialect) -> bool {
        // The accounts dialect knows no code that a browser client could redeem.
        let by_code = matches!(grant, GrantType::AuthorizationCode | GrantType::RefreshToken);
        if by_code && self.client_type == ClientType::Browser && dialect == Dialect::Accounts {
            return false;
        }
        if !self.grant_types.is_empty() {
            return self.grant_types.iter().any(|g| g == grant.as_str());
        }
        match grant {
            GrantType::AuthorizationCode => self.client_type != ClientType::Device,
            GrantType::RefreshToken => true,
            GrantType::ClientCredentials => self.client_type == ClientType::SelfClient,
            GrantType::DeviceCode => self.client_type == ClientType::Device,
            GrantType::Implicit => false,
        }
    }

    /// Whether it may ask for a scope of the catalog (given in its canonical spelling).
    pub fn may_ask(&self, catalog: &Catalog, canonical: &str) -> bool {
        self.scopes.is_empty() || self.scopes.iter().any(|own| catalog.covers(own, canonical))
    }
}

/// One live secret of a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientSecret {
    /// The data center it is good at; `None`: all of them.
    pub location: Option<String>,
    /// What is kept of it.
    pub hash: SecretHash,
}

/// A client with the hashes of its live secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientRecord {
    /// The registration.
    pub client: Client,
    /// Live secrets; two per data center while one is being replaced.
    pub secrets: Vec<ClientSecret>,
}

/// A client that has proved who it is (or may speak without a secret). Only [`ClientRecord::authenticate`]
/// makes one.
#[derive(Debug, Clone, Copy)]
pub struct AuthenticatedClient<'a> {
    client: &'a Client,
    secret: Option<SecretHash>,
}

impl<'a> AuthenticatedClient<'a> {
    /// The registration.
    pub const fn client(&self) -> &'a Client {
        self.client
    }

    /// Whether a secret was presented and was right; otherwise PKCE must prove the rest.
    pub const fn with_secret(&self) -> bool {
        self.secret.is_some()
    }

    /// What is kept of the secret that was right, to note its use.
    pub const fn secret(&self) -> Option<&SecretHash> {
        self.secret.as_ref()
    }
}

impl ClientRecord {
    /// Checks the presented secret (each spelling of it that the transport allows) at a data center.
    ///
    /// # Errors
    /// `ClientDisabled`, `ClientNotInDataCenter`, `SecretMissing` or `SecretWrong`: the causes behind
    /// `invalid_client` and `invalid_client_secret` (accounts-protocol.md section 7.5).
    pub fn authenticate(&self, presented: &[&str], location: &str) -> Result<AuthenticatedClient<'_>, TokenError> {
        let client = self.admit(location)?;
        if presented.iter().all(|secret| secret.is_empty()) {
            // Mobile applications cannot keep a secret; PKCE is demanded of them instead.
            if client.client_type == ClientType::Mobile {
                return Ok(AuthenticatedClient { client, secret: None });
            }
            return Err(TokenError::SecretMissing);
        }
        let mut right = None;
        for text in presented {
            let hash = SecretHash::of(SecretKind::Client, text.as_bytes());
            let live = self.secrets.iter().filter(|s| s.location.as_deref().is_none_or(|l| l == location));
            // No early exit: every comparison is made, whichever matches.
            for secret in live.filter(|secret| secret.hash.matches(&hash)) {
                right = Some(secret.hash);
            }
        }
        right.map(|secret| AuthenticatedClient { client, secret: Some(secret) }).ok_or(TokenError::SecretWrong)
    }
}

/// Does what [`ClientRecord::authenticate`] does with a wrong secret, for a client that does not exist: the time that
/// passes must not tell which ids are registered.
pub fn authenticate_nobody(presented: &[&str]) {
    let nothing = std::hint::black_box(SecretHash::from_bytes([0; 32]));
    if presented.iter().all(|secret| secret.is_empty()) {
        return;
    }
    for text in presented {
        std::hint::black_box(nothing.matches(&SecretHash::of(SecretKind::Client, text.as_bytes())));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(client_type: ClientType) -> ClientRecord {
        ClientRecord {
            client: Client {
                id: "1000.A".into(),
                client_type,
                name: "A".into(),
                homepage_url: String::new(),
                redirect_uris: vec![],
                data_centers: vec!["us".into(), "eu".into()],
                scopes: vec![],
                grant_types: vec![],
                disabled: false,
                settings: ClientSettings::default(),
            },
            secrets: vec![
                ClientSecret { location: Some("us".into()), hash: SecretHash::of(SecretKind::Client, b"for-us") },
                ClientSecret { location: None, hash: SecretHash::of(SecretKind::Client, b"everywhere") },
            ],
        }
    }

    #[test]
    fn secrets_are_good_where_they_belong() {
        let record = record(ClientType::Server);
        for (secret, location, expected) in [
            (&["for-us"][..], "us", Ok(())),
            (&["for-us"], "eu", Err(TokenError::SecretWrong)),
            (&["everywhere"], "eu", Ok(())),
            (&["wrong", "everywhere"], "us", Ok(())),
            (&[""], "us", Err(TokenError::SecretMissing)),
            (&[], "us", Err(TokenError::SecretMissing)),
            (&["everywhere"], "cn", Err(TokenError::ClientNotInDataCenter)),
        ] {
            assert_eq!(record.authenticate(secret, location).map(|_| ()), expected, "{secret:?} at {location}");
        }
    }

    #[test]
    fn only_mobile_clients_speak_without_a_secret() {
        for client_type in ClientType::ALL {
            let answer = record(client_type).authenticate(&[], "us").map(|c| c.with_secret());
            let expected = if client_type == ClientType::Mobile { Ok(false) } else { Err(TokenError::SecretMissing) };
            assert_eq!(answer, expected, "{client_type:?}");
        }
        assert_eq!(record(ClientType::Mobile).authenticate(&["wrong"], "us").map(|_| ()), Err(TokenError::SecretWrong));
    }
}
