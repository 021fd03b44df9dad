//! What the link carries, and what is remembered of it.

use std::collections::BTreeMap;

use super::{AuthorizationLink, LinkError};
use crate::{BaseUrl, Secret};

fn link() -> AuthorizationLink {
    let accounts = BaseUrl::parse("http://127.0.0.1:9000/").unwrap();
    AuthorizationLink::new(accounts, "1000.A", "http://127.0.0.1:9911/callback?a=b", ["A.b.READ", "A.c.ALL"])
}

fn pairs(url: &url::Url) -> BTreeMap<String, String> {
    url.query_pairs().into_owned().collect()
}

#[test]
fn carries_what_is_documented() {
    let (url, pending) = link().offline(true).ask_consent(true).state("s1").build().unwrap();
    assert!(url.as_str().starts_with("http://127.0.0.1:9000/oauth/v2/auth?"));
    let pairs = pairs(&url);
    assert_eq!(pairs["response_type"], "code");
    assert_eq!(pairs["scope"], "A.b.READ,A.c.ALL");
    assert_eq!(pairs["client_id"], "1000.A");
    assert_eq!(pairs["redirect_uri"], "http://127.0.0.1:9911/callback?a=b");
    assert_eq!(pairs["access_type"], "offline");
    assert_eq!(pairs["prompt"], "consent");
    assert_eq!(pairs["state"], "s1");
    assert!(!pairs.contains_key("code_challenge"));
    assert_eq!(pending.redirect_uri, "http://127.0.0.1:9911/callback?a=b");
}

#[test]
fn portal_and_pkce() {
    let (url, pending) = link().portal(Some("60001".parse().unwrap())).pkce(true).build().unwrap();
    assert_eq!(url.path(), "/clientoauth/v2/60001/auth");
    let pairs = pairs(&url);
    assert_eq!(pairs["access_type"], "online");
    assert_eq!(pairs["code_challenge_method"], "S256");
    assert_eq!(pairs["code_challenge"], crate::chance::s256(pending.verifier.as_ref().unwrap()));
    assert_eq!(pairs["state"], pending.state.expose());
    assert_eq!(pending.state.expose().len(), 43);
}

#[test]
fn s256_of_the_rfc() {
    // RFC 7636 appendix B.
    let verifier = Secret::new("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
    assert_eq!(crate::chance::s256(&verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

#[test]
fn what_is_remembered_survives_a_file_and_hides_in_debug() {
    let (_, pending) = link().state("a-secret-state").pkce(true).build().unwrap();
    let text = serde_json::to_string(&pending).unwrap();
    let again: super::PendingAuthorization = serde_json::from_str(&text).unwrap();
    assert!(again.state.matches("a-secret-state"));
    let shown = format!("{pending:?}");
    assert!(!shown.contains("a-secret-state") && !shown.contains(pending.verifier.as_ref().unwrap().expose()));
}

#[test]
fn what_cannot_be_right_is_refused() {
    let accounts = || BaseUrl::parse("https://accounts.example.com").unwrap();
    let none: [&str; 0] = [];
    assert_eq!(
        AuthorizationLink::new(accounts(), "c", "https://a.example/cb", none).build().unwrap_err(),
        LinkError::NoScope
    );
    let fragment = AuthorizationLink::new(accounts(), "c", "https://a.example/cb#x", ["s"]).build();
    assert!(matches!(fragment, Err(LinkError::RedirectUri { .. })));
    let relative = AuthorizationLink::new(accounts(), "c", "/cb", ["s"]).build();
    assert!(matches!(relative, Err(LinkError::RedirectUri { .. })));
    let two = AuthorizationLink::new(accounts(), "c", "https://a.example/cb", ["a b"]).build();
    assert!(matches!(two, Err(LinkError::Scope { .. })));
    assert!(BaseUrl::parse("http://accounts.example.com").is_err());
    assert!(BaseUrl::parse("https://user:pw@accounts.example.com").is_err());
    assert!(BaseUrl::parse("ftp://accounts.example.com").is_err());
    assert!("../60001".parse::<crate::PortalId>().is_err());
}
