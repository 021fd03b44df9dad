//! `/admin/v1/audit`: who did what, at one data center.

use axum::{Json, extract::State};
use grantor_protocol::{people::UserId, time::Timestamp};
use grantor_store::{AuditRow, AuditWanted, Tx};
use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, ApiErrorBody, Page, Paging, SoughtPage, shown};
use crate::admin::Admin;

/// One audit row.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct AuditBody {
    id: String,
    at: String,
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization: Option<String>,
    detail: String,
    request_id: String,
}

/// Which rows are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Wanted {
    /// The data center they were written at.
    data_center: String,
    /// Only this event, such as `consented`.
    #[serde(default)]
    event: String,
    /// Concerning this user (ZUID).
    user: Option<i64>,
    /// Concerning this client.
    #[serde(default)]
    client: String,
    /// Concerning this organization.
    #[serde(default)]
    organization: String,
    /// Not before, as `2026-11-22T10:00:00Z`.
    since: Option<String>,
    /// Before, likewise.
    until: Option<String>,
}

fn moment(name: &str, text: Option<String>) -> Result<Option<Timestamp>, ApiError> {
    let Some(text) = text else { return Ok(None) };
    let at = OffsetDateTime::parse(&text, &Rfc3339);
    let at =
        at.map_err(|_| ApiError::malformed(format!("{name}: {text:?} is no time such as 2026-11-22T10:00:00Z")))?;
    Ok(Some(Timestamp::from_millis(at.unix_timestamp().saturating_mul(1000))))
}

fn body(row: AuditRow) -> AuditBody {
    AuditBody {
        id: row.id.to_hex(),
        at: shown(row.id.made_at()),
        event: row.event,
        user: row.user.map(|user| user.0),
        client: row.client_id,
        organization: row.organization_id,
        detail: row.detail,
        request_id: row.request_id,
    }
}

/// The audit of a data center, newest first.
#[utoipa::path(
    get, path = "/admin/v1/audit", tag = "audit", params(Wanted, Paging),
    responses((status = 200, body = Page<AuditBody>), (status = 400, body = ApiErrorBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn list(
    State(admin): State<Admin>,
    SoughtPage(wanted, paging): SoughtPage<Wanted>,
) -> Answer<Page<AuditBody>> {
    let store = admin.data_center(&wanted.data_center)?;
    let filter = AuditWanted {
        event: wanted.event,
        user: wanted.user.map(UserId),
        client_id: wanted.client,
        organization_id: wanted.organization,
        since: moment("since", wanted.since)?,
        until: moment("until", wanted.until)?,
    };
    let stretch = move |tx: &mut Tx<'_>, before, limit| tx.audit_listed(&filter, before, limit);
    let page = Page::gathered(&store, &paging, stretch, body);
    Ok(Json(page.await?))
}
