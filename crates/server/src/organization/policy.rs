//! `/organization/{id}/policy`: which applications may be connected, with what, and for how long.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{organization_policy::OrganizationPolicy, params::Params, scope::canonical};

use super::{
    nav::Page,
    office::{self, Office},
};
use crate::{
    failure::Failure,
    house::DataCenter,
    pages::organization::{KnownApp, PolicyPage},
    sitting::Sitting,
    walk::Walked,
};

/// The most entries of a list.
const MOST: usize = 500;
/// The longest life of a grant that can be set, in days.
const MOST_DAYS: u64 = 3_650;
const DAY: u64 = 86_400;
/// So many of the organization's applications are offered …
const SHOWN: usize = 50;
/// … of so many that are looked at in one go …
const KNOWN: usize = 200;
/// … as often as it takes to find them, within reason.
const STRETCHES: usize = 20;

/// What was typed, and what is wrong with it.
#[derive(Default)]
struct Typed {
    scopes: String,
    days: String,
    scopes_error: Option<String>,
    days_error: bool,
    client_id: String,
    client_error: bool,
}

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let id = office.id();
        let policy = sitting.visit.dc.store.read(move |tx| tx.organization_policy(&id)).await?;
        let typed = Typed { scopes: policy.blocked_scopes.join("\n"), days: days(&policy), ..Typed::default() };
        page(sitting, office, StatusCode::OK, &policy, typed).await
    })
    .await
}

fn days(policy: &OrganizationPolicy) -> String {
    let days = policy.maximum_life.as_secs() / DAY;
    if days == 0 { String::new() } else { days.to_string() }
}

async fn page(
    sitting: &Sitting<'_>,
    office: &Office,
    status: StatusCode,
    policy: &OrganizationPolicy,
    typed: Typed,
) -> Walked {
    let query = sitting.query();
    let told = query.get("done").filter(|done| *done == "changed").map(|_| "org-policy-changed");
    let search = office::typed(query.get("q"), 100);
    let mut listed = Vec::with_capacity(policy.clients.len());
    for client_id in &policy.clients {
        let name = office::application(&sitting.visit.dc, client_id).await?;
        listed.push(KnownApp { client_id: client_id.clone(), name });
    }
    let known = known(sitting, office, policy, &search).await?;
    let path = office.path("/policy");
    let html = office.shell(sitting, Page::Policy, |shell| {
        PolicyPage {
            shell,
            path: &path,
            policy,
            listed: &listed,
            known: &known,
            search: &search,
            scopes: &typed.scopes,
            days: &typed.days,
            scopes_error: typed.scopes_error.as_deref(),
            days_error: typed.days_error,
            client_id: &typed.client_id,
            client_error: typed.client_error,
            told,
        }
        .render()
    });
    sitting.page_with(status, html)
}

/// The organization's applications that are not listed and whose name or id holds the text: those that members connected
/// or asked for.
async fn known(
    sitting: &Sitting<'_>,
    office: &Office,
    policy: &OrganizationPolicy,
    text: &str,
) -> Result<Vec<KnownApp>, Failure> {
    let (dc, text, mut apps) = (&sitting.visit.dc, text.to_lowercase(), BTreeMap::new());
    let id = office.id();
    let mut ids: Vec<String> =
        dc.store.read(move |tx| tx.reviews(&id)).await?.into_iter().map(|one| one.client_id).collect();
    let mut after = String::new();
    for _ in 0..STRETCHES {
        let (id, from) = (office.id(), after.clone());
        let connected = dc.store.read(move |tx| tx.connected_clients(&id, &from, KNOWN)).await?;
        let whole = connected.len() < KNOWN;
        ids.extend(connected.into_iter().map(|one| one.client_id));
        after = ids.last().cloned().unwrap_or_default();
        for client_id in ids.drain(..).filter(|id| !policy.clients.contains(id)) {
            let name = office::application(dc, &client_id).await?;
            if name.to_lowercase().contains(&text) || client_id.to_lowercase().contains(&text) {
                apps.insert((name.to_lowercase(), client_id.clone()), KnownApp { client_id, name });
            }
        }
        if whole || apps.len() >= SHOWN {
            break;
        }
    }
    Ok(apps.into_values().take(SHOWN).collect())
}

