//! The config file: TOML, every key known, every figure with its documented default.

mod admin_token;
mod duration;
mod mail;
mod nearest;
mod plain_http;
mod policy;
mod resource;

use std::{collections::HashSet, net::SocketAddr, path::PathBuf};

pub use admin_token::AdminToken;
pub(crate) use duration::parse as parse_span;
pub use mail::{MailConfig, SmtpConfig, SmtpTls};
pub(crate) use nearest::explain;
pub use policy::PolicyConfig;
pub use resource::ResourceConfig;
use serde::Deserialize;
use url::Url;

/// The whole file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where SQLite files live; relative paths start at the working directory.
    #[serde(default = "default_data_dir")]
    pub data_dir: PathBuf,
    /// What all data centers share.
    #[serde(default)]
    pub directory: DirectoryConfig,
    /// The data centers; without any there is one, `us` on 127.0.0.1:9000.
    #[serde(default, rename = "data_center")]
    pub data_centers: Vec<DataCenterConfig>,
    /// Lifetimes, caps and throttles.
    #[serde(default)]
    pub policy: PolicyConfig,
    /// Protected resources of the standard dialect.
    #[serde(default, rename = "resource")]
    pub resource_entries: Vec<ResourceConfig>,
    /// The sandbox.
    #[serde(default)]
    pub sandbox: SandboxConfig,
    /// The admin listener.
    pub admin: Option<AdminConfig>,
    /// How the server meets the network.
    #[serde(default)]
    pub server: ServerConfig,
    /// What people may do with accounts by themselves.
    #[serde(default)]
    pub accounts: AccountsConfig,
    /// How letters are sent; without it there is no recovery by mail, and addresses are not verified.
    pub mail: Option<MailConfig>,
}

/// `[directory]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DirectoryConfig {
    /// `sqlite:FILE` or `postgres://…`.
    #[serde(default = "default_directory")]
    pub database: String,
}

impl Default for DirectoryConfig {
    fn default() -> Self {
        Self { database: default_directory() }
    }
}

/// `[[data_center]]`. Without `listen` and `database` it is known here but served elsewhere.
#[derive(Debug, Clone, Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub struct DataCenterConfig {
    /// What the redirect and `other_dc` say: lower-case letters and digits.
    pub location: String,
    /// As people read it; the location in capitals when left out.
    pub name: Option<String>,
    /// Where to listen; port 0 takes a free one.
    pub listen: Option<SocketAddr>,
    /// Its accounts URL, no trailing slash; default: the address really listened on.
    pub accounts_url: Option<String>,
    /// Where its APIs live; default: the accounts URL.
    pub api_domain: Option<String>,
    /// Where its portals live; default: the accounts URL.
    pub portal_url: Option<String>,
    /// `sqlite:FILE` or `postgres://…`; default: `sqlite:LOCATION.db`.
    pub database: Option<String>,
    /// Whether requests may start here for users of other entry data centers.
    pub entry: Option<bool>,
    /// Certificate chain and key, to speak https here.
    pub tls: Option<TlsConfig>,
}

impl DataCenterConfig {
    /// Whether this process serves it.
    pub fn served_here(&self) -> bool {
        self.listen.is_some()
    }
}

/// `tls = { cert = "…", key = "…" }`: PEM files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The certificate chain.
    pub cert: PathBuf,
    /// The private key.
    pub key: PathBuf,
}

/// `[sandbox]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SandboxConfig {
    /// Whether the sandbox's endpoints exist.
    #[serde(default)]
    pub enabled: bool,
    /// Said twice, it may even listen off loopback.
    #[serde(default)]
    pub allow_remote: bool,
}

/// `[admin]`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdminConfig {
    /// Where health, readiness and metrics are answered: never on a public listener.
    pub listen: SocketAddr,
    /// What scripts present to do more than look; without it they cannot.
    pub token: Option<AdminToken>,
}

/// `[accounts]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountsConfig {
    /// Whether strangers may make themselves an account and an organization at the accounts house.
    #[serde(default)]
    pub sign_up: bool,
}

/// `[server]`.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// Addresses whose `X-Forwarded-For` is believed.
    #[serde(default)]
    pub trusted_proxies: Vec<std::net::IpAddr>,
    /// Whether a data center may speak plain http to others than this machine.
    #[serde(default)]
    pub plain_http: bool,
}

fn default_data_dir() -> PathBuf {
    PathBuf::from("grantor-data")
}

fn default_directory() -> String {
    "sqlite:directory.db".to_owned()
}

/// Why a config cannot be used: one line that names the place.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

