//! The token endpoint: what it gives, the four ways to ask, what it says without a grant type (cases
//! C01, C12, E01).

use serde_json::json;

use super::{answers::*, harness::*};

#[tokio::test]
async fn c01_a_code_becomes_tokens() {
    for_each_store(async |house| {
        let scope = "zohobigin.modules.CONTACTS.read AaaServer.profile.Read";
        let ask = Ask::of(&DESK).with("scope", &scope.replace(' ', ","));
        let code = house.code(&ask, &ALICE).await;
        let mut fields = redemption(&DESK, &code);
        // Published clients send these along (client-expectations 1).
        fields.extend([("scope", "ZohoBigin.org.ALL"), ("state", "x"), ("state", "y"), ("access_type", "offline")]);
        let reply = house.post("us", TOKEN, &fields).await;
        let body = reply.json();
        let keys: Vec<&str> = reply.body.split('"').filter(|k| body.get(*k).is_some()).collect();
        assert_eq!(keys, ["access_token", "refresh_token", "scope", "api_domain", "token_type", "expires_in"]);
        assert_eq!(body["scope"], scope, "space separated, as spelled in the request");
        assert_eq!(body["api_domain"], "https://api.us.zylker.example");
        assert_eq!((&body["token_type"], &body["expires_in"]), (&json!("Bearer"), &json!(3600)));
        assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.header("pragma"), Some("no-cache"));
        assert_eq!(reply.header("x-content-type-options"), Some("nosniff"));
        for token in [body["access_token"].as_str().unwrap(), body["refresh_token"].as_str().unwrap()] {
            assert_shape(token, "1000");
        }
        assert_shape(&code, "1000");
    })
    .await;
}

/// A published SDK writes a slash more than it should into every call.
#[tokio::test]
async fn slashes_before_the_path_are_one() {
    for_one_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for slashes in ["//", "////"] {
            let reply =
                house.post("us", &format!("{slashes}oauth/v2/token"), &refreshing(&DESK, &tokens.refresh)).await;
            assert_eq!(reply.status, 200, "{reply:?}");
            drop(reply.text("access_token"));
        }
        // Never a way to another host.
        for target in ["//evil.example/oauth/v2/auth?client_id=x", "//evil.example", "//"] {
            let reply = house.send("us", &Request::get(target)).await;
            let leads_away = reply.header("location").is_some_and(|to| to.contains("evil.example"));
            assert!(!leads_away && reply.status < 500, "{target}: {reply:?}");
        }
    })
    .await;
}

fn assert_shape(token: &str, prefix: &str) {
    let parts: Vec<&str> = token.split('.').collect();
    assert_eq!((parts.len(), parts[0]), (3, prefix), "{token}");
    let hex = |part: &str| part.len() == 32 && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
    assert!(hex(parts[1]) && hex(parts[2]), "{token}");
}

#[tokio::test]
async fn e01_refreshing_gives_an_access_token_only_and_never_rotates() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        // Parameters that other servers know change nothing here (decision 11: scope is ignored).
        let mut fields = refreshing(&DESK, &tokens.refresh);
        fields.extend([("redirect_uri", "https://x.example"), ("scope", "ZohoCRM.modules.ALL")]);
        let mut seen = vec![tokens.access.clone()];
        for _ in 0..3 {
            let reply = house.post("us", TOKEN, &fields).await;
            let body = reply.json();
            let keys: Vec<&str> = reply.body.split('"').filter(|k| body.get(*k).is_some()).collect();
            assert_eq!(keys, ["access_token", "scope", "api_domain", "token_type", "expires_in"]);
            assert_eq!(body["scope"], "AaaServer.profile.READ");
            seen.push(reply.text("access_token"));
        }
        for token in &seen {
            assert!(house.alive("us", token).await);
        }
        // No refresh token for online access, nor without a consent that was shown (decision 17).
        for ask in [
            Ask::of(&DESK).without("access_type"),
            Ask::of(&DESK).with("access_type", "online"),
            Ask::of(&DESK).with("access_type", "OFFLINE"),
            Ask::of(&DESK).without("prompt"),
        ] {
            let tokens = house.tokens(&ask, &DESK, &ALICE).await;
            assert_eq!(tokens.refresh, "", "{ask:?}");
        }
        // It never expires.
        house.advance(900 * 86_400);
        let late = Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        assert!(house.alive("us", &late.access).await);
        assert!(!house.alive("us", &tokens.access).await, "an access token lives an hour");
    })
    .await;
}

#[tokio::test]
async fn an_access_token_lives_exactly_an_hour() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        house.advance(3599);
        house.advance_millis(999);
        assert!(house.alive("us", &tokens.access).await);
        house.advance_millis(1);
        assert!(!house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test]
