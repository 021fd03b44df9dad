//! The sandbox's own endpoints, on every public listener of a sandbox and nowhere else: the clock
//! (contract section 5).

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
    routing::post,
};
use grantor_protocol::time::Timestamp;
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{config::parse_span, house::DataCenter, http::reply};

/// Its paths.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new().route("/_sandbox/clock", post(clock))
}

/// Exactly one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockRequest {
    advance: Option<String>,
    freeze: Option<String>,
    resume: Option<bool>,
}

/// Freezes, advances or resumes the clock, and says what time it is.
async fn clock(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let Ok(body) = Limited::new(request.into_body(), 4096).collect().await else {
        return wrong("the body cannot be read");
    };
    let asked: ClockRequest = match serde_json::from_slice(&body.to_bytes()) {
        Ok(asked) => asked,
        Err(error) => return wrong(&error.to_string()),
    };
    let clock = &dc.house.clock;
    match (asked.advance, asked.freeze, asked.resume) {
        (Some(span), None, None) => match parse_span(&span) {
            Some(span) if span <= Duration::from_hours(24 * 3650) => clock.advance(span),
            _ => return wrong("advance wants a span like 61s, 10m, 1h or 30d, at most ten years"),
        },
        (None, Some(text), None) => match OffsetDateTime::parse(&text, &Rfc3339) {
            Ok(at) => clock.freeze(Timestamp::from_millis(
                i64::try_from(at.unix_timestamp_nanos() / 1_000_000).unwrap_or_default(),
            )),
            Err(_) => return wrong("freeze wants a time like 2026-11-22T10:00:00Z"),
        },
        (None, None, Some(true)) => clock.resume(),
        _ => return wrong(r#"send one of {"advance":"61s"}, {"freeze":"2026-11-22T10:00:00Z"}, {"resume":true}"#),
    }
    let now = i128::from(clock.now().millis()) * 1_000_000;
    let shown = OffsetDateTime::from_unix_timestamp_nanos(now).ok().and_then(|t| t.format(&Rfc3339).ok());
    reply::json(StatusCode::OK, serde_json::json!({ "now": shown }).to_string())
}

fn wrong(why: &str) -> Response {
    reply::json(StatusCode::BAD_REQUEST, serde_json::json!({ "error": "invalid_request", "message": why }).to_string())
}
