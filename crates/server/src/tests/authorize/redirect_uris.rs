//! Redirect URIs: nothing but what is registered, character for character; the loopback of mobile
//! applications on any port; and what can be registered at all (cases A02 to A05; `spec/decisions.md` 30).

use super::*;
use crate::{Config, provision};

pub const REGISTERED: &str = "https://app.example/cb";

/// Nearly [`REGISTERED`], at either door (case A03).
pub const MUTATIONS: &[&str] = &[
    "https://app.example/cb/",
    "https://app.example/CB",
    "https://APP.example/cb",
    "HTTPS://app.example/cb",
    "https://app.example:443/cb",
    "https://app.example/cb?x=1",
    "https://app.example/cb?",
    "https://app.example/cb#f",
    "https://app.example/cb#",
    "https://app.example/cb/../evil",
    "https://app.example/./cb",
    "https://app.example/%2e%2e/cb",
    "https://app.example/cb/%2e%2e/",
    "https://app.example/..;/x",
    "https://app.example/cb/..;/x",
    "https://app.example//cb",
    "https://app.example@evil.example/cb",
    "https://a@b@app.example/cb",
    "https://user@app.example/cb",
    "https://app.example%40evil.example/cb",
    "https://app.example\\@evil.example/cb",
    "https://app.example\\cb",
    "https:\\\\app.example\\cb",
    "https:/app.example/cb",
    "https:app.example/cb",
    "https://app.example.evil.example/cb",
    "https://appXexample/cb",
    "https://app.example./cb",
    "https://аpp.example/cb",
    "https://xn--pp-4lb.example/cb",
    "https://app。example/cb",
    "https://app.example/cb\t",
    "https://app.example/\tcb",
    "https://app.example/cb\n",
    "https://app\n.example/cb",
    "https://app.example/cb\r\nx: y",
    " https://app.example/cb",
    "https://app.example/cb ",
    "https://app.example/%63b",
    "https://app.example/cb%00",
    "https://app.example/cb%2500",
    "https://app.example/c%2562",
    "https://app.example/cb;p",
    "https://app.example/cb;",
    "http://app.example/cb",
    "//app.example/cb",
    "app.example/cb",
    "/cb",
    "cb",
    "https://app.example",
    "https://app.example/",
    "https://app.example/c",
    "https://evil.example/cb",
    "https://evil.example/?https://app.example/cb",
    "https://app.example/cb https://evil.example/",
    "https://app.example/cb,https://evil.example/",
    "javascript:alert(1)//https://app.example/cb",
    "data:text/html,https://app.example/cb",
    "about:blank",
];

const APP: App = app("1000.REDIRECTS0000000000000000000A");
const PHONE: App = app("1000.REDIRECTS0000000000000000000B");

const fn app(id: &'static str) -> App {
    App { id, secret: "canary-made-secret", redirect_uri: REGISTERED }
}

async fn refused(house: &House, app: &App, uri: &str) {
    for ask in [once(app), once(app).portal(PARTNERS)] {
        // PKCE, so that nothing but the URI is wrong.
        let ask = ask.with("redirect_uri", uri).with("code_challenge", &"a".repeat(43));
        let reply = asked(house, &ask).await;
        assert_refused(&ask, &reply, REDIRECT_URI);
        assert!(!reply.body.contains(&format!("href=\"{uri}")), "what was received is no link: {uri}");
    }
}

async fn accepted(house: &House, app: &App, uri: &str) {
    let ask = once(app).with("redirect_uri", uri).with("code_challenge", &"a".repeat(43));
    form(&asked(house, &ask).await, "email");
}

#[tokio::test]
async fn nothing_but_the_registered_uri_will_do() {
    for_each_store(async |house| {
        house.provision(&client_entry(APP.id, "App", &[REGISTERED, "https://second.example/cb"])).await;
        for uri in MUTATIONS {
            refused(house, &APP, uri).await;
        }
        accepted(house, &APP, REGISTERED).await;
        accepted(house, &APP, "https://second.example/cb").await;
        // Another client's URI is nobody else's; and for a client that is not mobile a port counts.
        refused(house, &APP, DESK.redirect_uri).await;
        for uri in ["http://127.0.0.1:9912/callback", "http://127.0.0.1/callback", "http://localhost:9911/callback"] {
            refused(house, &DESK, uri).await;
        }
        // Absent with several registered: the first one is not taken for it.
        let absent = once(&APP).without("redirect_uri");
        assert_refused(&absent, &asked(house, &absent).await, RESPONSE_TYPE);
    })
    .await;
}

