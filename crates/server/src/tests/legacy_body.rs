//! Old bodies, as a client's setting: milliseconds beside seconds (accounts-protocol.md section 7.2, decision 25).

use super::harness::*;

const OLD: App = App {
    id: "1000.ZYLKEROLD00000000000000000000L",
    secret: "canary-old-secret-0012",
    redirect_uri: "http://127.0.0.1:9913/callback",
};

const CLIENT: &str = r#"
[[client]]
id = "1000.ZYLKEROLD00000000000000000000L"
secret = "canary-old-secret-0012"
type = "server"
name = "Old"
redirect_uris = ["http://127.0.0.1:9913/callback"]
data_centers = ["us"]
legacy_token_body = true
"#;

fn lives(reply: &Reply) -> (Option<i64>, Option<i64>) {
    let body = reply.json();
    assert_eq!(reply.status, 200, "{reply:?}");
    (body["expires_in"].as_i64(), body.get("expires_in_sec").and_then(serde_json::Value::as_i64))
}

#[tokio::test]
async fn legacy_body_switch_is_a_clients_setting() {
    for_each_store(async |house| {
        house.provision(CLIENT).await;
        for (app, expected) in [(&OLD, (Some(3_600_000), Some(3600))), (&DESK, (Some(3600), None))] {
            let code = house.code(&Ask::of(app), &ALICE).await;
            let reply = house.exchange("us", app, &code).await;
            assert_eq!(lives(&reply), expected, "{}", app.id);
            let refreshed = house.refresh("us", app, &reply.text("refresh_token")).await;
            assert_eq!(lives(&refreshed), expected, "{}", app.id);
            // It lives an hour either way.
            house.advance(3599);
            assert!(house.alive("us", &refreshed.text("access_token")).await);
            house.advance(1);
            assert!(!house.alive("us", &refreshed.text("access_token")).await);
        }
        let code = house.code(&Ask::of(&OLD), &ALICE).await;
        let body = house.exchange("us", &OLD, &code).await.body;
        assert!(body.ends_with(r#""token_type":"Bearer","expires_in":3600000,"expires_in_sec":3600}"#), "{body}");
    })
    .await;
}
