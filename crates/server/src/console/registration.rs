//! `/console/{client}`: the registration, to be looked at and changed.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::client::ClientType;
use grantor_store::{AuditEvent, Registration};

use super::{
    ClientId, Here,
    form::{self, Typed},
    kinds, nav, told, walk_client,
};
use crate::{
    http::reply,
    pages::{Area, ClientPage, Fault},
    sitting::Sitting,
    walk::Walked,
};

/// The page.
pub async fn get(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found: Registration| {
        page(sitting, &found, &Typed::of(&found), &[], StatusCode::OK)
    })
    .await
}

/// Changes it.
pub async fn post(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, change).await
}

/// The page with a form as it was filled in.
pub fn page(
    sitting: &Sitting<'_>,
    there: &Registration,
    typed: &Typed,
    faults: &[Fault],
    status: StatusCode,
) -> Walked {
    let dc = &sitting.visit.dc;
    let query = sitting.query();
    let done = match query.get("done") {
        Some("saved") => Some("Saved. It holds within a second."),
        Some("saved-secret") => {
            Some("Saved. A data center you added has no secret for this application yet: make one under Client secret.")
        }
        Some("disabled") => Some("Disabled. Every request of this application is refused within a second."),
        Some("enabled") => Some("Enabled. The application works again within a second."),
        Some("logo") => Some("The logo was saved."),
        Some("logo-removed") => Some("The logo was removed."),
        _ => None,
    };
    let client = &there.client;
    let links = nav::client_links(client, dc.house.sandbox.is_some(), nav::Page::Client);
    let html = sitting.shell(Area::Console, &links, |shell| {
        ClientPage {
            shell,
            id: &client.id,
            name: &client.name,
            kind: kinds::label(client.client_type),
            badge: kinds::badge(client.client_type),
            disabled: client.disabled,
            clone_of: &there.clone_of,
            logo_hash: &there.logo_hash,
            done: done.filter(|_| faults.is_empty()),
            grant_types: &client.grant_types,
            scopes: &client.scopes,
            fields: typed.fields(there, dc, faults),
        }
        .render()
    });
    sitting.page_with(status, html)
}

async fn change(sitting: &mut Sitting<'_>, found: Registration) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let typed = Typed::read(&form);
    let dc = sitting.visit.dc.clone();
    let mut wanted = found.clone();
    typed.write_to(&mut wanted, &dc.house.places);
    let faults = form::faults(&wanted, dc.house.policy.http_redirects);
    if !faults.is_empty() {
        return page(sitting, &found, &typed, &faults, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (house, id, now) = (dc.house.clone(), found.client.id.clone(), sitting.visit.now());
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        // Over what is there now: somebody may have changed what this form does not ask for.
        let Some(before) = tx.lock_registration(&id)? else { return Ok(None) };
        let mut after = before.clone();
        typed.write_to(&mut after, &house.places);
        if after != before {
            tx.put_registration(&after, now)?;
        }
        let live = tx.live_secrets(&id)?;
        Ok(Some((before, after, live)))
    };
    let Some((before, after, live)) = dc.house.directory.write(step).await? else { return sitting.nothing() };
    let changed = difference(&before, &after);
    if changed.is_empty() {
        return Ok(reply::see_other(&format!("/console/{}?done=saved", after.client.id)));
    }
    told(sitting, AuditEvent::ClientChanged, &after.client.id, &changed).await?;
    let bare = |place: &String| !live.iter().any(|(there, _)| there == place);
    let needs_secret = !after.same_secret
        && after.client.client_type != ClientType::Browser
        && after.client.data_centers.iter().any(bare);
    let done = if needs_secret { "saved-secret" } else { "saved" };
    Ok(reply::see_other(&format!("/console/{}?done={done}", after.client.id)))
}

/// What changed: each field with what it was and what it is.
fn difference(before: &Registration, after: &Registration) -> String {
    let (a, b) = (&before.client, &after.client);
    let (x, y) = (&a.settings, &b.settings);
    let mut changed: Vec<String> = [
        ("name", quoted(&a.name), quoted(&b.name)),
        ("description", quoted(&before.description), quoted(&after.description)),
        ("homepage_url", quoted(&a.homepage_url), quoted(&b.homepage_url)),
        ("redirect_uris", listed(&a.redirect_uris), listed(&b.redirect_uris)),
        ("javascript_domains", listed(&x.javascript_domains), listed(&y.javascript_domains)),
        ("data_centers", listed(&a.data_centers), listed(&b.data_centers)),
        ("grant_types", listed(&a.grant_types), listed(&b.grant_types)),
        ("token_endpoint_auth_method", quoted(&x.token_endpoint_auth_method), quoted(&y.token_endpoint_auth_method)),
        ("id_token_signing_alg", quoted(&x.id_token_signing_alg), quoted(&y.id_token_signing_alg)),
        ("jwks_uri", quoted(&x.jwks_uri), quoted(&y.jwks_uri)),
        ("post_logout_redirect_uris", listed(&x.post_logout_redirect_uris), listed(&y.post_logout_redirect_uris)),
        ("cors_origins", listed(&x.cors_origins), listed(&y.cors_origins)),
    ]
    .into_iter()
    .filter(|(_, was, is)| was != is)
    .map(|(name, was, is)| format!("{name}: {} -> {}", cut(&was), cut(&is)))
    .collect();
    if x.jwks != y.jwks {
        changed.push("jwks".to_owned());
    }
    changed.join("; ")
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

fn listed(items: &[String]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.join(" ") }
}

/// An audit row is no place for a long text.
fn cut(text: &str) -> String {
    const MOST: usize = 300;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST).chain(['…']).collect() }
}
