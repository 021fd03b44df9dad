//! The standard dialect: OAuth 2.0 and OpenID Connect by RFC at `/oauth2`, issuer `{accounts_url}/oauth2`. A method
//! that a path does not know is a 405 here (`spec/decisions.md` 3).

pub(crate) mod assertion;
pub(crate) mod authorize;
mod credentials;
mod device;
mod error;
mod form;
mod introspect;
mod logout;
mod metadata;
pub(crate) mod response;
mod revoke;
mod token;
mod user_info;

use std::sync::Arc;

use axum::{
    Router,
    http::{HeaderValue, StatusCode, header},
    middleware::from_fn_with_state,
    routing::{MethodRouter, get, post},
};

use crate::{
    house::{DataCenter, Place},
    http::{cors, reply},
};

/// The issuer: what `iss` says, and where the metadata begins.
pub(crate) fn issuer(place: &Place) -> String {
    format!("{}/oauth2", place.accounts_url)
}

/// Every path of the dialect; its parts stand beside one another.
pub fn routes(dc: &Arc<DataCenter>) -> Router<Arc<DataCenter>> {
    let shared = token_routes().layer(from_fn_with_state(Arc::clone(dc), cors::layer));
    browser_routes().merge(server_routes()).merge(shared)
}

/// What people's browsers are sent to. No other origin's page may read anything here.
fn browser_routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/oauth2/authorize", only(get(authorize::get).post(authorize::post), "GET, POST"))
        .route("/oauth2/logout", only(get(logout::get).post(logout::post), "GET, POST"))
        .route("/oauth2/logout/confirm", only(post(logout::confirm), "POST"))
}

/// What resources' servers ask for; no page in a browser has any business here.
fn server_routes() -> Router<Arc<DataCenter>> {
    Router::new().route("/oauth2/introspect", only(post(introspect::introspect), "POST"))
}

/// What applications ask for by themselves. Registered origins may call it from a browser.
fn token_routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/oauth2/.well-known/openid-configuration", only(get(metadata::metadata), "GET"))
        .route("/.well-known/oauth-authorization-server/oauth2", only(get(metadata::metadata), "GET"))
        .route("/oauth2/jwks", only(get(metadata::keys), "GET"))
        .route("/oauth2/token", only(post(token::token), "POST"))
        .route("/oauth2/device_authorization", only(post(device::authorize), "POST"))
        .route("/oauth2/revoke", only(post(revoke::revoke), "POST"))
        .route("/oauth2/userinfo", only(get(user_info::user_info).post(user_info::user_info), "GET, POST"))
}

/// A path's methods, and 405 for every other one: HEAD, too, never acts.
fn only(methods: MethodRouter<Arc<DataCenter>>, allow: &'static str) -> MethodRouter<Arc<DataCenter>> {
    let no = move || async move {
        let mut response = reply::json(StatusCode::METHOD_NOT_ALLOWED, r#"{"error":"invalid_request"}"#);
        response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
        response
    };
    methods.head(no).fallback(no)
}
