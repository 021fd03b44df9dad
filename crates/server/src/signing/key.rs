//! One signing key: made, sealed for the store, opened again, and its public half as a JWK.

use aws_lc_rs::{
    aead::{Aad, LessSafeKey, NONCE_LEN, Nonce},
    encoding::AsDer,
    rand::SystemRandom,
    rsa::KeySize,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RsaKeyPair},
};
use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::time::Timestamp;
use grantor_store::StoredSigningKey;
use jsonwebtoken::EncodingKey;
use serde_json::{Value, json};

use super::{Algorithm, SigningFailed};

/// What stands before the `RSAPrivateKey` in the PKCS #8 of a 2048-bit key: two sequences, the version, the algorithm,
/// the head of an octet string.
const PKCS8_HEAD: usize = 26;

/// A key that may sign, and what others check it with.
pub struct SigningKey {
    /// `kid`.
    pub id: String,
    pub algorithm: Algorithm,
    pub active_at: Timestamp,
    pub retired_at: Timestamp,
    /// The private half; wiped when dropped.
    pub private: EncodingKey,
    /// The public half, as it is published.
    pub public: Value,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id)
    }
}

impl SigningKey {
    /// Whether others should still know it.
    pub fn is_published(&self, now: Timestamp) -> bool {
        now < self.retired_at
    }

    /// Opens a stored key. Takes a millisecond of a core.
    pub fn open(stored: &StoredSigningKey, sealing: &LessSafeKey) -> Result<Self, SigningFailed> {
        let algorithm = Algorithm::parse(&stored.algorithm).ok_or(SigningFailed("a stored key's algorithm"))?;
        let (nonce, rest) =
            stored.private_key.split_at_checked(NONCE_LEN).ok_or(SigningFailed("a stored key is cut short"))?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SigningFailed("a stored key's nonce"))?;
        let mut rest = rest.to_vec();
        let private = sealing
            .open_in_place(nonce, Aad::from(bound_to(algorithm, &stored.id)), &mut rest)
            .map_err(|_| SigningFailed("a stored key does not open with this data center's sealing key"))?;
        let public = public_jwk(algorithm, &stored.id, private)?;
        let private = match algorithm {
            Algorithm::Rs256 => EncodingKey::from_rsa_der(private),
            Algorithm::Es256 => EncodingKey::from_ec_der(private),
        };
        Ok(Self {
            id: stored.id.clone(),
            algorithm,
            active_at: stored.active_at,
            retired_at: stored.retired_at,
            private,
            public,
        })
    }
}

/// Makes a private key: `RSAPrivateKey` (RFC 8017) or PKCS #8. RSA takes a good part of a second of a core.
pub fn generate(algorithm: Algorithm) -> Result<Vec<u8>, SigningFailed> {
    let failed = |_| SigningFailed("no key could be made");
    match algorithm {
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
            let whole = AsDer::as_der(&pair).map_err(failed)?;
            let inner = whole.as_ref().get(PKCS8_HEAD..).unwrap_or_default();
            RsaKeyPair::from_der(inner).map_err(|_| SigningFailed("the made key does not read"))?;
            Ok(inner.to_vec())
        }
        Algorithm::Es256 => {
            let whole = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
            Ok(whole.map_err(failed)?.as_ref().to_vec())
        }
    }
}

/// Seals a private key for the store, bound to its name and algorithm.
pub fn seal(
    mut private: Vec<u8>,
    algorithm: Algorithm,
    id: &str,
    nonce: [u8; NONCE_LEN],
    sealing: &LessSafeKey,
) -> Result<Vec<u8>, SigningFailed> {
    sealing
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(bound_to(algorithm, id)), &mut private)
        .map_err(|_| SigningFailed("the key could not be sealed"))?;
    let mut whole = nonce.to_vec();
    whole.append(&mut private);
    Ok(whole)
}

fn bound_to(algorithm: Algorithm, id: &str) -> Vec<u8> {
    format!("signing-key/{}/{id}", algorithm.as_str()).into_bytes()
}

/// The public half (RFC 7518 section 6).
fn public_jwk(algorithm: Algorithm, id: &str, private: &[u8]) -> Result<Value, SigningFailed> {
    let base64 = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
    let mut jwk = match algorithm {
        Algorithm::Rs256 => {
            let pair = RsaKeyPair::from_der(private).map_err(|_| SigningFailed("a stored RSA key"))?;
            let (n, e) = (pair.public_key().modulus(), pair.public_key().exponent());
            json!({
                "kty": "RSA",
                "n": base64(n.big_endian_without_leading_zero()),
                "e": base64(e.big_endian_without_leading_zero()),
            })
        }
        Algorithm::Es256 => {
            let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, private)
                .map_err(|_| SigningFailed("a stored EC key"))?;
            // An uncompressed point: a byte that says so, then both coordinates.
            let (x, y) =
                pair.public_key().as_ref().get(1..).unwrap_or_default().split_at_checked(32).unwrap_or_default();
            json!({ "kty": "EC", "crv": "P-256", "x": base64(x), "y": base64(y) })
        }
    };
    if let Some(jwk) = jwk.as_object_mut() {
        jwk.insert("use".to_owned(), "sig".into());
        jwk.insert("alg".to_owned(), algorithm.as_str().into());
        jwk.insert("kid".to_owned(), id.into());
    }
    Ok(jwk)
}
