//! Changing the password (cases H02, E09, K02).

use super::*;

const PAGE: (&str, &str) = ("/account/security", "/account/security");

fn change<'a>(old: &'a str, new: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![("password", old), ("new_password", new), ("again", new)]
}

#[tokio::test]
async fn h02_the_session_changes_with_the_password_and_every_other_one_ends() {
    for_each_store_with(MAIL, async |house| {
        let (mut alice, mut other) = (at_home(house, &ALICE).await, at_home(house, &ALICE).await);
        let mut bob = at_home(house, &BOB).await;
        let before = alice.clone();
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let reply = submit(house, &mut alice, "us", PAGE, &change(PASSWORD, NEW)).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("/account/security?done=changed")));
        assert_ne!(before.cookies["grantor_us_session"], alice.cookies["grantor_us_session"]);
        assert!(is_signed_in(house, &mut alice, "us").await);
        assert!(!is_signed_in(house, &mut other, "us").await);
        assert!(!is_signed_in(house, &mut before.clone(), "us").await, "the old cookie gains nothing");
        assert!(is_signed_in(house, &mut bob, "us").await);
        assert!(fits(house, &ALICE, NEW).await && !fits(house, &ALICE, PASSWORD).await);
        // What applications hold goes on, since nothing else was asked.
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.status, 200);
        let told = letters(house, ALICE.email, 1).await;
        assert!(link_in(house, "us", &told[0]).starts_with("/recover"));
        let rows = house.audit("us").await;
        assert!(rows.iter().any(|row| row.event == "password_changed" && row.detail.is_empty()));
    })
    .await;
}

#[tokio::test]
async fn e09_tokens_end_with_the_password_when_asked() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let others = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        let mut fields = change(PASSWORD, NEW);
        fields.push(("end_tokens", "yes"));
        assert_eq!(submit(house, &mut alice, "us", PAGE, &fields).await.status, 303);
        assert!(!house.alive("us", &tokens.access).await);
        let refused = house.refresh("us", &DESK, &tokens.refresh).await;
        assert_eq!(refused.brief(), (200, r#"{"error":"invalid_code"}"#));
        assert_eq!(house.refresh("us", &DESK, &others.refresh).await.status, 200);
        assert!(house.alive("us", &others.access).await);
        told_of_withdrawal(house, DESK.id).await;
    })
    .await;
}

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it_and_to_a_good_one() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let long = "canary-".repeat(200);
        for (old, new, again) in [
            ("canary-wrong", NEW, NEW),
            ("", NEW, NEW),
            (PASSWORD, "canary7", "canary7"),
            (PASSWORD, &long, &long),
            (PASSWORD, "Alice@Zylker.Example", "Alice@Zylker.Example"),
            (PASSWORD, "Password123", "Password123"),
            (PASSWORD, NEW, "canary-another-one"),
            (PASSWORD, "", ""),
        ] {
            let fields = [("password", old), ("new_password", new), ("again", again)];
            let reply = submit(house, &mut alice, "us", PAGE, &fields).await;
            assert_eq!(reply.status, 422, "{new}");
            assert!(reply.body.contains("role=\"alert\"") && !reply.body.contains("canary"), "{new}");
        }
        assert!(fits(house, &ALICE, PASSWORD).await);
    })
    .await;
}

#[tokio::test]
async fn the_current_password_cannot_be_guessed_here_either() {
    let setup = Setup { guess_limits: true, ..MAIL };
    for_one_store_with(setup, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let mut statuses = Vec::new();
        for _ in 0..8 {
            statuses.push(submit(house, &mut alice, "us", PAGE, &change("canary-wrong", NEW)).await.status);
        }
        assert_eq!(statuses, [422, 422, 422, 422, 422, 429, 429, 429]);
        assert_eq!(submit(house, &mut alice, "us", PAGE, &change(PASSWORD, NEW)).await.status, 429);
        house.advance(5);
        assert_eq!(submit(house, &mut alice, "us", PAGE, &change(PASSWORD, NEW)).await.status, 303);
    })
    .await;
}
