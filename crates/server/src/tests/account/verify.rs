//! Whose an address is: told truly, proven by a letter, and by nothing else (cases K07, K08).

use grantor_protocol::people::UserId;

use super::*;

async fn unverified(house: &House) {
    let store = house.room("us").store.clone();
    store.write(|tx| tx.set_email_verified(UserId(ALICE.zuid), false)).await.unwrap();
}

/// What an application is told.
async fn told(house: &House) -> serde_json::Value {
    let ask = Ask::of(&DESK).with("scope", "openid,email");
    let tokens = house.tokens(&ask, &DESK, &ALICE).await;
    let info = house.send("us", &Request::get("/oauth/v2/userinfo").bearer(&tokens.access)).await;
    info.json()["email_verified"].clone()
}

#[tokio::test]
async fn k08_a_profile_cannot_verify_itself() {
    for_each_store_with(MAIL, async |house| {
        assert_eq!(told(house).await, true);
        unverified(house).await;
        assert_eq!(told(house).await, false);
        let mut alice = at_home(house, &ALICE).await;
        let fields = [
            ("first_name", "Alice"),
            ("email_verified", "true"),
            ("verified", "1"),
            ("email", "mallory@evil.example"),
            ("id", "1"),
            ("disabled", "false"),
        ];
        let saved = submit(house, &mut alice, "us", ("/account", "/account"), &fields).await;
        assert_eq!(saved.status, 303);
        assert_eq!(told(house).await, false);
        let page = open(house, &mut alice, "us", "/account").await;
        assert!(page.body.contains(ALICE.email) && !page.body.contains("mallory"));
    })
    .await;
}

#[tokio::test]
async fn an_address_is_verified_by_its_letter() {
    for_each_store_with(MAIL, async |house| {
        unverified(house).await;
        let mut alice = at_home(house, &ALICE).await;
        let sent = submit(house, &mut alice, "us", ("/account", "/account/verify"), &[]).await;
        assert_eq!(sent.header("location"), Some("/account?done=sent"));
        let link = link_in(house, "us", &letters(house, ALICE.email, 1).await[0]);
        assert!(link.starts_with("/verify/"));
        // Whoever opens it need not be signed in; opening alone does nothing.
        let mut anybody = Browser::default();
        let page = open(house, &mut anybody, "us", &link).await;
        assert!(page.status == 200 && page.body.contains(ALICE.email));
        assert_eq!(told(house).await, false);
        assert_eq!(anybody.post(&format!("{}{link}", house.url("us")), &[]).await.status, 403);
        assert_eq!(told(house).await, false);
        // It opens nothing else.
        for other in ["/recover/", "/sign-up/"] {
            let reply = open(house, &mut anybody, "us", &link.replace("/verify/", other)).await;
            assert_eq!(reply.status, 410, "{other}");
        }
        let done = submit(house, &mut anybody, "us", (&link, &link), &[]).await;
        assert_eq!(done.status, 200);
        assert_eq!(told(house).await, true);
        assert!(!is_signed_in(house, &mut anybody, "us").await);
        let page = open(house, &mut anybody, "us", &link).await;
        assert_eq!(page.status, 410, "once");
        // Nothing is sent to whoever is verified.
        submit(house, &mut alice, "us", ("/account", "/account/verify"), &[]).await;
        letters(house, ALICE.email, 1).await;
    })
    .await;
}

#[tokio::test]
async fn k07_a_letter_verifies_the_address_it_went_to_and_no_other() {
    for_each_store_with(MAIL, async |house| {
        unverified(house).await;
        let mut alice = at_home(house, &ALICE).await;
        submit(house, &mut alice, "us", ("/account", "/account/verify"), &[]).await;
        let link = link_in(house, "us", &letters(house, ALICE.email, 1).await[0]);
        let store = house.room("us").store.clone();
        let moved = grantor_store::NewUser {
            id: UserId(ALICE.zuid),
            realm: grantor_protocol::people::Realm::Accounts,
            email: "alice@elsewhere.example".to_owned(),
            email_shown: "alice@elsewhere.example".to_owned(),
            password_hash: String::new(),
            first_name: "Alice".to_owned(),
            last_name: String::new(),
            disabled: false,
        };
        let now = house.clock().now();
        store.write(move |tx| tx.put_user(&moved, now)).await.unwrap();
        assert_eq!(open(house, &mut alice, "us", &link).await.status, 410);
        let form = Form::find(&open(house, &mut alice, "us", "/account").await.body).unwrap();
        let fields = form.filled("x", "x");
        assert_eq!(alice.post(&format!("{}{link}", house.url("us")), &fields).await.status, 410);
        let verified = store.read(|tx| tx.user(UserId(ALICE.zuid))).await.unwrap().unwrap().email_verified;
        assert!(!verified);
    })
    .await;
}
