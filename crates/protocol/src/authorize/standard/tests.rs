//! The order of the checks, PKCE and prompts in the standard dialect, as tables.

use proptest::prelude::*;

use super::*;
use crate::{client::ClientSettings, scope::CatalogScope};

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

fn client(client_type: ClientType) -> Client {
    Client {
        id: "1000.A".into(),
        client_type,
        name: "A".into(),
        homepage_url: String::new(),
        redirect_uris: vec!["https://a.example/cb".into(), "http://127.0.0.1/cb".into()],
        data_centers: vec!["us".into()],
        scopes: vec![],
        grant_types: vec![],
        disabled: false,
        settings: ClientSettings::default(),
    }
}

fn catalog() -> Catalog {
    let scope = |name: &str, needs_organization| CatalogScope {
        name: name.into(),
        service: name.split('.').next().unwrap().into(),
        needs_organization,
    };
    Catalog::new([scope("B.modules.READ", true), scope("openid", false), scope("offline_access", false)])
}

const GOOD: [(&str, &str); 8] = [
    ("response_type", "code"),
    ("client_id", "1000.A"),
    ("scope", "openid"),
    ("redirect_uri", "https://a.example/cb"),
    ("state", "s"),
    ("nonce", "n"),
    ("code_challenge", CHALLENGE),
    ("code_challenge_method", "S256"),
];

/// [`GOOD`] with these instead; an empty list takes the parameter out.
fn query(changes: &[(&str, &[&str])]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in GOOD {
        if !changes.iter().any(|(changed, _)| *changed == name) {
            query.append_pair(name, value);
        }
    }
    for (name, values) in changes {
        for value in *values {
            query.append_pair(name, value);
        }
    }
    query.finish()
}

/// The outer error ends on a page, the inner one goes to the client.
fn whole(query: &str, client: &Client) -> Result<Result<AuthorizationRequest, PageError>, PageError> {
    let asked = Asked::read_as_sent(query)?;
    client_id(&asked)?;
    let reply_to = locate(&asked, Some(client), "https://i.example/oauth2")?;
    Ok(check(&asked, &reply_to, client, &catalog(), |resource| resource == "https://api.example/"))
}

fn good(changes: &[(&str, &[&str])]) -> AuthorizationRequest {
    whole(&query(changes), &client(ClientType::Server)).unwrap().unwrap()
}

#[test]
fn only_a_bad_client_or_address_ends_on_a_page() {
    use PageError::*;
    let server = client(ClientType::Server);
    let disabled = Client { disabled: true, ..server.clone() };
    let twice = |name: &str| ParameterTwice(name.to_owned());
    let uri: &[&str] = &["https://a.example/cb"; 2];
    for (changes, client, expected) in [
        (vec![("client_id", &["a", "b"][..])], &server, twice("client_id")),
        (vec![("redirect_uri", uri)], &server, twice("redirect_uri")),
        (vec![("client_id", &[])], &server, ParameterMissing("client_id")),
        (vec![("redirect_uri", &[])], &server, ParameterMissing("redirect_uri")),
        (vec![("redirect_uri", &[""])], &server, RedirectUriEmpty),
        (vec![("redirect_uri", &["https://a.example/cb/"])], &server, RedirectUriMismatch),
        (vec![("redirect_uri", &["http://127.0.0.1:80/cb"])], &server, RedirectUriMismatch),
        (vec![("prompt", &["none"]), ("redirect_uri", &["https://e.example/"])], &server, RedirectUriMismatch),
        (vec![], &disabled, ClientDisabled),
    ] {
        assert_eq!(whole(&query(&changes), client), Err(expected), "{changes:?}");
    }
    let asked = Asked::read_as_sent(&query(&[])).unwrap();
    assert_eq!(locate(&asked, None, "i"), Err(ClientUnknown));
    let mobile = client(ClientType::Mobile);
    assert!(whole(&query(&[("redirect_uri", &["http://127.0.0.1:4711/cb"])]), &mobile).unwrap().is_ok());
}

