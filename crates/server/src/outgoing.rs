//! Calls to addresses that others registered: key sets and webhooks. Bounded in time and size, without redirects, and
//! never to a machine that only this one can reach: every address a name stands for is looked at, and the connection
//! goes to those very addresses, so that a name which changes its mind in between gains nothing (security case L04).

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::OnceLock,
    time::Duration,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How long a call may take, name look-up and body included.
pub const PATIENCE: Duration = Duration::from_secs(3);
/// The largest answer, in bytes.
pub const LARGEST: usize = 64 * 1024;

/// Why nothing was called, or no answer came: a sentence for whoever registered the address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Not a URL this server calls.
    #[error("the address is not an https URL")]
    NotCallable,
    /// A private, loopback, link-local or otherwise special address.
    #[error("the address leads to a private or special network, which is never called")]
    Forbidden,
    /// No connection, no answer in time, or it broke off.
    #[error("no answer: {0}")]
    Failed(&'static str),
    /// More than [`LARGEST`].
    #[error("the answer is larger than 64 KiB")]
    TooLarge,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// Its status.
    pub status: u16,
    /// Its body.
    pub body: Vec<u8>,
}

/// Calls out. One for the process.
#[derive(Debug)]
pub struct Outgoing {
    /// Whether this machine itself may be called: in a sandbox.
    loopback: bool,
    client: OnceLock<Option<reqwest::Client>>,
}

impl Outgoing {
    /// `loopback`: whether this machine itself may be called.
    pub const fn new(loopback: bool) -> Self {
        Self { loopback, client: OnceLock::new() }
    }

    /// A URL that may be called: https, or http to this machine where that is allowed.
    ///
    /// # Errors
    /// `NotCallable`, or `Forbidden` for an address that is written out and may never be called.
    pub fn check(&self, text: &str) -> Result<Url, NoAnswer> {
        let url = callable(text).ok_or(NoAnswer::NotCallable)?;
        let literal = match url.host() {
            Some(Host::Ipv4(address)) => Some(IpAddr::from(address)),
            Some(Host::Ipv6(address)) => Some(IpAddr::from(address)),
            Some(Host::Domain(name)) if is_localhost(name.trim_end_matches('.')) => {
                Some(IpAddr::from(Ipv4Addr::LOCALHOST))
            }
            _ => None,
        };
        match literal {
            Some(address) if !may_call(address, self.loopback) => Err(NoAnswer::Forbidden),
            _ => Ok(url),
        }
    }

    /// Fetches.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn get(&self, text: &str) -> Result<Answer, NoAnswer> {
        let url = self.check(text)?;
        self.send(self.client()?.get(url).header("accept", "application/json")).await
    }

    /// Posts JSON.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn post(&self, text: &str, headers: &[(&'static str, String)], body: String) -> Result<Answer, NoAnswer> {
        let url = self.check(text)?;
        let mut request = self.client()?.post(url).header("content-type", "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        self.send(request).await
    }

    fn client(&self) -> Result<&reqwest::Client, NoAnswer> {
        let made = self.client.get_or_init(|| {
            reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .dns_resolver(Guarded { loopback: self.loopback })
                .connect_timeout(PATIENCE)
                .timeout(PATIENCE)
                .pool_max_idle_per_host(0)
                .no_proxy()
                .user_agent("Grantor")
                .build()
                .ok()
        });
        made.as_ref().ok_or(NoAnswer::Failed("no client could be made"))
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Answer, NoAnswer> {
        let mut response = request.send().await.map_err(|error| why(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| why(&error))? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST {
                return Err(NoAnswer::TooLarge);
            }
        }
        Ok(Answer { status, body })
    }
}

/// Why a call failed; the error's own words could hold addresses of machines in here.
fn why(error: &reqwest::Error) -> NoAnswer {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<ForbiddenAddress>() {
            return NoAnswer::Forbidden;
        }
        cause = inner.source();
    }
    NoAnswer::Failed(if error.is_timeout() {
        "it took longer than 3 s"
    } else if error.is_connect() {
        "no connection"
    } else {
        "it broke off"
    })
}

/// A URL of the right shape, whatever it leads to.
fn callable(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok().filter(|_| text.len() <= 2_000)?;
    let here = match url.host()? {
        Host::Domain(name) => is_localhost(name.trim_end_matches('.')),
        Host::Ipv4(address) => address.is_loopback(),
        Host::Ipv6(address) => plain(address.into()).is_loopback(),
    };
    let anonymous = url.username().is_empty() && url.password().is_none();
    (anonymous && (url.scheme() == "https" || (url.scheme() == "http" && here))).then_some(url)
}

/// Whether a name, in small letters and without a dot at its end, is this machine's (RFC 6761 section 6.3).
pub fn is_localhost(name: &str) -> bool {
    name == "localhost" || name.ends_with(".localhost")
}

