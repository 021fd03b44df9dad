//! `/admin/v1/portals`.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, ApiErrorBody, Caller, Named, Page, Paging, SoughtPage, provisioning};
use crate::{
    admin::Admin,
    provision::{Change, PortalEntry, ProvisionFile},
};

/// A portal.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct PortalBody {
    id: String,
    name: String,
    data_center: String,
    organization: String,
    /// `#rrggbb`; absent in lists, and when it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    accent: Option<String>,
    /// The clients it admits, empty for all; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    clients: Option<Vec<String>>,
    /// Whether it has a logo; absent in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    logo: Option<bool>,
}

/// Which portals are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Wanted {
    /// The data center they live in.
    data_center: String,
}

/// List the portals of a data center, by id.
#[utoipa::path(
    get, path = "/admin/v1/portals", tag = "portals", params(Wanted, Paging),
    responses((status = 200, body = Page<PortalBody>), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn list(
    State(admin): State<Admin>,
    SoughtPage(wanted, paging): SoughtPage<Wanted>,
) -> Answer<Page<PortalBody>> {
    let store = admin.data_center(&wanted.data_center)?;
    let (limit, after) = (paging.limit(), paging.after.unwrap_or_default());
    let found = store.read(move |tx| tx.portals_listed(&after, limit)).await?;
    let items = found
        .into_iter()
        .map(|(id, name, organization)| PortalBody {
            id,
            name,
            data_center: wanted.data_center.clone(),
            organization,
            accent: None,
            clients: None,
            logo: None,
        })
        .collect();
    Ok(Json(Page::of(items, limit, |portal: &PortalBody| portal.id.clone())))
}

/// Make or change a portal, with its users. What is left out is emptied, and a logo stays: administrators upload it on its
/// page.
#[utoipa::path(
    put, path = "/admin/v1/portals", tag = "portals", request_body = PortalEntry,
    responses((status = 200, body = provisioning::Provisioned), (status = 400, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn put(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    entry: Result<Json<PortalEntry>, JsonRejection>,
) -> Answer<provisioning::Provisioned> {
    let Json(mut entry) = entry?;
    entry.keeps_logo = true;
    let file = ProvisionFile { portals: vec![entry], ..ProvisionFile::default() };
    provisioning::put(admin, caller, file, provisioning::How { plan: false, prune: false }).await
}

/// One portal.
#[utoipa::path(
    get, path = "/admin/v1/portals/{data_center}/{id}", tag = "portals",
    params(("data_center" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = PortalBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn one(
    State(admin): State<Admin>,
    Named((location, id)): Named<(String, String)>,
) -> Answer<PortalBody> {
    let wanted = id.clone();
    let found = admin.data_center(&location)?.read(move |tx| tx.portal(&wanted)).await?;
    let missing = || ApiError::not_found(format!("no portal {id} in data center {location}"));
    let portal = found.ok_or_else(missing)?;
    Ok(Json(PortalBody {
        id: portal.id,
        name: portal.name,
        data_center: location,
        organization: portal.organization_id,
        accent: Some(portal.accent).filter(|accent| !accent.is_empty()),
        clients: Some(portal.clients),
        logo: Some(portal.has_logo),
    }))
}

/// Remove a portal and its users.
#[utoipa::path(
    delete, path = "/admin/v1/portals/{data_center}/{id}", tag = "portals",
    params(("data_center" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = provisioning::Provisioned), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((location, id)): Named<(String, String)>,
) -> Answer<provisioning::Provisioned> {
    let wanted = id.clone();
    let found = admin.data_center(&location)?.read(move |tx| tx.portal(&wanted)).await?;
    let missing = || ApiError::not_found(format!("no portal {id} in data center {location}"));
    let line = format!("- portal {id} {}", found.ok_or_else(missing)?.name);
    provisioning::remove(admin, caller, line, Change::RemovePortal { location, id }).await
}
