//! `private_key_jwt` (case D08): clients that sign their own assertions.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use aws_lc_rs::{
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{super::harness::*, issuer, kit::*};

const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const SIGNER: &str = "1000.ZYLKERSIGNER0000000000000000Q";
const SECOND: &str = "1000.ZYLKERSECOND0000000000000000Q";

/// A client's key.
struct Key {
    kid: &'static str,
    algorithm: Algorithm,
    private: EncodingKey,
    public: Value,
}

impl Key {
    fn ec(kid: &'static str) -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref()).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let public = json!({ "kty": "EC", "crv": "P-256", "kid": kid, "use": "sig", "x": part(x), "y": part(y) });
        Self { kid, algorithm: Algorithm::ES256, private: EncodingKey::from_ec_der(document.as_ref()), public }
    }

    fn rsa(kid: &'static str) -> Self {
        let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
        let part = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
        let public = json!({
            "kty": "RSA", "kid": kid, "alg": "RS256",
            "n": part(n.big_endian_without_leading_zero()), "e": part(e.big_endian_without_leading_zero()),
        });
        // RSAPrivateKey stands in the PKCS #8 document after 26 bytes.
        let whole = AsDer::as_der(&pair).unwrap().as_ref().to_vec();
        Self { kid, algorithm: Algorithm::RS256, private: EncodingKey::from_rsa_der(&whole[26..]), public }
    }

    fn sign(&self, claims: &Value) -> String {
        self.sign_as(claims, |_| {})
    }

    fn sign_as(&self, claims: &Value, change: impl FnOnce(&mut Header)) -> String {
        let mut header = Header::new(self.algorithm);
        header.kid = Some(self.kid.to_owned());
        change(&mut header);
        jsonwebtoken::encode(&header, claims, &self.private).unwrap()
    }
}

fn client(id: &str, keys: &str) -> String {
    format!(
        "[[client]]\nid = \"{id}\"\ntype = \"server\"\nname = \"{id}\"\nredirect_uris = [\"http://127.0.0.1:9911/callback\"]\n\
         data_centers = [\"us\", \"eu\"]\ntoken_endpoint_auth_method = \"private_key_jwt\"\n{keys}\n\
         grant_types = [\"client_credentials\", \"authorization_code\", \"refresh_token\"]\n"
    )
}

fn jwks(keys: &[&Key]) -> String {
    let keys: Vec<&Value> = keys.iter().map(|key| &key.public).collect();
    format!("jwks = '{}'", json!({ "keys": keys }))
}

