//! A realm's front page, signing out, and a portal's logo and colors.

use std::sync::Arc;

use axum::{
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::people::Realm;
use grantor_store::{AuditEvent, AuditTrail, Concerning};
use tracing::info;

use super::{Door, Visit, Walked, organization::names, resume, sign_in};
use crate::{
    house::DataCenter,
    http::{cookies::Cookie, reply},
    metrics::Endpoint,
    pages::{Form, Home, SignOut, SignedIn, SignedOut, assets::brand_stylesheet},
};

/// Who is signed in here, or the way in.
pub async fn home(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let visit = match Visit::open(dc, Door::home(realm), Endpoint::Page, request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    visit.settle(front(&visit).await)
}

async fn front(visit: &Visit) -> Walked {
    let known = resume::load(visit, None).await?;
    let switch_url = visit.switch_url()?;
    let (display, email) = names(&known);
    let (sign_in_url, sign_out_url) = (visit.door.path(), visit.door.sign_out_path());
    let html = visit.framed(|frame| {
        let user = known.facts.user.map(|_| SignedIn { display: &display, email: &email, switch_url: &switch_url });
        Home { frame, user, sign_in_url: &sign_in_url, sign_out_url: &sign_out_url, accounts_url: None }.render()
    });
    Ok(visit.page(html))
}

/// Asks before signing out, so that a stranger's link cannot do it.
pub async fn sign_out(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let visit = match Visit::open(dc, Door::home(realm), Endpoint::Page, request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    visit.settle(ask(&visit).await)
}

async fn ask(visit: &Visit) -> Walked {
    let known = resume::load(visit, None).await?;
    if known.facts.user.is_none() {
        return Ok(visit.page(signed_out_page(visit)));
    }
    let (display, email) = names(&known);
    let (seal, csrf) = (visit.seal(&visit.sealed)?, visit.form_token());
    let (action, stay_url) = (visit.action(&visit.door.sign_out_path()), visit.door.front_path());
    let html = visit.framed(|frame| {
        let form = Form { action: &action, csrf: &csrf, seal: &seal };
        SignOut { frame, form, display: &display, email: &email, stay_url: &stay_url }.render()
    });
    Ok(visit.page(html))
}

fn signed_out_page(visit: &Visit) -> String {
    let sign_in_url = visit.door.path();
    visit.framed(|frame| SignedOut { frame, sign_in_url: &sign_in_url }.render())
}

/// Signs out.
pub async fn sign_out_post(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let mut visit = match Visit::open(dc, Door::home(realm), Endpoint::Page, request).await {
        Ok(visit) => visit,
        Err(response) => return response,
    };
    let walked = end(&mut visit).await;
    visit.settle(walked)
}

async fn end(visit: &mut Visit) -> Walked {
    if let Err(response) = sign_in::read_form(visit).await {
        return Ok(response);
    }
    let known = resume::load(visit, None).await?;
    if let Some(signed_in) = known.signed_in {
        let (id, user, now) = (signed_in.session, signed_in.user.id, visit.now());
        let trail = AuditTrail { id: visit.dc.fresh_id(now)?, request_id: visit.asking.request_id.as_str().to_owned() };
        visit
            .dc
            .store
            .write(move |tx| {
                tx.end_session(id, now)?;
                let concerning = Concerning { user: Some(user), ..Concerning::default() };
                tx.audit(&trail, AuditEvent::SignedOut, concerning, "")
            })
            .await?;
        info!(request_id = visit.asking.request_id.as_str(), user = user.0, "signed out");
    }
    let gone = visit.jar().remove(Cookie::Session(visit.door.realm()));
    Ok(reply::with_cookies(visit.page(signed_out_page(visit)), [gone]))
}

/// A portal's logo.
pub async fn portal_logo(State(dc): State<Arc<DataCenter>>, Path(id): Path<String>) -> Response {
    match dc.store.read(move |tx| tx.portal_logo(&id)).await {
        Ok(Some((kind, bytes))) => reply::portal_file(&kind, bytes),
        Ok(None) => reply::text(StatusCode::NOT_FOUND, "no such logo\n"),
        Err(_) => reply::text(StatusCode::SERVICE_UNAVAILABLE, "try again\n"),
    }
}

/// A portal's colors.
pub async fn portal_style(State(dc): State<Arc<DataCenter>>, Path(id): Path<String>) -> Response {
    match dc.store.read(move |tx| tx.portal(&id)).await {
        Ok(portal) => match portal.and_then(|p| brand_stylesheet(&p.accent)) {
            Some(css) => reply::portal_file("text/css; charset=utf-8", css.into_bytes()),
            None => reply::text(StatusCode::NOT_FOUND, "no such stylesheet\n"),
        },
        Err(_) => reply::text(StatusCode::SERVICE_UNAVAILABLE, "try again\n"),
    }
}
