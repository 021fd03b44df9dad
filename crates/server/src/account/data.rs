//! `/account/data`: what is kept, to take along; and deleting the account for good.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::people::fold_email;
use grantor_store::NotDeleted;
use tracing::info;

use super::{confirm, nav, withdrawn};
use crate::{
    console::owned,
    house::DataCenter,
    http::{cookies::Cookie, reply},
    pages::{
        Area, Ended, Outcome,
        account::{Data, SecurityError},
    },
    sitting::Sitting,
    walk::Walked,
};

/// What stands in the form that is shown again.
#[derive(Default)]
struct Typed {
    email: String,
    email_wrong: bool,
    error: Option<SecurityError>,
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, async |sitting: &mut Sitting<'_>| page(sitting, Typed::default()).await).await
}

async fn page(sitting: &Sitting<'_>, typed: Typed) -> Walked {
    let (dc, user) = (&sitting.visit.dc, sitting.person.user.id);
    let leaving = dc.store.read(move |tx| tx.leaving(user)).await?;
    let names = |list: Vec<grantor_protocol::people::Organization>| -> Vec<String> {
        list.into_iter().map(|organization| organization.name).collect()
    };
    let blocked = !leaving.kept_by.is_empty();
    let (kept_by, go_along) = (names(leaving.kept_by), names(leaving.go_along));
    let owned: Vec<String> = owned_names(sitting).await?.into_iter().map(|(_, name)| name).collect();
    let links = nav::links(sitting.visit.locale, nav::Page::Data);
    let html = sitting.shell(Area::Account, &links, |shell| {
        Data {
            shell,
            email: &sitting.person.user.email,
            typed: &typed.email,
            kept_by: &kept_by,
            go_along: &go_along,
            owned: &owned,
            email_wrong: typed.email_wrong,
            error: typed.error,
        }
        .render()
    });
    let status = match typed.error {
        Some(error) => confirm::status(error),
        None if typed.email_wrong => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    sitting.page_with(if blocked && status != StatusCode::OK { StatusCode::CONFLICT } else { status }, html)
}

/// Id and name of the clients that the person registered.
pub async fn owned_names(sitting: &Sitting<'_>) -> Result<Vec<(String, String)>, crate::failure::Failure> {
    let (house, email) = (&sitting.visit.dc.house, owned::address(sitting));
    let (here, places) = (sitting.visit.dc.place.location.clone(), house.locations());
    Ok(house.directory.read(move |tx| tx.owned_names(&email, &here, &places)).await?)
}

/// Deletes the account.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, delete).await
}

async fn delete(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let email: String = form.get("email").unwrap_or_default().chars().take(254).collect();
    let own = owned::address(sitting);
    if fold_email(&email).as_ref() != Some(&own) {
        return page(sitting, Typed { email, email_wrong: true, error: None }).await;
    }
    let by = match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => by,
        Err(why) => return page(sitting, Typed { email, email_wrong: false, error: Some(why.into()) }).await,
    };
    let (user, trail, places) = (sitting.person.user.id, sitting.trail()?, sitting.visit.dc.house.locations());
    let visit = &sitting.visit;
    let (dc, now, here) = (&visit.dc, visit.now(), visit.dc.place.location.clone());
    let ended = match dc.store.write(move |tx| tx.delete_account(&by, &trail, now)).await? {
        Ok(ended) => ended,
        Err(NotDeleted::Unconfirmed) => return Ok(reply::see_other("/account/data")),
        Err(NotDeleted::KeptBy(_)) => {
            visit.asking.refuse(
                dc,
                None,
                "only_administrator",
                "somebody else has to administer their organizations first",
            );
            return page(sitting, Typed { email, email_wrong: true, error: None }).await;
        }
    };
    // The person is gone. When this breaks, nobody repeats it: the directory still points here, which is a look in vain, and
    // still names them as an owner of clients, whom `claim_home` disowns before anybody else has the address.
    dc.house.directory.write(move |tx| tx.forget_owner(&own, &here, &places)).await?;
    withdrawn::tell(visit, &ended);
    info!(request_id = visit.asking.request_id.as_str(), user = user.0, grants = ended.len(), "account deleted");
    let html = visit.framed(|frame| Ended { frame, outcome: Outcome::AccountDeleted, onward_url: "/" }.render());
    let gone = [visit.jar().remove(Cookie::Session(visit.door.realm())), visit.jar().remove(Cookie::Home)];
    Ok(reply::with_cookies(visit.page(html), gone))
}
