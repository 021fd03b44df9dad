//! What the console's tools for one client share: their paths, and how they are framed and told of.

use std::sync::Arc;

use axum::{Router, routing::get};
use grantor_protocol::client::Client;

use super::{code, link, nav, notices, quotas, sandbox, webhook};
use crate::{
    house::DataCenter,
    pages::{Area, Choice, ClientName, Shell},
    sitting::Sitting,
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

/// A page's URL with these parameters; empty ones are left out.
pub fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
