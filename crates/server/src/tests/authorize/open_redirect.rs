//! Whatever a request, a cookie or a header names as a place to go: the browser stays in the house, or goes to
//! a registered URI (case A12).

use super::*;

const NAMES: [&str; 22] = [
    "continue",
    "next",
    "return",
    "return_to",
    "returnUrl",
    "ReturnUrl",
    "redirect",
    "redirect_url",
    "redirectUrl",
    "url",
    "uri",
    "goto",
    "target",
    "dest",
    "serviceurl",
    "servicename",
    "RelayState",
    "post_logout_redirect_uri",
    "_grantor",
    "_grantor_hop",
    "_grantor_next",
    "state",
];

const PLACES: [&str; 12] = [
    "https://evil.example/",
    "//evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "/%09/evil.example",
    "https:evil.example",
    "https:///evil.example",
    "/\t/evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1:9911.evil.example/",
    "@evil.example",
    "http://127.0.0.1:9911/callback/../evil",
];

/// Every answer's `Location` stays in the house, or is the registered URI with our parameters.
fn assert_stays(house: &House, url: &str, reply: &Reply) {
    assert!(reply.status < 500, "{reply:?}");
    assert_eq!(reply.header("refresh"), None);
    assert_eq!(reply.header("content-location"), None);
    let Some(location) = reply.header("location") else { return };
    assert_eq!(reply.headers_named("location").count(), 1);
    let inside = location.starts_with('/')
        && !location.starts_with("//")
        && !location.contains('\\')
        && !location.contains('\t');
    let registered = ["code=", "error="].iter().any(|p| location.starts_with(&format!("{}?{p}", DESK.redirect_uri)));
    assert!(inside || house.owns(location) || registered, "{url} sends the browser to {location}");
}

/// Goes the whole way as that person, looking at every answer.
async fn walk_watched(house: &House, browser: &mut Browser, url: &str, person: &Person) -> Reply {
    let (mut url, mut reply) = (url.to_owned(), browser.get(url).await);
    for _ in 0..16 {
        assert_stays(house, &url, &reply);
        if reply.header("location").is_some() {
            url = next(&url, &reply);
            if !house.owns(&url) {
                return reply;
            }
            reply = browser.get(&url).await;
            continue;
        }
        let Some(found) = Form::find(&reply.body) else { return reply };
        let given = [
            ("email", person.email),
            ("password", PASSWORD),
            ("organization", person.organization),
            ("decision", "accept"),
        ];
        let Some((name, value)) = given.into_iter().find(|(n, _)| found.asks.iter().any(|a| a == n)) else {
            return reply;
        };
        url = action(&url, &found);
        reply = browser.post(&url, &found.filled(name, value)).await;
    }
    panic!("without end: {url}");
}

