//! The tokens of one connection, and the token endpoint's answer they are made of.

use serde::{Deserialize, Serialize};

use crate::{BaseUrl, PortalId, Secret};

/// What is kept of one connection (accounts-protocol.md sections 7.2 and 7.3). Its `Debug` shows no token.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Tokens {
    /// Sent to APIs.
    pub access_token: Secret,
    /// Gets further access tokens; `None` for online access, or when no consent was shown.
    pub refresh_token: Option<Secret>,
    /// When the access token ends, in seconds since 1970-01-01 UTC.
    pub expires_at: u64,
    /// Where the tokens came from, and where they are refreshed and revoked.
    pub accounts_server: BaseUrl,
    /// The data center's code, such as `eu`.
    pub location: String,
    /// The base of the APIs the tokens are good for.
    pub api_domain: Option<String>,
    /// The granted scopes, separated by spaces.
    pub scope: Option<String>,
    /// The client the tokens belong to.
    pub client_id: String,
    /// The portal, when its user granted them.
    pub portal: Option<PortalId>,
}

impl Tokens {
    /// Whether the access token is still good for more than `margin` seconds at `now`.
    pub fn is_fresh(&self, now: u64, margin: u64) -> bool {
        self.expires_at > now.saturating_add(margin)
    }
}

/// The token endpoint's answer, as sent.
#[derive(Deserialize)]
pub(crate) struct TokenAnswer {
    pub(crate) access_token: Secret,
    pub(crate) refresh_token: Option<Secret>,
    pub(crate) scope: Option<String>,
    pub(crate) api_domain: Option<String>,
    expires_in: u64,
    expires_in_sec: Option<u64>,
}

impl TokenAnswer {
    /// Lifetime in seconds. Older servers send `expires_in_sec`, and then `expires_in` is in milliseconds (section 7.2).
    pub(crate) fn lifetime(&self) -> u64 {
        self.expires_in_sec.unwrap_or(self.expires_in)
    }
}
