//! The admin listener: alive, able to commit, the metrics, and what scripts of the operator may do. Never on a public
//! address.

mod self_codes;

use std::sync::Arc;

use axum::{Router, extract::State, http::StatusCode, response::Response, routing::get};

use crate::{config::AdminToken, house::House, http::reply, stores::Stores};

#[derive(Debug, Clone)]
struct Admin {
    house: Arc<House>,
    stores: Stores,
    /// What scripts present; without it there is nothing for them.
    token: Option<AdminToken>,
}

/// Its paths.
pub fn app(house: Arc<House>, stores: Stores, token: Option<AdminToken>) -> Router {
    Router::new()
        .route("/healthz", get(|| async { reply::text(StatusCode::OK, "alive\n") }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .route("/admin/v1/self-codes", self_codes::methods())
        .with_state(Admin { house, stores, token })
}

/// Ready while every store can commit.
async fn ready(State(admin): State<Admin>) -> Response {
    let now = admin.house.clock.now();
    let all = std::iter::once(("directory", &admin.stores.directory))
        .chain(admin.stores.data_centers.iter().map(|(name, store)| (name.as_str(), store)));
    for (name, store) in all {
        if let Err(error) = store.write(move |tx| tx.touch(now)).await {
            tracing::error!(store = name, %error, "not ready");
            return reply::text(StatusCode::SERVICE_UNAVAILABLE, format!("the store of {name} cannot commit\n"));
        }
    }
    reply::text(StatusCode::OK, "ready\n")
}

async fn metrics(State(admin): State<Admin>) -> Response {
    reply::text(StatusCode::OK, admin.house.metrics.text(admin.stores.statistics()))
}
