//! The rules of each field and each type, as tables (case A05 of the security cases among them).

use super::*;
use crate::client::ClientSettings;

const CALLBACK: &str = "https://app.example/cb";

/// A registration of that type with every field it has.
fn whole(client_type: ClientType) -> Client {
    let of = |field: Field, value: &str| if field.belongs_to(client_type) { vec![value.to_owned()] } else { vec![] };
    Client {
        id: "1000.A".into(),
        client_type,
        name: "Zylker_Desk & Co 2".into(),
        homepage_url: of(Field::HomepageUrl, "https://app.example/").concat(),
        redirect_uris: of(Field::RedirectUris, CALLBACK),
        data_centers: vec!["us".into()],
        scopes: vec![],
        grant_types: vec![],
        disabled: false,
        settings: ClientSettings {
            javascript_domains: of(Field::JavascriptDomains, "https://app.example"),
            ..ClientSettings::default()
        },
    }
}

fn with(client_type: ClientType, change: impl FnOnce(&mut Client)) -> Client {
    let mut client = whole(client_type);
    change(&mut client);
    client
}

fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn every_type_has_the_documented_fields() {
    use ClientType::{Browser, Device, Mobile, SelfClient, Server};
    for (field, types) in [
        (Field::Name, &[Server, Browser, Mobile, Device, SelfClient][..]),
        (Field::HomepageUrl, &[Server, Browser, Mobile, Device]),
        (Field::RedirectUris, &[Server, Browser, Mobile]),
        (Field::JavascriptDomains, &[Browser]),
    ] {
        for client_type in ClientType::ALL {
            let expected = types.contains(&client_type);
            assert_eq!(field.belongs_to(client_type), expected, "{field:?} of {client_type:?}");
            let without = with(client_type, |client| match field {
                Field::Name => client.name = String::new(),
                Field::HomepageUrl => client.homepage_url = String::new(),
                Field::RedirectUris => client.redirect_uris = vec![],
                Field::JavascriptDomains => client.settings.javascript_domains = vec![],
            });
            assert_eq!(check_form(&without, false).is_err(), expected, "without {field:?}, {client_type:?}");
            if expected {
                let told = check_form(&without, false).unwrap_err();
                assert_eq!(told.field(), Some(field), "{told:?}");
            }
        }
    }
    for client_type in ClientType::ALL {
        assert_eq!(check_form(&whole(client_type), false), Ok(()), "{client_type:?}");
    }
}

#[test]
fn fields_of_other_types_are_refused_where_one_client_is_registered() {
    for (client_type, field) in [
        (ClientType::Device, Field::RedirectUris),
        (ClientType::SelfClient, Field::RedirectUris),
        (ClientType::SelfClient, Field::HomepageUrl),
        (ClientType::Server, Field::JavascriptDomains),
        (ClientType::Mobile, Field::JavascriptDomains),
        (ClientType::Device, Field::JavascriptDomains),
        (ClientType::SelfClient, Field::JavascriptDomains),
    ] {
        let client = with(client_type, |client| match field {
            Field::HomepageUrl => client.homepage_url = "https://app.example/".into(),
            Field::RedirectUris => client.redirect_uris = texts(&[CALLBACK]),
            _ => client.settings.javascript_domains = texts(&["https://app.example"]),
        });
        assert_eq!(check(&client, false), Ok(()), "a file may say more than is used");
        assert_eq!(check_fields(&client, false), Err(Unfit::NotOfThisType(field, client_type.as_str())));
    }
    let named = with(ClientType::Device, |client| {
        client.redirect_uris = texts(&[CALLBACK]);
        client.grant_types = texts(&["authorization_code"]);
    });
    assert_eq!(check_fields(&named, false), Ok(()), "the grant was given by name");
}

#[test]
fn names_are_as_documented_in_the_console_and_free_elsewhere() {
    for (name, form) in [
        ("Zylker_Desk & Co 2", Ok(())),
        ("Zylker Müller", Ok(())),
        ("Zylker-Desk", Err(Unfit::NameCharacter('-'))),
        ("Zylker's", Err(Unfit::NameCharacter('\''))),
        ("<b>", Err(Unfit::NameCharacter('<'))),
    ] {
        let client = with(ClientType::Server, |client| client.name = name.into());
        assert_eq!(check(&client, false), Ok(()), "{name}");
        assert_eq!(check_form(&client, false), form, "{name}");
    }
    for name in [String::new(), " ".into(), "a\nb".into(), "a".repeat(201)] {
        let client = with(ClientType::Server, |client| client.name = name);
        assert_eq!(check(&client, false), Err(Unfit::NameUnreadable));
    }
}