/// Whether an address may be called.
fn may_call(address: IpAddr, loopback: bool) -> bool {
    let address = plain(address);
    if address.is_loopback() {
        return loopback;
    }
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

/// An IPv4 address in its IPv6 spelling is that IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The IANA registry of special IPv4 addresses, turned around.
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, _, _)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

/// Global unicast, without what carries an IPv4 address inside (6to4, Teredo) and without documentation.
fn is_public_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    let global = first & 0xe000 == 0x2000;
    let special =
        first == 0x2002 || (first == 0x2001 && (second < 0x0200 || second == 0x0db8)) || first & 0xfff0 == 0x3ff0;
    global && !special
}

/// A name stands for an address that is never called.
#[derive(Debug, thiserror::Error)]
#[error("the name leads to an address that is not called")]
struct ForbiddenAddress;

/// Looks names up, and gives no address when one of them may not be called.
#[derive(Debug)]
struct Guarded {
    loopback: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let loopback = self.loopback;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            admitted(found, loopback).map(|all| Box::new(all.into_iter()) as Addrs).map_err(Into::into)
        })
    }
}

/// All of them, or none.
fn admitted(found: Vec<SocketAddr>, loopback: bool) -> Result<Vec<SocketAddr>, ForbiddenAddress> {
    if found.iter().all(|address| may_call(address.ip(), loopback)) { Ok(found) } else { Err(ForbiddenAddress) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_and_this_machine_are_asked() {
        let here = Outgoing::new(true);
        for uri in ["https://app.example/jwks", "http://127.0.0.1:9/jwks", "http://[::1]/jwks", "http://localhost/k"] {
            assert!(here.check(uri).is_ok(), "{uri}");
        }
        for uri in [
            "http://app.example/jwks",
            "http://10.0.0.1/jwks",
            "http://169.254.169.254/latest",
            "http://127.0.0.1.evil.example/jwks",
            "http://127.0.0.1@evil.example/jwks",
            "https://user:password@app.example/jwks",
            "file:///etc/passwd",
            "ftp://app.example/jwks",
            "jwks",
            "",
        ] {
            assert_eq!(here.check(uri), Err(NoAnswer::NotCallable), "{uri}");
        }
    }

    #[test]
    fn l04_no_spelling_of_an_inner_address_is_called() {
        let outside = Outgoing::new(false);
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "0x7f.1",
            "127.0.0.1.",
            "localhost",
            "LOCALHOST.",
            "a.localhost",
            "0.0.0.0",
            "0",
            "10.1.2.3",
            "100.64.0.1",
            "169.254.169.254",
            "2852039166",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "192.0.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "[::]",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::ffff:7f00:1]",
            "[::ffff:10.0.0.1]",
            "[::127.0.0.1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[2001::1]",
            "[2001:db8::1]",
            "[fe80::1]",
            "[fc00::1]",
            "[fd12:3456::1]",
            "[fec0::1]",
            "[ff02::1]",
        ] {
            assert_eq!(outside.check(&format!("https://{host}/x")), Err(NoAnswer::Forbidden), "{host}");
        }
        for host in ["93.184.215.14", "8.8.8.8", "172.32.0.1", "100.128.0.1", "[2606:2800:220:1::1]", "app.example"] {
            assert!(outside.check(&format!("https://{host}/x")).is_ok(), "{host}");
        }
        // A sandbox may call itself, and still nothing else in here.
        let sandbox = Outgoing::new(true);
        assert!(sandbox.check("http://127.0.0.1:9/x").is_ok() && sandbox.check("https://[::ffff:127.0.0.1]/x").is_ok());
        assert_eq!(sandbox.check("https://192.168.1.1/x"), Err(NoAnswer::Forbidden));
    }

    #[test]
    fn a_name_with_one_inner_address_gives_none() {
        let at = |ip: &str| SocketAddr::new(ip.parse().unwrap(), 0);
        assert!(admitted(vec![at("8.8.8.8"), at("10.0.0.1")], true).is_err());
        assert!(admitted(vec![at("8.8.8.8"), at("127.0.0.1")], false).is_err());
        assert_eq!(admitted(vec![at("8.8.8.8"), at("127.0.0.1")], true).unwrap().len(), 2);
    }

    #[tokio::test]
    async fn a_name_that_leads_here_is_not_connected_to() {
        // The resolver itself, past the check of the URL: what a rebinding name would give at the second look.
        let guarded = Guarded { loopback: false };
        let answer = guarded.resolve("localhost".parse().unwrap()).await;
        assert!(answer.is_err_and(|error| error.is::<ForbiddenAddress>()));
        assert!(Guarded { loopback: true }.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
