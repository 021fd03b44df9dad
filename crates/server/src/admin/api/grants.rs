//! `/admin/v1/grants`: who granted what to which client.

use axum::{Extension, Json, extract::State};
use grantor_protocol::{people::UserId, token::TokenId};
use grantor_store::{AuditEvent, Concerning, GrantFilter, ListedGrant, Notice, NoticeKind, Tx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, ApiErrorBody, Caller, Named, Page, Paging, SoughtPage, shown, users::trail};
use crate::{admin::Admin, recorder, warnings};

/// A grant that holds.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct GrantBody {
    id: String,
    data_center: String,
    /// Who granted; absent: the organization itself did.
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    client: String,
    /// Absent: bound to none.
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    scopes: Vec<String>,
    /// Whether it holds while the person is away.
    offline: bool,
    granted: String,
}

/// Which grants are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Wanted {
    /// The data center they were given at.
    data_center: String,
    /// Of this user (ZUID).
    user: Option<i64>,
    /// To this client.
    #[serde(default)]
    client: String,
    /// For this organization.
    #[serde(default)]
    organization: String,
}

fn body(grant: ListedGrant, data_center: &str) -> GrantBody {
    GrantBody {
        id: grant.id.to_hex(),
        data_center: data_center.to_owned(),
        user: (grant.user != UserId::NOBODY).then_some(grant.user.0),
        client: grant.client_id,
        organization: (!grant.organization_id.is_empty()).then_some(grant.organization_id),
        scopes: grant.scopes.iter().map(str::to_owned).collect(),
        offline: grant.offline,
        granted: shown(grant.granted_at),
    }
}

/// List the grants that hold at a data center, oldest first.
#[utoipa::path(
    get, path = "/admin/v1/grants", tag = "grants", params(Wanted, Paging),
    responses((status = 200, body = Page<GrantBody>), (status = 400, body = ApiErrorBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn list(
    State(admin): State<Admin>,
    SoughtPage(wanted, paging): SoughtPage<Wanted>,
) -> Answer<Page<GrantBody>> {
    let store = admin.data_center(&wanted.data_center)?;
    let filter =
        GrantFilter { user: wanted.user.map(UserId), client_id: wanted.client, organization_id: wanted.organization };
    let stretch = move |tx: &mut Tx<'_>, after: Option<TokenId>, limit| {
        tx.grants_listed(&filter, after.unwrap_or(TokenId::from_bytes([0; 16])), limit)
    };
    let page = Page::gathered(&store, &paging, stretch, |grant| body(grant, &wanted.data_center));
    Ok(Json(page.await?))
}

/// What was revoked.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct Revoked {
    revoked: bool,
}

/// Revoke a grant: everything made from it is dead at once.
#[utoipa::path(
    delete, path = "/admin/v1/grants/{data_center}/{id}", tag = "grants",
    params(("data_center" = String, Path), ("id" = String, Path)),
    responses((status = 200, body = Revoked), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((location, id)): Named<(String, String)>,
) -> Answer<Revoked> {
    let missing = || ApiError::not_found(format!("no grant {id} that holds in data center {location}"));
    let grant = TokenId::from_hex(&id).ok_or_else(missing)?;
    let (now, trail) = (admin.house.clock.now(), trail(&admin, &location)?);
    let at = trail.id;
    let step = move |tx: &mut Tx<'_>| {
        let Some((user, client_id, organization_id)) = tx.parties_of_grant(grant)? else { return Ok(None) };
        if !tx.revoke_grant(grant, now)? {
            return Ok(None);
        }
        let concerning = Concerning {
            user: Some(user).filter(|user| *user != UserId::NOBODY),
            client_id: Some(&client_id),
            organization_id: Some(organization_id.as_str()).filter(|id| !id.is_empty()),
        };
        let detail = format!("grant {} revoked (admin API, {})", grant.mark(), caller.0);
        tx.audit(&trail, AuditEvent::Operated, concerning, &detail)?;
        Ok(Some(client_id))
    };
    let client_id = admin.data_center(&location)?.write(step).await?.ok_or_else(missing)?;
    tell(&admin, &location, at, client_id).await;
    Ok(Json(Revoked { revoked: true }))
}

/// The client's owner learns that tokens ended, and not whose. The grant is revoked, whatever comes of this.
async fn tell(admin: &Admin, location: &str, id: TokenId, client_id: String) {
    let notice = Notice {
        client_id,
        id,
        kind: NoticeKind::Revocation,
        location: location.to_owned(),
        endpoint: "admin".to_owned(),
        cause: warnings::WITHDRAWN.to_owned(),
        detail: "the operator took back what one person or organization had granted; its tokens ended".to_owned(),
        request_id: "admin API".to_owned(),
    };
    if let Err(error) = recorder::add(&admin.stores.directory, vec![notice]).await {
        tracing::warn!(%error, "the owner of a client was not told of a revocation");
    }
}
