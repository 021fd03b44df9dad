//! The sample's page without a server behind it: a browser client that gets its token in the fragment, for as long as
//! the person stays signed in (implicit flow).

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use super::desk::Desk;
use super::page;

/// The only page of this application with a script, which comes from here.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; base-uri 'none'; \
                      frame-ancestors 'none'";

/// What it asks for.
const SCOPE: &str = "ZohoBigin.modules.contacts.READ,email";

#[derive(Template)]
#[template(path = "sample/widget.html")]
struct Widget {
    accounts_url: String,
    token_link: String,
    refresh_link: String,
}

pub(crate) async fn show(State(desk): State<Desk>) -> Response {
    let config = desk.config();
    let Some(client_id) = &config.widget else { return page::not_found().await };
    let redirect_uri = config.redirect_uri.replace("/callback", "/widget");
    let mut query = reqwest::Url::parse(&config.accounts_url).ok();
    if let Some(url) = &mut query {
        url.query_pairs_mut()
            .append_pair("response_type", "token")
            .append_pair("client_id", client_id)
            .append_pair("scope", SCOPE)
            .append_pair("redirect_uri", &redirect_uri);
    }
    let query = query.as_ref().and_then(reqwest::Url::query).unwrap_or_default();
    let link = |path: &str| format!("{}{path}?{query}", config.accounts_url);
    let widget = Widget {
        accounts_url: config.accounts_url.clone(),
        token_link: link("/oauth/v2/auth"),
        refresh_link: link("/oauth/v2/auth/refresh"),
    };
    let mut response = page::shown(&widget);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    // The accounts server looks whether the page that asks is registered; this names its origin, and no more.
    response.headers_mut().insert(header::REFERRER_POLICY, HeaderValue::from_static("strict-origin"));
    response
}

pub(crate) async fn script(State(desk): State<Desk>) -> Response {
    if desk.config().widget.is_none() {
        return page::message(
            StatusCode::NOT_FOUND,
            "There is no such page",
            "This sample has no page without a server.",
        );
    }
    page::file("text/javascript; charset=utf-8", include_str!("../../templates/sample/widget.js"))
}
