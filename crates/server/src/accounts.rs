//! The accounts dialect: how one speaks at `/oauth/v2`, `/oauth/user/info`, `/oauth/serverinfo` and
//! `/clientoauth/v2/{PORTAL_ID}` (accounts-protocol.md).

mod authorize;
pub(crate) mod credentials;
mod device;
mod error;
mod introspect;
mod metadata;
mod open_id_user_info;
mod remote_token;
mod revoke;
mod scope_enhance;
mod server_info;
mod token;
mod user_info;

use std::sync::Arc;

use axum::{Router, routing::any};

use crate::{house::DataCenter, walk};

pub(crate) use error::{throttled, title_and_word};

/// Every path of the dialect. Methods are told apart inside: a wrong one is a 400 here, never a 405.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/oauth/v2/auth", any(authorize::accounts))
        .route("/oauth/v2/auth/refresh", any(walk::session_refresh))
        .route("/oauth/v2/refresh", any(walk::session_refresh))
        .route("/clientoauth/v2/{portal}/auth", any(authorize::portal))
        .route("/oauth/v2/org/auth", any(authorize::organization))
        .route("/oauth/v2/token/scopeenhance", any(scope_enhance::answer))
        .route("/oauth/v2/token/addextrascope", any(authorize::more_scopes))
        .route("/oauth/v2/token", any(token::accounts))
        .route("/clientoauth/v2/{portal}/token", any(token::portal))
        .route("/clientoauth/v2/{portal}/remote/auth", any(remote_token::answer))
        .route("/oauth/v2/token/revoke", any(revoke::open))
        .route("/oauth/v2/revoke/token", any(revoke::authenticated))
        .route("/clientoauth/v2/{portal}/token/revoke", any(revoke::portal))
        .route("/clientoauth/v2/{portal}/auth/token/revoke", any(revoke::portal))
        .route("/oauth/v3/device/code", any(device::code))
        .route("/oauth/v3/device/token", any(device::token))
        .route("/oauth/user/info", any(user_info::user_info))
        .route("/oauth/v2/userinfo", any(open_id_user_info::open_id_user_info))
        .route("/oauth/v2/introspect", any(introspect::introspect))
        .route("/oauth/v2/keys", any(metadata::keys))
        .route("/.well-known/openid-configuration", any(metadata::metadata))
        .route("/oauth/serverinfo", any(server_info::server_info))
        .merge(walk::routes())
}
