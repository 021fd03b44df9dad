//! Resource indicators and JWT access tokens (RFC 8707; RFC 9068; cases F04, I01, J07).

use serde_json::json;

use super::{super::harness::*, issuer, kit::*};

pub const API: &str = "https://api.zylker.example";
const FILES: &str = "urn:zylker:files";

/// The API wants JWTs, knows the modules only, and is [`OTHER`]; files are opaque.
const RESOURCES: &str = "[[resource]]\naudience = \"https://api.zylker.example\"\nscopes = [\"ZohoBigin.modules.ALL\"]\n\
    token_format = \"jwt\"\nclients = [\"1000.ZYLKEROTHER000000000000000000B\"]\n\
    [[resource]]\naudience = \"urn:zylker:files\"\n";

pub const SETUP: Setup =
    Setup { throttles: false, guess_limits: false, predictable: false, no_sandbox: false, policy: RESOURCES };

pub fn aimed(resources: &[&str]) -> Ask {
    let mut ask = offline(&DESK).with("scope", "openid AaaServer.profile.READ ZohoBigin.modules.contacts.READ");
    ask.parameters.extend(resources.iter().map(|r| ("resource".to_owned(), (*r).to_owned())));
    ask
}

#[tokio::test]
async fn j07_i01_a_jwt_for_the_resource_that_wants_one() {
    for_each_store_with(SETUP, async |house| {
        let code = code(house, &aimed(&[API]), &ALICE).await;
        let reply = redeem(house, "us", &DESK, &code).await;
        let tokens = Tokens::of(&reply);
        assert_eq!(reply.text("scope"), "ZohoBigin.modules.contacts.READ", "what means something there");
        assert!(!reply.text("id_token").is_empty());
        let keys = house.send("us", &Request::get("/oauth2/jwks")).await.json();
        let token = jwt::Jwt::parse(&tokens.access);
        assert!(token.is_of(&keys));
        assert_eq!((&token.header["typ"], &token.header["alg"]), (&json!("at+jwt"), &json!("RS256")));
        let id = token.claims["jti"].as_str().unwrap().to_owned();
        assert_eq!(
            token.claims,
            json!({
                "iss": issuer(house, "us"), "aud": API, "sub": ALICE.zuid.to_string(), "client_id": DESK.id,
                "scope": "ZohoBigin.modules.contacts.READ", "iat": START.seconds(), "exp": START.seconds() + 3600,
                "jti": id, "org_id": ALICE.organization,
            })
        );
        // Told to its client and to the resource, and to nobody else.
        for (app, told) in [(&DESK, true), (&OTHER, true), (&NARROW, false)] {
            assert_eq!(active(house, app, &tokens.access).await, told, "{}", app.id);
        }
        assert_eq!(introspect(house, "us", &OTHER, &tokens.access).await.json()["aud"], API);
        // It is for the API, not for this server's own resources, and its id is no token.
        assert_eq!(house.user_info("us", &tokens.access).await.status, 401);
        assert!(!active(house, &DESK, &id).await);
        // A retry gives the very same JWT; the next one is another.
        let second = Tokens::of(&refresh(house, "us", &DESK, &tokens.refresh).await);
        house.advance(5);
        assert_eq!(Tokens::of(&refresh(house, "us", &DESK, &tokens.refresh).await), second);
        let claims = jwt::Jwt::parse(&second.access).claims;
        assert!(claims["jti"] != id.as_str() && claims["aud"] == API);
        // Revoked it is dead for whoever asks, though its signature is good; and it alone.
        refused(&revoke(house, "us", &OTHER, &second.access).await, 400, "invalid_grant");
        assert_eq!(revoke(house, "us", &DESK, &second.access).await.status, 200);
        assert!(!active(house, &OTHER, &second.access).await && active(house, &OTHER, &tokens.access).await);
        assert_eq!(revoke(house, "us", &DESK, &second.refresh).await.status, 200);
        assert!(!active(house, &OTHER, &tokens.access).await);
    })
    .await;
}

