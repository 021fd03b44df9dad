//! The admin API: `/admin/v1` on the admin listener. JSON in, JSON out; the same rules, checks and order of steps as
//! provisioning. Its OpenAPI document is made of the very routes that answer. One file for each noun.

mod audit;
mod clients;
mod grants;
mod keys;
mod organizations;
mod portals;
mod provisioning;
mod scopes;
mod sought;
mod stats;
mod tokens;
mod users;

pub(super) use sought::{Sought, SoughtPage};

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Json, Router,
    body::Body,
    extract::{FromRequestParts, Path, Request, State, rejection::JsonRejection},
    http::{HeaderValue, Method, StatusCode, header, request::Parts},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use grantor_protocol::token::{PresentedToken, TokenId};
use grantor_store::{AdminRole, Store, StoreError, Tx};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::{IntoParams, OpenApi, ToSchema, openapi::security};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) use crate::moment::rfc3339 as shown;

use super::Admin;
use crate::{
    http::reply,
    provision::{ProvisionError, Stopped, Workshop},
};

/// The most that is read of a request.
const MOST_BODY: usize = 1024 * 1024;
/// How long a body may take.
const BODY_PATIENCE: Duration = Duration::from_secs(30);
/// Rows of a page, unless asked otherwise.
const PAGE: i64 = 50;
/// The most rows of a page.
const MOST_ROWS: i64 = 500;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Grantor admin API",
        description = "What an operator and their scripts do with a running Grantor. Present an admin token as a bearer \
                       token; a viewer's may read, an operator's may change. Make one with: grantor admin-token add",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    security(("admin_token" = []))
)]
struct Document;

/// Who asks, as the audit names them.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub String);

/// Every path, and the document that describes them.
pub(super) fn documented() -> (Router<Admin>, utoipa::openapi::OpenApi) {
    let (router, mut document) = OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(users::list, users::put))
        .routes(routes!(users::one, users::remove))
        .routes(routes!(users::end_sessions))
        .routes(routes!(users::remove_factors))
        .routes(routes!(organizations::list, organizations::put))
        .routes(routes!(organizations::one, organizations::remove))
        .routes(routes!(portals::list, portals::put))
        .routes(routes!(portals::one, portals::remove))
        .routes(routes!(clients::list, clients::put))
        .routes(routes!(clients::one, clients::remove))
        .routes(routes!(clients::add_secret))
        .routes(routes!(clients::end_secret))
        .routes(routes!(clients::notices))
        .routes(routes!(scopes::list, scopes::put))
        .routes(routes!(scopes::remove))
        .routes(routes!(grants::list))
        .routes(routes!(grants::remove))
        .routes(routes!(keys::list))
        .routes(routes!(keys::rotate))
        .routes(routes!(audit::list))
        .routes(routes!(stats::all))
        .routes(routes!(provisioning::apply))
        .routes(routes!(tokens::list))
        .routes(routes!(super::self_codes::answer))
        .split_for_parts();
    let bearer = security::HttpBuilder::new().scheme(security::HttpAuthScheme::Bearer).build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("admin_token", security::SecurityScheme::Http(bearer));
    (router, document)
}

/// The paths, behind the token.
pub(super) fn routes(admin: Admin) -> Router {
    let (router, document) = documented();
    let text = document.to_json().unwrap_or_default();
    router
        .route("/admin/v1/openapi.json", get(async move || reply::json(StatusCode::OK, text)))
        .fallback(nowhere)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(admin.clone(), only_with_a_token))
        .layer(middleware::from_fn(in_time))
        .with_state(admin)
}

async fn nowhere() -> ApiError {
    ApiError::not_found("no such path; GET /admin/v1/openapi.json lists them all")
}

async fn wrong_method() -> ApiError {
    ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "this path has not that method")
}

