//! `POST /oauth2/revoke` (RFC 7009): a client ends its own tokens. Success for anything that is no live token of any
//! client; another client's is refused and stays as it is.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    causes::{RevokeError, TokenError},
    people::Realm,
    secret::TokenSecret,
    token::PresentedToken,
};
use grantor_store::Revocation;

use super::{
    credentials,
    error::{self, Manner},
    form,
};
use crate::{
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    http::{
        params::{Basic, Sent},
        reply,
    },
    jwt_access,
    metrics::Endpoint,
    refusals::{Asking, Refused},
    tokens, warnings,
};

/// Ends a token.
pub async fn revoke(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Revoke, &request);
    let (parts, body) = request.into_parts();
    let sent = match form::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(cause) => {
            asking.refuse(&dc, None, cause.name(), &tokens::explain(&dc, &cause));
            return error::token(&dc, &cause, Manner::default());
        }
    };
    match walk(&dc, &sent, &asking).await {
        Ok(Ok(())) => reply::json(StatusCode::OK, "{}"),
        Ok(Err(Refused { client, cause, detail })) => {
            let detail = detail.unwrap_or_else(|| tokens::explain(&dc, &cause));
            asking.refuse(&dc, client.as_deref(), cause.name(), &detail);
            let basic = !matches!(sent.basic, Basic::Absent);
            error::token(&dc, &cause, Manner { basic, refreshing: false })
        }
        Err(failure) => {
            asking.broke(&failure);
            error::broken()
        }
    }
}

async fn walk(dc: &Arc<DataCenter>, sent: &Sent, asking: &Asking) -> Result<Result<(), Refused<TokenError>>, Failure> {
    let proved = match credentials::authenticate(dc, sent, asking).await? {
        Ok(proved) => proved,
        Err(refused) => return Ok(Err(refused)),
    };
    let client = proved.record.client.id.clone();
    let refused = |cause| Ok(Err(Refused { client: Some(client.clone()), cause, detail: None }));
    let Some(text) = sent.params.get("token").filter(|token| !token.is_empty()) else {
        return refused(TokenError::ParameterMissing("token"));
    };
    let guess = Guess::Token(asking.address);
    if !dc.guesses.wait(guess, asking.now).is_zero() {
        return refused(TokenError::SecretGuessing);
    }
    // The hint is not needed: both kinds are looked for (RFC 7009 section 2.1).
    let (token, signed) = if let Some(token) = PresentedToken::parse(text) {
        (token, false)
    } else if let Some(id) = jwt_access::open(dc, text, asking.now).await? {
        (PresentedToken { id, secret: TokenSecret::from_bytes([0; 16]) }, true)
    } else {
        tell(dc, &client, RevokeError::Malformed, asking);
        return Ok(Ok(()));
    };
    if let Err(byte) = dc.made_here(&token.id) {
        tell(dc, &client, RevokeError::WrongDataCenter(byte), asking);
        return Ok(Ok(()));
    }
    let (now, id) = (asking.now, token.id);
    let asked = Revocation { token, client_id: Some(client.clone()), realm: Realm::Accounts, only: None };
    let (rotation, trail) = (Arc::clone(&dc.rotation), asking.trail(dc)?);
    let revoked = dc.store.write(move |tx| {
        if signed { tx.revoke_signed(&asked, &trail, now) } else { tx.revoke(&asked, &rotation, &trail, now) }
    });
    match revoked.await? {
        Ok(revoked) => {
            warnings::revoked(dc, &revoked, id, asking);
            Ok(Ok(()))
        }
        // Its own client may revoke it, nobody else (section 2.1).
        Err(RevokeError::OfAnotherClient) => refused(TokenError::RefreshTokenOfAnotherClient),
        Err(cause) => {
            if cause == RevokeError::Unknown {
                dc.guesses.wrong(guess, now);
            }
            tell(dc, &client, cause, asking);
            Ok(Ok(()))
        }
    }
}

/// What is no token needs no revoking (section 2.2); the client's owner is told all the same.
fn tell(dc: &DataCenter, client: &str, cause: RevokeError, asking: &Asking) {
    let detail = match cause {
        RevokeError::WrongDataCenter(byte) => {
            format!("the token was issued by {} and presented at {}", dc.house.location_of(byte), dc.place.location)
        }
        _ => String::new(),
    };
    asking.refuse(dc, Some(client), cause.name(), &detail);
}
