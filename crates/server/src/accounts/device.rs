//! `POST /oauth/v3/device/code` and `POST /oauth/v3/device/token`: where a device begins and polls
//! (accounts-protocol.md section 10, decision 24). Times in milliseconds; every refusal by name has HTTP status 200.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{
    causes::{DeviceError, TokenError},
    client::{ClientRecord, GrantType},
    dialect::Dialect,
    resource::Target,
    token::PresentedToken,
};

use super::{
    credentials::Claim,
    error,
    token::{id_token, issued::Issued},
};
use crate::{
    device::{self, Asks, Started},
    failure::Failure,
    house::DataCenter,
    http::{
        params::{self, Sent},
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
};

/// What an endpoint's walk ends with.
type Outcome = Result<Result<String, Refused<DeviceError>>, Failure>;

/// The parameters that may not come twice with different values.
const SINGLE: [&str; 7] = ["grant_type", "client_id", "client_secret", "code", "scope", "access_type", "prompt"];

/// `POST /oauth/v3/device/code`.
pub async fn code(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    answer(dc, request, start).await
}

/// `POST /oauth/v3/device/token`.
pub async fn token(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    answer(dc, request, poll).await
}

async fn answer(
    dc: Arc<DataCenter>,
    request: Request,
    walk: impl AsyncFnOnce(&Arc<DataCenter>, &Sent, &Asking) -> Outcome,
) -> Response {
    let asking = Asking::of(&dc, Endpoint::Device, &request);
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
        Ok(Err(Refused { client, cause, detail: None })) => {
            device::tell(&dc, client.as_deref(), &cause, &asking);
            error::device(&dc, &cause)
        }
        Ok(Err(Refused { client, cause, detail: Some(detail) })) => {
            asking.refuse(&dc, client.as_deref(), cause.name(), &detail);
            error::device(&dc, &cause)
        }
        Err(failure) => {
            asking.broke(&failure);
            error::broken()
        }
    }
}

/// The request's form, its grant type and its client; in this order.
async fn client<'s>(
    dc: &DataCenter,
    sent: &'s Sent,
    wanted: &str,
    asking: &Asking,
) -> Result<Result<(Claim<'s>, Arc<ClientRecord>), Refused<DeviceError>>, Failure> {
    let refused = |cause| Ok(Err(Refused::unknown(DeviceError::Token(cause))));
    if let Some(name) = sent.params.first_conflicting(&SINGLE) {
        return refused(TokenError::ParameterConflict(name));
    }
    let grant = match sent.params.get("grant_type") {
        None | Some("") => return refused(TokenError::GrantTypeMissing),
        Some(grant) => grant,
    };
    let claim = match Claim::read(sent) {
        Ok(claim) => claim,
        Err(cause) => return refused(cause),
    };
    let record = match claim.find(dc, asking).await? {
        Ok(record) => record,
        Err(cause) => return refused(cause),
    };
    if grant != wanted {
        return Ok(Err(of(&record, TokenError::GrantTypeUnknown)));
    }
    Ok(Ok((claim, record)))
}

fn of(record: &ClientRecord, cause: TokenError) -> Refused<DeviceError> {
    Refused { client: Some(record.client.id.clone()), cause: DeviceError::Token(cause), detail: None }
}

/// No secret is sent here: who polls has to prove itself.
async fn start(dc: &Arc<DataCenter>, sent: &Sent, asking: &Asking) -> Outcome {
    let record = match client(dc, sent, "device_request", asking).await? {
        Ok((_, record)) => record,
        Err(refused) => return Ok(Err(refused)),
    };
    let asks = Asks {
        scope: sent.params.get("scope").unwrap_or_default(),
        offline: sent.params.get("access_type") == Some("offline"),
        resource: "",
        dialect: Dialect::Accounts,
    };
    let started = device::start(dc, &record, &asks, asking).await?;
    Ok(started.map(|started| body(&started)).map_err(|cause| of(&record, cause)))
}

/// Nothing in it needs escaping: codes are hex and letters, the URL was checked when the config was read.
fn body(started: &Started) -> String {
    format!(
        "{{\"user_code\":\"{}\",\"device_code\":\"{}\",\"interval\":{},\"verification_url\":\"{}\",\
         \"verification_uri_complete\":\"{}\",\"expires_in\":{}}}",
        started.user_code,
        started.device_code,
        started.interval.as_millis(),
        started.verification_uri,
        started.verification_uri_complete,
        started.expires_in.as_millis(),
    )
}

async fn poll(dc: &Arc<DataCenter>, sent: &Sent, asking: &Asking) -> Outcome {
    let (claim, record) = match client(dc, sent, "device_token", asking).await? {
        Ok(both) => both,
        Err(refused) => return Ok(Err(refused)),
    };
    if let Err(cause) = claim.authenticate(&record, dc, asking) {
        return Ok(Err(of(&record, cause)));
    }
    if !record.client.may_use(GrantType::DeviceCode, Dialect::Accounts) {
        return Ok(Err(of(&record, TokenError::GrantTypeNotAllowed)));
    }
    let code = sent.params.get("code").and_then(PresentedToken::parse);
    let polled = device::poll(dc, &record, (code, Target::default()), Dialect::Accounts, asking).await?;
    let handed = match polled {
        Ok(handed) => handed,
        Err(cause) => return Ok(Err(Refused { client: Some(record.client.id.clone()), cause, detail: None })),
    };
    let id_token = id_token::with(dc, &record.client, &handed, asking.now).await?;
    Ok(Ok(Issued::of(&handed, id_token.as_deref()).body(dc, &record.client)))
}