#[tokio::test]
async fn no_parameter_steers_the_browser() {
    for_each_store(async |house| {
        for (n, place) in PLACES.into_iter().enumerate() {
            let steered = |ask: Ask| NAMES.iter().fold(ask, |ask, name| ask.with(name, place));
            // Whole walks: at home, handed over, at a portal.
            let walks = [(once(&DESK), ALICE), (once(&DESK), CARLA), (once(&DESK).portal(PARTNERS), PAT)];
            let (ask, person) = walks[n % 3].clone();
            let mut browser = Browser::default();
            let end = walk_watched(house, &mut browser, &steered(ask).url(house), &person).await;
            let sent = callback(&end);
            assert!(sent.get("code").is_some() && sent.get("state") == Some(place), "{sent:?}");
            // Signing in and out without an application, signed in and not.
            let fields: Vec<(&str, &str)> = NAMES.iter().map(|name| (*name, place)).collect();
            for mut browser in [Browser::default(), browser] {
                let front = if n % 3 == 2 { "/clientoauth/v2/60001" } else { "" };
                for path in ["/", "/sign-in", "/sign-out"] {
                    let path = if path == "/" && !front.is_empty() { "" } else { path };
                    let url = format!("{}{front}{path}?{}", house.url("us"), encoded(&fields));
                    let reply = browser.get(&url).await;
                    assert_stays(house, &url, &reply);
                    assert!(
                        !reply.body.contains("href=\"https://evil") && !reply.body.contains("href=\"//"),
                        "{reply:?}"
                    );
                    if path.ends_with("sign-in") && reply.status == 200 {
                        walk_watched(house, &mut browser.clone(), &url, &person).await;
                    }
                    if let Some(found) = Form::find(&reply.body).filter(|f| f.asks.is_empty()) {
                        let target = action(&url, &found);
                        let out = browser.post(&target, &found.hidden).await;
                        assert_stays(house, &target, &out);
                        assert_eq!(out.status, 200, "signing out leads to our own page");
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_header_and_no_cookie_steers_the_browser() {
    for_each_store(async |house| {
        for (n, place) in PLACES.into_iter().enumerate() {
            let clean: String = place.chars().filter(|c| !c.is_control()).collect();
            let mut browser = Browser::default();
            for name in [
                "referer",
                "origin-url",
                "x-forwarded-prefix",
                "x-original-url",
                "x-rewrite-url",
                "x-forwarded-uri",
                "x-callback",
                "destination",
            ] {
                browser.headers.push((name.to_owned(), clean.clone()));
            }
            for name in ["home", "session", "browser", "return", "session_60001"] {
                browser.cookies.insert(format!("grantor_us_{name}"), clean.clone());
                browser.cookies.insert(format!("grantor_eu_{name}"), clean.clone());
            }
            for name in ["next", "continue", "return_to"] {
                browser.cookies.insert(name.to_owned(), clean.clone());
            }
            let (ask, person) =
                [(once(&DESK), ALICE), (once(&DESK), CARLA), (once(&DESK).portal(PARTNERS), PAT)][n % 3].clone();
            assert!(callback(&walk_watched(house, &mut browser, &ask.url(house), &person).await).get("code").is_some());
        }
    })
    .await;
}

#[tokio::test]
async fn no_path_steers_the_browser() {
    for_each_store(async |house| {
        let query = encoded(&once(&DESK).parameters);
        for path in [
            "//evil.example/oauth/v2/auth",
            "/\\evil.example/oauth/v2/auth",
            "//evil.example/sign-in",
            "/%2f%2fevil.example/sign-in",
            "/oauth/v2/auth//evil.example",
            "/oauth/v2/auth/..//evil.example",
            "/oauth/v2//auth",
            "/oauth/v2/auth/",
            "/sign-in/",
            "//",
            "///evil.example",
            "/./sign-in",
            "/.//evil.example",
            "/clientoauth/v2//evil.example/auth",
            "/clientoauth/v2/%2f%2fevil.example/auth",
            "/clientoauth/v2/60001//evil.example",
            "http://evil.example/oauth/v2/auth",
            "http://evil.example/sign-in",
        ] {
            let target = format!("{path}?{query}");
            let reply = house.send("us", &Request::get(&target)).await;
            assert_stays(house, path, &reply);
            let posted = house.post("us", &target, &[("email", "alice@zylker.example")]).await;
            assert_stays(house, path, &posted);
        }
    })
    .await;
}

#[tokio::test]
async fn a_line_break_makes_no_header() {
    for_each_store(async |house| {
        for value in [
            "x\r\nlocation: https://evil.example/",
            "x\r\n\r\n<script>",
            "x\nset-cookie: a=b",
            "x\rset-cookie: a=b",
            "\u{2028}x",
        ] {
            for name in ["state", "login_hint", "x"] {
                let ask = Ask::of(&DESK).with(name, value);
                let mut browser = Browser::default();
                let end = walk_watched(house, &mut browser, &ask.url(house), &ALICE).await;
                assert!(callback(&end).get("code").is_some());
                assert!(!browser.cookies.contains_key("a"));
                if name == "state" {
                    assert_eq!(callback(&end).get("state"), Some(value));
                }
            }
        }
    })
    .await;
}
