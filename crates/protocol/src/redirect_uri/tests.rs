//! Mutations of a registered URI (cases A03-A05 of the security cases) and the rules of registration.

use proptest::prelude::*;

use super::*;

#[test]
fn only_the_exact_uri_matches() {
    let registered = "https://app.example/cb";
    assert!(matches(registered, registered, ClientType::Server));
    for wrong in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://APP.example/cb",
        "https://app.example:443/cb",
        "https://app.example/cb?x=1",
        "https://app.example/cb#f",
        "https://app.example/cb/../evil",
        "https://app.example/%2e%2e/cb",
        "https://app.example/..;/cb",
        "https://app.example//cb",
        "https://app.example@evil.example/cb",
        "https://app.example@app.example@evil.example/cb",
        "https://app.example%40evil/cb",
        "https://app.example\\@evil/cb",
        "https://app.example.evil.example/cb",
        "https://appXexample/cb",
        "https://аpp.example/cb",
        "https://xn--pp-7kc.example/cb",
        "https://app.example/c\tb",
        "https://app.example/cb\n",
        "https://app.example/cb\0",
        " https://app.example/cb",
        "https://app.example/cb ",
        "https%3A%2F%2Fapp.example%2Fcb",
        "https://app.example/cb;p",
        "http://app.example/cb",
        "",
    ] {
        for client_type in ClientType::ALL {
            assert!(!matches(registered, wrong, client_type), "{wrong:?} for {client_type:?}");
        }
    }
}

#[test]
fn loopback_matches_on_any_port_for_mobile_clients_only() {
    for (registered, requested, expected) in [
        ("http://127.0.0.1/cb", "http://127.0.0.1:5/cb", true),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1:65535/cb", true),
        ("http://127.0.0.1:1/cb", "http://127.0.0.1/cb", true),
        ("http://[::1]/cb", "http://[::1]:5/cb", true),
        ("http://127.0.0.1/cb", "http://[::1]:5/cb", false),
        ("http://127.0.0.1/cb", "http://localhost:5/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5@evil.example/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:99999/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:5/CB", false),
        ("http://127.0.0.1/cb", "https://127.0.0.1:5/cb", false),
        ("http://[::1]/cb", "http://[::1].evil.example/cb", false),
        ("http://localhost/cb", "http://localhost:5/cb", false),
        ("http://localhost/cb", "http://127.0.0.1/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.2:5/cb", false),
        ("http://127.0.0.1/cb", "http://127.0.0.1:-5/cb", false),
        ("http://127.0.0.1/cb?x=1", "http://127.0.0.1:5/cb?x=1", true),
        ("http://127.0.0.1/cb?x=1", "http://127.0.0.1:5/cb", false),
        ("com.example.app:/callback", "com.example.app:/callback/", false),
        ("com.example.app:/callback", "com.example.app://callback", false),
        ("com.example.app:/callback", "COM.example.app:/callback", false),
    ] {
        assert_eq!(matches(registered, requested, ClientType::Mobile), expected, "{requested}");
        assert!(!matches(registered, requested, ClientType::Server), "{requested}");
    }
}

#[test]
fn dangerous_uris_cannot_be_registered() {
    for (uri, expected) in [
        ("javascript:alert(1)", Unregistrable::Scheme),
        ("JaVaScRiPt:alert(1)", Unregistrable::Scheme),
        ("data:text/html,x", Unregistrable::Scheme),
        ("vbscript:x", Unregistrable::Scheme),
        ("blob:https://a/b", Unregistrable::Scheme),
        ("file:///etc/passwd", Unregistrable::Scheme),
        ("urn:ietf:wg:oauth:2.0:oob", Unregistrable::Scheme),
        (" javascript:alert(1)", Unregistrable::StrayCharacter),
        ("java\tscript:alert(1)", Unregistrable::StrayCharacter),
        ("http://app.example/cb", Unregistrable::PlainHttp),
        ("http://127.0.0.1.evil.example/cb", Unregistrable::PlainHttp),
        ("https://*.example/cb", Unregistrable::Wildcard),
        ("https://app.example/cb#x", Unregistrable::Fragment),
        ("https://user@app.example/cb", Unregistrable::UserInfo),
        ("https://@app.example/cb", Unregistrable::UserInfo),
        ("https:app.example", Unregistrable::NotAbsolute),
        ("/cb", Unregistrable::NotAbsolute),
        ("", Unregistrable::NotAbsolute),
    ] {
        for client_type in ClientType::ALL {
            assert_eq!(check(uri, client_type, false), Err(expected), "{uri:?}");
        }
    }
}

#[test]
fn no_uri_of_any_scheme_has_a_user_before_the_host() {
    // Found by fuzzing: private-use schemes were not looked at.
    for uri in ["crmleads://user@host/cb", "crmleads://user:word@host/cb"] {
        assert_eq!(check(uri, ClientType::Mobile, false), Err(Unregistrable::UserInfo), "{uri:?}");
    }
}

#[test]
fn useful_uris_can_be_registered() {
    for uri in [
        "https://app.example/cb",
        "https://app.example/cb?x=1",
        "http://127.0.0.1:9911/callback",
        "http://localhost:1/",
        "http://[::1]/",
    ] {
        assert_eq!(check(uri, ClientType::Server, false), Ok(()), "{uri}");
    }
    assert_eq!(check("crmleads://callback", ClientType::Mobile, false), Ok(()));
    assert_eq!(check("crmleads://callback", ClientType::Server, false), Err(Unregistrable::Scheme));
    assert_eq!(check("http://app.example/cb", ClientType::Server, true), Ok(()));
}

#[test]
fn a_person_reads_the_host() {
    assert_eq!(shown_host("https://app.example/cb"), "app.example");
    assert_eq!(shown_host("http://127.0.0.1:9911/callback"), "127.0.0.1:9911");
    assert_eq!(shown_host("crmleads://callback"), "crmleads:");
}

proptest! {
    #[test]
    fn nothing_panics(a in ".{0,60}", b in ".{0,60}") {
        let _ = check(&a, ClientType::Mobile, false);
        prop_assert_eq!(matches(&a, &b, ClientType::Server), a == b);
        let _ = matches(&a, &b, ClientType::Mobile);
        let _ = shown_host(&a);
    }
}
