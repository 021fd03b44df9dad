//! Which client speaks, and how it proves it (cases D01 to D03, D06, D07), and what it may have for itself.

use data_encoding::BASE64;

use super::{super::harness::*, VERIFIER, kit::*};

/// Clients beside the fixture's.
const MORE: &str = r#"
[[scope]]
name = "Zylker.tickets.READ"
description = "Read tickets"
[[client]]
id = "1000.ZYLKERBASIC00000000000000000Q"
secret = "canary-basic-secret-01"
type = "server"
name = "Basic Only"
redirect_uris = ["http://127.0.0.1:9911/callback"]
data_centers = ["us", "eu"]
token_endpoint_auth_method = "client_secret_basic"
[[client]]
id = "1000.ZYLKERPOSTS00000000000000000Q"
secret = "canary-posts-secret-01"
type = "server"
name = "Post Only"
redirect_uris = ["http://127.0.0.1:9911/callback"]
data_centers = ["us", "eu"]
token_endpoint_auth_method = "client_secret_post"
[[client]]
id = "1000.ZYLKEROPEN000000000000000000Q"
type = "server"
name = "None"
redirect_uris = ["http://127.0.0.1:9911/callback"]
data_centers = ["us", "eu"]
token_endpoint_auth_method = "none"
[[client]]
id = "1000.ZYLKERROBOT00000000000000000Q"
secret = "canary-robot-secret-01"
type = "server"
name = "Robot"
redirect_uris = ["http://127.0.0.1:9911/callback"]
data_centers = ["us", "eu"]
grant_types = ["client_credentials"]
scopes = ["ZohoBigin.modules.ALL", "Zylker.tickets.READ"]
"#;

const fn app(id: &'static str, secret: &'static str) -> App {
    App { id, secret, redirect_uri: DESK.redirect_uri }
}

const BASIC: App = app("1000.ZYLKERBASIC00000000000000000Q", "canary-basic-secret-01");
const POSTS: App = app("1000.ZYLKERPOSTS00000000000000000Q", "canary-posts-secret-01");
const OPEN: App = app("1000.ZYLKEROPEN000000000000000000Q", "");
const ROBOT: App = app("1000.ZYLKERROBOT00000000000000000Q", "canary-robot-secret-01");

/// Refreshes with nothing but these credentials.
fn with(token: &str, credentials: &[(&str, &str)]) -> Request {
    let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
    fields.extend_from_slice(credentials);
    Request::form(TOKEN2, &fields)
}

fn header(text: &str) -> String {
    format!("Basic {}", BASE64.encode(text.as_bytes()))
}

#[tokio::test]
async fn d01_d02_a_confidential_client_needs_its_own_secret() {
    for_each_store(async |house| {
        let mut token = family(house, &DESK, &ALICE).await.refresh;
        for secret in ["wrong", OTHER.secret, POCKET.secret, &DESK.secret[1..]] {
            let reply = house.send("us", &with(&token, &[("client_id", DESK.id), ("client_secret", secret)])).await;
            refused(&reply, 401, "invalid_client");
            assert_eq!(reply.header("www-authenticate"), None);
            let reply = house.send("us", &with(&token, &[]).basic(DESK.id, secret)).await;
            refused(&reply, 401, "invalid_client");
            let challenge = reply.header("www-authenticate").unwrap();
            assert!(challenge.starts_with("Basic realm=\""), "{challenge}");
        }
        for credentials in [
            vec![],
            vec![("client_id", "")],
            vec![("client_id", DESK.id)],
            vec![("client_id", DESK.id), ("client_secret", "")],
            vec![("client_id", "1000.NOBODY"), ("client_secret", DESK.secret)],
            vec![("client_id", GONE.id), ("client_secret", GONE.secret)],
            vec![("client_secret", DESK.secret)],
        ] {
            refused(&house.send("us", &with(&token, &credentials)).await, 401, "invalid_client");
        }
        refused(&house.send("us", &with(&token, &[]).basic(DESK.id, "")).await, 401, "invalid_client");
        // The id alone never falls back to "public" on any grant.
        for grant in [
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "urn:ietf:params:oauth:grant-type:device_code",
        ] {
            for app in [DESK, SCREEN, ODD] {
                let fields = [("grant_type", grant), ("client_id", app.id), ("code", "x"), ("refresh_token", "x")];
                refused(&house.post("us", TOKEN2, &fields).await, 401, "invalid_client");
            }
        }
        token = Tokens::of(&refresh(house, "us", &DESK, &token).await).refresh;
        Tokens::of(&house.send("us", &with(&token, &[]).basic(DESK.id, DESK.secret)).await);
    })
    .await;
}

