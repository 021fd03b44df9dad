//! Consent: what is shown is what is granted, to whom it was shown, once, and only by that form (cases H03,
//! H07, H08, H10; `spec/decisions.md` 8, 16).

use super::*;

/// The consent page and where it stands.
async fn at_consent(house: &House, browser: &mut Browser, ask: &Ask, person: &Person) -> (String, Reply) {
    walk_to(house, browser, ask, person, "decision").await
}

/// Whether the browser is asked, or sent back at once.
async fn asks(house: &House, browser: &mut Browser, ask: &Ask) -> bool {
    let reply = browser.get(&ask.url(house)).await;
    if reply.status == 200 {
        form(&reply, "decision");
        return true;
    }
    assert!(callback(&reply).get("code").is_some(), "{reply:?}");
    false
}

#[tokio::test]
async fn the_page_says_who_asks_for_what_and_where_it_leads() {
    for_each_store(async |house| {
        let scope = "ZohoBigin.modules.contacts.READ,ZohoCRM.settings.ALL,AaaServer.profile.READ,Zylker.tickets.READ";
        for (access, words) in
            [("offline", "while you are away, until you take it back"), ("online", "only for a short time")]
        {
            let ask = once(&DESK).with("scope", scope).with("access_type", access);
            let (_, page) = at_consent(house, &mut Browser::default(), &ask, &ALICE).await;
            let text = text_of(&page.body);
            for word in [
                "Zylker Desk",
                "desk.zylker.example",
                "Zylker",
                "Alice Adams",
                ALICE.email,
                "View your contacts",
                "Read tickets",
                "View your name, email address and account number",
                "ZohoCRM.settings.ALL",
                "Accept",
                "Reject",
                "127.0.0.1:9911",
                words,
            ] {
                assert!(text.contains(word), "{word}: {text}");
            }
            assert!(page.body.contains("href=\"https://desk.zylker.example\""));
        }
        // Without a scope of an organization none is named.
        let (_, page) = at_consent(house, &mut Browser::default(), &once(&DESK), &ALICE).await;
        assert_eq!(heading(&page), "Zylker Desk wants to access your account");
        let other = once(&DESK).with("redirect_uri", "https://desk.zylker.example/callback");
        let (_, page) = at_consent(house, &mut Browser::default(), &other, &ALICE).await;
        assert!(text_of(&page.body).contains("goes to desk.zylker.example"));
    })
    .await;
}

#[tokio::test]
async fn a_reject_sends_access_denied_and_records_no_grant() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&ODD).with("state", "a&b");
        for _ in 0..2 {
            let (url, page) = at_consent(house, &mut browser, &ask, &ALICE).await;
            let reply = answer(&mut browser, &url, &page, "decision", "reject").await;
            assert_eq!(reply.status, 303);
            let location = reply.header("location").unwrap();
            assert_eq!(location, "http://127.0.0.1:9910/callback?here=1&error=access_denied&state=a%26b");
            // It says no again, and yes still means yes.
            let again = answer(&mut browser, &url, &page, "decision", "reject").await;
            assert_eq!(again.header("location"), Some(location));
            assert!(asks(house, &mut browser, &ask).await);
        }
        let (url, page) = at_consent(house, &mut browser, &ask, &ALICE).await;
        assert!(callback(&answer(&mut browser, &url, &page, "decision", "accept").await).get("code").is_some());
        // A no afterwards takes nothing back.
        answer(&mut browser, &url, &page, "decision", "reject").await;
        assert!(!asks(house, &mut browser, &ask).await);
    })
    .await;
}

