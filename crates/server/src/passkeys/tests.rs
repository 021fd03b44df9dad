//! Passkeys judged: an authenticator made of software answers rightly, and then wrongly in each way that matters.

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair},
};
use grantor_protocol::token::DataCenterByte;
use serde_json::{Value, json};

use super::*;

/// An authenticator with one credential.
pub struct Device {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    pub counter: u32,
    /// UP, UV.
    pub flags: u8,
    handle: String,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Device")
    }
}

fn text(bytes: &[u8]) -> String {
    BASE64URL_NOPAD.encode(bytes)
}

fn sha256(bytes: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, bytes).as_ref().to_vec()
}

/// A CBOR byte string.
fn bytes(content: &[u8]) -> Vec<u8> {
    let mut out = vec![0x59];
    out.extend(u16::try_from(content.len()).unwrap().to_be_bytes());
    out.extend(content);
    out
}

fn client_data(kind: &str, challenge: &str, origin: &str) -> Vec<u8> {
    json!({"type": kind, "challenge": challenge, "origin": origin, "crossOrigin": false}).to_string().into_bytes()
}

impl Device {
    pub fn new(id: u8) -> Self {
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &SystemRandom::new()).unwrap();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, document.as_ref()).unwrap();
        Self { key, id: vec![id; 32], counter: 0, flags: 0x05, handle: String::new() }
    }

    fn data(&self, rp_id: &str, more: u8) -> Vec<u8> {
        let mut data = sha256(rp_id.as_bytes());
        data.push(self.flags | more);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// Answers what a page asks to make.
    pub fn create(&mut self, asked: &str, origin: &str, algorithm: i8) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap();
        self.handle = asked["user"]["id"].as_str().unwrap().to_owned();
        let mut data = self.data(asked["rp"]["id"].as_str().unwrap(), 0x40);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        let point = self.key.public_key().as_ref();
        // {1: 2, 3: algorithm, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03]);
        data.push(u8::try_from(0x20 - 1 - i16::from(algorithm)).unwrap());
        data.extend([0x20, 0x01, 0x21]);
        data.extend(bytes(&point[1..33]));
        data.push(0x22);
        data.extend(bytes(&point[33..]));
        // {"fmt": "none", "attStmt": {}, "authData": …}
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.extend([0xa0, 0x68]);
        object.extend(b"authData");
        object.extend(bytes(&data));
        let client = client_data("webauthn.create", asked["challenge"].as_str().unwrap(), origin);
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "response": {"clientDataJSON": text(&client), "attestationObject": text(&object), "transports": ["internal"]},
        })
        .to_string()
    }

    /// Answers what a page asks to be signed.
    pub fn get(&mut self, asked: &str, origin: &str) -> String {
        let asked: Value = serde_json::from_str(asked).unwrap();
        self.counter += 1;
        let data = self.data(asked["rpId"].as_str().unwrap(), 0);
        self.signed(&data, &client_data("webauthn.get", asked["challenge"].as_str().unwrap(), origin))
    }

    fn signed(&self, data: &[u8], client: &[u8]) -> String {
        let message = [data, &sha256(client)].concat();
        let signature = self.key.sign(&SystemRandom::new(), &message).unwrap();
        json!({
            "id": text(&self.id), "rawId": text(&self.id), "type": "public-key",
            "response": {
                "clientDataJSON": text(client), "authenticatorData": text(data),
                "signature": text(signature.as_ref()), "userHandle": self.handle,
            },
        })
        .to_string()
    }
}

const ORIGIN: &str = "http://localhost:9240";

fn place(accounts_url: &str) -> Place {
    Place {
        location: "us".to_owned(),
        name: "United States".to_owned(),
        accounts_url: accounts_url.to_owned(),
        api_domain: String::new(),
        portal_url: String::new(),
        entry: true,
        byte: DataCenterByte(1),
    }
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_millis(1_795_000_000_000 + seconds * 1000)
}

fn challenge() -> Challenge {
    Challenge::draw(&Entropy::default(), at(0)).unwrap()
}

fn passkeys() -> Passkeys {
    Passkeys::of(&place(ORIGIN)).unwrap()
}

/// A device whose passkey is user 1's, and the passkey as kept.
fn registered() -> (Device, Passkey) {
    let (mut device, challenge) = (Device::new(7), challenge());
    let person = (UserId(1), "alice@zylker.example", "Alice");
    let asked = passkeys().creation(person, "Grantor", &[], &challenge).unwrap();
    let made = passkeys().created(UserId(1), &challenge, &device.create(&asked, ORIGIN, -7)).unwrap();
    let kept = Passkey {
        id: made.id,
        user: UserId(1),
        name: "Laptop".to_owned(),
        credential: made.credential,
        created_at: at(0),
        used_at: at(0),
    };
    (device, kept)
}

#[test]
fn passkeys_belong_to_a_name() {
    for (url, works) in [
        ("https://accounts.zylker.example", true),
        ("https://accounts.zylker.example:8443", true),
        ("http://localhost:9080", true),
        ("http://us.localhost:9080", true),
        ("http://accounts.zylker.example", false),
        ("http://127.0.0.1:9080", false),
        ("https://[::1]:9080", false),
        ("nonsense", false),
    ] {
        assert_eq!(Passkeys::of(&place(url)).is_some(), works, "{url}");
    }
}