#[tokio::test]
async fn j07_e08_only_what_was_granted_is_aimed_at() {
    for_each_store_with(SETUP, async |house| {
        let code_for = async |resources: &[&str]| code(house, &aimed(resources), &ALICE).await;
        let redeem_for = async |code: &str, resources: &[&str]| {
            let mut fields = redeeming(&DESK, code);
            fields.extend(resources.iter().map(|r| ("resource", *r)));
            house.post("us", TOKEN2, &fields).await
        };
        let code = code_for(&[API, FILES]).await;
        for unknown in ["https://nowhere.example", "https://api.zylker.example/"] {
            refused(&redeem_for(&code, &[unknown]).await, 400, "invalid_target");
        }
        let reply = redeem_for(&code, &[FILES]).await;
        let tokens = Tokens::of(&reply);
        assert!(tokens.access.starts_with("1000."), "files are opaque");
        assert_eq!(introspect(house, "us", &DESK, &tokens.access).await.json()["aud"], FILES);
        assert!(!active(house, &OTHER, &tokens.access).await, "it is not the files");
        // At refresh any of the granted, or all of them.
        let ask = async |token: &str, resources: &[&str]| {
            let mut fields = refreshing(&DESK, token);
            fields.extend(resources.iter().map(|r| ("resource", *r)));
            house.post("us", TOKEN2, &fields).await
        };
        refused(&ask(&tokens.refresh, &["https://nowhere.example"]).await, 400, "invalid_target");
        let second = Tokens::of(&ask(&tokens.refresh, &[API]).await);
        assert_eq!(jwt::Jwt::parse(&second.access).claims["aud"], API);
        let third = Tokens::of(&ask(&second.refresh, &[]).await);
        assert_eq!(introspect(house, "us", &DESK, &third.access).await.json()["aud"], json!([API, FILES]));
        let only = Tokens::of(&redeem_for(&code_for(&[FILES]).await, &[]).await);
        refused(&ask(&only.refresh, &[API]).await, 400, "invalid_target");
        let none = Tokens::of(&redeem_for(&code_for(&[]).await, &[]).await);
        refused(&ask(&none.refresh, &[API]).await, 400, "invalid_target");
    })
    .await;
}

#[tokio::test]
async fn f04_no_other_jwt_passes_for_an_access_token() {
    for_each_store_with(SETUP, async |house| {
        let code = code(house, &aimed(&[API]), &ALICE).await;
        let reply = redeem(house, "us", &DESK, &code).await;
        let token = reply.text("access_token");
        let parsed = jwt::Jwt::parse(&token);
        let parts: Vec<&str> = token.split('.').collect();
        let with_header = |change: &dyn Fn(&mut serde_json::Value)| {
            let mut header = parsed.header.clone();
            change(&mut header);
            format!("{}.{}.{}", jwt::part(&header), parts[1], parts[2])
        };
        let mut claims = parsed.claims.clone();
        claims["sub"] = "700002".into();
        let forged = [
            reply.text("id_token"),
            with_header(&|h| h["alg"] = "none".into()),
            with_header(&|h| h["alg"] = "HS256".into()),
            with_header(&|h| h["typ"] = "JWT".into()),
            with_header(&|h| h["kid"] = "../../etc/passwd".into()),
            with_header(&|h| h["crit"] = json!(["x"])),
            with_header(&|h| h["jku"] = "https://evil.example/jwks".into()),
            format!("{}.{}.{}", parts[0], jwt::part(&claims), parts[2]),
            format!("{}.{}.", parts[0], parts[1]),
            token[..token.len() - 2].to_owned(),
        ];
        for forged in &forged {
            assert!(!active(house, &DESK, forged).await, "{forged}");
            assert_eq!(revoke(house, "us", &DESK, forged).await.status, 200);
        }
        assert!(active(house, &DESK, &token).await, "none of them ended it");
        let at_eu = introspect(house, "eu", &DESK, &token).await;
        assert_eq!(at_eu.body, r#"{"active":false}"#, "another data center's keys");
    })
    .await;
}
