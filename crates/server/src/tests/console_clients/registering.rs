//! Each type registered by its page and used at the wire; each documented message at its field (case A05 through the
//! console); one self client; names that are markup (H05).

use super::kit::*;
use crate::tests::harness::*;

/// Names and values of a form.
type Fields<'a> = Vec<(&'a str, &'a str)>;

#[tokio::test]
async fn a_newcomer_reads_what_to_do() {
    for_one_store(async |house| {
        let mut dora = developer(house, &DORA).await;
        let page = dora.page("/console").await;
        assert!(page.contains("Register your first application") && page.contains("href=\"/console/new\""));
        let page = dora.page("/console/new").await;
        for kind in ["server", "browser", "mobile", "device", "self"] {
            assert!(page.contains(&format!("href=\"/console/new?type={kind}\"")), "{kind}");
            let form = dora.page(&format!("/console/new?type={kind}")).await;
            assert!(form.contains(&format!("name=\"type\" value=\"{kind}\"")), "{kind}");
            for (field, kinds) in [
                ("homepage_url", &["server", "browser", "mobile", "device"][..]),
                ("redirect_uris", &["server", "browser", "mobile"]),
                ("javascript_domains", &["browser"]),
                ("data_center", &["server", "browser", "mobile", "device"]),
                ("same_secret", &["server", "mobile", "device"]),
            ] {
                assert_eq!(form.contains(&format!("name=\"{field}\"")), kinds.contains(&kind), "{field} of {kind}");
            }
        }
        assert_eq!(dora.get("/console/new?type=other").await.status, 200);
        // Whoever is not signed in does that first and comes back.
        let reply = house.send("us", &Request::get("/console/new?type=server")).await;
        assert_eq!(reply.header("location"), Some("/sign-in?continue=%2Fconsole%2Fnew%3Ftype%3Dserver"));
    })
    .await;
}

#[tokio::test]
async fn a_server_based_application_works_at_once_at_each_data_center() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.server("Made & Sold_1").await;
        assert!(made.id.starts_with("1000.") && made.id.len() == 35 && made.secrets.len() == 1, "{made:?}");
        let app = made.app(CALLBACK);
        assert!(house.alive("us", &house.tokens(&Ask::of(&app), &app, &ALICE).await.access).await);
        assert!(house.alive("eu", &house.tokens(&Ask::of(&app).at("eu"), &app, &CARLA).await.access).await);
        let row = &house.audit("us").await.into_iter().find(|row| row.event == "client_registered").unwrap();
        assert_eq!((row.client_id.as_deref(), row.user.map(|u| u.0)), (Some(made.id.as_str()), Some(ALICE.zuid)));
        // The secret is shown this once.
        for path in [made.path(""), made.path("/secrets"), "/console".to_owned()] {
            assert!(!alice.page(&path).await.contains(&made.secrets[0]), "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn without_the_option_each_data_center_has_a_secret_of_its_own() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice.register(&[&SERVER[..], &[("name", "Split"), ("data_center", "eu")]].concat()).await;
        let [us, eu] = &made.secrets[..] else { panic!("{made:?}") };
        let (at_us, at_eu) = (made.app_with(us, CALLBACK), made.app_with(eu, CALLBACK));
        assert!(house.alive("us", &house.tokens(&Ask::of(&at_us), &at_us, &ALICE).await.access).await);
        assert!(house.alive("eu", &house.tokens(&Ask::of(&at_eu).at("eu"), &at_eu, &CARLA).await.access).await);
        let code = house.code(&Ask::of(&at_us), &ALICE).await;
        let wrong = house.exchange("us", &at_eu, &code).await;
        assert_eq!(wrong.text("error"), "invalid_client_secret");
    })
    .await;
}

#[tokio::test]
async fn a_javascript_application_has_no_secret_and_either_flow() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice
            .register(&[
                ("type", "browser"),
                ("name", "Board"),
                ("homepage_url", "https://board.example"),
                ("redirect_uris", CALLBACK),
                ("javascript_domains", "http://127.0.0.1:9901, https://board.example"),
                ("implicit", "yes"),
                ("data_center", "us"),
            ])
            .await;
        assert!(made.secrets.is_empty() && made.page.contains("has no secret"), "{made:?}");
        let app = made.app(CALLBACK);
        let ask = Ask::of(&app).with("response_type", "token").without("access_type").without("prompt");
        let (_, reply) = Browser::default().walk(house, &ask.url(house), &ALICE, None).await;
        let location = reply.header("location").unwrap_or_else(|| panic!("{reply:?}"));
        let (_, fragment) = location.split_once("#&").unwrap_or_else(|| panic!("{location}"));
        let token = Callback::of(&format!("?{fragment}")).get("access_token").unwrap().to_owned();
        assert!(house.alive("us", &token).await);
        // A code with PKCE, at the standard dialect's door.
        let mut ask = Ask::of(&app).with("code_challenge", CHALLENGE).with("code_challenge_method", "S256");
        ask.standard = true;
        let code = Browser::default().authorize(house, &ask, &ALICE).await.code();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", app.id),
            ("redirect_uri", CALLBACK),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ];
        assert!(!Tokens::of(&house.post("us", "/oauth2/token", &fields).await).access.is_empty());
        assert!(alice.page(&made.path("/secrets")).await.contains("A JavaScript application has no secret"));
    })
    .await;
}