#[tokio::test]
async fn a_mobile_application_s_loopback_matches_on_any_port() {
    for_each_store(async |house| {
        let uris = ["http://127.0.0.1/cb", "http://[::1]:7000/cb?a=1", "com.zylker.phone:/cb"];
        house.provision(&client_entry(PHONE.id, "Phone", &uris).replace("\"server\"", "\"mobile\"")).await;
        for uri in [
            "http://127.0.0.1/cb",
            "http://127.0.0.1:1/cb",
            "http://127.0.0.1:5/cb",
            "http://127.0.0.1:65535/cb",
            "http://[::1]/cb?a=1",
            "http://[::1]:5/cb?a=1",
            "com.zylker.phone:/cb",
        ] {
            accepted(house, &PHONE, uri).await;
        }
        for uri in [
            "http://localhost:5/cb",
            "http://localhost/cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1:5@evil.example/cb",
            "http://127.0.0.1:5.evil.example/cb",
            "http://127.0.0.1:/cb",
            "http://127.0.0.1:65536/cb",
            "http://127.0.0.1:-5/cb",
            "http://127.0.0.1:5x/cb",
            "http://127.0.0.1:5\\cb",
            "http://127.0.0.1:5/cb/",
            "http://127.0.0.1:5/CB",
            "http://127.0.0.1:5/cb?a=1",
            "http://127.0.0.1:5/cb#f",
            "http://127.0.0.1:5/",
            "http://127.0.0.1:5//cb",
            "https://127.0.0.1:5/cb",
            "HTTP://127.0.0.1:5/cb",
            "http://127.0.0.2:5/cb",
            "http://127.1:5/cb",
            "http://0x7f.0.0.1:5/cb",
            "http://2130706433:5/cb",
            "http://user@127.0.0.1:5/cb",
            "http://127.0.0.1%3a5/cb",
            "http://[::1]:5/cb",
            "http://[::1]:5/cb?a=1&b",
            "http://[::1].evil.example/cb?a=1",
            "http://[::1]:5@evil.example/cb?a=1",
            "http://[0:0:0:0:0:0:0:1]:5/cb?a=1",
            "http://[::ffff:127.0.0.1]:5/cb",
            "http://::1:5/cb?a=1",
            "com.zylker.phone:/cb/",
            "com.zylker.phone://cb",
            "COM.zylker.phone:/cb",
        ] {
            refused(house, &PHONE, uri).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_person_comes_back_on_the_port_that_was_asked_for() {
    for_each_store(async |house| {
        let uri = "http://127.0.0.1:43210/callback";
        let ask = once(&POCKET).with("redirect_uri", uri).with("code_challenge", &"a".repeat(43));
        let sent = Browser::default().authorize(house, &ask, &ALICE).await;
        assert!(sent.url.starts_with(&format!("{uri}?code=1000.")), "{sent:?}");
    })
    .await;
}

#[test]
fn what_a_browser_would_run_or_read_cannot_be_registered() {
    let config = Config::parse("").unwrap();
    let readable = |kind: &str, uri: &str| {
        let text = format!(
            "[[client]]\ntype = {kind:?}\nname = \"x\"\nsecret = \"canary-made-secret\"\nredirect_uris = [{}]\n\
             data_centers = [\"us\"]\n",
            toml_text(uri)
        );
        provision::read_text(&text, &config)
    };
    for uri in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript://app.example/%0aalert(1)",
        "data:text/html,x",
        "DATA:text/html,x",
        "vbscript:x",
        "blob:https://app.example/1",
        "file:///etc/passwd",
        "FILE:/etc/passwd",
        "about:blank",
        "view-source:https://app.example/",
        "ftp://app.example/",
        "ws://app.example/",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
        "\tjavascript:alert(1)",
        "\u{1}javascript:alert(1)",
        "java\nscript:alert(1)",
        "https://app.example/ cb",
        " https://app.example/cb",
        "https://app.example/cb\n",
        "http://app.example/cb",
        "http://192.168.0.1/cb",
        "http://127.0.0.1.evil.example/cb",
        "http://localhost.evil.example/",
        "https://*.app.example/cb",
        "https://app.example/*",
        "https://app.example/cb#f",
        "https://app.example/cb#",
        "https://user@app.example/cb",
        "https://user:x@app.example/cb",
        "https://@app.example/cb",
        "https:///cb",
        "https:app.example/cb",
        "https:/app.example/cb",
        "https:\\\\app.example\\cb",
        "//app.example/cb",
        "/cb",
        "cb",
        "",
        "https://",
        "https://app.example/ü",
        "https://аpp.example/cb",
        "https://app.example/\u{7f}",
        &format!("https://app.example/{}", "a".repeat(2000)),
    ] {
        for kind in ["server", "browser", "mobile"] {
            let refused = readable(kind, uri).expect_err(&format!("{kind} {uri:?}")).to_string();
            assert!(refused.lines().count() == 1 && !refused.is_empty(), "one line says why: {refused}");
        }
    }
    for uri in ["com.zylker.phone:/cb", "com.zylker.phone://cb"] {
        assert!(readable("mobile", uri).is_ok(), "{uri}");
        assert!(readable("server", uri).is_err(), "a private scheme is a device's: {uri}");
    }
    for uri in [
        "https://app.example/cb",
        "https://app.example/cb?a=1&b=%20",
        "http://127.0.0.1:1/",
        "http://[::1]/cb",
        "http://localhost/cb",
    ] {
        for kind in ["server", "browser", "mobile"] {
            assert!(readable(kind, uri).is_ok(), "{kind} {uri}");
        }
    }
}
