//! `POST /oauth/v2/token/scopeenhance`: a refresh token buys an enhancement token, with which an application may ask
//! its person for more scopes once (accounts-protocol.md section 13).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{
    causes::TokenError, client::GrantType, dialect::Dialect, people::Realm, secret::SecretKind, token::PresentedToken,
};
use grantor_store::RefreshRequest;

use super::{credentials::Claim, error, token::SINGLE};
use crate::{
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    http::{
        params::{self, Sent},
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
    tokens,
};

/// The only `grant_type` here.
const GRANT_TYPE: &str = "update_scopes_token";

/// The endpoint.
pub async fn answer(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
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
    match walk(&dc, &sent, &asking).await {
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

async fn walk(
    dc: &Arc<DataCenter>,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<String, Refused<TokenError>>, Failure> {
    if let Some(name) = sent.params.first_conflicting(&SINGLE) {
        return Ok(Err(Refused::unknown(TokenError::ParameterConflict(name))));
    }
    let known = match sent.params.get("grant_type") {
        None | Some("") => return Ok(Err(Refused::unknown(TokenError::GrantTypeMissing))),
        Some(name) => name == GRANT_TYPE,
    };
    let claim = match Claim::read(sent) {
        Ok(claim) if known => claim,
        Ok(_) => return Ok(Err(Refused::unknown(TokenError::GrantTypeUnknown))),
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let record = match claim.find(dc, asking).await? {
        Ok(record) => record,
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let refused = |cause| Ok(Err(Refused { client: Some(record.client.id.clone()), cause, detail: None }));
    if let Err(cause) = claim.authenticate(&record, dc, asking) {
        return refused(cause);
    }
    if !record.client.may_use(GrantType::RefreshToken, Dialect::Accounts) {
        return refused(TokenError::GrantTypeNotAllowed);
    }
    let Some(refresh) = sent.params.get("refresh_token").and_then(PresentedToken::parse) else {
        return refused(TokenError::RefreshTokenMalformed);
    };
    if let Err(cause) = tokens::may_look_up(dc, &refresh.id, asking.address, asking.now) {
        return refused(cause);
    }
    let (now, life) = (asking.now, dc.house.policy.enhancement_token_lifetime);
    let (token, new) = tokens::fresh(dc, SecretKind::Enhancement, now)?;
    let asked = RefreshRequest { refresh, client_id: record.client.id.clone(), realm: Realm::Accounts, access: new };
    let catalog = dc.house.catalog();
    match dc.store.write(move |tx| tx.begin_enhancement(&asked, &catalog, life, now)).await? {
        Ok(()) => {
            let (token, life) = (token.reveal(record.client.client_type.prefix()), life.as_secs());
            Ok(Ok(format!("{{\"access_token\":\"{token}\",\"token_type\":\"Bearer\",\"expires_in\":{life}}}")))
        }
        Err(cause) => {
            if cause == TokenError::RefreshTokenUnknown {
                dc.guesses.wrong(Guess::Token(asking.address), now);
            }
            refused(cause)
        }
    }
}
