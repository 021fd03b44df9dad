//! Redirect URIs: which may be registered, and when a requested one is a registered one
//! (accounts-protocol.md section 3.2; RFC 8252 section 7.3; `spec/decisions.md` 30).

mod difference;

pub use difference::{Difference, difference, nearest};

use url::{Host, Url};

use crate::client::ClientType;

/// Why a redirect URI cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unregistrable {
    /// Not an absolute URI.
    #[error("it is not an absolute URI like https://host/callback")]
    NotAbsolute,
    /// White space, a control character, a backslash, or a character outside ASCII (RFC 3986 section 2).
    #[error("it contains white space, a control character, a backslash or an unescaped letter outside ASCII")]
    StrayCharacter,
    /// A fragment.
    #[error("it contains a fragment (#…)")]
    Fragment,
    /// A user name or password before the host.
    #[error("it contains a user name before the host")]
    UserInfo,
    /// A `*`.
    #[error("it contains a wildcard")]
    Wildcard,
    /// Plain http to somewhere else than this machine.
    #[error("plain http is only allowed on loopback (127.0.0.1, [::1], localhost)")]
    PlainHttp,
    /// A scheme that runs or reads things in a browser.
    #[error("this scheme is not allowed")]
    Scheme,
    /// Longer than 2,000 bytes.
    #[error("it is longer than 2,000 bytes")]
    TooLong,
}

/// Checks a URI before it is registered for a client of that type. `plain_http` allows http off loopback.
///
/// # Errors
/// The first rule it breaks.
pub fn check(uri: &str, client_type: ClientType, plain_http: bool) -> Result<(), Unregistrable> {
    if uri.len() > 2000 {
        return Err(Unregistrable::TooLong);
    }
    if uri.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\' || !c.is_ascii()) {
        return Err(Unregistrable::StrayCharacter);
    }
    if uri.contains('*') {
        return Err(Unregistrable::Wildcard);
    }
    let url = Url::parse(uri).map_err(|_| Unregistrable::NotAbsolute)?;
    if uri.contains('#') {
        return Err(Unregistrable::Fragment);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Unregistrable::UserInfo);
    }
    match url.scheme() {
        "https" | "http" => {
            if url.host().is_none() || authority(uri).is_empty() {
                return Err(Unregistrable::NotAbsolute);
            }
            if authority(uri).contains('@') {
                return Err(Unregistrable::UserInfo);
            }
            if url.scheme() == "http" && !plain_http && !is_loopback(&url) {
                return Err(Unregistrable::PlainHttp);
            }
            Ok(())
        }
        // A private-use scheme (RFC 8252 section 7.1) belongs to an application on a device. Those that a
        // browser itself acts on are never one.
        "javascript" | "data" | "vbscript" | "blob" | "file" | "about" | "ws" | "wss" | "ftp" | "view-source"
        | "filesystem" | "chrome" | "urn" | "mailto" | "tel" => Err(Unregistrable::Scheme),
        _ if client_type == ClientType::Mobile => Ok(()),
        _ => Err(Unregistrable::Scheme),
    }
}

/// Whether `requested` is `registered`: character for character; for mobile clients a loopback URI matches
/// on any port (RFC 8252 section 7.3).
pub fn matches(registered: &str, requested: &str, client_type: ClientType) -> bool {
    registered == requested
        || (client_type == ClientType::Mobile
            && match (loopback_parts(registered), loopback_parts(requested)) {
                (Some(a), Some(b)) => a == b,
                _ => false,
            })
}

/// The host of a redirect URI, for a person to read: `host[:port]`, or the scheme of a private-use one.
pub fn shown_host(uri: &str) -> String {
    match Url::parse(uri) {
        Ok(url) => match (url.host_str(), url.port()) {
            (Some(host), Some(port)) => format!("{host}:{port}"),
            (Some(host), None) if !host.is_empty() && matches!(url.scheme(), "http" | "https") => host.to_owned(),
            _ => format!("{}:", url.scheme()),
        },
        Err(_) => String::new(),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

fn authority(uri: &str) -> &str {
    uri.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next()).unwrap_or_default()
}

/// Host and everything after the port of `http://127.0.0.1[:port]…` or `http://[::1][:port]…`; `None` for
/// any other URI. Split by hand so that nothing is normalized away before the comparison.
fn loopback_parts(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let after = rest.get(host.len()..)?;
    let tail = match after.strip_prefix(':') {
        Some(with_port) => {
            let digits = with_port.bytes().take_while(u8::is_ascii_digit).count();
            let port = with_port.get(..digits)?;
            port.parse::<u16>().ok()?;
            with_port.get(digits..)?
        }
        None => after,
    };
    (tail.is_empty() || tail.starts_with(['/', '?'])).then_some((host, tail))
}

#[cfg(test)]
mod tests;
