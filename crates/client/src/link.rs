//! Step one: the authorization request link, and what to remember until the person comes back.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::chance::{NoEntropy, random_word, s256};
use crate::place::clean;
use crate::{BaseUrl, PortalId, Secret};

#[cfg(test)]
mod tests;

/// Why a link could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// The redirect URI is not an absolute URI without a fragment.
    #[error(
        "{given:?} is not a redirect URI. Give the whole registered URI, like http://127.0.0.1:9911/callback, without a #fragment"
    )]
    RedirectUri {
        /// What was given, shortened.
        given: String,
    },
    /// No scope was asked for.
    #[error("no scope was asked for. Name at least one, like ZohoBigin.modules.ALL")]
    NoScope,
    /// A scope has a space or a comma inside.
    #[error("{given:?} is not one scope. Separate scopes with commas")]
    Scope {
        /// What was given, shortened.
        given: String,
    },
    /// No `state` or PKCE verifier could be made.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
}

/// The authorization request link for `/oauth/v2/auth`, or for a portal `/clientoauth/v2/{PORTAL_ID}/auth`
/// (accounts-protocol.md sections 5.1 and 11.2).
#[derive(Clone, Debug)]
pub struct AuthorizationLink {
    accounts_url: BaseUrl,
    client_id: String,
    redirect_uri: String,
    scopes: Vec<String>,
    portal: Option<PortalId>,
    offline: bool,
    ask_consent: bool,
    pkce: bool,
    state: Option<Secret>,
}

/// What must be kept between the link and the callback, in the browser session that began it and nowhere else.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PendingAuthorization {
    /// What the callback must bring back.
    pub state: Secret,
    /// The PKCE verifier, when the link carried a challenge.
    pub verifier: Option<Secret>,
    /// The redirect URI, exactly as in the link.
    pub redirect_uri: String,
    /// The portal, when the link was a portal's.
    pub portal: Option<PortalId>,
    /// The accounts server the link leads to.
    pub accounts_url: BaseUrl,
}

impl AuthorizationLink {
    /// A link for `client_id`: online access, consent asked only when needed, random `state`, no PKCE.
    pub fn new<T: Into<String>>(
        accounts_url: BaseUrl,
        client_id: impl Into<String>,
        redirect_uri: impl Into<String>,
        scopes: impl IntoIterator<Item = T>,
    ) -> Self {
        Self {
            accounts_url,
            client_id: client_id.into(),
            redirect_uri: redirect_uri.into(),
            scopes: scopes.into_iter().map(Into::into).collect(),
            portal: None,
            offline: false,
            ask_consent: false,
            pkce: false,
            state: None,
        }
    }

    /// Leads to the sign-in of a portal.
    #[must_use]
    pub fn portal(mut self, portal: Option<PortalId>) -> Self {
        self.portal = portal;
        self
    }

    /// `access_type=offline`: asks for a refresh token too. The server gives one only when consent is really shown, so
    /// ask for consent as well whenever no refresh token is kept.
    #[must_use]
    pub fn offline(mut self, offline: bool) -> Self {
        self.offline = offline;
        self
    }

    /// `prompt=consent`: shows the consent page even if the person agreed before.
    #[must_use]
    pub fn ask_consent(mut self, ask: bool) -> Self {
        self.ask_consent = ask;
        self
    }

    /// Proof Key for Code Exchange with S256 (RFC 7636). Clients without a secret must use it.
    #[must_use]
    pub fn pkce(mut self, pkce: bool) -> Self {
        self.pkce = pkce;
        self
    }

    /// A `state` of one's own; it must be hard to guess. Without this call it is random.
    #[must_use]
    pub fn state(mut self, state: impl Into<Secret>) -> Self {
        self.state = Some(state.into());
        self
    }

    /// The link, and what to keep until the callback.
    ///
    /// # Errors
    /// [`LinkError`] when the redirect URI or a scope cannot be right, or when there is no randomness.
    pub fn build(self) -> Result<(Url, PendingAuthorization), LinkError> {
        let unusable = || LinkError::RedirectUri { given: clean(&self.redirect_uri) };
        let redirect = Url::parse(&self.redirect_uri).map_err(|_| unusable())?;
        if redirect.fragment().is_some() {
            return Err(unusable());
        }
        if self.scopes.is_empty() {
            return Err(LinkError::NoScope);
        }
        if let Some(scope) = self.scopes.iter().find(|scope| scope.is_empty() || scope.contains([',', ' '])) {
            return Err(LinkError::Scope { given: clean(scope) });
        }
        let state = match self.state {
            Some(state) => state,
            None => random_word()?,
        };
        let verifier = if self.pkce { Some(random_word()?) } else { None };

        let mut link = Url::parse(&self.accounts_url.endpoint(self.portal.as_ref(), "auth")).map_err(|_| unusable())?;
        {
            let mut query = link.query_pairs_mut();
            query
                .append_pair("scope", &self.scopes.join(","))
                .append_pair("client_id", &self.client_id)
                .append_pair("response_type", "code")
                .append_pair("redirect_uri", &self.redirect_uri)
                .append_pair("access_type", if self.offline { "offline" } else { "online" });
            if self.ask_consent {
                query.append_pair("prompt", "consent");
            }
            query.append_pair("state", state.expose());
            if let Some(verifier) = &verifier {
                query.append_pair("code_challenge", &s256(verifier)).append_pair("code_challenge_method", "S256");
            }
        }
        let pending = PendingAuthorization {
            state,
            verifier,
            redirect_uri: self.redirect_uri,
            portal: self.portal,
            accounts_url: self.accounts_url,
        };
        Ok((link, pending))
    }
}
