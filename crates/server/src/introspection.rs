//! What a token stands for, told to those it concerns (RFC 7662): one look-up and one body for both dialects. Whatever
//! is wrong with a token, the answer is the same (cases F05, F06).

use std::sync::Arc;

use grantor_protocol::{
    causes::AccessError,
    client::Client,
    time::Timestamp,
    token::{PresentedToken, TokenId},
};
use grantor_store::LiveAccess;
use serde::Serialize;

use crate::{access, claims, failure::Failure, house::DataCenter};

/// The answer for every token that is none, or none of the caller's business.
pub const INACTIVE: &str = r#"{"active":false}"#;

/// Why a caller is told nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotTold {
    /// The token opens nothing.
    Dead(AccessError),
    /// The caller is neither the token's client nor a resource it is for.
    NotForCaller,
}

impl NotTold {
    /// A stable short name for logs, metrics and the client's owner.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dead(cause) => cause.name(),
            Self::NotForCaller => "token_of_another_client",
        }
    }
}

/// Looks a token up for a caller that has proved who it is with a secret or key.
///
/// # Errors
/// The outer error is a breakage.
pub async fn look(
    dc: &Arc<DataCenter>,
    presented: PresentedToken,
    caller: &Client,
    now: Timestamp,
) -> Result<Result<Arc<LiveAccess>, NotTold>, Failure> {
    if let Err(byte) = dc.made_here(&presented.id) {
        return Ok(Err(NotTold::Dead(AccessError::WrongDataCenter(byte))));
    }
    // No slowing down of guesses: a resource passes on what strangers send it, and must not be shut out for that.
    let live = dc.store.access(presented, now).await?;
    tell(dc, live, caller).await
}

/// The same for a JWT access token, by its `jti`, once its signature was checked.
///
/// # Errors
/// The outer error is a breakage.
pub async fn look_signed(
    dc: &Arc<DataCenter>,
    id: TokenId,
    caller: &Client,
    now: Timestamp,
) -> Result<Result<Arc<LiveAccess>, NotTold>, Failure> {
    let live = dc.store.signed_access(id, now).await?;
    tell(dc, live, caller).await
}

async fn tell(
    dc: &Arc<DataCenter>,
    live: Result<Arc<LiveAccess>, AccessError>,
    caller: &Client,
) -> Result<Result<Arc<LiveAccess>, NotTold>, Failure> {
    let live = match live {
        Ok(live) => live,
        Err(cause) => return Ok(Err(NotTold::Dead(cause))),
    };
    // The caller has just been found to be there and enabled.
    if live.client_id == caller.id {
        return Ok(Ok(live));
    }
    if !access::client_lives(dc, &live.client_id).await? {
        return Ok(Err(NotTold::Dead(AccessError::ClientDisabled)));
    }
    let concerned = dc.house.resources.is_one_of(&live.resource, &caller.id);
    Ok(if concerned { Ok(live) } else { Err(NotTold::NotForCaller) })
}

#[derive(Serialize)]
struct Body<'a> {
    active: bool,
    client_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    username: Option<&'a str>,
    sub: &'a str,
    scope: &'a str,
    exp: i64,
    iat: i64,
    aud: Audience<'a>,
    iss: &'a str,
    token_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    org_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    environment: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Audience<'a> {
    One(&'a str),
    Several(Vec<&'a str>),
}

/// The answer for a live token. `sub` is the ZUID; the client itself where nobody stands behind the token.
pub fn body(live: &LiveAccess, id: TokenId, issuer: &str) -> String {
    let mut resources = live.resource.lines();
    let aud = match (resources.next(), resources.next()) {
        (None, _) => Audience::One(&live.client_id),
        (Some(only), None) => Audience::One(only),
        (Some(_), Some(_)) => Audience::Several(live.resource.lines().collect()),
    };
    let organization = Some(live.organization_id.as_str()).filter(|id| !id.is_empty());
    let body = Body {
        active: true,
        client_id: &live.client_id,
        username: live.user.as_ref().map(|user| user.email.as_str()),
        sub: &live.user.as_ref().map_or_else(|| live.client_id.clone(), claims::subject),
        scope: &live.scopes.to_string(),
        exp: live.expires_at.seconds(),
        iat: id.made_at().seconds(),
        aud,
        iss: issuer,
        token_type: "Bearer",
        org_id: organization,
        environment: organization.map(|_| live.environment.as_str()),
    };
    serde_json::to_string(&body).unwrap_or_else(|_| INACTIVE.to_owned())
}
