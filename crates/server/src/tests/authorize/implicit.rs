//! The implicit flow of browser clients: who may use it, from which pages, and what comes back in the fragment
//! (accounts-protocol.md section 6.1; case A07 of the security cases).

use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

use super::*;
use crate::tests::answers::*;

/// A browser client with the implicit flow only, at us and eu.
pub const WIDGET: App =
    App { id: "1000.ZYLKERWIDGET00000000000000000W", secret: "", redirect_uri: "http://127.0.0.1:9967/callback" };
/// One with codes, too, and a redirect URI outside of its JavaScript domains.
const BOTH: App =
    App { id: "1000.ZYLKERBOTH0000000000000000000Y", secret: "", redirect_uri: "http://127.0.0.1:9968/callback" };
const OFF_DOMAIN: &str = "https://elsewhere.example/callback";

const CLIENTS: &str = r#"
[[client]]
id = "1000.ZYLKERWIDGET00000000000000000W"
type = "browser"
name = "Zylker Widget"
redirect_uris = ["http://127.0.0.1:9967/callback", "https://widget.zylker.example/callback?here=1"]
javascript_domains = ["http://127.0.0.1:9967", "https://widget.zylker.example"]
grant_types = ["implicit"]
data_centers = ["us", "eu"]
[[client]]
id = "1000.ZYLKERBOTH0000000000000000000Y"
type = "browser"
name = "Both"
redirect_uris = ["http://127.0.0.1:9968/callback", "https://elsewhere.example/callback"]
javascript_domains = ["http://127.0.0.1:9968"]
grant_types = ["implicit", "authorization_code"]
data_centers = ["us"]
"#;

/// A house where these clients are registered.
pub async fn for_each_with_widgets(case: impl AsyncFn(&House)) {
    for_each_store(async |house| {
        house.provision(CLIENTS).await;
        case(house).await;
    })
    .await;
}

/// A request for a token for the profile, asked once.
pub fn token_for(app: &App) -> Ask {
    Ask::of(app).with("response_type", "token").without("access_type").without("prompt").with("state", "s-1")
}

/// The parameters of a fragment in their order, which begins `#&` as the vendor's does.
pub fn fragment(reply: &Reply) -> Vec<(String, String)> {
    assert!(matches!(reply.status, 302 | 303), "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
    let location = reply.header("location").unwrap();
    let (_, fragment) = location.split_once("#&").unwrap_or_else(|| panic!("no fragment: {location}"));
    assert!(!fragment.contains(['#', '+']) && !fragment.ends_with('&'), "{fragment}");
    form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}

pub fn value<'a>(all: &'a [(String, String)], name: &str) -> Option<&'a str> {
    all.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}

pub fn names(all: &[(String, String)]) -> Vec<&str> {
    all.iter().map(|(name, _)| name.as_str()).collect()
}

/// Walks to the consent page and accepts it, with or without "for this session".
pub async fn accept(house: &House, browser: &mut Browser, ask: &Ask, person: &Person, session: bool) -> Reply {
    let (url, page) = walk_to(house, browser, ask, person, "session").await;
    let form = form(&page, "decision");
    let mut fields = form.filled("decision", "accept");
    if session {
        fields.push(("session".to_owned(), "yes".to_owned()));
    }
    browser.post(&action(&url, &form), &fields).await
}

#[tokio::test]
async fn implicit_answers_in_the_fragment_as_documented() {
    for_each_with_widgets(async |house| {
        let mut browser = Browser::default();
        let ask = token_for(&WIDGET).with("scope", BIGIN).with("access_type", "offline").with("state", "a&b=#c d");
        let reply = accept(house, &mut browser, &ask, &ALICE, false).await;
        let all = fragment(&reply);
        let token = value(&all, "access_token").unwrap().to_owned();
        assert_eq!(
            reply.header("location").unwrap(),
            format!(
                "http://127.0.0.1:9967/callback#&access_token={token}&expires_in=3600&location=us\
                 &api_domain=https%3A%2F%2Fapi.us.zylker.example&state=a%26b%3D%23c%20d"
            )
        );
        assert!(token.starts_with("1000.") && token.len() == 70, "{token}");
        assert_eq!(house.user_info("us", &token).await.text("Email"), ALICE.email);
        // Never a refresh token, whatever was asked, and none is made of the access token.
        let refreshing = [("grant_type", "refresh_token"), ("client_id", WIDGET.id), ("refresh_token", &token)];
        let refused = house.post("us", TOKEN, &refreshing).await;
        assert!(refused.status == 200 && refused.text("access_token").is_empty(), "{refused:?}");
        // What was allowed is remembered, as for codes: the next one comes without a page.
        house.advance(61);
        let (_, reply) = browser.open(house, &ask.url(house)).await;
        let again = fragment(&reply);
        assert_ne!(value(&again, "access_token"), Some(token.as_str()));
        assert!(house.alive("us", value(&again, "access_token").unwrap()).await);
        assert_eq!(names(&again), names(&all));
        // More is asked for again; so is everything with prompt=consent.
        for more in [ask.clone().with("scope", "ZohoBigin.modules.ALL"), ask.clone().with("prompt", "consent")] {
            let (_, page) = browser.open(house, &more.url(house)).await;
            form(&page, "decision");
        }
        // It lives an hour.
        house.advance(3600 - 61);
        assert!(!house.alive("us", &token).await);
    })
    .await;
}

