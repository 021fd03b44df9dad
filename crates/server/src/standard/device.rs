//! `POST /oauth2/device_authorization` (RFC 8628 section 3.1): where a device begins in the standard dialect. Its client
//! proves who it is as at the token endpoint, which is where it polls.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{causes::TokenError, dialect::Dialect, params::Params};
use serde_json::json;

use super::{
    credentials,
    error::{self, Manner},
    form,
};
use crate::{
    device::{self, Asks, Started},
    failure::Failure,
    house::DataCenter,
    http::{
        params::{Basic, Sent},
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
    tokens,
};

/// Answers a device that begins.
pub async fn authorize(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Device, &request);
    let (parts, body) = request.into_parts();
    let sent = match form::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(cause) => {
            asking.refuse(&dc, None, cause.name(), &tokens::explain(&dc, &cause));
            return error::token(&dc, &cause, Manner::default());
        }
    };
    match walk(&dc, &sent, &asking).await {
        Ok(Ok(started)) => reply::json(StatusCode::OK, body_of(&started)),
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

async fn walk(dc: &DataCenter, sent: &Sent, asking: &Asking) -> Result<Result<Started, Refused<TokenError>>, Failure> {
    let proved = match credentials::authenticate(dc, sent, asking).await? {
        Ok(proved) => proved,
        Err(refused) => return Ok(Err(refused)),
    };
    let refused = |cause| Refused { client: Some(proved.record.client.id.clone()), cause, detail: None };
    let resource = match resources(dc, &sent.params) {
        Ok(resource) => resource,
        Err(cause) => return Ok(Err(refused(cause))),
    };
    let scope = sent.params.get("scope").unwrap_or_default();
    let asks = Asks {
        scope,
        // As at the authorization endpoint (`spec/decisions.md` 8).
        offline: sent.params.get("access_type") == Some("offline")
            || scope.split([' ', ',']).any(|word| word.eq_ignore_ascii_case("offline_access")),
        resource: &resource,
        dialect: Dialect::Standard,
    };
    Ok(device::start(dc, &proved.record, &asks, asking).await?.map_err(refused))
}

/// The resources that will be asked for, each of them known here (RFC 8707 section 2).
fn resources(dc: &DataCenter, params: &Params) -> Result<String, TokenError> {
    let named: Vec<&str> = params.all("resource").filter(|resource| !resource.is_empty()).collect();
    if named.iter().any(|resource| dc.house.resources.find(resource).is_none()) {
        return Err(TokenError::ResourceNotGranted);
    }
    Ok(named.join("\n"))
}

/// The RFC's names, and seconds (section 3.2).
fn body_of(started: &Started) -> String {
    json!({
        "device_code": started.device_code,
        "user_code": started.user_code,
        "verification_uri": started.verification_uri,
        "verification_uri_complete": started.verification_uri_complete,
        "expires_in": started.expires_in.as_secs(),
        "interval": started.interval.as_secs(),
    })
    .to_string()
}
