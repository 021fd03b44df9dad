//! JavaScript domains: the origins a browser client's pages live at (accounts-protocol.md sections 3.2 and 6.1).

use url::{Origin, Url};

/// Why a JavaScript domain cannot be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotADomain {
    /// It does not begin `http://` or `https://`.
    #[error("it does not begin http:// or https://")]
    Scheme,
    /// White space, a control character, a backslash, or a character outside ASCII.
    #[error("it contains white space, a control character, a backslash or an unescaped letter outside ASCII")]
    StrayCharacter,
    /// A `*`.
    #[error("it contains a wildcard")]
    Wildcard,
    /// There is more than scheme, host and port.
    #[error("it is not just an origin like https://host or http://host:port")]
    MoreThanOrigin,
    /// Longer than 2,000 bytes.
    #[error("it is longer than 2,000 bytes")]
    TooLong,
}

/// Checks a domain before it is registered: `http` or `https`, host and port, nothing more.
///
/// # Errors
/// The first rule it breaks.
pub fn check(domain: &str) -> Result<(), NotADomain> {
    if domain.len() > 2000 {
        return Err(NotADomain::TooLong);
    }
    if domain.chars().any(|c| c.is_whitespace() || c.is_control() || c == '\\' || !c.is_ascii()) {
        return Err(NotADomain::StrayCharacter);
    }
    if domain.contains('*') {
        return Err(NotADomain::Wildcard);
    }
    let rest = domain.strip_prefix("https://").or_else(|| domain.strip_prefix("http://")).ok_or(NotADomain::Scheme)?;
    let host = rest.strip_suffix('/').unwrap_or(rest);
    if host.is_empty() || host.contains(['/', '?', '#', '@']) || origin(domain).is_none() {
        return Err(NotADomain::MoreThanOrigin);
    }
    Ok(())
}

/// Whether a URL (a redirect URI, a `Referer`, an `Origin`) lies in one of the domains.
pub fn covers(domains: &[String], url: &str) -> bool {
    origin(url).is_some_and(|wanted| domains.iter().any(|domain| origin(domain).as_ref() == Some(&wanted)))
}

/// Scheme, host and port of an http or https URL; `None` for anything else, such as `null`.
fn origin(url: &str) -> Option<Origin> {
    let url = Url::parse(url).ok()?;
    matches!(url.scheme(), "http" | "https").then(|| url.origin())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_domain_is_an_origin_of_http_or_https() {
        for (domain, expected) in [
            ("https://app.example", Ok(())),
            ("https://app.example/", Ok(())),
            ("http://127.0.0.1:9966", Ok(())),
            ("http://[::1]:9966", Ok(())),
            ("app.example", Err(NotADomain::Scheme)),
            ("", Err(NotADomain::Scheme)),
            ("ftp://app.example", Err(NotADomain::Scheme)),
            ("javascript:alert(1)", Err(NotADomain::Scheme)),
            ("httpsapp.example", Err(NotADomain::Scheme)),
            ("https://", Err(NotADomain::MoreThanOrigin)),
            ("https://app.example/page", Err(NotADomain::MoreThanOrigin)),
            ("https://app.example//", Err(NotADomain::MoreThanOrigin)),
            ("https://app.example?x=1", Err(NotADomain::MoreThanOrigin)),
            ("https://app.example#x", Err(NotADomain::MoreThanOrigin)),
            ("https://user@app.example", Err(NotADomain::MoreThanOrigin)),
            ("https://app.example:99999", Err(NotADomain::MoreThanOrigin)),
            ("https://*.app.example", Err(NotADomain::Wildcard)),
            ("https://app.example ", Err(NotADomain::StrayCharacter)),
            ("https://аpp.example", Err(NotADomain::StrayCharacter)),
            ("https:\\\\app.example", Err(NotADomain::StrayCharacter)),
        ] {
            assert_eq!(check(domain), expected, "{domain:?}");
        }
        assert_eq!(check(&format!("https://{}", "a".repeat(2000))), Err(NotADomain::TooLong));
    }

    #[test]
    fn a_url_lies_in_a_domain_by_scheme_host_and_port() {
        let domains = ["https://app.example".to_owned(), "http://127.0.0.1:9966/".to_owned()];
        for (url, expected) in [
            ("https://app.example/cb?x=1", true),
            ("https://APP.example:443", true),
            ("http://127.0.0.1:9966/deep/page", true),
            ("http://app.example/cb", false),
            ("https://app.example:8443/cb", false),
            ("https://app.example.evil.example/cb", false),
            ("https://app.example@evil.example/cb", false),
            ("https://sub.app.example/cb", false),
            ("http://127.0.0.1:9967/", false),
            ("http://localhost:9966/", false),
            ("null", false),
            ("", false),
            ("app.example", false),
        ] {
            assert_eq!(covers(&domains, url), expected, "{url:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(domain in ".{0,60}", url in ".{0,60}") {
            let good = check(&domain).is_ok();
            let inside = covers(std::slice::from_ref(&domain), &url);
            prop_assert!(!good || covers(std::slice::from_ref(&domain), &domain));
            prop_assert!(!inside || url.to_ascii_lowercase().trim_start().starts_with("http"));
        }
    }
}