#[tokio::test]
async fn implicit_appends_to_a_redirect_uri_with_a_query() {
    for_each_with_widgets(async |house| {
        let ask = token_for(&WIDGET).with("redirect_uri", "https://widget.zylker.example/callback?here=1");
        let reply = accept(house, &mut Browser::default(), &ask.without("state"), &ALICE, false).await;
        let location = reply.header("location").unwrap();
        assert!(
            location.starts_with("https://widget.zylker.example/callback?here=1#&access_token=1000."),
            "{location}"
        );
        assert_eq!(names(&fragment(&reply)), ["access_token", "expires_in", "location", "api_domain"]);
    })
    .await;
}

#[tokio::test]
async fn implicit_reject_comes_in_the_fragment() {
    for_each_with_widgets(async |house| {
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &token_for(&WIDGET), &ALICE, "decision").await;
        let reply = answer(&mut browser, &url, &page, "decision", "reject").await;
        assert_eq!(
            reply.header("location"),
            Some("http://127.0.0.1:9967/callback#&error=access_denied&state=s-1"),
            "{reply:?}"
        );
        let (_, page) = browser.open(house, &token_for(&WIDGET).url(house)).await;
        form(&page, "decision");
    })
    .await;
}

#[tokio::test]
async fn implicit_makes_one_token_however_often_accept_is_pressed() {
    for_each_with_widgets(async |house| {
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &token_for(&WIDGET), &ALICE, "decision").await;
        let first = answer(&mut browser, &url, &page, "decision", "accept").await;
        let second = answer(&mut browser, &url, &page, "decision", "accept").await;
        assert_eq!(first.header("location"), second.header("location"));
        let token = value(&fragment(&first), "access_token").unwrap().to_owned();
        assert_eq!(house.revoke("us", &token).await.brief(), REVOKED);
        let third = answer(&mut browser, &url, &page, "decision", "accept").await;
        assert_ne!(third.header("location"), first.header("location"), "what was revoked is not given again");
        assert!(!house.alive("us", &token).await);
    })
    .await;
}

#[tokio::test]
async fn a07_implicit_is_only_for_clients_registered_for_it() {
    for_each_with_widgets(async |house| {
        let code = Ask::of(&WIDGET).with("state", "s-1");
        for ask in [
            token_for(&PANEL),
            token_for(&DESK),
            token_for(&POCKET),
            code,
            token_for(&WIDGET).with("response_type", "code token"),
            token_for(&WIDGET).with("response_type", "id_token"),
            token_for(&WIDGET).with("response_type", "Token"),
            token_for(&WIDGET).portal(PARTNERS),
            token_for(&WIDGET).without("scope"),
            // Registered for codes too, it gets them at /oauth2: here it has nothing to redeem one with.
            Ask::of(&BOTH),
        ] {
            assert_refused(&ask, &asked(house, &ask).await, RESPONSE_TYPE);
        }
        let ask = token_for(&WIDGET).with("redirect_uri", "http://127.0.0.1:9967/other");
        assert_refused(&ask, &asked(house, &ask).await, REDIRECT_URI);
        let ask = token_for(&WIDGET).with("scope", "Nope.x.READ");
        assert_refused(&ask, &asked(house, &ask).await, SCOPE);
    })
    .await;
}

