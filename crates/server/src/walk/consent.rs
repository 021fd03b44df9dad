//! Consent: what the application asks, in words, and the answer. The form carries a seal over exactly what
//! was shown; when that no longer fits, the page is shown again and nothing is granted.

use std::sync::Arc;

use axum::{extract::Request, response::Response};
use grantor_protocol::{
    people::UserId,
    redirect_uri::shown_host,
    step::{Step, next_step},
};
use grantor_store::{Consented, NoCode, NoticeKind};
use tracing::info;
use url::Url;

use super::{
    Door, Visit, Walked,
    begin::{self, Reply, Valid},
    device, error_pages,
    finish::{self, Going},
    implicit, more_scopes,
    organization::{environment, names},
    policy,
    resume::{self, Known},
    sign_in,
};
use crate::{
    house::DataCenter,
    http::reply,
    metrics::Endpoint,
    pages::{
        Application, Consent, ConsentNext, Environment, Form, ScopeGroup, ScopeLine, SignedIn, scopes::service_title,
    },
    seal::ConsentShown,
};

/// The page.
pub async fn page(visit: &Visit, valid: &Valid, known: &Known, user: UserId, organization_id: &str) -> Walked {
    let mut sealed = visit.sealed.clone();
    sealed.consent = Some(shown(valid, user, organization_id));
    let (seal, switch_url) = (visit.seal(&sealed)?, visit.switch_url()?);
    let (action, csrf) = (visit.action(&visit.door.consent_path()), visit.form_token());
    let (display, email) = names(known);
    let organization =
        known.facts.memberships.iter().find(|m| m.organization.id == organization_id).map(|m| &m.organization);
    let client = &valid.record.client;
    let id = client.id.clone();
    let looks = visit.dc.house.directory.read(move |tx| tx.client_looks(&id)).await?;
    let logo_url = format!("/client-logo/{}/{}", client.id, looks.logo_hash);
    let homepage_host =
        Url::parse(&client.homepage_url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default();
    let next = match &valid.reply {
        Reply::To(reply_to) => shown_host(reply_to.uri()),
        Reply::More(more) => shown_host(more.reply_to.uri()),
        Reply::Device(code) => code.user_code.shown(),
    };
    let html = visit.framed(|frame| {
        Consent {
            frame,
            form: Form { action: &action, csrf: &csrf, seal: &seal },
            application: Application {
                name: &client.name,
                logo_url: (!looks.logo_hash.is_empty()).then_some(logo_url.as_str()),
                description: &looks.description,
                homepage_url: &client.homepage_url,
                homepage_host: &homepage_host,
            },
            organization: organization.map(|o| o.name.as_str()),
            environment: organization.map_or(Environment::Production, |o| environment(o.environment)),
            user: SignedIn { display: &display, email: &email, switch_url: &switch_url },
            groups: groups(visit, valid),
            offline: valid.request.offline,
            whole_organization: visit.door.is_for_organization(),
            session_choice: implicit::reply_to(valid).is_some(),
            next: match &valid.reply {
                Reply::To(_) | Reply::More(_) => ConsentNext::Host(&next),
                Reply::Device(_) => ConsentNext::Device { user_code: &next },
            },
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
    if let Some(response) = device::settled(visit, &valid, &known).await? {
        return Ok(response);
    }
    if more_scopes::is_done(&valid) {
        return resume::resume(visit, Some(&valid)).await;
    }
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
    if let Some(no) = policy::says_no(visit, &valid, &organization_id).await? {
        return Ok(policy::refuse(visit, &valid, &organization_id, no));
    }
    if !visit.resumed || visit.sealed.consent != Some(shown(&valid, user, &organization_id)) {
        return page(visit, &valid, &known, user, &organization_id).await;
    }
    match form.get("decision") {
        Some("accept") => {
            let consented = Consented { for_session: form.get("session").is_some() };
            accept(visit, &valid, &known, user, &organization_id, consented).await
        }
        Some("reject") => reject(visit, &valid, user, organization_id).await,
        _ => page(visit, &valid, &known, user, &organization_id).await,
    }
}

/// The answer that was given beforehand, in a sandbox.
pub async fn decide(visit: &Visit, valid: &Valid, known: &Known, who: (UserId, String), rejects: bool) -> Walked {
    let (user, organization_id) = who;
    if rejects {
        reject(visit, valid, user, organization_id).await
    } else {
        accept(visit, valid, known, user, &organization_id, Consented { for_session: false }).await
    }
}

async fn accept(
    visit: &Visit,
    valid: &Valid,
    known: &Known,
    user: UserId,
    organization_id: &str,
    consented: Consented,
) -> Walked {
    let made = match (implicit::reply_to(valid), visit.sealed.interaction()) {
        (Some(_), Some(interaction)) => {
            implicit::issue(visit, valid, known, (user, organization_id), interaction, Some(consented))
                .await?
                .map(Going::To)
        }
        _ => finish::issue_after_consent(visit, valid, known, user, organization_id).await?,
    };
    Ok(match made {
        Ok(target) => target.see_other(visit),
        Err(NoCode::Page(cause)) => resume::refuse(visit, valid, &cause),
        Err(NoCode::Finished) => error_pages::page_expired(visit),
        Err(NoCode::ConsentGone) => return page(visit, valid, known, user, organization_id).await,
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
    visit.asking.tell(&visit.dc, &client_id, NoticeKind::Refusal, "rejected", "");
    let trail = visit.asking.trail(&visit.dc)?;
    visit.dc.store.write(move |tx| tx.reject(user, &client_id, &organization_id, &trail)).await?;
    Ok(match &valid.reply {
        Reply::To(reply_to) => Going::with(reply_to, &[("error", "access_denied")]).see_other(visit),
        Reply::More(more) => reply::see_other(&more_scopes::deny(visit, more, user).await?),
        Reply::Device(code) => reply::see_other(&device::deny(visit, code).await?),
    })
}