async fn parameters_travel_in_query_form_multipart_and_basic() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let refresh = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.refresh;
        let all = refreshing(&DESK, &refresh);
        let without_credentials = [("grant_type", "refresh_token"), ("refresh_token", refresh.as_str())];
        let form = "application/x-www-form-urlencoded";
        let (kind, parts) = multipart(&all);
        let in_query = format!("{TOKEN}?{}", encoded(&all));
        let rest_in_query = format!("{TOKEN}?{}", encoded(&without_credentials));
        let (kind_without, parts_without) = multipart(&without_credentials);
        let requests = [
            Request::form(TOKEN, &all),
            Request::new("POST", TOKEN).body("application/x-www-form-urlencoded;charset=UTF-8", encoded(&all)),
            Request::new("POST", TOKEN).body("APPLICATION/X-WWW-FORM-URLENCODED", encoded(&all)),
            Request::new("POST", &in_query),
            // A body of a type that nobody knows hides nothing and adds nothing.
            Request::new("POST", &in_query).body("application/json", r#"{"grant_type":"authorization_code"}"#),
            Request::new("POST", &in_query).body("text/plain", "grant_type=authorization_code"),
            Request::new("POST", &in_query).body(form, ""),
            // The same value twice is one value (decision 19).
            Request::form(&in_query, &all),
            Request::new("POST", TOKEN).body(&kind, parts),
            Request::form(TOKEN, &without_credentials).basic(DESK.id, DESK.secret),
            Request::new("POST", &rest_in_query).basic(DESK.id, DESK.secret),
            Request::new("POST", TOKEN).body(&kind_without, parts_without).basic(DESK.id, DESK.secret),
            Request::form(TOKEN, &all).basic(DESK.id, DESK.secret),
            // Half in one place, half in the other.
            Request::form(&format!("{TOKEN}?client_id={}", DESK.id), &[all[0], all[2], all[3]]),
            Request::form(TOKEN, &all).header("content-encoding", "identity").header("accept", "text/html"),
            Request::form(TOKEN, &all).header("origin", "https://evil.example").header("cookie", "a=b"),
        ];
        for request in requests {
            let reply = house.send("us", &request).await;
            assert!(reply.status == 200 && !reply.text("access_token").is_empty(), "{request:?} {reply:?}");
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
        // Codes travel alike; the redirect URI may not change on the way.
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let (kind, parts) = multipart(&redemption(&DESK, &code));
        Tokens::of(&house.send("us", &Request::new("POST", TOKEN).body(&kind, parts)).await);
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let target = format!("{TOKEN}?{}", encoded(&redemption(&DESK, &code)));
        Tokens::of(&house.send("us", &Request::new("POST", &target)).await);
    })
    .await;
}

#[tokio::test]
async fn c12_grant_types() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let ask = |grant: Option<&str>, app: &App| {
            let mut fields = refreshing(app, &tokens.refresh);
            fields.remove(0);
            fields.extend(grant.map(|g| ("grant_type", g)));
            Request::form(TOKEN, &fields)
        };
        for (grant, app, expected) in [
            (None, &DESK, INVALID_REQUEST),
            (Some(""), &DESK, INVALID_REQUEST),
            (Some("password"), &DESK, INVALID_CLIENT),
            (Some("Refresh_Token"), &DESK, INVALID_CLIENT),
            (Some("refresh_token "), &DESK, INVALID_CLIENT),
            (Some("update_scopes_token"), &DESK, INVALID_CLIENT),
            // A code grant with a refresh token: there is no code.
            (Some("authorization_code"), &DESK, INVALID_CODE),
            // Not allowed for the client.
            (Some("refresh_token"), &CODES_ONLY, INVALID_CLIENT),
            // Browser clients have no secret at all, and the secret comes first.
            (Some("refresh_token"), &PANEL, INVALID_SECRET),
            (Some("authorization_code"), &PANEL, INVALID_SECRET),
            (Some("authorization_code"), &SCREEN, INVALID_CLIENT),
        ] {
            let reply = house.send("us", &ask(grant, app)).await;
            assert_eq!(reply.brief(), expected, "{grant:?} {}", app.id);
        }
        // The order: grant type, client, secret, then the rest (decision 4).
        for (fields, expected) in [
            (vec![("client_id", "nobody")], INVALID_REQUEST),
            (vec![("grant_type", "x"), ("client_id", "nobody")], INVALID_CLIENT),
            (vec![("grant_type", "refresh_token"), ("client_id", "nobody")], INVALID_CLIENT),
            (vec![("grant_type", "refresh_token")], INVALID_CLIENT),
            (vec![("grant_type", "refresh_token"), ("client_id", DESK.id)], INVALID_SECRET),
            (
                vec![("grant_type", "refresh_token"), ("client_id", DESK.id), ("client_secret", DESK.secret)],
                INVALID_CODE,
            ),
            (
                vec![("grant_type", "authorization_code"), ("client_id", DESK.id), ("client_secret", DESK.secret)],
                INVALID_CODE,
            ),
        ] {
            assert_eq!(house.post("us", TOKEN, &fields).await.brief(), expected, "{fields:?}");
        }
        assert!(house.alive("us", &tokens.access).await);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}
