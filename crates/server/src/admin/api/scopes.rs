//! `/admin/v1/scopes`: scopes beside the built-in catalog.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, ApiError, ApiErrorBody, Caller, Named, Page, provisioning};
use crate::{
    admin::Admin,
    provision::{Change, ProvisionFile, ScopeEntry},
};

/// A scope that was added.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ScopeBody {
    name: String,
    /// What a person reads on the consent page.
    description: String,
}

/// List the scopes that were added, by name.
#[utoipa::path(get, path = "/admin/v1/scopes", tag = "scopes", responses((status = 200, body = Page<ScopeBody>)))]
pub(in crate::admin) async fn list(State(admin): State<Admin>) -> Answer<Page<ScopeBody>> {
    let found = admin.stores.directory.read(|tx| tx.added_scopes()).await?;
    let items = found.into_iter().map(|(name, description)| ScopeBody { name, description }).collect();
    Ok(Json(Page { items, next: None }))
}

/// Add a scope, or describe it anew.
#[utoipa::path(
    put, path = "/admin/v1/scopes", tag = "scopes", request_body = ScopeEntry,
    responses((status = 200, body = provisioning::Provisioned), (status = 400, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn put(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    entry: Result<Json<ScopeEntry>, JsonRejection>,
) -> Answer<provisioning::Provisioned> {
    let Json(entry) = entry?;
    let file = ProvisionFile { scopes: vec![entry], ..ProvisionFile::default() };
    provisioning::put(admin, caller, file, provisioning::How { plan: false, prune: false }).await
}

/// Retire a scope: codes that ask for it are refused from then on.
#[utoipa::path(
    delete, path = "/admin/v1/scopes/{name}", tag = "scopes", params(("name" = String, Path)),
    responses((status = 200, body = provisioning::Provisioned), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named<String>,
) -> Answer<provisioning::Provisioned> {
    let there = admin.stores.directory.read(|tx| tx.added_scopes()).await?;
    if !there.iter().any(|(known, _)| *known == name) {
        return Err(ApiError::not_found(format!("no scope {name} was added")));
    }
    provisioning::remove(admin, caller, format!("- scope {name}"), Change::RemoveScope(name)).await
}
