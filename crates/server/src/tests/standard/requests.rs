//! What becomes of a request that is wrong: a page while nobody knows where an answer may go, and after that the RFCs'
//! error at the client (cases A01 to A04, A06 to A11, B01, B05).

use super::*;
use crate::tests::authorize::redirect_uris::{MUTATIONS, REGISTERED};

/// The request of a browser that is signed in as Alice.
async fn told(house: &House, browser: &mut Browser, ask: &Ask) -> Callback {
    let reply = sent(house, browser, ask).await;
    let end = callback(&reply);
    assert_eq!(end.get("code"), None, "{end:?}");
    assert_eq!(end.get("iss"), Some(issuer(house, "us").as_str()), "{end:?}");
    assert!(!end.get("error_description").unwrap().is_empty());
    end
}

fn error(end: &Callback) -> &str {
    end.get("error").unwrap_or_else(|| panic!("no error: {end:?}"))
}

fn assert_page(ask: &Ask, reply: &Reply) {
    assert_eq!((reply.status, reply.header("location")), (400, None), "{:?} {reply:?}", ask.parameters);
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert!(reply.body.contains("ERROR_"), "{reply:?}");
}

#[tokio::test]
async fn a01_to_a04_a_client_or_an_address_that_is_not_known_ends_on_a_page() {
    for_each_store(async |house| {
        let mut browser = browser_of(house, &ALICE).await;
        let good = ask(&DESK);
        let mut bad = vec![
            good.clone().without("client_id"),
            good.clone().with("client_id", ""),
            good.clone().with("client_id", "1000.NOBODY"),
            ask(&GONE),
            good.clone().without("redirect_uri"),
            good.clone().with("redirect_uri", ""),
            ask(&POCKET).with("redirect_uri", "http://localhost:5/callback"),
            ask(&POCKET).with("redirect_uri", "http://127.0.0.1.evil.example/callback"),
            ask(&POCKET).with("redirect_uri", "http://127.0.0.1:5@evil.example/callback"),
            Ask { parameters: [good.parameters.clone(), ask(&DESK).parameters].concat(), ..good.clone() },
        ];
        for uri in [
            "https://evil.example/",
            "http://127.0.0.1:9911/callback/",
            "http://127.0.0.1:9911/Callback",
            "http://127.0.0.1:9911/callback?x=1",
            "http://127.0.0.1:9911/callback#f",
            "http://127.0.0.1:9911/callback/../evil",
            "http://127.0.0.1:9911//callback",
            "http://127.0.0.1:9911@evil.example/callback",
            "http://127.0.0.1:9912/callback",
            "http://127.0.0.1:9911/callback ",
        ] {
            bad.push(good.clone().with("redirect_uri", uri));
            // A10: whoever wants no page gets one all the same.
            bad.push(good.clone().with("redirect_uri", uri).with("prompt", "none"));
        }
        for ask in &bad {
            assert_page(ask, &sent(house, &mut browser, ask).await);
            assert_page(ask, &sent(house, &mut Browser::default(), ask).await);
        }
        // A06: these two are refused in place when they come twice, even with one value.
        for name in ["client_id", "redirect_uri"] {
            let (_, value) = good.parameters.iter().find(|(n, _)| n == name).unwrap().clone();
            let mut twice = good.clone();
            twice.parameters.push((name.to_owned(), value));
            assert_page(&twice, &sent(house, &mut browser, &twice).await);
        }
        let native = ask(&POCKET).with("redirect_uri", "http://127.0.0.1:4711/callback");
        form(&sent(house, &mut browser, &native).await, "decision");
    })
    .await;
}

#[tokio::test]
async fn a03_nothing_but_the_registered_uri_will_do() {
    for_one_store(async |house| {
        let app = App { id: "1000.REDIRECTS0000000000000000000A", redirect_uri: REGISTERED, ..DESK };
        let entry = format!(
            "[[client]]\nid = \"{}\"\nsecret = \"canary-made-secret\"\ntype = \"server\"\nname = \"App\"\n\
             redirect_uris = [\"{REGISTERED}\", \"https://second.example/cb\"]\ndata_centers = [\"us\", \"eu\"]\n",
            app.id
        );
        house.provision(&entry).await;
        let mut browser = browser_of(house, &ALICE).await;
        for uri in MUTATIONS {
            let wrong = ask(&app).with("redirect_uri", uri);
            // Signed in or not, and even for whoever wants no page.
            for ask in [&wrong, &wrong.clone().with("prompt", "none")] {
                assert_page(ask, &sent(house, &mut browser, ask).await);
                assert_page(ask, &sent(house, &mut Browser::default(), ask).await);
            }
        }
        for uri in [REGISTERED, "https://second.example/cb"] {
            form(&sent(house, &mut browser, &ask(&app).with("redirect_uri", uri)).await, "decision");
        }
    })
    .await;
}

