//! Signing people in: ID tokens, `/oauth/v2/userinfo`, metadata (cases F04, F12; accounts-protocol.md section 9).

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::{
    answers::*,
    harness::{jwt::Jwt, *},
};

const PATH: &str = "/oauth/v2/userinfo";

/// Registered for ES256.
const CURVE: App = App {
    id: "1000.ZYLKERCURVE0000000000000000000",
    secret: "canary-curve-secret-01",
    redirect_uri: "http://127.0.0.1:9951/callback",
};
const CURVE_ENTRY: &str = r#"
[[client]]
id = "1000.ZYLKERCURVE0000000000000000000"
secret = "canary-curve-secret-01"
type = "server"
name = "Curve"
redirect_uris = ["http://127.0.0.1:9951/callback"]
data_centers = ["us", "eu"]
id_token_signing_alg = "ES256"
"#;

fn ask(app: &App, scope: &str) -> Ask {
    Ask::of(app).with("scope", scope)
}

async fn keys(house: &House, location: &str) -> Value {
    let reply = house.send(location, &Request::get("/oauth/v2/keys")).await;
    assert_eq!(reply.header("cache-control"), Some("public, max-age=3600"));
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
    reply.json()
}

async fn userinfo(house: &House, location: &str, token: &str) -> Reply {
    house.send(location, &Request::get(PATH).bearer(token)).await
}

