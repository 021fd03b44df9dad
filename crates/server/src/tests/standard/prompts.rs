//! `prompt`, `max_age`, `login_hint` and `id_token_hint` (OpenID Connect Core section 3.1.2; cases H07, H08).

use super::*;

fn error(reply: &Reply) -> String {
    let end = callback(reply);
    assert_eq!(end.get("state"), Some("s-1"), "{end:?}");
    end.get("error").unwrap_or_else(|| panic!("no error: {end:?}")).to_owned()
}

/// What the store's clock says a code's ID token says of its sign-in.
async fn auth_time(house: &House, end: &Callback) -> i64 {
    let token = redeemed(house, "us", &DESK, &end.code()).await.text("id_token");
    jwt::Jwt::parse(&token).claims["auth_time"].as_i64().unwrap()
}

#[tokio::test]
async fn h08_without_a_page_the_client_is_told_which_one_it_would_take() {
    for_each_store(async |house| {
        let silent = |scope: &str| ask(&DESK).with("prompt", "none").with("scope", scope);
        let bigin = "openid ZohoBigin.modules.contacts.READ";
        assert_eq!(error(&sent(house, &mut Browser::default(), &silent("openid")).await), "login_required");
        let mut alice = browser_of(house, &ALICE).await;
        assert_eq!(error(&sent(house, &mut alice, &silent("openid")).await), "consent_required");
        assert_eq!(error(&sent(house, &mut alice, &silent(bigin)).await), "consent_required");
        alice.authorize(house, &ask(&DESK).with("scope", bigin), &ALICE).await;
        assert!(callback(&sent(house, &mut alice, &silent(bigin)).await).get("code").is_some());
        assert_eq!(error(&sent(house, &mut alice, &silent("openid phone")).await), "consent_required");
        assert_eq!(error(&sent(house, &mut alice, &silent(bigin).with("max_age", "0")).await), "login_required");
        let mut bob = browser_of(house, &BOB).await;
        assert_eq!(error(&sent(house, &mut bob, &silent(bigin)).await), "interaction_required");
        let mut dora = browser_of(house, &DORA).await;
        assert_eq!(error(&sent(house, &mut dora, &silent(bigin)).await), "interaction_required");
        // A hint of somebody else who is at home here changes nobody; one of a stranger is no page either.
        let (_, reply) = Browser::default()
            .open(house, &silent("openid").with("login_hint", "nobody@nowhere.example").url(house))
            .await;
        assert_eq!(error(&reply), "login_required");
    })
    .await;
}

#[tokio::test]
async fn prompt_login_wants_the_password_again_and_once() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.authorize(house, &ask(&DESK), &ALICE).await;
        let before = browser.cookies["grantor_us_session"].clone();
        house.advance(60);
        let wanted = ask(&DESK).with("prompt", "login");
        let (url, page) = browser.open(house, &wanted.url(house)).await;
        form(&page, "password");
        assert!(page.body.contains(ALICE.email), "who is signed in need not type the address");
        // The old session does not open the way, whatever is made up.
        for made_up in ["&_grantor=x", "&signed_in=700001", "&_grantor_hop=1"] {
            let (_, page) = browser.open(house, &format!("{}{made_up}", wanted.url(house))).await;
            assert!(page.header("location").is_none(), "{made_up}: {page:?}");
        }
        let reply = browser.fill(house, &url, &page, "password", PASSWORD).await.1;
        let end = callback(&reply);
        assert!(browser.cookies["grantor_us_session"] != before, "H02");
        assert_eq!(auth_time(house, &end).await, house.clock().now().seconds());
        // Once: the next request asks again, and so does going back to the end of this one.
        form(&browser.open(house, &wanted.url(house)).await.1, "password");
        let (url, page) = browser.open(house, &wanted.url(house)).await;
        let form_ = form(&page, "password");
        let to = format!("{}{}", split(&url).0, form_.action);
        let reply = browser.post(&to, &form_.filled("password", PASSWORD)).await;
        let end_url = format!("{}{}", split(&url).0, reply.header("location").unwrap());
        let code = callback(&browser.get(&end_url).await).code();
        assert_eq!(callback(&browser.get(&end_url).await).code(), code, "the same click again");
        redeemed(house, "us", &DESK, &code).await;
        form(&browser.open(house, &end_url).await.1, "password");
        // Combined with consent both pages come.
        let both = ask(&DESK).with("prompt", "login consent");
        let (url, page) = browser.open(house, &both.url(house)).await;
        let (_, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        form(&page, "decision");
    })
    .await;
}

