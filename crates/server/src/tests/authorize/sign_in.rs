//! Signing in: whose form it is, what the session is, and that known and unknown addresses look alike (cases
//! H01, H02, K01, M04; `spec/decisions.md` 15, 16, 18, 20).

use super::*;

/// What differs between two pages only by chance: ids, tokens, seals.
fn without_chance(reply: &Reply, email: &str) -> String {
    let mut text = reply.body.replace(email, "…");
    let form = Form::find(&reply.body).unwrap();
    let encoded: String = form_urlencoded::byte_serialize(email.as_bytes()).collect();
    text = text.replace(form.hidden("csrf"), "…").replace(form.hidden("seal"), "…").replace(&encoded, "…");
    text = text.replace(reply.header("x-request-id").unwrap(), "…");
    // The tile with the address's first letter.
    for letter in 'A'..='Z' {
        text = text.replace(&format!("aria-hidden=\"true\">{letter}</span>"), "…");
    }
    // The link to use another account carries a seal of its own.
    while let Some(at) = text.find("_grantor=") {
        let end = text[at..].find('"').map_or(text.len(), |n| at + n);
        text.replace_range(at..end, "…");
    }
    text
}

#[tokio::test]
async fn a_form_that_is_not_ours_signs_nobody_in() {
    for_each_store(async |house| {
        for (ask, person, front) in
            [(once(&DESK), ALICE, "/"), (once(&DESK).portal(PARTNERS), PAT, "/clientoauth/v2/60001")]
        {
            let mut browser = Browser::default();
            let (url, page) = walk_to(house, &mut browser, &ask, &person, "password").await;
            let form = form(&page, "password");
            let good = form.filled("password", PASSWORD);
            let target = action(&url, &form);
            let mut other = Browser::default();
            let (_, theirs) = walk_to(house, &mut other, &ask, &person, "password").await;
            let theirs = Form::find(&theirs.body).unwrap();
            let with = |name: &str, value: &str| {
                let mut fields = good.clone();
                fields.retain(|(n, _)| n != name);
                fields.push((name.to_owned(), value.to_owned()));
                fields
            };
            let without = |name: &str| good.iter().filter(|(n, _)| n != name).cloned().collect::<Vec<_>>();
            let refused = |reply: &Reply, what: &str| {
                assert_eq!(reply.status, 403, "{what}: {reply:?}");
                assert_page(reply);
                assert!(reply.headers_named("set-cookie").all(|c| !c.contains("session")), "{what}");
            };
            for (what, fields) in [
                ("no token", without("csrf")),
                ("an empty token", with("csrf", "")),
                ("another browser's token", with("csrf", theirs.hidden("csrf"))),
                ("a token cut short", with("csrf", &form.hidden("csrf")[1..])),
                ("another browser's token and seal", theirs.filled("password", PASSWORD)),
            ] {
                refused(&browser.post(&target, &fields).await, what);
            }
            let twice = [good.clone(), vec![("csrf".to_owned(), "x".to_owned())]].concat();
            refused(&browser.post(&target, &twice).await, "two tokens");
            // The token in the query is not in the form.
            let in_query = format!("{target}&csrf={}", form.hidden("csrf"));
            refused(&browser.post(&in_query, &without("csrf")).await, "a token in the query");
            for (name, value) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("origin", "https://evil.example"),
                ("origin", "http://127.0.0.1:1"),
                ("origin", house.url("eu")),
            ] {
                let reply = browser.send(&target, Request::form("", &good).header(name, value)).await;
                refused(&reply, &format!("{name}: {value}"));
            }
            refused(&Browser::default().post(&target, &good).await, "no cookie at all");
            refused(&other.clone().post(&target, &good).await, "in another browser");
            assert!(!signed_in(house, &mut browser, "us", front).await);
            assert!(!signed_in(house, &mut other, "us", front).await);
            // Whatever else was posted, a good form still works; as browsers send it.
            for (name, value) in [
                ("origin", house.url("us")),
                ("origin", "null"),
                ("sec-fetch-site", "same-origin"),
                ("sec-fetch-site", "none"),
            ] {
                let mut browser = browser.clone();
                let reply = browser.send(&target, Request::form("", &good).header(name, value)).await;
                assert_eq!(reply.status, 303, "{name}: {value} {reply:?}");
                assert!(signed_in(house, &mut browser, "us", front).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_seal_that_does_not_hold_begins_anew() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &once(&DESK), &ALICE, "password").await;
        let form = form(&page, "password");
        let mut other = Browser::default();
        let (_, theirs) = walk_to(house, &mut other, &once(&DESK), &ALICE, "password").await;
        let (_, elsewhere) = walk_to(house, &mut browser, &once(&DESK).with("state", "2"), &ALICE, "password").await;
        let (theirs, elsewhere) = (Form::find(&theirs.body).unwrap(), Form::find(&elsewhere.body).unwrap());
        let mut broken = form.hidden("seal").to_owned();
        broken.replace_range(20..21, if &broken[20..21] == "A" { "B" } else { "A" });
        let cut = &form.hidden("seal")[..30];
        for seal in [theirs.hidden("seal"), elsewhere.hidden("seal"), &broken, cut, "", "x", "%00", form.hidden("csrf")]
        {
            let mut fields: Vec<(String, String)> = vec![("csrf".into(), form.hidden("csrf").into())];
            fields.extend([("seal".to_owned(), seal.to_owned()), ("password".to_owned(), PASSWORD.to_owned())]);
            let reply = browser.post(&action(&url, &form), &fields).await;
            assert_eq!(reply.status, 303, "{seal}: {reply:?}");
            assert!(reply.headers_named("set-cookie").all(|c| !c.contains("session")), "{seal}");
            let (_, again) = browser.follow(house, &url, reply).await;
            super::form(&again, "email");
        }
        // So does one that is too old: half an hour.
        house.advance(30 * 60);
        let late = answer(&mut browser, &url, &page, "password", PASSWORD).await;
        let (_, again) = browser.follow(house, &url, late).await;
        super::form(&again, "email");
        assert!(!signed_in(house, &mut browser, "us", "/").await);
    })
    .await;
}

#[tokio::test]
async fn the_session_changes_at_every_sign_in_and_the_old_one_ends() {
    const SESSION: &str = "grantor_us_session";
    for_each_store(async |house| {
        let front = format!("{}/", house.url("us"));
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let first = browser.clone();
        let mut seen = vec![first.cookies[SESSION].clone()];
        for person in [&BOB, &ALICE, &ALICE] {
            let page = browser.get(&front).await;
            let (url, page) = browser.open(house, &switch_url(&front, &page)).await;
            form(&page, "email");
            let (url, page) = browser.fill(house, &url, &page, "email", person.email).await;
            let (_, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
            assert!(page.body.contains(person.email), "{page:?}");
            assert!(!seen.contains(&browser.cookies[SESSION]), "a new session each time");
            seen.push(browser.cookies[SESSION].clone());
        }
        let current = seen.pop().unwrap();
        for (old, value) in seen.iter().map(|v| (true, v)).chain([(false, &current)]) {
            let mut replay = first.clone();
            replay.cookies.insert(SESSION.to_owned(), value.clone());
            assert_eq!(signed_in(house, &mut replay, "us", "/").await, !old, "{value}");
        }
        // Neither half alone, nor the halves of two sessions, nor in another realm or data center.
        let (left, right) = current.rsplit_once('.').unwrap();
        let zero = "0".repeat(32);
        for value in
            [format!("{left}.{zero}"), format!("1000.{zero}.{right}"), format!("{left}."), left.into(), "x".into()]
        {
            let mut forged = Browser::default();
            forged.cookies.insert(SESSION.to_owned(), value.clone());
            assert!(!signed_in(house, &mut forged, "us", "/").await, "{value}");
        }
        let mut strayed = Browser::default();
        strayed.cookies.insert("grantor_us_session_60001".to_owned(), current.clone());
        strayed.cookies.insert("grantor_eu_session".to_owned(), current.clone());
        assert!(!signed_in(house, &mut strayed, "us", "/clientoauth/v2/60001").await);
        assert!(!signed_in(house, &mut strayed, "eu", "/").await);
    })
    .await;
}

#[tokio::test]
async fn what_a_stranger_planted_gains_nothing() {
    for_each_store(async |house| {
        let mut attacker = Browser::default();
        attacker.sign_in(house, &BOB).await;
        // The victim's browser got the attacker's cookies, and signs in with them.
        let mut victim = attacker.clone();
        victim.authorize(house, &once(&DESK), &BOB).await;
        let ask = once(&OTHER);
        let (url, bobs) = walk_to(house, &mut victim, &ask, &BOB, "decision").await;
        let switch = switch_url(&url, &bobs);
        let (_, page) = victim.walk(house, &switch, &ALICE, Some("decision")).await;
        assert!(page.body.contains(ALICE.email));
        // The attacker's session is over, and their browser id opens nothing of Alice's.
        assert!(!signed_in(house, &mut attacker, "us", "/").await);
        assert!(signed_in(house, &mut victim, "us", "/").await);
        // A consent form that the attacker made before says nothing in Alice's session.
        let asked_again = answer(&mut victim, &url, &bobs, "decision", "accept").await;
        form(&asked_again, "decision");
        assert!(asked_again.body.contains(ALICE.email));
        let late = answer(&mut victim, &url, &page, "decision", "accept").await;
        assert_eq!(whose(house, "us", &OTHER, &callback(&late).code()).await, ALICE.email);
    })
    .await;
}

#[tokio::test]
async fn known_and_unknown_addresses_look_alike() {
    for_each_store(async |house| {
        let mut alike = None;
        // An unknown address as long as Alice's whose pretended home is here, too.
        for n in 0..64 {
            let email = format!("a{n:02}ce@zylker.example");
            let mut browser = Browser::default();
            let (url, page) = walk_to(house, &mut browser, &once(&DESK), &ALICE, "email").await;
            let reply = answer(&mut browser, &url, &page, "email", &email).await;
            if reply.header("location").is_some_and(|l| l.starts_with('/')) {
                alike = Some(email);
                break;
            }
        }
        let alike = alike.unwrap();
        let mut pages = Vec::new();
        for (ask, email) in [
            (once(&DESK), ALICE.email),
            (once(&DESK), alike.as_str()),
            (once(&DESK), LUKE.email),
            (once(&DESK).portal(PARTNERS), PAT.email),
            (once(&DESK).portal(PARTNERS), "nob@partner.example"),
            (once(&DESK).portal(PARTNERS), "sam@partner.example"),
        ] {
            let mut browser = Browser::default();
            let (url, page) = browser.open(house, &ask.url(house)).await;
            let first = answer(&mut browser, &url, &page, "email", email).await;
            let (url, page) = browser.follow(house, &url, first.clone()).await;
            // Luke is disabled: the right password opens nothing, and looks like a wrong one.
            let tried = if email == LUKE.email { PASSWORD } else { "wrong" };
            let second = answer(&mut browser, &url, &page, "password", tried).await;
            assert_eq!((first.status, page.status, second.status), (303, 200, 422), "{email}");
            let names = |r: &Reply| r.headers.iter().map(|(n, _)| n.clone()).collect::<Vec<_>>();
            pages.push((
                ask.portal.is_some(),
                (names(&first), names(&page), names(&second)),
                (without_chance(&page, email), without_chance(&second, email)),
                (email.len(), first.header("location").unwrap().len(), page.body.len(), second.body.len()),
            ));
        }
        for portal in [false, true] {
            let all: Vec<_> = pages.iter().filter(|p| p.0 == portal).collect();
            for other in &all[1..] {
                assert_eq!((&other.1, &other.2), (&all[0].1, &all[0].2));
                // Same length for an address of the same length.
                assert!(other.3.0 != all[0].3.0 || other.3 == all[0].3, "{:?} {:?}", other.3, all[0].3);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_wrong_password_keeps_the_address() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (mut url, mut page) = walk_to(house, &mut browser, &once(&DESK), &ALICE, "password").await;
        let (long, longer) = ("a".repeat(1024), "a".repeat(1025));
        for wrong in ["wrong", "", " ", "Canary-correct-horse", "canary-correct-horse ", "ü漢🦀", &long, &longer] {
            let reply = answer(&mut browser, &url, &page, "password", wrong).await;
            assert_eq!(reply.status, 422, "{wrong}");
            let asks = form(&reply, "password").asks;
            assert!(!asks.contains(&"email".to_owned()), "the address is not asked again");
            assert!(text_of(&reply.body).contains(ALICE.email), "and shown");
            assert!(reply.headers_named("set-cookie").all(|c| !c.contains("session")));
            (url, page) = (format!("{}{}", split(&url).0, form(&reply, "password").action), reply);
        }
        // A megabyte is refused before anything is hashed.
        let huge = answer(&mut browser, &url, &page, "password", &"a".repeat(1_048_576)).await;
        assert!(matches!(huge.status, 400 | 413), "{huge:?}");
        let (_, end) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        form(&end, "decision");
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_none_is_asked_again() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let (url, page) = walk_to(house, &mut browser, &once(&DESK), &ALICE, "email").await;
        for typed in [
            "",
            " ",
            "alice",
            "@",
            "alice@",
            "@zylker.example",
            "a b@zylker.example",
            "a\tb@x.example",
            &format!("{}@x.example", "a".repeat(300)),
        ] {
            let reply = answer(&mut browser, &url, &page, "email", typed).await;
            assert_eq!(reply.status, 422, "{typed:?}");
            form(&reply, "email");
            let kept: String = typed.chars().take(254).collect();
            if !typed.trim().is_empty() {
                assert_eq!(value_of(&reply, "email"), kept);
            }
        }
        // Letter case and white space around it do not matter.
        let (url, page) = browser.fill(house, &url, &page, "email", "  ALICE@Zylker.Example ").await;
        let (_, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        form(&page, "decision");
    })
    .await;
}

#[tokio::test]
async fn fields_of_ours_in_an_application_s_query_are_the_application_s() {
    for_each_store(async |house| {
        let mut ask = Ask::of(&DESK).with("scope", BIGIN);
        for (name, value) in [
            ("email", "dora@zylker.example"),
            ("password", "wrong"),
            ("organization", "10002"),
            ("decision", "reject"),
            ("csrf", "x"),
            ("seal", "x"),
            ("_grantor", "x"),
            ("_grantor_hop", "1"),
            ("_grantor_else", "1"),
        ] {
            ask = ask.with(name, value);
        }
        let sent = Browser::default().authorize(house, &ask, &BOB).await;
        assert_eq!(whose(house, "us", &DESK, &sent.code()).await, BOB.email);
        let sent = Browser::default().authorize(house, &ask.with("decision", "accept"), &CARLA).await;
        assert_eq!(whose(house, "eu", &DESK, &sent.code()).await, CARLA.email);
    })
    .await;
}

#[tokio::test]
async fn a_typed_address_is_never_answered_by_another_person_s_session() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let ask = once(&DESK).without("access_type");
        let (url, first_tab) = walk_to(house, &mut browser, &ask, &BOB, "email").await;
        browser.authorize(house, &ask, &ALICE).await;
        // Back in the first tab: Bob's address gets Bob's password page, although Alice is signed in by now.
        let (there, page) = browser.fill(house, &url, &first_tab, "email", BOB.email).await;
        form(&page, "password");
        assert!(text_of(&page.body).contains(BOB.email));
        let (_, page) = browser.fill(house, &there, &page, "password", PASSWORD).await;
        form(&page, "decision");
        assert!(page.body.contains(BOB.email) && !page.body.contains(ALICE.email));
        // Whoever types the address that is signed in goes on as that person.
        let (_, end) = browser.fill(house, &url, &first_tab, "email", "Bob@zylker.example").await;
        form(&end, "decision");
        // A hint alone changes nobody.
        let hinted = ask.with("login_hint", ALICE.email);
        let (_, page) = browser.open(house, &hinted.url(house)).await;
        assert!(page.body.contains(BOB.email));
    })
    .await;
}

#[tokio::test]
async fn a_hint_saves_typing_and_nothing_else() {
    for_each_store(async |house| {
        for (ask, person) in [(once(&DESK), ALICE), (once(&DESK).portal(PARTNERS), PAT)] {
            let mut browser = Browser::default();
            let hinted = ask.clone().with("login_hint", person.email);
            let (url, page) = browser.open(house, &hinted.url(house)).await;
            form(&page, "password");
            assert!(text_of(&page.body).contains(person.email));
            // Whoever is somebody else may say so.
            let (_, other) = browser.open(house, &switch_url(&url, &page)).await;
            form(&other, "email");
            let (_, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
            form(&page, "decision");
        }
    })
    .await;
}

#[tokio::test]
async fn a_session_ends_when_it_is_not_used_and_when_it_is_old() {
    for_each_store(async |house| {
        let (mut idle, mut busy) = (Browser::default(), Browser::default());
        idle.sign_in(house, &ALICE).await;
        busy.sign_in(house, &ALICE).await;
        for day in 0..29 {
            assert!(signed_in(house, &mut busy, "us", "/").await, "day {day}");
            house.advance(86_400);
            if day == 13 {
                assert!(!signed_in(house, &mut idle, "us", "/").await, "fourteen days without use");
            }
        }
        assert!(signed_in(house, &mut busy, "us", "/").await);
        house.advance(86_400);
        assert!(!signed_in(house, &mut busy, "us", "/").await, "thirty days in all");
    })
    .await;
}
