//! Handing a request over to the data center where the person is at home: the original query goes there,
//! with the address as a hint; no seal crosses hosts (`spec/decisions.md` 19).

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::{http::StatusCode, response::Response};
use grantor_protocol::people::Realm;

use super::{Visit, error_pages, visit::HOP};
use crate::{
    failure::Failure,
    house::{DataCenter, Place},
    http::{cookies::Cookie, reply},
    pages::Unreachable,
};

/// How long a browser remembers a home.
const HOME_AGE: u64 = 365 * 86_400;

/// Sends the browser on to the remembered or hinted home.
pub async fn to_location(visit: &Visit, location: &str) -> Response {
    match visit.dc.house.place(location) {
        Some(place) => to(visit, place, None).await,
        None => error_pages::page_expired(visit),
    }
}

/// Sends the browser to the same door of another data center; `email` replaces a hint in the query. When that one
/// does not answer, the person is told so and may try again; nothing is done here in its place.
pub async fn to(visit: &Visit, place: &Place, email: Option<&str>) -> Response {
    to_page(visit, place, &visit.door.path(), email).await
}

/// Sends the browser to a page of another data center, in the same way.
pub async fn to_page(visit: &Visit, place: &Place, page: &str, email: Option<&str>) -> Response {
    let mut query = match email {
        None => visit.query.clone(),
        Some(email) => {
            let mut kept: Vec<&str> = visit
                .query
                .split('&')
                .filter(|pair| !pair.is_empty() && pair.split('=').next() != Some("login_hint"))
                .collect();
            let hint = form_urlencoded::Serializer::new(String::new()).append_pair("login_hint", email).finish();
            kept.push(&hint);
            kept.join("&")
        }
    };
    let again = if query.is_empty() { page.to_owned() } else { format!("{page}?{query}") };
    if !query.is_empty() {
        query.push('&');
    }
    let there = format!("{}{page}?{query}{HOP}=1", url(visit, place));
    if !is_up(visit, place).await {
        visit.asking.refuse(&visit.dc, None, "home_unreachable", &place.location);
        let html = visit.framed(|frame| Unreachable { frame, retry_url: &again, onward_url: &there }.render());
        return visit.page_with(StatusCode::SERVICE_UNAVAILABLE, html);
    }
    let home = email.and_then(|_| visit.jar().set(Cookie::Home, &place.location, Some(HOME_AGE)));
    reply::with_cookies(reply::see_other(&there), [home, visit.browser_cookie()])
}

/// Where this visit's realm is at home in that place.
fn url<'p>(visit: &Visit, place: &'p Place) -> &'p str {
    match visit.door.realm() {
        Realm::Accounts => &place.accounts_url,
        Realm::Portal(_) => &place.portal_url,
    }
}

/// Whether a data center answers. Those of this process do, unless the sandbox says no.
pub async fn is_up(visit: &Visit, place: &Place) -> bool {
    let house = &visit.dc.house;
    if house.stores.contains_key(&place.location) {
        return !house.sandbox.as_ref().is_some_and(|sandbox| sandbox.is_down(&place.location));
    }
    house.reach.answers(url(visit, place)).await
}

/// The home of a folded address: here if it is known here, else the entry data center that knows it, else
/// one chosen by a keyed hash, so that an unknown address looks like a known one.
pub async fn home_of(dc: &Arc<DataCenter>, email: &str) -> Result<String, Failure> {
    let here = &dc.place.location;
    let local = email.to_owned();
    let known_here = dc.store.read(move |tx| tx.is_user(&Realm::Accounts, &local)).await?;
    let wanted = email.to_owned();
    let homes = dc.house.directory.read(move |tx| tx.homes(&wanted)).await?;
    // For every address, though it counts for the unknown only: the answer takes as long (case K01).
    let pseudo_home = pseudo_home(dc, email);
    if known_here || !dc.place.entry {
        return Ok(here.clone());
    }
    let known = dc.house.entries().find(|place| place.location != *here && homes.contains(&place.location));
    Ok(known.map_or(pseudo_home, |place| place.location.clone()))
}

fn pseudo_home(dc: &DataCenter, email: &str) -> String {
    let tag = hmac::sign(&dc.house.pseudo_home_key, email.as_bytes());
    let number = tag.as_ref().iter().take(4).fold(0_usize, |sum, byte| (sum << 8) | usize::from(*byte));
    let entries: Vec<&Place> = dc.house.entries().collect();
    let chosen = number.checked_rem(entries.len()).and_then(|i| entries.get(i));
    chosen.map_or_else(|| dc.place.location.clone(), |place| place.location.clone())
}
