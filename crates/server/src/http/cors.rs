//! Which pages of other origins may call the standard dialect from a browser: those that some application registered,
//! never with cookies, and never the pages where people sign in (RFC 9700 section 2.6).

use std::{
    collections::HashSet,
    sync::{Arc, PoisonError, RwLock},
    time::{Duration, Instant},
};

use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::reply;
use crate::{failure::Failure, house::DataCenter};

/// How old the list of origins may be.
const FRESH: Duration = Duration::from_millis(500);

type Read = Option<(Instant, Arc<HashSet<String>>)>;

/// Every registered origin, as last read.
#[derive(Debug, Default)]
pub struct Origins(RwLock<Read>);

impl Origins {
    /// Reads them again when they are asked for.
    pub fn forget(&self) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn has(&self, dc: &DataCenter, origin: &str) -> Result<bool, Failure> {
        if let Some((at, origins)) = self.0.read().unwrap_or_else(PoisonError::into_inner).as_ref()
            && at.elapsed() < FRESH
        {
            return Ok(origins.contains(origin));
        }
        let asked_at = Instant::now();
        let read = dc.house.directory.read(|tx| tx.cors_origins()).await?;
        let origins: Arc<HashSet<String>> = Arc::new(read.into_iter().collect());
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Some((asked_at, Arc::clone(&origins)));
        Ok(origins.contains(origin))
    }
}

/// Answers preflights, and lets registered origins read the answers.
pub async fn layer(State(dc): State<Arc<DataCenter>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned();
    let preflight =
        request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let allowed = match origin.as_ref().and_then(|origin| origin.to_str().ok()) {
        // Without the directory nobody is let in; the endpoint itself says that we broke.
        Some(origin) => dc.house.origins.has(&dc, origin).await.unwrap_or(false),
        None => false,
    };
    let mut response = match (preflight, allowed) {
        (true, true) => reply::text(StatusCode::NO_CONTENT, ""),
        _ => next.run(request).await,
    };
    let headers = response.headers_mut();
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin.filter(|_| allowed) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers
            .insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("www-authenticate, retry-after"));
        if preflight {
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
            headers
                .insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type"));
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
        }
    }
    response
}
