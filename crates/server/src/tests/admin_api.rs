//! The admin API over the wire: its document and its router, who may do what, and each noun from its making to its end.

use grantor_protocol::{
    secret::{SecretKind, TokenSecret},
    token::{DataCenterByte, Prefix, PresentedToken, TokenId},
};
use grantor_store::{AdminRole, AdminToken};
use serde_json::{Value, json};

use super::harness::{
    ADMIN, ADMIN_TOKEN, ALICE, Ask, Browser, DESK, House, Reply, Request, START, TOKEN, eventually,
    for_each_store_with, for_one_store_with, hold, redemption, release, send,
};
use crate::admin;

async fn ask(house: &House, token: &str, method: &str, path: &str, body: Option<Value>) -> Reply {
    let mut request = Request::new(method, path).bearer(token);
    if let Some(body) = body {
        request = request.body("application/json", body.to_string());
    }
    send(&house.admin(), &request).await
}

async fn done(house: &House, method: &str, path: &str, body: Option<Value>) -> Value {
    let reply = ask(house, ADMIN_TOKEN, method, path, body).await;
    assert_eq!(reply.status, 200, "{method} {path}: {reply:?}");
    serde_json::from_str(&reply.body).unwrap()
}

/// An admin token of the directory.
async fn token(house: &House, name: &str, role: AdminRole, life: Option<u64>) -> String {
    let secret = TokenSecret::from_bytes([name.len() as u8; 16]);
    let expires_at = life.map(|seconds| START.plus(std::time::Duration::from_secs(seconds)));
    let id = TokenId::new(START, DataCenterByte(0), [name.len() as u8; 9]);
    let new = AdminToken { id, name: name.to_owned(), role, created_at: START, used_at: None, expires_at };
    let hash = secret.hash(SecretKind::AdminToken);
    let added = house.room("us").house.directory.write(move |tx| tx.add_admin_token(&new, &hash)).await;
    assert!(added.unwrap());
    PresentedToken { id, secret }.reveal(Prefix::Usual)
}

/// Every path and method of the document, with something in place of each parameter.
fn operations() -> Vec<(String, String)> {
    let document = serde_json::to_value(admin::document()).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"));
    let mut all = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            let path = path
                .replace("{data_center}", "us")
                .replace("{zuid}", "1")
                .replace("{mark}", "00000000")
                .replace("{id}", "nothing")
                .replace("{name}", "Nothing.nowhere.READ");
            all.push((method.to_uppercase(), path));
        }
    }
    assert!(all.len() >= 30, "{all:?}");
    all
}

#[tokio::test]
async fn every_documented_operation_is_in_the_router() {
    for_one_store_with(ADMIN, async |house| {
        let served = done(house, "GET", "/admin/v1/openapi.json", None).await;
        assert_eq!(served, serde_json::to_value(admin::document()).unwrap());
        for (method, path) in operations() {
            let body = (method != "GET" && method != "DELETE").then(|| json!({}));
            let reply = ask(house, ADMIN_TOKEN, &method, &path, body).await;
            assert!(reply.status < 500 && reply.status != 405, "{method} {path}: {reply:?}");
            let json: Value =
                serde_json::from_str(&reply.body).unwrap_or_else(|_| panic!("{method} {path}: {reply:?}"));
            if reply.status == 404 {
                // Something is not there, and it is not the path.
                assert!(!json["message"].as_str().unwrap().contains("no such path"), "{method} {path}");
            }
        }
        let nowhere = ask(house, ADMIN_TOKEN, "GET", "/admin/v1/nowhere", None).await;
        assert_eq!((nowhere.status, nowhere.text("error").as_str()), (404, "not_found"));
    })
    .await;
}

