//! `/admin/v1/stats`: how much of everything there is.

use std::collections::BTreeMap;

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, ApiErrorBody};
use crate::admin::Admin;

/// What a data center holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct DataCenterStats {
    users: i64,
    organizations: i64,
    portals: i64,
    /// That hold.
    grants: i64,
    /// That hold.
    refresh_tokens: i64,
    /// Rows; dead ones are swept.
    access_tokens: i64,
    /// That were not ended.
    browser_sessions: i64,
    audit: i64,
}

/// What everything holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct Stats {
    /// The running version.
    version: String,
    clients: i64,
    /// By location, those served here.
    data_centers: BTreeMap<String, DataCenterStats>,
}

/// Count everything. With millions of rows this takes a second.
#[utoipa::path(
    get, path = "/admin/v1/stats", tag = "stats",
    responses((status = 200, body = Stats), (status = 503, body = ApiErrorBody))
)]
pub(in crate::admin) async fn all(State(admin): State<Admin>) -> Answer<Stats> {
    let clients = admin.stores.directory.read(|tx| tx.client_count()).await?;
    let mut data_centers = BTreeMap::new();
    for (location, store) in &admin.stores.data_centers {
        let store = store.clone();
        // Counting is a long read: never on the threads that answer.
        let counted = tokio::task::spawn_blocking(move || store.read_blocking(|tx| tx.counts())).await;
        let counted = counted.unwrap_or(Err(grantor_store::StoreError::Panicked))?;
        let stats = DataCenterStats {
            users: counted.users,
            organizations: counted.organizations,
            portals: counted.portals,
            grants: counted.grants,
            refresh_tokens: counted.refresh_tokens,
            access_tokens: counted.access_tokens,
            browser_sessions: counted.browser_sessions,
            audit: counted.audit,
        };
        data_centers.insert(location.clone(), stats);
    }
    Ok(Json(Stats { version: env!("CARGO_PKG_VERSION").to_owned(), clients, data_centers }))
}
