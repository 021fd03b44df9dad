//! Standing beside every request of a sandbox: strikes it with the faults that are due, lets it be answered, and
//! writes both into the journal.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use grantor_protocol::people::Realm;

use super::{
    Sandbox, answer,
    faults::Fault,
    guard,
    heard::Heard,
    journal::{Asked, Told},
    wrong,
};
use crate::{
    accounts,
    house::DataCenter,
    http::{RequestId, reply},
    metrics::Endpoint,
    walk::{self, Door},
};

/// The connection ends here, without an answer.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("dropped by the sandbox")]
pub struct Dropped;

/// Answers a request, or does not.
///
/// # Errors
/// [`Dropped`]: whoever holds the connection lets go of it.
pub async fn attend(
    sandbox: &Sandbox,
    dc: &Arc<DataCenter>,
    request: Request,
    serve: impl AsyncFnOnce(Request) -> Response,
) -> Result<Response, Dropped> {
    let path = request.uri().path();
    if path.starts_with(super::PREFIX)
        && let Some(refused) = guard::refused(dc, &request)
    {
        return Ok(refused);
    }
    if path.starts_with(super::PREFIX) || path.starts_with("/assets/") || path == "/favicon.ico" {
        return Ok(serve(request).await);
    }
    let (heard, mut request) = Heard::of(request).await.map_err(|_| Dropped)?;
    let told = Told::default();
    request.extensions_mut().insert(told.clone());
    let struck = match sandbox.faults.strike(&heard, &dc.place.location) {
        Ok(struck) => struck,
        Err(why) => return Ok(wrong(&why)),
    };
    let request_id = request.extensions().get::<RequestId>().map(|id| id.as_str().to_owned()).unwrap_or_default();
    let asked = Asked { heard, request_id, at: dc.now(), told, fault: struck.name() };
    if !struck.delay.is_zero() {
        tokio::time::sleep(struck.delay).await;
    }
    let answered = match struck.fault {
        Some(Fault::DropBeforeCommit | Fault::DataCenterDown) => None,
        Some(Fault::Status { status, body, content_type }) => Some(made_up(status, body, &content_type)),
        Some(Fault::Throttle) if Endpoint::of(request.uri().path()) == Endpoint::Authorize => {
            // The walk answers: it knows to whom.
            asked.told.throttle();
            Some(serve(request).await)
        }
        Some(Fault::Throttle) => Some(throttled(dc, request).await),
        Some(Fault::DropAfterCommit) => {
            let _quiet = sandbox.quiet.read().await;
            drop(serve(request).await);
            None
        }
        Some(Fault::Latency { .. }) | None => {
            let _quiet = sandbox.quiet.read().await;
            Some(serve(request).await)
        }
    };
    sandbox.journal.write(dc, asked, answered).await.ok_or(Dropped)
}

fn made_up(status: u16, body: String, kind: &str) -> Response {
    let mut response = reply::text(StatusCode::from_u16(status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE), body);
    if let Ok(kind) = HeaderValue::from_str(kind) {
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
    }
    response
}

/// The answer that each door documents (`spec/decisions.md` 9).
async fn throttled(dc: &Arc<DataCenter>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if path.starts_with("/oauth2/") {
        let body = serde_json::json!({
            "error": "temporarily_unavailable",
            "error_description": "too many requests; come back later",
        });
        let mut response = answer(StatusCode::TOO_MANY_REQUESTS, &body);
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        return response;
    }
    if Endpoint::of(&path) == Endpoint::Page {
        let portal = path.strip_prefix("/clientoauth/v2/").and_then(|rest| rest.split('/').next());
        let realm = portal.map_or(Realm::Accounts, |id| Realm::Portal(id.to_owned()));
        return walk::throttled(Arc::clone(dc), Door::authorize(realm), request).await;
    }
    accounts::throttled(dc)
}