/// Takes the body in before anybody is asked who they are: one that takes its time outlives no token.
async fn in_time(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let whole = Limited::new(body, MOST_BODY).collect();
    let (status, message) = match tokio::time::timeout(BODY_PATIENCE, whole).await {
        Ok(Ok(whole)) => return next.run(Request::from_parts(parts, Body::from(whole.to_bytes()))).await,
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            (StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 1 MiB")
        }
        Ok(Err(_)) => (StatusCode::BAD_REQUEST, "the body broke off"),
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the body took too long"),
    };
    ApiError { status, ..ApiError::malformed(message) }.into_response()
}

/// Lets nobody through without a token that holds; a viewer only looks.
async fn only_with_a_token(State(admin): State<Admin>, mut request: Request, next: Next) -> Response {
    let bearer = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|v| v.to_str().ok())
        .and_then(|v| v.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, value)| value.trim().to_owned());
    let bearer = bearer.as_deref().unwrap_or_default();
    let (role, caller) = match who(&admin, bearer).await {
        Ok(Some(found)) => found,
        Ok(None) => return unauthorized(),
        Err(error) => return ApiError::from(error).into_response(),
    };
    if role == AdminRole::Viewer && !matches!(*request.method(), Method::GET | Method::HEAD) {
        let message = "this token may look, and not change anything; use one with the role operator";
        return ApiError::new(StatusCode::FORBIDDEN, "forbidden", message).into_response();
    }
    request.extensions_mut().insert(caller);
    next.run(request).await
}

/// The role and name behind a token: the config's, or one of the directory's.
async fn who(admin: &Admin, bearer: &str) -> Result<Option<(AdminRole, Caller)>, StoreError> {
    use aws_lc_rs::constant_time::verify_slices_are_equal as same;
    if let Some(token) = &admin.token
        && same(bearer.as_bytes(), token.expose().as_bytes()).is_ok()
    {
        return Ok(Some((AdminRole::Operator, Caller("the config's token".to_owned()))));
    }
    let Some(presented) = PresentedToken::parse(bearer) else { return Ok(None) };
    let now = admin.house.clock.now();
    let wanted = presented.clone();
    let Some(found) = admin.stores.directory.read(move |tx| tx.admin_token(&wanted, now)).await? else {
        return Ok(None);
    };
    let seen = found.used_at.is_some_and(|at| now.within(at, Duration::from_mins(1)));
    if !seen {
        admin.stores.directory.write(move |tx| tx.see_admin_token(presented.id, now)).await?;
    }
    Ok(Some((found.role, Caller(found.name))))
}

fn unauthorized() -> Response {
    let message = "the admin token is missing, wrong, or over; make one with: grantor admin-token add";
    let mut response = ApiError::new(StatusCode::UNAUTHORIZED, "unauthorized", message).into_response();
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

/// Why something was not done.
pub(super) struct ApiError {
    pub status: StatusCode,
    pub error: &'static str,
    pub message: String,
    /// Ids, secrets and passwords that are in force already, or may be, although it stopped.
    pub made: BTreeMap<String, String>,
}

impl std::fmt::Debug for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ApiError").field("status", &self.status).field("message", &self.message).finish_non_exhaustive()
    }
}

/// The body of a refusal.
#[derive(Serialize, ToSchema)]
pub(super) struct ApiErrorBody {
    /// A word for machines.
    error: String,
    /// A sentence for people.
    message: String,
    /// Ids, secrets and passwords of what was done before it stopped: told this once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    made: BTreeMap<String, String>,
}

impl ApiError {
    fn new(status: StatusCode, error: &'static str, message: impl Into<String>) -> Self {
        Self { status, error, message: message.into(), made: BTreeMap::new() }
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "refused", message)
    }

    pub fn malformed(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "invalid_request", message)
    }

    /// We broke; the log says why.
    pub fn unavailable(message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let body = ApiErrorBody { error: self.error.to_owned(), message: self.message, made: self.made };
        reply::json(self.status, serde_json::to_string(&body).unwrap_or_default())
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "the admin API could not use a store");
        Self::unavailable("a store cannot be used now; see the log")
    }
}

