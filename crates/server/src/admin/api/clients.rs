//! `/admin/v1/clients`: registered applications, their secrets, and what was refused to them.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use grantor_store::{NoticeFilter, NoticeKind, Registration};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, ApiErrorBody, Caller, Named, Page, Paging, Sought, SoughtPage, provisioning, shown};
use crate::{
    admin::Admin,
    provision::{Change, ClientEntry, ProvisionFile, secrets},
};

/// A registered application. Secrets are never told again.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct ClientBody {
    id: String,
    /// server, browser, mobile, device or self.
    #[serde(rename = "type")]
    client_type: String,
    name: String,
    homepage_url: String,
    redirect_uris: Vec<String>,
    javascript_domains: Vec<String>,
    owner: String,
    data_centers: Vec<String>,
    same_secret: bool,
    scopes: Vec<String>,
    grant_types: Vec<String>,
    disabled: bool,
    /// Live secrets; only when one client is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<Vec<SecretBody>>,
}

/// A live secret, without itself.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct SecretBody {
    /// Tells it apart.
    mark: String,
    /// The data center it is good at; absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center: Option<String>,
    made: String,
    /// To the hour; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<String>,
}

/// Which clients are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Wanted {
    /// A part of the name, the id or the owner's address.
    #[serde(default)]
    search: String,
}

fn body(found: Registration) -> ClientBody {
    let client = found.client;
    ClientBody {
        id: client.id,
        client_type: client.client_type.as_str().to_owned(),
        name: client.name,
        homepage_url: client.homepage_url,
        redirect_uris: client.redirect_uris,
        javascript_domains: client.settings.javascript_domains,
        owner: client.settings.owner,
        data_centers: client.data_centers,
        same_secret: found.same_secret,
        scopes: client.scopes,
        grant_types: client.grant_types,
        disabled: client.disabled,
        secrets: None,
    }
}

/// List the clients, by id.
#[utoipa::path(
    get, path = "/admin/v1/clients", tag = "clients", params(Wanted, Paging),
    responses((status = 200, body = Page<ClientBody>))
)]
pub(in crate::admin) async fn list(
    State(admin): State<Admin>,
    SoughtPage(wanted, paging): SoughtPage<Wanted>,
) -> Answer<Page<ClientBody>> {
    let (limit, after, search) = (paging.limit(), paging.after.unwrap_or_default(), wanted.search);
    let found = admin
        .stores
        .directory
        .read(move |tx| {
            let ids = tx.client_ids_listed(&search, &after, limit)?;
            ids.iter().filter_map(|id| tx.registration(id).transpose()).collect::<Result<Vec<_>, _>>()
        })
        .await?;
    Ok(Json(Page::of(found.into_iter().map(body).collect(), limit, |client: &ClientBody| client.id.clone())))
}

/// Register or change a client, known by id, or by owner and name. A secret is made when none is given, and told once.
#[utoipa::path(
    put, path = "/admin/v1/clients", tag = "clients", request_body = ClientEntry,
    responses((status = 200, body = provisioning::Provisioned), (status = 400, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn put(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    entry: Result<Json<ClientEntry>, JsonRejection>,
) -> Answer<provisioning::Provisioned> {
    let Json(entry) = entry?;
    let file = ProvisionFile { clients: vec![entry], ..ProvisionFile::default() };
    provisioning::put(admin, caller, file, provisioning::How { plan: false, prune: false }).await
}

async fn find(admin: &Admin, id: &str) -> Result<Registration, ApiError> {
    let wanted = id.to_owned();
    let found = admin.stores.directory.read(move |tx| tx.registration(&wanted)).await?;
    found.ok_or_else(|| ApiError::not_found(format!("no client has the id {id:?}")))
}

/// One client, with its live secrets' marks and dates.
#[utoipa::path(
    get, path = "/admin/v1/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = 200, body = ClientBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn one(State(admin): State<Admin>, Named(id): Named<String>) -> Answer<ClientBody> {
    let mut client = body(find(&admin, &id).await?);
    let live = admin.stores.directory.read(move |tx| tx.live_secrets(&id)).await?;
    client.secrets = Some(
        live.into_iter()
            .map(|(place, secret)| SecretBody {
                mark: secret.hash.mark(),
                data_center: (!place.is_empty()).then_some(place),
                made: shown(secret.created_at),
                last_used: secret.used_at.map(shown),
            })
            .collect(),
    );
    Ok(Json(client))
}

/// Remove a client and everything it was granted.
#[utoipa::path(
    delete, path = "/admin/v1/clients/{id}", tag = "clients", params(("id" = String, Path)),
    responses((status = 200, body = provisioning::Provisioned), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<String>,
) -> Answer<provisioning::Provisioned> {
    let line = format!("- client {id} {}", find(&admin, &id).await?.client.name);
    provisioning::remove(admin, caller, line, Change::RemoveClient(id)).await
}

/// A new secret, told once.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct NewSecret {
    secret: String,
}

