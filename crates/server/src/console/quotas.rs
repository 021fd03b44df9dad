//! `/console/{client}/quotas`: how full the caps and throttles are, grant by grant, at each data center served here. The
//! owner of a client sees numbers of people and names of organizations, and no addresses.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{
    access_list::AccessList,
    client::Client,
    issue::{FamilyRules, Window},
    people::UserId,
    policy::{Policy, RefreshTokenCap},
    time::Timestamp,
    token::TokenId,
};
use grantor_store::{FamilyQuota, GrantQuota, QuotaFilter, Store};

use super::{
    ClientId,
    nav::Page,
    tools::{PAGE, framed, place_label, places, short, with_query},
    walk_client,
};
use crate::{
    house::DataCenter,
    http::Named,
    moment::shown,
    pages::{FamilyRow, Meter, QuotaPage, QuotaRow, QuotasPage},
    place_in_list,
    sitting::Sitting,
    walk::Walked,
};

/// The grants.
pub async fn list(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| page(sitting, &found.client).await).await
}

/// The store of a data center that is served here and enabled for the client.
fn store_of<'d>(dc: &'d DataCenter, client: &Client, location: &str) -> Option<&'d Store> {
    dc.house.stores.get(location).filter(|_| client.enabled_in(location))
}

async fn page(sitting: &mut Sitting<'_>, client: &Client) -> Walked {
    let (query, dc) = (sitting.query(), Arc::clone(&sitting.visit.dc));
    let asked = short(query.get("dc"), 40);
    let here = dc.place.location.clone();
    let all = [asked, here].into_iter().chain(dc.house.stores.keys().cloned());
    let place = all.into_iter().find(|place| store_of(&dc, client, place).is_some()).unwrap_or_default();
    let of = short(query.get("q"), 40);
    let after = match sitting.asked("after", place_in_list::read) {
        Ok(after) => after,
        Err(response) => return Ok(*response),
    };
    let (mut quotas, now) = (Vec::new(), sitting.visit.now());
    if let Some(store) = store_of(&dc, client, &place) {
        let (id, wanted) = (client.id.clone(), QuotaFilter { of: Some(of.clone()), after });
        quotas = store.read(move |tx| tx.grant_quotas(&id, &wanted, PAGE + 1)).await?;
    }
    let more = i64::try_from(quotas.len()).is_ok_and(|count| count > PAGE);
    quotas.truncate(usize::try_from(PAGE).unwrap_or_default());
    let base = format!("/console/{}/quotas", client.id);
    let older = quotas.last().filter(|_| more).map(|last| {
        let after = place_in_list::write((last.granted_at, last.grant));
        with_query(&base, &[("dc", &place), ("q", &of), ("after", &after)])
    });
    let newest = after.map(|_| with_query(&base, &[("dc", &place), ("q", &of)]));
    let policy = Arc::clone(&dc.house.policy);
    let served = places(&dc, client, false, &place).into_iter().filter(|p| dc.house.stores.contains_key(&p.value));
    let html = framed(sitting, client, Page::Quotas, |shell, name| {
        QuotasPage {
            shell,
            client: name,
            places: served.collect(),
            of: &of,
            throttles: policy.throttles,
            rows: quotas.iter().map(|quota| row(&format!("{base}/{place}"), quota, &policy, now)).collect(),
            older,
            newest,
        }
        .render()
    });
    sitting.page(html)
}