impl From<ProvisionError> for ApiError {
    fn from(error: ProvisionError) -> Self {
        match error {
            ProvisionError::Refused(message) => Self::refused(message),
            ProvisionError::Store(error) => error.into(),
            ProvisionError::Open(_) | ProvisionError::NoEntropy(_) | ProvisionError::Broken(_) => {
                tracing::error!(%error, "the admin API could not do something");
                Self::unavailable("something does not work now; see the log")
            }
        }
    }
}

impl From<Stopped> for ApiError {
    fn from(stopped: Stopped) -> Self {
        Self { made: stopped.made.into_iter().collect(), ..stopped.error.into() }
    }
}

impl From<JsonRejection> for ApiError {
    fn from(rejection: JsonRejection) -> Self {
        Self::new(rejection.status(), "invalid_request", rejection.body_text())
    }
}

/// The parts of a path that name something. One that cannot be read names nothing.
pub(super) struct Named<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let read = Path::<T>::from_request_parts(parts, state).await;
        read.map(|Path(read)| Self(read)).map_err(|rejection| ApiError::not_found(rejection.body_text()))
    }
}

/// An answer of this API.
pub(super) type Answer<T> = Result<Json<T>, ApiError>;

/// Which page of a list is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// The `next` of the page before.
    pub after: Option<String>,
    /// How many rows: 1 to 500, 50 unless said.
    pub limit: Option<i64>,
}

impl Paging {
    /// The number of rows, within bounds.
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(PAGE).clamp(1, MOST_ROWS)
    }

    /// Where an ordering by identifiers goes on.
    pub fn after_id(&self) -> Result<Option<TokenId>, ApiError> {
        let read =
            |text: &str| TokenId::from_hex(text).ok_or_else(|| ApiError::malformed("after: not the next of any page"));
        self.after.as_deref().map(read).transpose()
    }
}

/// What a step read of a list, and where it goes on.
pub(super) type Stretch<R> = Result<(Vec<R>, Option<TokenId>), StoreError>;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Page<T> {
    /// The rows.
    pub items: Vec<T>,
    /// What to send as `after` for the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// A page of what is read in bounded stretches, as many as it takes to fill it. `stretch`: at most so many rows after
    /// a key, and where the next stretch begins.
    ///
    /// # Errors
    /// When the cursor is none, or a store fails.
    pub async fn gathered<R: Send + 'static>(
        store: &Store,
        paging: &Paging,
        stretch: impl Fn(&mut Tx<'_>, Option<TokenId>, usize) -> Stretch<R> + Clone + Send + 'static,
        body: impl Fn(R) -> T,
    ) -> Result<Self, ApiError> {
        let limit = usize::try_from(paging.limit()).unwrap_or_default();
        let (mut items, mut at): (Vec<T>, _) = (Vec::new(), paging.after_id()?);
        loop {
            let (stretch, wanted) = (stretch.clone(), limit.saturating_sub(items.len()));
            let (found, next) = store.read(move |tx| stretch(tx, at, wanted)).await?;
            items.extend(found.into_iter().map(&body));
            if next.is_none() || items.len() >= limit {
                return Ok(Self { items, next: next.map(|next| next.to_hex()) });
            }
            at = next;
            // Others have their turn on this thread.
            tokio::task::yield_now().await;
        }
    }

    /// A page of at most `limit` rows; `key` names where the next begins.
    pub fn of(items: Vec<T>, limit: i64, key: impl Fn(&T) -> String) -> Self {
        let full = i64::try_from(items.len()).is_ok_and(|rows| rows >= limit);
        let next = items.last().filter(|_| full).map(key);
        Self { items, next }
    }
}

impl Admin {
    /// The store of a data center served here.
    pub fn data_center(&self, location: &str) -> Result<Store, ApiError> {
        let found = self.stores.data_centers.get(location).cloned();
        found.ok_or_else(|| ApiError::not_found(format!("no data center {location:?} is served here")))
    }

    /// What provisioning works with: the stores of the running server.
    pub fn workshop(&self) -> Workshop {
        Workshop {
            config: self.config.clone(),
            stores: self.stores.clone(),
            clock: self.house.clock.clone(),
            entropy: crate::entropy::Entropy::default(),
        }
    }
}
