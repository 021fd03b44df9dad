//! Test users that can sign in, and clones that work; where the sandbox is on.

use super::{super::harness::*, MORE, POCKET_APP, console, read, signed_in, submit};

fn path() -> String {
    format!("{}/sandbox", DESK.id)
}

fn shown(reply: &Reply, id: &str) -> String {
    let found = reply.body.split_once(&format!("<code id=\"{id}\" dir=\"ltr\">"));
    browser_text(found.unwrap_or_else(|| panic!("no {id}: {reply:?}")).1.split_once('<').unwrap().0)
}

#[tokio::test]
async fn a_test_user_signs_in_and_is_removed_with_everything() {
    for_each_store(async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        let page = submit(house, &mut alice, &path(), &[("action", "add-user")]).await;
        assert_eq!(page.status, 200);
        let (email, password) = (shown(&page, "user-email"), shown(&page, "user-password"));
        assert!(email.starts_with("test-") && !console(house, &mut alice, &path()).await.body.contains(&password));
        let mut theirs = Browser::default();
        let ask = Ask::of(&DESK).with("scope", "ZohoBigin.modules.ALL");
        let (url, first) = theirs.open(house, &ask.url(house)).await;
        let (url, second) = theirs.fill(house, &url, &first, "email", &email).await;
        let (url, consent) = theirs.fill(house, &url, &second, "password", &password).await;
        assert!(consent.body.contains("Sandbox") || consent.body.contains("sandbox"), "{consent:?}");
        let (_, done) = theirs.fill(house, &url, &consent, "decision", "accept").await;
        let code = Callback::of(done.header("location").unwrap()).code();
        let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
        let users = house.room("us").house.directory.read(|tx| tx.test_users(DESK.id)).await.unwrap();
        let portals = format!("{}/organization/{}/portals", house.url("us"), users[0].organization_id);
        let (url, page) = theirs.open(house, &portals).await;
        let (made, _) = theirs.fill(house, &url, &page, "name", "Theirs").await;
        let portal = made.split("/portals/").nth(1).unwrap().split('?').next().unwrap().to_owned();
        let front = Request::get(&format!("/clientoauth/v2/{portal}/sign-in"));
        assert_eq!(house.send("us", &front).await.status, 200);
        assert_eq!(submit(house, &mut alice, &path(), &[("remove-user", "alice@zylker.example")]).await.status, 404);
        let reply = submit(house, &mut alice, &path(), &[("remove-user", &email)]).await;
        assert_eq!(reply.status, 303);
        assert_eq!(house.send("us", &front).await.status, 404, "their portal went along");
        assert_ne!(house.refresh("us", &DESK, &tokens.refresh).await.text("access_token"), tokens.access);
        assert!(house.refresh("us", &DESK, &tokens.refresh).await.body.contains("error"));
        assert!(!read(&console(house, &mut alice, &path()).await).contains(&email));
        let (_, again) = Browser::default().open(house, &format!("{}/sign-in", house.url("us"))).await;
        assert_eq!(again.status, 200);
        for _ in 0..20 {
            assert_eq!(submit(house, &mut alice, &path(), &[("action", "add-user")]).await.status, 200);
        }
        assert_eq!(
            submit(house, &mut alice, &path(), &[("action", "add-user")]).await.status,
            422,
            "twenty are enough"
        );
    })
    .await;
}

#[tokio::test]
async fn a_clone_has_an_id_and_a_secret_of_its_own() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let mut alice = signed_in(house, &ALICE).await;
        let uris = "http://127.0.0.1:9955/test\r\n\r\nhttps://test.zylker.example/callback";
        let page = submit(house, &mut alice, &path(), &[("action", "clone"), ("redirect_uris", uris)]).await;
        let (id, secret) = (shown(&page, "clone-id"), shown(&page, "clone-secret"));
        assert!(id.starts_with("1000.") && id != DESK.id && !secret.is_empty());
        assert!(!console(house, &mut alice, &path()).await.body.contains(&secret));
        let found = house
            .room("us")
            .house
            .directory
            .read({
                let id = id.clone();
                move |tx| tx.registration(&id)
            })
            .await;
        let found = found.unwrap().unwrap();
        assert_eq!((found.client.name.as_str(), found.clone_of.as_str()), ("Zylker Desk sandbox", DESK.id));
        assert_eq!(found.client.redirect_uris, ["http://127.0.0.1:9955/test", "https://test.zylker.example/callback"]);
        let (id, secret): (&'static str, &'static str) = (id.leak(), secret.leak());
        let app = App { id, secret, redirect_uri: "http://127.0.0.1:9955/test" };
        assert!(!house.tokens(&Ask::of(&app), &app, &ALICE).await.refresh.is_empty());
        // Its owner sees it; a clone has no clone.
        assert_eq!(console(house, &mut alice, &format!("{id}/notices")).await.status, 200);
        let fields = [("action", "clone"), ("redirect_uris", uris)];
        let of_clone = submit(house, &mut alice, &format!("{id}/sandbox"), &fields).await;
        assert_eq!(of_clone.status, 404);
        for wrong in ["", "http://app.example/x", "javascript:alert(1)", "https://a.example/#x"] {
            let fields = [("action", "clone"), ("redirect_uris", wrong)];
            let page = submit(house, &mut alice, &path(), &fields).await;
            assert!(page.status == 422 && page.body.contains("role=\"alert\""), "{wrong}");
        }
        let mobile = [("action", "clone"), ("redirect_uris", "com.zylker.test:/callback")];
        let page = submit(house, &mut alice, &format!("{}/sandbox", POCKET_APP.id), &mobile).await;
        assert!(shown(&page, "clone-id").starts_with("1000."));
        for n in 1..=5 {
            let page = submit(house, &mut alice, &path(), &[("action", "clone"), ("redirect_uris", uris)]).await;
            assert_eq!(page.status, if n < 5 { 200 } else { 422 }, "{n}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_test_users_password_waits_its_turn_like_every_other() {
    for_one_store(async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        let room = house.room("us");
        room.house.passwords.crowd(true);
        let reply = submit(house, &mut alice, &path(), &[("action", "add-user")]).await;
        room.house.passwords.crowd(false);
        assert_eq!(reply.status, 503, "{reply:?}");
        let users = room.house.directory.read(|tx| tx.test_users(DESK.id)).await.unwrap();
        assert!(users.is_empty(), "nothing half made: {users:?}");
        assert_eq!(submit(house, &mut alice, &path(), &[("action", "add-user")]).await.status, 200);
    })
    .await;
}
