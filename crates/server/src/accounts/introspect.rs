//! `POST /oauth/v2/introspect`: what a token stands for, told to its client and to the resources it is for
//! (accounts-protocol.md section 9.4; RFC 7662).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use grantor_protocol::{
    causes::{AccessError, TokenError},
    client::ClientRecord,
    token::PresentedToken,
};

use super::{credentials::Claim, error};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::{
        params::{self, Sent},
        reply,
    },
    introspection::{self, NotTold},
    jwt_access,
    metrics::Endpoint,
    refusals::{Asking, Refused},
};

/// Answers about a token.
pub async fn introspect(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Introspect, &request);
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
        Ok(Err(Refused { client, cause, .. })) => {
            asking.refuse(&dc, client.as_deref(), cause.name(), "");
            refusal(&dc, &cause)
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
    if let Some(name) = sent.params.first_conflicting(&["token", "client_id", "client_secret"]) {
        return Ok(Err(Refused::unknown(TokenError::ParameterConflict(name))));
    }
    let record = match caller(dc, sent, asking).await? {
        Ok(record) => record,
        Err(refused) => return Ok(Err(refused)),
    };
    let client = Some(record.client.id.clone());
    let Some(token) = sent.params.get("token").filter(|token| !token.is_empty()) else {
        return Ok(Err(Refused { client, cause: TokenError::ParameterConflict("token"), detail: None }));
    };
    let told = match PresentedToken::parse(token) {
        Some(presented) => {
            let id = presented.id;
            introspection::look(dc, presented, &record.client, asking.now).await?.map(|live| (id, live))
        }
        // The other door may have made it a JWT; it is one token all the same.
        None => match jwt_access::open(dc, token, asking.now).await? {
            Some(id) => introspection::look_signed(dc, id, &record.client, asking.now).await?.map(|live| (id, live)),
            None => Err(NotTold::Dead(AccessError::Malformed)),
        },
    };
    Ok(Ok(match told {
        Ok((id, live)) => introspection::body(&live, id, &dc.place.accounts_url),
        Err(why) => {
            asking.refuse(dc, client.as_deref(), why.name(), "");
            introspection::INACTIVE.to_owned()
        }
    }))
}

/// The client that asks. A public one cannot prove who it is, so it is told nothing.
async fn caller(
    dc: &DataCenter,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<Arc<ClientRecord>, Refused<TokenError>>, Failure> {
    let claim = match Claim::read(sent) {
        Ok(claim) => claim,
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let record = match claim.find(dc, asking).await? {
        Ok(record) => record,
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let proved =
        if claim.has_secret() { claim.authenticate(&record, dc, asking) } else { Err(TokenError::SecretMissing) };
    Ok(match proved {
        Ok(()) => Ok(record),
        Err(cause) => Err(Refused { client: Some(record.client.id.clone()), cause, detail: None }),
    })
}

/// Errors here are RFC 7662's: unlike the token endpoint's they carry a status.
fn refusal(dc: &DataCenter, cause: &TokenError) -> Response {
    match cause {
        TokenError::ParameterConflict(_) => error::word(StatusCode::BAD_REQUEST, "invalid_request"),
        TokenError::SecretGuessing => error::throttled(dc),
        _ => {
            let mut response = error::word(StatusCode::UNAUTHORIZED, "invalid_client");
            let challenge = HeaderValue::from_static("Basic realm=\"introspection\", charset=\"UTF-8\"");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, challenge);
            response
        }
    }
}
