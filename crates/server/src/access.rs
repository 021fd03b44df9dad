//! Opening a resource with an access token: what `/oauth/user/info` and the sample API share.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use grantor_protocol::{causes::AccessError, client::ClientRecord, token::PresentedToken};
use grantor_store::LiveAccess;

use crate::{explained, failure::Failure, guesses::Guess, house::DataCenter, refusals::Asking};

/// The token of an `Authorization` header: `Zoho-oauthtoken` or `Bearer`, in any letter case; never from the
/// query or a body (accounts-protocol.md section 18).
pub fn token_of(headers: &HeaderMap) -> Result<&str, AccessError> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let value = all.next().and_then(|v| v.to_str().ok()).ok_or(AccessError::Missing)?;
    if all.next().is_some() {
        return Err(AccessError::Missing);
    }
    let (scheme, token) = value.split_once(' ').ok_or(AccessError::Missing)?;
    if scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("zoho-oauthtoken") {
        Ok(token.trim())
    } else {
        Err(AccessError::Missing)
    }
}

/// Judges the token of a request.
///
/// # Errors
/// The outer error is a breakage; the inner one says why the token opens nothing.
pub async fn open(
    dc: &Arc<DataCenter>,
    headers: &HeaderMap,
    asking: &Asking,
) -> Result<Result<Arc<LiveAccess>, AccessError>, Failure> {
    match token_of(headers) {
        Ok(text) => judge(dc, text, asking).await,
        Err(cause) => Ok(Err(cause)),
    }
}

/// Judges a token, however it came.
///
/// # Errors
/// As in [`open`].
pub async fn judge(
    dc: &Arc<DataCenter>,
    text: &str,
    asking: &Asking,
) -> Result<Result<Arc<LiveAccess>, AccessError>, Failure> {
    let Some(presented) = PresentedToken::parse(text) else { return Ok(Err(AccessError::Malformed)) };
    if let Err(byte) = dc.made_here(&presented.id) {
        return Ok(Err(AccessError::WrongDataCenter(byte)));
    }
    let guess = Guess::Token(asking.address);
    if !dc.guesses.wait(guess, asking.now).is_zero() {
        return Ok(Err(AccessError::Guessing));
    }
    let (now, id) = (asking.now, presented.id);
    let live = match dc.store.access(presented, now).await? {
        Ok(live) => live,
        Err(cause) => {
            if cause == AccessError::Unknown {
                dc.guesses.wrong(guess, now);
            }
            if let Some(client) = explained::access(dc, cause, id, asking).await? {
                asking.holder(client);
            }
            return Ok(Err(cause));
        }
    };
    if client_lives(dc, &live.client_id).await? {
        return Ok(Ok(live));
    }
    asking.holder(live.client_id.clone());
    Ok(Err(AccessError::ClientDisabled))
}

/// Whether a client is there, not disabled, and enabled here.
///
/// # Errors
/// When the directory cannot be read.
pub async fn client_lives(dc: &DataCenter, id: &str) -> Result<bool, Failure> {
    let usable = |record: &ClientRecord| !record.client.disabled && record.client.enabled_in(&dc.place.location);
    Ok(dc.client(id).await?.is_some_and(|record| usable(&record)))
}