#[test]
fn the_client_is_told_the_first_thing_that_is_wrong() {
    use PageError::*;
    let long = "s".repeat(4097);
    let server = client(ClientType::Server);
    let narrow = Client { scopes: vec!["B.modules.READ".into()], ..server.clone() };
    let refreshing = Client { grant_types: vec!["refresh_token".into()], ..server.clone() };
    let twice = |name: &str| ParameterTwice(name.to_owned());
    for (changes, client, expected) in [
        (vec![("state", &["a", "a"][..])], &server, twice("state")),
        (vec![("response_type", &["code", "code"])], &server, twice("response_type")),
        (vec![("x", &["1", "2"])], &server, twice("x")),
        (vec![("state", &[long.as_str()])], &server, ParameterMalformed("state")),
        (vec![("request", &["eyJ"])], &server, FormUnsupported("request")),
        (vec![("request_uri", &["urn:x"])], &server, FormUnsupported("request_uri")),
        (vec![("registration", &["{}"])], &server, FormUnsupported("registration")),
        (vec![("response_type", &[])], &server, ParameterMissing("response_type")),
        (vec![("response_type", &[""])], &server, ParameterMissing("response_type")),
        (vec![("response_type", &["token"])], &server, ResponseTypeUnsupported),
        (vec![("response_type", &["code id_token"])], &server, ResponseTypeUnsupported),
        (vec![("response_mode", &["fragment"])], &server, ResponseModeUnsupported),
        (vec![("response_mode", &["web_message"])], &server, ResponseModeUnsupported),
        (vec![], &refreshing, GrantNotAllowed),
        (vec![], &client(ClientType::Device), GrantNotAllowed),
        (vec![("scope", &[])], &server, ScopeMalformed),
        (vec![("scope", &[""])], &server, ScopeMalformed),
        (vec![("scope", &["openid,B.modules.READ offline_access"])], &server, ScopeMalformed),
        (vec![("scope", &["openid whatever"])], &server, ScopeUnknown("whatever".into())),
        (vec![], &narrow, ScopeNotAllowed("openid".into())),
        (vec![("prompt", &["none login"])], &server, ParameterMalformed("prompt")),
        (vec![("prompt", &["create"])], &server, ParameterMalformed("prompt")),
        (vec![("max_age", &["-1"])], &server, ParameterMalformed("max_age")),
        (vec![("max_age", &["+1"])], &server, ParameterMalformed("max_age")),
        (vec![("max_age", &["1.5"])], &server, ParameterMalformed("max_age")),
        (vec![("max_age", &["99999999999"])], &server, ParameterMalformed("max_age")),
        (vec![("resource", &["https://other.example/"])], &server, ResourceUnknown("https://other.example/".into())),
        (vec![("resource", &["https://api.example/#f"])], &server, ResourceUnknown("https://api.example/#f".into())),
        (vec![("resource", &["api"])], &server, ResourceUnknown("api".into())),
    ] {
        assert_eq!(whole(&query(&changes), client), Ok(Err(expected)), "{changes:?}");
    }
}