impl Config {
    /// What runs without a file: one data center `us` on 127.0.0.1:9000.
    ///
    /// # Errors
    /// Never in practice; the built-in text is read like any other.
    pub fn built_in() -> Result<Self, ConfigError> {
        Self::parse("[admin]\nlisten = \"127.0.0.1:9090\"\n")
    }

    /// Reads and checks a file's text.
    ///
    /// # Errors
    /// The first thing that is wrong, with its line, and for an unknown key the nearest known one.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let mut config: Self = toml::from_str(text).map_err(|e| ConfigError(explain(&e, text)))?;
        if config.data_centers.is_empty() {
            config.data_centers.push(DataCenterConfig {
                location: "us".to_owned(),
                name: Some("United States".to_owned()),
                listen: Some(SocketAddr::from(([127, 0, 0, 1], 9000))),
                ..DataCenterConfig::default()
            });
        }
        config.check()?;
        Ok(config)
    }

    fn check(&self) -> Result<(), ConfigError> {
        let wrong = |text: String| Err(ConfigError(text));
        let mut seen = HashSet::new();
        for dc in &self.data_centers {
            let l = &dc.location;
            if l.is_empty() || l.len() > 16 || !l.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
                return wrong(format!("data_center location {l:?}: 1 to 16 lower-case letters or digits are wanted"));
            }
            if !seen.insert(l.clone()) {
                return wrong(format!("data_center {l}: the location is given twice"));
            }
            for (key, url) in
                [("accounts_url", &dc.accounts_url), ("api_domain", &dc.api_domain), ("portal_url", &dc.portal_url)]
            {
                if let Some(url) = url {
                    check_base_url(url).map_err(|why| ConfigError(format!("data_center {l}: {key}: {why}")))?;
                }
            }
            if dc.listen.is_none() && dc.database.is_some() {
                return wrong(format!(
                    "data_center {l}: it has a database but no listen address; give both, or neither when it is served elsewhere"
                ));
            }
            if dc.listen.is_none() && dc.accounts_url.is_none() {
                return wrong(format!(
                    "data_center {l}: a data center that is served elsewhere needs its accounts_url"
                ));
            }
            let remote = dc.listen.is_some_and(|a| !a.ip().is_loopback());
            if self.sandbox.enabled && remote && !self.sandbox.allow_remote {
                return wrong(format!(
                    "data_center {l}: the sandbox is enabled and {} is not loopback; set allow_remote = true under [sandbox] if you mean it",
                    dc.listen.map(|a| a.to_string()).unwrap_or_default()
                ));
            }
        }
        if !self.data_centers.iter().any(DataCenterConfig::served_here) {
            return wrong("no data_center has a listen address: there is nothing to serve".to_owned());
        }
        self.shared_listeners_have_urls()?;
        self.plain_http_stays_at_home()?;
        self.resources()?;
        if let Some(mail) = &self.mail {
            mail.check()?;
        } else if self.accounts.sign_up {
            return wrong("accounts: sign_up needs [mail]: whoever signs up proves the address by a letter".to_owned());
        }
        self.policy.check(self.sandbox.enabled)
    }

    /// The protected resources.
    ///
    /// # Errors
    /// What is wrong with one; never after [`Config::parse`].
    pub fn resources(&self) -> Result<grantor_protocol::resource::Resources, ConfigError> {
        resource::resources(&self.resource_entries)
    }

    /// Several data centers on one address are told apart by Host, so each needs a URL of its own.
    fn shared_listeners_have_urls(&self) -> Result<(), ConfigError> {
        for dc in &self.data_centers {
            let others = self.data_centers.iter().filter(|o| o.listen == dc.listen).count();
            // Port 0 is a free port for each of them.
            let shared = others > 1 && dc.listen.is_some_and(|address| address.port() != 0);
            let first = self.data_centers.iter().find(|o| o.listen == dc.listen).map(|o| o.location.as_str());
            if shared && dc.tls.is_some() && first != Some(&dc.location) {
                return Err(ConfigError(format!(
                    "data_center {}: its listen address is {}'s as well; give tls to that one, which comes first",
                    dc.location,
                    first.unwrap_or_default()
                )));
            }
            if shared && dc.accounts_url.is_none() {
                return Err(ConfigError(format!(
                    "data_center {}: it shares its listen address with another, so it needs an accounts_url of its own",
                    dc.location
                )));
            }
        }
        Ok(())
    }
}

/// A base URL: http or https, a host, no path, query or fragment, no trailing slash.
fn check_base_url(text: &str) -> Result<(), String> {
    let url = Url::parse(text).map_err(|e| format!("{text:?} is not a URL: {e}"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(format!("{text:?} is neither http nor https"));
    }
    if text.ends_with('/') {
        return Err(format!("{text:?} ends with a slash; clients append paths to it"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
        return Err(format!("{text:?} has more than a scheme, a host and a port"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