fn row(base: &str, quota: &GrantQuota, policy: &Policy, now: Timestamp) -> QuotaRow {
    let who = match quota.user {
        UserId::NOBODY if quota.organization_id.is_empty() => "The application itself".to_owned(),
        UserId::NOBODY => "The organization itself".to_owned(),
        user => format!("User {}", user.0),
    };
    let organization = match (&quota.organization, quota.organization_id.as_str()) {
        (_, "") => "no organization".to_owned(),
        (Some(name), id) => format!("{name} ({id})"),
        (None, id) => id.to_owned(),
    };
    let (cap, used) = (policy.refresh_tokens_per_user_and_client, quota.refresh_tokens.len());
    let oldest = quota.refresh_tokens.iter().next();
    let note = match oldest {
        Some(_) if used >= cap && !evicts(policy) => "the next one is refused".to_owned(),
        Some(oldest) if used >= cap => format!("the next one evicts {}", oldest.mark()),
        Some(oldest) => format!("the oldest is {}", oldest.mark()),
        None => String::new(),
    };
    let mut meters = vec![Meter { label: "Refresh tokens", used, limit: cap, note }];
    if policy.throttles {
        meters.push(throttle(
            "Refresh tokens in the window",
            quota.recent_refresh.window(now, policy.refresh_token_rate),
        ));
        meters.push(throttle("Codes in the window", quota.codes.window(now, policy.code_rate)));
    }
    if !quota.own.is_empty() {
        let cap = FamilyRules::of(policy).access_cap;
        meters.push(living("Access tokens without a refresh token", &quota.own, cap, policy, now));
        if policy.throttles {
            meters.push(throttle("Of these in the window", quota.own.window(now, policy.access_token_rate)));
        }
    }
    QuotaRow {
        href: format!("{base}/{}", quota.grant.to_hex()),
        who,
        organization,
        since: shown(quota.granted_at),
        meters,
    }
}

/// Whether a refresh token too many ends the oldest, or is not made.
fn evicts(policy: &Policy) -> bool {
    policy.refresh_token_cap == RefreshTokenCap::Evict
}

fn throttle(label: &'static str, window: Window) -> Meter {
    let note = match window.frees_at {
        Some(at) if window.used >= window.limit => format!("full until {}", shown(at)),
        Some(at) => format!("one more place on {}", shown(at)),
        None => String::new(),
    };
    Meter { label, used: window.used, limit: window.limit, note }
}

/// One grant with its refresh tokens.
pub async fn one(
    State(dc): State<Arc<DataCenter>>,
    ClientId(id): ClientId,
    named: Named,
    request: Request,
) -> Response {
    walk_client(dc, id, request, async move |sitting: &mut Sitting<'_>, found| {
        let (client, dc, now) = (found.client, Arc::clone(&sitting.visit.dc), sitting.visit.now());
        let place = named.get("place");
        let (Some(store), Some(wanted)) = (store_of(&dc, &client, place), TokenId::from_hex(named.get("grant"))) else {
            return sitting.nothing();
        };
        let id = client.id.clone();
        let Some((quota, families)) = store.read(move |tx| tx.grant_quota(&id, wanted)).await? else {
            return sitting.nothing();
        };
        let policy = Arc::clone(&dc.house.policy);
        let full = evicts(&policy) && quota.refresh_tokens.len() >= policy.refresh_tokens_per_user_and_client;
        let base = format!("/console/{}/quotas/{place}", client.id);
        let families =
            families.iter().enumerate().map(|(at, one)| family(one, full && at == 0, &policy, now)).collect();
        let html = framed(sitting, &client, Page::Quotas, |shell, name| {
            QuotaPage {
                shell,
                client: name,
                place: &place_label(&dc, place),
                grant: row(&base, &quota, &policy, now),
                scopes: &quota.scopes.to_string(),
                only_own: quota.refresh_tokens.is_empty() && !quota.own.is_empty(),
                families,
            }
            .render()
        });
        sitting.page(html)
    })
    .await
}

/// The access tokens of one list that have not expired, and which of them goes next.
fn living(label: &'static str, list: &AccessList, cap: usize, policy: &Policy, now: Timestamp) -> Meter {
    let ends = |id: &&TokenId| id.made_at().plus(policy.access_token_lifetime) > now;
    let living: Vec<&TokenId> = list.living().filter(ends).collect();
    let note = match living.first() {
        Some(oldest) if living.len() >= cap => format!("the next one evicts {}", oldest.mark()),
        _ => String::new(),
    };
    Meter { label, used: living.len(), limit: cap, note }
}

fn family(family: &FamilyQuota, next_to_go: bool, policy: &Policy, now: Timestamp) -> FamilyRow {
    let mut meters = vec![living("Access tokens", &family.recent, family.access_cap, policy, now)];
    if policy.throttles {
        meters.push(throttle("Refreshes in the window", family.recent.window(now, policy.access_token_rate)));
    }
    FamilyRow {
        mark: family.id.mark(),
        made: shown(family.id.made_at()),
        used: shown(family.used_at),
        turns: family.rotates,
        next_to_go,
        meters,
    }
}
