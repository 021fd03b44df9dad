//! `/organization/{id}/portals/{portal}/users/{user}`: one user of a portal.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::people::{Realm, User};
use grantor_store::{Portal, PortalUserChange};

use super::{
    nav::Page,
    office::{self, Office},
    portal, portal_users,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    pages::organization::{PortalUserPage, ShownOnce},
    sitting::Sitting,
    walk::Walked,
    warnings,
};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| match found(sitting, office).await? {
        Some((portal, user)) => page(sitting, office, StatusCode::OK, (&portal, &user), None, None),
        None => sitting.nothing(),
    })
    .await
}

async fn found(sitting: &Sitting<'_>, office: &Office) -> Result<Option<(Portal, User)>, Failure> {
    let (Some(portal), Some(id)) = (portal::own(sitting, office).await?, office.user(3)) else { return Ok(None) };
    let user = sitting.visit.dc.store.read(move |tx| tx.user(id)).await?;
    Ok(user.filter(|user| user.realm == Realm::Portal(portal.id.clone())).map(|user| (portal, user)))
}

fn page(
    sitting: &Sitting<'_>,
    office: &Office,
    status: StatusCode,
    (portal, user): (&Portal, &User),
    error: Option<&'static str>,
    once: Option<ShownOnce<'_>>,
) -> Walked {
    let told = match sitting.query().get("done") {
        Some("disabled") => Some("org-portal-user-disabled"),
        Some("enabled") => Some("org-portal-user-enabled"),
        _ => None,
    };
    let list = office.path(&format!("/portals/{}/users", portal.id));
    let name = user.display_name();
    let html = office.shell(sitting, Page::Portals, |shell| {
        PortalUserPage { shell, list: &list, portal, user, name: &name, error, told, once }.render()
    });
    sitting.page_with(status, html)
}

/// What an administrator does with them.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, change).await
}

async fn change(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let Some((portal, user)) = found(sitting, office).await? else { return sitting.nothing() };
    let mut password = String::new();
    let (change, done) = match form.get("do") {
        Some("disable") => (PortalUserChange::Disable, "disabled"),
        Some("enable") => (PortalUserChange::Enable, "enabled"),
        Some("password") => {
            let (drawn, hash) = portal_users::drawn(sitting).await?;
            password = drawn;
            (PortalUserChange::Password(hash), "password")
        }
        Some("remove") if office::typed(form.get("confirm"), 300).eq_ignore_ascii_case(&user.email) => {
            (PortalUserChange::Remove, "removed")
        }
        what => {
            let error = what.filter(|what| *what == "remove").map(|_| "org-confirm-wrong");
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, (&portal, &user), error, None);
        }
    };
    let (id, by, trail, now) = (office.id(), sitting.person.user.id, sitting.trail()?, sitting.visit.now());
    let (portal_id, user_id) = (portal.id.clone(), user.id);
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        tx.change_portal_user(&id, by, (&portal_id, user_id), &change, &trail, now)
    };
    let Some(ended) = sitting.visit.dc.store.write(step).await? else { return sitting.nothing() };
    for client_id in &ended {
        warnings::taken_back(&sitting.visit.dc, client_id, 1, &sitting.visit.asking);
    }
    match done {
        "removed" => office.done(&format!("/portals/{}/users", portal.id), done),
        "password" => {
            let once = Some(ShownOnce { email: &user.email, password: &password });
            page(sitting, office, StatusCode::OK, (&portal, &user), None, once)
        }
        _ => office.done(&format!("/portals/{}/users/{}", portal.id, user.id.0), done),
    }
}