#[test]
fn pkce_is_s256_and_may_be_left_out_only_with_a_nonce() {
    use PageError::{PkceChallengeMalformed as Challenge, PkceMethodMalformed as Method, PkceMissing as Missing};
    let without: [(&str, &[&str]); 2] = [("code_challenge", &[]), ("code_challenge_method", &[])];
    let no_nonce: (&str, &[&str]) = ("nonce", &[]);
    for (changes, client_type, expected) in [
        (vec![], ClientType::Mobile, Ok(())),
        (vec![no_nonce], ClientType::Server, Ok(())),
        (without.to_vec(), ClientType::Server, Ok(())),
        ([&without[..], &[no_nonce]].concat(), ClientType::Server, Err(Missing)),
        ([&without[..], &[("nonce", &[""])]].concat(), ClientType::Server, Err(Missing)),
        ([&without[..], &[("scope", &["B.modules.READ"])]].concat(), ClientType::Server, Err(Missing)),
        (without.to_vec(), ClientType::Mobile, Err(Missing)),
        (without.to_vec(), ClientType::Browser, Err(Missing)),
        (vec![("code_challenge_method", &["plain"])], ClientType::Server, Err(Method)),
        (vec![("code_challenge_method", &[])], ClientType::Server, Err(Method)),
        (vec![("code_challenge_method", &["S512"])], ClientType::Server, Err(Method)),
        (vec![("code_challenge_method", &["s256"])], ClientType::Server, Err(Method)),
        (vec![("code_challenge", &[])], ClientType::Server, Err(Method)),
        // Without a value it counts as left out (RFC 6749 section 3.1), and then a method alone means nothing.
        (vec![("code_challenge", &[""])], ClientType::Server, Err(Method)),
        (vec![("code_challenge", &[""]), ("code_challenge_method", &[""])], ClientType::Server, Ok(())),
        (vec![("code_challenge", &[""]), ("code_challenge_method", &[""])], ClientType::Mobile, Err(Missing)),
        (vec![("code_challenge", &["short"])], ClientType::Server, Err(Challenge)),
    ] {
        let answer = whole(&query(&changes), &client(client_type)).unwrap();
        assert_eq!(answer.map(|_| ()), expected, "{changes:?} {client_type:?}");
    }
    let public = Client {
        settings: ClientSettings { token_endpoint_auth_method: "none".into(), ..ClientSettings::default() },
        ..client(ClientType::Server)
    };
    assert_eq!(whole(&query(&without), &public), Ok(Err(Missing)), "registered as public");
}

#[test]
fn what_is_asked_is_read() {
    let usual = good(&[]);
    assert_eq!(usual.prompting, Prompting::default());
    assert!(!usual.offline && !usual.ask_again && !usual.needs_organization);
    assert!(good(&[("access_type", &["offline"])]).offline);
    assert!(good(&[("scope", &["openid Offline_Access"])]).offline);
    assert!(good(&[("scope", &["openid B.modules.READ"])]).needs_organization);
    assert!(good(&[("prompt", &["login consent"])]).ask_again);
    assert!(good(&[("prompt", &["login consent"])]).prompting.sign_in_again);
    assert!(good(&[("prompt", &["select_account"])]).prompting.choose_account);
    assert!(good(&[("prompt", &["none"])]).prompting.silent);
    assert_eq!(good(&[("prompt", &[""]), ("max_age", &[""])]).prompting, Prompting::default());
    assert_eq!(good(&[("max_age", &["0"])]).prompting.max_age, Some(Duration::ZERO));
    good(&[("resource", &["https://api.example/", "https://api.example/"])]);
}

#[test]
fn the_answer_says_who_gives_it() {
    let asked = Asked::read_as_sent(&query(&[("state", &["a b&c"])])).unwrap();
    let reply_to = locate(&asked, Some(&client(ClientType::Server)), "https://i.example/oauth2").unwrap();
    assert_eq!(
        reply_to.with(&[("code", "C")]),
        "https://a.example/cb?code=C&state=a%20b%26c&iss=https%3A%2F%2Fi.example%2Foauth2"
    );
    assert_eq!(reply_to.mode(), ResponseMode::Query);
    let asked = Asked::read_as_sent(&query(&[("response_mode", &["form_post"]), ("state", &[])])).unwrap();
    let reply_to = locate(&asked, Some(&client(ClientType::Server)), "I").unwrap();
    assert_eq!((reply_to.mode(), reply_to.parameters(&[])), (ResponseMode::FormPost, vec![("iss", "I")]));
}

proptest! {
    #[test]
    fn never_panics(query in ".{0,300}") {
        let _ = whole(&query, &client(ClientType::Server));
    }
}
