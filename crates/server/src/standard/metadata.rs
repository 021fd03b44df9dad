//! What a client finds out by itself: the metadata of the standard issuer and its public keys (RFC 8414; OpenID Connect
//! Discovery section 3). Only this dialect's endpoints are named, and only what is so is said.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{auth_method::AuthMethod, authorize::standard::PROMPTS, client::GrantType};
use serde_json::json;

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

/// The grants of this dialect.
const GRANTS: [GrantType; 4] =
    [GrantType::AuthorizationCode, GrantType::RefreshToken, GrantType::ClientCredentials, GrantType::DeviceCode];

/// `GET /oauth2/.well-known/openid-configuration`, and the place RFC 8414 section 3.1 gives it.
pub async fn metadata(State(dc): State<Arc<DataCenter>>) -> Response {
    reply::shared_json(document(&dc.place), AGE)
}

/// `GET /oauth2/jwks`.
pub async fn keys(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Metadata, &request);
    match signing::key_set(&dc, asking.now).await {
        Ok(set) => reply::shared_json(set, signing::KEY_SET_AGE),
        Err(failure) => {
            asking.broke(&failure);
            let body = json!({ "error": "temporarily_unavailable" }).to_string();
            reply::json(StatusCode::SERVICE_UNAVAILABLE, body)
        }
    }
}

fn document(place: &Place) -> String {
    let issuer = super::issuer(place);
    let at = |path: &str| format!("{issuer}{path}");
    let mut told = claims::NAMES.to_vec();
    told.extend(["iss", "aud", "exp", "iat", "auth_time", "nonce", "at_hash", "sid", "org_id"]);
    let mut scopes = claims::SIGN_IN_SCOPES.to_vec();
    scopes.push("offline_access");
    let proofs_or_none = AuthMethod::ALL.map(AuthMethod::as_str);
    let proofs: Vec<&str> =
        AuthMethod::ALL.into_iter().filter(|m| *m != AuthMethod::None).map(AuthMethod::as_str).collect();
    let algorithms = Algorithm::ALL.map(Algorithm::as_str);
    json!({
        "issuer": issuer,
        "authorization_endpoint": at("/authorize"),
        "token_endpoint": at("/token"),
        "userinfo_endpoint": at("/userinfo"),
        "jwks_uri": at("/jwks"),
        "introspection_endpoint": at("/introspect"),
        "revocation_endpoint": at("/revoke"),
        "device_authorization_endpoint": at("/device_authorization"),
        "end_session_endpoint": at("/logout"),
        "response_types_supported": ["code"],
        "response_modes_supported": ["query", "form_post"],
        "grant_types_supported": GRANTS.map(GrantType::as_str),
        "scopes_supported": scopes,
        "claims_supported": told,
        "claims_parameter_supported": false,
        "request_parameter_supported": false,
        "request_uri_parameter_supported": false,
        "prompt_values_supported": PROMPTS,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": algorithms,
        "token_endpoint_auth_methods_supported": proofs_or_none,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": proofs,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": proofs_or_none,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
    })
    .to_string()
}
