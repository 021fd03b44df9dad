//! `/oauth/v2/introspect`: told to those it concerns, and nothing to anybody else (cases F05, F06).

use serde_json::json;

use super::{answers::*, harness::*};

const PATH: &str = "/oauth/v2/introspect";
const INACTIVE: Answer = (200, r#"{"active":false}"#);

async fn told(house: &House, location: &str, app: &App, token: &str) -> Reply {
    house.send(location, &Request::form(PATH, &[("token", token)]).basic(app.id, app.secret)).await
}

#[tokio::test]
async fn a_live_token_is_described() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", "ZohoBigin.modules.contacts.READ,openid");
        let tokens = house.tokens(&ask, &DESK, &ALICE).await;
        let born = house.clock().now().seconds();
        house.advance(600);
        let expected = json!({
            "active": true, "client_id": DESK.id, "username": "alice@zylker.example", "sub": "700001",
            "scope": "ZohoBigin.modules.contacts.READ openid", "exp": born + 3600, "iat": born, "aud": DESK.id,
            "iss": house.url("us"), "token_type": "Bearer", "org_id": "10001", "environment": "production",
        });
        let reply = told(house, "us", &DESK, &tokens.access).await;
        assert_eq!((reply.status, reply.json()), (200, expected.clone()));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let fields = [("client_id", DESK.id), ("client_secret", DESK.secret), ("token", tokens.access.as_str())];
        let hinted = [&fields[..], &[("token_type_hint", "refresh_token")]].concat();
        for fields in [&fields[..], &hinted] {
            assert_eq!(house.post("us", PATH, fields).await.json(), expected, "credentials in the form");
        }
        // A sandbox organization says so; no organization, no word of one.
        let sandbox = Person { organization: "10002", ..BOB };
        let bob = house.tokens(&ask, &DESK, &sandbox).await.access;
        let body = told(house, "us", &DESK, &bob).await.json();
        assert_eq!((&body["org_id"], &body["environment"]), (&json!("10002"), &json!("sandbox")));
        let dora = house.tokens(&Ask::of(&DESK).with("scope", "email"), &DESK, &DORA).await.access;
        let body = told(house, "us", &DESK, &dora).await.json();
        assert_eq!((body.get("org_id"), body.get("environment"), &body["sub"]), (None, None, &json!("700004")));
        let again = Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await).access;
        let body = told(house, "us", &DESK, &again).await.json();
        assert_eq!((&body["iat"], &body["exp"]), (&json!(born + 600), &json!(born + 4200)));
    })
    .await;
}

#[tokio::test]
async fn f05_only_who_proves_itself_is_told() {
    for_each_store(async |house| {
        let token = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.access;
        let fields = [("token", token.as_str())];
        let with = |id: &'static str, secret: &'static str| {
            let mut all = fields.to_vec();
            all.extend([("client_id", id), ("client_secret", secret)]);
            Request::form(PATH, &all)
        };
        for request in [
            Request::form(PATH, &fields),
            Request::form(PATH, &fields).basic(DESK.id, ""),
            Request::form(PATH, &fields).basic(DESK.id, "wrong"),
            Request::form(PATH, &fields).basic("nobody", DESK.secret),
            Request::form(PATH, &fields).basic(GONE.id, GONE.secret),
            Request::form(PATH, &fields).basic(POCKET.id, ""),
            Request::form(PATH, &fields).bearer(&token),
            with(POCKET.id, ""),
            with(PANEL.id, ""),
            with(DESK.id, ""),
            with(DESK.id, OTHER.secret),
        ] {
            let reply = house.send("us", &request).await;
            assert_eq!(reply.brief(), (401, r#"{"error":"invalid_client"}"#), "{request:?}");
            assert!(reply.header("www-authenticate").is_some_and(|v| v.starts_with("Basic ")), "{request:?}");
        }
        assert_eq!(house.send("us", &Request::get(&format!("{PATH}?token={token}"))).await.brief(), INVALID_REQUEST);
        let nothing = Request::form(PATH, &[("x", "y")]).basic(DESK.id, DESK.secret);
        assert_eq!(house.send("us", &nothing).await.brief(), INVALID_REQUEST);
        let twice = Request::form(PATH, &[("token", token.as_str()), ("token", "x")]).basic(DESK.id, DESK.secret);
        assert_eq!(house.send("us", &twice).await.brief(), INVALID_REQUEST);
        // Another client that proves itself learns nothing, not even that the token is one.
        assert_eq!(told(house, "us", &OTHER, &token).await.brief(), INACTIVE);
        assert_eq!(told(house, "us", &DESK, &token).await.json()["active"], true);
    })
    .await;
}

#[tokio::test]
async fn f06_whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", "openid,AaaServer.profile.READ");
        let code = house.code(&ask, &ALICE).await;
        let reply = house.exchange("us", &DESK, &code).await;
        let (tokens, id_token) = (Tokens::of(&reply), reply.text("id_token"));
        let gone = Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await).access;
        house.revoke("us", &gone).await;
        let eu = house.tokens(&ask, &DESK, &CARLA).await.access;
        let half = |token: &str, n: usize| token.split('.').nth(n).unwrap().to_owned();
        let mut replies = Vec::new();
        for (token, why) in [
            (gone, "revoked"),
            (eu.clone(), "another data center's"),
            (format!("1000.{}.{}", half(&eu, 1), "0".repeat(32)), "made up, another data center's"),
            (format!("1000.{}.{}", half(&tokens.access, 1), half(&eu, 2)), "another's secret"),
            (format!("1000.{}.{}", half(&tokens.access, 2), half(&tokens.access, 1)), "halves swapped"),
            (tokens.access.to_uppercase(), "upper case"),
            (tokens.refresh.clone(), "a refresh token"),
            (id_token, "an ID token"),
            (code, "a code"),
            (DESK.secret.to_owned(), "a secret"),
            ("x".to_owned(), "nothing"),
            ("x".repeat(20_000), "nothing, much of it"),
        ] {
            let reply = told(house, "us", &DESK, &token).await;
            assert_eq!(reply.brief(), INACTIVE, "{why}");
            replies.push(reply);
        }
        replies.push(told(house, "us", &OTHER, &tokens.access).await);
        assert_eq!(told(house, "us", &DESK, &tokens.access).await.json()["active"], true);
        house.advance(3600);
        let expired = told(house, "us", &DESK, &tokens.access).await;
        assert_eq!(expired.brief(), INACTIVE);
        for reply in &replies {
            assert_eq!(house.shown(reply), house.shown(&expired), "headers and all");
        }
    })
    .await;
}

#[tokio::test]
async fn what_ends_a_token_is_told_at_once() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        let active = async |token: &str| told(house, "us", &DESK, token).await.json()["active"] == true;
        assert!(active(&tokens.access).await);
        let bob = "[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{password}\nfirst_name = \"Bob\"\n\
                   data_center = \"us\"\norganizations = [\"10001\", \"10002\"]\n";
        house.provision(&format!("{bob}disabled = true")).await;
        assert!(!active(&tokens.access).await);
        house.provision(bob).await;
        assert!(active(&tokens.access).await);
        house.revoke("us", &tokens.refresh).await;
        assert!(!active(&tokens.access).await);
        house.break_store("us");
        let reply = told(house, "us", &DESK, &tokens.access).await;
        assert_eq!(reply.brief(), BROKEN, "nobody knows is not: inactive");
    })
    .await;
}
