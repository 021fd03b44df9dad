//! `POST /admin/v1/self-codes`: a self client's code for a script. JSON in, JSON out; the admin token in the
//! `Authorization` header. Without a token in the config the path does not exist.

use aws_lc_rs::constant_time;
use axum::{
    Json,
    extract::{DefaultBodyLimit, State, rejection::JsonRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
    routing::{MethodRouter, post},
};
use serde::Deserialize;
use serde_json::json;

use super::Admin;
use crate::{
    http::reply,
    self_codes::{Desk, SelfCode, SelfCodeError, SelfCodeRequest},
};

/// The most that is read of a request.
const MOST_BODY: usize = 16 * 1024;

/// What is asked.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    client_id: String,
    scope: String,
    organization: Option<String>,
    minutes: Option<u64>,
}

/// The path's methods.
pub(super) fn methods() -> MethodRouter<Admin> {
    post(answer).layer(DefaultBodyLimit::max(MOST_BODY))
}

async fn answer(State(admin): State<Admin>, headers: HeaderMap, asked: Result<Json<Asked>, JsonRejection>) -> Response {
    let Some(token) = &admin.token else { return reply::text(StatusCode::NOT_FOUND, "no such path\n") };
    if !authorized(&headers, token.expose()) {
        let mut response = said(StatusCode::UNAUTHORIZED, "unauthorized", "the admin token is missing or wrong");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        return response;
    }
    let Json(asked) = match asked {
        Ok(asked) => asked,
        Err(rejection) => return said(rejection.status(), "invalid_request", &rejection.body_text()),
    };
    let request = SelfCodeRequest {
        client_id: asked.client_id,
        scope: asked.scope,
        organization: asked.organization,
        minutes: asked.minutes,
        request_id: "admin listener".to_owned(),
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
        Err(_) => said(StatusCode::INTERNAL_SERVER_ERROR, "broken", "the work ended early"),
    }
}

fn authorized(headers: &HeaderMap, token: &str) -> bool {
    let sent = headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.split_once(' '));
    sent.is_some_and(|(scheme, value)| {
        scheme.eq_ignore_ascii_case("bearer")
            && constant_time::verify_slices_are_equal(value.trim().as_bytes(), token.as_bytes()).is_ok()
    })
}

fn made_answer(admin: &Admin, code: &SelfCode) -> Response {
    let accounts_url = admin.house.place(&code.location).map_or("", |place| place.accounts_url.as_str());
    let body = json!({
        "code": code.code,
        "location": code.location,
        "accounts_server": accounts_url,
        "organization": code.organization_id,
        "expires_in": code.expires_in,
    });
    reply::json(StatusCode::OK, body.to_string())
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
            return said(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "try again");
        }
    };
    said(status, word, &refusal.to_string())
}

fn said(status: StatusCode, word: &str, message: &str) -> Response {
    reply::json(status, json!({ "error": word, "message": message }).to_string())
}
