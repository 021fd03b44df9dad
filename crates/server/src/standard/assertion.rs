//! `private_key_jwt`: a client proves who it is with a JWT that it signed (RFC 7521 section 4.2; RFC 7523 section 3;
//! RFC 8725). Each assertion is good once, at this data center, for five minutes at most.

use std::sync::Arc;

use grantor_protocol::{causes::TokenError, client::ClientRecord, time::Timestamp};
use jsonwebtoken::{
    Algorithm, DecodingKey, Header, Validation,
    jwk::{Jwk, KeyAlgorithm, PublicKeyUse},
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{failure::Failure, house::DataCenter};

/// The only kind of assertion (RFC 7523 section 2.2).
pub const TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// The longest assertion that is read, in bytes.
const LONGEST: usize = 8 * 1024;
/// How far ahead one may expire, in seconds.
const LIFE: i64 = 300;
/// What is told of one that expires later: several published libraries make them for longer unless they are told to.
pub(crate) const TOO_FAR_AHEAD: &str = "exp, which is over five minutes ahead";
/// How far a client's clock may be ahead, in seconds, for `nbf` and `iat`.
const SKEW: i64 = 60;
/// The longest `jti`, in bytes.
const LONGEST_ID: usize = 255;

/// What it says.
#[derive(Deserialize)]
pub(crate) struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    pub(crate) jti: String,
    #[serde(flatten)]
    times: Times,
}

/// Seconds since 1970; a fraction is allowed and cut off (RFC 7519 section 2).
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(transparent)]
struct NumericDate(f64);

impl NumericDate {
    /// Whole seconds; what no clock will ever show becomes the last or the first second there is.
    fn seconds(self) -> i64 {
        self.0.floor() as i64
    }
}

/// Where an assertion may be presented, behind the issuer: any of them names this server (RFC 7523 section 3).
const ENDPOINTS: [&str; 4] = ["/token", "/introspect", "/revoke", "/device_authorization"];

/// The `sub` that an assertion claims, unchecked: whose keys to look for when `client_id` was not sent.
pub fn claimed_subject(assertion: &str) -> Option<String> {
    if assertion.len() > LONGEST {
        return None;
    }
    jsonwebtoken::dangerous::insecure_decode_claims::<Claims>(assertion).ok().map(|claims| claims.sub)
}

/// Checks an assertion and spends it.
///
/// # Errors
/// The outer error is a breakage; the inner one says what is wrong with it.
pub async fn check(
    dc: &DataCenter,
    record: &Arc<ClientRecord>,
    assertion: &str,
    now: Timestamp,
) -> Result<Result<(), TokenError>, Failure> {
    let header = match header(assertion) {
        Ok(header) => header,
        Err(cause) => return Ok(Err(cause)),
    };
    let Some(keys) = dc.house.client_keys.of(&record.client, header.kid.as_deref()).await else {
        return Ok(Err(TokenError::KeysUnavailable));
    };
    let mut fitting = keys.iter().filter(|key| fits(key, &header));
    let claims = fitting.find_map(|key| open(assertion, key, header.alg));
    let Some(claims) = claims else {
        return Ok(Err(TokenError::AssertionRefused("signature or claims")));
    };
    if let Err(part) = judge(&claims, &record.client.id, &super::issuer(&dc.place), now) {
        return Ok(Err(TokenError::AssertionRefused(part)));
    }
    let (client_id, until, id) = (record.client.id.clone(), claims.times.until(), claims.jti);
    let first = dc.store.write(move |tx| tx.spend_assertion(&client_id, &id, until)).await?;
    Ok(if first { Ok(()) } else { Err(TokenError::AssertionReplayed) })
}

