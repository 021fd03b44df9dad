//! Self clients: codes made without a redirect, by the admin listener and beside the server (accounts-protocol.md
//! section 14).

use serde_json::json;

use super::harness::*;
use crate::self_codes::{self, SelfCodeRequest};

/// Bob's own: two organizations.
pub const SCRIPT: App =
    App { id: "1000.ZYLKERSCRIPT00000000000000000M", secret: "canary-script-secret-01", redirect_uri: "" };

/// Self clients: Bob's, one of nobody's, one of Carla's that is not enabled at her home, a disabled one.
pub const SELF_CLIENTS: &str = r#"
[[client]]
id = "1000.ZYLKERSCRIPT00000000000000000M"
secret = "canary-script-secret-01"
type = "self"
name = "Bob's Script"
owner = "bob@zylker.example"
scopes = ["ZohoBigin.modules.ALL", "ZohoCRM.modules.ALL", "AaaServer.profile.READ"]
data_centers = ["us"]
[[client]]
id = "1000.ZYLKERNOBODY00000000000000000N"
secret = "canary-nobody-secret-01"
type = "self"
name = "Nobody's Script"
data_centers = ["us"]
[[client]]
id = "1000.ZYLKERCARLA000000000000000000O"
secret = "canary-carla-secret-001"
type = "self"
name = "Carla's Script"
owner = "carla@zylker.example"
data_centers = ["us"]
[[client]]
id = "1000.ZYLKERASLEEP00000000000000000P"
secret = "canary-asleep-secret-01"
type = "self"
name = "Asleep"
owner = "bob@zylker.example"
disabled = true
data_centers = ["us"]
"#;

const SCOPE: &str = "ZohoBigin.modules.ALL,AaaServer.profile.READ";

async fn asked(house: &House, body: &serde_json::Value) -> Reply {
    let request =
        Request::new("POST", "/admin/v1/self-codes").body("application/json", body.to_string()).bearer(ADMIN_TOKEN);
    send(&house.admin(), &request).await
}

async fn code(house: &House, minutes: u64) -> String {
    let body = json!({ "client_id": SCRIPT.id, "scope": SCOPE, "organization": "10002", "minutes": minutes });
    let reply = asked(house, &body).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.text("code")
}

/// The exchange, without a redirect URI.
async fn exchanged(house: &House, code: &str) -> Reply {
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", SCRIPT.id),
        ("client_secret", SCRIPT.secret),
        ("code", code),
    ];
    house.post("us", TOKEN, &fields).await
}

