//! Consent: what the application asks, in words, and the answer. The form carries a seal over exactly what
//! was shown; when that no longer fits, the page is shown again and nothing is granted.

use std::sync::Arc;

use axum::{extract::Request, response::Response};
use grantor_protocol::{
    people::UserId,
    redirect_uri::shown_host,
    step::{Step, next_step},
};
use grantor_store::NoCode;
use tracing::info;
use url::Url;

use super::{
    Door, Visit, Walked,
    begin::{self, Valid},
    error_pages, finish,
    organization::{environment, names},
    resume::{self, Known},
    sign_in,
};
use crate::{
    house::DataCenter,
    http::reply,
    metrics::Endpoint,
    pages::{Application, Consent, Environment, Form, ScopeGroup, ScopeLine, SignedIn, scopes::service_title},
    seal::ConsentShown,
};

/// The page.
pub fn page(visit: &Visit, valid: &Valid, known: &Known, user: UserId, organization_id: &str) -> Walked {
    let mut sealed = visit.sealed.clone();
    sealed.consent = Some(shown(valid, user, organization_id));
    let (seal, switch_url) = (visit.seal(&sealed)?, visit.switch_url()?);
    let (action, csrf) = (visit.action(&visit.door.consent_path()), visit.form_token());
    let (display, email) = names(known);
    let organization =
        known.facts.memberships.iter().find(|m| m.organization.id == organization_id).map(|m| &m.organization);
    let client = &valid.record.client;
    let homepage_host =
        Url::parse(&client.homepage_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let html = visit.framed(|frame| {
        Consent {
            frame,
            form: Form { action: &action, csrf: &csrf, seal: &seal },
            application: Application {
                name: &client.name,
                logo_url: None,
                homepage_url: &client.homepage_url,
                homepage_host: &homepage_host,
            },
            organization: organization.map(|o| o.name.as_str()),
            environment: organization.map_or(Environment::Production, |o| environment(o.environment)),
            user: SignedIn { display: &display, email: &email, switch_url: &switch_url },
            groups: groups(visit, valid),
            offline: valid.request.offline,
            redirect_host: &shown_host(valid.reply_to.uri()),
        }
        .render()
    });
    Ok(visit.page(html))
}

/// Exactly what the page says.
fn shown(valid: &Valid, user: UserId, organization_id: &str) -> ConsentShown {
    ConsentShown {
        user: user.0,
        organization: organization_id.to_owned(),
        scopes: valid.request.scopes.to_string(),
        offline: valid.request.offline,
    }
}

/// The scopes in words, by service, in the order of the request.
fn groups(visit: &Visit, valid: &Valid) -> Vec<ScopeGroup> {
    let scopes = visit.dc.house.scopes();
    let mut groups: Vec<ScopeGroup> = Vec::new();
    for raw in valid.request.scopes.iter() {
        let service = scopes.service(raw);
        let title = service_title(visit.locale, service);
        let (kind, sentence) = scopes.sentence(visit.locale, raw);
        let line = ScopeLine { kind, sentence, raw: raw.to_owned() };
        match groups.iter_mut().find(|g| g.service == title) {
            Some(group) => group.lines.push(line),
            None => groups.push(ScopeGroup { service: title, lines: vec![line] }),
        }
    }
    groups
}

/// The form with its two buttons.
pub async fn post(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    Visit::walk(dc, door, Endpoint::Page, request, walk).await
}

async fn walk(visit: &mut Visit) -> Walked {
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let valid = match begin::begin(visit).await? {
        Ok(Some(valid)) => valid,
        Ok(None) => return Ok(error_pages::page_expired(visit)),
        Err(response) => return Ok(response),
    };
    let known = resume::load(visit, Some(&valid)).await?;
    // Where the walk stands without this answer: it must be this very page, for this very person.
    let step = next_step(
        &valid.request,
        &valid.record.client,
        &visit.dc.place.location,
        &visit.dc.house.catalog(),
        &visit.sealed.answers(),
        &known.facts,
    );
    let (Step::Consent { user, organization_id } | Step::Issue { user, organization_id }) = step else {
        return resume::resume(visit, Some(&valid)).await;
    };
    if !visit.resumed || visit.sealed.consent != Some(shown(&valid, user, &organization_id)) {
        return page(visit, &valid, &known, user, &organization_id);
    }
    match form.get("decision") {
        Some("accept") => accept(visit, &valid, &known, user, &organization_id).await,
        Some("reject") => reject(visit, &valid, user, organization_id).await,
        _ => page(visit, &valid, &known, user, &organization_id),
    }
}

async fn accept(visit: &Visit, valid: &Valid, known: &Known, user: UserId, organization_id: &str) -> Walked {
    let made = finish::issue_after_consent(visit, valid, user, organization_id).await?;
    Ok(match made {
        Ok(target) => reply::see_other(&target),
        Err(NoCode::Page(cause)) => resume::refuse(visit, valid, &cause),
        Err(NoCode::Finished) => error_pages::page_expired(visit),
        Err(NoCode::ConsentGone) => return page(visit, valid, known, user, organization_id),
    })
}

async fn reject(visit: &Visit, valid: &Valid, user: UserId, organization_id: String) -> Walked {
    let client_id = valid.record.client.id.clone();
    info!(
        request_id = visit.asking.request_id.as_str(),
        data_center = visit.dc.place.location,
        client_id,
        user = user.0,
        "rejected"
    );
    let trail = visit.asking.trail(&visit.dc)?;
    visit.dc.store.write(move |tx| tx.reject(user, &client_id, &organization_id, &trail)).await?;
    Ok(reply::see_other(&valid.reply_to.with(&[("error", "access_denied")])))
}
