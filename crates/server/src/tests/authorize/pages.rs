//! What every page carries, whoever looks: headers, no code and nothing of others, cookies, and names that do
//! not follow the Host header (cases A09, A13, A15, A16, H04, H06, H12; `spec/decisions.md` 15 and 18).

use super::{
    other_pages::{self, Cast},
    *,
};

/// No inline code or style, and nothing from another place.
fn assert_self_contained(reply: &Reply) {
    for tag in reply.body.split('<').filter_map(|t| t.split_once('>')).map(|(tag, _)| tag) {
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        for attribute_name in ["src", "href", "action"] {
            let Some(value) = attribute(tag, attribute_name) else { continue };
            let own = value.starts_with('/') && !value.starts_with("//")
                || name == "form" && value == DESK.redirect_uri && tag.contains("data-auto-submit");
            assert!(own || (name == "a" && value.starts_with("https://")), "<{tag}>");
        }
        assert!(name != "script" || tag.contains(" src=\"/"), "inline code: <{tag}>");
        assert!(name != "style" && !tag.contains(" style="), "inline style: <{tag}>");
        assert!(!["onclick", "onload", "onerror", "onsubmit"].iter().any(|on| tag.contains(on)), "<{tag}>");
        assert!(!matches!(name, "iframe" | "object" | "embed" | "base" | "meta" if tag.contains("refresh")), "<{tag}>");
    }
}

#[tokio::test]
async fn every_page_is_framed_by_nobody_and_loads_from_nobody() {
    for_each_store(async |house| {
        let mut pages = Vec::new();
        let base = house.url("us");
        for (ask, person) in [(once(&DESK).with("scope", BIGIN), BOB), (once(&DESK).portal(PARTNERS), PAT)] {
            let mut browser = Browser::default();
            let front = if ask.portal.is_some() { "/clientoauth/v2/60001" } else { "" };
            for path in ["/", "/sign-in", "/sign-out"] {
                let path = if path == "/" && !front.is_empty() { "" } else { path };
                pages.push(browser.get(&format!("{base}{front}{path}")).await);
            }
            for field in ["email", "password", "organization", "decision"] {
                if ask.portal.is_some() && field == "organization" {
                    continue;
                }
                let (url, page) = walk_to(house, &mut browser, &ask, &person, field).await;
                let wrong = answer(&mut browser, &url, &page, field, "").await;
                assert!(matches!(wrong.status, 200 | 422), "{wrong:?}");
                pages.extend([page.clone(), wrong]);
                // A form that is not ours.
                let form = form(&page, field);
                let foreign = browser.post(&action(&url, &form), &[(field.to_owned(), "x".to_owned())]).await;
                assert_eq!(foreign.status, 403);
                pages.push(foreign);
            }
            pages.push(browser.get(&format!("{base}{front}/sign-out")).await);
            let (url, front_page) =
                browser.open(house, &format!("{base}{front}{}", if front.is_empty() { "/" } else { "" })).await;
            assert!(front_page.body.contains(person.email), "{url} {front_page:?}");
            pages.push(front_page);
            for bad in
                [ask.clone().without("scope"), ask.clone().with("client_id", "x"), ask.clone().with("scope", "x")]
            {
                pages.push(browser.get(&bad.url(house)).await);
            }
            pages.push(browser.send(&ask.url(house), Request::new("POST", "")).await);
        }
        let mut nobody = Browser::default();
        let (_, none) = nobody.walk(house, &once(&DESK).with("scope", BIGIN).url(house), &DORA, None).await;
        assert_eq!(none.status, 400);
        pages.push(none);
        pages.push(nobody.get(&format!("{base}/no/such/page")).await);
        pages.push(nobody.get(&format!("{base}/clientoauth/v2/1/auth")).await);
        assert!(pages.len() > 30);
        for page in &pages {
            assert_page(page);
            assert_self_contained(page);
        }
        // What they load is there, and not sniffed.
        let tags: Vec<String> =
            pages.iter().flat_map(|p| p.body.split('<').map(str::to_owned).collect::<Vec<_>>()).collect();
        let mut files: Vec<String> = tags
            .iter()
            .filter(|t| ["link ", "script ", "img "].iter().any(|name| t.starts_with(name)))
            .filter_map(|t| attribute(t, "href").or_else(|| attribute(t, "src")))
            .collect();
        files.sort();
        files.dedup();
        assert!(files.len() >= 3, "{files:?}");
        for file in files {
            let reply = house.send("us", &Request::get(&file)).await;
            assert_eq!((reply.status, reply.header("x-content-type-options")), (200, Some("nosniff")), "{file}");
        }
    })
    .await;
}

