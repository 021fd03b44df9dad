//! What a person does with them at home.

use grantor_protocol::people::Realm;

use super::{sign_in::set_hash, *};
use crate::tests::account::{MAIL, letters};

#[tokio::test]
async fn an_authenticator_app_is_set_up_and_removed_with_the_password() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let page = factors(&mut browser, house).await;
        let begin = format!("{PATH}/authenticator");
        for password in ["", "wrong"] {
            let reply = submit(&mut browser, house, &page, &begin, &[("password", password)]).await;
            assert_eq!(reply.status, 422, "{password}");
            assert!(reply.body.contains("aria-describedby=\"authenticator-error\""), "{reply:?}");
            assert!(!reply.body.contains("id=\"secret\""));
        }
        let begun = submit(&mut browser, house, &page, &begin, &[("password", PASSWORD)]).await;
        let app = App::of(&begun);
        assert!(begun.body.contains("<svg aria-hidden"), "a QR code");
        let confirm = format!("{PATH}/authenticator/confirm");
        for code in ["", &wrong(&app, house)] {
            let reply = submit(&mut browser, house, &begun, &confirm, &[("code", code)]).await;
            assert_eq!(reply.status, 422);
            assert_eq!(App::of(&reply).code(house), app.code(house), "the same secret again");
        }
        assert!(!factors(&mut browser, house).await.body.contains("/authenticator/remove"), "nothing is in force");
        // What was sealed for this person and browser is nobody else's.
        let mut other = Browser::default();
        other.sign_in(house, &BOB).await;
        let theirs = factors(&mut other, house).await;
        let pending = Form::find(&begun.body).unwrap().hidden("pending").to_owned();
        let begun_too = submit(&mut other, house, &theirs, &begin, &[("password", PASSWORD)]).await;
        let code = app.code(house);
        let stolen = [("pending", pending.as_str()), ("code", code.as_str())];
        let reply = submit(&mut other, house, &begun_too, &confirm, &stolen).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some(PATH)));
        assert!(!factors(&mut other, house).await.body.contains("/authenticator/remove"));

        let done = submit(&mut browser, house, &begun, &confirm, &[("code", &code)]).await;
        assert_eq!((done.status, codes(&done).len()), (200, 10));
        let again = submit(&mut browser, house, &begun, &confirm, &[("code", &code)]).await;
        assert_eq!(again.status, 303, "a second click changes nothing and shows no codes: {again:?}");
        let page = factors(&mut browser, house).await;
        assert!(page.body.contains("You have 10 left."), "{page:?}");
        let remove = format!("{PATH}/authenticator/remove");
        assert_eq!(submit(&mut browser, house, &page, &remove, &[("password", "wrong")]).await.status, 422);
        let gone = submit(&mut browser, house, &page, &remove, &[("password", PASSWORD)]).await;
        assert_eq!(gone.status, 303);
        Browser::default().sign_in(house, &ALICE).await;
        let events: Vec<String> = house.audit("us").await.into_iter().map(|row| row.event).collect();
        for event in ["authenticator_added", "recovery_codes_made", "authenticator_removed"] {
            assert_eq!(events.iter().filter(|row| *row == event).count(), 1, "{event}: {events:?}");
        }
    })
    .await;
}

/// Two tabs, two QR codes: the second one must not be believed to work.
#[tokio::test]
async fn an_authenticator_that_was_not_added_is_not_said_to_be() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let page = factors(&mut browser, house).await;
        let begin = format!("{PATH}/authenticator");
        let one = submit(&mut browser, house, &page, &begin, &[("password", PASSWORD)]).await;
        let other = submit(&mut browser, house, &page, &begin, &[("password", PASSWORD)]).await;
        let confirm = format!("{PATH}/authenticator/confirm");
        let code = App::of(&one).code(house);
        assert_eq!(submit(&mut browser, house, &one, &confirm, &[("code", &code)]).await.status, 200);
        let code = App::of(&other).code(house);
        let refused = submit(&mut browser, house, &other, &confirm, &[("code", &code)]).await;
        assert_eq!(refused.status, 422);
        assert!(refused.body.contains("Another authenticator app was set up meanwhile"), "{refused:?}");
    })
    .await;
}

/// Between the password and the last click the owner recovers the account, or ends every session: nothing is added.
#[tokio::test]
async fn a_factor_under_way_does_not_survive_the_password_or_the_session_it_was_begun_with() {
    for_each_store(async |house| {
        let store = house.room("us").store.clone();
        let id = store.read(|tx| Ok(tx.user_by_email(&Realm::Accounts, ALICE.email)?.unwrap().user.id)).await.unwrap();
        let now = house.clock().now();
        for undone in ["password", "session"] {
            let mut thief = Browser::default();
            thief.sign_in(house, &ALICE).await;
            let page = factors(&mut thief, house).await;
            let begin = format!("{PATH}/authenticator");
            let begun = submit(&mut thief, house, &page, &begin, &[("password", PASSWORD)]).await;
            let code = App::of(&begun).code(house);
            let hash = store.read(move |tx| tx.password_hash(id)).await.unwrap().unwrap();
            if undone == "password" {
                set_hash(house, "$argon2id$other".to_owned()).await;
            } else {
                store.write(move |tx| tx.end_sessions_of(id, now)).await.unwrap();
            }
            let confirm = format!("{PATH}/authenticator/confirm");
            let reply = submit(&mut thief, house, &begun, &confirm, &[("code", &code)]).await;
            assert_eq!(reply.status, 303, "{undone}: {reply:?}");
            let factors = store.read(move |tx| tx.factors(id)).await.unwrap();
            assert!(!factors.required() && factors.recovery_codes == 0, "{undone}");
            set_hash(house, hash).await;
        }
    })
    .await;
}

