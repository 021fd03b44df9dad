//! `/oauth2/userinfo`: the claims that a token's scopes open (OpenID Connect Core section 5.3), with the refusals of
//! RFC 6750 section 3.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::Response,
};
use grantor_protocol::{causes::AccessError, params::Params};
use serde_json::{Value, json};

use crate::{
    access, claims, explained,
    failure::Failure,
    house::DataCenter,
    http::{params, reply},
    metrics::Endpoint,
    refusals::Asking,
};

/// Answers the claims.
pub async fn user_info(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::UserInfo, &request);
    match walk(&dc, request, &asking).await {
        Ok(response) => response,
        Err(failure) => {
            asking.broke(&failure);
            let body = json!({ "error": "temporarily_unavailable" }).to_string();
            reply::json(StatusCode::SERVICE_UNAVAILABLE, body)
        }
    }
}

async fn walk(dc: &Arc<DataCenter>, request: Request, asking: &Asking) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let in_query = Params::read(parts.uri.query().unwrap_or_default().as_bytes());
    let form = match parts.method {
        Method::POST => params::read(&Uri::default(), &parts.headers, body).await.map(|sent| sent.params).ok(),
        _ => Some(Params::default()),
    };
    let token = match (&in_query, &form) {
        // A token in a URL ends up in logs and histories (RFC 9700 section 4.3.2).
        (Ok(query), Some(form)) if query.all("access_token").next().is_none() => presented(&parts.headers, form),
        _ => Err(Unusable::Malformed),
    };
    let token = match token {
        Ok(token) => token,
        Err(unusable) => {
            asking.refuse(dc, None, AccessError::Missing.name(), "");
            return Ok(unusable.answer(dc));
        }
    };
    let (client, cause) = match access::judge(dc, &token, asking).await? {
        Ok(live) if !live.resource.is_empty() => (Some(live.client_id.clone()), AccessError::ForAnotherResource),
        Ok(live) if !claims::signs_in(&live.scopes) => {
            asking.note(explained::scopes(&live.scopes, "openid"));
            (Some(live.client_id.clone()), AccessError::ScopeMissing)
        }
        Ok(live) => match &live.user {
            Some(user) => {
                return Ok(reply::json(StatusCode::OK, Value::Object(claims::of(user, &live.scopes)).to_string()));
            }
            None => (Some(live.client_id.clone()), AccessError::NoUser),
        },
        Err(cause) => (None, cause),
    };
    asking.refuse(dc, client.as_deref(), cause.name(), "");
    Ok(match cause {
        AccessError::Guessing => {
            let mut response =
                reply::json(StatusCode::TOO_MANY_REQUESTS, json!({ "error": "temporarily_unavailable" }).to_string());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            response
        }
        AccessError::ScopeMissing => challenge(dc, StatusCode::FORBIDDEN, Some(("insufficient_scope", Some("openid")))),
        _ => challenge(dc, StatusCode::UNAUTHORIZED, Some(("invalid_token", None))),
    })
}

/// Why no token was taken from a request.
#[derive(Debug, Clone, Copy)]
enum Unusable {
    /// There is none.
    Absent,
    /// It came in two ways, twice, or in the query.
    Malformed,
}

impl Unusable {
    fn answer(self, dc: &DataCenter) -> Response {
        match self {
            Self::Absent => challenge(dc, StatusCode::UNAUTHORIZED, None),
            Self::Malformed => challenge(dc, StatusCode::BAD_REQUEST, Some(("invalid_request", None))),
        }
    }
}

/// The one token of a request: in the header, or in a form (RFC 6750 sections 2.1, 2.2).
fn presented(headers: &HeaderMap, form: &Params) -> Result<String, Unusable> {
    let mut in_headers = headers.get_all(header::AUTHORIZATION).iter();
    let in_header = in_headers.next();
    let mut in_form = form.all("access_token");
    match (in_header, in_form.next()) {
        (None, None) => Err(Unusable::Absent),
        (None, Some(token)) if in_form.next().is_none() => Ok(token.to_owned()),
        (Some(value), None) if in_headers.next().is_none() => {
            let (scheme, token) = value.to_str().ok().and_then(|v| v.split_once(' ')).ok_or(Unusable::Absent)?;
            if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim().to_owned()) } else { Err(Unusable::Absent) }
        }
        _ => Err(Unusable::Malformed),
    }
}

/// A refusal with its challenge. Who sent no token is not told what was wrong with it (RFC 6750 section 3.1).
fn challenge(dc: &DataCenter, status: StatusCode, error: Option<(&str, Option<&str>)>) -> Response {
    let realm = super::issuer(&dc.place);
    let (said, body) = match error {
        None => (String::new(), String::new()),
        Some((error, scope)) => {
            let scope = scope.map(|scope| format!(", scope=\"{scope}\"")).unwrap_or_default();
            (format!(", error=\"{error}\"{scope}"), json!({ "error": error }).to_string())
        }
    };
    let mut response = reply::json(status, body);
    if let Ok(value) = HeaderValue::from_str(&format!("Bearer realm=\"{realm}\"{said}")) {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, value);
    }
    response
}