#[tokio::test]
async fn a07_to_a09_and_b05_the_client_is_told_what_is_wrong() {
    for_each_store(async |house| {
        let mut browser = browser_of(house, &ALICE).await;
        let good = || ask(&DESK);
        let twice = |name: &str, value: &str| {
            let mut ask = good();
            ask.parameters.push((name.to_owned(), value.to_owned()));
            ask
        };
        let without_pkce = |app: &App| ask(app).without("code_challenge").without("code_challenge_method");
        for (ask, expected) in [
            (good().without("response_type"), "invalid_request"),
            (good().with("response_type", ""), "invalid_request"),
            (good().with("response_type", "token"), "unsupported_response_type"),
            (good().with("response_type", "code token"), "unsupported_response_type"),
            (good().with("response_type", "code id_token"), "unsupported_response_type"),
            (good().with("response_type", "none"), "unsupported_response_type"),
            (good().with("response_mode", "fragment"), "invalid_request"),
            (good().with("response_mode", "jwt"), "invalid_request"),
            (twice("response_type", "code"), "invalid_request"),
            (twice("scope", "openid"), "invalid_request"),
            (twice("x", "1").with("y", "2"), ""),
            (twice("nonce", "n-2"), "invalid_request"),
            (good().without("scope"), "invalid_scope"),
            (good().with("scope", ""), "invalid_scope"),
            (good().with("scope", "openid nothing"), "invalid_scope"),
            (good().with("scope", "openid,email profile"), "invalid_scope"),
            (ask(&NARROW), "invalid_scope"),
            (good().with("request", "eyJ"), "request_not_supported"),
            (good().with("request_uri", "https://desk.zylker.example/r"), "request_uri_not_supported"),
            (good().with("registration", "{}"), "registration_not_supported"),
            (good().with("prompt", "none consent"), "invalid_request"),
            (good().with("prompt", "create"), "invalid_request"),
            (good().with("max_age", "soon"), "invalid_request"),
            (good().with("id_token_hint", "x"), "invalid_request"),
            (good().with("id_token_hint", "eyJhbGciOiJub25lIn0.eyJzdWIiOiI3MDAwMDEifQ."), "invalid_request"),
            (good().with("resource", "https://nowhere.example/"), "invalid_target"),
            // Without a value they count as left out (RFC 6749 section 3.1).
            (good().with("resource", "").with("request", "").with("request_uri", "").with("registration", ""), ""),
            (without_pkce(&DESK).with("code_challenge", "").with("code_challenge_method", ""), ""),
            (without_pkce(&POCKET).with("code_challenge", ""), "invalid_request"),
            // B01: a confidential client may do without PKCE only when a nonce protects the code.
            (without_pkce(&DESK), ""),
            (without_pkce(&DESK).without("nonce"), "invalid_request"),
            (without_pkce(&DESK).with("scope", "email"), "invalid_request"),
            (without_pkce(&POCKET), "invalid_request"),
            (without_pkce(&PANEL), "invalid_request"),
            (good().with("code_challenge_method", "plain"), "invalid_request"),
            (good().without("code_challenge_method"), "invalid_request"),
            (good().with("code_challenge_method", "S512"), "invalid_request"),
            (good().with("code_challenge_method", "s256"), "invalid_request"),
            (good().with("code_challenge", ""), "invalid_request"),
            (good().with("code_challenge", "too-short"), "invalid_request"),
        ] {
            if expected.is_empty() {
                form(&sent(house, &mut browser, &ask).await, "decision");
                continue;
            }
            let end = told(house, &mut browser, &ask).await;
            assert_eq!((error(&end), end.get("state")), (expected, Some("s-1")), "{:?}", ask.parameters);
        }
        // A state that was sent twice is none.
        let end = told(house, &mut browser, &twice("state", "s-2")).await;
        assert_eq!((error(&end), end.get("state")), ("invalid_request", None));
        let long = good().with("state", &"s".repeat(4097));
        assert_eq!(error(&told(house, &mut browser, &long).await), "invalid_request");
        // A09: byte for byte, in an error as in an answer.
        let state = format!("{}&=#%00\"<script>é", "s".repeat(2000));
        let end = told(house, &mut browser, &good().with("state", &state).with("response_type", "x")).await;
        assert_eq!(end.get("state"), Some(state.as_str()));
        // An empty state comes back empty; one that was not sent does not come back.
        assert_eq!(told(house, &mut browser, &good().with("state", "").with("scope", "")).await.get("state"), Some(""));
        assert_eq!(told(house, &mut browser, &good().without("state").with("scope", "")).await.get("state"), None);
    })
    .await;
}

