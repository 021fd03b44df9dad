//! `/organization/{id}/portals`: the sign-ins for its customers.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_store::NoPortal;

use super::{
    nav::Page,
    office::{self, Office},
    portal,
};
use crate::{
    failure::Failure, house::DataCenter, pages::organization::Portals, provision, sitting::Sitting, walk::Walked,
};

/// The most portals of an organization.
const MOST_PORTALS: i64 = 50;
/// How often another number is drawn when a portal has it already.
const DRAWS: usize = 3;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let told = sitting.query().get("done").filter(|done| *done == "removed").map(|_| "org-portal-removed");
        page(sitting, office, StatusCode::OK, "", None, told).await
    })
    .await
}

async fn page(
    sitting: &Sitting<'_>,
    office: &Office,
    status: StatusCode,
    name: &str,
    error: Option<&'static str>,
    told: Option<&'static str>,
) -> Walked {
    let id = office.id();
    let portals = sitting.visit.dc.store.read(move |tx| tx.portals_of(&id)).await?;
    let (path, url) = (office.path("/portals"), sitting.visit.dc.place.portal_url.clone());
    let html = office.shell(sitting, Page::Portals, |shell| {
        Portals { shell, path: &path, portals: &portals, url: &url, name, error, told }.render()
    });
    sitting.page_with(status, html)
}

/// Makes one, and goes on to its looks.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, make).await
}

async fn make(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let name = office::typed(form.get("name"), 200);
    let refused = async |error| page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &name, Some(error), None).await;
    if !portal::is_name(&name) {
        return refused("org-portal-name-wrong").await;
    }
    let Some(portal) = claim(sitting).await? else { return refused("org-portal-again").await };
    let (id, by, trail) = (office.id(), sitting.person.user.id, sitting.trail()?);
    let (made, called) = (portal.clone(), name.clone());
    let step = move |tx: &mut grantor_store::Tx<'_>| tx.add_portal(&id, by, (&made, &called), MOST_PORTALS, &trail);
    let Err(why) = sitting.visit.dc.store.write(step).await? else {
        return office.done(&format!("/portals/{portal}"), "made");
    };
    forget(&sitting.visit.dc, portal).await?;
    match why {
        NoPortal::NotAdministrator => sitting.nothing(),
        NoPortal::Enough => refused("org-portals-enough").await,
    }
}

/// A number that no portal has. It is noted in the directory first: every data center must know at once where the
/// portal lives.
async fn claim(sitting: &Sitting<'_>) -> Result<Option<String>, Failure> {
    let dc = &sitting.visit.dc;
    for _ in 0..DRAWS {
        let id = provision::drawn_number(&dc.house.entropy)?.to_string();
        let (drawn, location) = (id.clone(), dc.place.location.clone());
        if dc.house.directory.write(move |tx| tx.claim_portal_location(&drawn, &location)).await? {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

/// Takes a portal's number out of the directory.
pub async fn forget(dc: &DataCenter, portal: String) -> Result<(), Failure> {
    Ok(dc.house.directory.write(move |tx| tx.remove_portal_location(&portal)).await?)
}