#[tokio::test]
async fn a_mobile_application_needs_pkce_and_no_secret() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice
            .register(&[
                ("type", "mobile"),
                ("name", "Pocket 2"),
                ("homepage_url", "https://pocket.example"),
                ("redirect_uris", "com.example.pocket:/callback"),
                ("data_center", "us"),
            ])
            .await;
        let app = made.app("com.example.pocket:/callback");
        let ask = Ask::of(&app).with("code_challenge", CHALLENGE).with("code_challenge_method", "S256");
        let code = house.code(&ask, &ALICE).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", app.id),
            ("redirect_uri", app.redirect_uri),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ];
        assert!(house.alive("us", &Tokens::of(&house.post("us", TOKEN, &fields).await).access).await);
    })
    .await;
}

#[tokio::test]
async fn a_device_gets_its_tokens() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let made = alice
            .register(&[
                ("type", "device"),
                ("name", "Wall Screen"),
                ("homepage_url", "https://screen.example"),
                ("data_center", "us"),
            ])
            .await;
        assert!(made.id.starts_with("1004."), "{}", made.id);
        let app = made.app("");
        let asked = [
            ("grant_type", "device_request"),
            ("client_id", app.id),
            ("scope", "AaaServer.profile.READ"),
            ("access_type", "offline"),
        ];
        let asked = house.post("us", "/oauth/v3/device/code", &asked).await;
        let mut browser = Browser::default();
        let (url, page) = browser.open(house, &asked.text("verification_uri_complete")).await;
        let (url, _) = browser.fill(house, &url, &page, "code", &asked.text("user_code")).await;
        browser.walk(house, &url, &ALICE, None).await;
        let polled = [
            ("grant_type", "device_token"),
            ("client_id", app.id),
            ("client_secret", app.secret),
            ("code", &asked.text("device_code")),
        ];
        let tokens = Tokens::of(&house.post("us", "/oauth/v3/device/token", &polled).await);
        assert!(house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test]
async fn a_self_client_is_its_owners_alone_and_the_only_one() {
    for_each_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        // What the form does not ask of this type does nothing.
        let fields = [("type", "self"), ("name", "My Script"), ("data_center", "eu"), ("same_secret", "yes")];
        let made = alice.register(&fields).await;
        let app = made.app("");
        let wanted = [
            ("grant_type", "client_credentials"),
            ("client_id", app.id),
            ("client_secret", app.secret),
            ("scope", "ZohoBigin.modules.ALL"),
        ];
        let reply = house.post("us", TOKEN, &wanted).await;
        assert!(!Tokens::of(&reply).access.is_empty());
        let elsewhere = house.post("eu", TOKEN, &wanted).await;
        assert_eq!(elsewhere.text("error"), "invalid_client");
        let second = alice.post("/console/new", &[("type", "self"), ("name", "Another")]).await;
        assert!(second.status == 422 && second.body.contains("You have a self client already"), "{second:?}");
        assert!(alice.page("/console/new").await.contains(&format!("href=\"/console/{}\"", made.id)));
        // Bob has none yet.
        developer(house, &BOB).await.register(&[("type", "self"), ("name", "Bobs Script")]).await;
    })
    .await;
}

