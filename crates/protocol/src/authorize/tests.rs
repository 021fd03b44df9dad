//! The order of the checks and the shape of the redirect, as tables.

use super::*;
use crate::client::ClientSettings;
use crate::scope::CatalogScope;

fn client() -> Client {
    Client {
        id: "1000.A".into(),
        client_type: ClientType::Server,
        name: "A".into(),
        homepage_url: String::new(),
        redirect_uris: vec!["https://a.example/cb".into(), "https://a.example/q?x=1".into()],
        data_centers: vec!["us".into()],
        scopes: vec![],
        grant_types: vec![],
        disabled: false,
        settings: ClientSettings::default(),
    }
}

fn catalog() -> Catalog {
    let scope = |name: &str, service: &str, needs_organization| CatalogScope {
        name: name.into(),
        service: service.into(),
        needs_organization,
    };
    Catalog::new([
        scope("B.modules.ALL", "B", true),
        scope("B.modules.READ", "B", true),
        scope("AaaServer.profile.READ", "AaaServer", false),
    ])
}

fn whole(query: &str, client: Option<&Client>) -> Result<AuthorizationRequest, PageError> {
    let asked = Asked::read(query)?;
    check_form(&asked)?;
    let reply_to = locate(&asked, client)?;
    check(&asked, &reply_to, client.unwrap(), Realm::Accounts, &catalog())
}

const GOOD: &str = "response_type=code&client_id=1000.A&scope=B.modules.READ&redirect_uri=https%3A%2F%2Fa.example%2Fcb";

#[test]
fn a_good_request_is_valid() {
    let request = whole(GOOD, Some(&client())).unwrap();
    assert!(request.needs_organization && !request.offline && !request.ask_again && request.challenge.is_none());
}

#[test]
fn errors_come_in_the_decided_order() {
    let known = client();
    let disabled = Client { disabled: true, ..client() };
    let narrow = Client { scopes: vec!["AaaServer.profile.READ".into()], ..client() };
    let mobile = Client { client_type: ClientType::Mobile, ..client() };
    let browser = Client { client_type: ClientType::Browser, ..client() };
    let without = |name: &str| GOOD.split('&').filter(|p| !p.starts_with(name)).collect::<Vec<_>>().join("&");
    let with = |name: &str, value: &str| format!("{}&{name}={value}", without(name));
    for (query, client, expected) in [
        (without("response_type"), None, PageError::ParameterMissing("response_type")),
        (without("client_id"), None, PageError::ParameterMissing("client_id")),
        (without("scope"), None, PageError::ParameterMissing("scope")),
        (without("redirect_uri"), None, PageError::ParameterMissing("redirect_uri")),
        (with("response_type", ""), None, PageError::ResponseTypeUnsupported),
        (with("response_type", "code%20token"), None, PageError::ResponseTypeUnsupported),
        (with("redirect_uri", ""), None, PageError::ClientUnknown),
        (GOOD.to_owned(), Some(&disabled), PageError::ClientDisabled),
        (GOOD.to_owned(), Some(&browser), PageError::ResponseTypeUnsupported),
        (with("redirect_uri", ""), Some(&known), PageError::RedirectUriEmpty),
        (with("redirect_uri", "https://a.example/cb/"), Some(&known), PageError::RedirectUriMismatch),
        (with("scope", ""), Some(&known), PageError::ScopeMalformed),
        (with("scope", "B.modules.READ,Nope.x.READ"), Some(&known), PageError::ScopeUnknown("Nope.x.READ".into())),
        (GOOD.to_owned(), Some(&narrow), PageError::ScopeNotAllowed("B.modules.READ".into())),
        (GOOD.to_owned(), Some(&mobile), PageError::PkceMissing),
        (format!("{GOOD}&code_challenge=x"), Some(&known), PageError::PkceChallengeMalformed),
        (format!("{GOOD}&code_challenge_method=S256"), Some(&known), PageError::PkceMethodMalformed),
    ] {
        assert_eq!(whole(&query, client), Err(expected), "{query}");
    }
}

#[test]
fn parameters_act_as_documented() {
    let known = client();
    for (extra, offline, ask_again) in [
        ("&access_type=offline", true, false),
        ("&access_type=Offline", false, false),
        ("&access_type=sometimes&prompt=none", false, false),
        ("&prompt=consent", false, true),
    ] {
        let request = whole(&format!("{GOOD}{extra}"), Some(&known)).unwrap();
        assert_eq!((request.offline, request.ask_again), (offline, ask_again), "{extra}");
    }
    let alone = GOOD.replace("B.modules.READ", "aaaserver.PROFILE.read");
    assert!(!whole(&alone, Some(&known)).unwrap().needs_organization);
}

#[test]
fn the_redirect_keeps_state_byte_for_byte() {
    let nasty = "%26%3D%23%25%22%3Cscript%3E%20%2B%C3%A9";
    for (uri, expected) in [
        ("https%3A%2F%2Fa.example%2Fcb", "https://a.example/cb?code=1&state="),
        ("https%3A%2F%2Fa.example%2Fq%3Fx%3D1", "https://a.example/q?x=1&code=1&state="),
    ] {
        let asked = Asked::read(&format!("redirect_uri={uri}&state={nasty}")).unwrap();
        let target = locate(&asked, Some(&client())).unwrap().with(&[("code", "1")]);
        assert_eq!(target, format!("{expected}{nasty}"));
    }
    let asked = Asked::read("redirect_uri=https%3A%2F%2Fa.example%2Fcb").unwrap();
    let target = locate(&asked, Some(&client())).unwrap().with(&[("error", "access_denied")]);
    assert_eq!(target, "https://a.example/cb?error=access_denied");
}