/// L01: each role and each operation, from the document.
#[tokio::test]
async fn l01_a_viewer_looks_and_an_operator_changes() {
    for_each_store_with(ADMIN, async |house| {
        let viewer = token(house, "viewer", AdminRole::Viewer, None).await;
        let operator = token(house, "an operator", AdminRole::Operator, Some(3600)).await;
        for (method, path) in operations() {
            let body = || (method != "GET" && method != "DELETE").then(|| json!({}));
            for wrong in ["", "canary-admin-token-0002", &viewer[..viewer.len() - 1], "1000.00.00"] {
                assert_eq!(ask(house, wrong, &method, &path, body()).await.status, 401, "{method} {path}");
            }
            let seen = ask(house, &viewer, &method, &path, body()).await.status;
            assert_eq!(seen == 403, method != "GET", "{method} {path}: {seen}");
            let changed = ask(house, &operator, &method, &path, body()).await.status;
            assert!(![401, 403, 405].contains(&changed), "{method} {path}: {changed}");
        }
        house.advance(3601);
        assert_eq!(ask(house, &operator, "GET", "/admin/v1/tokens", None).await.status, 401, "it is over");
        let listed = done(house, "GET", "/admin/v1/tokens", None).await;
        assert_eq!(listed["items"].as_array().unwrap().len(), 2);
        assert!(!listed.to_string().contains(&viewer));
    })
    .await;
}

#[tokio::test]
async fn a_user_an_organization_a_portal_and_a_client_from_making_to_end() {
    for_each_store_with(ADMIN, async |house| {
        let made = done(house, "PUT", "/admin/v1/organizations", Some(json!({"id": "70001", "name": "Acme"}))).await;
        assert_eq!(made["changes"][0], "+ organization 70001 Acme (us)");
        let again = done(house, "PUT", "/admin/v1/organizations", Some(json!({"id": "70001", "name": "Acme"}))).await;
        assert_eq!(again["changes"], json!([]), "said twice, it changes nothing");
        let user = json!({"email": "ann@acme.example", "organizations": ["70001"], "administers": ["70001"], "zuid": 900_001});
        let made = done(house, "PUT", "/admin/v1/users", Some(user)).await;
        assert_eq!(made["made"].as_object().unwrap().len(), 1, "a password: {made}");
        let shown = done(house, "GET", "/admin/v1/users/us/900001", None).await;
        assert_eq!((&shown["email"], &shown["organizations"][0]["administrator"]), (&json!("ann@acme.example"), &json!(true)));
        let portal = json!({"id": "90001", "name": "Acme customers", "organization": "70001"});
        done(house, "PUT", "/admin/v1/portals", Some(portal)).await;
        // Its administrator gives it a logo, which the next change by this API leaves alone.
        let there = &house.room("us").store;
        let with_logo = move |tx: &mut grantor_store::Tx<'_>| {
            let portal = tx.portal("90001")?.unwrap();
            tx.put_portal(&portal, Some(("image/png", b"picture")))
        };
        there.write(with_logo).await.unwrap();
        let portal = json!({"id": "90001", "name": "Customers", "organization": "70001", "accent": "#123456"});
        done(house, "PUT", "/admin/v1/portals", Some(portal)).await;
        let shown = done(house, "GET", "/admin/v1/portals/us/90001", None).await;
        assert_eq!((&shown["name"], &shown["accent"]), (&json!("Customers"), &json!("#123456")));
        assert_eq!((&shown["clients"], &shown["logo"]), (&json!([]), &json!(true)));
        assert_eq!(there.read(|tx| tx.portal_logo("90001")).await.unwrap().unwrap().1, b"picture");
        let client = json!({"type": "server", "name": "Ann's app", "owner": "ann@acme.example", "homepage_url": "https://a.example",
                            "redirect_uris": ["http://127.0.0.1:9/callback"]});
        let made = done(house, "PUT", "/admin/v1/clients", Some(client)).await["made"].clone();
        let id = made.as_object().unwrap().iter().find(|(key, _)| key.ends_with("CLIENT_ID")).unwrap().1.as_str().unwrap();
        let path = format!("/admin/v1/clients/{id}");
        assert_eq!(done(house, "GET", &path, None).await["secrets"].as_array().unwrap().len(), 1);
        let second = done(house, "POST", &format!("{path}/secrets"), None).await;
        assert_eq!(second["secret"].as_str().unwrap().len(), 42);
        let third = ask(house, ADMIN_TOKEN, "POST", &format!("{path}/secrets"), None).await;
        assert_eq!((third.status, third.text("error").as_str()), (422, "refused"));
        let found = done(house, "GET", "/admin/v1/clients?search=ann%27s", None).await;
        assert_eq!(found["items"].as_array().unwrap().len(), 1);
        let refused = ask(house, ADMIN_TOKEN, "DELETE", "/admin/v1/organizations/us/70001", None).await;
        assert_eq!(refused.status, 422, "a portal belongs to it");
        for path in [path.as_str(), "/admin/v1/portals/us/90001", "/admin/v1/users/us/900001", "/admin/v1/organizations/us/70001"] {
            done(house, "DELETE", path, None).await;
            assert_eq!(ask(house, ADMIN_TOKEN, "GET", path, None).await.status, 404, "{path}");
            assert_eq!(ask(house, ADMIN_TOKEN, "DELETE", path, None).await.status, 404, "{path}");
        }
        let said = done(house, "GET", "/admin/v1/audit?data_center=us&event=operated&limit=500", None).await;
        let said = said.to_string();
        for line in ["+ organization 70001 Acme", "- user ann@acme.example (us)", "the config's token"] {
            assert!(said.contains(line), "{line} in {said}");
        }
    })
    .await;
}

