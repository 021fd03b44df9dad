//! A realm's front page with the applications that have access, signing out, and a portal's logo and colors.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    response::Response,
};
use grantor_protocol::{people::Realm, token::TokenId};
use grantor_store::{AuditEvent, Concerning};
use tracing::info;

use super::{
    Door, Visit, Walked,
    organization::names,
    resume::{self, Known},
    sign_in,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::{cookies::Cookie, portal_id::PortalId, reply},
    metrics::Endpoint,
    moment::day,
    pages::{ConnectedApplication, Form, Home, HomeLink, SignOut, SignedIn, SignedOut, assets::brand_stylesheet},
    warnings,
};

/// Who is signed in here, or the way in.
pub async fn home(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, front).await
}

async fn front(visit: &mut Visit) -> Walked {
    let known = resume::load(visit, None).await?;
    front_page(visit, &known, false).await
}

/// Who is signed in, and which applications have access.
async fn front_page(visit: &Visit, known: &Known, removed: bool) -> Walked {
    let (seal, csrf) = (visit.seal(&visit.sealed)?, visit.form_token());
    let (action, switch_url) = (visit.door.connected_path(), visit.switch_url()?);
    let (display, email) = names(known);
    let (sign_in_url, sign_out_url) = (visit.door.path(), visit.door.sign_out_path());
    let links = links(visit, known);
    let links: Vec<HomeLink<'_>> = links.iter().map(|(href, label)| HomeLink { href, label: *label }).collect();
    let mut shown = Vec::new();
    if let Some(user) = known.facts.user {
        for connected in visit.dc.store.read(move |tx| tx.connected(user)).await? {
            let client = visit.dc.client(&connected.client_id).await?;
            let name = client.map_or_else(|| connected.client_id.clone(), |record| record.client.name.clone());
            shown.push((connected.grant.to_hex(), name, day(connected.granted_at), connected));
        }
    }
    let connected = shown
        .iter()
        .map(|(grant, name, since, connected)| ConnectedApplication {
            grant,
            name,
            organization: connected.organization.as_deref(),
            since,
            offline: connected.offline,
        })
        .collect();
    let html = visit.framed(|frame| {
        let user = known.facts.user.map(|_| SignedIn { display: &display, email: &email, switch_url: &switch_url });
        let form = Form { action: &action, csrf: &csrf, seal: &seal };
        let (sign_in_url, sign_out_url) = (&sign_in_url, &sign_out_url);
        Home { frame, user, sign_in_url, sign_out_url, links: &links, form, connected, removed }.render()
    });
    Ok(visit.page(html))
}

/// The ways to one's own pages, where there are any: the accounts house.
fn links<'k>(visit: &Visit, known: &'k Known) -> Vec<(String, Result<&'static str, &'k str>)> {
    if known.facts.user.is_none() || *visit.door.realm() != Realm::Accounts {
        return Vec::new();
    }
    let own = [("/account".to_owned(), Ok("home-account")), ("/console".to_owned(), Ok("home-console"))];
    let administered = known.facts.memberships.iter().filter(|m| m.administrator).map(|m| &m.organization);
    let organizations = administered.map(|o| (format!("/organization/{}", o.id), Err(o.name.as_str())));
    own.into_iter().chain(organizations).collect()
}

/// Takes an application's access back.
pub async fn connected_post(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, withdraw).await
}

async fn withdraw(visit: &mut Visit) -> Walked {
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let known = resume::load(visit, None).await?;
    let grant = form.get("grant").and_then(TokenId::from_hex);
    let (Some(user), Some(grant)) = (known.facts.user, grant) else {
        return Ok(reply::see_other(&visit.door.front_path()));
    };
    let now = visit.now();
    let trail = visit.asking.trail(&visit.dc)?;
    let withdrawn = visit.dc.store.write(move |tx| tx.withdraw(user, grant, &trail, now)).await?;
    let removed = withdrawn.is_some();
    if let Some(client) = withdrawn {
        warnings::withdrawn(&visit.dc, &client, grant, &visit.asking);
        info!(request_id = visit.asking.request_id.as_str(), user = user.0, "withdrawn");
    }
    front_page(visit, &known, removed).await
}

/// Asks before signing out, so that a stranger's link cannot do it.
pub async fn sign_out(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, ask).await
}

async fn ask(visit: &mut Visit) -> Walked {
    let known = resume::load(visit, None).await?;
    if known.facts.user.is_none() {
        return Ok(visit.page(signed_out_page(visit)));
    }
    ask_to_leave(visit, &known, &visit.action(&visit.door.sign_out_path()))
}

/// The question, with a form that goes to `action`.
pub fn ask_to_leave(visit: &Visit, known: &Known, action: &str) -> Walked {
    let (display, email) = names(known);
    let (seal, csrf) = (visit.seal(&visit.sealed)?, visit.form_token());
    let stay_url = visit.door.front_path();
    let html = visit.framed(|frame| {
        let form = Form { action, csrf: &csrf, seal: &seal };
        SignOut { frame, form, display: &display, email: &email, stay_url: &stay_url }.render()
    });
    Ok(visit.page(html))
}

/// The page for whoever is signed in no more.
pub fn signed_out_page(visit: &Visit) -> String {
    let sign_in_url = visit.door.path();
    visit.framed(|frame| SignedOut { frame, sign_in_url: &sign_in_url }.render())
}

/// Signs out.
pub async fn sign_out_post(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, end).await
}

async fn end(visit: &mut Visit) -> Walked {
    if let Err(response) = sign_in::read_form(visit).await {
        return Ok(response);
    }
    let known = resume::load(visit, None).await?;
    let gone = end_session(visit, &known).await?;
    Ok(reply::with_cookies(visit.page(signed_out_page(visit)), [gone]))
}

/// Ends the session, if there is one. Answers the header that takes its cookie away.
pub async fn end_session(visit: &Visit, known: &Known) -> Result<Option<HeaderValue>, Failure> {
    if let Some(signed_in) = &known.signed_in {
        let (id, user, now) = (signed_in.session, signed_in.user.id, visit.now());
        let trail = visit.asking.trail(&visit.dc)?;
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
    Ok(visit.jar().remove(Cookie::Session(visit.door.realm())))
}

/// A portal's logo.
pub async fn portal_logo(State(dc): State<Arc<DataCenter>>, PortalId(id): PortalId) -> Response {
    match dc.store.read(move |tx| tx.portal_logo(&id)).await {
        Ok(Some((kind, bytes))) => reply::portal_file(&kind, bytes),
        Ok(None) => reply::text(StatusCode::NOT_FOUND, "no such logo\n"),
        Err(_) => reply::text(StatusCode::SERVICE_UNAVAILABLE, "try again\n"),
    }
}

/// A portal's colors.
pub async fn portal_style(State(dc): State<Arc<DataCenter>>, PortalId(id): PortalId) -> Response {
    match dc.store.read(move |tx| tx.portal(&id)).await {
        Ok(portal) => match portal.and_then(|p| brand_stylesheet(&p.accent)) {
            Some(css) => reply::portal_file("text/css; charset=utf-8", css.into_bytes()),
            None => reply::text(StatusCode::NOT_FOUND, "no such stylesheet\n"),
        },
        Err(_) => reply::text(StatusCode::SERVICE_UNAVAILABLE, "try again\n"),
    }
}