#[tokio::test]
async fn h04_h06_nor_is_any_other_page() {
    for_each_store(async |house| {
        let scopes = ["ZohoBigin.modules.contacts.READ", "AaaServer.profile.READ"];
        let cast = Cast { person: ALICE, app: DESK, device: SCREEN, scopes, state: "s" };
        let seen = other_pages::all(house, &cast).await;
        assert!(seen.len() >= 17, "{}", seen.len());
        for shown in &seen {
            println!("{}: {}", shown.what, shown.page.status);
            assert_page(&shown.page);
            assert_self_contained(&shown.page);
        }
        // At a portal's door, signed in.
        let mut visitor = Browser::default();
        visitor.authorize(house, &once(&DESK).portal(PARTNERS), &PAT).await;
        for path in ["", "/sign-out", "/sign-in", "/connected"] {
            let (_, page) = visitor.open(house, &format!("{}/clientoauth/v2/60001{path}", house.url("us"))).await;
            assert_page(&page);
            assert_self_contained(&page);
        }
    })
    .await;
}

#[tokio::test]
async fn forms_are_answered_with_303_and_nothing_is_kept_on_the_way() {
    for_each_store(async |house| {
        for (ask, person) in
            [(once(&DESK).with("scope", BIGIN), BOB), (once(&DESK), CARLA), (once(&DESK).portal(PARTNERS), PAT)]
        {
            let mut browser = Browser::default();
            let (mut url, mut posts, mut redirects) = (ask.url(house), 0, 0);
            let mut reply = browser.get(&url).await;
            let end = loop {
                assert!(posts + redirects < 20, "{url}");
                if let Some(location) = reply.header("location") {
                    redirects += 1;
                    assert!(matches!(reply.status, 302 | 303), "{reply:?}");
                    assert_eq!(reply.header("cache-control"), Some("no-store"));
                    assert_eq!(reply.header("referrer-policy"), Some("no-referrer"));
                    assert_eq!(reply.body, "");
                    if location.starts_with(DESK.redirect_uri) {
                        break reply;
                    }
                    url = next(&url, &reply);
                    reply = browser.get(&url).await;
                    continue;
                }
                let found = Form::find(&reply.body).unwrap_or_else(|| panic!("{reply:?}"));
                let given = [
                    ("email", person.email),
                    ("password", PASSWORD),
                    ("organization", "10001"),
                    ("decision", "accept"),
                ];
                let (name, value) = given.into_iter().find(|(n, _)| found.asks.iter().any(|a| a == n)).unwrap();
                url = action(&url, &found);
                reply = browser.post(&url, &found.filled(name, value)).await;
                posts += 1;
                assert_eq!(reply.status, 303, "the answer to {name}: {reply:?}");
            };
            assert!(end.headers_named("set-cookie").next().is_none(), "{end:?}");
            assert!(posts >= 3 && redirects >= 3, "{posts} {redirects}");
        }
    })
    .await;
}

