//! The loopback listener of `grantor login`: takes the first callback, and tells the browser how it ended.

use std::time::Duration;

use anyhow::Context;
use askama::Template;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

/// The stylesheet travels inside the page, as a `data:` URL, because the listener is gone right after it.
const POLICY: &str = "default-src 'none'; style-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// The browser may take this long to fetch the page that says how it ended.
const LAST_PAGE_WITHIN: Duration = Duration::from_secs(2);

/// The page at the end.
#[derive(Template)]
#[template(path = "login/finished.html")]
struct Finished<'a> {
    title: &'a str,
    text: &'a str,
    good: bool,
}

/// How it ended: nothing, or the reason why not.
type Ending = Option<String>;
type Arrival = (String, oneshot::Sender<Ending>);

/// The first callback; the browser waits until it is answered.
pub(crate) struct FirstCallback {
    query: String,
    browser: oneshot::Sender<Ending>,
    stop: oneshot::Sender<()>,
    server: JoinHandle<std::io::Result<()>>,
}

#[derive(Clone)]
struct Door {
    path: String,
    arrivals: mpsc::Sender<Arrival>,
}

/// Waits for the first request that carries `code` or `error` to `path`. Other requests (icons, curious people) are
/// answered and forgotten, so that they cannot end the wait.
pub(crate) async fn first_callback(listener: TcpListener, path: &str) -> anyhow::Result<FirstCallback> {
    let (arrivals, mut arrived) = mpsc::channel(1);
    let router = Router::new().fallback(receive).with_state(Door { path: path.to_owned(), arrivals });
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        // The sender is dropped when the wait ends some other way; that is a reason to stop too.
        drop(stopped.await);
    });
    let server = tokio::spawn(async move { serving.await });
    let (query, browser) = arrived.recv().await.context("the listener ended")?;
    Ok(FirstCallback { query, browser, stop, server })
}

impl FirstCallback {
    /// The query, with its `?`.
    pub(crate) fn query(&self) -> &str {
        &self.query
    }

    /// Shows the last page and closes the listener.
    pub(crate) async fn answer(self, ending: Ending) {
        // A browser that went away does not change how it ended.
        drop(self.browser.send(ending));
        self.stop.send(()).ok();
        drop(tokio::time::timeout(LAST_PAGE_WITHIN, self.server).await);
    }
}

async fn receive(State(door): State<Door>, request: Request) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let wanted = |name: &str| form_urlencoded::parse(query.as_bytes()).any(|(key, _)| key == name);
    if request.method() != Method::GET || request.uri().path() != door.path {
        return StatusCode::NOT_FOUND.into_response();
    }
    if !wanted("code") && !wanted("error") {
        return page(
            StatusCode::BAD_REQUEST,
            "Still waiting",
            "This address is for the answer of the accounts server. Open the link that grantor login printed.",
        );
    }
    let (browser, ending) = oneshot::channel();
    let query = format!("?{query}");
    let taken = door.arrivals.try_send((query, browser)).is_ok();
    match ending.await {
        Ok(None) if taken => page(
            StatusCode::OK,
            "You are connected",
            "The tokens are kept. You can close this page and go back to the terminal.",
        ),
        Ok(Some(reason)) => page(StatusCode::BAD_REQUEST, "Not connected", &reason),
        _ => page(
            StatusCode::CONFLICT,
            "Already answered",
            "An answer came before this one. Look at the terminal to see how it ended.",
        ),
    }
}

fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let Ok(html) = (Finished { title, text, good: status == StatusCode::OK }).render() else {
        return (StatusCode::INTERNAL_SERVER_ERROR, title.to_owned()).into_response();
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    ];
    (status, headers, Html(html)).into_response()
}
