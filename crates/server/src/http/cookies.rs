//! The cookies of one data center: a stable browser id that seals are bound to, the session, and the
//! remembered home (`spec/decisions.md` 15). Names carry the location, because loopback shares cookies
//! between ports.

use axum::http::{HeaderMap, HeaderValue, header};
use grantor_protocol::people::Realm;

/// Which cookie.
#[derive(Debug, Clone, Copy)]
pub enum Cookie<'a> {
    /// The browser's stable id.
    Browser,
    /// The session of a realm.
    Session(&'a Realm),
    /// The person's home location.
    Home,
}

/// Names and attributes for one data center.
#[derive(Debug, Clone, Copy)]
pub struct Jar<'a> {
    /// The data center's location.
    pub location: &'a str,
    /// Whether it speaks https.
    pub secure: bool,
}

impl Jar<'_> {
    fn name(&self, cookie: Cookie<'_>) -> String {
        let prefix = if self.secure { "__Host-" } else { "" };
        let l = self.location;
        match cookie {
            Cookie::Browser => format!("{prefix}grantor_{l}_browser"),
            Cookie::Session(Realm::Accounts) => format!("{prefix}grantor_{l}_session"),
            Cookie::Session(Realm::Portal(id)) => format!("{prefix}grantor_{l}_session_{id}"),
            Cookie::Home => format!("{prefix}grantor_{l}_home"),
        }
    }

    /// The value a browser sent.
    pub fn get<'h>(&self, headers: &'h HeaderMap, cookie: Cookie<'_>) -> Option<&'h str> {
        let name = self.name(cookie);
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|v| v.to_str().ok())
            .flat_map(|v| v.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(n, _)| *n == name)
            .map(|(_, value)| value)
    }

    /// The header that sets a cookie; without an age it lasts as long as the browser runs.
    pub fn set(&self, cookie: Cookie<'_>, value: &str, age_seconds: Option<u64>) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = age_seconds.map(|s| format!("; Max-Age={s}")).unwrap_or_default();
        let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", self.name(cookie));
        HeaderValue::from_str(&text).ok()
    }

    /// The header that removes a cookie.
    pub fn remove(&self, cookie: Cookie<'_>) -> Option<HeaderValue> {
        self.set(cookie, "", Some(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_place_and_realm() {
        let plain = Jar { location: "us", secure: false };
        let strict = Jar { location: "us", secure: true };
        let portal = Realm::Portal("60001".into());
        assert_eq!(plain.name(Cookie::Browser), "grantor_us_browser");
        assert_eq!(strict.name(Cookie::Session(&portal)), "__Host-grantor_us_session_60001");
        let set = strict.set(Cookie::Session(&Realm::Accounts), "v", None).unwrap();
        assert_eq!(set, "__Host-grantor_us_session=v; Path=/; HttpOnly; SameSite=Lax; Secure");
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, "a=1; grantor_us_session=x.y; grantor_us_session_60001=z".parse().unwrap());
        assert_eq!(plain.get(&headers, Cookie::Session(&Realm::Accounts)), Some("x.y"));
        assert_eq!(plain.get(&headers, Cookie::Session(&portal)), Some("z"));
        assert_eq!(plain.get(&headers, Cookie::Home), None);
    }
}
