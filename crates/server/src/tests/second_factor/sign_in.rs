//! The last step of signing in.

use grantor_protocol::{people::Realm, time::Timestamp};
use grantor_store::NewUser;

use super::*;
use crate::tests::account::{MAIL, letters};

const LIMITED: Setup =
    Setup { throttles: false, guess_limits: true, predictable: false, no_sandbox: false, policy: "" };

/// Goes with the right password up to the last step.
async fn at_last_step(house: &House, browser: &mut Browser, url: &str) -> (String, Reply) {
    let (at, page) = browser.walk(house, url, &ALICE, None).await;
    let form = Form::find(&page.body).unwrap_or_else(|| panic!("no form at {at}: {page:?}"));
    assert!(form.asks.iter().any(|field| field == "one_time_code"), "{at}: {page:?}");
    assert!(browser.cookies.keys().all(|name| !name.contains("session")), "{:?}", browser.cookies);
    (at, page)
}

fn home(house: &House) -> String {
    format!("{}/sign-in", house.url("us"))
}

/// A request in the standard dialect.
fn standard() -> Ask {
    let mut ask = Ask::of(&DESK).with("scope", "openid");
    ask.standard = true;
    ask.with("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM").with("code_challenge_method", "S256")
}

fn doors(house: &House) -> Vec<(&'static str, String)> {
    let (ask, standard) = (Ask::of(&DESK), standard());
    let whole = Ask::of(&DESK).with("scope", "ZohoBigin.modules.contacts.READ");
    vec![
        ("authorize", ask.url(house)),
        ("standard", standard.url(house)),
        ("organization", format!("{}/oauth/v2/org/auth?{}", house.url("us"), encoded(&whole.parameters))),
        ("home", home(house)),
    ]
}