#[tokio::test]
async fn only_our_own_form_approves() {
    for_each_store(async |house| {
        let ask = once(&DESK);
        let mut browser = Browser::default();
        let (url, page) = at_consent(house, &mut browser, &ask, &ALICE).await;
        let form = form(&page, "decision");
        let good = form.filled("decision", "accept");
        let target = action(&url, &form);
        let no_code = |reply: &Reply| {
            let location = reply.header("location").unwrap_or_default();
            assert!(!location.contains("code=1000."), "{reply:?}");
        };
        // Never by GET, with everything in the query, at any address.
        for path in ["/oauth/v2/auth", "/oauth/v2/auth/consent"] {
            let all = [ask.parameters.clone(), good.clone()].concat();
            let reply = browser.get(&format!("{}{path}?{}", house.url("us"), encoded(&all))).await;
            no_code(&reply);
            let reply =
                browser.send(&format!("{}{path}?{}", house.url("us"), encoded(&all)), Request::new("HEAD", "")).await;
            no_code(&reply);
        }
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
            let mut request = Request::form("", &good);
            method.clone_into(&mut request.method);
            let reply = browser.send(&target, request).await;
            assert!((400..500).contains(&reply.status) || reply.status == 303, "{method} {reply:?}");
            no_code(&reply);
        }
        // Not from elsewhere, not without the token, not with another browser's.
        let mut other = Browser::default();
        let (_, theirs) = at_consent(house, &mut other, &ask, &BOB).await;
        let theirs = Form::find(&theirs.body).unwrap();
        let without: Vec<_> = good.iter().filter(|(n, _)| n != "csrf").cloned().collect();
        for fields in [without, theirs.filled("decision", "accept")] {
            let reply = browser.post(&target, &fields).await;
            assert_eq!(reply.status, 403, "{reply:?}");
            assert_page(&reply);
        }
        for (name, value) in
            [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")]
        {
            let reply = browser.send(&target, Request::form("", &good).header(name, value)).await;
            assert_eq!(reply.status, 403, "{name}: {value}");
        }
        // Without a session, or without the browser's id, nothing.
        for gone in ["grantor_us_session", "grantor_us_browser"] {
            let mut less = browser.clone();
            less.cookies.remove(gone);
            no_code(&less.post(&target, &good).await);
        }
        // No decision, or one that is none: asked again.
        for decision in ["", "yes", "ACCEPT", "Accept", "1"] {
            let reply = browser.post(&target, &form.filled("decision", decision)).await;
            assert_eq!(reply.status, 200);
            super::form(&reply, "decision");
        }
        let both = [good.clone(), vec![("decision".to_owned(), "reject".to_owned())]].concat();
        super::form(&browser.post(&target, &both).await, "decision");
        assert!(asks(house, &mut browser, &ask).await, "nothing of all this was a yes");
        let yes = browser.post(&target, &good).await;
        assert_eq!(whose(house, "us", &DESK, &callback(&yes).code()).await, ALICE.email);
    })
    .await;
}

#[tokio::test]
async fn a_seal_of_something_else_only_asks_again() {
    for_each_store(async |house| {
        let ask = once(&DESK).without("access_type");
        let mut browser = Browser::default();
        let (url, page) = at_consent(house, &mut browser, &ask, &ALICE).await;
        let form = form(&page, "decision");
        let good = form.filled("decision", "accept");
        // The same form at another request's address: what it says there was never shown.
        for (changed, shown) in [
            (ask.clone().with("scope", "AaaServer.profile.READ,ZohoCRM.modules.ALL"), "ZohoCRM.modules.ALL"),
            (ask.clone().with("access_type", "offline"), "while you are away"),
            (once(&OTHER).without("access_type"), "Other App"),
            (ask.clone().with("redirect_uri", "https://desk.zylker.example/callback"), "goes to desk.zylker.example"),
            (ask.clone().with("state", "s-2"), "Zylker Desk"),
            (ask.clone().with("prompt", "consent"), "Zylker Desk"),
        ] {
            let there = format!("{}/oauth/v2/auth/consent?{}", house.url("us"), encoded(&changed.parameters));
            let reply = browser.post(&there, &good).await;
            assert_eq!(reply.status, 200, "{changed:?}");
            super::form(&reply, "decision");
            assert!(text_of(&reply.body).contains(shown), "{shown}");
        }
        // An invalid request is an error page, whatever the form says.
        let evil = ask.clone().with("redirect_uri", "https://evil.example/");
        let there = format!("{}/oauth/v2/auth/consent?{}", house.url("us"), encoded(&evil.parameters));
        assert_eq!(heading(&browser.post(&there, &good).await), "Invalid Redirect Uri");
        // Other requests', browsers', broken and absent seals in the right form.
        let (_, elsewhere) = at_consent(house, &mut browser, &ask.clone().with("state", "s-3"), &ALICE).await;
        let mut other = Browser::default();
        let (_, theirs) = at_consent(house, &mut other, &ask, &ALICE).await;
        let seal_of = |reply: &Reply| Form::find(&reply.body).unwrap().hidden("seal").to_owned();
        for seal in
            [seal_of(&elsewhere), seal_of(&theirs), form.hidden("seal")[1..].to_owned(), String::new(), "x".repeat(300)]
        {
            let fields = [("csrf", form.hidden("csrf")), ("seal", &seal), ("decision", "accept")]
                .map(|(n, v)| (n.to_owned(), v.to_owned()));
            let reply = browser.post(&action(&url, &form), &fields).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            super::form(&reply, "decision");
        }
        // Half an hour later it is too old, and the fresh page is good.
        house.advance(30 * 60);
        let fresh = browser.post(&action(&url, &form), &good).await;
        super::form(&fresh, "decision");
        let yes = answer(&mut browser, &url, &fresh, "decision", "accept").await;
        assert_eq!(whose(house, "us", &DESK, &callback(&yes).code()).await, ALICE.email);
    })
    .await;
}

