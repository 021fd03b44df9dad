//! `/admin/v1/tokens`: the tokens of this very API. They are made and ended on the machine itself, with `grantor
//! admin-token`: whoever stole one cannot make another.

use axum::{Json, extract::State};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, Page, shown};
use crate::admin::Admin;

/// An admin token, without itself.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct TokenBody {
    name: String,
    /// viewer or operator.
    role: String,
    made: String,
    /// To the minute; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
    /// Absent: it does not end by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
}

/// List the admin tokens of the directory, by name.
#[utoipa::path(get, path = "/admin/v1/tokens", tag = "tokens", responses((status = 200, body = Page<TokenBody>)))]
pub(in crate::admin) async fn list(State(admin): State<Admin>) -> Answer<Page<TokenBody>> {
    let found = admin.stores.directory.read(|tx| tx.admin_tokens()).await?;
    let items = found
        .into_iter()
        .map(|token| TokenBody {
            name: token.name,
            role: token.role.as_str().to_owned(),
            made: shown(token.created_at),
            last_used: token.used_at.map(shown),
            expires: token.expires_at.map(shown),
        })
        .collect();
    Ok(Json(Page { items, next: None }))
}