#[tokio::test]
async fn a_client_that_may_not_have_codes_is_told_so() {
    for_each_store(async |house| {
        let entry = "[[client]]\nid = \"1000.ZYLKERREFRESH0000000000000000R\"\nsecret = \"canary-made-secret\"\n\
                     type = \"server\"\nname = \"Refresh Only\"\nredirect_uris = [\"http://127.0.0.1:9911/callback\"]\n\
                     data_centers = [\"us\"]\ngrant_types = [\"client_credentials\"]\n";
        house.provision(entry).await;
        let mut browser = browser_of(house, &ALICE).await;
        let end = told(house, &mut browser, &ask(&DESK).with("client_id", "1000.ZYLKERREFRESH0000000000000000R")).await;
        assert_eq!(error(&end), "unauthorized_client");
    })
    .await;
}

#[tokio::test]
async fn a11_a_stranger_s_link_sends_nobody_on_before_they_signed_in() {
    for_each_store(async |house| {
        let bad = ask(&DESK).with("scope", "nothing");
        // Nobody is signed in: the sign-in comes first, and then the client is told.
        let mut browser = Browser::default();
        let (url, page) = browser.walk(house, &bad.url(house), &ALICE, Some("password")).await;
        form(&page, "password");
        let (_, wrong) = browser.fill(house, &url, &page, "password", "wrong").await;
        assert_eq!(wrong.status, 422);
        let (_, reply) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        let end = callback(&reply);
        assert_eq!((error(&end), end.get("state")), ("invalid_scope", Some("s-1")));
        // Somebody who is at home elsewhere is told from there.
        let (_, reply) = Browser::default().walk(house, &bad.url(house), &CARLA, None).await;
        let end = callback(&reply);
        assert_eq!((error(&end), end.get("iss")), ("invalid_scope", Some(issuer(house, "eu").as_str())));
        // Who wants no page is told at once.
        let silent = sent(house, &mut Browser::default(), &bad.clone().with("prompt", "none")).await;
        assert_eq!(error(&callback(&silent)), "invalid_scope");
        // "Use another account" is signing in again.
        let switch = form(&sent(house, &mut Browser::default(), &bad).await, "email");
        assert!(switch.action.starts_with("/oauth2/authorize/sign-in?"));
    })
    .await;
}

#[tokio::test]
async fn other_methods_never_act() {
    for_each_store(async |house| {
        let target = ask(&DESK).url(house).split_off(house.url("us").len());
        for method in ["HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"] {
            let reply = house.send("us", &Request::new(method, &target)).await;
            assert_eq!((reply.status, reply.header("allow")), (405, Some("GET, POST")), "{method}");
            assert_eq!(reply.header("location"), None);
        }
        // OpenID Connect Core section 3.1.2.1: the same by POST.
        let parameters = &ask(&DESK).parameters;
        let reply = house.send("us", &Request::form("/oauth2/authorize", parameters)).await;
        assert_eq!(reply.status, 303);
        let mut browser = Browser::default();
        let (_, page) = browser.follow(house, house.url("us"), reply).await;
        form(&page, "email");
        let kinds = [("application/json", b"{}".to_vec()), ("text/plain", b"client_id=x".to_vec())];
        for (kind, body) in kinds {
            let reply = house.send("us", &Request::new("POST", "/oauth2/authorize").body(kind, body)).await;
            let (_, page) = browser.follow(house, house.url("us"), reply).await;
            assert_eq!(page.status, 400, "{page:?}");
        }
    })
    .await;
}
