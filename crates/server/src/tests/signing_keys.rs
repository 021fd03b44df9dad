//! Signing keys in the course of time (case N14): published before they sign, withdrawn when nothing they signed is
//! left, the same for every process of a data center.

use std::{collections::VecDeque, sync::Arc};

use aws_lc_rs::hmac;
use data_encoding::BASE64URL_NOPAD;
use serde_json::{Value, json};

use super::harness::{
    jwt::{Jwt, part},
    *,
};
use crate::{
    house::DataCenter,
    signing::{self, Algorithm},
};

const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;

async fn published(house: &House) -> Value {
    house.send("us", &Request::get("/oauth/v2/keys")).await.json()
}

fn ids(set: &Value) -> Vec<String> {
    set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

async fn signed(dc: &Arc<DataCenter>, algorithm: Algorithm) -> Jwt {
    let claims = json!({ "sub": "700001" });
    Jwt::parse(&signing::sign(dc, algorithm, "JWT", claims, dc.now()).await.unwrap())
}

/// Signed, and the hour it was.
type Alive = VecDeque<(u64, Jwt)>;

#[tokio::test]
async fn n14_who_keeps_the_keys_for_their_whole_age_never_meets_an_unknown_one() {
    for_each_store(async |house| {
        let dc = house.room("us");
        let (mut kept, mut fetched) = (published(house).await, 0);
        let (mut signers, mut alive) = (Vec::new(), Alive::new());
        // Both lines turn, and the keys before are withdrawn. The client's hour and ours do not fall together.
        for hour in 0..34 * 24 {
            let algorithm = if hour % 12 == 0 { Algorithm::Rs256 } else { Algorithm::Es256 };
            signing::keep_up(&dc, dc.now()).await.unwrap();
            let token = signed(&dc, algorithm).await;
            if hour > fetched {
                // The last moment at which the copy may be used.
                house.advance_millis(3_599_999);
                assert!(token.is_of(&kept), "hour {hour}: signed with a key that was not published in time");
                house.advance_millis(1);
                (kept, fetched) = (published(house).await, hour + 1);
            } else {
                house.advance(HOUR);
            }
            if !signers.contains(&token.header["kid"]) {
                signers.push(token.header["kid"].clone());
            }
            alive.push_back((hour, token));
            // The longest that anything signed may live, with an old copy of the keys and with a fresh one.
            while alive.front().is_some_and(|(signed, _)| signed + 24 < hour) {
                let (signed, token) = alive.pop_front().unwrap();
                assert!(token.is_of(&kept), "hour {hour}: the key of hour {signed} was withdrawn too early");
            }
        }
        assert_eq!(signers.len(), 4, "each line turned: {signers:?}");
        assert_eq!(ids(&published(house).await).len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_key_is_published_a_day_before_and_two_days_after() {
    for_each_store(async |house| {
        let dc = house.room("us");
        let first = signed(&dc, Algorithm::Rs256).await.header["kid"].clone();
        let before = ids(&published(house).await);
        house.advance(29 * DAY - 1);
        signing::keep_up(&dc, dc.now()).await.unwrap();
        assert_eq!(ids(&published(house).await), before, "not due yet");
        house.advance(1);
        signing::keep_up(&dc, dc.now()).await.unwrap();
        let during = ids(&published(house).await);
        assert_eq!(during.len(), 4);
        assert!(before.iter().all(|id| during.contains(id)));
        house.advance_millis(DAY * 1000 - 1);
        assert_eq!(signed(&dc, Algorithm::Rs256).await.header["kid"], first);
        house.advance_millis(1);
        let second = signed(&dc, Algorithm::Rs256).await.header["kid"].clone();
        assert!(second != first && during.contains(&second.as_str().unwrap().to_owned()));
        house.advance_millis(2 * DAY * 1000 - 1);
        assert_eq!(ids(&published(house).await), during);
        house.advance_millis(1);
        // To the millisecond, whether or not anything was swept.
        let after = ids(&published(house).await);
        assert_eq!(after.len(), 2);
        assert!(before.iter().all(|id| !after.contains(id)), "withdrawn");
        signing::keep_up(&dc, dc.now()).await.unwrap();
        let stored = dc.store.read(|tx| tx.signing_keys()).await.unwrap();
        assert_eq!(stored.iter().map(|key| key.id.clone()).collect::<Vec<_>>(), after, "and gone from the store");
        // Asleep for a year: the key is as old as it is, and still the next one is published first.
        house.advance(365 * DAY);
        signing::keep_up(&dc, dc.now()).await.unwrap();
        assert_eq!(signed(&dc, Algorithm::Rs256).await.header["kid"], second);
        assert_eq!(ids(&published(house).await).len(), 4);
        house.advance(DAY);
        assert_ne!(signed(&dc, Algorithm::Rs256).await.header["kid"], second);
    })
    .await;
}

#[tokio::test]
async fn every_process_signs_with_the_same_keys() {
    for_each_store(async |house| {
        let Some(node) = house.second_node().await else { return };
        let other = Arc::clone(node.room("us"));
        let dc = house.room("us");
        // Both need keys for the first time at once.
        let (here, there) = tokio::join!(signed(&dc, Algorithm::Rs256), signed(&other, Algorithm::Rs256));
        assert_eq!(here.header["kid"], there.header["kid"]);
        let set = |dc: Arc<DataCenter>| async move {
            serde_json::from_str::<Value>(&signing::key_set(&dc, dc.now()).await.unwrap()).unwrap()
        };
        assert_eq!(set(Arc::clone(&dc)).await, set(Arc::clone(&other)).await);
        // Both make the next one at once.
        let later = dc.now().plus(std::time::Duration::from_secs(29 * DAY));
        let (one, two) = tokio::join!(signing::keep_up(&dc, later), signing::keep_up(&other, later));
        assert!(one.is_ok() && two.is_ok());
        assert_eq!(dc.store.read(|tx| tx.signing_keys()).await.unwrap().len(), 4);
        assert_eq!(set(dc).await, set(other).await);
        node.stop().await;
    })
    .await;
}

#[tokio::test]
async fn f04_only_what_this_data_center_signed_is_believed() {
    for_each_store(async |house| {
        let dc = house.room("us");
        let claims = json!({ "sub": "700001", "iss": "x" });
        let sign = async |dc: &Arc<DataCenter>, algorithm, typ| {
            signing::sign(dc, algorithm, typ, claims.clone(), dc.now()).await.unwrap()
        };
        let open = async |token: &str, typ: &str| signing::open(&dc, token, typ, dc.now()).await.unwrap();
        for algorithm in Algorithm::ALL {
            let token = sign(&dc, algorithm, "at+jwt").await;
            assert_eq!(open(&token, "at+jwt").await.as_ref(), Some(&claims));
            assert_eq!(open(&token, "JWT").await, None, "another type");
            let eu = sign(&house.room("eu"), algorithm, "at+jwt").await;
            assert_eq!(open(&eu, "at+jwt").await, None, "another data center's");
            let (_, signature) = token.rsplit_once('.').unwrap();
            let good = Jwt::parse(&token).header;
            let public = published(house).await["keys"][1]["n"].as_str().unwrap().to_owned();
            let with = |name: &str, value: Value| {
                let mut header = good.clone();
                header[name] = value;
                header
            };
            let other = if algorithm == Algorithm::Rs256 { "ES256" } else { "RS256" };
            for header in [
                with("alg", json!("none")),
                with("alg", json!("HS256")),
                with("alg", json!("RS384")),
                with("alg", json!(other)),
                with("kid", json!("../../keys/x")),
                with("kid", json!("")),
                with("kid", Value::Null),
                with("jku", json!("https://evil.example/keys")),
                with("x5u", json!("https://evil.example/keys")),
                with("crit", json!(["exp"])),
                with("crit", json!(["x"])),
                with("typ", Value::Null),
            ] {
                let message = format!("{}.{}", part(&header), part(&claims));
                assert_eq!(open(&format!("{message}.{signature}"), "at+jwt").await, None, "{header}");
                assert_eq!(open(&format!("{message}."), "at+jwt").await, None, "{header}");
                // The public key as if it were a shared secret.
                let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, public.as_bytes()), message.as_bytes());
                let tag = BASE64URL_NOPAD.encode(tag.as_ref());
                assert_eq!(open(&format!("{message}.{tag}"), "at+jwt").await, None, "{header}");
            }
            let mut changed = claims.clone();
            changed["sub"] = json!("700002");
            let message = format!("{}.{}", part(&good), part(&changed));
            assert_eq!(open(&format!("{message}.{signature}"), "at+jwt").await, None);
            for junk in
                ["", ".", "..", "...", "a.b.c", &token[..token.len() - 2], &format!("{token}.x"), &"a".repeat(9000)]
            {
                assert_eq!(open(junk, "at+jwt").await, None, "{junk}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn p02_the_store_holds_no_key_that_can_be_read() {
    for_each_store(async |house| {
        let dc = house.room("us");
        signed(&dc, Algorithm::Rs256).await;
        for stored in dc.store.read(|tx| tx.signing_keys()).await.unwrap() {
            // What every RSA and EC private key begins with or holds.
            let rsa = aws_lc_rs::signature::RsaKeyPair::from_der(&stored.private_key);
            assert!(rsa.is_err());
            let identifier = [0x2a, 0x86, 0x48, 0xce, 0x3d];
            assert!(!stored.private_key.windows(identifier.len()).any(|w| w == identifier));
            assert!(!format!("{stored:?}").contains("BEGIN"));
        }
        assert_eq!(format!("{:?}", dc.signing), "Signing(…)");
    })
    .await;
}