#[test]
fn homepages_are_pages() {
    for (url, good) in [
        ("https://app.example", true),
        ("http://app.example/about", true),
        ("app.example", false),
        ("javascript:alert(1)", false),
        ("https:// app.example", false),
        ("mailto:a@b.example", false),
    ] {
        let client = with(ClientType::Server, |client| client.homepage_url = url.into());
        assert_eq!(check(&client, false), if good { Ok(()) } else { Err(Unfit::Homepage(url.into())) }, "{url}");
    }
}

#[test]
fn a05_redirect_uris_by_type() {
    use Unregistrable::{Fragment, NotAbsolute, PlainHttp, Scheme, StrayCharacter, UserInfo, Wildcard};
    for (uri, server, mobile) in [
        ("https://app.example/cb", None, None),
        ("http://127.0.0.1:9911/cb", None, None),
        ("http://[::1]/cb", None, None),
        ("http://localhost:3000/", None, None),
        ("crmleads://callback", Some(Scheme), None),
        ("com.example.app:/callback", Some(Scheme), None),
        ("http://app.example/cb", Some(PlainHttp), Some(PlainHttp)),
        ("urn:ietf:wg:oauth:2.0:oob", Some(Scheme), Some(Scheme)),
        ("javascript:alert(1)", Some(Scheme), Some(Scheme)),
        ("JaVaScRiPt:alert(1)", Some(Scheme), Some(Scheme)),
        ("java\tscript:alert(1)", Some(StrayCharacter), Some(StrayCharacter)),
        (" javascript:alert(1)", Some(StrayCharacter), Some(StrayCharacter)),
        ("data:text/html,x", Some(Scheme), Some(Scheme)),
        ("vbscript:x", Some(Scheme), Some(Scheme)),
        ("blob:https://app.example/x", Some(Scheme), Some(Scheme)),
        ("file:///etc/passwd", Some(Scheme), Some(Scheme)),
        ("https://*.app.example/cb", Some(Wildcard), Some(Wildcard)),
        ("https://app.example/cb#x", Some(Fragment), Some(Fragment)),
        ("https://user@app.example/cb", Some(UserInfo), Some(UserInfo)),
        ("app.example/cb", Some(NotAbsolute), Some(NotAbsolute)),
    ] {
        for (client_type, why) in [(ClientType::Server, server), (ClientType::Mobile, mobile)] {
            let client = with(client_type, |client| client.redirect_uris = texts(&[uri]));
            let expected = why.map_or(Ok(()), |why| Err(Unfit::RedirectUri(uri.into(), why)));
            assert_eq!(check(&client, false), expected, "{uri:?} for {client_type:?}");
        }
    }
}

