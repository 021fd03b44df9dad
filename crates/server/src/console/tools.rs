//! What the console's tools for one client share: their paths, whose client it is, and how they are framed and told of.

use std::sync::Arc;

use axum::{Router, extract::Request, response::Response, routing::get};
use grantor_protocol::{client::Client, token::TokenId};
use grantor_store::{AuditEvent, Concerning, Registration};
use tracing::info;

use super::{code, link, nav, notices, owned::owned, quotas, sandbox, webhook};
use crate::{
    failure::Failure,
    house::DataCenter,
    pages::{Area, Choice, ClientName, Locale, Shell},
    sitting::Sitting,
    walk::Walked,
};

/// Lines of a list on one page.
pub const PAGE: i64 = 50;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/console/{client}/notices", get(notices::list))
        .route("/console/{client}/notices/{notice}", get(notices::one))
        .route("/console/{client}/link", get(link::get))
        .route("/console/{client}/code", get(code::get).post(code::post))
        .route("/console/{client}/quotas", get(quotas::list))
        .route("/console/{client}/quotas/{place}/{grant}", get(quotas::one))
        .route("/console/{client}/webhook", get(webhook::get).post(webhook::post))
        .route("/console/{client}/sandbox", get(sandbox::get).post(sandbox::post))
}

/// Opens a page of one client, in English: the same 404 for one that is not there and for somebody else's.
pub async fn walk_client(
    dc: Arc<DataCenter>,
    id: String,
    request: Request,
    room: impl AsyncFnOnce(&mut Sitting<'_>, Registration) -> Walked,
) -> Response {
    Sitting::walk(dc, request, async move |sitting: &mut Sitting<'_>| {
        sitting.visit.locale = Locale::English;
        // What has no client id's letters is the id of no client.
        let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        let found = if plain { owned(sitting, &id).await? } else { None };
        match found {
            Some(found) => room(sitting, found).await,
            None => sitting.nothing(),
        }
    })
    .await
}

/// A page in the client's frame.
pub fn framed(
    sitting: &Sitting<'_>,
    client: &Client,
    page: nav::Page,
    render: impl FnOnce(Shell<'_>, ClientName<'_>) -> String,
) -> String {
    let links = nav::client_links(client, sitting.visit.dc.house.sandbox.is_some(), page);
    let name = ClientName { id: &client.id, name: &client.name };
    sitting.shell(Area::Console, &links, |shell| render(shell, name))
}

/// The data centers that a client is enabled in, as options; with `all`, first one for all of them.
pub fn places(dc: &DataCenter, client: &Client, all: bool, chosen: &str) -> Vec<Choice> {
    let enabled = dc.house.places.iter().filter(|place| client.enabled_in(&place.location));
    let options = enabled.map(|place| Choice::of(&place.location, place_label(dc, &place.location), chosen));
    all.then(|| Choice::of("", "All", chosen)).into_iter().chain(options).collect()
}

/// A data center, as people read it.
pub fn place_label(dc: &DataCenter, location: &str) -> String {
    match dc.house.place(location) {
        Some(place) if place.name.eq_ignore_ascii_case(location) => place.name.clone(),
        Some(place) => format!("{} ({location})", place.name),
        None => location.to_owned(),
    }
}

/// A bounded text of a query or a form; what is too long is cut.
pub fn short(text: Option<&str>, most: usize) -> String {
    text.unwrap_or_default().trim().chars().take(most).collect()
}

/// The cursor of a list; a forged one is the beginning.
pub fn cursor(text: Option<&str>) -> Option<TokenId> {
    text.and_then(TokenId::from_hex)
}

/// A page's URL with these parameters; empty ones are left out.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Tells what an owner did to a client of theirs, in the log and in the audit of the data center where the owner is at
/// home: the directory keeps none.
pub async fn told(sitting: &Sitting<'_>, event: AuditEvent, client_id: &str, detail: &str) -> Result<(), Failure> {
    let (user, trail) = (sitting.person.user.id, sitting.trail()?);
    let request_id = sitting.visit.asking.request_id.as_str();
    info!(request_id, user = user.0, client_id, event = event.as_str(), "in the console");
    let (client_id, detail) = (client_id.to_owned(), detail.to_owned());
    let written = sitting.visit.dc.store.write(move |tx| {
        let concerning = Concerning { user: Some(user), client_id: Some(&client_id), ..Concerning::default() };
        tx.audit(&trail, event, concerning, &detail)
    });
    Ok(written.await?)
}
