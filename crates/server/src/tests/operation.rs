//! What an operator relies on: readiness that tells the truth, a public listener that says nothing of its inside, and
//! a store whose copy opens nothing (cases P02, P03, P07, L07, M05).

use std::{collections::BTreeSet, sync::mpsc::sync_channel, thread};

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use grantor_store::{Migrations, Store};
use serde_json::Value;

use super::harness::*;

/// Everything in a store that somebody who has a copy could present: its texts, its bytes in three spellings, and
/// each identifier of a row with each other bytes of it, put together as a token is.
fn loot(store: &Store, migrations: &'static Migrations) -> BTreeSet<String> {
    let (to, lines) = sync_channel(64);
    let store = store.clone();
    let dumped = thread::spawn(move || store.dump_blocking(migrations, to));
    let mut found = BTreeSet::new();
    for line in lines {
        let Ok(Value::Array(row)) = serde_json::from_str(&line) else { continue };
        found.extend(row.iter().filter_map(Value::as_str).map(str::to_owned));
        let blobs: Vec<Vec<u8>> = row
            .iter()
            .filter_map(|value| BASE64.decode(value.get("b")?.as_str()?.as_bytes()).ok())
            .filter(|bytes| bytes.len() >= 16)
            .collect();
        for bytes in &blobs {
            found.extend([HEXLOWER.encode(bytes), BASE64URL_NOPAD.encode(bytes)]);
            found.extend(String::from_utf8(bytes.clone()));
            for id in blobs.iter().filter(|id| id.len() == 16) {
                let (id, secret) = (HEXLOWER.encode(id), HEXLOWER.encode(bytes));
                let secret = secret.get(..32).unwrap_or_default();
                found.extend(["1000", "1004"].map(|prefix| format!("{prefix}.{id}.{secret}")));
            }
        }
    }
    dumped.join().unwrap().unwrap();
    found.retain(|text| (16..4_096).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b' '..=b'~')));
    found
}

#[tokio::test]
async fn p02_nothing_in_a_copy_of_the_store_works_as_a_token_or_secret() {
    for_each_store_with(ADMIN, async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        house.code(&Ask::of(&DESK), &ALICE).await;
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let fields = [("client_id", SCREEN.id), ("scope", "ZohoBigin.modules.ALL")];
        house.post("us", "/oauth/v3/device/code", &fields).await;
        let room = house.room("us");
        let (own, shared) = (room.store.clone(), room.house.directory.clone());
        let found = tokio::task::spawn_blocking(move || {
            let mut found = loot(&own, &grantor_store::DATA_CENTER);
            found.extend(loot(&shared, &grantor_store::DIRECTORY));
            found
        });
        let found = found.await.unwrap();
        assert!(found.len() > 200, "{}", found.len());
        assert!(!found.iter().any(|text| text.contains(&tokens.access) || text.contains(DESK.secret)));
        for text in &found {
            let works = house.send("us", &Request::get("/oauth/user/info").bearer(text)).await.status == 200
                || house.refresh("us", &DESK, text).await.body.contains("access_token")
                || house.exchange("us", &DESK, text).await.body.contains("access_token")
                || house
                    .post(
                        "us",
                        "/oauth/v2/introspect",
                        &[("client_id", DESK.id), ("client_secret", text), ("token", "x")],
                    )
                    .await
                    .status
                    == 200
                || send(&house.admin(), &Request::get("/admin/v1/stats").bearer(text)).await.status == 200
                || house
                    .send("us", &Request::get("/account").header("cookie", &format!("grantor_us_session={text}")))
                    .await
                    .status
                    == 200;
            assert!(!works, "{text}");
        }
        assert!(house.alive("us", &tokens.access).await);
    })
    .await;
}

/// What no stranger reads: the engine, its words, our sources, our version.
const INSIDE: [&str; 13] = [
    "sqlite",
    "postgres",
    "select ",
    "insert ",
    "the store",
    ".rs:",
    "panicked",
    "backtrace",
    "/src/",
    "/tmp/",
    "rusqlite",
    "axum",
    "hyper",
];

fn says_nothing_of_its_inside(reply: &Reply, what: &str) {
    let text = format!("{:?} {}", reply.headers, reply.body).to_lowercase();
    for word in INSIDE {
        assert!(!text.contains(word), "{what} says {word:?}: {reply:?}");
    }
    assert!(reply.header("server").is_none() && reply.header("x-powered-by").is_none(), "{what}: {reply:?}");
}

