//! Introspection and revocation at `/oauth2` (cases F03, F05 to F09).

use super::{super::harness::*, issuer, kit::*};

const INACTIVE: (u16, &str) = (200, r#"{"active":false}"#);

#[tokio::test]
async fn f05_f06_told_to_those_it_concerns_and_alike_to_all_others() {
    for_each_store(async |house| {
        let ask = offline(&DESK).with("scope", "openid ZohoBigin.modules.ALL");
        let code = code(house, &ask, &ALICE).await;
        let tokens = Tokens::of(&redeem(house, "us", &DESK, &code).await);
        let body = introspect(house, "us", &DESK, &tokens.access).await.json();
        for (key, value) in [
            ("active", true.into()),
            ("client_id", DESK.id.into()),
            ("sub", ALICE.zuid.to_string().into()),
            ("scope", "openid ZohoBigin.modules.ALL".into()),
            ("iss", issuer(house, "us").into()),
            ("aud", DESK.id.into()),
            ("exp", (START.seconds() + 3600).into()),
            ("org_id", ALICE.organization.into()),
            ("token_type", serde_json::Value::from("Bearer")),
        ] {
            assert_eq!(body[key], value, "{key}");
        }
        // Without proof, or with a wrong one.
        for request in [
            Request::form("/oauth2/introspect", &[("token", &tokens.access)]),
            Request::form("/oauth2/introspect", &[("token", tokens.access.as_str()), ("client_id", DESK.id)]),
            Request::form("/oauth2/introspect", &[("token", &tokens.access)]).basic(DESK.id, "wrong"),
            Request::form("/oauth2/introspect", &[("token", &tokens.access)]).bearer(&tokens.access),
        ] {
            refused(&house.send("us", &request).await, 401, "invalid_client");
        }
        let eu = family(house, &DESK, &CARLA).await;
        let revoked = family(house, &DESK, &ALICE).await;
        assert_eq!(revoke(house, "us", &DESK, &revoked.access).await.status, 200);
        assert_eq!(introspect(house, "us", &OTHER, &tokens.access).await.brief(), INACTIVE, "none of its business");
        let crossed = format!("{}{}", &tokens.access[..38], &revoked.access[38..]);
        for token in [
            "x",
            &tokens.access[..60],
            &format!("{}0", tokens.access),
            &crossed,
            &tokens.refresh,
            &revoked.access,
            &eu.access,
            "eyJhbGciOiJub25lIn0.e30.",
        ] {
            assert_eq!(introspect(house, "us", &DESK, token).await.brief(), INACTIVE, "{token}");
        }
        assert_eq!(introspect(house, "eu", &DESK, &eu.access).await.json()["active"], true);
        house.advance(3600);
        assert_eq!(introspect(house, "us", &DESK, &tokens.access).await.brief(), INACTIVE, "expired");
        refused(
            &house.send("us", &Request::form("/oauth2/introspect", &[("x", "y")]).basic(DESK.id, DESK.secret)).await,
            400,
            "invalid_request",
        );
        assert_eq!(house.send("us", &Request::get("/oauth2/introspect")).await.status, 405);
        assert_eq!(
            house.send("us", &Request::new("POST", "/oauth2/introspect").body("application/json", "{}")).await.status,
            415
        );
    })
    .await;
}

#[tokio::test]
async fn f07_a_client_revokes_its_own_and_nobody_elses() {
    for_each_store(async |house| {
        let tokens = family(house, &DESK, &ALICE).await;
        for token in [&tokens.access, &tokens.refresh] {
            refused(&revoke(house, "us", &OTHER, token).await, 400, "invalid_grant");
            let public = [("token", token.as_str()), ("client_id", POCKET.id)];
            refused(&house.post("us", "/oauth2/revoke", &public).await, 400, "invalid_grant");
            let alone = [("token", token.as_str()), ("client_id", DESK.id)];
            refused(&house.post("us", "/oauth2/revoke", &alone).await, 401, "invalid_client");
            refused(&house.post("us", "/oauth2/revoke", &[("token", token)]).await, 401, "invalid_client");
        }
        assert!(active(house, &DESK, &tokens.access).await);
        Tokens::of(&refresh(house, "us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn f08_what_is_revoked_and_what_goes_with_it() {
    for_each_store(async |house| {
        let first = family(house, &DESK, &ALICE).await;
        let second = Tokens::of(&refresh(house, "us", &DESK, &first.refresh).await);
        // An access token goes alone, whatever the hint says.
        let fields = [("token", first.access.as_str()), ("token_type_hint", "refresh_token")];
        let request = Request::form("/oauth2/revoke", &fields).basic(DESK.id, DESK.secret);
        assert_eq!(house.send("us", &request).await.status, 200);
        assert!(!active(house, &DESK, &first.access).await && active(house, &DESK, &second.access).await);
        // Any refresh token that the family had takes it along, grace or not.
        for _ in 0..2 {
            assert_eq!(revoke(house, "us", &DESK, &first.refresh).await.status, 200);
            assert!(!active(house, &DESK, &second.access).await);
            for token in [&first.refresh, &second.refresh] {
                invalid_grant(&refresh(house, "us", &DESK, token).await);
            }
        }
        // What is no token needs no revoking.
        let eu = family(house, &DESK, &CARLA).await;
        for unknown in ["x", "1000.x.y", &format!("{}{}", &second.access[..38], "0".repeat(32)), &eu.refresh] {
            assert_eq!(revoke(house, "us", &DESK, unknown).await.status, 200, "{unknown}");
        }
        Tokens::of(&refresh(house, "eu", &DESK, &eu.refresh).await);
        let empty = Request::form("/oauth2/revoke", &[("token", "")]).basic(DESK.id, DESK.secret);
        refused(&house.send("us", &empty).await, 400, "invalid_request");
        assert_eq!(house.send("us", &Request::get("/oauth2/revoke?token=x")).await.status, 405);
    })
    .await;
}