#[test]
fn what_is_asked_names_no_other_algorithm_and_leaves_out_what_is_there() {
    let (_, kept) = registered();
    let challenge = challenge();
    let asked = passkeys().creation((UserId(1), "a", "A"), "Grantor", std::slice::from_ref(&kept), &challenge).unwrap();
    let asked: Value = serde_json::from_str(&asked).unwrap();
    let offered: Vec<i64> =
        asked["pubKeyCredParams"].as_array().unwrap().iter().map(|p| p["alg"].as_i64().unwrap()).collect();
    assert_eq!(offered, [-8, -7, -257]);
    assert_eq!(asked["challenge"], challenge.text.as_str());
    assert_eq!((&asked["rp"]["id"], &asked["attestation"]), (&json!("localhost"), &json!("none")));
    assert_eq!(asked["excludeCredentials"][0]["id"], text(&kept.id));
    let open: Value = serde_json::from_str(&passkeys().request(&[], &challenge).unwrap()).unwrap();
    assert_eq!((&open["userVerification"], &open["allowCredentials"]), (&json!("required"), &json!([])));
    let second: Value =
        serde_json::from_str(&passkeys().request(std::slice::from_ref(&kept), &challenge).unwrap()).unwrap();
    assert_eq!(second["userVerification"], "preferred");
}

#[test]
fn a_right_answer_moves_the_counter() {
    let (mut device, mut kept) = registered();
    for after_password in [true, false] {
        let challenge = challenge();
        let among: &[Passkey] = if after_password { std::slice::from_ref(&kept) } else { &[] };
        let asked = passkeys().request(among, &challenge).unwrap();
        let answer = device.get(&asked, ORIGIN);
        assert_eq!(Passkeys::claimed(&answer).unwrap(), kept.id);
        let used = passkeys().answered(&kept, after_password, &challenge, &answer).unwrap();
        assert_eq!((&used.challenge, used.expires_at), (&challenge.text, at(300)));
        assert_ne!(used.credential, kept.credential);
        assert!(
            passkeys()
                .answered(&Passkey { credential: used.credential.clone(), ..kept.clone() }, true, &challenge, &answer)
                .is_err(),
            "the same counter again"
        );
        kept.credential = used.credential;
    }
}

#[test]
fn wrong_answers_do_not_count() {
    let (mut device, kept) = registered();
    let challenge = challenge();
    let ask = |challenge: &Challenge| passkeys().request(&[], challenge).unwrap();
    let judge = |answer: &str, after_password| passkeys().answered(&kept, after_password, &challenge, answer);
    let other = Challenge::draw(&Entropy::default(), at(0)).unwrap();
    assert!(judge(&device.get(&ask(&other), ORIGIN), true).is_err(), "another challenge");
    assert!(judge(&device.get(&ask(&challenge), "http://localhost:9241"), true).is_err(), "another origin");
    assert!(judge(&device.get(&ask(&challenge), "https://evil.example"), true).is_err(), "another site");
    let elsewhere = ask(&challenge).replace("\"localhost\"", "\"evil.example\"");
    assert!(judge(&device.get(&elsewhere, ORIGIN), true).is_err(), "another relying party");
    let mut stranger = Device::new(7);
    stranger.handle.clone_from(&device.handle);
    stranger.counter = 50;
    assert!(judge(&stranger.get(&ask(&challenge), ORIGIN), true).is_err(), "another key");
    let data = device.data("localhost", 0);
    let made = client_data("webauthn.create", &challenge.text, ORIGIN);
    assert!(judge(&device.signed(&data, &made), true).is_err(), "a registration is no sign-in");
    device.flags = 0x01;
    let unverified = device.get(&ask(&challenge), ORIGIN);
    assert!(judge(&unverified, false).is_err(), "alone, the person has to be verified");
    assert!(judge(&unverified, true).is_ok(), "after the password, touching is enough");
    device.flags = 0x04;
    assert!(judge(&device.get(&ask(&challenge), ORIGIN), true).is_err(), "nobody touched it");
    device.flags = 0x05;
    device.handle = text(&handle(UserId(2)));
    assert!(judge(&device.get(&ask(&challenge), ORIGIN), true).is_err(), "another person's name");
    device.handle = String::new();
    assert!(judge(&device.get(&ask(&challenge), ORIGIN), false).is_err(), "no name");
    for answer in ["", "{}", "[]", "{\"rawId\":1}", "{\"rawId\":\"\",\"response\":{}}"] {
        assert!(judge(answer, true).is_err() && Passkeys::claimed(answer).is_err(), "{answer}");
    }
}

#[test]
fn wrong_registrations_do_not_count() {
    let challenge = challenge();
    let person = (UserId(1), "alice@zylker.example", "Alice");
    let asked = passkeys().creation(person, "Grantor", &[], &challenge).unwrap();
    let judge = |answer: &str| passkeys().created(UserId(1), &challenge, answer);
    assert!(judge(&Device::new(1).create(&asked, ORIGIN, -7)).is_ok());
    assert!(matches!(judge(&Device::new(1).create(&asked, ORIGIN, -9)), Err(NotProven::Algorithm(-9))));
    assert!(judge(&Device::new(1).create(&asked, "https://evil.example", -7)).is_err(), "another origin");
    let mut short = Device::new(1);
    short.id.truncate(8);
    assert!(matches!(judge(&short.create(&asked, ORIGIN, -7)), Err(NotProven::Id(8))));
    let mut untouched = Device::new(1);
    untouched.flags = 0;
    assert!(judge(&untouched.create(&asked, ORIGIN, -7)).is_err());
    let other = Challenge::draw(&Entropy::default(), at(0)).unwrap();
    let elsewhere = passkeys().creation(person, "Grantor", &[], &other).unwrap();
    assert!(judge(&Device::new(1).create(&elsewhere, ORIGIN, -7)).is_err(), "another challenge");
}

#[test]
fn a_challenge_ends() {
    let challenge = challenge();
    let sealed = challenge.for_seal();
    assert_eq!(Challenge::from_seal(&sealed, at(299)), Some(challenge));
    assert_eq!(Challenge::from_seal(&sealed, at(300)), None);
}