/// Where a new secret is to be good.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Place {
    /// For a client with a secret per data center.
    data_center: Option<String>,
}

/// Make a second secret beside the one there is.
#[utoipa::path(
    post, path = "/admin/v1/clients/{id}/secrets", tag = "clients", params(("id" = String, Path), Place),
    responses((status = 200, body = NewSecret), (status = 404, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn add_secret(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(id): Named<String>,
    Sought(place): Sought<Place>,
) -> Answer<NewSecret> {
    find(&admin, &id).await?;
    provisioning::work(admin, move |admin| {
        let shop = admin.workshop();
        let who = format!("admin API, {}", caller.0);
        secrets::add(&shop, &id, place.data_center.as_deref(), &who).map(|secret| NewSecret { secret })
    })
    .await
}

/// End a secret; another one must be live.
#[utoipa::path(
    delete, path = "/admin/v1/clients/{id}/secrets/{mark}", tag = "clients",
    params(("id" = String, Path), ("mark" = String, Path)),
    responses((status = 200, body = ClientBody), (status = 404, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn end_secret(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((id, mark)): Named<(String, String)>,
) -> Answer<ClientBody> {
    find(&admin, &id).await?;
    let client_id = id.clone();
    let Json(()) = provisioning::work(admin.clone(), move |admin| {
        secrets::end(&admin.workshop(), &client_id, &mark, &format!("admin API, {}", caller.0))
    })
    .await?;
    one(State(admin), Named(id)).await
}

/// What the owner of a client should know.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct NoticeBody {
    id: String,
    at: String,
    /// refusal, warning, eviction or revocation.
    kind: String,
    data_center: String,
    endpoint: String,
    cause: String,
    detail: String,
    request_id: String,
}

/// Which notices are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct NoticesWanted {
    /// refusal, warning, eviction or revocation.
    kind: Option<String>,
    /// A cause's name.
    cause: Option<String>,
}

/// Refusals with their true cause, warnings, evictions and revocations of a client, newest first.
#[utoipa::path(
    get, path = "/admin/v1/clients/{id}/notices", tag = "clients", params(("id" = String, Path), NoticesWanted, Paging),
    responses((status = 200, body = Page<NoticeBody>), (status = 400, body = ApiErrorBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn notices(
    State(admin): State<Admin>,
    Named(id): Named<String>,
    SoughtPage(wanted, paging): SoughtPage<NoticesWanted>,
) -> Answer<Page<NoticeBody>> {
    find(&admin, &id).await?;
    let kind = match wanted.kind.as_deref().filter(|kind| !kind.is_empty()) {
        None => None,
        Some(text) => Some(
            NoticeKind::parse(text)
                .ok_or_else(|| ApiError::malformed(format!("kind: {text:?} is no kind of notice")))?,
        ),
    };
    let limit = paging.limit();
    let filter = NoticeFilter { kind, cause: wanted.cause, before: paging.after_id()?, ..NoticeFilter::default() };
    let found = admin.stores.directory.read(move |tx| tx.notices(&id, &filter, limit)).await?;
    let items = found
        .into_iter()
        .map(|notice| NoticeBody {
            id: notice.id.to_hex(),
            at: shown(notice.id.made_at()),
            kind: notice.kind.as_str().to_owned(),
            data_center: notice.location,
            endpoint: notice.endpoint,
            cause: notice.cause,
            detail: notice.detail,
            request_id: notice.request_id,
        })
        .collect();
    Ok(Json(Page::of(items, limit, |notice: &NoticeBody| notice.id.clone())))
}
