//! `/admin/v1/users`: people of the accounts house and of portals.

use axum::{
    Extension, Json,
    extract::{State, rejection::JsonRejection},
};
use grantor_protocol::people::{Realm, User, UserId, fold_email};
use grantor_store::{AuditEvent, AuditTrail, Concerning};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Answer, ApiError, ApiErrorBody, Caller, Named, Page, Paging, SoughtPage, provisioning};
use crate::{
    admin::Admin,
    pages::{Brand, FactorChange, LetterText, Locale},
    provision::{Change, ProvisionError, ProvisionFile, UserEntry},
};

/// A person.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct UserBody {
    /// What applications see as ZUID.
    zuid: i64,
    /// Their home.
    data_center: String,
    /// The portal they sign in to; absent for the accounts house.
    #[serde(skip_serializing_if = "Option::is_none")]
    portal: Option<String>,
    email: String,
    first_name: String,
    last_name: String,
    disabled: bool,
    /// Where they belong; only when one user is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    organizations: Option<Vec<MembershipBody>>,
}

/// A place in an organization.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct MembershipBody {
    id: String,
    name: String,
    administrator: bool,
}

/// Which users are wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::admin) struct Wanted {
    /// The data center they are at home in.
    data_center: String,
    /// Only of this portal; empty: only of the accounts house.
    portal: Option<String>,
    /// A part of the address.
    #[serde(default)]
    search: String,
}

fn body(user: User, data_center: &str) -> UserBody {
    UserBody {
        zuid: user.id.0,
        data_center: data_center.to_owned(),
        portal: match user.realm {
            Realm::Accounts => None,
            Realm::Portal(id) => Some(id),
        },
        email: user.email,
        first_name: user.first_name,
        last_name: user.last_name,
        disabled: user.disabled,
        organizations: None,
    }
}

/// List the users of a data center, by ZUID.
#[utoipa::path(
    get, path = "/admin/v1/users", tag = "users", params(Wanted, Paging),
    responses((status = 200, body = Page<UserBody>), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn list(
    State(admin): State<Admin>,
    SoughtPage(wanted, paging): SoughtPage<Wanted>,
) -> Answer<Page<UserBody>> {
    let store = admin.data_center(&wanted.data_center)?;
    let after = paging.after.as_deref().unwrap_or("0").parse();
    let after = after.map_err(|_| ApiError::malformed("after: not the next of any page"))?;
    let (limit, realm, search) = (paging.limit(), wanted.portal.map(Realm::from_stored), wanted.search);
    let found = store.read(move |tx| tx.users_listed(realm.as_ref(), &search, UserId(after), limit)).await?;
    let items = found.into_iter().map(|user| body(user, &wanted.data_center)).collect();
    Ok(Json(Page::of(items, limit, |user: &UserBody| user.zuid.to_string())))
}

/// Make or change a user of the accounts house, known by e-mail address and data center. Without a password one is made,
/// once; a user that is there keeps theirs.
#[utoipa::path(
    put, path = "/admin/v1/users", tag = "users", request_body = UserEntry,
    responses((status = 200, body = provisioning::Provisioned), (status = 400, body = ApiErrorBody), (status = 422, body = ApiErrorBody))
)]
pub(in crate::admin) async fn put(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    entry: Result<Json<UserEntry>, JsonRejection>,
) -> Answer<provisioning::Provisioned> {
    let Json(entry) = entry?;
    let file = ProvisionFile { users: vec![entry], ..ProvisionFile::default() };
    provisioning::put(admin, caller, file, provisioning::How { plan: false, prune: false }).await
}

async fn find(admin: &Admin, location: &str, zuid: i64) -> Result<User, ApiError> {
    let store = admin.data_center(location)?;
    let found = store.read(move |tx| tx.user(UserId(zuid))).await?;
    found.ok_or_else(|| ApiError::not_found(format!("no user {zuid} in data center {location}")))
}

