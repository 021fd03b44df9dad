//! Signing ID tokens and JWT access tokens: each data center's own keys, one line for each algorithm, which turn by
//! themselves and are read by every process of the data center (`docs/decisions/0013-signing-keys.md`).

mod id_token;
mod key;
mod rotate;
mod turn;

use std::sync::{Arc, PoisonError, RwLock};

use aws_lc_rs::{
    aead::{AES_256_GCM, LessSafeKey, UnboundKey},
    hmac,
};
use grantor_protocol::{client::Client, time::Timestamp};
use jsonwebtoken::{DecodingKey, Header, Validation};
use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

pub use id_token::{IdToken, id_token, sid};
use key::SigningKey;
pub use rotate::rotate;
pub use turn::{KEY_SET_AGE, keep_up};

use crate::{
    entropy::{Entropy, NoEntropy},
    failure::Failure,
    house::{DataCenter, House},
};

/// The longest token of ours that is read back, in bytes.
const LONGEST: usize = 8 * 1024;

/// What this server signs with; nothing else is ever signed or believed (RFC 8725 section 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Algorithm {
    /// RSA of 2048 bits, PKCS #1 v1.5, SHA-256. Every OpenID client knows it.
    #[default]
    Rs256,
    /// ECDSA on P-256 with SHA-256. Many times cheaper.
    Es256,
}

impl Algorithm {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Rs256, Self::Es256];

    /// Its name (RFC 7518 section 3.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    /// Reads that name; `None` for anything else.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.as_str() == name)
    }

    /// What a client's ID tokens are signed with: what it registered, RS256 when it registered nothing.
    pub fn of_client(client: &Client) -> Self {
        Self::parse(&client.settings.id_token_signing_alg).unwrap_or_default()
    }

    const fn jose(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
        }
    }
}

/// Why nothing could be signed.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("signing: {0}")]
pub struct SigningFailed(&'static str);

type Keys = Arc<[Arc<SigningKey>]>;

/// A data center's signing keys as this process knows them.
pub struct Signing {
    /// Seals private keys for the store.
    sealing: LessSafeKey,
    /// Oldest first in each line; empty until somebody needs them.
    known: RwLock<Keys>,
    /// Held while keys are read or made.
    turning: tokio::sync::Mutex<()>,
    /// A signature is a millisecond of a core: as many at once as there are cores.
    turns: Arc<Semaphore>,
}

impl std::fmt::Debug for Signing {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Signing(…)")
    }
}

/// What private keys are sealed with: derived from the data center's sealing key.
fn sealing_key(seal_key: &[u8]) -> Result<LessSafeKey, NoEntropy> {
    let sealing = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, seal_key), b"grantor/signing-keys");
    Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, sealing.as_ref()).map_err(|_| NoEntropy)?))
}

impl Signing {
    /// With a key derived from the data center's sealing key. No signing key is read or made yet: a start does not wait
    /// for that.
    ///
    /// # Errors
    /// When the derived key cannot be used.
    pub fn new(seal_key: &[u8]) -> Result<Self, NoEntropy> {
        // Named, so that a second provider somewhere in the graph could not make the choice ambiguous.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        Ok(Self {
            sealing: sealing_key(seal_key)?,
            known: RwLock::default(),
            turning: tokio::sync::Mutex::new(()),
            turns: Arc::new(Semaphore::new(cores)),
        })
    }

    fn known(&self) -> Keys {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn learn(&self, keys: Keys) {
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

/// The keys; read, and made if there are none, when nobody needed them before.
async fn keys(dc: &DataCenter, now: Timestamp) -> Result<Keys, Failure> {
    let known = dc.signing.known();
    if !known.is_empty() {
        return Ok(known);
    }
    turn::first(dc, now).await?;
    Ok(dc.signing.known())
}

/// Signs claims as a JWT of that type (`JWT`, `at+jwt`), with `alg`, `typ` and `kid` in its header. Nothing may be signed
/// that lives longer than a day: the key is published for two days after its last signature.
///
/// # Errors
/// When there are no keys to be had.
pub async fn sign(
    dc: &DataCenter,
    algorithm: Algorithm,
    typ: &'static str,
    claims: impl Serialize + Send + 'static,
    now: Timestamp,
) -> Result<String, Failure> {
    let key = turn::signer(&keys(dc, now).await?, algorithm, now).ok_or(SigningFailed("no key for the algorithm"))?;
    let place = Arc::clone(&dc.signing.turns).acquire_owned().await.map_err(|_| SigningFailed("shutting down"))?;
    let signed = tokio::task::spawn_blocking(move || {
        let _place = place;
        let mut header = Header::new(algorithm.jose());
        header.typ = Some(typ.to_owned());
        header.kid = Some(key.id.clone());
        jsonwebtoken::encode(&header, &claims, &key.private)
    });
    Ok(signed.await.map_err(|_| SigningFailed("it broke"))?.map_err(|_| SigningFailed("the key or the claims"))?)
}

/// The claims of a token that this data center signed, of that type. `None` for anything else: another key, algorithm
/// or type, a critical header, a changed byte. Issuer, audience and times are the caller's to check.
///
/// # Errors
/// When there are no keys to be had.
pub async fn open(dc: &DataCenter, token: &str, typ: &str, now: Timestamp) -> Result<Option<Value>, Failure> {
    if token.len() > LONGEST {
        return Ok(None);
    }
    let Ok(header) = jsonwebtoken::decode_header(token) else { return Ok(None) };
    let known = keys(dc, now).await?;
    let key = known.iter().find(|k| Some(&k.id) == header.kid.as_ref() && k.is_published(now));
    let right_type = header.typ.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(typ));
    let Some(key) = key.filter(|k| k.algorithm.jose() == header.alg && right_type && header.crit.is_none()) else {
        return Ok(None);
    };
    let mut rules = Validation::new(key.algorithm.jose());
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_aud) = (false, false);
    let Ok(public) = serde_json::from_value(key.public.clone()) else { return Ok(None) };
    let Ok(public) = DecodingKey::from_jwk(&public) else { return Ok(None) };
    Ok(jsonwebtoken::decode::<Value>(token, &public, &rules).ok().map(|opened| opened.claims))
}

/// The public keys, as a JWK set (RFC 7517 section 5). May be kept for [`KEY_SET_AGE`].
///
/// # Errors
/// When there are no keys to be had.
pub async fn key_set(dc: &DataCenter, now: Timestamp) -> Result<String, Failure> {
    let known = keys(dc, now).await?;
    let published: Vec<&Value> = known.iter().filter(|k| k.is_published(now)).map(|k| &k.public).collect();
    Ok(json!({ "keys": published }).to_string())
}

/// A fresh `kid`.
fn fresh_key_id(house: &House) -> Result<String, NoEntropy> {
    drawn_key_id(&house.entropy)
}

fn drawn_key_id(entropy: &Entropy) -> Result<String, NoEntropy> {
    Ok(data_encoding::HEXLOWER.encode(&entropy.bytes::<8>()?))
}
