//! The walk of an authorization request (ARCHITECTURE.md): begin, resume, one match; and the pages on the
//! way, each of which adds one fact and resumes. Whatever the dialect, this is the one walk.

mod account;
mod begin;
mod consent;
pub(crate) mod device;
mod door;
pub(crate) mod error_pages;
mod finish;
pub mod fresh_session;
pub(crate) mod hand_over;
pub(crate) mod home;
mod implicit;
mod more_scopes;
mod organization;
mod policy;
pub(crate) mod resume;
mod second_factor;
mod session_refresh;
pub(crate) mod sign_in;
mod simulated;
mod visit;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::{get, post},
};
use grantor_protocol::{causes::PageError, people::Realm};

pub(crate) use begin::{Begun, NotBegun, Reply, Valid};
pub use door::Door;
pub(crate) use error_pages::not_found;
pub(crate) use finish::Going;
pub(crate) use organization::environment;
pub use session_refresh::session_refresh;
pub(crate) use simulated::device as answer_device;
pub(crate) use visit::Visit;
pub(crate) use visit::split_query;

use crate::{
    failure::Failure,
    house::DataCenter,
    http::{portal_id::PortalId, reply},
    metrics::Endpoint,
};

type Here = State<Arc<DataCenter>>;

/// The pages' own paths: where forms go, signing in and out without an application, a portal's looks.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/", get(|State(dc): Here, r: Request| home::home(dc, Realm::Accounts, r)))
        .route("/sign-in", get(|State(dc): Here, r: Request| authorize(dc, Door::home(Realm::Accounts), r)))
        .route("/sign-in", post(|State(dc): Here, r: Request| sign_in::post(dc, Door::home(Realm::Accounts), r)))
        .route(
            "/connected",
            post(|State(dc): Here, r: Request| home::connected_post(dc, Realm::Accounts, r)).get(back_to_front),
        )
        .route("/sign-out", get(|State(dc): Here, r: Request| home::sign_out(dc, Realm::Accounts, r)))
        .route("/sign-out", post(|State(dc): Here, r: Request| home::sign_out_post(dc, Realm::Accounts, r)))
        .route(
            "/oauth/v2/auth/sign-in",
            post(|State(dc): Here, r: Request| sign_in::post(dc, at_accounts(), r)).get(back_at_accounts),
        )
        .route(
            "/oauth/v2/auth/organization",
            post(|State(dc): Here, r: Request| organization::post(dc, at_accounts(), r)).get(back_at_accounts),
        )
        .route(
            "/oauth/v2/auth/consent",
            post(|State(dc): Here, r: Request| consent::post(dc, at_accounts(), r)).get(back_at_accounts),
        )
        .route(
            "/oauth/v3/device",
            get(|State(dc): Here, r: Request| device::get(dc, r))
                .post(|State(dc): Here, r: Request| device::post(dc, r))
                .head(wrong_at_device)
                .fallback(wrong_at_device),
        )
        .route(
            "/oauth/v3/device/sign-in",
            post(|State(dc): Here, r: Request| sign_in::post(dc, Door::device(), r)).get(back_at_device),
        )
        .route(
            "/oauth/v3/device/organization",
            post(|State(dc): Here, r: Request| organization::post(dc, Door::device(), r)).get(back_at_device),
        )
        .route(
            "/oauth/v3/device/consent",
            post(|State(dc): Here, r: Request| consent::post(dc, Door::device(), r)).get(back_at_device),
        )
        .route(
            "/oauth2/authorize/sign-in",
            post(|State(dc): Here, r: Request| sign_in::post(dc, Door::standard(), r)).get(back_at_standard),
        )
        .route(
            "/oauth2/authorize/account",
            post(|State(dc): Here, r: Request| account::post(dc, Door::standard(), r)).get(back_at_standard),
        )
        .route(
            "/oauth2/authorize/organization",
            post(|State(dc): Here, r: Request| organization::post(dc, Door::standard(), r)).get(back_at_standard),
        )
        .route(
            "/oauth2/authorize/consent",
            post(|State(dc): Here, r: Request| consent::post(dc, Door::standard(), r)).get(back_at_standard),
        )
        .merge(door_routes(Door::more_scopes))
        .merge(door_routes(Door::organization))
        .merge(portal_routes())
}

/// The forms of a door's pages.
fn door_routes(door: fn() -> Door) -> Router<Arc<DataCenter>> {
    let back = move |State(dc): Here, r: Request| back(dc, door(), r);
    Router::new()
        .route(&door().sign_in_path(), post(move |State(dc): Here, r: Request| sign_in::post(dc, door(), r)).get(back))
        .route(
            &door().organization_path(),
            post(move |State(dc): Here, r: Request| organization::post(dc, door(), r)).get(back),
        )
        .route(&door().consent_path(), post(move |State(dc): Here, r: Request| consent::post(dc, door(), r)).get(back))
}

