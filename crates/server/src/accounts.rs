//! The accounts dialect: how one speaks at `/oauth/v2`, `/oauth/user/info`, `/oauth/serverinfo` and
//! `/clientoauth/v2/{PORTAL_ID}` (accounts-protocol.md).

mod authorize;
mod credentials;
mod error;
mod revoke;
mod server_info;
mod token;
mod user_info;

use std::sync::Arc;

use axum::{Router, routing::any};

use crate::{house::DataCenter, walk};

pub(crate) use error::title_and_word;

/// Every path of the dialect. Methods are told apart inside: a wrong one is a 400 here, never a 405.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/oauth/v2/auth", any(authorize::accounts))
        .route("/clientoauth/v2/{portal}/auth", any(authorize::portal))
        .route("/oauth/v2/token", any(token::accounts))
        .route("/clientoauth/v2/{portal}/token", any(token::portal))
        .route("/oauth/v2/token/revoke", any(revoke::open))
        .route("/oauth/v2/revoke/token", any(revoke::authenticated))
        .route("/clientoauth/v2/{portal}/token/revoke", any(revoke::portal))
        .route("/clientoauth/v2/{portal}/auth/token/revoke", any(revoke::portal))
        .route("/oauth/user/info", any(user_info::user_info))
        .route("/oauth/serverinfo", any(server_info::server_info))
        .merge(walk::routes())
}
