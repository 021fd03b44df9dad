//! Access tokens as signed JWTs (RFC 9068), for resources that want them so. Each has a row like any other: it is known
//! to introspection, and revoking it counts there.

use grantor_protocol::{people::UserId, scope::ScopeList, time::Timestamp, token::TokenId};
use serde_json::{Map, Value};

use crate::{
    failure::Failure,
    house::DataCenter,
    signing::{self, Algorithm},
    standard::issuer,
};

/// Their `typ` (RFC 9068 section 2.1): an ID token never passes for one, nor the other way round.
const TYP: &str = "at+jwt";

/// What one says.
#[derive(Debug)]
pub struct Claims<'a> {
    /// `jti`, and the key of its row; also says when it was made.
    pub id: TokenId,
    /// `client_id`.
    pub client_id: &'a str,
    /// `sub`; the client itself when nobody stands behind it.
    pub user: UserId,
    /// `org_id`; empty for none.
    pub organization_id: &'a str,
    /// `scope`.
    pub scopes: &'a ScopeList,
    /// `aud`, one a line.
    pub resource: &'a str,
    /// `exp`.
    pub expires_at: Timestamp,
}

/// Signs one, with RS256, which every resource server knows (RFC 9068 section 2.1). The same claims give the same
/// token again.
///
/// # Errors
/// When there are no keys to be had.
pub async fn sign(dc: &DataCenter, claims: &Claims<'_>, now: Timestamp) -> Result<String, Failure> {
    let audience: Vec<&str> = claims.resource.lines().collect();
    let mut all = Map::new();
    let mut tell = |name: &str, value: Value| all.insert(name.to_owned(), value);
    tell("iss", issuer(&dc.place).into());
    tell("aud", if let [only] = audience.as_slice() { (*only).into() } else { audience.into() });
    let subject = claims.user.0.to_string();
    tell("sub", if claims.user == UserId::NOBODY { claims.client_id.into() } else { subject.into() });
    tell("client_id", claims.client_id.into());
    tell("scope", claims.scopes.to_string().into());
    tell("iat", claims.id.made_at().seconds().into());
    tell("exp", claims.expires_at.seconds().into());
    tell("jti", claims.id.to_hex().into());
    if !claims.organization_id.is_empty() {
        tell("org_id", claims.organization_id.into());
    }
    signing::sign(dc, Algorithm::Rs256, TYP, Value::Object(all), now).await
}

/// Whose row a JWT access token is, when this data center signed it and it is for one. Whether it still lives is for
/// the store to say. `None` for anything else.
///
/// # Errors
/// When there are no keys to be had.
pub async fn open(dc: &DataCenter, token: &str, now: Timestamp) -> Result<Option<TokenId>, Failure> {
    if token.bytes().filter(|b| *b == b'.').count() != 2 || !token.starts_with("ey") {
        return Ok(None);
    }
    let claims = signing::open(dc, token, TYP, now).await?;
    Ok(claims.and_then(|claims| {
        let ours = claims.get("iss").and_then(Value::as_str) == Some(issuer(&dc.place).as_str());
        let id = claims.get("jti").and_then(Value::as_str).and_then(TokenId::from_hex);
        id.filter(|_| ours)
    }))
}
