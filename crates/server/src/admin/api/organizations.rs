//! `/admin/v1/organizations`.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, ApiErrorBody, Caller, Named, Page, Paging, SoughtPage, provisioning};
use crate::{
    admin::Admin,
    provision::{Change, OrganizationEntry, ProvisionFile},
};

/// An organization.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct OrganizationBody {
    id: String,
    name: String,
    data_center: String,
    /// production, sandbox or developer.
    environment: String,
}

/// Which organizations are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Wanted {
    /// The data center they live in.
    data_center: String,
    /// A part of the name.
    #[serde(default)]
    search: String,
}

/// List the organizations of a data center, by id.
#[utoipa::path(
    get, path = "/admin/v1/organizations", tag = "organizations", params(Wanted, Paging),
    responses((status = 200, body = Page<OrganizationBody>), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn list(
    State(admin): State<Admin>,
    SoughtPage(wanted, paging): SoughtPage<Wanted>,
) -> Answer<Page<OrganizationBody>> {
    let store = admin.data_center(&wanted.data_center)?;
    let (limit, after, search) = (paging.limit(), paging.after.unwrap_or_default(), wanted.search);
    let found = store.read(move |tx| tx.organizations_listed(&search, &after, limit)).await?;
    let items = found.into_iter().map(|o| body(o, &wanted.data_center)).collect();
    Ok(Json(Page::of(items, limit, |o: &OrganizationBody| o.id.clone())))
}

fn body(organization: grantor_protocol::people::Organization, data_center: &str) -> OrganizationBody {
    OrganizationBody {
        id: organization.id,
        name: organization.name,
        data_center: data_center.to_owned(),
        environment: organization.environment.as_str().to_owned(),
    }
}

/// Make or change an organization.
#[utoipa::path(
    put, path = "/admin/v1/organizations", tag = "organizations", request_body = OrganizationEntry,
    responses((status = 200, body = provisioning::Provisioned), (status = 400, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn put(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    entry: Result<Json<OrganizationEntry>, JsonRejection>,
) -> Answer<provisioning::Provisioned> {
    let Json(entry) = entry?;
    let file = ProvisionFile { organizations: vec![entry], ..ProvisionFile::default() };
    provisioning::put(admin, caller, file, provisioning::How { plan: false, prune: false }).await
}

/// One organization.
#[utoipa::path(
    get, path = "/admin/v1/organizations/{data_center}/{id}", tag = "organizations",
    params(("data_center" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = OrganizationBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn one(
    State(admin): State<Admin>,
    Named((location, id)): Named<(String, String)>,
) -> Answer<OrganizationBody> {
    let wanted = id.clone();
    let found = admin.data_center(&location)?.read(move |tx| tx.organization(&wanted)).await?;
    let missing = || ApiError::not_found(format!("no organization {id} in data center {location}"));
    Ok(Json(body(found.ok_or_else(missing)?, &location)))
}

/// Remove an organization with its memberships, grants and tokens.
#[utoipa::path(
    delete, path = "/admin/v1/organizations/{data_center}/{id}", tag = "organizations",
    params(("data_center" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = provisioning::Provisioned), (status = 404, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((location, id)): Named<(String, String)>,
) -> Answer<provisioning::Provisioned> {
    let wanted = id.clone();
    let (found, portal) = admin
        .data_center(&location)?
        .read(move |tx| {
            let portal = tx.portals()?.into_iter().find(|portal| portal.organization_id == wanted);
            Ok((tx.organization(&wanted)?, portal))
        })
        .await?;
    let missing = || ApiError::not_found(format!("no organization {id} in data center {location}"));
    let line = format!("- organization {id} {}", found.ok_or_else(missing)?.name);
    if let Some(portal) = portal {
        return Err(ApiError::refused(format!("portal {} belongs to it: remove that first", portal.id)));
    }
    provisioning::remove(admin, caller, line, Change::RemoveOrganization { location, id }).await
}
