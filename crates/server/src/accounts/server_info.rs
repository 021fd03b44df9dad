//! `GET /oauth/serverinfo`: the accounts URL of every data center (accounts-protocol.md section 1.2). A
//! client checks the `accounts-server` of a callback against it.

use std::sync::Arc;

use axum::{
    extract::State,
    http::{Method, StatusCode},
    response::Response,
};
use serde_json::{Map, Value, json};

use super::error;
use crate::{
    house::{DataCenter, Place},
    http::reply,
};

/// Entry data centers name each other; one that stands apart names only itself.
pub async fn server_info(State(dc): State<Arc<DataCenter>>, method: Method) -> Response {
    if method != Method::GET {
        return error::word(StatusCode::BAD_REQUEST, "invalid_request");
    }
    let listed: Vec<&Place> = if dc.place.entry { dc.house.entries().collect() } else { vec![&dc.place] };
    let map = |url: fn(&Place) -> &str| -> Map<String, Value> {
        listed.iter().map(|place| (place.location.clone(), Value::from(url(place)))).collect()
    };
    let body = json!({
        "result": "success",
        "locations": map(|p| &p.accounts_url),
        "portal_locations": map(|p| &p.portal_url),
    });
    reply::json(StatusCode::OK, body.to_string())
}