/// L08: each change, who made it and what it was; and the document knows no way to alter that.
#[tokio::test]
async fn l08_each_change_leaves_a_line_in_the_audit_that_no_operation_alters() {
    for_each_store_with(ADMIN, async |house| {
        let operator = token(house, "Olga of operations", AdminRole::Operator, None).await;
        house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let grants = done(house, "GET", "/admin/v1/grants?data_center=us", None).await;
        let grant = grants["items"][0]["id"].as_str().unwrap().to_owned();
        let client = format!("/admin/v1/clients/{}", DESK.id);
        let user = json!({"email": "ann@acme.example", "organizations": ["70001"], "zuid": 900_001});
        let portal = json!({"id": "90001", "name": "Acme customers", "organization": "70001"});
        let secrets = done(house, "GET", &client, None).await;
        let mark = secrets["secrets"][0]["mark"].as_str().unwrap().to_owned();
        let mut lines = 0;
        for (method, path, body, told) in [
            ("PUT", "/admin/v1/organizations", Some(json!({"id": "70001", "name": "Acme"})), "70001"),
            ("PUT", "/admin/v1/users", Some(user), "ann@acme.example"),
            ("PUT", "/admin/v1/portals", Some(portal), "90001"),
            (
                "PUT",
                "/admin/v1/scopes",
                Some(json!({"name": "Acme.things.READ", "description": "Read things"})),
                "Acme",
            ),
            ("POST", &format!("{client}/secrets"), None, DESK.id),
            ("DELETE", &format!("{client}/secrets/{mark}"), None, &mark),
            ("DELETE", &format!("/admin/v1/grants/us/{grant}"), None, "revoked (admin API"),
            ("DELETE", &format!("/admin/v1/users/us/{}/sessions", ALICE.zuid), None, &ALICE.zuid.to_string()),
            ("DELETE", "/admin/v1/portals/us/90001", None, "- portal 90001"),
            ("DELETE", "/admin/v1/users/us/900001", None, "- user ann@acme.example"),
            ("DELETE", "/admin/v1/organizations/us/70001", None, "- organization 70001"),
            ("DELETE", "/admin/v1/scopes/Acme.things.READ", None, "- scope Acme.things.READ"),
            ("DELETE", &client, None, DESK.id),
        ] {
            let reply = ask(house, &operator, method, path, body).await;
            assert_eq!(reply.status, 200, "{method} {path}: {reply:?}");
            // What all data centers share is told in the first of them.
            let mut of_olga: Vec<String> = Vec::new();
            for location in ["us", "eu", "cn"] {
                let path = format!("/admin/v1/audit?data_center={location}&event=operated&limit=500");
                let audit = ask(house, ADMIN_TOKEN, "GET", &path, None).await;
                let Ok(audit) = serde_json::from_str::<Value>(&audit.body) else { panic!("{audit:?}") };
                let items = audit["items"].as_array().into_iter().flatten().map(Value::to_string);
                of_olga.extend(items.filter(|line| line.contains("Olga of operations")));
            }
            assert!(of_olga.len() > lines, "{method} {path} left nothing: {of_olga:?}");
            lines = of_olga.len();
            assert!(of_olga.iter().any(|line| line.contains(told)), "{method} {path}: {of_olga:?}");
        }
        for (method, path) in operations().iter().filter(|(_, path)| path.contains("audit")) {
            assert_eq!(method, "GET", "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn grants_are_listed_and_revoked_and_everything_is_counted() {
    for_each_store_with(ADMIN, async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let path = format!("/admin/v1/grants?data_center=us&client={}", DESK.id);
        let listed = done(house, "GET", &path, None).await;
        let grant = &listed["items"][0];
        assert_eq!((&grant["user"], &grant["client"]), (&json!(ALICE.zuid), &json!(DESK.id)));
        assert_eq!(done(house, "GET", "/admin/v1/grants?data_center=us&user=1", None).await["items"], json!([]));
        assert!(
            done(house, "GET", "/admin/v1/stats", None).await["data_centers"]["us"]["grants"].as_i64().unwrap() >= 1
        );
        let one = format!("/admin/v1/grants/us/{}", grant["id"].as_str().unwrap());
        assert_eq!(done(house, "DELETE", &one, None).await["revoked"], true);
        assert_eq!(ask(house, ADMIN_TOKEN, "DELETE", &one, None).await.status, 404);
        assert!(!house.alive("us", &tokens.access).await);
        let notices = house.notices(&DESK).await;
        let told = notices.iter().find(|notice| notice.cause == "consent_withdrawn").unwrap();
        assert!(told.detail.contains("operator") && !told.detail.contains(&ALICE.zuid.to_string()), "{told:?}");
        let row = house.audit("us").await.into_iter().find(|row| row.event == "operated").unwrap();
        assert_eq!(row.user.map(|user| user.0), Some(ALICE.zuid));
    })
    .await;
}

#[tokio::test]
async fn lists_come_in_pages_and_forged_cursors_are_told_so() {
    for_each_store_with(ADMIN, async |house| {
        let mut seen = Vec::new();
        let mut path = "/admin/v1/users?data_center=us&limit=2".to_owned();
        for _ in 0..20 {
            let page = done(house, "GET", &path, None).await;
            seen.extend(page["items"].as_array().unwrap().iter().map(|user| user["zuid"].as_i64().unwrap()));
            let Some(next) = page["next"].as_str() else { break };
            path = format!("/admin/v1/users?data_center=us&limit=2&after={next}");
        }
        let all = done(house, "GET", "/admin/v1/users?data_center=us&limit=500", None).await;
        let all: Vec<i64> =
            all["items"].as_array().unwrap().iter().map(|user| user["zuid"].as_i64().unwrap()).collect();
        assert!(all.len() > 4 && seen == all);
        // L05
        for forged in ["x", "1%27%20OR%201=1", "%00", "zz"] {
            for list in ["users?data_center=us&", "grants?data_center=us&", "audit?data_center=us&"] {
                let reply = ask(house, ADMIN_TOKEN, "GET", &format!("/admin/v1/{list}after={forged}"), None).await;
                assert_eq!(reply.status, 400, "{list} {forged}: {reply:?}");
            }
        }
        // A mistyped parameter would do something else than was meant.
        for (method, path, name) in [
            ("GET", "users?data_center=us&serach=x", "serach"),
            ("GET", "clients?user=5", "user"),
            ("POST", "provision?plna=true", "plna"),
        ] {
            let file = json!({ "organization": [{ "name": "Meant as a plan", "data_center": "us" }] });
            let body = (method == "POST").then_some(file);
            let reply = ask(house, ADMIN_TOKEN, method, &format!("/admin/v1/{path}"), body).await;
            assert_eq!(
                (reply.status, reply.body.contains(&format!("{name}: no parameter here"))),
                (400, true),
                "{reply:?}"
            );
        }
        let organizations = done(house, "GET", "/admin/v1/organizations?data_center=us&search=Meant", None).await;
        assert_eq!(organizations["items"], json!([]));
        // A page that is exactly full is the last one.
        for n in ["1", "2", "3"] {
            house.tokens(&Ask::of(&DESK).with("state", n), &DESK, &ALICE).await;
        }
        let grants = done(house, "GET", "/admin/v1/grants?data_center=us&limit=500", None).await;
        let count = grants["items"].as_array().unwrap().len();
        assert!(count > 0);
        let exactly = done(house, "GET", &format!("/admin/v1/grants?data_center=us&limit={count}"), None).await;
        assert_eq!((exactly["items"].as_array().unwrap().len(), &exactly["next"]), (count, &json!(null)));
        assert_eq!(ask(house, ADMIN_TOKEN, "GET", "/admin/v1/users?data_center=nowhere", None).await.status, 404);
        assert_eq!(ask(house, ADMIN_TOKEN, "GET", "/admin/v1/users", None).await.status, 400);
    })
    .await;
}

#[tokio::test]
async fn a_client_s_notices_are_told_to_the_operator() {
    for_each_store_with(ADMIN, async |house| {
        house
            .post(
                "us",
                TOKEN,
                &redemption(&DESK, "1000.00000000000000000000000000000000.00000000000000000000000000000000"),
            )
            .await;
        let path = format!("/admin/v1/clients/{}/notices?kind=refusal", DESK.id);
        eventually("the notice is written", async || {
            done(house, "GET", &path, None).await["items"].as_array().is_some_and(|rows| !rows.is_empty())
        })
        .await;
        let unknown =
            ask(house, ADMIN_TOKEN, "GET", &format!("/admin/v1/clients/{}/notices?kind=x", DESK.id), None).await;
        assert_eq!(unknown.status, 400);
    })
    .await;
}

#[tokio::test]
async fn signing_keys_are_turned_on_request_without_a_gap() {
    for_each_store_with(ADMIN, async |house| {
        let keys = async || done(house, "GET", "/admin/v1/keys", None).await["items"].as_array().unwrap().clone();
        // The first of each line.
        house.send("us", &Request::get("/oauth/v2/keys")).await;
        let before = keys().await.into_iter().filter(|key| key["data_center"] == "us").count();
        assert_eq!(before, 2);
        let reply = ask(house, ADMIN_TOKEN, "POST", "/admin/v1/keys/rotate", None).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(keys().await.into_iter().filter(|key| key["data_center"] == "us").count(), 4);
        // A next key that waits at one data center does not keep the others from theirs: what they had was their first.
        assert_eq!(ask(house, ADMIN_TOKEN, "POST", "/admin/v1/keys/rotate", None).await.status, 200);
        let all = keys().await;
        for place in ["us", "eu"] {
            assert_eq!(all.iter().filter(|key| key["data_center"] == place).count(), 4, "{place}");
        }
        let thrice = ask(house, ADMIN_TOKEN, "POST", "/admin/v1/keys/rotate", None).await;
        assert_eq!((thrice.status, thrice.text("error").as_str()), (422, "refused"));
    })
    .await;
}

#[tokio::test]
async fn a_user_s_sessions_are_ended() {
    for_each_store_with(ADMIN, async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let front = format!("{}/sign-out", house.url("us"));
        assert!(browser.get(&front).await.body.contains(ALICE.email));
        done(house, "DELETE", &format!("/admin/v1/users/us/{}/sessions", ALICE.zuid), None).await;
        assert!(!browser.get(&front).await.body.contains(ALICE.email));
    })
    .await;
}

#[tokio::test]
async fn l05_a_request_under_way_when_its_token_is_ended_does_nothing() {
    for_each_store_with(ADMIN, async |house| {
        let operator = token(house, "deploys", AdminRole::Operator, None).await;
        let body = json!({ "id": "90001", "name": "Held", "data_center": "us" });
        let put = Request::new("PUT", "/admin/v1/organizations").bearer(&operator);
        let held = hold(&house.admin(), &put.body("application/json", body.to_string())).await;
        let directory = house.room("us").house.directory.clone();
        assert!(directory.write(|tx| tx.end_admin_token("deploys")).await.unwrap());
        assert_eq!(release(vec![held]).await.remove(0).status, 401);
        let there = house.room("us").store.read(|tx| tx.organization("90001")).await.unwrap();
        assert_eq!(there, None);
    })
    .await;
}
