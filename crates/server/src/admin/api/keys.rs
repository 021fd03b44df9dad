//! `/admin/v1/keys`: the keys that sign, at each data center served here.

use axum::{Extension, Json, extract::State};
use grantor_store::StoredSigningKey;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Answer, ApiErrorBody, Caller, Page, provisioning, shown};
use crate::{admin::Admin, signing_keys};

/// A signing key, without its private half.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct KeyBody {
    data_center: String,
    algorithm: String,
    /// `kid`, as the key set has it.
    id: String,
    created: String,
    /// Signs from then on.
    active: String,
    /// Is no longer published after that; absent: not decided yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    retired: Option<String>,
}

fn body(key: StoredSigningKey, data_center: &str) -> KeyBody {
    KeyBody {
        data_center: data_center.to_owned(),
        algorithm: key.algorithm,
        id: key.id,
        created: shown(key.created_at),
        active: shown(key.active_at),
        retired: (key.retired_at != StoredSigningKey::NEVER).then(|| shown(key.retired_at)),
    }
}

/// List the signing keys of every data center served here.
#[utoipa::path(get, path = "/admin/v1/keys", tag = "keys", responses((status = 200, body = Page<KeyBody>)))]
pub(in crate::admin) async fn list(State(admin): State<Admin>) -> Answer<Page<KeyBody>> {
    let mut items = Vec::new();
    for (location, store) in &admin.stores.data_centers {
        let keys = store.read(|tx| tx.signing_keys()).await?;
        items.extend(keys.into_iter().map(|key| body(key, location)));
    }
    Ok(Json(Page { items, next: None }))
}

/// Make the next key of every line now. It is published at once and signs a day later, so that nobody who keeps the key
/// set meets a signature they cannot check.
#[utoipa::path(
    post, path = "/admin/v1/keys/rotate", tag = "keys",
    responses((status = 200, body = Page<KeyBody>), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn rotate(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
) -> Answer<Page<KeyBody>> {
    let by = format!("admin API, {}", caller.0);
    let work = move |admin: &Admin| signing_keys::rotate_all(&admin.workshop(), &by);
    let Json(()) = provisioning::work(admin.clone(), work).await?;
    list(State(admin)).await
}
