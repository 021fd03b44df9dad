//! The pages of an organization's administrators: `/organization/{id}`. One file for each page.

mod app;
mod apps;
mod ask;
mod audit;
mod export;
mod invitation;
mod invitations;
mod member;
mod members;
mod nav;
mod office;
mod overview;
mod policy;
mod portal;
mod portal_user;
mod portal_users;
mod portals;
mod reviews;

pub(crate) use audit::Wanted;
pub(crate) use portal_users::TypedUser;

use std::sync::Arc;

use axum::{
    Router,
    routing::{get, post},
};

use crate::house::DataCenter;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/organization/invitation/{token}", get(invitation::get).post(invitation::post))
        .route("/organization/{id}", get(overview::get))
        .route("/organization/{id}/members", get(members::get))
        .route("/organization/{id}/members/{user}", get(member::get).post(member::post))
        .route("/organization/{id}/invitations", get(invitations::get).post(invitations::post))
        .route("/organization/{id}/apps", get(apps::get))
        .route("/organization/{id}/apps/{client}", get(app::get).post(app::post))
        .route("/organization/{id}/ask", post(ask::post).get(ask::back))
        .route("/organization/{id}/reviews", get(reviews::get).post(reviews::post))
        .route("/organization/{id}/policy", get(policy::get).post(policy::post))
        .route("/organization/{id}/portals", get(portals::get).post(portals::post))
        .route("/organization/{id}/portals/{portal}", get(portal::get).post(portal::post))
        .route("/organization/{id}/portals/{portal}/remove", get(portal::get).post(portal::remove))
        .route("/organization/{id}/portals/{portal}/users", get(portal_users::get).post(portal_users::post))
        .route("/organization/{id}/portals/{portal}/users/{user}", get(portal_user::get).post(portal_user::post))
        .route("/organization/{id}/audit", get(audit::get))
        .route("/organization/{id}/audit/export", post(export::post).get(export::back))
}
