//! The journal: what was asked and answered, with the true cause and without a secret.

use serde_json::{Value, json};

use super::*;

fn entries(journal: &Value) -> Vec<Value> {
    journal["entries"].as_array().unwrap().clone()
}

#[tokio::test]
async fn what_was_asked_and_answered_and_why() {
    for_one_store(async |house| {
        let code = code_of(house, &Ask::of(&DESK).with("state", "s&1"), &ALICE).await;
        let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
        let refused = house.exchange("eu", &DESK, &code).await;
        let info = house.user_info("us", &tokens.access).await;

        let journal = get(house, "journal").await;
        let all = entries(&journal);
        assert_eq!(all.len(), 4, "the sandbox's own requests are not in it: {journal}");
        assert_eq!(journal["last"], json!(4));
        let id = |token: &str| token.rsplit_once('.').unwrap().0.to_owned() + ".***";
        let [asked, exchanged, elsewhere, opened] = all.as_slice() else { panic!() };
        assert_eq!(asked["endpoint"], "authorize");
        assert_eq!(asked["parameters"]["state"], "s&1");
        assert_eq!(asked["parameters"]["sandbox_user"], ALICE.email);
        assert!(asked["location"].as_str().unwrap().contains(&format!("code={}", id(&code))), "{asked}");
        assert_eq!(exchanged["parameters"]["code"], json!(id(&code)));
        assert_eq!(exchanged["parameters"]["client_secret"], "***");
        assert_eq!(exchanged["answer"]["access_token"], json!(id(&tokens.access)));
        assert_eq!(exchanged["answer"]["refresh_token"], json!(id(&tokens.refresh)));
        assert_eq!(exchanged["time"], "2026-11-22T10:00:00Z");
        assert_eq!(exchanged["client"], DESK.id);
        for (key, value) in [
            ("data_center", json!("eu")),
            ("status", json!(200)),
            ("error", json!("invalid_client")),
            ("cause", json!("wrong_data_center")),
            ("detail", json!("the code was issued by us and redeemed at eu")),
            ("method", json!("POST")),
            ("path", json!(TOKEN)),
            ("request_id", json!(refused.header("x-request-id"))),
        ] {
            assert_eq!(elsewhere[key], value, "{key}");
        }
        assert_eq!(opened["authorization"], json!(format!("Bearer {}", id(&tokens.access))));
        assert_eq!(opened["request_id"], json!(info.header("x-request-id")));

        for (filter, found) in [
            ("since=2", 2),
            ("since=2026-11-22T10:00:00Z", 4),
            ("since=2026-11-22T10:00:01Z", 0),
            ("endpoint=token", 2),
            ("endpoint=/oauth/v2/*", 3),
            ("endpoint=/oauth/v2/token&data_center=eu", 1),
            ("cause=wrong_data_center", 1),
            ("error=invalid_client", 1),
            ("status=200", 3),
            ("status=400", 0),
            (&format!("client={}", DESK.id), 3),
            (&format!("client={}", OTHER.id), 0),
        ] {
            let filtered = get(house, &format!("journal?{filter}")).await;
            assert_eq!(entries(&filtered).len(), found, "{filter}: {filtered}");
        }
        house.send("us", &Request::new("DELETE", "/_sandbox/journal")).await;
        assert_eq!(get(house, "journal").await, json!({"last": 4, "entries": []}));
    })
    .await;
}

#[tokio::test]
async fn no_secret_is_ever_in_it() {
    for_each_store(async |house| {
        // A person with a browser, a password and cookies; credentials in every place, and in wrong ones.
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        let basic = Request::form(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh)]);
        house.send("us", &basic.basic(DESK.id, DESK.secret)).await;
        let misplaced = [
            ("grant_type", "refresh_token"),
            ("client_id", DESK.secret),
            ("canary-as-a-name-of-a-field-0123456789abc", "x"),
        ];
        house.post("us", TOKEN, &misplaced).await;
        let (kind, body) = multipart(&redemption(&DESK, "1000.x.y"));
        house.send("us", &Request::new("POST", TOKEN).body(&kind, body)).await;
        house.revoke("us", &tokens.refresh).await;
        house.user_info("us", &tokens.access).await;
        house.send("us", &Request::get("/oauth/user/info").header("authorization", "canary-scheme canary-token")).await;

        let text = get(house, "journal").await.to_string();
        assert!(text.contains("refresh_token"));
        for secret in ["canary", tokens.access.rsplit('.').next().unwrap(), tokens.refresh.rsplit('.').next().unwrap()]
        {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn pages_and_redirects_say_their_word() {
    for_one_store(async |house| {
        asked(house, &Ask::of(&DESK).with("scope", "Nobody.knows.THIS")).await;
        answered(house, &Ask::of(&DESK).with("sandbox_user", ALICE.email).with("sandbox_deny", "true")).await;
        let all = entries(&get(house, "journal").await);
        assert_eq!((&all[0]["error"], &all[0]["cause"]), (&json!("ERROR_invalid_scope"), &json!("scope_unknown")));
        assert_eq!((&all[1]["error"], &all[1]["status"]), (&json!("access_denied"), &json!(303)));
    })
    .await;
}