/// Good claims; each call has a `jti` of its own.
fn claims(house: &House, id: &str) -> Value {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let now = house.clock().now().seconds();
    json!({
        "iss": id, "sub": id, "aud": format!("{}/token", issuer(house, "us")), "iat": now, "exp": now + 300,
        "jti": format!("jti-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
    })
}

fn request(assertion: &str, more: &[(&str, &str)]) -> Request {
    let mut fields = vec![
        ("grant_type", "client_credentials"),
        ("scope", "email"),
        ("client_assertion_type", TYPE),
        ("client_assertion", assertion),
    ];
    fields.extend_from_slice(more);
    Request::form(TOKEN2, &fields)
}

#[tokio::test]
async fn d08_an_assertion_of_the_client_for_this_server_is_good_once() {
    for_each_store(async |house| {
        let (ec, rsa, others) = (Key::ec("ec-1"), Key::rsa("rsa-1"), Key::ec("other-1"));
        house.provision(&client(SIGNER, &jwks(&[&ec, &rsa]))).await;
        house.provision(&client(SECOND, &jwks(&[&others]))).await;
        for key in [&ec, &rsa] {
            let assertion = key.sign(&claims(house, SIGNER));
            Tokens::of(&house.send("us", &request(&assertion, &[])).await);
            refused(&house.send("us", &request(&assertion, &[])).await, 401, "invalid_client");
            let mut for_issuer = claims(house, SIGNER);
            for_issuer["aud"] = json!([issuer(house, "us")]);
            // A fraction of a second is a number as well (RFC 7519 section 2).
            for_issuer["exp"] = json!(for_issuer["exp"].as_f64().unwrap() - 0.5);
            let unnamed = key.sign_as(&for_issuer, |h| h.kid = None);
            Tokens::of(&house.send("us", &request(&unnamed, &[("client_id", SIGNER)])).await);
        }
        // Any endpoint of the issuer names it.
        for path in ["introspect", "revoke", "device_authorization"] {
            let mut there = claims(house, SIGNER);
            there["aud"] = json!(format!("{}/{path}", issuer(house, "us")));
            Tokens::of(&house.send("us", &request(&ec.sign(&there), &[])).await);
        }
        let now = house.clock().now().seconds();
        let other_place = format!("{}/token", issuer(house, "eu"));
        let mine = format!("{}/token", issuer(house, "us"));
        for (name, value) in [
            ("aud", json!(other_place)),
            ("aud", json!(house.url("us"))),
            ("aud", json!([mine, "https://other.example"])),
            ("aud", json!([])),
            ("aud", Value::Null),
            ("exp", json!(now)),
            ("exp", json!(now - 1)),
            ("exp", json!(now + 301)),
            ("exp", Value::Null),
            ("exp", json!("soon")),
            ("nbf", json!(now + 120)),
            ("iat", json!(now + 120)),
            ("iss", json!("someone")),
            ("sub", json!(SECOND)),
            ("iss", json!(SECOND)),
            ("jti", Value::Null),
            ("jti", json!("")),
            ("jti", json!("x".repeat(300))),
        ] {
            let mut wrong = claims(house, SIGNER);
            wrong[name] = value.clone();
            let reply = house.send("us", &request(&ec.sign(&wrong), &[("client_id", SIGNER)])).await;
            refused(&reply, 401, "invalid_client");
            assert_eq!(reply.header("www-authenticate"), None, "{name} {value}");
        }
        let good = claims(house, SIGNER);
        let parts: Vec<String> = ec.sign(&good).split('.').map(str::to_owned).collect();
        let none = format!("{}.{}.", jwt::part(&json!({ "alg": "none" })), parts[1]);
        // The public key as the secret of an HMAC.
        let point = ec.public["x"].as_str().unwrap().as_bytes();
        let confused =
            jsonwebtoken::encode(&Header::new(Algorithm::HS256), &good, &EncodingKey::from_secret(point)).unwrap();
        for forged in [
            none,
            confused,
            others.sign(&good),
            others.sign_as(&good, |h| h.kid = Some("ec-1".to_owned())),
            ec.sign_as(&good, |h| h.kid = Some("other-1".to_owned())),
            ec.sign_as(&good, |h| h.typ = Some("at+jwt".to_owned())),
            ec.sign_as(&good, |h| h.crit = Some(vec!["x".to_owned()])),
            format!("{}.{}.{}", parts[0], jwt::part(&claims(house, SIGNER)), parts[2]),
            "x".to_owned(),
            "x".repeat(9000),
        ] {
            refused(&house.send("us", &request(&forged, &[("client_id", SIGNER)])).await, 401, "invalid_client");
        }
        // Of another client, under this one's name; and this one's where another is named.
        let of_second = others.sign(&claims(house, SECOND));
        refused(&house.send("us", &request(&of_second, &[("client_id", SIGNER)])).await, 401, "invalid_client");
        Tokens::of(&house.send("us", &request(&of_second, &[])).await);
        // The kind must be said, and nothing else may be tried beside it.
        let assertion = ec.sign(&good);
        let fields = [("grant_type", "client_credentials"), ("client_assertion", assertion.as_str())];
        refused(&house.post("us", TOKEN2, &fields).await, 401, "invalid_client");
        let both = request(&assertion, &[("client_secret", "x")]);
        refused(&house.send("us", &both).await, 400, "invalid_request");
        refused(&house.send("us", &request(&assertion, &[]).basic(SIGNER, "x")).await, 400, "invalid_request");
        Tokens::of(&house.send("us", &request(&assertion, &[])).await);
        // A client with keys alone has no secret, and never speaks without proof.
        let alone = [("grant_type", "client_credentials"), ("client_id", SIGNER)];
        refused(&house.post("us", TOKEN2, &alone).await, 401, "invalid_client");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d08_fifty_at_once_with_one_assertion_give_one_success() {
    for_each_store(async |house| {
        let key = Key::ec("ec-1");
        house.provision(&client(SIGNER, &jwks(&[&key]))).await;
        for round in 0..rounds(20, 200) {
            let request = request(&key.sign(&claims(house, SIGNER)), &[]);
            let mut held = Vec::new();
            for _ in 0..50 {
                held.push(hold(house.url("us"), &request).await);
            }
            let replies = release(held).await;
            assert_eq!(replies.iter().filter(|r| r.status == 200).count(), 1, "round {round}");
            assert!(replies.iter().all(|r| r.status == 200 || r.text("error") == "invalid_client"), "round {round}");
        }
    })
    .await;
}

/// Serves a key set on this machine; counts how often it is asked.
async fn keys_at(answer: String) -> (String, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let uri = format!("http://{}/jwks", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            count.fetch_add(1, Ordering::SeqCst);
            let mut head = [0; 4096];
            let _ = stream.read(&mut head).await;
            let _ = stream.write_all(answer.as_bytes()).await;
        }
    });
    (uri, asked)
}

fn http(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n{body}", body.len())
}

#[tokio::test]
async fn keys_are_fetched_once_and_never_by_a_redirect() {
    for_one_store(async |house| {
        let key = Key::ec("ec-1");
        let set = json!({ "keys": [key.public] }).to_string();
        let (good, asked) = keys_at(http("200 OK", "", &set)).await;
        house.provision(&client(SIGNER, &format!("jwks_uri = \"{good}\""))).await;
        for _ in 0..5 {
            Tokens::of(&house.send("us", &request(&key.sign(&claims(house, SIGNER)), &[])).await);
        }
        // A key that nobody knows is no reason to ask again and again.
        for _ in 0..5 {
            let unknown = key.sign_as(&claims(house, SIGNER), |h| h.kid = Some("new".to_owned()));
            refused(&house.send("us", &request(&unknown, &[])).await, 401, "invalid_client");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(70_000));
        for answer in [
            http("302 Found", &format!("location: {good}\r\n"), ""),
            http("500 Internal Server Error", "", &set),
            http("200 OK", "", &large),
            http("200 OK", "", "nonsense"),
            String::new(),
        ] {
            let (uri, _) = keys_at(answer).await;
            house.provision(&client(SECOND, &format!("jwks_uri = \"{uri}\""))).await;
            eventually("the client's new keys", async || {
                house.room("us").client(SECOND).await.unwrap().unwrap().client.settings.jwks_uri == uri
            })
            .await;
            let reply = house.send("us", &request(&key.sign(&claims(house, SECOND)), &[])).await;
            refused(&reply, 401, "invalid_client");
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1, "the redirect was not followed");
    })
    .await;
}
