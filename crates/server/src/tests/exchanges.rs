//! Whole exchanges, one for each documented answer: status, headers and body, byte for byte, the same on every
//! store. Time and chance stand still.

use insta::assert_snapshot;

use super::harness::*;

const STILL: Setup = Setup { throttles: true, guess_limits: false, predictable: true, no_sandbox: false, policy: "" };

async fn posted(house: &House, path: &str, fields: &[(&str, &str)]) -> String {
    house.shown(&house.post("us", path, fields).await)
}

async fn got(house: &House, location: &str, path: &str) -> String {
    house.shown(&house.send(location, &Request::get(path)).await)
}

#[tokio::test]
async fn tokens() {
    for_each_store_with(STILL, async |house| {
        let mut browser = Browser::default();
        let ask = Ask::of(&DESK).with("scope", "ZohoBigin.modules.contacts.READ,AaaServer.profile.READ");
        let code = browser.authorize(house, &ask, &ALICE).await.code();
        let reply = house.exchange("us", &DESK, &code).await;
        assert_snapshot!("a_code_redeemed_offline", house.shown(&reply));
        let refresh = Tokens::of(&reply).refresh;
        let online = browser.authorize(house, &ask.clone().without("access_type"), &ALICE).await.code();
        assert_snapshot!("a_code_redeemed_online", house.shown(&house.exchange("us", &DESK, &online).await));
        assert_snapshot!("refreshed", house.shown(&house.refresh("us", &DESK, &refresh).await));
        let code = house.code(&Ask::of(&DESK).portal(PARTNERS), &PAT).await;
        let fields = redemption(&DESK, &code);
        assert_snapshot!("a_portals_code_redeemed", posted(house, &portal_token(PARTNERS), &fields).await);
        let code = house.code(&ask, &CARLA).await;
        assert_snapshot!("a_code_redeemed_at_eu", house.shown(&house.exchange("eu", &DESK, &code).await));
    })
    .await;
}

#[tokio::test]
async fn token_refusals() {
    for_each_store_with(STILL, async |house| {
        let mut browser = Browser::default();
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let mut fields = redemption(&DESK, &code);
        assert_snapshot!("token_by_get", got(house, "us", TOKEN).await);
        let head = house.send("us", &Request::new("HEAD", TOKEN)).await;
        assert_snapshot!("token_by_head", house.shown(&head));
        assert_snapshot!("grant_type_missing", posted(house, TOKEN, &fields[1..]).await);
        let twice = [&fields[..], &[("code", "another")]].concat();
        assert_snapshot!("a_parameter_twice", posted(house, TOKEN, &twice).await);
        let big = "a".repeat(70_000);
        assert_snapshot!("a_body_too_large", posted(house, TOKEN, &[("x", &big)]).await);
        fields[0].1 = "password";
        assert_snapshot!("invalid_client_an_unknown_grant_type", posted(house, TOKEN, &fields).await);
        let unknown = redemption(&GONE, &code);
        assert_snapshot!("invalid_client_a_disabled_client", posted(house, TOKEN, &unknown).await);
        let eu = house.exchange("eu", &DESK, &code).await;
        assert_snapshot!("invalid_client_the_wrong_data_center", house.shown(&eu));
        let wrong = App { secret: "wrong", ..DESK };
        assert_snapshot!("invalid_client_secret", posted(house, TOKEN, &redemption(&wrong, &code)).await);
        let basic = Request::form(TOKEN, &[("grant_type", "refresh_token")]).basic(DESK.id, "wrong");
        assert_snapshot!("invalid_client_secret_by_basic", house.shown(&house.send("us", &basic).await));
        let wrong = App { redirect_uri: "https://evil.example", ..DESK };
        assert_snapshot!("invalid_redirect_uri", posted(house, TOKEN, &redemption(&wrong, &code)).await);
        assert_snapshot!("invalid_code_spent", posted(house, TOKEN, &redemption(&DESK, &code)).await);
        assert_snapshot!("invalid_code_a_refresh_token", posted(house, TOKEN, &refreshing(&DESK, "x")).await);

        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for _ in 0..10 {
            Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        }
        assert_snapshot!("access_denied", house.shown(&house.refresh("us", &DESK, &tokens.refresh).await));
        house.break_store("us");
        assert_snapshot!("a_broken_store", house.shown(&house.refresh("us", &DESK, &tokens.refresh).await));
    })
    .await;
}

#[tokio::test]
async fn revocations() {
    for_each_store_with(STILL, async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let open = "/oauth/v2/token/revoke";
        assert_snapshot!("revoked", posted(house, open, &[("token", &tokens.access)]).await);
        assert_snapshot!("revoking_what_is_unknown", posted(house, open, &[("token", "x")]).await);
        assert_snapshot!("revoking_by_get", got(house, "us", &format!("{open}?token={}", tokens.refresh)).await);
        let authenticated = "/oauth/v2/revoke/token";
        let fields = [("token", tokens.refresh.as_str())];
        assert_snapshot!("revoking_without_basic", posted(house, authenticated, &fields).await);
        let foreign = Request::form(authenticated, &fields).basic(OTHER.id, OTHER.secret);
        assert_snapshot!("revoking_another_clients", house.shown(&house.send("us", &foreign).await));
        let own = Request::form(authenticated, &fields).basic(DESK.id, DESK.secret);
        assert_snapshot!("revoked_with_basic", house.shown(&house.send("us", &own).await));
    })
    .await;
}

#[tokio::test]
async fn user_info_and_server_info() {
    for_each_store_with(STILL, async |house| {
        let token = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.access;
        assert_snapshot!("user_info", house.shown(&house.user_info("us", &token).await));
        assert_snapshot!("user_info_without_a_token", got(house, "us", "/oauth/user/info").await);
        let narrow = Ask::of(&DESK).with("scope", "ZohoBigin.org.READ");
        let token = house.tokens(&narrow, &DESK, &ALICE).await.access;
        assert_snapshot!("user_info_without_the_scope", house.shown(&house.user_info("us", &token).await));
        assert_snapshot!("server_info", got(house, "us", "/oauth/serverinfo").await);
        assert_snapshot!("server_info_at_cn", got(house, "cn", "/oauth/serverinfo").await);
        let post = house.send("us", &Request::new("POST", "/oauth/serverinfo")).await;
        assert_snapshot!("server_info_by_post", house.shown(&post));
    })
    .await;
}