fn portal_routes() -> Router<Arc<DataCenter>> {
    let at = |id: String| Door::authorize(Realm::Portal(id));
    Router::new()
        .route(
            "/clientoauth/v2/{portal}",
            get(|State(dc): Here, PortalId(id): PortalId, r: Request| home::home(dc, Realm::Portal(id), r)),
        )
        .route(
            "/clientoauth/v2/{portal}/sign-in",
            get(|State(dc): Here, PortalId(id): PortalId, r: Request| authorize(dc, Door::home(Realm::Portal(id)), r)),
        )
        .route(
            "/clientoauth/v2/{portal}/sign-in",
            post(|State(dc): Here, PortalId(id): PortalId, r: Request| {
                sign_in::post(dc, Door::home(Realm::Portal(id)), r)
            }),
        )
        .route(
            "/clientoauth/v2/{portal}/sign-out",
            get(|State(dc): Here, PortalId(id): PortalId, r: Request| home::sign_out(dc, Realm::Portal(id), r)),
        )
        .route(
            "/clientoauth/v2/{portal}/sign-out",
            post(|State(dc): Here, PortalId(id): PortalId, r: Request| home::sign_out_post(dc, Realm::Portal(id), r)),
        )
        .route(
            "/clientoauth/v2/{portal}/auth/sign-in",
            post(move |State(dc): Here, PortalId(id): PortalId, r: Request| sign_in::post(dc, at(id), r))
                .get(back_at_portal),
        )
        .route(
            "/clientoauth/v2/{portal}/auth/organization",
            post(move |State(dc): Here, PortalId(id): PortalId, r: Request| organization::post(dc, at(id), r))
                .get(back_at_portal),
        )
        .route(
            "/clientoauth/v2/{portal}/auth/consent",
            post(move |State(dc): Here, PortalId(id): PortalId, r: Request| consent::post(dc, at(id), r))
                .get(back_at_portal),
        )
        .route(
            "/clientoauth/v2/{portal}/connected",
            post(|State(dc): Here, PortalId(id): PortalId, r: Request| home::connected_post(dc, Realm::Portal(id), r))
                .get(back_to_portal),
        )
        .route("/clientoauth/v2/{portal}/logo", get(home::portal_logo))
        .route("/clientoauth/v2/{portal}/style.css", get(home::portal_style))
}

async fn back_at_accounts(State(dc): Here, request: Request) -> Response {
    back(dc, at_accounts(), request).await
}

async fn back_at_portal(State(dc): Here, PortalId(id): PortalId, request: Request) -> Response {
    back(dc, Door::authorize(Realm::Portal(id)), request).await
}

async fn back_at_device(State(dc): Here, request: Request) -> Response {
    back(dc, Door::device(), request).await
}

async fn wrong_at_device(State(dc): Here, request: Request) -> Response {
    wrong_method(dc, Door::device(), request).await
}

async fn back_at_standard(State(dc): Here, request: Request) -> Response {
    back(dc, Door::standard(), request).await
}

async fn back_to_front(State(dc): Here, request: Request) -> Response {
    back(dc, Door::home(Realm::Accounts), request).await
}

async fn back_to_portal(State(dc): Here, PortalId(id): PortalId, request: Request) -> Response {
    back(dc, Door::home(Realm::Portal(id)), request).await
}

/// A form's address opened as a page (typed again after an error, say): the same question from the start.
async fn back(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    match Visit::open(dc, door, Endpoint::Page, request).await {
        Ok(visit) => reply::see_other(&visit.action(&visit.door.path())),
        Err(response) => response,
    }
}

fn at_accounts() -> Door {
    Door::authorize(Realm::Accounts)
}

/// A request at a door: begin, then resume.
pub async fn authorize(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    Visit::walk(dc, door, Endpoint::Authorize, request, from_the_start).await
}

async fn from_the_start(visit: &mut Visit) -> Walked {
    match begin::begin(visit).await? {
        Ok(valid) => match simulated::take_over(visit, valid.as_ref()).await? {
            None => resume::resume(visit, valid.as_ref()).await,
            Some(response) => Ok(response),
        },
        Err(response) => Ok(response),
    }
}

/// Anything but a GET at an authorization endpoint never acts.
pub async fn wrong_method(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    match Visit::open(dc, door, Endpoint::Authorize, request).await {
        Ok(visit) => error_pages::wrong_method(&visit),
        Err(response) => response,
    }
}

/// The page of a throttled request, where a sandbox says so.
pub async fn throttled(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    match Visit::open(dc, door, Endpoint::Authorize, request).await {
        Ok(visit) => error_pages::page_error(&visit, None, &PageError::CodesThrottled, None),
        Err(response) => response,
    }
}

/// A walk's answer, or a breakage.
pub(crate) type Walked = Result<Response, Failure>;