#[test]
fn grants_need_what_they_use() {
    type Change = fn(&mut Client);
    let cases: [(ClientType, Change, Result<(), Unfit>); 12] = [
        (ClientType::Browser, |c| c.grant_types = texts(&["implicit"]), Ok(())),
        (
            ClientType::Browser,
            |c| {
                c.grant_types = texts(&["implicit"]);
                c.settings.javascript_domains = vec![];
            },
            Err(Unfit::JavascriptDomainsMissing),
        ),
        (
            ClientType::Browser,
            |c| {
                c.grant_types = texts(&["implicit"]);
                c.redirect_uris.push("https://other.example/cb".into());
            },
            Err(Unfit::RedirectUriOffDomain("https://other.example/cb".into())),
        ),
        (
            ClientType::Browser,
            |c| {
                c.grant_types = texts(&["implicit", "authorization_code"]);
                c.redirect_uris.push("https://other.example/cb".into());
            },
            Ok(()),
        ),
        (ClientType::Browser, |c| c.settings.javascript_domains = vec![], Ok(())),
        (ClientType::Server, |c| c.grant_types = texts(&["implicit"]), Err(Unfit::ImplicitElsewhere)),
        (ClientType::Server, |c| c.grant_types = texts(&["code"]), Err(Unfit::GrantUnknown("code".into()))),
        (ClientType::Server, |c| c.redirect_uris = vec![], Err(Unfit::RedirectUrisMissing("server"))),
        (ClientType::Mobile, |c| c.redirect_uris = vec![], Err(Unfit::RedirectUrisMissing("mobile"))),
        (ClientType::Browser, |c| c.redirect_uris = vec![], Err(Unfit::RedirectUrisMissing("browser"))),
        (
            ClientType::Server,
            |c| {
                c.redirect_uris = vec![];
                c.grant_types = texts(&["client_credentials"]);
            },
            Ok(()),
        ),
        (ClientType::SelfClient, |c| c.grant_types = texts(&["authorization_code", "refresh_token"]), Ok(())),
    ];
    for (n, (client_type, change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(check(&with(client_type, change), false), expected, "case {n}");
    }
}

#[test]
fn the_standard_dialect_s_settings_fit_together() {
    type Change = fn(&mut ClientSettings);
    let cases: [(Change, Result<(), Unfit>); 16] = [
        (|s| s.id_token_signing_alg = "ES256".into(), Ok(())),
        (|s| s.id_token_signing_alg = "none".into(), Err(Unfit::SigningAlgorithm("none".into()))),
        (|s| s.id_token_signing_alg = "rs256".into(), Err(Unfit::SigningAlgorithm("rs256".into()))),
        (|s| s.token_endpoint_auth_method = "client_secret_post".into(), Ok(())),
        (|s| s.token_endpoint_auth_method = "none".into(), Ok(())),
        (|s| s.token_endpoint_auth_method = "tls".into(), Err(Unfit::AuthMethod("tls".into()))),
        (|s| s.token_endpoint_auth_method = "private_key_jwt".into(), Err(Unfit::KeysMissing)),
        (
            |s| {
                s.token_endpoint_auth_method = "private_key_jwt".into();
                s.jwks_uri = "https://app.example/jwks".into();
            },
            Ok(()),
        ),
        (
            |s| {
                s.jwks = "{}".into();
                s.jwks_uri = "https://app.example/jwks".into();
            },
            Err(Unfit::KeysTwice),
        ),
        (|s| s.jwks_uri = "http://app.example/jwks".into(), Err(Unfit::KeysUri("http://app.example/jwks".into()))),
        (|s| s.jwks_uri = "file:///jwks".into(), Err(Unfit::KeysUri("file:///jwks".into()))),
        (|s| s.jwks_uri = "http://127.0.0.1:9/jwks".into(), Ok(())),
        (|s| s.post_logout_redirect_uris = texts(&["https://app.example/bye"]), Ok(())),
        (
            |s| s.post_logout_redirect_uris = texts(&["javascript:alert(1)"]),
            Err(Unfit::PostLogoutRedirectUri("javascript:alert(1)".into(), Unregistrable::Scheme)),
        ),
        (
            |s| s.cors_origins = texts(&["https://app.example", "*"]),
            Err(Unfit::CorsOrigin("*".into(), NotADomain::Wildcard)),
        ),
        (|s| s.cors_origins = texts(&["https://app.example"]), Ok(())),
    ];
    for (n, (change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(check(&with(ClientType::Server, |c| change(&mut c.settings)), false), expected, "case {n}");
    }
    let own = with(ClientType::SelfClient, |c| c.settings.token_endpoint_auth_method = "none".into());
    assert_eq!(check(&own, false), Err(Unfit::AuthMethodNone));
    let many = with(ClientType::Server, |c| c.redirect_uris = vec![CALLBACK.into(); 101]);
    assert_eq!(check(&many, false), Err(Unfit::TooMany("redirect_uris")));
}

#[test]
fn the_console_s_messages_are_the_documented_ones() {
    for (field, message) in [
        (Field::Name, "Enter a valid client name"),
        (Field::JavascriptDomains, "Enter a valid JavaScript Domain URI"),
        (Field::RedirectUris, "Enter a valid redirect URI"),
        (Field::HomepageUrl, "Enter a valid homepage URL"),
    ] {
        assert_eq!(field.message(), message);
    }
    let told = |unfit: Unfit| (unfit.field().map(Field::message), unfit.to_string());
    assert_eq!(
        told(Unfit::RedirectUri("x:".into(), Unregistrable::Scheme)),
        (
            Some("Enter a valid redirect URI"),
            "redirect URI \"x:\" cannot be registered: this scheme is not allowed".into()
        )
    );
    assert_eq!(
        told(Unfit::NotOfThisType(Field::RedirectUris, "device")),
        (Some("Enter a valid redirect URI"), "a device client has no redirect_uris".into())
    );
    assert_eq!(told(Unfit::KeysTwice), (None, "give jwks or jwks_uri, not both".into()));
}
