//! Writing: every change of the admin API is an entry as in a provision file, planned and applied by the same code, or the
//! removal of one. What was changed is said line by line and audited with who did it.

use std::collections::BTreeMap;

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, Caller, Sought};
use crate::{
    admin::Admin,
    provision::{self, Change, Difference, Plan, ProvisionFile, Stopped},
};

/// What was done, or would be.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct Provisioned {
    /// One line for each difference: + added, ~ changed, - removed. None when nothing differs.
    pub changes: Vec<String>,
    /// Ids, secrets and passwords that were made: told this once.
    pub made: BTreeMap<String, String>,
    /// False when only the difference was asked for.
    pub applied: bool,
}

/// How to apply.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct How {
    /// Only say what would be done.
    #[serde(default)]
    pub plan: bool,
    /// Remove what is not in the file.
    #[serde(default)]
    pub prune: bool,
}

/// Apply a whole provision file, in JSON: the same keys as in TOML.
#[utoipa::path(
    post, path = "/admin/v1/provision", tag = "provision", params(How),
    request_body(content = serde_json::Value, description = "A provision file: organization, user, client, portal, scope"),
    responses((status = 200, body = Provisioned), (status = 400, body = super::ApiErrorBody), (status = 422, body = super::ApiErrorBody))
)]
pub(in crate::admin) async fn apply(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Sought(how): Sought<How>,
    file: Result<Json<ProvisionFile>, JsonRejection>,
) -> Answer<Provisioned> {
    let Json(file) = file?;
    put(admin, caller, file, how).await
}

/// Plans a file and, unless only that was asked, applies it.
pub(super) async fn put(admin: Admin, caller: Caller, file: ProvisionFile, how: How) -> Answer<Provisioned> {
    if file.portals.iter().any(|portal| portal.logo.is_some()) {
        return Err(ApiError::malformed(
            "logo: files of the server are not read; administrators upload a portal's logo on its page",
        ));
    }
    work(admin, move |admin| {
        let shop = admin.workshop();
        provision::check_entries(&file, &shop.config)?;
        let plan = provision::plan(&shop, &file, how.prune)?;
        carry_out(&shop, plan, &caller, !how.plan)
    })
    .await
}

/// Removes something that is there.
pub(super) async fn remove(admin: Admin, caller: Caller, line: String, change: Change) -> Answer<Provisioned> {
    work(admin, move |admin| {
        let plan = Plan { differences: vec![Difference { line, change, made: Vec::new() }] };
        carry_out(&admin.workshop(), plan, &caller, true)
    })
    .await
}

fn carry_out(shop: &provision::Workshop, plan: Plan, caller: &Caller, applied: bool) -> Result<Provisioned, Stopped> {
    let changes = plan.lines().map(str::to_owned).collect();
    // A plan makes ids only to show what would be; nobody may hold on to them.
    let made = if applied {
        provision::apply_for(shop, plan, &format!("admin API, {}", caller.0))?.into_iter().collect()
    } else {
        BTreeMap::new()
    };
    Ok(Provisioned { changes, made, applied })
}

/// Stores are used on a thread of their own.
pub(super) async fn work<T: Send + 'static, E: Into<ApiError> + Send + 'static>(
    admin: Admin,
    work: impl FnOnce(&Admin) -> Result<T, E> + Send + 'static,
) -> Answer<T> {
    let house = admin.house.clone();
    match tokio::task::spawn_blocking(move || work(&admin)).await {
        Ok(done) => {
            // Also when it stopped midway.
            house.clients.forget();
            done.map(Json).map_err(Into::into)
        }
        Err(error) => {
            tracing::error!(%error, "the work of the admin API ended early");
            Err(ApiError::unavailable("the work ended early; see the log"))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::response::IntoResponse as _;
    use grantor_store::StoreError;

    use super::*;

    #[tokio::test]
    async fn what_was_made_is_told_although_it_stopped() {
        let made = vec![("A_PASSWORD".to_owned(), "canary".to_owned())];
        let error = ApiError::from(Stopped { error: StoreError::Overloaded.into(), made });
        assert!(!format!("{error:?}").contains("canary"));
        let response = error.into_response();
        assert_eq!(response.status(), 503);
        let body = axum::body::to_bytes(response.into_body(), 10_000).await.unwrap();
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(
            (body["error"].as_str(), body["made"]["A_PASSWORD"].as_str()),
            (Some("unavailable"), Some("canary"))
        );
    }
}