#[tokio::test]
async fn a_form_shown_to_somebody_else_approves_nothing_for_me() {
    for_each_store(async |house| {
        let ask = once(&DESK);
        let mut browser = Browser::default();
        let (url, bobs) = at_consent(house, &mut browser, &ask, &BOB).await;
        let switch = switch_url(&url, &bobs);
        let (alices_url, alices) = browser.walk(house, &switch, &ALICE, Some("decision")).await;
        // Bob's page is still open in another tab of the same browser.
        let reply = answer(&mut browser, &url, &bobs, "decision", "accept").await;
        assert_eq!(reply.status, 200);
        assert!(reply.body.contains(ALICE.email) && !reply.body.contains(BOB.email));
        assert!(asks(house, &mut browser, &ask).await);
        let yes = answer(&mut browser, &alices_url, &alices, "decision", "accept").await;
        assert_eq!(whose(house, "us", &DESK, &callback(&yes).code()).await, ALICE.email);
    })
    .await;
}

#[tokio::test]
async fn going_back_and_answering_as_somebody_else_gives_that_person_s_code() {
    for_each_store(async |house| {
        let ask = once(&DESK);
        let mut browser = Browser::default();
        let (url, page) = at_consent(house, &mut browser, &ask, &ALICE).await;
        // Alice accepts; the application never redeems it. Back, "Use another account", Bob accepts.
        let alices = callback(&answer(&mut browser, &url, &page, "decision", "accept").await).code();
        let switch = switch_url(&url, &page);
        let bobs = callback(&browser.walk(house, &switch, &BOB, None).await.1).code();
        assert_ne!(alices, bobs);
        assert_eq!(whose(house, "us", &DESK, &bobs).await, BOB.email);
        assert_eq!(whose(house, "us", &DESK, &alices).await, ALICE.email);
    })
    .await;
}

#[tokio::test]
async fn what_was_granted_is_not_asked_again_and_what_was_not_is() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let online = once(&DESK).with("access_type", "online").with("scope", "ZohoBigin.modules.READ,email");
        browser.authorize(house, &online, &ALICE).await;
        for scope in [
            "ZohoBigin.modules.READ,email",
            "email",
            "EMAIL",
            "zohobigin.modules.read",
            "ZohoBigin.modules.contacts.READ",
            "ZohoBigin.modules.contacts.READ,email,ZohoBigin.modules.deals.READ",
        ] {
            // `email` alone needs no organization and is a grant of its own.
            let expected = matches!(scope, "email" | "EMAIL");
            assert_eq!(asks(house, &mut browser, &online.clone().with("scope", scope)).await, expected, "{scope}");
        }
        for scope in [
            "ZohoBigin.modules.ALL",
            "ZohoBigin.modules.WRITE",
            "ZohoBigin.modules.contacts.DELETE",
            "ZohoCRM.modules.READ",
            "ZohoBigin.modules.READ,email,openid",
            "ZohoBigin.settings.ALL",
        ] {
            assert!(asks(house, &mut browser, &online.clone().with("scope", scope)).await, "{scope}");
        }
        // Another application, another person, another realm: each its own.
        assert!(asks(house, &mut browser, &Ask { parameters: once(&OTHER).parameters, ..online.clone() }).await);
        let mut bobs = Browser::default();
        at_consent(house, &mut bobs, &online, &BOB).await;
        // Offline access is part of what is granted (`spec/decisions.md` 8).
        let offline = online.clone().with("access_type", "offline");
        assert!(asks(house, &mut browser, &offline).await);
        let sent = browser.authorize(house, &offline, &ALICE).await;
        let tokens = Tokens::of(&house.exchange("us", &DESK, &sent.code()).await);
        assert!(!tokens.refresh.is_empty(), "it comes with a consent that was shown");
        assert!(!asks(house, &mut browser, &offline).await);
        assert!(!asks(house, &mut browser, &online).await);
        // Without a page no further refresh token.
        let silent = callback(&browser.get(&offline.url(house)).await).code();
        assert_eq!(Tokens::of(&house.exchange("us", &DESK, &silent).await).refresh, "");
        // `prompt=consent` always asks, and brings one.
        let again = offline.clone().with("prompt", "consent");
        for _ in 0..2 {
            assert!(asks(house, &mut browser, &again).await);
            let sent = browser.authorize(house, &again, &ALICE).await;
            assert!(!Tokens::of(&house.exchange("us", &DESK, &sent.code()).await).refresh.is_empty());
        }
        // What one consents to later is added, not put in its place.
        let more = online.clone().with("scope", "ZohoCRM.modules.READ");
        browser.authorize(house, &more, &ALICE).await;
        assert!(
            !asks(house, &mut browser, &online.with("scope", "ZohoCRM.modules.READ,ZohoBigin.modules.READ,email"))
                .await
        );
    })
    .await;
}

