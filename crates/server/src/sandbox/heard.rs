//! A request as faults and the journal look at it: where it goes, who sends it, and what stands in it. The body is
//! read here, kept, and handed on unchanged.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, header},
};
use serde_json::{Map, Value};

use super::{faults, mask};
use crate::http::{
    params::{self, Basic},
    whole::{self, Gone},
};

/// What is known before anything is judged. Parameters are masked already.
#[derive(Debug)]
pub struct Heard {
    pub method: String,
    pub path: String,
    /// By parameter or HTTP Basic, as it stands.
    pub client: Option<String>,
    pub parameters: Map<String, Value>,
    /// The scheme, and which token, when it is one.
    pub authorization: Option<String>,
    /// The header that asks for a fault.
    pub fault: Option<String>,
}

impl Heard {
    /// Listens, and hands on a request that is the same to whoever reads it. Of a body that is too large so much is
    /// read that everybody finds it too large.
    ///
    /// # Errors
    /// [`Gone`].
    pub async fn of(request: Request) -> Result<(Self, Request), Gone> {
        let (parts, body) = request.into_parts();
        let bytes = whole::take_in(body, parts.uri.path()).await?;
        let header = |name: &str| parts.headers.get(name).and_then(|v| v.to_str().ok());
        let sent = params::read(&parts.uri, &parts.headers, Body::from(bytes.clone())).await.unwrap_or_default();
        let by_basic = match &sent.basic {
            Basic::Sent { id_decoded, .. } => Some(id_decoded.clone()),
            Basic::Absent | Basic::Broken => None,
        };
        let pairs = || sent.params.iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        let client = pairs().find(|(name, value)| name == "client_id" && !value.is_empty()).map(|(_, id)| id);
        let heard = Self {
            method: parts.method.as_str().to_owned(),
            path: mask::path(parts.uri.path()),
            client: client.or(by_basic),
            parameters: mask::pairs(pairs()),
            authorization: authorization(&parts.headers),
            fault: header(faults::HEADER).map(str::to_owned),
        };
        Ok((heard, Request::from_parts(parts, Body::from(bytes))))
    }
}

fn authorization(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, rest) = value.split_once(' ').unwrap_or((value, ""));
    let known = ["basic", "bearer", "zoho-oauthtoken"].iter().any(|known| scheme.eq_ignore_ascii_case(known));
    let scheme = if known { scheme } else { mask::HIDDEN };
    Some(format!("{scheme} {}", mask::token(rest.trim())))
}
