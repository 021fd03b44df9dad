//! Callbacks as they come: well made, sloppy, hostile.

use proptest::prelude::*;

use super::{Callback, CallbackError};
use crate::{AuthorizationLink, BaseUrl, DataCenters, PendingAuthorization};

fn base(url: &str) -> BaseUrl {
    BaseUrl::parse(url).unwrap()
}

fn known() -> DataCenters {
    let locations = [("us", "http://127.0.0.1:9000"), ("eu", "http://127.0.0.1:9001")];
    let portals = [("us", "https://partners.example.com")];
    DataCenters::new(
        locations.map(|(at, url)| (at.to_owned(), base(url))),
        portals.map(|(at, url)| (at.to_owned(), base(url))),
    )
}

fn pending(portal: Option<&str>) -> PendingAuthorization {
    let link = AuthorizationLink::new(base("http://127.0.0.1:9000"), "c", "http://127.0.0.1:9911/callback", ["s"]);
    link.portal(portal.map(|id| id.parse().unwrap())).state("right").build().unwrap().1
}

fn check(given: &str) -> Result<super::CheckedCallback, CallbackError> {
    Callback::parse(given).unwrap().verify(&pending(None), &known())
}

#[test]
fn good_ones() {
    for given in [
        "http://127.0.0.1:9911/callback?code=1000.a.b&location=eu&accounts-server=http%3A%2F%2F127.0.0.1%3A9001&state=right",
        "http://127.0.0.1:9911/callback?code=1000.a.b&location=eu&accounts-server=http%3A%2F%2F127.0.0.1%3A9001&state=right&",
        "http://127.0.0.1:9911/callback?code=?code=1000.a.b&location=eu&accounts-server=http://127.0.0.1:9001/&state=right&",
        "/callback?state=right&accounts-server=http://127.0.0.1:9001&code=1000.a.b&location=eu",
        "code=1000.a.b&location=eu&accounts-server=http://127.0.0.1:9001&state=right",
        "?code=?code=1000.a.b&location=eu&accounts-server=http://127.0.0.1:9001&state=right#x",
        "code=?code=1000.a.b&location=eu&accounts-server=http://127.0.0.1:9001&state=right&state=right",
    ] {
        let checked = check(given).unwrap_or_else(|why| panic!("{given}: {why}"));
        assert_eq!(checked.code.expose(), "1000.a.b", "{given}");
        assert_eq!(checked.location(), "eu");
        assert_eq!(checked.accounts_server().as_str(), "http://127.0.0.1:9001");
    }
}

#[test]
fn refusals_of_the_person_and_of_the_server() {
    assert_eq!(check("error=access_denied&state=right").unwrap_err(), CallbackError::AccessDenied);
    assert_eq!(check("error=access_denied").unwrap_err(), CallbackError::AccessDenied);
    assert_eq!(check("error=access_denied&state=wrong").unwrap_err(), CallbackError::StateMismatch);
    assert!(matches!(check("error=server_error&state=right").unwrap_err(), CallbackError::Refused { .. }));
}

#[test]
fn strangers_answers() {
    let with = |rest: &str| check(&format!("code=1000.a.b&{rest}")).unwrap_err();
    assert_eq!(with("location=us&accounts-server=http://127.0.0.1:9000&state=wrong"), CallbackError::StateMismatch);
    assert_eq!(with("location=us&accounts-server=http://127.0.0.1:9000"), CallbackError::StateMismatch);
    for evil in [
        "https://evil.example",
        "http://127.0.0.1:9000.evil.example",
        "http://127.0.0.1:9000@evil.example",
        "http://127.0.0.1:9000/x",
        "javascript:x",
        "https://partners.example.com",
    ] {
        let given = with(&format!("location=us&accounts-server={evil}&state=right"));
        assert_eq!(given, CallbackError::UnknownAccountsServer { given: evil.to_owned() });
    }
    assert!(matches!(
        with("location=eu&accounts-server=http://127.0.0.1:9000&state=right"),
        CallbackError::LocationMismatch { .. }
    ));
    assert_eq!(with("location=us&state=right"), CallbackError::MissingParameter { name: "accounts-server" });
    assert_eq!(
        with("accounts-server=http://127.0.0.1:9000&state=right"),
        CallbackError::MissingParameter { name: "location" }
    );
    assert_eq!(check("state=right&code=").unwrap_err(), CallbackError::MissingParameter { name: "code" });
    assert_eq!(Callback::parse("code=a&code=b").unwrap_err(), CallbackError::RepeatedParameter { name: "code" });
}

#[test]
fn portals_have_their_own_table() {
    let given =
        |server: &str| Callback::parse(&format!("code=1&location=us&accounts-server={server}&state=right")).unwrap();
    assert!(given("https://partners.example.com").verify(&pending(Some("60001")), &known()).is_ok());
    assert!(given("http://127.0.0.1:9000").verify(&pending(Some("60001")), &known()).is_err());
    // A server that lists no portals: only the address the link led to, or a listed data center.
    let silent = DataCenters::new(known().locations().clone(), []);
    assert!(given("http://127.0.0.1:9000").verify(&pending(Some("60001")), &silent).is_ok());
    assert!(given("https://partners.example.com").verify(&pending(Some("60001")), &silent).is_err());
}

#[test]
fn codes_and_states_hide_in_debug() {
    let shown = format!("{:?}", Callback::parse("code=1000.aa.bb&state=ssss").unwrap());
    assert!(!shown.contains("1000.aa") && !shown.contains("ssss"), "{shown}");
}

proptest! {
    #[test]
    fn never_panics(given in "\\PC{0,200}") {
        if let Ok(callback) = Callback::parse(&given) {
            // A stranger's callback is never accepted.
            prop_assert!(callback.verify(&pending(None), &known()).is_err());
        }
    }

    #[test]
    fn never_panics_near_the_real_thing(parts in proptest::collection::vec("(code|state|location|accounts-server|error|[?&#=%]|%[0-9a-f]{0,2}|http://127.0.0.1:9000|[a-z0-9.]{0,6})", 0..24)) {
        let _ = Callback::parse(&parts.concat()).map(|callback| callback.verify(&pending(None), &known()));
    }

    #[test]
    fn a_well_made_one_is_read_back(code in "1000\\.[0-9a-f]{32}\\.[0-9a-f]{32}", state in "\\PC{1,60}") {
        let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("code", &code).append_pair("state", &state).finish();
        let callback = Callback::parse(&format!("https://a.example/cb?{query}&")).unwrap();
        let read = callback.code.unwrap();
        prop_assert_eq!(read.expose(), code.as_str());
        let read = callback.state.unwrap();
        prop_assert_eq!(read.expose(), state.as_str());
    }
}
