//! Portals: their own people, their own sign-in, their own looks (case I10; accounts-protocol.md section 11;
//! `spec/decisions.md` 28).

use super::*;

fn front(portal: &str) -> String {
    format!("/clientoauth/v2/{portal}")
}

/// The portal as its page shows it.
fn brand(page: &Reply) -> String {
    let html = page.body.split_once("class=\"brand-name\">").unwrap().1;
    decoded(html.split_once('<').unwrap().0)
}

/// Tries to sign in there: whether it worked.
async fn can_sign_in(house: &House, location: &str, front: &str, person: &Person) -> bool {
    let mut browser = Browser::default();
    let url = format!("{}{front}/sign-in", house.url(location));
    let (url, page) = browser.open(house, &url).await;
    let (url, page) = browser.fill(house, &url, &page, "email", person.email).await;
    form(&page, "password");
    let reply = answer(&mut browser, &url, &page, "password", PASSWORD).await;
    assert!(matches!(reply.status, 303 | 422), "{reply:?}");
    reply.status == 303
}

#[tokio::test]
async fn people_sign_in_where_they_belong_and_nowhere_else() {
    for_each_store(async |house| {
        let (partners, shop, berlin) = (front(PARTNERS), front(SHOP), front(BERLIN));
        for (location, path, person) in
            [("us", "", &ALICE), ("us", &partners, &PAT), ("us", &shop, &SAM), ("eu", &berlin, &BEA)]
        {
            assert!(can_sign_in(house, location, path, person).await, "{} at {path}", person.email);
        }
        for (location, path, people) in [
            ("us", "", [&PAT, &SAM, &BEA]),
            ("us", partners.as_str(), [&ALICE, &SAM, &BEA]),
            ("us", &shop, [&ALICE, &PAT, &BEA]),
            ("eu", &berlin, [&CARLA, &PAT, &ALICE]),
        ] {
            for person in people {
                assert!(!can_sign_in(house, location, path, person).await, "{} at {path}", person.email);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_is_one_realm_s() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        for portal in [PARTNERS, SHOP] {
            assert!(!signed_in(house, &mut browser, "us", &front(portal)).await);
            form(&browser.get(&once(&DESK).portal(portal).url(house)).await, "email");
        }
        // Three people in one browser, each at their own door.
        for (ask, person) in
            [(once(&DESK).portal(PARTNERS), PAT), (once(&DESK).portal(SHOP), SAM), (once(&DESK), ALICE)]
        {
            browser.authorize(house, &ask, &person).await;
        }
        for (path, person) in [(front(PARTNERS), PAT), (front(SHOP), SAM), ("/".to_owned(), ALICE)] {
            let page = browser.get(&format!("{}{path}", house.url("us"))).await;
            assert!(page.body.contains(person.email), "{path}: {page:?}");
        }
        // A cookie under another realm's name is no session there.
        let own = browser.cookies["grantor_us_session_60001"].clone();
        for name in ["grantor_us_session", "grantor_us_session_60002", "grantor_us_session_"] {
            let mut forged = Browser::default();
            forged.cookies.insert(name.to_owned(), own.clone());
            assert!(!signed_in(house, &mut forged, "us", "/").await);
            assert!(!signed_in(house, &mut forged, "us", &front(SHOP)).await);
            assert!(!signed_in(house, &mut forged, "us", &front(PARTNERS)).await);
        }
        // A form of one realm is none of another's.
        let (url, page) =
            walk_to(house, &mut Browser::default(), &once(&DESK).portal(PARTNERS), &PAT, "password").await;
        let found = form(&page, "password");
        let elsewhere = action(&url, &found).replace("/clientoauth/v2/60001/", "/clientoauth/v2/60002/");
        let reply = browser.post(&elsewhere, &found.filled("password", PASSWORD)).await;
        assert_eq!(reply.status, 403);
    })
    .await;
}

#[tokio::test]
async fn a_portal_wears_its_own_looks() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK).portal(PARTNERS).with("scope", BIGIN);
        let mut pages = vec![browser.get(&format!("{}{}", house.url("us"), front(PARTNERS))).await];
        for field in ["email", "password", "decision"] {
            pages.push(walk_to(house, &mut browser, &ask, &PAT, field).await.1);
        }
        pages.push(browser.get(&ask.clone().with("scope", "x").url(house)).await);
        for page in &pages {
            assert_eq!(brand(page), "Zylker Partners");
            assert!(page.body.contains("href=\"/clientoauth/v2/60001/style.css\""));
            let text = text_of(&page.body);
            assert!(!text.contains("Data center") && !text.contains("Grantor"), "{text}");
        }
        assert_eq!(heading(&pages[3]), "Zylker Desk wants to access Zylker", "its organization, without a choice");
        let style = house.send("us", &Request::get("/clientoauth/v2/60001/style.css")).await;
        assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
        assert!(style.body.contains("#0a7d5a"), "{style:?}");
        for path in [
            "/clientoauth/v2/60002/style.css",
            "/clientoauth/v2/60001/logo",
            "/clientoauth/v2/1/logo",
            "/clientoauth/v2/%00/logo",
        ] {
            let reply = house.send("us", &Request::get(path)).await;
            assert_eq!(reply.status, 404, "{path} {reply:?}");
        }
        assert_eq!(brand(&asked(house, &once(&DESK)).await), "Grantor");
        assert_eq!(brand(&asked(house, &once(&DESK).portal(SHOP)).await), "Zylker Shop");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_portal_is_not_found() {
    for_each_store(async |house| {
        let good = target(&once(&DESK));
        let query = good.split_once('?').unwrap().1;
        for id in [
            "60009",
            "060001",
            "60001 ",
            "6000",
            "600011",
            "60001.0",
            "+60001",
            "-1",
            "0",
            "٦٠٠٠١",
            "zylker",
            "ZYLKER",
            "60001,60002",
            "..",
            "%2e%2e",
            ".",
            "%2e",
            "%2f",
            "60001%2f",
            "60001%2fauth",
            "..%2f60001",
            "%00",
            "60001%00",
            "60001%0a",
            "60001%20",
            "%ff",
            "%c3%28",
            "'%20OR%20'1'='1",
            "%25",
            "%",
            "60001%3f",
            "60001%23",
            "60001;x",
            "*",
            "NULL",
            "99999999999999999999999999",
        ] {
            let id = id.replace(' ', "%20");
            for location in ["us", "eu", "cn"] {
                for path in ["", "/auth", "/sign-in", "/sign-out"] {
                    let reply =
                        house.send(location, &Request::get(&format!("/clientoauth/v2/{id}{path}?{query}"))).await;
                    assert_eq!(reply.status, 404, "{location} {id}{path} {reply:?}");
                    assert_page(&reply);
                }
            }
            for path in ["/auth/sign-in", "/auth/organization", "/auth/consent", "/sign-in", "/sign-out"] {
                let reply =
                    house.post("us", &format!("/clientoauth/v2/{id}{path}?{query}"), &[("decision", "accept")]).await;
                assert_eq!(reply.status, 404, "{id}{path} {reply:?}");
            }
        }
        for path in [
            "/clientoauth/v2//auth",
            "/clientoauth/v2/auth",
            "/clientoauth/v2/",
            "/clientoauth/v2",
            "/clientoauth//60001/auth",
        ] {
            let reply = house.send("us", &Request::get(&format!("{path}?{query}"))).await;
            assert_eq!(reply.status, 404, "{path} {reply:?}");
            assert_page(&reply);
        }
        let reply = house.send("us", &Request::get(&format!("/clientoauth/v2/60009/auth?{query}"))).await;
        assert_eq!(heading(&reply), "ERROR_invalid_portal");
    })
    .await;
}

#[tokio::test]
async fn a_portal_elsewhere_is_handed_over_and_ends_there() {
    for_each_store(async |house| {
        for (ask, person, home) in
            [(once(&DESK).portal(BERLIN), BEA, "eu"), (once(&DESK).portal(PARTNERS).at("eu"), PAT, "us")]
        {
            let mut browser = Browser::default();
            let ask = ask.with("state", "a&b=c d").with("scope", BIGIN);
            let reply = browser.get(&ask.url(house)).await;
            assert_eq!(reply.status, 303);
            let (there, query) = reply.header("location").unwrap().split_once('?').unwrap();
            assert_eq!(there, format!("{}{}", house.url(home), ask.path()));
            let sent = query.strip_suffix("&_grantor_hop=1").unwrap();
            assert_eq!(sent, encoded(&ask.parameters), "the query as it was");
            let end = browser.authorize(house, &ask, &person).await;
            assert_eq!((end.get("location"), end.get("accounts-server")), (Some(home), Some(house.url(home))));
            assert_eq!(end.get("state"), Some("a&b=c d"));
            let token =
                house.post(home, &portal_token(ask.portal.as_ref().unwrap()), &redemption(&DESK, &end.code())).await;
            assert!(house.alive(home, &Tokens::of(&token).access).await);
            // Its front page, too.
            let url = format!("{}{}", house.url(&ask.location), front(ask.portal.as_ref().unwrap()));
            let (end, page) = browser.open(house, &url).await;
            assert!(end.starts_with(house.url(home)) && page.body.contains(person.email), "{end}");
        }
        // A data center that is no entry hands nobody over, and nobody is handed over to it.
        for portal in [PARTNERS, BERLIN] {
            let reply = asked(house, &once(&DESK).portal(portal).at("cn")).await;
            assert_eq!((reply.status, reply.header("location")), (404, None));
        }
        house.provision("[[portal]]\nid = \"60009\"\nname = \"Zylker Shanghai\"\norganization = \"30001\"\n").await;
        assert_eq!(asked(house, &once(&DESK).portal("60009").at("cn")).await.status, 200);
        for location in ["us", "eu"] {
            let reply = asked(house, &once(&DESK).portal("60009").at(location)).await;
            assert_eq!((reply.status, reply.header("location")), (404, None));
        }
    })
    .await;
}

#[tokio::test]
async fn a_portal_s_code_is_good_at_its_portal_only() {
    const INVALID_CODE: (u16, &str) = (200, r#"{"error":"invalid_code"}"#);
    for_each_store(async |house| {
        let (partners, shop) = (portal_token(PARTNERS), portal_token(SHOP));
        for (ask, person, own, others) in [
            (once(&DESK).portal(PARTNERS), PAT, partners.as_str(), [TOKEN, shop.as_str()]),
            (once(&DESK).portal(SHOP), SAM, &shop, [TOKEN, &partners]),
            (once(&DESK), ALICE, TOKEN, [partners.as_str(), &shop]),
        ] {
            let code = house.code(&ask, &person).await;
            for path in others {
                assert_eq!(house.post("us", path, &redemption(&DESK, &code)).await.brief(), INVALID_CODE, "{path}");
            }
            // None of them spent it.
            let tokens = Tokens::of(&house.post("us", own, &redemption(&DESK, &code)).await);
            assert_eq!(house.user_info("us", &tokens.access).await.text("Email"), person.email);
        }
    })
    .await;
}

#[tokio::test]
async fn grants_of_a_portal_are_its_people_s() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK).portal(PARTNERS).with("scope", BIGIN);
        let sent = browser.authorize(house, &ask, &PAT).await;
        assert_eq!(sent.get("accounts-server"), Some(house.url("us")));
        assert!(callback(&browser.get(&ask.url(house)).await).get("code").is_some(), "granted once, not asked again");
        // The same organization, by another door or another person of it: asked.
        let accounts = once(&DESK).with("scope", BIGIN);
        let (_, page) = walk_to(house, &mut browser, &accounts, &ALICE, "decision").await;
        assert!(page.body.contains(ALICE.email));
        let (_, page) =
            walk_to(house, &mut browser, &once(&DESK).portal(SHOP).with("scope", BIGIN), &SAM, "decision").await;
        assert!(page.body.contains(SAM.email));
        // One address, two realms: two people.
        house
            .provision(
                "[[user]]\nemail = \"pat@partner.example\"\nzuid = 700099\n{password}\nfirst_name = \"Other\"\n\
                 data_center = \"us\"\norganizations = [\"10001\"]\n",
            )
            .await;
        let mut both = Browser::default();
        let twin = Person { zuid: 700_099, ..PAT };
        let (_, page) = walk_to(house, &mut both, &accounts, &twin, "decision").await;
        assert!(text_of(&page.body).contains("Other"), "and her own consent");
        // A portal that is gone is not found, and nothing of it opens anything.
        let token = house.tokens(&ask.clone().with("prompt", "consent"), &DESK, &PAT).await;
        house.prune_to(FIXTURE.split("[[portal]]").next().unwrap()).await;
        assert_eq!(browser.get(&ask.url(house)).await.status, 404);
        assert!(!house.alive("us", &token.access).await);
    })
    .await;
}