#[tokio::test]
async fn a_self_client_s_code_gives_a_refresh_token_without_a_redirect() {
    for_each_store_with(ADMIN, async |house| {
        house.provision(SELF_CLIENTS).await;
        let body = json!({ "client_id": SCRIPT.id, "scope": SCOPE, "organization": "10002" });
        let reply = asked(house, &body).await;
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!((reply.text("location"), reply.text("organization")), ("us".into(), "10002".into()));
        assert_eq!(
            (reply.text("accounts_server").as_str(), reply.json()["expires_in"].as_u64()),
            (house.url("us"), Some(180))
        );
        let answer = exchanged(house, &reply.text("code")).await;
        assert_eq!(answer.text("scope"), "ZohoBigin.modules.ALL AaaServer.profile.READ");
        let tokens = Tokens::of(&answer);
        assert!(house.alive("us", &tokens.access).await);
        assert_eq!(house.user_info("us", &tokens.access).await.json()["Email"], BOB.email);
        assert_eq!(organization(house, &tokens.access).await, "10002");
        let again = Tokens::of(&house.refresh("us", &SCRIPT, &tokens.refresh).await);
        assert!(house.alive("us", &again.access).await);
        assert_eq!(exchanged(house, &reply.text("code")).await.brief(), (200, r#"{"error":"invalid_code"}"#));
        // Whatever redirect URI comes along, none was ever bound.
        let code = code(house, 3).await;
        let fields = redemption(&SCRIPT, &code);
        assert!(!Tokens::of(&house.post("us", TOKEN, &fields).await).refresh.is_empty());
    })
    .await;
}

/// The organization a live access token is bound to.
pub async fn organization(house: &House, access: &str) -> String {
    let presented = grantor_protocol::token::PresentedToken::parse(access).unwrap();
    let now = house.clock().now();
    let live = house.room("us").store.read(move |tx| tx.access(&presented, now)).await.unwrap();
    live.unwrap().organization_id
}

#[tokio::test]
async fn a_self_client_s_code_lives_as_long_as_was_chosen() {
    for_each_store_with(ADMIN, async |house| {
        house.provision(SELF_CLIENTS).await;
        for minutes in [3, 5, 7, 10] {
            let (in_time, late) = (code(house, minutes).await, code(house, minutes).await);
            house.advance(minutes * 60 - 1);
            Tokens::of(&exchanged(house, &in_time).await);
            house.advance(1);
            assert_eq!(exchanged(house, &late).await.brief(), (200, r#"{"error":"invalid_code"}"#), "{minutes}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_self_client_s_code_is_refused_for() {
    for_each_store_with(ADMIN, async |house| {
        house.provision(SELF_CLIENTS).await;
        let good = json!({ "client_id": SCRIPT.id, "scope": SCOPE, "organization": "10002" });
        for (key, value, status, error, message) in [
            ("client_id", json!("1000.X"), 400, "invalid_client", "no client has the id \"1000.X\""),
            ("client_id", json!(DESK.id), 400, "invalid_client", "is no self client"),
            ("client_id", json!("1000.ZYLKERASLEEP00000000000000000P"), 400, "invalid_client", "is disabled"),
            ("client_id", json!("1000.ZYLKERNOBODY00000000000000000N"), 400, "invalid_owner", "owner \"\""),
            ("client_id", json!("1000.ZYLKERCARLA000000000000000000O"), 400, "invalid_owner", "carla@zylker.example"),
            ("scope", json!(""), 400, "invalid_scope", "are no list"),
            ("scope", json!("ZohoBigin.nothing.ALL"), 400, "invalid_scope", "there is no scope ZohoBigin.nothing.ALL"),
            ("scope", json!("ZohoBigin.users.ALL"), 400, "invalid_scope", "not registered for the scope"),
            ("organization", json!(null), 400, "missing_org_info", "10001 (Zylker), 10002 (Zylker Sandbox)"),
            ("organization", json!("20001"), 400, "invalid_org", "does not belong to the organization \"20001\""),
            ("minutes", json!(4), 400, "invalid_request", "3, 5, 7 or 10 minutes, not 4"),
            ("minutes", json!("3"), 422, "invalid_request", "minutes"),
            ("surprise", json!(1), 422, "invalid_request", "surprise"),
        ] {
            let mut body = good.clone();
            body[key] = value;
            let reply = asked(house, &body).await;
            assert_eq!((reply.status, reply.text("error").as_str()), (status, error), "{body}: {reply:?}");
            assert!(reply.text("message").contains(message), "{body}: {reply:?}");
        }
        // What belongs to no organization needs none.
        let body = json!({ "client_id": SCRIPT.id, "scope": "AaaServer.profile.READ" });
        let reply = asked(house, &body).await;
        let access = Tokens::of(&exchanged(house, &reply.text("code")).await).access;
        assert_eq!(organization(house, &access).await, "");
    })
    .await;
}

#[tokio::test]
async fn i05_a_self_client_s_organization_that_is_not_there_and_one_that_is_another_s_are_told_alike() {
    for_each_store_with(ADMIN, async |house| {
        house.provision(SELF_CLIENTS).await;
        house.provision("[[organization]]\nid = \"10004\"\nname = \"Stranger\"\ndata_center = \"us\"\n").await;
        let mut told = Vec::new();
        // Not there; at another data center; not the owner's.
        for id in ["99999", "20001", "30001", "10004"] {
            let body = json!({ "client_id": SCRIPT.id, "scope": SCOPE, "organization": id });
            let reply = asked(house, &body).await;
            assert!(!reply.body.contains("Stranger") && !reply.body.contains("Europe"), "{reply:?}");
            told.push((reply.status, reply.body.replace(id, "…")));
        }
        assert_eq!(told[0].0, 400);
        assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    })
    .await;
}

#[tokio::test]
async fn only_who_has_the_admin_token_gets_codes() {
    for_one_store_with(ADMIN, async |house| {
        house.provision(SELF_CLIENTS).await;
        let body = json!({ "client_id": SCRIPT.id, "scope": SCOPE, "organization": "10002" }).to_string();
        let request = Request::new("POST", "/admin/v1/self-codes").body("application/json", body);
        for wrong in [
            request.clone(),
            request.clone().bearer("canary-admin-token-0002"),
            request.clone().bearer(""),
            request.clone().basic("admin", ADMIN_TOKEN),
        ] {
            let reply = send(&house.admin(), &wrong).await;
            assert_eq!((reply.status, reply.text("error").as_str()), (401, "unauthorized"));
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
        }
        assert_eq!(send(&house.admin(), &Request::get("/admin/v1/self-codes").bearer(ADMIN_TOKEN)).await.status, 405);
        // Never on a public listener.
        assert_eq!(house.send("us", &request.clone().bearer(ADMIN_TOKEN)).await.status, 404);
    })
    .await;
    let without = Setup { policy: "[admin]\nlisten = \"127.0.0.1:0\"\n", ..ADMIN };
    for_one_store_with(without, async |house| {
        let request = Request::new("POST", "/admin/v1/self-codes").body("application/json", "{}").bearer("");
        assert_eq!(send(&house.admin(), &request).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn ten_codes_in_ten_minutes_are_enough_for_a_self_client() {
    for_one_store_with(Setup { throttles: true, ..ADMIN }, async |house| {
        house.provision(SELF_CLIENTS).await;
        let body = json!({ "client_id": SCRIPT.id, "scope": SCOPE, "organization": "10002" });
        for _ in 0..10 {
            assert_eq!(asked(house, &body).await.status, 200);
        }
        let reply = asked(house, &body).await;
        assert_eq!((reply.status, reply.text("error").as_str()), (429, "throttled"));
        house.advance(600);
        assert_eq!(asked(house, &body).await.status, 200);
    })
    .await;
}

/// What `grantor client code` does. Its clock is the machine's, so the house is no sandbox.
#[tokio::test]
async fn a_code_made_beside_a_running_server_is_good_there() {
    for_each_store_with(Setup { no_sandbox: true, guess_limits: true, ..Setup::default() }, async |house| {
        house.provision(SELF_CLIENTS).await;
        let request = SelfCodeRequest {
            client_id: SCRIPT.id.to_owned(),
            scope: SCOPE.to_owned(),
            organization: Some("10001".to_owned()),
            minutes: Some(5),
            request_id: "test".to_owned(),
        };
        let made = house.beside(move |shop| self_codes::make(shop, &request).unwrap()).await;
        assert_eq!((made.location.as_str(), made.organization_id.as_str(), made.expires_in), ("us", "10001", 300));
        assert!(!format!("{made:?}").contains(&made.code));
        let tokens = Tokens::of(&exchanged(house, &made.code).await);
        assert!(!tokens.refresh.is_empty());
        assert_eq!(organization(house, &tokens.access).await, "10001");
    })
    .await;
}