#[tokio::test]
async fn k03_whoever_did_not_change_their_factors_is_told_by_letter() {
    for_each_store_with(MAIL, async |house| {
        let (mut browser, app, old) = alice(house).await;
        let page = factors(&mut browser, house).await;
        let password = [("password", PASSWORD)];
        submit(&mut browser, house, &page, &format!("{PATH}/codes"), &[("password", "wrong")]).await;
        let new = codes(&submit(&mut browser, house, &page, &format!("{PATH}/codes"), &password).await);
        let door = format!("{}/sign-in", house.url("us"));
        for code in [&old[0], &new[0]] {
            let mut elsewhere = Browser::default();
            let (at, page) = elsewhere.walk(house, &door, &ALICE, None).await;
            elsewhere.fill(house, &at, &page, "recovery_code", code).await;
        }
        submit(&mut browser, house, &page, &format!("{PATH}/authenticator/remove"), &password).await;
        let told = letters(house, ALICE.email, 4).await;
        let firsts: Vec<&str> = told.iter().rev().map(|letter| letter.text.lines().next().unwrap()).collect();
        assert_eq!(
            firsts,
            [
                "An authenticator app was set up for your account at Grantor just now.",
                "New recovery codes were made for your account at Grantor just now; the old ones do not work any more.",
                "Somebody signed in to your account at Grantor with one of its recovery codes just now.",
                "The authenticator app of your account at Grantor was removed just now.",
            ]
        );
        for letter in told {
            assert!(letter.text.contains(&format!("{}/recover", house.url("us"))), "{}", letter.text);
            assert!(!letter.text.contains(&app.code(house)) && !letter.text.contains(&new[1]));
        }
    })
    .await;
}

#[tokio::test]
async fn recovery_codes_are_made_anew_with_the_password() {
    for_each_store(async |house| {
        let (mut browser, _, old) = alice(house).await;
        let page = factors(&mut browser, house).await;
        let make = format!("{PATH}/codes");
        assert_eq!(submit(&mut browser, house, &page, &make, &[("password", "wrong")]).await.status, 422);
        let new = codes(&submit(&mut browser, house, &page, &make, &[("password", PASSWORD)]).await);
        assert!(new.len() == 10 && new.iter().all(|code| !old.contains(code)));
        // Whoever has nothing that they could stand in for gets none.
        let mut other = Browser::default();
        other.sign_in(house, &BOB).await;
        let theirs = factors(&mut other, house).await;
        let token = Form::find(&theirs.body).unwrap().hidden("csrf").to_owned();
        let fields = [("csrf".to_owned(), token), ("password".to_owned(), PASSWORD.to_owned())];
        let reply = other.post(&format!("{}{make}", house.url("us")), &fields).await;
        assert_eq!(reply.status, 303, "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn every_form_is_ours_and_nothing_acts_by_itself() {
    for_each_store(async |house| {
        let (mut browser, ..) = alice(house).await;
        let paths = [
            "/authenticator",
            "/authenticator/confirm",
            "/authenticator/remove",
            "/codes",
            "/passkeys",
            "/passkeys/confirm",
            "/passkeys/remove/AAAA",
        ];
        for path in paths {
            let url = format!("{}{PATH}{path}", house.url("us"));
            let fields = [("password".to_owned(), PASSWORD.to_owned()), ("csrf".to_owned(), "x".to_owned())];
            assert_eq!(browser.post(&url, &fields).await.status, 403, "{path}");
            let got = browser.get(&url).await;
            let expected = if path.contains("AAAA") { 404 } else { 303 };
            assert_eq!(got.status, expected, "{path}");
            let nobody = Browser::default().post(&url, &fields).await;
            assert!(nobody.header("location").is_some_and(|to| to.starts_with("/sign-in?continue=")), "{nobody:?}");
        }
        assert!(factors(&mut browser, house).await.body.contains("/authenticator/remove"), "still there");
    })
    .await;
}

#[tokio::test]
async fn where_passkeys_cannot_work_the_page_says_so() {
    for_one_store(async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let page = factors(&mut browser, house).await;
        assert!(page.body.contains("reached by a number"), "{page:?}");
        assert!(!page.body.contains("name=\"name\""));
        let (_, page) = Browser::default().walk(house, &Ask::of(&DESK).url(house), &BOB, Some("password")).await;
        assert!(!page.body.contains("data-passkey"), "{page:?}");
    })
    .await;
}
