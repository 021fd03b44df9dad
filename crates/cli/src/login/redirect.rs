//! The redirect URI of `grantor login`: an http address of this machine, where the listener can be.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use url::{Host, Url};

/// A redirect URI on loopback, kept exactly as it was given.
#[derive(Clone, Debug)]
pub(crate) struct RedirectUri {
    given: String,
    address: SocketAddr,
    path: String,
}

impl RedirectUri {
    /// Where to listen.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URI, as it was given.
    pub(crate) fn as_str(&self) -> &str {
        &self.given
    }

    /// Its path, which the callback will have.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The URI with the port that was really taken, when the given one left the choice open.
    pub(crate) fn at_port(&self, port: u16) -> Self {
        if self.address.port() != 0 {
            return self.clone();
        }
        let mut given = self.given.clone();
        if let Ok(mut url) = Url::parse(&given)
            && url.set_port(Some(port)).is_ok()
        {
            given = url.into();
        }
        Self { given, address: SocketAddr::new(self.address.ip(), port), path: self.path.clone() }
    }
}

impl FromStr for RedirectUri {
    type Err = String;

    fn from_str(given: &str) -> Result<Self, String> {
        let wanted = "give an address of this machine, like http://127.0.0.1:9911/callback, as it is registered";
        let url = Url::parse(given).map_err(|why| format!("{why}; {wanted}"))?;
        let ip = match url.host() {
            Some(Host::Ipv4(ip)) if ip.is_loopback() => IpAddr::V4(ip),
            Some(Host::Ipv6(ip)) if ip.is_loopback() => IpAddr::V6(ip),
            Some(Host::Domain("localhost")) => IpAddr::V4(Ipv4Addr::LOCALHOST),
            _ => return Err(format!("the browser must come back to this machine; {wanted}")),
        };
        if url.scheme() != "http" || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some()
        {
            return Err(format!("plain http without user or #fragment is needed here; {wanted}"));
        }
        let port = url.port_or_known_default().unwrap_or(80);
        Ok(Self { given: given.to_owned(), address: SocketAddr::new(ip, port), path: url.path().to_owned() })
    }
}