#[tokio::test]
async fn an_id_token_is_checked_with_the_published_key() {
    for_each_store(async |house| {
        house.provision(CURVE_ENTRY).await;
        for (app, algorithm) in [(&DESK, "RS256"), (&CURVE, "ES256")] {
            let ask = ask(app, "openid email profile").with("nonce", "n-0S6_WzA2Mj \"<&");
            let code = house.code(&ask, &ALICE).await;
            house.advance(7);
            let reply = house.exchange("us", app, &code).await;
            let body = reply.json();
            let named: Vec<&str> = reply.body.split('"').filter(|k| body.get(*k).is_some()).collect();
            let expected =
                ["access_token", "refresh_token", "id_token", "scope", "api_domain", "token_type", "expires_in"];
            assert_eq!(named, expected);
            let token = Jwt::parse(&reply.text("id_token"));
            let set = keys(house, "us").await;
            assert!(token.is_of(&set), "{algorithm}");
            assert!(!token.is_of(&keys(house, "eu").await), "every data center has its own keys");
            assert_eq!((&token.header["alg"], &token.header["typ"]), (&json!(algorithm), &json!("JWT")));
            let now = house.clock().now().seconds();
            let hash = digest::digest(&digest::SHA256, reply.text("access_token").as_bytes());
            let mut claims = token.claims.clone();
            let sid = claims.as_object_mut().unwrap().remove("sid").unwrap();
            assert_eq!(sid.as_str().unwrap().len(), 32);
            let expected = json!({
                "iss": house.url("us"), "aud": app.id, "sub": "700001", "iat": now, "exp": now + 3600,
                "auth_time": now - 7, "nonce": "n-0S6_WzA2Mj \"<&",
                "at_hash": BASE64URL_NOPAD.encode(&hash.as_ref()[..16]),
                "email": "alice@zylker.example", "email_verified": true, "name": "Alice Adams",
                "first_name": "Alice", "last_name": "Adams", "given_name": "Alice", "family_name": "Adams",
            });
            assert_eq!(claims, expected);
            // A changed byte, and the other key.
            let text = reply.text("id_token");
            let forged = format!("{}A{}", &text[..text.len() - 9], &text[text.len() - 8..]);
            assert!(forged == text || !Jwt::parse(&forged).is_of(&set));
        }
        let set = keys(house, "us").await;
        let algorithms: Vec<&Value> = set["keys"].as_array().unwrap().iter().map(|k| &k["alg"]).collect();
        assert_eq!(algorithms, ["ES256", "RS256"]);
        for key in set["keys"].as_array().unwrap() {
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private} is nobody's business");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn only_a_scope_that_signs_in_brings_an_id_token() {
    for_each_store(async |house| {
        for (scope, comes) in [
            ("openid", true),
            ("email", true),
            ("profile", true),
            ("phone", true),
            ("AaaServer.profile.READ,EMAIL", true),
            ("AaaServer.profile.READ", false),
            ("ZohoBigin.modules.contacts.READ", false),
            ("offline_access,AaaServer.profile.READ", false),
        ] {
            let code = house.code(&ask(&DESK, scope), &ALICE).await;
            let reply = house.exchange("us", &DESK, &code).await;
            let refreshed = house.refresh("us", &DESK, &reply.text("refresh_token")).await;
            for reply in [&reply, &refreshed] {
                assert_eq!(reply.json().get("id_token").is_some(), comes, "{scope}: {reply:?}");
            }
            if comes {
                let claims = Jwt::parse(&reply.text("id_token")).claims;
                assert_eq!(claims.get("nonce"), None);
                assert_eq!(claims.get("email").is_some(), scope.to_lowercase().contains("email"), "{scope}");
                assert_eq!(claims.get("name").is_some(), scope == "profile", "{scope}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_refreshed_id_token_is_about_the_same_sign_in() {
    for_each_store(async |house| {
        let code = house.code(&ask(&DESK, "openid,email").with("nonce", "once"), &ALICE).await;
        let first = house.exchange("us", &DESK, &code).await;
        house.advance(86_400);
        let second = house.refresh("us", &DESK, &first.text("refresh_token")).await;
        let (one, two) = (Jwt::parse(&first.text("id_token")), Jwt::parse(&second.text("id_token")));
        assert!(two.is_of(&keys(house, "us").await));
        for same in ["iss", "sub", "aud", "auth_time", "sid", "email"] {
            assert_eq!(one.claims[same], two.claims[same], "{same}");
        }
        assert_eq!((&one.claims["nonce"], two.claims.get("nonce")), (&json!("once"), None));
        let later = two.claims["iat"].as_i64().unwrap() - one.claims["iat"].as_i64().unwrap();
        assert_eq!(later, 86_400);
        assert_ne!(one.claims["at_hash"], two.claims["at_hash"]);
    })
    .await;
}

#[tokio::test]
async fn the_subject_is_the_same_everywhere() {
    for_each_store(async |house| {
        for (portal, person) in [(None, ALICE), (None, CARLA), (Some(PARTNERS), PAT)] {
            let mut ask = ask(&DESK, "openid,email,profile,AaaServer.profile.READ");
            let mut path = TOKEN.to_owned();
            if let Some(portal) = portal {
                (ask, path) = (ask.portal(portal), portal_token(portal));
            }
            let code = house.code(&ask, &person).await;
            let reply = house.post(person.location, &path, &redemption(&DESK, &code)).await;
            let access = reply.text("access_token");
            let claims = Jwt::parse(&reply.text("id_token")).claims;
            let info = userinfo(house, person.location, &access).await.json();
            let old = house.user_info(person.location, &access).await.json();
            let fields = [("token", access.as_str())];
            let request = Request::form("/oauth/v2/introspect", &fields).basic(DESK.id, DESK.secret);
            let told = house.send(person.location, &request).await.json();
            let subject = json!(person.zuid.to_string());
            assert_eq!((&claims["sub"], &info["sub"], &told["sub"]), (&subject, &subject, &subject));
            assert_eq!(old["ZUID"], json!(person.zuid));
            assert_eq!((&claims["iss"], &told["iss"]), (&json!(house.url(person.location)), &claims["iss"]));
            // What both tell, they tell alike.
            for (name, value) in info.as_object().unwrap() {
                assert_eq!(claims.get(name), Some(value), "{name}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn f12_user_information_shows_what_was_granted() {
    for_each_store(async |house| {
        let email = json!({ "sub": "700002", "email": "bob@zylker.example", "email_verified": true });
        let names = json!({ "sub": "700002", "name": "Bob", "first_name": "Bob", "given_name": "Bob" });
        for (scope, expected) in [
            ("openid", json!({ "sub": "700002" })),
            ("phone", json!({ "sub": "700002" })),
            ("email", email),
            ("openid,Profile", names),
        ] {
            let token = house.tokens(&ask(&DESK, scope), &DESK, &BOB).await.access;
            let reply = userinfo(house, "us", &token).await;
            assert_eq!((reply.status, reply.json()), (200, expected), "{scope}");
            assert_eq!(reply.header("cache-control"), Some("no-store"));
            let posted = house.send("us", &Request::new("POST", PATH).bearer(&token)).await;
            assert_eq!(posted.json(), reply.json());
        }
        let without = house.tokens(&ask(&DESK, "AaaServer.profile.READ"), &DESK, &BOB).await.access;
        assert_eq!(userinfo(house, "us", &without).await.brief(), NO_SCOPE);
        let token = house.tokens(&ask(&DESK, "profile"), &DESK, &BOB).await.access;
        for request in [Request::new("PUT", PATH), Request::new("OPTIONS", PATH), Request::new("DELETE", PATH)] {
            assert_eq!(house.send("us", &request.bearer(&token)).await.brief(), INVALID_REQUEST);
        }
        assert_eq!(userinfo(house, "eu", &token).await.brief(), NO_ACCESS);
        let bob = "[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{password}\nfirst_name = \"Robert\"\n\
                   data_center = \"us\"\norganizations = [\"10001\", \"10002\"]\n";
        house.provision(bob).await;
        assert_eq!(userinfo(house, "us", &token).await.json()["given_name"], "Robert", "read, not cached");
        house.provision(&format!("{bob}disabled = true")).await;
        assert_eq!(userinfo(house, "us", &token).await.brief(), NO_ACCESS);
    })
    .await;
}

#[tokio::test]
async fn f02_a_token_in_the_header_and_in_the_form_is_refused() {
    for_each_store(async |house| {
        let token = house.tokens(&ask(&DESK, "openid"), &DESK, &BOB).await.access;
        let post = |fields: &[(&str, &str)]| Request::form(PATH, fields);
        let (kind, parts) = multipart(&[("access_token", &token)]);
        for both in [
            post(&[("access_token", &token)]).bearer(&token),
            post(&[("access_token", "")]).bearer(&token),
            post(&[("access_token", "another")]).header("authorization", &format!("Zoho-oauthtoken {token}")),
            post(&[("access_token", &token), ("access_token", "x")]).bearer(&token),
            Request::new("POST", PATH).body(&kind, parts).bearer(&token),
        ] {
            assert_eq!(house.send("us", &both).await.brief(), INVALID_REQUEST, "{both:?}");
        }
        // In the form alone it is not read; with other fields the header's is good.
        assert_eq!(house.send("us", &post(&[("access_token", &token)])).await.brief(), NO_ACCESS);
        assert_eq!(house.send("us", &post(&[("x", "1")]).bearer(&token)).await.status, 200);
        // The older endpoint takes no form at all.
        let old = Request::form("/oauth/user/info", &[("access_token", &token)]).bearer(&token);
        assert_eq!(house.send("us", &old).await.brief(), INVALID_REQUEST);
    })
    .await;
}

#[tokio::test]
async fn f04_no_other_token_passes_for_an_access_token() {
    for_each_store(async |house| {
        let code = house.code(&ask(&DESK, "openid,AaaServer.profile.READ"), &ALICE).await;
        let reply = house.exchange("us", &DESK, &code).await;
        let (id_token, access) = (reply.text("id_token"), reply.text("access_token"));
        let (_, signature) = id_token.rsplit_once('.').unwrap();
        let mut claims = Jwt::parse(&id_token).claims;
        claims["scope"] = json!("openid AaaServer.profile.READ");
        let mut wrong = vec![id_token.clone(), reply.text("refresh_token"), code, format!("{access}.{signature}")];
        for header in [
            json!({ "alg": "none", "typ": "at+jwt" }),
            json!({ "alg": "HS256", "typ": "at+jwt", "kid": Jwt::parse(&id_token).header["kid"] }),
            json!({ "alg": "RS256", "typ": "at+jwt", "kid": "../../../../dev/null" }),
        ] {
            wrong.push(format!("{}.{}.{signature}", jwt::part(&header), jwt::part(&claims)));
            wrong.push(format!("{}.{}.", jwt::part(&header), jwt::part(&claims)));
        }
        for token in &wrong {
            assert_eq!(userinfo(house, "us", token).await.brief(), NO_ACCESS, "{token}");
            assert_eq!(house.user_info("us", token).await.brief(), NO_ACCESS, "{token}");
        }
        assert_eq!(userinfo(house, "us", &access).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn metadata_says_what_is_so() {
    for_each_store(async |house| {
        for location in ["us", "cn"] {
            let reply = house.send(location, &Request::get("/.well-known/openid-configuration")).await;
            assert_eq!(reply.header("cache-control"), Some("public, max-age=3600"));
            let told = reply.json();
            assert_eq!(told["issuer"], house.url(location), "exactly the URL it was asked at");
            let shown = serde_json::to_string_pretty(&told).unwrap().replace(house.url(location), "{accounts}");
            assert_snapshot!("metadata", shown);
            // Every address it names is answered by somebody.
            for (name, url) in told.as_object().unwrap() {
                if name.ends_with("_endpoint") || matches!(name.as_str(), "jwks_uri" | "dc_info") {
                    let path = split(url.as_str().unwrap()).1.to_owned();
                    assert_ne!(house.send(location, &Request::get(&path)).await.status, 404, "{name}");
                }
            }
        }
        for path in ["/.well-known/openid-configuration", "/oauth/v2/keys"] {
            assert_eq!(house.send("us", &Request::new("POST", path)).await.brief(), INVALID_REQUEST);
        }
    })
    .await;
}
