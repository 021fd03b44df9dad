//! Where plain http will do: on this machine. Passwords, codes and tokens that leave it travel readable (case P04).

use url::{Host, Url};

use super::{Config, ConfigError, DataCenterConfig};
use crate::outgoing::is_localhost;

impl Config {
    /// Whether a data center may speak plain http off loopback: the operator said so, here or for the sandbox.
    fn permits_plain_http(&self) -> bool {
        self.server.plain_http || (self.sandbox.enabled && self.sandbox.allow_remote)
    }

    /// Refuses a data center that strangers reach without TLS. One that listens on loopback only is reached through
    /// a proxy, and what that speaks is told by `grantor doctor`.
    ///
    /// # Errors
    /// Names the first such data center and what to do.
    pub(super) fn plain_http_stays_at_home(&self) -> Result<(), ConfigError> {
        if self.permits_plain_http() {
            return Ok(());
        }
        for dc in &self.data_centers {
            let Some(address) = dc.listen.filter(|address| !address.ip().is_loopback()) else { continue };
            if let Some(url) = dc.plain_url() {
                return Err(ConfigError(format!(
                    "data_center {}: it listens on {address}, and {url} is plain http: passwords and tokens would travel \
                     readable; give it tls, or an https accounts_url behind a proxy, or set plain_http = true under [server] \
                     if you mean it",
                    dc.location
                )));
            }
        }
        Ok(())
    }
}

impl DataCenterConfig {
    /// The first of the URLs where people sign in that is plain http and leads off this machine.
    pub fn plain_url(&self) -> Option<String> {
        let from_address = || {
            let scheme = if self.tls.is_some() { "https" } else { "http" };
            self.listen.map(|address| format!("{scheme}://{address}"))
        };
        let accounts_url = self.accounts_url.clone().or_else(from_address);
        [accounts_url, self.portal_url.clone()].into_iter().flatten().find(|url| is_plain_off_loopback(url))
    }
}

fn is_plain_off_loopback(url: &str) -> bool {
    let Ok(url) = Url::parse(url) else { return false };
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => is_localhost(name),
        None => false,
    };
    url.scheme() == "http" && !loopback
}

#[cfg(test)]
mod tests;
