//! `POST /oauth2/introspect` (RFC 7662): what a token stands for, told to its client and to the resources it is for. A
//! JWT access token is known as well, and dead once it was revoked.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    causes::{AccessError, TokenError},
    token::PresentedToken,
};

use super::{
    credentials,
    error::{self, Manner},
    form, issuer,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::{
        params::{Basic, Sent},
        reply,
    },
    introspection::{self, NotTold},
    jwt_access,
    metrics::Endpoint,
    refusals::{Asking, Refused},
    tokens,
};

/// Answers about a token.
pub async fn introspect(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Introspect, &request);
    let (parts, body) = request.into_parts();
    let sent = match form::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(cause) => {
            asking.refuse(&dc, None, cause.name(), &tokens::explain(&dc, &cause));
            return error::token(&dc, &cause, Manner::default());
        }
    };
    match walk(&dc, &sent, &asking).await {
        Ok(Ok(body)) => reply::json(StatusCode::OK, body),
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

/// The client, then the token. Only what is wrong with the asking is an error; what is wrong with the token is not.
async fn walk(
    dc: &Arc<DataCenter>,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<String, Refused<TokenError>>, Failure> {
    let proved = match credentials::authenticate(dc, sent, asking).await? {
        Ok(proved) => proved,
        Err(refused) => return Ok(Err(refused)),
    };
    let client = Some(proved.record.client.id.clone());
    // Who cannot prove who it is, is told nothing (section 2.1).
    if proved.public {
        return Ok(Err(Refused { client, cause: TokenError::SecretMissing, detail: None }));
    }
    let Some(text) = sent.params.get("token").filter(|token| !token.is_empty()) else {
        return Ok(Err(Refused { client, cause: TokenError::ParameterMissing("token"), detail: None }));
    };
    let caller = &proved.record.client;
    let told = match PresentedToken::parse(text) {
        Some(presented) => {
            let id = presented.id;
            introspection::look(dc, presented, caller, asking.now).await?.map(|live| (id, live))
        }
        None => match jwt_access::open(dc, text, asking.now).await? {
            Some(id) => introspection::look_signed(dc, id, caller, asking.now).await?.map(|live| (id, live)),
            None => Err(NotTold::Dead(AccessError::Malformed)),
        },
    };
    Ok(Ok(match told {
        Ok((id, live)) => introspection::body(&live, id, &issuer(&dc.place)),
        Err(why) => {
            asking.refuse(dc, client.as_deref(), why.name(), "");
            introspection::INACTIVE.to_owned()
        }
    }))
}
