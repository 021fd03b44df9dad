//! `/.well-known/openid-configuration` and `/oauth/v2/keys`: what a client can find out by itself about one data center
//! (accounts-protocol.md section 9.1). Only what is so is said.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{client::GrantType, deviations::Deviations};
use serde_json::json;

use super::error;
use crate::{
    claims,
    house::{DataCenter, Place},
    http::reply,
    metrics::Endpoint,
    refusals::Asking,
    signing::{self, Algorithm},
};

/// How long the metadata may be kept, in seconds.
const AGE: u64 = 3600;

/// `GET /.well-known/openid-configuration`.
pub async fn metadata(State(dc): State<Arc<DataCenter>>, method: Method) -> Response {
    if method != Method::GET {
        return error::word(StatusCode::BAD_REQUEST, "invalid_request");
    }
    reply::shared_json(document(&dc.place, dc.house.policy.deviations), AGE)
}

/// `GET /oauth/v2/keys`.
pub async fn keys(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Metadata, &request);
    if request.method() != Method::GET {
        return error::word(StatusCode::BAD_REQUEST, "invalid_request");
    }
    match signing::key_set(&dc, asking.now).await {
        Ok(set) => reply::shared_json(set, signing::KEY_SET_AGE),
        Err(failure) => {
            asking.broke(&failure);
            error::broken()
        }
    }
}

fn document(place: &Place, deviations: Deviations) -> String {
    let at = |path: &str| format!("{}{path}", place.accounts_url);
    let mut told = claims::NAMES.to_vec();
    told.extend(["iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid"]);
    let implicit = deviations.implicit;
    let grants = GrantType::ALL.into_iter().filter(|grant| implicit || *grant != GrantType::Implicit);
    let challenges: &[&str] = if deviations.plain_pkce { &["plain", "S256"] } else { &["S256"] };
    let secrets = ["client_secret_basic", "client_secret_post"];
    json!({
        "issuer": place.accounts_url,
        "authorization_endpoint": at("/oauth/v2/auth"),
        "token_endpoint": at("/oauth/v2/token"),
        "userinfo_endpoint": at("/oauth/v2/userinfo"),
        "jwks_uri": at("/oauth/v2/keys"),
        "introspection_endpoint": at("/oauth/v2/introspect"),
        "introspection_endpoint_auth_methods_supported": secrets,
        "revocation_endpoint": at("/oauth/v2/token/revoke"),
        "device_authorization_endpoint": at("/oauth/v3/device/code"),
        "dc_info": at("/oauth/serverinfo"),
        "response_types_supported": if implicit { vec!["code", "token"] } else { vec!["code"] },
        "response_modes_supported": if implicit { vec!["query", "fragment"] } else { vec!["query"] },
        "grant_types_supported": grants.map(GrantType::as_str).collect::<Vec<_>>(),
        "scopes_supported": claims::SIGN_IN_SCOPES,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": Algorithm::ALL.map(Algorithm::as_str),
        "token_endpoint_auth_methods_supported": secrets,
        "code_challenge_methods_supported": challenges,
        "claims_supported": told,
    })
    .to_string()
}
