//! Answers and their headers: pages, redirects, JSON.

use axum::{
    body::Body,
    http::{HeaderValue, StatusCode, header},
    response::Response,
};

/// No inline code, no frames, nothing from elsewhere. `form-action` is left out on purpose: browsers apply it
/// to the redirect that answers a form, and ours go to applications (`spec/decisions.md` 18).
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                      base-uri 'none'; frame-ancestors 'none'";

fn response(status: StatusCode, kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// An HTML page.
pub fn page(status: StatusCode, html: String) -> Response {
    let mut response = response(status, "text/html; charset=utf-8", html);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    // `no-referrer` would make browsers send `Origin: null` with our own forms.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-language, cookie"));
    response
}

/// `303 See Other`: whatever was posted is not posted again (never 307 or 308).
pub fn see_other(target: &str) -> Response {
    redirect(StatusCode::SEE_OTHER, target)
}

/// `302 Found`, the answer to an authorization request that needs no page.
pub fn found(target: &str) -> Response {
    redirect(StatusCode::FOUND, target)
}

fn redirect(status: StatusCode, target: &str) -> Response {
    let mut response = Response::new(Body::empty());
    let Ok(location) = HeaderValue::from_str(target) else {
        // Only registered URIs and our own get here; one that is no header value cannot be followed.
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

/// JSON that is never stored.
pub fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = response(status, "application/json;charset=UTF-8", body);
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    response
}

/// JSON that anybody may keep for that many seconds.
pub fn shared_json(body: String, seconds: u64) -> Response {
    let mut response = response(StatusCode::OK, "application/json;charset=UTF-8", body);
    if let Ok(value) = HeaderValue::from_str(&format!("public, max-age={seconds}")) {
        response.headers_mut().insert(header::CACHE_CONTROL, value);
    }
    response
}

/// Plain text.
pub fn text(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = response(status, "text/plain; charset=utf-8", body);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Metrics, in the format of OpenMetrics.
pub fn metrics(text: String) -> Response {
    let mut response = response(StatusCode::OK, "application/openmetrics-text; version=1.0.0; charset=utf-8", text);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// A file of the program: kept for good where it never changes under its name, else asked for again soon.
pub fn asset(kind: &'static str, bytes: &'static [u8], immutable: bool) -> Response {
    let mut response = response(StatusCode::OK, kind, bytes);
    let kept = if immutable { "public, max-age=31536000, immutable" } else { "public, max-age=3600" };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    response
}

/// A portal's own file: it may change, so it is asked for again soon; a logo is never run as a document.
pub fn portal_file(kind: &str, bytes: Vec<u8>) -> Response {
    let mut response = response(StatusCode::OK, "application/octet-stream", bytes);
    let headers = response.headers_mut();
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=60"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    response
}

/// A picture that never changes under its name, made by us from what somebody uploaded: never run as a document.
pub fn kept_picture(kind: &str, bytes: Vec<u8>) -> Response {
    let mut response = portal_file(kind, bytes);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    response
}

/// Adds cookies to an answer.
pub fn with_cookies(mut response: Response, cookies: impl IntoIterator<Item = Option<HeaderValue>>) -> Response {
    for cookie in cookies.into_iter().flatten() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
