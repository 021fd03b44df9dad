//! What the token endpoint of the standard dialect answers (RFC 6749 section 5.1; OpenID Connect Core section 3.1.3.3).

use grantor_protocol::{client::Client, people::UserId, time::Timestamp};
use serde::Serialize;

use crate::{
    failure::Failure,
    house::DataCenter,
    signing::{self, Algorithm, IdToken},
    standard::issuer,
    tokens::Handed,
};

#[derive(Serialize)]
struct Body<'a> {
    access_token: &'a str,
    token_type: &'static str,
    expires_in: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<&'a str>,
    scope: String,
}

/// The answer with these tokens, and with an ID token when `openid` was granted.
///
/// # Errors
/// When the user cannot be read or nothing can be signed.
pub async fn body(dc: &DataCenter, client: &Client, handed: &Handed, now: Timestamp) -> Result<String, Failure> {
    let id_token = id_token(dc, client, handed, now).await?;
    let body = Body {
        access_token: &handed.access,
        token_type: "Bearer",
        expires_in: handed.expires_in,
        refresh_token: handed.refresh.as_deref(),
        id_token: id_token.as_deref(),
        scope: handed.scopes.to_string(),
    };
    // Text and numbers always become JSON.
    Ok(serde_json::to_string(&body).unwrap_or_default())
}

async fn id_token(
    dc: &DataCenter,
    client: &Client,
    handed: &Handed,
    now: Timestamp,
) -> Result<Option<String>, Failure> {
    let asked = handed.granted.iter().any(|scope| scope.eq_ignore_ascii_case("openid"));
    let id = handed.user;
    if id == UserId::NOBODY || !asked {
        return Ok(None);
    }
    let Some(user) = dc.store.read(move |tx| tx.user(id)).await? else { return Ok(None) };
    let token = IdToken {
        issuer: &issuer(&dc.place),
        audience: &client.id,
        user: &user,
        scopes: &handed.granted,
        nonce: handed.origin.nonce.as_deref(),
        signed_in_at: handed.origin.signed_in_at,
        access_token: Some(&handed.access),
        session: handed.origin.session,
        organization_id: &handed.organization_id,
    };
    signing::id_token(dc, token, Algorithm::of_client(client), now).await.map(Some)
}
