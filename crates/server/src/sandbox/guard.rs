//! Who may use a sandbox's endpoints: scripts, and this server's own pages. A page of somebody else's that a developer
//! happens to have open may not, neither by a request across sites nor by a name of its own that leads here.

use std::net::IpAddr;

use axum::{
    extract::Request,
    http::{HeaderName, StatusCode, header, uri::Authority},
    response::Response,
};
use serde_json::json;

use super::answer;
use crate::{
    house::{DataCenter, Place},
    outgoing::is_localhost,
};

/// The answer to a request that a page of somebody else's made; `None`: it may pass.
pub fn refused(dc: &DataCenter, request: &Request) -> Option<Response> {
    let places = &dc.house.places;
    let named = |name: HeaderName| request.headers().get(name).map(|value| value.to_str().unwrap_or_default());
    let host = request.uri().authority().map(Authority::as_str).or_else(|| named(header::HOST));
    if host.is_some_and(|host| !is_ours(places, host)) {
        let why = "under /_sandbox/ the Host is an IP address, localhost, or the host of a configured URL";
        return Some(told(StatusCode::MISDIRECTED_REQUEST, "misdirected_request", why));
    }
    let of_others = named(header::ORIGIN).is_some_and(|origin| !is_own_page(places, origin, host));
    if of_others || named(HeaderName::from_static("sec-fetch-site")) == Some("cross-site") {
        let why = "pages of other sites do not drive a sandbox; use a script, or a page of this server";
        return Some(told(StatusCode::FORBIDDEN, "forbidden", why));
    }
    None
}

fn told(status: StatusCode, error: &str, why: &str) -> Response {
    answer(status, &json!({ "error": error, "message": why }))
}

/// Whether a name can lead nowhere but here: nobody else decides where it leads.
fn is_ours(places: &[Place], host: &str) -> bool {
    let Ok(authority) = host.to_ascii_lowercase().parse::<Authority>() else { return false };
    let name = authority.host();
    let address = name.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(name);
    address.parse::<IpAddr>().is_ok()
        || is_localhost(name)
        || urls(places)
            .filter_map(|url| url.split_once("://")?.1.parse::<Authority>().ok())
            .any(|own| own.host().eq_ignore_ascii_case(name))
}

/// Whether an `Origin` is of this server: by a configured URL, or by the name under which it is asked.
fn is_own_page(places: &[Place], origin: &str, host: Option<&str>) -> bool {
    let by_name =
        || origin.split_once("://").is_some_and(|(_, at)| host.is_some_and(|host| host.eq_ignore_ascii_case(at)));
    urls(places).any(|url| url.eq_ignore_ascii_case(origin)) || by_name()
}

fn urls(places: &[Place]) -> impl Iterator<Item = &str> {
    places.iter().flat_map(|place| [&place.accounts_url, &place.portal_url, &place.api_domain]).map(String::as_str)
}
