//! ID tokens (OpenID Connect Core section 2; accounts-protocol.md section 9.2, decision 18).

use std::time::Duration;

use aws_lc_rs::digest;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use grantor_protocol::{people::User, scope::ScopeList, time::Timestamp, token::TokenId};
use serde_json::Value;

use super::{Algorithm, sign};
use crate::{claims, failure::Failure, house::DataCenter};

/// How long an ID token is good.
const LIFETIME: Duration = Duration::from_hours(1);

/// What an ID token says.
#[derive(Debug)]
pub struct IdToken<'a> {
    /// `iss`: the accounts URL, or the standard dialect's issuer.
    pub issuer: &'a str,
    /// `aud`: the client's id.
    pub audience: &'a str,
    /// `sub`, and what the scopes open.
    pub user: &'a User,
    /// What was granted.
    pub scopes: &'a ScopeList,
    /// `nonce` of the authorization request; never on refresh (OpenID Connect Core section 12.2).
    pub nonce: Option<&'a str>,
    /// `auth_time`; 0 when nobody signed in, and then it is left out.
    pub signed_in_at: Timestamp,
    /// The access token it comes with, for `at_hash`.
    pub access_token: Option<&'a str>,
    /// The browser session, for `sid`.
    pub session: Option<TokenId>,
    /// `org_id`; empty when it is not to be told.
    pub organization_id: &'a str,
}

/// Makes and signs an ID token.
///
/// # Errors
/// When there are no keys to be had.
pub async fn id_token(
    dc: &DataCenter,
    token: IdToken<'_>,
    algorithm: Algorithm,
    now: Timestamp,
) -> Result<String, Failure> {
    let mut told = claims::of(token.user, token.scopes);
    let mut tell = |name: &str, value: Value| told.insert(name.to_owned(), value);
    tell("iss", token.issuer.into());
    tell("aud", token.audience.into());
    tell("iat", now.seconds().into());
    tell("exp", now.plus(LIFETIME).seconds().into());
    if token.signed_in_at.millis() > 0 {
        tell("auth_time", token.signed_in_at.seconds().into());
    }
    if let Some(nonce) = token.nonce {
        tell("nonce", nonce.into());
    }
    if let Some(access_token) = token.access_token {
        tell("at_hash", half_hash(access_token).into());
    }
    if let Some(session) = token.session {
        tell("sid", sid(session).into());
    }
    if !token.organization_id.is_empty() {
        tell("org_id", token.organization_id.into());
    }
    sign(dc, algorithm, "JWT", told, now).await
}

/// `at_hash`: the left half of SHA-256, which both algorithms call for (OpenID Connect Core section 3.1.3.6).
fn half_hash(text: &str) -> String {
    let hash = digest::digest(&digest::SHA256, text.as_bytes());
    BASE64URL_NOPAD.encode(hash.as_ref().get(..16).unwrap_or_default())
}

/// What a client may know of a browser session. Its id is half of a cookie, so it is hashed.
pub fn sid(session: TokenId) -> String {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"grantor/sid/");
    context.update(session.as_bytes());
    HEXLOWER.encode(context.finish().as_ref().get(..16).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_hash_is_the_left_half() {
        // The example of OpenID Connect Core appendix A.3.
        assert_eq!(half_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"), "77QmUPtjPfzWtF2AnpK9RQ");
    }
}