#[tokio::test]
async fn d03_one_way_in_each_request() {
    for_each_store(async |house| {
        let mut token = family(house, &ODD, &ALICE).await.refresh;
        let form: String = form_urlencoded::byte_serialize(ODD.secret.as_bytes()).collect();
        let dotted = ODD.id.replace('.', "%2E");
        for text in [
            format!("{}:{}", ODD.id, ODD.secret),
            format!("{}:{form}", ODD.id),
            format!("{dotted}:{}", form.replace('+', "%20")),
        ] {
            let reply = house.send("us", &with(&token, &[]).header("authorization", &header(&text))).await;
            token = Tokens::of(&reply).refresh;
            // The same id in the body is no second way of authenticating.
            let request = with(&token, &[("client_id", ODD.id)]).header("authorization", &header(&text));
            token = Tokens::of(&house.send("us", &request).await).refresh;
            for more in
                [vec![("client_secret", ODD.secret)], vec![("client_id", DESK.id)], vec![("client_assertion", "x")]]
            {
                let request = with(&token, &more).header("authorization", &header(&text));
                refused(&house.send("us", &request).await, 400, "invalid_request");
            }
        }
        let both = [("client_id", ODD.id), ("client_secret", ODD.secret), ("client_assertion", "x")];
        refused(&house.send("us", &with(&token, &both)).await, 400, "invalid_request");
        for broken in ["Basic !!!", "Basic", "Basic MTAwMC5BOmI", &header("no-colon")] {
            let reply = house.send("us", &with(&token, &[]).header("authorization", broken)).await;
            refused(&reply, 401, "invalid_client");
            assert!(reply.header("www-authenticate").is_some());
        }
        Tokens::of(&house.send("us", &with(&token, &[("client_id", ODD.id), ("client_secret", ODD.secret)])).await);
    })
    .await;
}

#[tokio::test]
async fn a_registered_method_is_the_only_one() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let by_basic = |app: &App| with("x", &[]).basic(app.id, app.secret);
        let by_post = |app: &App| with("x", &[("client_id", app.id), ("client_secret", app.secret)]);
        invalid_grant(&house.send("us", &by_basic(&BASIC)).await);
        invalid_grant(&house.send("us", &by_post(&POSTS)).await);
        refused(&house.send("us", &by_post(&BASIC)).await, 401, "invalid_client");
        refused(&house.send("us", &by_basic(&POSTS)).await, 401, "invalid_client");
        refused(&house.send("us", &with("x", &[("client_id", BASIC.id)])).await, 401, "invalid_client");
        let open = App { secret: "canary-made-up", ..OPEN };
        refused(&house.send("us", &by_post(&open)).await, 401, "invalid_client");
        refused(&house.send("us", &by_basic(&open)).await, 401, "invalid_client");
        invalid_grant(&house.send("us", &with("x", &[("client_id", OPEN.id)])).await);
    })
    .await;
}

#[tokio::test]
async fn public_clients_prove_the_rest_by_pkce() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        for app in [&POCKET, &OPEN] {
            let code = code(house, &offline(app), &ALICE).await;
            let fields = [
                ("grant_type", "authorization_code"),
                ("client_id", app.id),
                ("redirect_uri", app.redirect_uri),
                ("code", &code),
                ("code_verifier", VERIFIER),
            ];
            let first = Tokens::of(&house.post("us", TOKEN2, &fields).await);
            let second = Tokens::of(&house.send("us", &with(&first.refresh, &[("client_id", app.id)])).await);
            assert_ne!(second.refresh, first.refresh, "it turns (RFC 9700 section 4.14.2)");
            // It may end its own tokens, and ask about none.
            let request =
                Request::form("/oauth2/introspect", &[("token", second.access.as_str()), ("client_id", app.id)]);
            refused(&house.send("us", &request).await, 401, "invalid_client");
            let fields = [("token", second.refresh.as_str()), ("client_id", app.id)];
            assert_eq!(house.post("us", "/oauth2/revoke", &fields).await.status, 200);
            assert!(!house.alive("us", &second.access).await);
        }
        // What began without a challenge is worth nothing to who proves nothing.
        let code = house.code(&Ask::of(&OPEN), &ALICE).await;
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", OPEN.id),
            ("redirect_uri", OPEN.redirect_uri),
            ("code", &code),
        ];
        invalid_grant(&house.post("us", TOKEN2, &fields).await);
    })
    .await;
}

#[tokio::test]
async fn d06_secrets_belong_to_their_data_center() {
    for_each_store(async |house| {
        let at_eu = App { secret: SPLIT_EU_SECRET, ..SPLIT };
        let token = family(house, &SPLIT, &ALICE).await.refresh;
        refused(&refresh(house, "us", &at_eu, &token).await, 401, "invalid_client");
        refused(&refresh(house, "eu", &SPLIT, &token).await, 401, "invalid_client");
        refused(&refresh(house, "eu", &US_ONLY, &token).await, 401, "invalid_client");
        invalid_grant(&refresh(house, "eu", &at_eu, &token).await);
        Tokens::of(&refresh(house, "us", &SPLIT, &token).await);
    })
    .await;
}