#[tokio::test]
async fn mobile_applications_are_asked_every_time() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&POCKET).with("code_challenge", &"a".repeat(43));
        for _ in 0..3 {
            assert!(at_consent(house, &mut browser, &ask, &ALICE).await.1.body.contains("Pocket"));
            browser.authorize(house, &ask, &ALICE).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_changes_between_page_and_click_counts() {
    for_each_store(async |house| {
        let ask = once(&NARROW).with("scope", BIGIN);
        let mut browser = Browser::default();
        let (url, page) = at_consent(house, &mut browser, &ask, &ALICE).await;
        let entry = client_entry(NARROW.id, "Narrow", &[NARROW.redirect_uri]);
        let click = async |browser: &mut Browser| answer(browser, &url, &page, "decision", "accept").await;
        for (changed, title) in [
            (entry.replace("9912", "9913"), "Invalid Redirect Uri"),
            (format!("{entry}disabled = true\n"), "Invalid Client"),
            (format!("{entry}scopes = [\"email\"]\n"), "Invalid OAuth Scope"),
            (format!("{entry}grant_types = [\"refresh_token\"]\n"), "Invalid Response Type"),
            (entry.replace("\"us\", \"eu\"", "\"eu\""), "Invalid Client"),
        ] {
            house.provision(&changed).await;
            eventually(title, async || {
                let reply = click(&mut browser).await;
                // Until the change is seen, the click counts as before: then try again with a new page.
                reply.status == 400 && heading(&reply) == title
            })
            .await;
        }
        house.provision(&entry).await;
        // The person is disabled.
        eventually("the client is back", async || browser.get(&ask.url(house)).await.status != 400).await;
        let again = ask.clone().with("prompt", "consent");
        let (url, page) = at_consent(house, &mut browser, &again, &ALICE).await;
        let alice = "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700001\n{password}\nfirst_name = \"Alice\"\n\
                     last_name = \"Adams\"\ndata_center = \"us\"\norganizations = [\"10001\"]\nadministers = [\"10001\"]\n";
        house.provision(&format!("{alice}disabled = true\n")).await;
        let reply = answer(&mut browser, &url, &page, "decision", "accept").await;
        form(&reply, "email");
        // Enabled again, the old session stays ended.
        house.provision(alice).await;
        assert!(!signed_in(house, &mut browser, "us", "/").await);
    })
    .await;
}

#[tokio::test]
async fn too_many_codes_end_on_a_page() {
    let limited = Setup { throttles: true, ..Setup::default() };
    for_each_store_with(limited, async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK).without("access_type");
        browser.authorize(house, &ask, &ALICE).await;
        for _ in 0..9 {
            house.advance(1);
            assert!(!asks(house, &mut browser, &ask).await);
        }
        let reply = browser.get(&ask.url(house)).await;
        assert_eq!((reply.status, heading(&reply).as_str()), (400, "Access Denied"));
        assert_page(&reply);
        // Per person and application.
        browser.authorize(house, &once(&OTHER), &ALICE).await;
        Browser::default().authorize(house, &ask, &BOB).await;
        house.advance(591);
        assert!(!asks(house, &mut browser, &ask).await, "ten minutes after the first");
    })
    .await;
}
