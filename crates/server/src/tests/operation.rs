//! What an operator relies on: readiness that tells the truth, and a public listener that says nothing of its inside
//! (cases P03, P07, L07, M05).

use super::harness::*;

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