#[tokio::test]
async fn each_documented_message_stands_at_its_field() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let (server, long) = (with(&SERVER, "name", "Fine"), "x".repeat(201));
        let browser = [
            ("type", "browser"),
            ("name", "Fine"),
            ("homepage_url", "https://fine.example"),
            ("redirect_uris", CALLBACK),
            ("javascript_domains", "http://127.0.0.1:9901"),
            ("data_center", "us"),
        ];
        let cases: [(Fields<'_>, &str, &str); 13] = [
            (with(&server, "name", ""), "name", "Enter a valid client name: a name has 1 to 200 characters"),
            (with(&server, "name", "<b>"), "name", "Enter a valid client name: a name has letters, digits"),
            (with(&server, "name", "a.b"), "name", "Enter a valid client name: "),
            (with(&server, "homepage_url", ""), "homepage_url", "Enter a valid homepage URL: homepage_url is missing"),
            (with(&server, "homepage_url", "javascript:alert(1)"), "homepage_url", "Enter a valid homepage URL: "),
            (with(&server, "redirect_uris", ""), "redirect_uris", "Enter a valid redirect URI: a server client needs"),
            (with(&browser, "javascript_domains", ""), "javascript_domains", "Enter a valid JavaScript Domain URI: "),
            (
                with(&browser, "javascript_domains", "fine.example"),
                "javascript_domains",
                "Enter a valid JavaScript Domain URI: ",
            ),
            (with(&server, "data_center", "nowhere"), "data_center", "Choose at least one data center: "),
            (with(&server, "description", &long), "description", "Enter a shorter description: "),
            (vec![("type", "self"), ("name", "")], "name", "Enter a valid client name: "),
            (vec![("type", "device"), ("name", "A")], "homepage_url", "Enter a valid homepage URL: "),
            (vec![("type", "mobile"), ("name", "A")], "redirect_uris", "Enter a valid redirect URI: "),
        ];
        for (fields, field, text) in cases {
            let reply = alice.post("/console/new", &fields).await;
            let told = fault(&reply.body, field).unwrap_or_else(|| panic!("nothing at {field}: {reply:?}"));
            assert!(reply.status == 422 && told.starts_with(text), "{told}");
            assert!(reply.body.contains(&format!("{field}-hint {field}-error\"")), "tied to its field: {field}");
        }
        // Everything at once, and what was typed is still there.
        let reply = alice.post("/console/new", &[("type", "server"), ("description", "Half <done>")]).await;
        for field in ["name", "homepage_url", "redirect_uris", "data_center"] {
            assert!(fault(&reply.body, field).is_some(), "{field}");
        }
        assert_eq!(value(&reply.body, "description").as_deref(), Some("Half <done>"));
        assert!(alice.page("/console").await.contains("Zylker Desk") && !alice.page("/console").await.contains("Fine"));
    })
    .await;
}

#[tokio::test]
async fn a05_dangerous_redirect_uris_are_refused() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        for (uri, why) in [
            ("javascript:alert(1)", "scheme"),
            ("JaVaScRiPt:alert(1)", "scheme"),
            ("data:text/html,x", "scheme"),
            ("vbscript:x", "scheme"),
            ("blob:https://a.example/x", "scheme"),
            ("file:///etc/passwd", "scheme"),
            ("java\tscript:alert(1)", "white space"),
            ("https://a.example/a b", "white space"),
            ("http://a.example/callback", "loopback"),
            ("https://*.a.example/callback", "wildcard"),
            ("https://a.example/callback#part", "fragment"),
            ("https://user@a.example/callback", "user name"),
            ("https://user:password@a.example/", "user name"),
            ("https://a.example\\@b.example/", "backslash"),
            ("com.example.app:/callback", "scheme"),
            ("/callback", "absolute"),
            ("https://a.example/ok\nhttps://*/", "wildcard"),
        ] {
            let reply = alice.post("/console/new", &with(&with(&SERVER, "name", "Bad"), "redirect_uris", uri)).await;
            let told = fault(&reply.body, "redirect_uris").unwrap_or_else(|| panic!("{uri}: {reply:?}"));
            assert!(reply.status == 422 && told.starts_with("Enter a valid redirect URI: "), "{uri}: {told}");
            assert!(told.contains(why), "{uri}: {told}");
        }
        let many = "https://a.example/callback\n".repeat(101);
        let reply = alice.post("/console/new", &with(&with(&SERVER, "name", "Many"), "redirect_uris", &many)).await;
        assert!(fault(&reply.body, "redirect_uris").unwrap().contains("at most 100 entries"), "{reply:?}");
        assert!(!alice.page("/console?q=Bad").await.contains("/console/1000."));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_registered_without_our_form() {
    for_one_store(async |house| {
        let mut alice = developer(house, &ALICE).await;
        let fields = with(&SERVER, "name", "Forged");
        let bobs = developer(house, &BOB).await.csrf().await;
        for token in ["", "forged", &bobs] {
            let mut all = fields.clone();
            all.push(("csrf", token));
            let reply = alice.send("/console/new", Request::form("", &all)).await;
            assert_eq!(reply.status, 403, "{reply:?}");
        }
        let csrf = alice.csrf().await;
        let mut all = fields.clone();
        all.push(("csrf", &csrf));
        for (name, from) in [("origin", "https://evil.example"), ("sec-fetch-site", "cross-site")] {
            let reply = alice.send("/console/new", Request::form("", &all).header(name, from)).await;
            assert_eq!(reply.status, 403, "{reply:?}");
        }
        // A query is not a form, and other methods do nothing.
        alice.send(&format!("/console/new?{}", encoded(&all)), Request::get("")).await;
        for method in ["PUT", "DELETE", "PATCH"] {
            let request = Request { method: method.to_owned(), ..Request::form("", &all) };
            assert_eq!(alice.send("/console/new", request).await.status, 405);
        }
        assert!(!alice.page("/console").await.contains("Forged"));
    })
    .await;
}
