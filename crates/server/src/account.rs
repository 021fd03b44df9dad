//! The person's own pages: `/account`, and the ways over their mailbox. One file for each page.

mod apps;
mod confirm;
mod data;
mod export;
mod factors;
pub mod mailing;
pub mod nav;
mod new_password;
pub mod overview;
mod recover;
mod security;
mod sessions;
mod sign_up;
mod verify;
mod withdrawn;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::Uri,
    response::Response,
    routing::{get, post},
};
use grantor_protocol::{people::Realm, token::PresentedToken};

pub use sign_up::is_open as sign_up_is_open;

use crate::{
    house::DataCenter,
    http::{portal_id::PortalId, reply},
};

type Here = State<Arc<DataCenter>>;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/account", get(overview::get).post(overview::post))
        .route("/account/verify", post(overview::verify).get(async || reply::see_other("/account")))
        .route("/account/security", get(security::get).post(security::post))
        .route("/account/sessions", get(sessions::get).post(sessions::post))
        .route("/account/apps", get(apps::get).post(apps::post))
        .route("/account/data", get(data::get).post(data::post))
        .route("/account/data/export", post(export::post).get(async || reply::see_other("/account/data")))
        .route(
            "/recover",
            get(|State(dc): Here, r: Request| recover::ask(dc, Realm::Accounts, r))
                .post(|State(dc): Here, r: Request| recover::send(dc, Realm::Accounts, r)),
        )
        .route(
            "/recover/{link}",
            get(|State(dc): Here, r: Request| recover::open(dc, Realm::Accounts, r))
                .post(|State(dc): Here, r: Request| recover::set(dc, Realm::Accounts, r)),
        )
        .route("/clientoauth/v2/{portal}/recover", get(portal_ask).post(portal_send))
        .route("/clientoauth/v2/{portal}/recover/{link}", get(portal_open).post(portal_set))
        .route("/verify/{link}", get(verify::open).post(verify::prove))
        .route("/sign-up", get(sign_up::ask).post(sign_up::send))
        .route("/sign-up/{link}", get(sign_up::open).post(sign_up::finish))
        .merge(factors::routes())
}

async fn portal_ask(State(dc): Here, PortalId(id): PortalId, r: Request) -> Response {
    recover::ask(dc, Realm::Portal(id), r).await
}

async fn portal_send(State(dc): Here, PortalId(id): PortalId, r: Request) -> Response {
    recover::send(dc, Realm::Portal(id), r).await
}

async fn portal_open(State(dc): Here, PortalId(id): PortalId, r: Request) -> Response {
    recover::open(dc, Realm::Portal(id), r).await
}

async fn portal_set(State(dc): Here, PortalId(id): PortalId, r: Request) -> Response {
    recover::set(dc, Realm::Portal(id), r).await
}

/// What stands at the end of a letter's link.
fn link_in(uri: &Uri) -> Option<PresentedToken> {
    PresentedToken::parse(uri.path().rsplit('/').next().unwrap_or_default())
}
