//! `POST /oauth/v2/token` and `POST /clientoauth/v2/{PORTAL_ID}/token`: the walk of a token request
//! (accounts-protocol.md section 7; `spec/decisions.md` 4). One file for each grant.

mod code;
mod issued;
mod refresh;

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{
    causes::TokenError,
    client::GrantType,
    dialect::Dialect,
    people::Realm,
    secret::{SecretKind, TokenSecret},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};
use grantor_store::NewToken;

use super::{credentials::Claim, error};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::{
        params::{self, Sent, Unreadable},
        portal_id::PortalId,
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
};

/// At the accounts house.
pub async fn accounts(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    answer(dc, Realm::Accounts, request).await
}

/// At a portal.
pub async fn portal(State(dc): State<Arc<DataCenter>>, PortalId(portal): PortalId, request: Request) -> Response {
    answer(dc, Realm::Portal(portal), request).await
}

/// The parameters that may not come twice with different values.
const SINGLE: [&str; 7] =
    ["grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token"];

async fn answer(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Token, &request);
    if request.method() != Method::POST {
        return error::word(StatusCode::BAD_REQUEST, "invalid_request");
    }
    let (parts, body) = request.into_parts();
    let sent = match params::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(Unreadable::TooLarge) => return error::word(StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
        Err(Unreadable::Broken | Unreadable::Text) => {
            asking.refuse(&dc, None, TokenError::ParameterConflict("body").name(), "the parameters cannot be read");
            return error::word(StatusCode::BAD_REQUEST, "invalid_request");
        }
    };
    match walk(&dc, realm, &sent, &asking).await {
        Ok(Ok(body)) => reply::json(StatusCode::OK, body),
        Ok(Err(Refused { client, cause, detail })) => {
            asking.refuse(&dc, client.as_deref(), cause.name(), &detail.unwrap_or_else(|| explain(&dc, &cause)));
            error::token(&cause)
        }
        Err(failure) => {
            asking.broke(&failure);
            error::broken()
        }
    }
}

/// Grant type, client, secret, then the code or token; in this order.
async fn walk(
    dc: &Arc<DataCenter>,
    realm: Realm,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<String, Refused<TokenError>>, Failure> {
    if let Some(name) = sent.params.first_conflicting(&SINGLE) {
        return Ok(Err(Refused::unknown(TokenError::ParameterConflict(name))));
    }
    let grant = match sent.params.get("grant_type") {
        None | Some("") => return Ok(Err(Refused::unknown(TokenError::GrantTypeMissing))),
        Some(name) => GrantType::of_accounts(name),
    };
    let claim = match Claim::read(sent) {
        Ok(claim) => claim,
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let Some(grant) = grant else {
        let client = claim.find(dc).await?.ok().map(|record| record.client.id.clone());
        return Ok(Err(Refused { client, cause: TokenError::GrantTypeUnknown, detail: None }));
    };
    let record = match claim.find(dc).await? {
        Ok(record) => record,
        Err(cause) => {
            return Ok(Err(Refused {
                client: None,
                cause,
                detail: Some(format!("client id {:?}", shown(claim.id()))),
            }));
        }
    };
    let refused = |cause| Ok(Err(Refused { client: Some(record.client.id.clone()), cause, detail: None }));
    if let Err(cause) = claim.authenticate(&record, dc, asking.address, asking.now) {
        return refused(cause);
    }
    if !record.client.may_use(grant, Dialect::Accounts) {
        return refused(TokenError::GrantTypeNotAllowed);
    }
    let outcome = match grant {
        GrantType::AuthorizationCode => code::redeem(dc, realm, sent, &record, asking).await?,
        GrantType::RefreshToken => refresh::refresh(dc, realm, sent, &record, asking).await?,
        _ => Err(TokenError::GrantTypeNotAllowed),
    };
    match outcome {
        Ok(body) => Ok(Ok(body)),
        Err(cause) => {
            if matches!(cause, TokenError::CodeUnknown | TokenError::RefreshTokenUnknown) {
                dc.guesses.wrong(crate::guesses::Guess::Token(asking.address), asking.now);
            }
            refused(cause)
        }
    }
}

/// Made here, and not by somebody who guesses: told before any look-up (`spec/decisions.md` 6).
fn may_look_up(dc: &DataCenter, id: &TokenId, address: IpAddr, now: Timestamp) -> Result<(), TokenError> {
    if !dc.guesses.wait(crate::guesses::Guess::Token(address), now).is_zero() {
        return Err(TokenError::SecretGuessing);
    }
    dc.made_here(id).map_err(TokenError::WrongDataCenter)
}

fn fresh_token(dc: &DataCenter, kind: SecretKind, now: Timestamp) -> Result<(PresentedToken, NewToken), Failure> {
    let (id, secret): (TokenId, TokenSecret) = (dc.fresh_id(now)?, dc.house.entropy.secret()?);
    let new = NewToken { id, secret_hash: secret.hash(kind) };
    Ok((PresentedToken { id, secret }, new))
}

/// The cause in words, for the client's owner and the log.
fn explain(dc: &DataCenter, cause: &TokenError) -> String {
    match cause {
        TokenError::WrongDataCenter(byte) => {
            format!("issued by {}, presented at {}", dc.house.location_of(*byte), dc.place.location)
        }
        TokenError::ParameterConflict(name) => format!("{name} was sent twice with different values"),
        TokenError::ScopeRetired(scope) => format!("{scope} is no longer in the catalog"),
        _ => String::new(),
    }
}

/// A stranger's client id for the log; only what has the shape of one, because people put secrets there by
/// mistake.
fn shown(text: &str) -> &str {
    let shaped = text.len() <= 36 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'.');
    if shaped { text } else { "(not the shape of one)" }
}