#[tokio::test]
async fn d07_a_hundred_wrong_secrets_shut_that_address_out() {
    for_each_store_with(Setup { guess_limits: true, ..Setup::default() }, async |house| {
        let token = family(house, &DESK, &ALICE).await.refresh;
        let wrong = with(&token, &[("client_id", DESK.id), ("client_secret", "wrong")]);
        let mut throttled = 0;
        for _ in 0..100 {
            let reply = house.send("us", &wrong).await;
            throttled += usize::from(reply.status == 429);
        }
        assert_eq!(throttled, 50);
        let right = with(&token, &[("client_id", DESK.id), ("client_secret", DESK.secret)]);
        let reply = house.send("us", &right).await;
        refused(&reply, 429, "temporarily_unavailable");
        assert!(reply.header("retry-after").is_some());
        invalid_grant(&refresh(house, "us", &OTHER, &token).await);
        Tokens::of(&send_from([127, 0, 0, 9], house.url("us"), &right).await);
    })
    .await;
}

#[tokio::test]
async fn a_client_acts_for_itself() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let ask = async |app: &App, scope: Option<&str>| {
            let mut fields = vec![("grant_type", "client_credentials")];
            fields.extend(scope.map(|scope| ("scope", scope)));
            house.send("us", &Request::form(TOKEN2, &fields).basic(app.id, app.secret)).await
        };
        let reply = ask(&ROBOT, Some("ZohoBigin.modules.contacts.READ")).await;
        let token = Tokens::of(&reply);
        assert_eq!((token.refresh.as_str(), reply.text("id_token").as_str()), ("", ""));
        assert_eq!(reply.text("scope"), "ZohoBigin.modules.contacts.READ");
        let told = introspect(house, "us", &ROBOT, &token.access).await.json();
        assert_eq!(told["active"], true);
        assert_eq!((&told["sub"], &told["client_id"]), (&ROBOT.id.into(), &ROBOT.id.into()));
        assert!(told.get("org_id").is_none() && told.get("username").is_none());
        assert_eq!(house.user_info("us", &token.access).await.status, 401, "nobody stands behind it");
        assert_eq!(ask(&ROBOT, None).await.text("scope"), "ZohoBigin.modules.ALL Zylker.tickets.READ");
        for scope in ["openid", "Nonsense.scope.READ", "ZohoBigin.settings.ALL", "a,,b"] {
            refused(&ask(&ROBOT, Some(scope)).await, 400, "invalid_scope");
        }
        // Only by name, and only with proof.
        refused(&ask(&DESK, Some("ZohoBigin.modules.ALL")).await, 400, "unauthorized_client");
        let fields = [("grant_type", "client_credentials"), ("client_id", ROBOT.id)];
        refused(&house.post("us", TOKEN2, &fields).await, 401, "invalid_client");
        assert_eq!(revoke(house, "us", &ROBOT, &token.access).await.status, 200);
        assert!(!active(house, &ROBOT, &token.access).await);
    })
    .await;
}

#[tokio::test]
async fn a16_registered_origins_may_read_and_others_may_not() {
    for_each_store(async |house| {
        let panel = "[[client]]\nid = \"1000.ZYLKERSPA0000000000000000000Q\"\ntype = \"browser\"\nname = \"Spa\"\n\
                     redirect_uris = [\"https://spa.example/cb\"]\njavascript_domains = [\"https://spa.example\"]\n\
                     cors_origins = [\"https://spa.example\"]\ndata_centers = [\"us\"]\n";
        house.provision(panel).await;
        for path in [TOKEN2, "/oauth2/revoke", "/oauth2/jwks", "/oauth2/introspect"] {
            for (origin, allowed) in [("https://spa.example", true), ("https://evil.example", false), ("null", false)] {
                let method = if path.ends_with("jwks") { "GET" } else { "POST" };
                let request = Request::new(method, path).header("origin", origin);
                let reply = house.send("us", &request).await;
                let expected = (allowed && !path.ends_with("introspect")).then_some(origin);
                assert_eq!(reply.header("access-control-allow-origin"), expected, "{path} {origin}");
                assert_eq!(reply.header("access-control-allow-credentials"), None);
            }
        }
        let preflight = Request::new("OPTIONS", TOKEN2)
            .header("origin", "https://spa.example")
            .header("access-control-request-method", "POST");
        assert_eq!(house.send("us", &preflight).await.header("access-control-allow-methods"), Some("GET, POST"));
    })
    .await;
}
