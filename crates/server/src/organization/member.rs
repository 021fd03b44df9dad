//! `/organization/{id}/members/{user}`: what a member is, and their leaving.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_store::{Member, NotChanged};

use super::{
    nav::Page,
    office::{self, Office},
};
use crate::{failure::Failure, house::DataCenter, http::reply, pages, sitting::Sitting, walk::Walked, warnings};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| match member(sitting, office).await? {
        Some(member) => page(sitting, office, &member, StatusCode::OK, None),
        None => sitting.nothing(),
    })
    .await
}

async fn member(sitting: &Sitting<'_>, office: &Office) -> Result<Option<Member>, Failure> {
    let (Some(user), id) = (office.user(1), office.id()) else { return Ok(None) };
    Ok(sitting.visit.dc.store.read(move |tx| tx.member(&id, user)).await?)
}

fn page(
    sitting: &Sitting<'_>,
    office: &Office,
    member: &Member,
    status: StatusCode,
    error: Option<&'static str>,
) -> Walked {
    let path = office.path(&format!("/members/{}", member.user.0));
    let own = member.user == sitting.person.user.id;
    let html = office.shell(sitting, Page::Members, |shell| {
        pages::organization::MemberPage { shell, path: &path, member, own, error }.render()
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
    let Some(member) = member(sitting, office).await? else { return sitting.nothing() };
    let (id, by, user) = (office.id(), sitting.person.user.id, member.user);
    let (trail, now) = (sitting.trail()?, sitting.visit.now());
    let store = &sitting.visit.dc.store;
    let (changed, done) = match form.get("do") {
        Some(what @ ("administrator" | "ordinary")) => {
            let to = (user, what == "administrator");
            let done = if to.1 { "administrator" } else { "ordinary" };
            (store.write(move |tx| tx.set_administrator(&id, by, to, &trail)).await?, done)
        }
        Some("remove") if office::typed(form.get("confirm"), 300).eq_ignore_ascii_case(&member.email) => {
            let removed = store.write(move |tx| tx.remove_member(&id, by, user, &trail, now)).await?;
            for client_id in removed.iter().flatten() {
                warnings::taken_back(&sitting.visit.dc, client_id, 1, &sitting.visit.asking);
            }
            (removed.map(drop), "removed")
        }
        Some("remove") => {
            let error = Some("org-confirm-wrong");
            return page(sitting, office, &member, StatusCode::UNPROCESSABLE_ENTITY, error);
        }
        _ => return page(sitting, office, &member, StatusCode::UNPROCESSABLE_ENTITY, None),
    };
    match changed {
        // Who is no administrator any more has no business here.
        Ok(()) if user == by && done != "administrator" => Ok(reply::see_other("/account")),
        Ok(()) => office.done("/members", done),
        Err(NotChanged::NotAdministrator | NotChanged::NoMember) => sitting.nothing(),
        Err(NotChanged::LastAdministrator) => {
            page(sitting, office, &member, StatusCode::UNPROCESSABLE_ENTITY, Some("org-last-administrator"))
        }
    }
}