#[tokio::test]
async fn max_age_wants_the_password_of_whoever_signed_in_before_that() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.authorize(house, &ask(&DESK), &ALICE).await;
        let since = house.clock().now().seconds();
        house.advance(299);
        let wanted = ask(&DESK).with("max_age", "300");
        let end = callback(&sent(house, &mut browser, &wanted).await);
        assert_eq!(auth_time(house, &end).await, since, "J09");
        house.advance(1);
        let (url, page) = browser.open(house, &wanted.url(house)).await;
        form(&page, "password");
        let reply = browser.fill(house, &url, &page, "password", PASSWORD).await.1;
        assert_eq!(auth_time(house, &callback(&reply)).await, since + 300);
        // Zero is the password every time, and then it goes on.
        let now = ask(&DESK).with("max_age", "0");
        let (url, page) = browser.open(house, &now.url(house)).await;
        let reply = browser.fill(house, &url, &page, "password", PASSWORD).await.1;
        assert!(callback(&reply).get("code").is_some());
    })
    .await;
}

#[tokio::test]
async fn select_account_shows_the_choice_once() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.authorize(house, &ask(&DESK), &ALICE).await;
        let wanted = ask(&DESK).with("prompt", "select_account");
        let (url, page) = browser.open(house, &wanted.url(house)).await;
        form(&page, "account");
        assert!(page.body.contains(ALICE.email) && page.body.contains("Continue as"));
        let reply = browser.fill(house, &url, &page, "account", "keep").await.1;
        assert!(callback(&reply).get("code").is_some());
        // Another one: typing the password is choosing.
        let (url, page) = browser.open(house, &wanted.url(house)).await;
        let link = page.body.split("<a ").find(|a| a.starts_with("class=\"row-link\"")).unwrap();
        let switch = format!("{}{}", split(&url).0, attribute(link, "href").unwrap());
        let (url, page) = browser.open(house, &switch).await;
        let (url, page) = browser.fill(house, &url, &page, "email", BOB.email).await;
        let (_, page) = browser.fill(house, &url, &page, "password", PASSWORD).await;
        form(&page, "decision");
        assert!(page.body.contains(BOB.email));
        // Nobody signed in: the sign-in is the choice.
        form(&sent(house, &mut Browser::default(), &wanted).await, "email");
        // The form of another browser does not choose for this one.
        let (url, page) = browser.open(house, &wanted.url(house)).await;
        let kept = form(&page, "account");
        let target = format!("{}{}", split(&url).0, kept.action);
        assert_eq!(Browser::default().post(&target, &kept.filled("account", "keep")).await.status, 403);
    })
    .await;
}

#[tokio::test]
async fn h07_a_public_client_is_asked_every_time() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.authorize(house, &ask(&POCKET), &ALICE).await;
        form(&sent(house, &mut browser, &ask(&POCKET)).await, "decision");
        let silent = sent(house, &mut browser, &ask(&POCKET).with("prompt", "none")).await;
        assert_eq!(error(&silent), "consent_required");
    })
    .await;
}

#[tokio::test]
async fn a_login_hint_fills_in_the_address() {
    for_each_store(async |house| {
        let hinted = ask(&DESK).with("login_hint", ALICE.email);
        let page = sent(house, &mut Browser::default(), &hinted).await;
        form(&page, "password");
        assert!(page.body.contains(ALICE.email));
    })
    .await;
}

#[tokio::test]
async fn an_id_token_says_who_is_meant() {
    for_each_store(async |house| {
        let mut alice = Browser::default();
        let of_alice = id_token(house, &mut alice, &DESK, &ALICE).await;
        let silent = |hint: &str| ask(&DESK).with("prompt", "none").with("id_token_hint", hint);
        assert!(callback(&sent(house, &mut alice, &silent(&of_alice)).await).get("code").is_some());
        let mut bob = Browser::default();
        let of_bob = id_token(house, &mut bob, &DESK, &BOB).await;
        assert_eq!(error(&sent(house, &mut bob, &silent(&of_alice)).await), "login_required");
        // Old is no harm; forged is.
        house.advance(2 * 3600);
        assert!(callback(&sent(house, &mut bob, &silent(&of_bob)).await).get("code").is_some());
        let mut forged = of_bob.clone();
        forged.replace_range(of_bob.len() - 8.., "AAAAAAAA");
        let reply = sent(house, &mut bob, &silent(&forged)).await;
        assert_eq!(error(&reply), "login_required", "it says it is ours, and nobody can tell");
        // With pages: Bob is asked to sign in as somebody else, and signing in as Bob is not what was asked.
        let shown = ask(&DESK).with("id_token_hint", &of_alice);
        let (url, page) = bob.open(house, &shown.url(house)).await;
        form(&page, "email");
        let (url, page) = bob.fill(house, &url, &page, "email", BOB.email).await;
        let (_, reply) = bob.fill(house, &url, &page, "password", PASSWORD).await;
        assert_eq!(error(&reply), "login_required");
        let (_, reply) = bob.walk(house, &shown.url(house), &ALICE, None).await;
        assert!(callback(&reply).get("code").is_some());
        // Another data center's token is for its own house to judge.
        let of_carla = id_token(house, &mut Browser::default(), &DESK, &CARLA).await;
        assert_eq!(error(&sent(house, &mut alice, &silent(&of_carla)).await), "login_required");
    })
    .await;
}
