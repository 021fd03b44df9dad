//! `/organization/{id}/portals/{portal}`: how a portal looks, and which applications it lets in.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::people::is_plain;
use grantor_store::{Portal, PortalLooks, PortalRemoval};

use super::{
    nav::Page,
    office::{self, Office},
    portals,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::upload,
    pages::{is_color, organization::PortalPage},
    pictures::NoPicture,
    sitting::Sitting,
    walk::{Walked, error_pages},
};

/// The largest file.
const MOST_LOGO: usize = 256 * 1024;
/// The most clients of a list.
const MOST_CLIENTS: usize = 200;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| match own(sitting, office).await? {
        Some(portal) => page(sitting, office, StatusCode::OK, &portal, None),
        None => sitting.nothing(),
    })
    .await
}

/// The portal that the path names, when it is the organization's.
pub async fn own(sitting: &Sitting<'_>, office: &Office) -> Result<Option<Portal>, Failure> {
    let (id, portal) = (office.id(), office.named(1).to_owned());
    if portal.is_empty() || portal.len() > 30 {
        return Ok(None);
    }
    Ok(sitting.visit.dc.store.read(move |tx| tx.portal_of(&id, &portal)).await?)
}

/// Which field is wrong, and why.
type Wrong = (&'static str, &'static str);

fn page(sitting: &Sitting<'_>, office: &Office, status: StatusCode, portal: &Portal, error: Option<Wrong>) -> Walked {
    let told = match sitting.query().get("done") {
        Some("changed") => Some("org-portal-changed"),
        Some("made") => Some("org-portal-made"),
        _ => None,
    };
    let path = office.path(&format!("/portals/{}", portal.id));
    let address = format!("{}/clientoauth/v2/{}", sitting.visit.dc.place.portal_url, portal.id);
    let clients = portal.clients.join("\n");
    let html = office.shell(sitting, Page::Portals, |shell| {
        PortalPage { shell, path: &path, portal, address: &address, clients: &clients, error, told }.render()
    });
    sitting.page_with(status, html)
}

/// Changes it.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, change).await
}

async fn change(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let sent = match upload::read(&sitting.visit.headers, sitting.visit.take_body(), "logo").await {
        Ok(sent) => sent,
        Err(upload::Unreadable::TooLarge) => {
            return match own(sitting, office).await? {
                Some(portal) => {
                    let error = Some(("logo", "org-logo-too-large"));
                    page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &portal, error)
                }
                None => sitting.nothing(),
            };
        }
        Err(upload::Unreadable::Broken) => return Ok(error_pages::unreadable(sitting.visit)),
    };
    if !sitting.visit.form_is_ours(sent.params.get("csrf")) {
        return Ok(error_pages::not_our_form(sitting.visit));
    }
    let Some(portal) = own(sitting, office).await? else { return sitting.nothing() };
    let form = &sent.params;
    let shown = Portal {
        name: office::typed(form.get("name"), 200),
        accent: office::typed(form.get("accent"), 20),
        clients: lines(form.get("clients").unwrap_or_default()),
        ..portal.clone()
    };
    let file = sent.file.filter(|_| form.get("logo_remove").is_none());
    let logo = match (form.get("logo_remove"), file) {
        (Some(_), _) => Ok(Some(None)),
        (None, None) => Ok(None),
        (None, Some(bytes)) if bytes.len() > MOST_LOGO => Err(NoPicture::TooLarge),
        (None, Some(bytes)) => {
            sitting.visit.dc.house.pictures.remake(bytes).await.map(|picture| Some(Some(picture.png)))
        }
    };
    let wrong = wrong(sitting, &shown).await?;
    let logo = match (wrong, logo) {
        (Some(wrong), _) => return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &shown, Some(wrong)),
        (None, Err(why)) => {
            let error = Some(("logo", told(why)));
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &shown, error);
        }
        (None, Ok(logo)) => logo,
    };
    let looks = PortalLooks { name: shown.name, accent: shown.accent, clients: shown.clients, logo };
    let (id, by, trail, portal_id) = (office.id(), sitting.person.user.id, sitting.trail()?, portal.id);
    let tail = format!("/portals/{portal_id}");
    let step = move |tx: &mut grantor_store::Tx<'_>| tx.set_portal_looks(&id, by, (&portal_id, &looks), &trail);
    if sitting.visit.dc.store.write(step).await? { office.done(&tail, "changed") } else { sitting.nothing() }
}

/// Removes it, once nobody can sign in at it any more.
pub async fn remove(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let form = match sitting.form().await {
            Ok(form) => form,
            Err(response) => return Ok(response),
        };
        let Some(portal) = own(sitting, office).await? else { return sitting.nothing() };
        if office::typed(form.get("confirm"), 200) != portal.name {
            let error = Some(("remove", "org-portal-type-name-wrong"));
            return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &portal, error);
        }
        let (id, by, trail, gone) = (office.id(), sitting.person.user.id, sitting.trail()?, portal.id.clone());
        let step = move |tx: &mut grantor_store::Tx<'_>| tx.remove_portal_of(&id, by, &gone, &trail);
        match sitting.visit.dc.store.write(step).await? {
            PortalRemoval::Removed => {
                portals::forget(&sitting.visit.dc, portal.id).await?;
                office.done("/portals", "removed")
            }
            PortalRemoval::HasUsers => {
                let error = Some(("remove", "org-portal-has-users"));
                page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &portal, error)
            }
            PortalRemoval::Unknown => sitting.nothing(),
        }
    })
    .await
}

fn lines(text: &str) -> Vec<String> {
    let mut all: Vec<String> = Vec::new();
    for one in text.split_whitespace().take(MOST_CLIENTS + 1).map(|one| one.chars().take(100).collect::<String>()) {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    all
}

/// Whether a portal can be called so.
pub fn is_name(typed: &str) -> bool {
    !typed.is_empty() && is_plain(typed)
}

async fn wrong(sitting: &Sitting<'_>, shown: &Portal) -> Result<Option<Wrong>, Failure> {
    if !is_name(&shown.name) {
        return Ok(Some(("name", "org-portal-name-wrong")));
    }
    if !shown.accent.is_empty() && !is_color(&shown.accent) {
        return Ok(Some(("accent", "org-portal-accent-wrong")));
    }
    if shown.clients.len() > MOST_CLIENTS {
        return Ok(Some(("clients", "org-portal-clients-wrong")));
    }
    for client in &shown.clients {
        if sitting.visit.dc.client(client).await?.is_none() {
            return Ok(Some(("clients", "org-portal-clients-wrong")));
        }
    }
    Ok(None)
}

fn told(why: NoPicture) -> &'static str {
    match why {
        NoPicture::TooLarge => "org-logo-too-large",
        NoPicture::TooManyPixels => "org-logo-too-many-pixels",
        NoPicture::Missing | NoPicture::Kind => "org-logo-kind",
        NoPicture::Broken => "org-logo-broken",
    }
}
