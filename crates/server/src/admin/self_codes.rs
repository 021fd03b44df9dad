//! `POST /admin/v1/self-codes`: a self client's code for a script. JSON in, JSON out; the admin token in the
//! `Authorization` header. See `api`.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
    response::Response,
};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::{
    Admin,
    api::{ApiErrorBody, Caller},
};
use crate::{
    http::reply,
    self_codes::{Desk, SelfCode, SelfCodeError, SelfCodeRequest},
};

/// What is asked.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The self client.
    client_id: String,
    /// Scopes, separated by commas or spaces.
    scope: String,
    /// Its id; must be said unless no scope belongs to one.
    organization: Option<String>,
    /// 3, 5, 7 or 10.
    minutes: Option<u64>,
}

/// A code, told once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Made {
    code: String,
    location: String,
    /// Where it is redeemed.
    accounts_server: String,
    organization: String,
    /// Seconds.
    expires_in: u64,
}

/// Make a self client's code in the name of its owner.
#[utoipa::path(
    post, path = "/admin/v1/self-codes", tag = "clients", request_body = Asked,
    responses((status = 200, body = Made), (status = 400, body = ApiErrorBody), (status = 401, body = ApiErrorBody))
)]
pub(super) async fn answer(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    asked: Result<Json<Asked>, JsonRejection>,
) -> Response {
    let Json(asked) = match asked {
        Ok(asked) => asked,
        Err(rejection) => return said(rejection.status(), "invalid_request", &rejection.body_text()),
    };
    let request = SelfCodeRequest {
        client_id: asked.client_id,
        scope: asked.scope,
        organization: asked.organization,
        minutes: asked.minutes,
        request_id: format!("admin API, {}", caller.0),
    };
    let house = admin.house.clone();
    let stores = admin.stores.clone();
    let made = tokio::task::spawn_blocking(move || {
        let desk = Desk {
            directory: &stores.directory,
            data_centers: &stores.data_centers,
            catalog: house.catalog(),
            policy: house.policy.as_ref().clone(),
            entropy: &house.entropy,
            now: house.clock.now(),
        };
        desk.make(&request)
    });
    match made.await {
        Ok(Ok(code)) => made_answer(&admin, &code),
        Ok(Err(refusal)) => refused(&refusal),
        Err(error) => {
            tracing::error!(%error, "the work of the admin API ended early");
            said(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "the work ended early; see the log")
        }
    }
}

fn made_answer(admin: &Admin, code: &SelfCode) -> Response {
    let accounts_url = admin.house.place(&code.location).map_or("", |place| place.accounts_url.as_str());
    let made = Made {
        code: code.code.clone(),
        location: code.location.clone(),
        accounts_server: accounts_url.to_owned(),
        organization: code.organization_id.clone(),
        expires_in: code.expires_in,
    };
    reply::json(StatusCode::OK, serde_json::to_string(&made).unwrap_or_default())
}

fn refused(refusal: &SelfCodeError) -> Response {
    let (status, word) = match refusal {
        SelfCodeError::ClientUnknown(_) | SelfCodeError::ClientNotAllowed(_) | SelfCodeError::NotASelfClient(_) => {
            (StatusCode::BAD_REQUEST, "invalid_client")
        }
        SelfCodeError::Minutes(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        SelfCodeError::ScopesMalformed(_) | SelfCodeError::ScopeUnknown(_) | SelfCodeError::ScopeNotAllowed(_) => {
            (StatusCode::BAD_REQUEST, "invalid_scope")
        }
        SelfCodeError::OwnerNotHere(_) => (StatusCode::BAD_REQUEST, "invalid_owner"),
        SelfCodeError::OrganizationMissing(_) => (StatusCode::BAD_REQUEST, "missing_org_info"),
        SelfCodeError::Barred(..) => (StatusCode::BAD_REQUEST, "access_denied"),
        SelfCodeError::OrganizationNotAllowed(_) => (StatusCode::BAD_REQUEST, "invalid_org"),
        SelfCodeError::Throttled => (StatusCode::TOO_MANY_REQUESTS, "throttled"),
        SelfCodeError::Store(_) | SelfCodeError::NoEntropy(_) => {
            tracing::error!(error = %refusal, "no code for a self client");
            return said(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "a code cannot be made now; see the log");
        }
    };
    said(status, word, &refusal.to_string())
}

fn said(status: StatusCode, word: &str, message: &str) -> Response {
    reply::json(status, json!({ "error": word, "message": message }).to_string())
}