#[tokio::test]
async fn implicit_verifies_the_javascript_domain() {
    for_each_with_widgets(async |house| {
        let ask = token_for(&BOTH).with("redirect_uri", OFF_DOMAIN);
        assert_refused(&ask, &asked(house, &ask).await, REDIRECT_URI);
        let ask = token_for(&BOTH);
        let own = format!("{}/oauth/v2/auth?x=1", house.url("us"));
        let other = format!("{}/", house.url("eu"));
        for (name, page, fits) in [
            ("referer", "http://127.0.0.1:9968/app/page", true),
            ("referer", own.as_str(), true),
            ("referer", other.as_str(), true),
            ("origin", "http://127.0.0.1:9968", true),
            ("referer", "http://127.0.0.1:9967/", false),
            ("referer", "https://127.0.0.1:9968/", false),
            ("referer", "http://127.0.0.1:9968.evil.example/", false),
            ("referer", "http://127.0.0.1:9968@evil.example/", false),
            ("referer", "https://evil.example/?http://127.0.0.1:9968", false),
            ("referer", "about:blank", false),
            ("origin", "https://evil.example", false),
            ("origin", "null", false),
        ] {
            let reply = house.send("us", &Request::get(&target(&ask)).header(name, page)).await;
            if fits {
                assert_eq!(reply.status, 200, "{name}: {page}: {reply:?}");
            } else {
                assert_refused(&ask, &reply, CLIENT);
            }
        }
        // Where codes are asked for, nobody looks: they are worth nothing without the client's secret or PKCE.
        let code = Request::get(&target(&Ask::of(&DESK))).header("referer", "https://evil.example/");
        assert_eq!(house.send("us", &code).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn implicit_brings_an_id_token_for_sign_in_scopes() {
    for_each_with_widgets(async |house| {
        for (scope, expected) in [("email", true), ("openid,AaaServer.profile.READ", true), (BIGIN, false)] {
            let ask = token_for(&WIDGET).with("scope", scope).with("nonce", "n-1");
            let all = fragment(&accept(house, &mut Browser::default(), &ask, &ALICE, false).await);
            let Some(signed) = value(&all, "id_token") else {
                assert!(!expected, "{scope}: {all:?}");
                continue;
            };
            let payload = signed.split('.').nth(1).unwrap();
            let claims: Value = serde_json::from_slice(&BASE64URL_NOPAD.decode(payload.as_bytes()).unwrap()).unwrap();
            assert_eq!(claims["sub"], "700001", "{claims}");
            assert_eq!(claims["aud"], WIDGET.id);
            assert_eq!(claims["iss"], house.url("us"));
            assert_eq!(claims["nonce"], "n-1");
            assert!(claims["at_hash"].is_string(), "{claims}");
        }
    })
    .await;
}

#[tokio::test]
async fn implicit_goes_on_where_the_person_is_at_home() {
    for_each_with_widgets(async |house| {
        let ask = token_for(&WIDGET).with("scope", BIGIN);
        let reply = accept(house, &mut Browser::default(), &ask, &CARLA, false).await;
        let all = fragment(&reply);
        assert_eq!(value(&all, "location"), Some("eu"));
        assert_eq!(value(&all, "api_domain"), Some("https://api.eu.zylker.example"));
        assert!(house.alive("eu", value(&all, "access_token").unwrap()).await);
        assert!(!house.alive("us", value(&all, "access_token").unwrap()).await);
        // A client that is not for users of that data center is not theirs by this way either.
        let at_us = token_for(&BOTH).with("scope", BIGIN);
        let (_, page) = Browser::default().walk(house, &at_us.url(house), &CARLA, None).await;
        assert_eq!((page.status, heading(&page).as_str()), (400, "Invalid Client"));
    })
    .await;
}

#[tokio::test]
async fn implicit_tokens_count_as_codes_for_the_throttle() {
    let throttled = Setup { throttles: true, ..Setup::default() };
    for_each_store_with(throttled, async |house| {
        house.provision(CLIENTS).await;
        let mut browser = Browser::default();
        accept(house, &mut browser, &token_for(&WIDGET), &ALICE, true).await;
        let refresh = token_for(&WIDGET).url(house).replace("/auth?", "/auth/refresh?");
        for n in 1..10 {
            let url = if n % 2 == 0 { token_for(&WIDGET).url(house) } else { refresh.clone() };
            fragment(&browser.get(&url).await);
        }
        for url in [token_for(&WIDGET).url(house), refresh.clone()] {
            let page = browser.get(&url).await;
            assert_eq!((page.status, heading(&page).as_str()), (400, "Access Denied"), "{url}");
        }
        house.advance(600);
        fragment(&browser.get(&refresh).await);
    })
    .await;
}
