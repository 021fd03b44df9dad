//! A relying party's side of signed tokens: reads them and checks them with a published key set. It shares no code with
//! the server's own signing.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use data_encoding::BASE64URL_NOPAD;
use serde_json::Value;

/// A token, taken apart.
#[derive(Debug, Clone, PartialEq)]
pub struct Jwt {
    pub header: Value,
    pub claims: Value,
    /// What was signed.
    message: String,
    signature: Vec<u8>,
}

/// Bytes of unpadded base64url text.
pub fn bytes(text: &str) -> Vec<u8> {
    BASE64URL_NOPAD.decode(text.as_bytes()).unwrap_or_else(|e| panic!("{e}: {text}"))
}

/// Unpadded base64url text of JSON.
pub fn part(json: &Value) -> String {
    BASE64URL_NOPAD.encode(json.to_string().as_bytes())
}

impl Jwt {
    pub fn parse(token: &str) -> Self {
        let (message, signature) = token.rsplit_once('.').unwrap_or_else(|| panic!("no token: {token}"));
        let (header, claims) = message.split_once('.').unwrap_or_else(|| panic!("no token: {token}"));
        let json = |text| serde_json::from_slice(&bytes(text)).unwrap();
        Self { header: json(header), claims: json(claims), message: message.to_owned(), signature: bytes(signature) }
    }

    /// Whether the key of its `kid` is in the set and the signature is that key's, by the algorithm the key is for.
    pub fn is_of(&self, set: &Value) -> bool {
        let keys = set["keys"].as_array().unwrap();
        let Some(key) = keys.iter().find(|key| key["kid"] == self.header["kid"]) else { return false };
        let part = |name: &str| bytes(key[name].as_str().unwrap());
        assert_eq!((&key["alg"], &key["use"]), (&self.header["alg"], &Value::from("sig")));
        let (message, signature) = (self.message.as_bytes(), &self.signature);
        match (key["alg"].as_str().unwrap(), key["kty"].as_str().unwrap()) {
            ("RS256", "RSA") => RsaPublicKeyComponents { n: part("n"), e: part("e") }
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            ("ES256", "EC") => {
                assert_eq!(key["crv"], "P-256");
                let point = [&[4], part("x").as_slice(), part("y").as_slice()].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(message, signature).is_ok()
            }
            other => panic!("no key of ours: {other:?}"),
        }
    }
}
