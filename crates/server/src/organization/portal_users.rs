//! `/organization/{id}/portals/{portal}/users`: who may sign in at a portal, and adding somebody.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::people::{Realm, UserId, fold_email};
use grantor_store::{NewUser, NoPortalUser, Portal};

use super::{
    nav::Page,
    office::{self, LINES, Office},
    portal,
};
use crate::{
    account::overview::{self, MOST_NAME},
    failure::Failure,
    house::DataCenter,
    pages::organization::{Pager, PortalUsers, ShownOnce},
    provision,
    sitting::Sitting,
    walk::Walked,
};

/// What is typed in the form that adds a user.
#[derive(Debug, Clone, Default)]
pub struct TypedUser {
    pub email: String,
    pub first_name: String,
    pub last_name: String,
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| match portal::own(sitting, office).await? {
        Some(portal) => page(sitting, office, StatusCode::OK, &portal, &TypedUser::default(), None, None).await,
        None => sitting.nothing(),
    })
    .await
}

async fn page(
    sitting: &Sitting<'_>,
    office: &Office,
    status: StatusCode,
    portal: &Portal,
    typed: &TypedUser,
    error: Option<&'static str>,
    once: Option<ShownOnce<'_>>,
) -> Walked {
    let query = sitting.query();
    let (text, after) = (office::typed(query.get("q"), 100), office::typed(query.get("after"), 254));
    let told = query.get("done").filter(|done| *done == "removed").map(|_| "org-portal-user-removed");
    let most = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
    let (id, wanted, from) = (portal.id.clone(), text.clone(), after.clone());
    let mut users = sitting.visit.dc.store.read(move |tx| tx.portal_users(&id, &wanted, &from, most)).await?;
    let more = users.len() > LINES;
    users.truncate(LINES);
    let last = users.last().and_then(|user| fold_email(&user.email)).filter(|_| more);
    let path = office.path(&format!("/portals/{}/users", portal.id));
    let pager = Pager::of(&path, &[("q", &text)], !after.is_empty(), last.as_deref());
    let html = office.shell(sitting, Page::Portals, |shell| {
        PortalUsers { shell, path: &path, portal, text: &text, users: &users, pager, typed, error, told, once }.render()
    });
    sitting.page_with(status, html)
}

/// A password that is drawn, and its hash.
pub async fn drawn(sitting: &Sitting<'_>) -> Result<(String, String), Failure> {
    let house = &sitting.visit.dc.house;
    let password = provision::drawn_password(&house.entropy)?;
    let hash = house.passwords.hash(password.clone(), &house.entropy).await??;
    Ok((password, hash))
}

/// Adds a user; the password is shown on the page that answers, and never again.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, add).await
}

async fn add(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let Some(portal) = portal::own(sitting, office).await? else { return sitting.nothing() };
    let shown = |field: &str, most| office::typed(form.get(field), most);
    let typed = TypedUser {
        email: shown("email", 254),
        first_name: shown("first_name", MOST_NAME),
        last_name: shown("last_name", MOST_NAME),
    };
    for field in ["first_name", "last_name"] {
        if let Err(key) = overview::name(form.get(field).unwrap_or_default()) {
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &portal, &typed, Some(key), None).await;
        }
    }
    let Some(email) = fold_email(&typed.email) else {
        let error = Some("org-invite-no-address");
        return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &portal, &typed, error, None).await;
    };
    let (password, password_hash) = drawn(sitting).await?;
    let number = provision::drawn_number(&sitting.visit.dc.house.entropy)?;
    let new = NewUser {
        id: UserId(number),
        realm: Realm::Portal(portal.id.clone()),
        email,
        email_shown: typed.email.clone(),
        password_hash,
        first_name: typed.first_name.clone(),
        last_name: typed.last_name.clone(),
        disabled: false,
    };
    let (id, by, trail, now) = (office.id(), sitting.person.user.id, sitting.trail()?, sitting.visit.now());
    let step = move |tx: &mut grantor_store::Tx<'_>| tx.add_portal_user(&id, by, &new, &trail, now);
    match sitting.visit.dc.store.write(step).await? {
        Ok(()) => {}
        Err(NoPortalUser::NotAdministrator | NoPortalUser::Unknown) => return sitting.nothing(),
        Err(NoPortalUser::Taken) => {
            let error = Some("org-portal-user-taken");
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &portal, &typed, error, None).await;
        }
    }
    let once = Some(ShownOnce { email: &typed.email, password: &password });
    page(sitting, office, StatusCode::OK, &portal, &TypedUser::default(), None, once).await
}
