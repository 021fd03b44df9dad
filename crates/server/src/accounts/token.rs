//! `POST /oauth/v2/token` and `POST /clientoauth/v2/{PORTAL_ID}/token`: the walk of a token request
//! (accounts-protocol.md section 7; `spec/decisions.md` 4). One file for each grant.

mod client_credentials;
mod code;
pub(super) mod id_token;
pub(super) mod issued;
mod refresh;

use std::sync::Arc;

use super::{credentials::Claim, error};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::{
        params::{self, Sent},
        portal_id::PortalId,
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
    tokens,
};
use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{causes::TokenError, client::GrantType, dialect::Dialect, people::Realm};

/// At the accounts house.
pub async fn accounts(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    answer(dc, Realm::Accounts, request).await
}

/// At a portal.
pub async fn portal(State(dc): State<Arc<DataCenter>>, PortalId(portal): PortalId, request: Request) -> Response {
    answer(dc, Realm::Portal(portal), request).await
}

/// The parameters that may not come twice with different values.
pub(super) const SINGLE: [&str; 9] = [
    "grant_type",
    "client_id",
    "client_secret",
    "code",
    "redirect_uri",
    "code_verifier",
    "refresh_token",
    "scope",
    "soid",
];

async fn answer(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Token, &request);
    if request.method() != Method::POST {
        return error::wrong_method(&dc, &asking);
    }
    let (parts, body) = request.into_parts();
    if let Some(refusal) = error::in_url(&dc, &parts.uri, &asking) {
        return refusal;
    }
    let sent = match params::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(why) => return error::unreadable(&dc, &asking, why),
    };
    match walk(&dc, realm, &sent, &asking).await {
        Ok(Ok(body)) => reply::json(StatusCode::OK, body),
        Ok(Err(Refused { client, cause, detail })) => {
            asking.refuse(
                &dc,
                client.as_deref(),
                cause.name(),
                &detail.unwrap_or_else(|| tokens::explain(&dc, &cause)),
            );
            error::token(&dc, &cause)
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
        let client = claim.find(dc, asking).await?.ok().map(|record| record.client.id.clone());
        return Ok(Err(Refused { client, cause: TokenError::GrantTypeUnknown, detail: None }));
    };
    let record = match claim.find(dc, asking).await? {
        Ok(record) => record,
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let refused = |cause| Ok(Err(Refused { client: Some(record.client.id.clone()), cause, detail: None }));
    if let Err(cause) = claim.authenticate(&record, dc, asking) {
        return refused(cause);
    }
    if !record.client.may_use(grant, Dialect::Accounts) {
        return refused(TokenError::GrantTypeNotAllowed);
    }
    let outcome = match grant {
        GrantType::AuthorizationCode => code::redeem(dc, realm, sent, &record, asking).await?,
        GrantType::RefreshToken => refresh::refresh(dc, realm, sent, &record, asking).await?,
        GrantType::ClientCredentials => client_credentials::issue(dc, realm, sent, &record, asking).await?,
        _ => Err(TokenError::GrantTypeNotAllowed),
    };
    match outcome {
        Ok(body) => Ok(Ok(body)),
        Err(cause) => refused(cause),
    }
}
