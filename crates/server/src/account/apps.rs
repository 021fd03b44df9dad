//! `/account/apps`: which applications have access, what each may do, and taking it back.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{time::Timestamp, token::TokenId};
use grantor_store::OwnGrant;
use tracing::info;
use url::Url;

use super::{nav, withdrawn};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    moment::{day, to_the_minute},
    pages::{
        Area, ScopeLine,
        account::{Apps, AppsOf, OwnApp},
    },
    place_in_list,
    sitting::Sitting,
    walk::Walked,
};

/// Applications on a page; hardly anybody has more.
const PAGE: usize = 50;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, list).await
}

async fn list(sitting: &mut Sitting<'_>) -> Walked {
    let told = sitting.query().get("done").filter(|done| *done == "removed").map(|_| "home-removed");
    let before = match sitting.asked("before", place_in_list::read) {
        Ok(before) => before,
        Err(response) => return Ok(*response),
    };
    let (user, most) = (sitting.person.user.id, i64::try_from(PAGE + 1).unwrap_or(i64::MAX));
    let mut found = sitting.visit.dc.store.read(move |tx| tx.own_grants(user, false, before, most)).await?;
    if found.is_empty() && before.is_some() {
        return Ok(reply::see_other("/account/apps"));
    }
    // They come by organization; the oldest of them is one more than the page has.
    let more = found.len() > PAGE;
    if more {
        let beyond = oldest(&found);
        found.retain(|grant| Some(place(grant)) != beyond);
    }
    let last = oldest(&found).filter(|_| more);
    let older = last.map(|last| format!("/account/apps?before={}", place_in_list::write(last)));
    let mut groups: Vec<(String, AppsOf)> = Vec::new();
    for grant in found {
        let app = shown(sitting, &grant).await?;
        match groups.last_mut().filter(|(id, _)| *id == grant.organization_id) {
            Some((_, group)) => group.apps.push(app),
            None => groups.push((grant.organization_id, AppsOf { organization: grant.organization, apps: vec![app] })),
        }
    }
    let groups: Vec<AppsOf> = groups.into_iter().map(|(_, group)| group).collect();
    let links = nav::links(sitting.visit.locale, nav::Page::Apps);
    let place = sitting.visit.dc.place.name.as_str();
    let older = older.as_deref();
    let html =
        sitting.shell(Area::Account, &links, |shell| Apps { shell, groups: &groups, place, older, told }.render());
    sitting.page(html)
}

fn place(grant: &OwnGrant) -> (Timestamp, TokenId) {
    (grant.granted_at, grant.id)
}

fn oldest(grants: &[OwnGrant]) -> Option<(Timestamp, TokenId)> {
    grants.iter().map(place).min()
}

async fn shown(sitting: &Sitting<'_>, grant: &OwnGrant) -> Result<OwnApp, Failure> {
    let (dc, locale) = (&sitting.visit.dc, sitting.visit.locale);
    let record = dc.client(&grant.client_id).await?;
    let client = record.as_ref().map(|record| &record.client);
    let scopes = dc.house.scopes();
    let lines = grant.scopes.iter().map(|raw| {
        let (kind, sentence) = scopes.sentence(locale, raw);
        ScopeLine { kind, sentence, raw: raw.to_owned() }
    });
    let homepage = client.and_then(|client| Url::parse(&client.homepage_url).ok());
    Ok(OwnApp {
        grant: grant.id.to_hex(),
        name: client.map_or_else(|| grant.client_id.clone(), |client| client.name.clone()),
        host: homepage.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
        scopes: lines.collect(),
        since: day(grant.granted_at),
        used: grant.used_at.map(to_the_minute),
        offline: grant.offline,
        whole_organization: grant.whole_organization,
    })
}

/// Takes one's access back. Nothing more is asked: the application can ask again.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, remove).await
}

async fn remove(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let Some(grant) = form.get("grant").and_then(TokenId::from_hex) else { return sitting.nothing() };
    let (visit, user, now) = (&sitting.visit, sitting.person.user.id, sitting.visit.now());
    let trail = sitting.trail()?;
    let withdrawn = visit.dc.store.write(move |tx| tx.withdraw(user, grant, &trail, now)).await?;
    let Some(client_id) = withdrawn else { return sitting.nothing() };
    withdrawn::tell(visit, &[client_id]);
    info!(request_id = visit.asking.request_id.as_str(), user = user.0, "withdrawn");
    Ok(reply::see_other("/account/apps?done=removed"))
}