#[tokio::test]
async fn k05_nothing_is_given_at_any_door_before_the_factor_is_proven() {
    for_each_store(async |house| {
        let (_, app, _) = alice(house).await;
        for (door, url) in doors(house) {
            let mut browser = Browser::default();
            let (at, page) = at_last_step(house, &mut browser, &url).await;
            // Going elsewhere with what the browser has so far is of no use.
            assert!(!is_signed_in(&mut browser, house).await, "{door}");
            let (_, again) = browser.open(house, &url).await;
            let asks = Form::find(&again.body).unwrap().asks;
            assert!(asks.iter().any(|field| field == "email"), "{door}: {again:?}");
            // Nor is answering the next page's form before it came.
            let consent = split(&at).1.split('?').next().unwrap().to_owned() + "/consent";
            if door != "home" {
                let query = split(&at).1.split_once('?').unwrap().1.split("&_grantor=").next().unwrap();
                let form = Form::find(&page.body).unwrap();
                let target = format!("{}{}?{query}", house.url("us"), consent.replace("/sign-in/", "/"));
                let reply = browser.post(&target, &form.filled("decision", "accept")).await;
                assert!(reply.header("location").is_none_or(|to| !to.contains("code=")), "{door}: {reply:?}");
            }
            let code = app.next(house);
            let before = browser.cookies.clone();
            let (at, page) = browser.fill(house, &at, &page, "one_time_code", &code).await;
            assert_ne!(browser.cookies, before, "{door}: a session begins");
            if door == "home" {
                assert_eq!(split(&at).1, "/");
                continue;
            }
            let (at, page) = browser.fill(house, &at, &page, "decision", "accept").await;
            let callback = page.header("location").unwrap_or_else(|| panic!("{door}: no callback from {at}: {page:?}"));
            assert!(callback.contains("code="), "{door}: {callback}");
        }
        // Without a page there is no answer either, before or after the password.
        let silent = standard().with("prompt", "none");
        let mut browser = Browser::default();
        at_last_step(house, &mut browser, &home(house)).await;
        let reply = browser.get(&silent.url(house)).await;
        assert!(reply.header("location").is_some_and(|to| to.contains("error=login_required")), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn k05_a_device_is_not_approved_before() {
    for_each_store(async |house| {
        let (_, app, _) = alice(house).await;
        let device = crate::tests::device::Device::begin(house, "us").await;
        let mut browser = Browser::default();
        let door = format!("{}/oauth/v3/device", house.url("us"));
        let (at, page) = browser.open(house, &door).await;
        let (at, page) = browser.fill(house, &at, &page, "code", &device.user_code).await;
        let (at, page) = browser.fill(house, &at, &page, "email", ALICE.email).await;
        let (at, page) = browser.fill(house, &at, &page, "password", PASSWORD).await;
        assert!(page.body.contains("name=\"one_time_code\""), "{page:?}");
        assert!(device.poll(house, "us").await.body.contains("authorization_pending"));
        let code = app.next(house);
        let (at, page) = browser.fill(house, &at, &page, "one_time_code", &code).await;
        browser.fill(house, &at, &page, "decision", "accept").await;
        house.advance(5);
        Tokens::of(&device.poll(house, "us").await);
    })
    .await;
}

#[tokio::test]
async fn k05_a_recovered_password_does_not_stand_in_for_the_factor() {
    for_each_store_with(MAIL, async |house| {
        let (_, app, _) = alice(house).await;
        letters(house, ALICE.email, 1).await;
        let us = house.url("us");
        let mut stranger = Browser::default();
        let page = stranger.get(&format!("{us}/recover")).await;
        submit(&mut stranger, house, &page, "/recover", &[("email", ALICE.email)]).await;
        let letter = letters(house, ALICE.email, 2).await.remove(0);
        let link = letter.text.lines().find(|line| line.starts_with(us)).unwrap().to_owned();
        let page = stranger.get(&link).await;
        let new = "canary-battery-staple";
        let path = link.strip_prefix(us).unwrap();
        let done = submit(&mut stranger, house, &page, path, &[("new_password", new), ("again", new)]).await;
        assert_eq!(done.header("location"), Some("/recover?done=1"), "{done:?}");
        assert!(!is_signed_in(&mut stranger, house).await, "a letter alone is not enough");
        let (at, page) = stranger.open(house, &home(house)).await;
        let (at, page) = stranger.fill(house, &at, &page, "email", ALICE.email).await;
        let (at, page) = stranger.fill(house, &at, &page, "password", new).await;
        assert!(page.body.contains("name=\"one_time_code\""), "{page:?}");
        assert!(!is_signed_in(&mut stranger, house).await, "nor with the new password");
        let code = app.next(house);
        stranger.fill(house, &at, &page, "one_time_code", &code).await;
        assert!(is_signed_in(&mut stranger, house).await);
    })
    .await;
}

/// Writes Alice's password hash; answers the one before.
pub(super) async fn set_hash(house: &House, hash: String) -> String {
    let store = house.room("us").store.clone();
    let written = store.write(move |tx| {
        let found = tx.user_by_email(&Realm::Accounts, ALICE.email)?.unwrap();
        let user = NewUser {
            id: found.user.id,
            realm: Realm::Accounts,
            email: ALICE.email.to_owned(),
            email_shown: found.user.email,
            password_hash: hash.clone(),
            first_name: found.user.first_name,
            last_name: found.user.last_name,
            disabled: false,
        };
        tx.put_user(&user, Timestamp::from_millis(0))?;
        Ok(found.password_hash)
    });
    written.await.unwrap()
}

#[tokio::test]
async fn k05_a_password_that_was_changed_meanwhile_does_not_reach_the_factor() {
    for_each_store(async |house| {
        let (_, app, recovery) = alice(house).await;
        for typed in [("one_time_code", app.next(house)), ("recovery_code", recovery[0].clone())] {
            let mut browser = Browser::default();
            let (at, page) = at_last_step(house, &mut browser, &home(house)).await;
            // By an operator: nothing notes when.
            let before = set_hash(house, "$argon2id$other".to_owned()).await;
            let (_, page) = browser.fill(house, &at, &page, typed.0, &typed.1).await;
            assert!(page.body.contains("name=\"password\""), "{}: {page:?}", typed.0);
            assert!(!is_signed_in(&mut browser, house).await, "{}", typed.0);
            set_hash(house, before).await;
        }
    })
    .await;
}

#[tokio::test]
async fn k05_a_remembered_session_without_a_factor_ends_with_the_first_one() {
    for_each_store(async |house| {
        let mut elsewhere = Browser::default();
        elsewhere.sign_in(house, &ALICE).await;
        assert!(is_signed_in(&mut elsewhere, house).await);
        let (mut here, ..) = alice(house).await;
        assert!(is_signed_in(&mut here, house).await);
        assert!(!is_signed_in(&mut elsewhere, house).await);
    })
    .await;
}

#[tokio::test]
async fn k05_a_session_of_somebody_else_and_another_browsers_seal_are_of_no_use() {
    for_each_store(async |house| {
        let (_, app, _) = alice(house).await;
        let mut browser = Browser::default();
        browser.sign_in(house, &BOB).await;
        let mine = browser.clone();
        let ask = Ask::of(&DESK).with("login_hint", ALICE.email);
        let mut stranger = Browser::default();
        let (at, page) = at_last_step(house, &mut stranger, &ask.url(house)).await;
        // The page's seal in another browser: its form is not that browser's, and its URL begins anew.
        let form = Form::find(&page.body).unwrap();
        let target = format!("{}{}", house.url("us"), form.action);
        let code = app.next(house);
        assert_eq!(browser.post(&target, &form.filled("one_time_code", &code)).await.status, 403);
        let (_, anew) = Browser::default().open(house, &at).await;
        assert!(!anew.body.contains("one_time_code"), "{anew:?}");
        assert_eq!(browser.cookies, mine.cookies, "nobody else was signed in");
        // In its own browser it is good for five minutes.
        house.advance(301);
        let code = app.code(house);
        let (_, late) = stranger.fill(house, &at, &page, "one_time_code", &code).await;
        assert!(late.body.contains("name=\"password\""), "{late:?}");
        assert!(!is_signed_in(&mut stranger, house).await);
    })
    .await;
}

#[tokio::test]
async fn h02_the_session_s_id_changes_and_a_planted_one_gains_nothing() {
    for_each_store(async |house| {
        let (_, app, _) = alice(house).await;
        let mut browser = Browser::default();
        browser.sign_in(house, &BOB).await;
        let before = browser.cookies.clone();
        let url = format!("{}/sign-in", house.url("us"));
        let (at, page) = browser.open(house, &format!("{}/", house.url("us"))).await;
        let switch = page.body.split("class=\"row-link\" href=\"").nth(1).unwrap().split('"').next().unwrap();
        let switch = format!("{}{}", split(&at).0, switch.replace("&amp;", "&").replace("&#38;", "&"));
        let (at, page) = browser.open(house, &switch).await;
        let (at, page) = browser.fill(house, &at, &page, "email", ALICE.email).await;
        let (at, page) = browser.fill(house, &at, &page, "password", PASSWORD).await;
        assert_eq!(browser.cookies, before, "still Bob's: nothing began");
        let code = app.next(house);
        browser.fill(house, &at, &page, "one_time_code", &code).await;
        assert_ne!(browser.cookies, before);
        let mut planted = Browser { cookies: before, ..Browser::default() };
        assert!(!is_signed_in(&mut planted, house).await, "Bob's ended: {url}");
        assert!(is_signed_in(&mut browser, house).await);
    })
    .await;
}

#[tokio::test]
async fn k04_a_code_works_once() {
    for_each_store(async |house| {
        let (_, app, _) = alice(house).await;
        let tries = async |code: &str| {
            let mut browser = Browser::default();
            let (at, page) = at_last_step(house, &mut browser, &home(house)).await;
            let (_, page) = browser.fill(house, &at, &page, "one_time_code", code).await;
            (page.status, is_signed_in(&mut browser, house).await)
        };
        let first = app.code(house);
        assert_eq!(tries(&first).await, (422, false), "the code it was set up with");
        let next = app.next(house);
        assert_eq!(tries("").await, (422, false));
        assert_eq!(tries(&format!(" {} {} ", &next[..3], &next[3..])).await, (200, true));
        assert_eq!(tries(&next).await, (422, false), "again");
        house.advance(60);
        assert_eq!(tries(&next).await, (422, false), "and later");
        // Many at the same time: one.
        let code = app.next(house);
        let mut held = Vec::new();
        for _ in 0..12 {
            let mut browser = Browser::default();
            let (_, page) = at_last_step(house, &mut browser, &home(house)).await;
            let form = Form::find(&page.body).unwrap();
            let cookies: Vec<String> = browser.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            let request =
                Request::form(&form.action, &form.filled("one_time_code", &code)).header("cookie", &cookies.join("; "));
            held.push(hold(house.url("us"), &request).await);
        }
        let replies = release(held).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 303).count(), 1);
    })
    .await;
}

#[tokio::test]
async fn k04_guesses_wait_on_every_route_alike() {
    for_each_store_with(LIMITED, async |house| {
        let (_, app, recovery) = alice(house).await;
        let routes = [home(house), Ask::of(&DESK).url(house)];
        let tries = async |route: &str, field: &str, code: &str| {
            let mut browser = Browser::default();
            let (at, page) = at_last_step(house, &mut browser, route).await;
            let (_, page) = browser.fill(house, &at, &page, field, code).await;
            page.status
        };
        let bad = wrong(&app, house);
        for n in 0..5 {
            let (field, code) = if n % 2 == 0 { ("one_time_code", bad.as_str()) } else { ("recovery_code", "AAAA") };
            assert_eq!(tries(&routes[n % 2], field, code).await, 422, "{n}");
        }
        let right = app.next(house);
        assert_eq!(tries(&routes[0], "one_time_code", &bad).await, 422, "thirty seconds later it is free again");
        for route in &routes {
            assert_eq!(tries(route, "one_time_code", &right).await, 429);
            assert_eq!(tries(route, "recovery_code", &recovery[0]).await, 429);
        }
        house.advance(2);
        assert_eq!(tries(&routes[0], "one_time_code", &right).await, 200);
        // A right one forgets the wrong ones.
        assert_eq!(tries(&routes[1], "recovery_code", "AAAA").await, 422);
    })
    .await;
}

/// Guesses wait, and letters are sent.
const TOLD: Setup = Setup { policy: "[mail]\nfrom = \"accounts@zylker.example\"\nfolder = \"mail\"\n", ..LIMITED };

#[tokio::test]
async fn k03_whose_password_somebody_knows_is_told_of_wrong_codes() {
    for_each_store_with(TOLD, async |house| {
        let (_, app, _) = alice(house).await;
        let bad = wrong(&app, house);
        let mut statuses = Vec::new();
        for _ in 0..7 {
            let mut browser = Browser::default();
            let (at, page) = at_last_step(house, &mut browser, &home(house)).await;
            statuses.push(browser.fill(house, &at, &page, "one_time_code", &bad).await.1.status);
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429]);
        let told = || {
            let kept = house.room("us").house.mail.kept();
            kept.iter().filter(|l| l.to == ALICE.email && l.text.contains("they know your password")).count()
        };
        eventually("a letter", async || told() == 1).await;
    })
    .await;
}

#[tokio::test]
async fn a_recovery_code_stands_in_once() {
    for_each_store(async |house| {
        let (_, _, recovery) = alice(house).await;
        let tries = async |code: &str| {
            let mut browser = Browser::default();
            let (at, page) = at_last_step(house, &mut browser, &home(house)).await;
            let (_, page) = browser.fill(house, &at, &page, "recovery_code", code).await;
            (page.status, is_signed_in(&mut browser, house).await)
        };
        assert_eq!(tries(&recovery[0].to_lowercase().replace('-', " ")).await, (200, true));
        assert_eq!(tries(&recovery[0]).await, (422, false));
        assert_eq!(tries(&recovery[1]).await, (200, true));
        assert_eq!(tries("ABCD-EFGH-JKLM-NPQR").await, (422, false));
        let rows = house.audit("us").await;
        let mut signed_in: Vec<&str> =
            rows.iter().filter(|row| row.event == "signed_in").map(|row| row.detail.as_str()).collect();
        signed_in.sort_unstable();
        assert_eq!(signed_in, ["", "recovery code", "recovery code"]);
    })
    .await;
}

#[tokio::test]
async fn asked_for_the_password_again_the_factor_is_asked_again() {
    for_each_store(async |house| {
        let (mut browser, app, _) = alice(house).await;
        let ask = standard().with("prompt", "login");
        let (at, page) = browser.walk(house, &ask.url(house), &ALICE, None).await;
        assert!(page.body.contains("one_time_code"), "{at}: {page:?}");
        let code = app.next(house);
        let (at, page) = browser.fill(house, &at, &page, "one_time_code", &code).await;
        let (_, page) = browser.fill(house, &at, &page, "decision", "accept").await;
        assert!(page.header("location").is_some_and(|to| to.contains("code=")), "{page:?}");
    })
    .await;
}

/// With an admin listener and letters.
const OPERATED: Setup = Setup {
    policy: "[admin]\nlisten = \"127.0.0.1:0\"\ntoken = \"canary-admin-token-0001\"\n\
             [mail]\nfrom = \"accounts@zylker.example\"\nfolder = \"mail\"\n",
    ..ADMIN
};

#[tokio::test]
async fn who_lost_phone_and_recovery_codes_is_let_in_again_by_the_operator() {
    for_each_store_with(OPERATED, async |house| {
        alice(house).await;
        let path = format!("/admin/v1/users/us/{}/factors", ALICE.zuid);
        let remove = async || send(&house.admin(), &Request::new("DELETE", &path).bearer(ADMIN_TOKEN)).await;
        let reply = remove().await;
        assert_eq!((reply.status, reply.json()["removed"].as_bool()), (200, Some(true)), "{reply:?}");
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        assert!(is_signed_in(&mut browser, house).await);
        let told = |text: &str| {
            let kept = house.room("us").house.mail.kept();
            kept.iter().any(|letter| letter.to == ALICE.email && letter.text.contains(text))
        };
        eventually("a letter", async || told("The operator of Grantor removed every second factor")).await;
        let rows = house.audit("us").await;
        let row = rows.iter().find(|row| row.event == "second_factors_removed").unwrap();
        assert_eq!(
            (row.user.map(|user| user.0), row.detail.as_str()),
            (Some(ALICE.zuid), "admin API, the config's token")
        );
        assert_eq!(remove().await.json()["removed"].as_bool(), Some(false), "there is none any more");
    })
    .await;
}
