//! `/clientoauth/v2/{PORTAL_ID}/remote/auth`: an organization vouches for its portal's users (accounts-protocol.md
//! section 11.4).

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::token::PresentedToken;
use serde_json::{Value, json};

use super::harness::{jwt::part, *};

/// The organization's key.
pub struct Signer(EcdsaKeyPair);

impl Signer {
    pub fn new() -> Self {
        Self(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    fn set(&self) -> String {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        let part = |bytes| BASE64URL_NOPAD.encode(bytes);
        json!({ "keys": [{ "kty": "EC", "crv": "P-256", "alg": "ES256", "x": part(x), "y": part(y), "kid": "a" }] })
            .to_string()
    }

    pub fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", part(header), part(claims));
        let signature = self.0.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", BASE64URL_NOPAD.encode(signature.as_ref()))
    }
}

pub const PATH: &str = "/clientoauth/v2/60001/remote/auth";
pub const ORIGIN: &str = "http://127.0.0.1:9966";
const CONTACTS: &str = "ZohoBigin.modules.contacts.READ AaaServer.profile.READ";

async fn with_keys(house: &House, signer: &Signer) {
    portal_of(house, signer, "10001").await;
}

/// The portal belongs to that organization, and believes that signer.
pub async fn portal_of(house: &House, signer: &Signer, organization: &str) {
    let text = format!(
        "[[portal]]\nid = \"60001\"\nname = \"Zylker Partners\"\norganization = {organization:?}\nremote_jwks = '{}'\n",
        signer.set()
    );
    house.provision(&text).await;
}

pub fn header() -> Value {
    json!({ "alg": "ES256", "typ": "JWT", "kid": "a" })
}

pub fn claims(house: &House, jti: &str) -> Value {
    let exp = house.clock().now().seconds() + 60;
    let aud = format!("{}{PATH}", house.url("us"));
    json!({ "iss": PANEL.id, "sub": PAT.email, "aud": aud, "exp": exp, "jti": jti })
}

pub fn request(path: &str, assertion: &str) -> Request {
    let query =
        [("response_type", "remote_token"), ("jwt_token", assertion), ("client_id", PANEL.id), ("scope", CONTACTS)];
    Request::new("POST", &format!("{path}?{}", encoded(&query)))
}

async fn asked(house: &House, assertion: &str) -> Reply {
    house.send("us", &request(PATH, assertion).header("origin", ORIGIN)).await
}

fn presented_mark(token: &str) -> String {
    PresentedToken::parse(token).unwrap().id.mark()
}

#[tokio::test]
async fn a_portal_s_user_gets_a_token_by_the_organization_s_word() {
    for_each_store(async |house| {
        let signer = Signer::new();
        with_keys(house, &signer).await;
        let assertion = signer.sign(&header(), &claims(house, "1"));
        let reply = asked(house, &assertion).await;
        assert_eq!((reply.status, reply.json()["expires_in_sec"].as_i64()), (200, Some(3600)), "{reply:?}");
        assert_eq!(reply.header("access-control-allow-origin"), Some(ORIGIN));
        assert_eq!(
            reply.json()["expires_in"].as_i64(),
            Some(3_600_000),
            "in milliseconds, as a published SDK reads it"
        );
        assert_eq!(reply.json().as_object().unwrap().len(), 3, "no refresh token");
        let access = reply.text("access_token");
        assert_eq!(house.user_info("us", &access).await.json()["ZUID"], PAT.zuid);
        let (presented, now) = (PresentedToken::parse(&access).unwrap(), house.clock().now());
        let live = house.room("us").store.read(move |tx| tx.access(&presented, now)).await.unwrap().unwrap();
        assert_eq!((live.organization_id.as_str(), live.client_id.as_str()), ("10001", PANEL.id));
        // Nobody was asked on a page: the audit says for whom and by whose key.
        let rows = house.audit("us").await;
        let row = rows.iter().find(|row| row.event == "remote_token_issued").unwrap();
        assert_eq!((row.user.map(|user| user.0), row.client_id.as_deref()), (Some(PAT.zuid), Some(PANEL.id)));
        assert_eq!(row.organization_id.as_deref(), Some("10001"));
        assert_eq!(row.detail, format!("access token {}, scopes {CONTACTS}", presented_mark(&access)));
        assert_eq!(Some(row.request_id.as_str()), reply.header("x-request-id"));
        // Once.
        assert_eq!(asked(house, &assertion).await.brief(), (200, r#"{"error":"invalid_client"}"#));
        // Without an id of its own, as well.
        let mut nameless = claims(house, "");
        nameless.as_object_mut().unwrap().remove("jti");
        let assertion = signer.sign(&header(), &nameless);
        assert_eq!(Tokens::of(&asked(house, &assertion).await).refresh, "");
        assert_eq!(asked(house, &assertion).await.brief(), (200, r#"{"error":"invalid_client"}"#));
    })
    .await;
}

#[tokio::test]
async fn what_the_organization_s_word_is_refused_for() {
    for_each_store(async |house| {
        let signer = Signer::new();
        // Before the portal has keys nobody can vouch for anybody.
        let early = signer.sign(&header(), &claims(house, "early"));
        assert_eq!(asked(house, &early).await.brief(), (200, r#"{"error":"invalid_client"}"#));
        with_keys(house, &signer).await;
        let now = house.clock().now().seconds();
        for (name, value, expected) in [
            ("iss", json!(DESK.id), "invalid_client"),
            ("iss", json!("10001"), "invalid_client"),
            ("aud", json!(format!("{}/clientoauth/v2/60002/remote/auth", house.url("us"))), "invalid_client"),
            ("aud", json!(house.url("us")), "invalid_client"),
            ("exp", json!(now), "invalid_client"),
            ("exp", json!(now + 301), "invalid_client"),
            ("exp", json!("soon"), "invalid_client"),
            ("sub", json!("nobody@partner.example"), "invalid_code"),
            ("sub", json!(ALICE.email), "invalid_code"),
            ("sub", json!(SAM.email), "invalid_code"),
        ] {
            let mut changed = claims(house, "x");
            changed[name] = value;
            let reply = asked(house, &signer.sign(&header(), &changed)).await;
            assert_eq!(reply.brief(), (200, format!("{{\"error\":\"{expected}\"}}").as_str()), "{changed}");
        }
        let good = claims(house, "y");
        let foreign = Signer::new().sign(&header(), &good);
        let none = format!("{}.{}.", part(&json!({ "alg": "none" })), part(&good));
        let symmetric = signer.sign(&json!({ "alg": "HS256" }), &good);
        let critical = signer.sign(&json!({ "alg": "ES256", "crit": ["x"], "x": 1 }), &good);
        let other_key = signer.sign(&json!({ "alg": "ES256", "kid": "../a" }), &good);
        for assertion in [foreign.as_str(), &none, &symmetric, &critical, &other_key, "", "a.b.c"] {
            assert_eq!(asked(house, assertion).await.brief(), (200, r#"{"error":"invalid_client"}"#), "{assertion}");
        }
        // Another page, another portal, another way to ask.
        let assertion = signer.sign(&header(), &good);
        for wrong in [
            request(PATH, &assertion),
            request(PATH, &assertion).header("origin", "https://evil.example"),
            request(PATH, &assertion).header("origin", "null"),
            request("/clientoauth/v2/60002/remote/auth", &assertion).header("origin", ORIGIN),
            request("/clientoauth/v2/69999/remote/auth", &assertion).header("origin", ORIGIN),
        ] {
            let reply = house.send("us", &wrong).await;
            assert_eq!(reply.brief(), (200, r#"{"error":"invalid_client"}"#), "{wrong:?}");
            assert_eq!(reply.header("access-control-allow-origin"), None);
        }
        let get = Request::get(&request(PATH, &assertion).target).header("origin", ORIGIN);
        assert_eq!(house.send("us", &get).await.brief(), (400, r#"{"error":"invalid_request"}"#));
        let mut scope = request(PATH, &assertion).header("origin", ORIGIN);
        scope.target = scope.target.replace("AaaServer.profile.READ", "ZohoBigin.nothing.READ");
        assert_eq!(house.send("us", &scope).await.brief(), (200, r#"{"error":"invalid_scope"}"#));
        // None of this spent it.
        Tokens::of(&asked(house, &assertion).await);
    })
    .await;
}

#[tokio::test]
async fn an_assertion_that_is_good_only_later_or_has_an_impossible_id_is_refused() {
    for_each_store(async |house| {
        let signer = Signer::new();
        with_keys(house, &signer).await;
        let now = house.clock().now().seconds();
        for (name, value) in [
            ("jti", json!("a\0b")),
            ("jti", json!("")),
            ("jti", json!("x".repeat(256))),
            ("nbf", json!(now + 61)),
            ("iat", json!(now + 61)),
        ] {
            let mut changed = claims(house, "x");
            changed[name] = value;
            let reply = asked(house, &signer.sign(&header(), &changed)).await;
            assert_eq!(reply.brief(), (200, r#"{"error":"invalid_client"}"#), "{changed}");
        }
        let mut good = claims(house, &"x".repeat(255));
        (good["nbf"], good["iat"]) = (json!(now + 60), json!(now + 60));
        Tokens::of(&asked(house, &signer.sign(&header(), &good)).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_at_once_spend_an_assertion_once() {
    for_each_store(async |house| {
        let signer = Signer::new();
        with_keys(house, &signer).await;
        for round in 0..rounds(20, 200) {
            let assertion = signer.sign(&header(), &claims(house, &format!("once-{round}")));
            let mut held = Vec::new();
            for _ in 0..50 {
                held.push(hold(house.url("us"), &request(PATH, &assertion).header("origin", ORIGIN)).await);
            }
            let replies = release(held).await;
            let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|r| !r.text("access_token").is_empty());
            assert_eq!(won.len(), 1, "round {round}");
            assert!(lost.iter().all(|r| r.brief() == (200, r#"{"error":"invalid_client"}"#)), "{lost:?}");
        }
    })
    .await;
}
