//! The admin listener: alive, able to commit, the metrics, and the admin API. Never on a public address.

mod api;
mod self_codes;

use std::sync::{Arc, OnceLock};

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
    routing::get,
};
use tower::ServiceExt as _;

use crate::{
    config::{AdminToken, Config},
    house::House,
    http::reply,
    stores::Stores,
};

/// The OpenAPI document of what the router answers.
#[cfg(test)]
pub(crate) fn document() -> utoipa::openapi::OpenApi {
    api::documented().1
}

#[derive(Debug, Clone)]
struct Admin {
    api: Arc<OnceLock<Router>>,
    house: Arc<House>,
    stores: Stores,
    config: Config,
    /// The token of the config, beside those in the directory.
    token: Option<AdminToken>,
}

/// Its paths.
pub fn app(house: Arc<House>, stores: Stores, config: Config) -> Router {
    let token = config.admin.as_ref().and_then(|admin| admin.token.clone());
    let admin = Admin { api: Arc::default(), house, stores, config, token };
    Router::new()
        .route("/healthz", get(|| async { reply::text(StatusCode::OK, "alive\n") }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .fallback(api)
        .with_state(admin)
}

/// The admin API. It is made when it is first asked: its routes and their description are much code, which an idle
/// server need not hold in memory.
async fn api(State(admin): State<Admin>, request: Request) -> Response {
    let made = Arc::clone(&admin.api);
    // Not with itself in it: that would keep all of it for good.
    let routes = made.get_or_init(|| api::routes(Admin { api: Arc::default(), ..admin }));
    let Ok(response) = routes.clone().oneshot(request).await;
    response
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
    reply::metrics(admin.house.metrics.text(admin.stores.statistics()))
}