/// One user, with where they belong.
#[utoipa::path(
    get, path = "/admin/v1/users/{data_center}/{zuid}", tag = "users",
    params(("data_center" = String, Path), ("zuid" = i64, Path)),
    responses((status = 200, body = UserBody), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn one(
    State(admin): State<Admin>,
    Named((location, zuid)): Named<(String, i64)>,
) -> Answer<UserBody> {
    let user = find(&admin, &location, zuid).await?;
    let (id, realm) = (user.id, user.realm.clone());
    let places = admin.data_center(&location)?.read(move |tx| tx.memberships(id, &realm)).await?;
    let mut shown = body(user, &location);
    shown.organizations = Some(
        places
            .into_iter()
            .map(|m| MembershipBody {
                id: m.organization.id,
                name: m.organization.name,
                administrator: m.administrator,
            })
            .collect(),
    );
    Ok(Json(shown))
}

/// Remove a user with their sessions, grants and tokens.
#[utoipa::path(
    delete, path = "/admin/v1/users/{data_center}/{zuid}", tag = "users",
    params(("data_center" = String, Path), ("zuid" = i64, Path)),
    responses((status = 200, body = provisioning::Provisioned), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((location, zuid)): Named<(String, i64)>,
) -> Answer<provisioning::Provisioned> {
    let user = find(&admin, &location, zuid).await?;
    let email = fold_email(&user.email).unwrap_or_default();
    let line = format!("- user {email} ({location})");
    let change = Change::RemoveUser { location, user: user.id, email, realm: user.realm, moves_to: None };
    provisioning::remove(admin, caller, line, change).await
}

/// What was ended.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct Ended {
    ended: bool,
}

/// End every browser session of a user.
#[utoipa::path(
    delete, path = "/admin/v1/users/{data_center}/{zuid}/sessions", tag = "users",
    params(("data_center" = String, Path), ("zuid" = i64, Path)),
    responses((status = 200, body = Ended), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn end_sessions(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((location, zuid)): Named<(String, i64)>,
) -> Answer<Ended> {
    let user = find(&admin, &location, zuid).await?.id;
    let now = admin.house.clock.now();
    let trail = trail(&admin, &location)?;
    admin
        .data_center(&location)?
        .write(move |tx| {
            tx.end_sessions_of(user, now)?;
            let concerning = Concerning { user: Some(user), ..Concerning::default() };
            tx.audit(&trail, AuditEvent::Operated, concerning, &format!("sessions ended (admin API, {})", caller.0))
        })
        .await?;
    Ok(Json(Ended { ended: true }))
}

/// What was removed.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::admin) struct FactorsRemoved {
    /// False when there was none.
    removed: bool,
}

/// Remove every second factor of a person who lost them all: the authenticator app, passkeys and recovery codes. Signing in
/// needs the password alone from then on; a letter tells them. Be sure that it is they who ask.
#[utoipa::path(
    delete, path = "/admin/v1/users/{data_center}/{zuid}/factors", tag = "users",
    params(("data_center" = String, Path), ("zuid" = i64, Path)),
    responses((status = 200, body = FactorsRemoved), (status = 404, body = ApiErrorBody))
)]
pub(in crate::admin) async fn remove_factors(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named((location, zuid)): Named<(String, i64)>,
) -> Answer<FactorsRemoved> {
    let user = find(&admin, &location, zuid).await?;
    let (id, trail, detail) = (user.id, trail(&admin, &location)?, format!("admin API, {}", caller.0));
    let store = admin.data_center(&location)?;
    let removed = store.write(move |tx| tx.remove_factors(id, &detail, &trail)).await?;
    if removed && let Some(place) = admin.house.place(&location) {
        let link = format!("{}/recover", place.accounts_url);
        let letter = LetterText::FactorChanged { change: FactorChange::AllRemoved, link: &link };
        // Nobody's browser says which language they read.
        admin.house.mail.send(letter.write(Locale::English, Brand::grantor().name, &user.email));
    }
    Ok(Json(FactorsRemoved { removed }))
}

/// What an audit row of this API needs.
pub(super) fn trail(admin: &Admin, location: &str) -> Result<AuditTrail, ApiError> {
    let unknown = || ApiError::not_found(format!("no data center {location:?} is known"));
    let byte = admin.house.place(location).ok_or_else(unknown)?.byte;
    let id = admin.house.entropy.id(admin.house.clock.now(), byte);
    let id = id.map_err(ProvisionError::from)?;
    Ok(AuditTrail { id, request_id: "admin API".to_owned() })
}
