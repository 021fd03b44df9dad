//! One browser, many tabs; one click too many; reload and back (cases H09, H11; `spec/decisions.md` 17).

use super::*;

#[tokio::test]
async fn a_double_click_is_one_code() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &once(&DESK), &ALICE, "decision").await;
        let form = form(&page, "decision");
        let cookies: Vec<String> = browser.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
        let request = Request::form(split(&action(&url, &form)).1, &form.filled("decision", "accept"))
            .header("cookie", &cookies.join("; "));
        // Ten at the same time.
        let mut held = Vec::new();
        for _ in 0..10 {
            held.push(hold(house.url("us"), &request).await);
        }
        let replies = release(held).await;
        let first = callback(&replies[0]);
        for reply in &replies {
            assert_eq!(callback(reply), first);
        }
        // And one later; then the application redeems it, and the page is used up.
        let later = answer(&mut browser, &url, &page, "decision", "accept").await;
        assert_eq!(callback(&later), first);
        let granted = Tokens::of(&house.exchange("us", &DESK, &first.code()).await);
        let late = answer(&mut browser, &url, &page, "decision", "accept").await;
        assert_eq!((late.status, heading(&late).as_str()), (400, "This page has expired"));
        assert_page(&late);
        assert!(house.alive("us", &granted.access).await, "a late click harms nothing");
    })
    .await;
}

#[tokio::test]
async fn a_reload_of_what_needs_no_page_is_good_for_another_code() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK).without("access_type");
        browser.authorize(house, &ask, &ALICE).await;
        let (one, two) = (browser.get(&ask.url(house)).await, browser.get(&ask.url(house)).await);
        let (one, two) = (callback(&one).code(), callback(&two).code());
        assert_ne!(one, two, "each visit is its own");
        for code in [one, two] {
            assert_eq!(whose(house, "us", &DESK, &code).await, ALICE.email);
        }
        // The address with the walk's own seal, as the browser's history has it.
        let mut fresh = Browser::default();
        let (url, page) = walk_to(house, &mut fresh, &ask, &ALICE, "password").await;
        let reply = answer(&mut fresh, &url, &page, "password", PASSWORD).await;
        let sealed = next(&url, &reply);
        let first = callback(&fresh.get(&sealed).await);
        assert_eq!(callback(&fresh.get(&sealed).await), first, "until it is redeemed a reload repeats it");
        assert_eq!(whose(house, "us", &DESK, &first.code()).await, ALICE.email);
        let second = callback(&fresh.get(&sealed).await);
        assert_ne!(second, first);
        assert_eq!(whose(house, "us", &DESK, &second.code()).await, ALICE.email);
        // In another browser it is only a question.
        let (_, page) = Browser::default().open(house, &sealed).await;
        form(&page, "email");
    })
    .await;
}

#[tokio::test]
async fn five_tabs_end_in_any_order() {
    for_each_store(async |house| {
        for (round, order) in [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0], [2, 0, 4, 1, 3]].into_iter().enumerate() {
            for apps in [[&DESK; 5], [&DESK, &OTHER, &SPLIT, &US_ONLY, &ODD]] {
                let mut browser = Browser::default();
                let mut tabs = Vec::new();
                for (n, app) in apps.into_iter().enumerate() {
                    let ask = Ask::of(app).with("scope", BIGIN).with("state", &format!("{round}-{n}"));
                    tabs.push((app, browser.open(house, &ask.url(house)).await));
                }
                // Every tab goes one page further in turn, until all are done.
                let mut codes = vec![None; 5];
                for _ in 0..6 {
                    for n in order {
                        if codes[n].is_some() {
                            continue;
                        }
                        let (_, (url, page)) = tabs[n].clone();
                        let found = Form::find(&page.body).unwrap_or_else(|| panic!("{url} {page:?}"));
                        let given = [
                            ("email", BOB.email),
                            ("password", PASSWORD),
                            ("organization", "10002"),
                            ("decision", "accept"),
                        ];
                        let (name, value) = given.into_iter().find(|(n, _)| found.asks.iter().any(|a| a == n)).unwrap();
                        let (url, page) = browser.fill(house, &url, &page, name, value).await;
                        if page.header("location").is_some() {
                            let sent = callback(&page);
                            assert_eq!(sent.get("state"), Some(format!("{round}-{n}").as_str()));
                            codes[n] = Some(sent.code());
                        }
                        tabs[n].1 = (url, page);
                    }
                }
                for (n, code) in codes.into_iter().enumerate() {
                    assert_eq!(whose(house, "us", tabs[n].0, &code.unwrap()).await, BOB.email);
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn tabs_of_two_people_do_not_mix() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK);
        let (alices_url, alices) = walk_to(house, &mut browser, &ask, &ALICE, "decision").await;
        // In a second tab somebody else signs in.
        let switch = switch_url(&alices_url, &alices);
        let (bobs_url, bobs) = browser.walk(house, &switch, &BOB, Some("decision")).await;
        // The first tab's click shows who would grant now.
        let shown = answer(&mut browser, &alices_url, &alices, "decision", "accept").await;
        form(&shown, "decision");
        assert!(shown.body.contains(BOB.email) && !shown.body.contains(ALICE.email));
        let bobs_code = callback(&answer(&mut browser, &bobs_url, &bobs, "decision", "accept").await).code();
        assert_eq!(whose(house, "us", &DESK, &bobs_code).await, BOB.email);
        // Signed out in a third tab: the click asks who it is.
        let (url, page) = walk_to(house, &mut browser, &once(&OTHER), &BOB, "decision").await;
        let out = format!("{}/sign-out", house.url("us"));
        let question = browser.get(&out).await;
        browser.post(&out, &Form::find(&question.body).unwrap().hidden).await;
        let reply = answer(&mut browser, &url, &page, "decision", "accept").await;
        form(&reply, "email");
    })
    .await;
}