#[tokio::test]
async fn p07_readiness_is_false_while_a_store_cannot_commit_and_liveness_stays_true() {
    for_each_store_with(ADMIN, async |house| {
        let asked = async |path: &str| send(&house.admin(), &Request::get(path)).await;
        assert_eq!((asked("/readyz").await.status, asked("/healthz").await.status), (200, 200));
        house.break_store("eu");
        let not_ready = asked("/readyz").await;
        assert_eq!((not_ready.status, not_ready.body.as_str()), (503, "the store of eu cannot commit\n"));
        assert_eq!((asked("/healthz").await.status, asked("/metrics").await.status), (200, 200));
        // The other data centers go on.
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn p03_what_strangers_read_tells_nothing_of_the_inside_even_when_it_breaks() {
    for_each_store_with(ADMIN, async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let authorize = Ask::of(&DESK).url(house);
        let requests = [
            Request::get(authorize.strip_prefix(house.url("us")).unwrap()),
            Request::form(TOKEN, &[("grant_type", "authorization_code"), ("code", "'; DROP TABLE codes; --")]),
            Request::form(TOKEN, &refreshing(&DESK, &tokens.refresh)),
            Request::form("/oauth2/token", &[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh)])
                .basic(DESK.id, DESK.secret),
            Request::form("/oauth/v2/introspect", &[("token", tokens.access.as_str())]).basic(DESK.id, DESK.secret),
            Request::form("/oauth/v3/device/code", &[("client_id", DESK.id), ("scope", "ZohoBigin.modules.ALL")]),
            Request::get("/oauth/user/info").bearer(&tokens.access),
            Request::get("/account"),
            Request::get("/console"),
            Request::get("/nothing/here"),
            Request::new("PATCH", TOKEN),
        ];
        for request in &requests {
            let reply = house.send("us", request).await;
            assert!(reply.status < 500, "{reply:?}");
            says_nothing_of_its_inside(&reply, &request.target);
        }
        house.break_store("us");
        let mut broken = 0;
        for request in &requests {
            let reply = house.send("us", request).await;
            broken += usize::from(reply.status >= 500);
            says_nothing_of_its_inside(&reply, &request.target);
        }
        assert!(broken > 3, "{broken} met the broken store");
    })
    .await;
}

#[tokio::test]
async fn p03_health_metrics_and_administration_are_not_on_the_public_listener() {
    for_one_store_with(ADMIN, async |house| {
        for path in ["/healthz", "/readyz", "/metrics", "/admin/v1/users", "/admin/v1/openapi.json", "/admin/v1/stats"]
        {
            let reply = house.send("us", &Request::get(path).bearer(ADMIN_TOKEN)).await;
            assert_eq!(reply.status, 404, "{path}: {reply:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn l07_without_a_sandbox_there_is_none_of_its_endpoints() {
    for_one_store_with(Setup { no_sandbox: true, guess_limits: true, ..Setup::default() }, async |house| {
        for path in ["clock", "faults", "journal", "snapshot", "reset", "approve", "mail", "", "clock/advance"] {
            for method in ["GET", "POST", "PUT", "DELETE"] {
                let reply = house.send("us", &Request::new(method, &format!("/_sandbox/{path}"))).await;
                assert!(matches!(reply.status, 404 | 405), "{method} {path}: {reply:?}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn m05_bodies_that_are_made_to_be_slow_are_refused_at_once() {
    for_one_store_with(ADMIN, async |house| {
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let request = Request::new("PUT", "/admin/v1/users").bearer(ADMIN_TOKEN).body("application/json", deep.clone());
        let reply = send(&house.admin(), &request).await;
        assert!((400..500).contains(&reply.status), "{reply:?}");
        let dots = ".".repeat(60_000);
        for (path, name) in [
            ("/oauth2/token", "client_assertion"),
            ("/oauth2/introspect", "token"),
            ("/oauth/v2/introspect", "token"),
            (TOKEN, "refresh_token"),
        ] {
            let fields = [("grant_type", "client_credentials"), (name, dots.as_str())];
            let request = Request::form(path, &fields).basic(DESK.id, DESK.secret);
            let reply = house.send("us", &request).await;
            assert!(reply.status < 500, "{path}: {reply:?}");
        }
        let request = Request::new("POST", TOKEN)
            .header("content-encoding", "gzip")
            .body("application/x-www-form-urlencoded", [0x1f, 0x8b, 8, 0, 0, 0, 0, 0].repeat(100));
        let reply = house.send("us", &request).await;
        assert!(reply.status < 500, "{reply:?}");
    })
    .await;
}