#[tokio::test]
async fn our_names_do_not_follow_the_host_header() {
    for_each_store(async |house| {
        let poison = [
            ("host", "evil.example"),
            ("x-forwarded-host", "evil.example"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-server", "evil.example"),
            ("x-host", "evil.example"),
            ("x-original-url", "//evil.example/"),
            ("x-rewrite-url", "//evil.example/"),
            ("forwarded", "for=1.2.3.4;host=evil.example;proto=https"),
        ];
        for (ask, person) in [(once(&DESK), ALICE), (once(&DESK), CARLA), (once(&DESK).portal(BERLIN), BEA)] {
            let headers = poison.map(|(n, v)| (n.to_owned(), v.to_owned())).to_vec();
            let mut browser = Browser { headers, ..Browser::default() };
            let sent = browser.authorize(house, &ask, &person).await;
            assert_eq!(sent.get("accounts-server"), Some(house.url(person.location)), "{sent:?}");
            assert_eq!(sent.get("location"), Some(person.location));
            for path in ["/", "/sign-out", "/oauth/v2/auth", "/nothing"] {
                let page = browser.get(&format!("{}{path}", house.url("us"))).await;
                assert!(!page.body.contains("evil.example"), "{page:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn another_site_s_scripts_read_nothing_of_it() {
    for_each_store(async |house| {
        for origin in ["https://evil.example", "null", "https://desk.zylker.example", house.url("us")] {
            for path in ["/", "/sign-in", "/oauth/v2/auth", "/oauth/v2/auth/consent", "/clientoauth/v2/60001/auth"] {
                for method in ["GET", "OPTIONS"] {
                    let request = Request::new(method, path)
                        .header("origin", origin)
                        .header("access-control-request-method", "POST")
                        .header("access-control-request-headers", "authorization");
                    let reply = house.send("us", &request).await;
                    let cors = reply.headers.iter().find(|(name, _)| name.starts_with("access-control-"));
                    assert_eq!(cors, None, "{method} {path} from {origin}");
                    assert!(reply.status < 500);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn cookies_are_for_the_server_alone() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (mut url, mut page) = (once(&DESK).url(house), asked(house, &once(&DESK)).await);
        let mut set: Vec<String> = page.headers_named("set-cookie").map(str::to_owned).collect();
        assert_eq!(set.len(), 1, "a stable browser id and nothing else: {set:?}");
        (url, page) = browser.open(house, &url).await;
        for (field, value) in [("email", ALICE.email), ("password", PASSWORD)] {
            let reply = answer(&mut browser, &url, &page, field, value).await;
            set.extend(reply.headers_named("set-cookie").map(str::to_owned));
            (url, page) = browser.follow(house, &url, reply).await;
        }
        set.extend(
            answer(&mut browser, &url, &page, "decision", "accept")
                .await
                .headers_named("set-cookie")
                .map(str::to_owned),
        );
        assert!(set.iter().any(|c| c.starts_with("grantor_us_session=1000.")), "{set:?}");
        for cookie in &set {
            assert!(cookie.starts_with("grantor_us_"), "{cookie}");
            let attributes: Vec<&str> = cookie.split("; ").skip(1).collect();
            for wanted in ["Path=/", "HttpOnly", "SameSite=Lax"] {
                assert!(attributes.contains(&wanted), "{cookie}");
            }
            assert!(!cookie.contains("Domain"), "{cookie}");
        }
        // Neither cookie tells who it is.
        assert!(set.iter().all(|c| !c.contains("alice") && !c.contains("700001")), "{set:?}");
    })
    .await;
}

#[tokio::test]
async fn signing_out_asks_first_and_ends_one_realm_s_session() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        browser.authorize(house, &once(&DESK).portal(PARTNERS), &PAT).await;
        let before = browser.clone();
        let url = format!("{}/sign-out", house.url("us"));
        // A stranger's link, with whatever it names as the way back, only gets the question.
        for query in
            ["", "?post_logout_redirect_uri=https://evil.example/", "?id_token_hint=x&state=y", "?csrf=x&seal=y"]
        {
            let reply = browser.get(&format!("{url}{query}")).await;
            assert_eq!((reply.status, heading(&reply).as_str()), (200, "Sign out?"));
            assert!(!reply.body.contains("href=\"https://evil.example"));
            assert!(signed_in(house, &mut browser, "us", "/").await);
        }
        let page = browser.get(&url).await;
        let form = Form::find(&page.body).unwrap();
        let mut other = Browser::default();
        let theirs = Form::find(&other.get(&format!("{}/sign-in", house.url("us"))).await.body).unwrap();
        for fields in [vec![], theirs.hidden.clone(), vec![("csrf".to_owned(), String::new())]] {
            assert_eq!(browser.post(&url, &fields).await.status, 403);
        }
        assert!(signed_in(house, &mut browser, "us", "/").await);
        let gone = browser.post(&url, &form.hidden).await;
        assert_eq!((gone.status, heading(&gone).as_str()), (200, "You are signed out"));
        assert!(!signed_in(house, &mut browser, "us", "/").await);
        // The session itself is over, not just its cookie; the portal's goes on.
        assert!(!signed_in(house, &mut before.clone(), "us", "/").await);
        assert!(signed_in(house, &mut browser, "us", "/clientoauth/v2/60001").await);
    })
    .await;
}

#[tokio::test]
async fn a_page_s_address_typed_again_leads_back_to_it() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK);
        let (url, page) = walk_to(house, &mut browser, &ask, &ALICE, "decision").await;
        for path in ["sign-in", "organization", "consent"] {
            let (_, query) =
                form(&page, "decision").action.split_once('?').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
            let typed = format!("{}/oauth/v2/auth/{path}?{query}", split(&url).0);
            let reply = browser.get(&typed).await;
            assert!(
                reply.status < 500 && reply.header("location").is_none_or(|l| l.starts_with('/')),
                "{path}: {reply:?}"
            );
            let (_, again) = browser.follow(house, &typed, reply).await;
            form(&again, "decision");
        }
    })
    .await;
}
