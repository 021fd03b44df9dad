//! What is kept, taken along; and leaving for good (case P08).

use grantor_protocol::people::{Realm, UserId};

use super::*;

const PAGE: (&str, &str) = ("/account/data", "/account/data");

#[tokio::test]
async fn p08_the_export_is_complete_and_readable() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        let file = submit(house, &mut alice, "us", ("/account/data", "/account/data/export"), &[]).await;
        assert_eq!(file.status, 200);
        assert_eq!(file.header("content-disposition"), Some("attachment; filename=\"account-700001.json\""));
        assert!(file.header("cache-control").unwrap().contains("no-store"));
        let whole = file.json();
        assert_eq!(whole["profile"]["email"], ALICE.email);
        assert_eq!(whole["profile"]["first_name"], "Alice");
        assert_eq!(whole["organizations"][0]["id"], "10001");
        assert_eq!(whole["second_factors"]["recovery_codes_left"], 0);
        assert!(whole["second_factors"]["passkeys"].as_array().unwrap().is_empty());
        assert_eq!(whole["sessions"].as_array().unwrap().len(), 2);
        assert_eq!(whole["connected_applications"][0]["client_id"], DESK.id);
        assert_eq!(whole["connected_applications"][0]["scopes"][0], "AaaServer.profile.READ");
        assert_eq!(whole["registered_applications"][0]["name"], "Zylker Desk");
        let events: Vec<&str> =
            whole["activity"].as_array().unwrap().iter().map(|row| row["event"].as_str().unwrap()).collect();
        assert!(events.contains(&"signed_in") && events.contains(&"consented") && events.contains(&"data_exported"));
        assert_eq!(whole["activity_complete"], true);
        for foreign in ["bob", "700002", "canary", "argon2", "hash"] {
            assert!(!file.body.contains(foreign), "{foreign}");
        }
    })
    .await;
}

#[tokio::test]
async fn p08_a_deleted_account_leaves_nothing_of_the_person() {
    for_each_store_with(MAIL, async |house| {
        let (mut bob, mut other) = (at_home(house, &BOB).await, at_home(house, &BOB).await);
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        let good = [("email", "Bob@zylker.example"), ("password", PASSWORD)];
        for wrong in [
            [("email", "alice@zylker.example"), ("password", PASSWORD)],
            [("email", ""), ("password", PASSWORD)],
            [("email", BOB.email), ("password", "canary-wrong")],
            [("email", BOB.email), ("password", "")],
        ] {
            let reply = submit(house, &mut bob, "us", PAGE, &wrong).await;
            assert_eq!(reply.status, 422);
            assert!(reply.body.contains("role=\"alert\"") && !reply.body.contains("canary"));
        }
        assert!(house.alive("us", &tokens.access).await);
        let gone = submit(house, &mut bob, "us", PAGE, &good).await;
        assert_eq!(gone.status, 200, "{gone:?}");
        assert!(!is_signed_in(house, &mut bob, "us").await && !is_signed_in(house, &mut other, "us").await);
        assert!(!house.alive("us", &tokens.access).await);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), (200, r#"{"error":"invalid_code"}"#));
        assert!(!fits(house, &BOB, PASSWORD).await);
        let (room, bob_id) = (house.room("us"), UserId(BOB.zuid));
        let left = room.store.read(move |tx| {
            let email = BOB.email;
            let found = (tx.user(bob_id)?, tx.user_by_email(&Realm::Accounts, email)?.map(|found| found.user));
            let places = tx.memberships(bob_id, &Realm::Accounts)?;
            let sessions = tx.sessions_of(bob_id, None, None, 10)?;
            Ok((found, places, sessions, tx.own_grants(bob_id, true, None, 10)?, tx.knows_email(email)?))
        });
        assert_eq!(left.await.unwrap(), ((None, None), vec![], vec![], vec![], false));
        let places: Vec<String> = ["us", "eu", "cn"].map(str::to_owned).into();
        let directory = room.house.directory.clone();
        let left = directory.read(move |tx| Ok((tx.homes(BOB.email)?, tx.owned_names(BOB.email, "us", &places)?)));
        assert_eq!(left.await.unwrap(), (vec![], vec![]));
        let owner = directory.read(|tx| tx.registration(OTHER.id)).await.unwrap().unwrap().client.settings.owner;
        assert_eq!(owner, "");
        assert!(house.audit("us").await.iter().all(|row| !row.detail.contains("bob")));
        assert!(house.audit("us").await.iter().any(|row| row.event == "account_deleted" && row.user == Some(bob_id)));
        told_of_withdrawal(house, DESK.id).await;
        // Others' things go on, the application that was registered too.
        assert!(house.alive("us", &house.tokens(&Ask::of(&OTHER), &OTHER, &ALICE).await.access).await);
    })
    .await;
}

#[tokio::test]
async fn an_only_administrator_cannot_leave_others_behind() {
    for_each_store_with(MAIL, async |house| {
        let mut alice = at_home(house, &ALICE).await;
        let page = open(house, &mut alice, "us", "/account/data").await;
        assert!(page.body.contains("<li><bdi>Zylker</bdi></li>") && !page.body.contains("name=\"password\""));
        let good = [("email", ALICE.email), ("password", PASSWORD)];
        let refused = submit(house, &mut alice, "us", PAGE, &good).await;
        assert_eq!(refused.status, 409);
        assert!(refused.body.contains("<li><bdi>Zylker</bdi></li>"));
        assert!(is_signed_in(house, &mut alice, "us").await);
        // Somebody else administers it: then one may.
        let store = house.room("us").store.clone();
        let places = [("10001".to_owned(), true), ("10002".to_owned(), false)];
        store.write(move |tx| tx.set_memberships(UserId(BOB.zuid), &places)).await.unwrap();
        assert_eq!(submit(house, &mut alice, "us", PAGE, &good).await.status, 200);
        assert!(store.read(|tx| tx.organization("10001")).await.unwrap().is_some());
    })
    .await;
}
