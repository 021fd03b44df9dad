//! Pages and files: the one template, its stylesheet and icon, and the page for addresses that are not there.

use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::travelled::Step;
use super::view::{Contact, Facts, Who};
use super::visitor::Notice;

/// The page; all of the application is on it.
#[derive(Template)]
#[template(path = "sample/home.html")]
pub(crate) struct Home {
    pub(crate) csrf: String,
    pub(crate) notice: Option<Notice>,
    pub(crate) connection: Option<Connection>,
    pub(crate) accounts_url: String,
    pub(crate) client_id: String,
    pub(crate) redirect_uri: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) portal: Option<String>,
    pub(crate) steps: Vec<Step>,
}

/// The connected half of the page.
pub(crate) struct Connection {
    pub(crate) who: Who,
    pub(crate) facts: Facts,
    pub(crate) contacts: Option<Result<Vec<Contact>, String>>,
}

/// A page with one message.
#[derive(Template)]
#[template(path = "sample/message.html")]
struct Message<'a> {
    title: &'a str,
    text: &'a str,
}

pub(crate) fn shown(page: &impl Template) -> Response {
    match page.render() {
        Ok(html) => Html(html).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

pub(crate) fn message(status: StatusCode, title: &str, text: &str) -> Response {
    (status, shown(&Message { title, text })).into_response()
}

pub(crate) async fn not_found() -> Response {
    message(
        StatusCode::NOT_FOUND,
        "There is no such page",
        "The address may be mistyped. Everything Zylker Desk has is on its first page.",
    )
}

pub(crate) async fn stylesheet() -> Response {
    file("text/css; charset=utf-8", include_str!("../../templates/sample/desk.css"))
}

pub(crate) async fn icon() -> Response {
    file("image/svg+xml", include_str!("../../templates/sample/desk.svg"))
}

pub(crate) fn file(kind: &'static str, text: &'static str) -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("max-age=60")),
    ];
    (headers, text).into_response()
}
