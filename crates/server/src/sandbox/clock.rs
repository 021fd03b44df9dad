//! `POST /_sandbox/clock`: freezes, advances or resumes the clock; `GET` only says what time it is.

use std::{sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::time::Timestamp;
use serde::Deserialize;
use serde_json::json;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{answer, read, wrong};
use crate::{config::parse_span, house::DataCenter};

/// Exactly one of the three.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    advance: Option<String>,
    freeze: Option<String>,
    resume: Option<bool>,
}

/// The endpoint.
pub async fn clock(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let clock = &dc.house.clock;
    if request.method() == Method::GET {
        return answer(StatusCode::OK, &json!({ "now": shown(clock.now()) }));
    }
    let asked: Asked = match read(request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    match (asked.advance, asked.freeze, asked.resume) {
        (Some(span), None, None) => match parse_span(&span) {
            Some(span) if span <= Duration::from_hours(24 * 3650) => clock.advance(span),
            _ => return wrong("advance wants a span like 61s, 10m, 1h or 30d, at most ten years"),
        },
        (None, Some(text), None) => match parsed(&text) {
            Some(at) => clock.freeze(at),
            None => return wrong("freeze wants a time like 2026-11-22T10:00:00Z"),
        },
        (None, None, Some(true)) => clock.resume(),
        _ => return wrong(r#"send one of {"advance":"61s"}, {"freeze":"2026-11-22T10:00:00Z"}, {"resume":true}"#),
    }
    answer(StatusCode::OK, &json!({ "now": shown(clock.now()) }))
}

/// A time of RFC 3339, to the millisecond.
pub fn parsed(text: &str) -> Option<Timestamp> {
    let at = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(at.unix_timestamp_nanos() / 1_000_000).ok().map(Timestamp::from_millis)
}

/// A time as RFC 3339 writes it.
pub fn shown(at: Timestamp) -> Option<String> {
    OffsetDateTime::from_unix_timestamp_nanos(i128::from(at.millis()) * 1_000_000).ok()?.format(&Rfc3339).ok()
}
