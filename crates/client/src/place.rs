//! Where requests may go: base URLs of accounts servers and API domains, and the portal in their path.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// Why a URL cannot be used as the base of requests.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// It is not an absolute http or https URL with a host.
    #[error("{given:?} is not a base URL. Give one like https://accounts.example.com, without a query")]
    NotABase {
        /// What was given, shortened.
        given: String,
    },
    /// It is plain http and not on this machine, so secrets would travel readable.
    #[error("{given:?} is plain http and not on this machine: secrets would travel readable. Use https")]
    Insecure {
        /// What was given, shortened.
        given: String,
    },
    /// A portal id is made of letters, digits, `-` and `_`.
    #[error("{given:?} is not a portal id. It is the number in the portal's address, like 60001")]
    PortalId {
        /// What was given, shortened.
        given: String,
    },
}

/// The base of an accounts server or API domain: `https` (or `http` on loopback), host, port, perhaps a path;
/// no user, query, fragment or trailing slash. Two spellings of one place are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BaseUrl(String);

impl BaseUrl {
    /// Reads and checks a base URL.
    ///
    /// # Errors
    /// [`UrlError::NotABase`] or [`UrlError::Insecure`].
    pub fn parse(given: &str) -> Result<Self, UrlError> {
        let not_a_base = || UrlError::NotABase { given: clean(given) };
        let url = Url::parse(given.trim()).map_err(|_| not_a_base())?;
        let bare =
            url.username().is_empty() && url.password().is_none() && url.query().is_none() && url.fragment().is_none();
        if !bare || url.host().is_none() {
            return Err(not_a_base());
        }
        match url.scheme() {
            "https" => {}
            "http" if is_loopback(&url) => {}
            "http" => return Err(UrlError::Insecure { given: clean(given) }),
            _ => return Err(not_a_base()),
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }

    /// The URL, without a trailing slash.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// This base with a path that begins with `/`.
    pub(crate) fn with(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// An endpoint of the accounts house, or of a portal: `{base}/oauth/v2/{end}` or
    /// `{base}/clientoauth/v2/{PORTAL_ID}/{end}` (accounts-protocol.md section 11.1).
    pub(crate) fn endpoint(&self, portal: Option<&PortalId>, end: &str) -> String {
        match portal {
            None => format!("{}/oauth/v2/{end}", self.0),
            Some(portal) => format!("{}/clientoauth/v2/{portal}/{end}", self.0),
        }
    }
}

impl fmt::Display for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BaseUrl {
    type Err = UrlError;
    fn from_str(given: &str) -> Result<Self, UrlError> {
        Self::parse(given)
    }
}

impl TryFrom<String> for BaseUrl {
    type Error = UrlError;
    fn try_from(given: String) -> Result<Self, UrlError> {
        Self::parse(&given)
    }
}

impl From<BaseUrl> for String {
    fn from(base: BaseUrl) -> Self {
        base.0
    }
}

/// The id of a portal, as it stands in its paths (accounts-protocol.md section 11.1).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PortalId(String);

impl PortalId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PortalId {
    type Err = UrlError;
    fn from_str(given: &str) -> Result<Self, UrlError> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if given.is_empty() || given.len() > 64 || !given.chars().all(plain) {
            return Err(UrlError::PortalId { given: clean(given) });
        }
        Ok(Self(given.to_owned()))
    }
}

impl TryFrom<String> for PortalId {
    type Error = UrlError;
    fn try_from(given: String) -> Result<Self, UrlError> {
        given.parse()
    }
}

impl From<PortalId> for String {
    fn from(portal: PortalId) -> Self {
        portal.0
    }
}

impl fmt::Display for PortalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a URL's host is this machine, by its name alone (nothing is resolved).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => Ipv4Addr::is_loopback(&address),
        Some(Host::Ipv6(address)) => Ipv6Addr::is_loopback(&address),
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        None => false,
    }
}

/// A stranger's words made fit for an error message: at most 200 characters, no control characters.
pub(crate) fn clean(given: &str) -> String {
    let mut text: String = given.chars().filter(|c| !c.is_control()).take(200).collect();
    if given.chars().nth(200).is_some() {
        text.push('…');
    }
    text
}