/// The header, when nothing in it is out of place: no other algorithm, no other kind of JWT, nothing critical.
pub(crate) fn header(assertion: &str) -> Result<Header, TokenError> {
    if assertion.len() > LONGEST {
        return Err(TokenError::AssertionRefused("length"));
    }
    let header =
        jsonwebtoken::decode_header(assertion).map_err(|_| TokenError::AssertionRefused("form or algorithm"))?;
    if !matches!(header.alg, Algorithm::RS256 | Algorithm::ES256) {
        return Err(TokenError::AssertionRefused("algorithm"));
    }
    let known = |typ: &str| ["jwt", "client-authentication+jwt"].iter().any(|k| typ.eq_ignore_ascii_case(k));
    if header.typ.as_deref().is_some_and(|typ| !known(typ)) {
        return Err(TokenError::AssertionRefused("typ"));
    }
    if header.crit.is_some() {
        return Err(TokenError::AssertionRefused("crit"));
    }
    Ok(header)
}

/// Whether a key may have made that signature: by name, by use, and by algorithm.
pub(crate) fn fits(key: &Jwk, header: &Header) -> bool {
    let algorithm = match header.alg {
        Algorithm::ES256 => KeyAlgorithm::ES256,
        _ => KeyAlgorithm::RS256,
    };
    (header.kid.is_none() || header.kid == key.common.key_id)
        && key.common.public_key_use.as_ref().is_none_or(|used| *used == PublicKeyUse::Signature)
        && key.common.key_algorithm.is_none_or(|own| own == algorithm)
}

/// What an assertion says, when that key made its signature. The times and the rest are the caller's to judge.
pub(crate) fn open<C: DeserializeOwned>(assertion: &str, key: &Jwk, algorithm: Algorithm) -> Option<C> {
    let key = DecodingKey::from_jwk(key).ok()?;
    let mut rules = Validation::new(algorithm);
    // By the server's clock and in one place: below.
    rules.required_spec_claims.clear();
    (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
    jsonwebtoken::decode::<C>(assertion, &key, &rules).ok().map(|opened| opened.claims)
}

/// The claims (RFC 7523 section 3): the client about itself, for this issuer or one of its endpoints and nobody else, now.
pub(crate) fn judge(claims: &Claims, client_id: &str, issuer: &str, now: Timestamp) -> Result<(), &'static str> {
    if claims.iss != client_id || claims.sub != client_id {
        return Err("iss and sub, which must both be the client");
    }
    let ours = |aud: &Value| {
        let path = aud.as_str().and_then(|aud| aud.strip_prefix(issuer));
        path.is_some_and(|path| path.is_empty() || ENDPOINTS.contains(&path))
    };
    let meant = match &claims.aud {
        Value::Array(all) => !all.is_empty() && all.iter().all(ours),
        one => ours(one),
    };
    if !meant {
        return Err("aud, which must be this issuer or one of its endpoints");
    }
    claims.times.judge(now)?;
    judge_id(&claims.jti)
}

/// What every assertion says of when it is good.
#[derive(Debug, Clone, Copy, Deserialize)]
pub(crate) struct Times {
    exp: NumericDate,
    #[serde(default)]
    nbf: Option<NumericDate>,
    #[serde(default)]
    iat: Option<NumericDate>,
}

impl Times {
    /// Whether it is good now, and for five minutes at most.
    pub(crate) fn judge(&self, now: Timestamp) -> Result<(), &'static str> {
        let (now, exp) = (now.seconds(), self.exp.seconds());
        if exp <= now {
            return Err("exp, which is past");
        }
        if exp > now + LIFE {
            return Err(TOO_FAR_AHEAD);
        }
        let ahead = |time: NumericDate| time.seconds() > now + SKEW;
        if self.nbf.is_some_and(ahead) || self.iat.is_some_and(ahead) {
            return Err("nbf or iat, which lies ahead");
        }
        Ok(())
    }

    /// Until when it has to be remembered as spent.
    pub(crate) fn until(&self) -> Timestamp {
        Timestamp::from_millis(self.exp.seconds().saturating_add(1).saturating_mul(1000))
    }
}

/// Whether an assertion may be called so. A NUL is none that PostgreSQL keeps.
pub(crate) fn judge_id(id: &str) -> Result<(), &'static str> {
    if id.is_empty() || id.len() > LONGEST_ID || id.contains('\0') {
        return Err("jti, which must have 1 to 255 bytes");
    }
    Ok(())
}