/// A decision.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, change).await
}

async fn change(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let id = office.id();
    let policy = sitting.visit.dc.store.read(move |tx| tx.organization_policy(&id)).await?;
    match form.get("do") {
        Some("add") => add(sitting, office, &form, policy).await,
        Some("remove") => {
            let client_id = office::typed(form.get("client"), 100);
            if !policy.clients.contains(&client_id) {
                return sitting.nothing();
            }
            decide(sitting, office, move |policy| policy.clients.retain(|own| *own != client_id)).await
        }
        _ => rules(sitting, office, &form, policy).await,
    }
}

async fn add(sitting: &Sitting<'_>, office: &Office, form: &Params, policy: OrganizationPolicy) -> Walked {
    let client_id = office::typed(form.get("client"), 100);
    let there = sitting.visit.dc.client(&client_id).await?.is_some();
    if !there || policy.clients.len() >= MOST {
        let scopes = policy.blocked_scopes.join("\n");
        let typed = Typed { scopes, days: days(&policy), client_id, client_error: true, ..Typed::default() };
        return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &policy, typed).await;
    }
    decide(sitting, office, move |policy| {
        if !policy.clients.contains(&client_id) {
            policy.clients.push(client_id.clone());
        }
    })
    .await
}

async fn rules(sitting: &Sitting<'_>, office: &Office, form: &Params, policy: OrganizationPolicy) -> Walked {
    let typed_scopes: String = form.get("scopes").unwrap_or_default().chars().take(40_000).collect();
    let typed_days = office::typed(form.get("days"), 10);
    let (clients_listed, review_required) = (form.get("listed").is_some(), form.get("review").is_some());
    let catalog = sitting.visit.dc.house.catalog();
    let (mut blocked, mut unknown) = (Vec::<String>::new(), None);
    for text in typed_scopes.split([',', ' ', '\r', '\n', '\t']).filter(|text| !text.is_empty()) {
        match catalog.find(text) {
            Some(known) if blocked.iter().any(|own| canonical(own) == canonical(&known.name)) => {}
            Some(known) => blocked.push(known.name.clone()),
            None => unknown = unknown.or(Some(text.chars().take(200).collect::<String>())),
        }
    }
    let days = if typed_days.is_empty() { Some(0) } else { typed_days.parse::<u64>().ok() };
    let days = days.filter(|days| *days <= MOST_DAYS);
    let (Some(days), None, true) = (days, &unknown, blocked.len() <= MOST) else {
        let days_error = days.is_none();
        let shown = OrganizationPolicy { clients_listed, review_required, ..policy };
        let scopes_error = unknown.or_else(|| (!days_error).then(|| format!("{} > {MOST}", blocked.len())));
        let typed = Typed { scopes: typed_scopes, days: typed_days, scopes_error, days_error, ..Typed::default() };
        return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, &shown, typed).await;
    };
    decide(sitting, office, move |policy| {
        policy.clients_listed = clients_listed;
        policy.review_required = review_required;
        policy.blocked_scopes.clone_from(&blocked);
        policy.maximum_life = Duration::from_secs(days * DAY);
    })
    .await
}

/// Changes the policy as it is at that moment.
async fn decide(
    sitting: &Sitting<'_>,
    office: &Office,
    change: impl Fn(&mut OrganizationPolicy) + Send + 'static,
) -> Walked {
    let (id, by, trail, now) = (office.id(), sitting.person.user.id, sitting.trail()?, sitting.visit.now());
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        let before = tx.organization_policy(&id)?;
        let mut policy = before.clone();
        change(&mut policy);
        if policy == before {
            return Ok(true);
        }
        tx.set_organization_policy(&id, by, &policy, &trail, now)
    };
    if sitting.visit.dc.store.write(step).await? { office.done("/policy", "changed") } else { sitting.nothing() }
}
