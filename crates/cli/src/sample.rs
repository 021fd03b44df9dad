//! The sample application of the demo, "Zylker Desk": a small product that reads its visitors' Bigin contacts, and says at
//! each step what travels between it, the browser and the accounts server.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::Response;
use axum::routing::{get, post};
use clap::Args;
use grantor_client::{BaseUrl, PortalId};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

mod desk;
mod page;
mod travelled;
mod view;
mod visitor;
mod walk;
mod widget;

#[cfg(test)]
mod tests;

use desk::Desk;

/// No form of this application is longer, in bytes.
const LONGEST_FORM: usize = 4 * 1024;
/// After the end was asked for, requests may take this long.
const LAST_REQUESTS_WITHIN: Duration = Duration::from_secs(2);
/// Nothing inline, nothing from elsewhere. There is no `form-action`: the Connect form is answered with a redirect to the accounts
/// server and on to other data centers, and browsers apply `form-action` to redirects.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the sample application needs to know.
#[derive(Clone)]
pub(crate) struct SampleConfig {
    /// Where it listens.
    pub(crate) listen: SocketAddr,
    /// The accounts server its links lead to.
    pub(crate) accounts_url: String,
    /// Its client id.
    pub(crate) client_id: String,
    /// Its client secret.
    pub(crate) client_secret: String,
    /// Its registered redirect URI; the path must be `/callback`.
    pub(crate) redirect_uri: String,
    /// The scopes it asks for.
    pub(crate) scopes: Vec<String>,
    /// A portal whose users may connect too.
    pub(crate) portal: Option<SamplePortal>,
    /// Client id of its page without a server, at `/widget`.
    pub(crate) widget: Option<String>,
}

/// A portal the sample application offers beside the accounts house.
#[derive(Clone)]
pub(crate) struct SamplePortal {
    /// The portal's id.
    pub(crate) id: String,
    /// The name on the button.
    pub(crate) name: String,
    /// The portal URL, without a trailing slash.
    pub(crate) url: String,
}

/// Serves the sample application until `shutdown` ends.
///
/// # Errors
/// When the configuration cannot be right, or when the listener fails.
pub(crate) async fn serve(
    listener: TcpListener,
    config: SampleConfig,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let router = router(Desk::new(config)?);
    let (began, ending) = oneshot::channel();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        // Nobody listens when serving already failed.
        began.send(()).ok();
    });
    let too_late = async {
        match ending.await {
            Ok(()) => tokio::time::sleep(LAST_REQUESTS_WITHIN).await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        served = serving => served.context("the sample application stopped"),
        () = too_late => Ok(()),
    }
}

fn router(desk: Desk) -> Router {
    Router::new()
        .route("/", get(walk::home))
        .route("/connect", post(walk::connect))
        .route("/callback", get(walk::callback))
        .route("/contacts", post(walk::contacts))
        .route("/refresh", post(walk::refresh))
        .route("/revoke", post(walk::revoke))
        .route("/disconnect", post(walk::disconnect))
        .route("/widget", get(widget::show))
        .route("/widget.js", get(widget::script))
        .route("/desk.css", get(page::stylesheet))
        .route("/desk.svg", get(page::icon))
        .fallback(page::not_found)
        .layer(middleware::from_fn(careful))
        .layer(DefaultBodyLimit::max(LONGEST_FORM))
        .with_state(desk)
}

/// Headers of every answer.
async fn careful(request: axum::extract::Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.entry(header::REFERRER_POLICY).or_insert(HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// Run the sample application alone, against any accounts server
#[derive(Debug, Args)]
pub(crate) struct Sample {
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9100")]
    listen: SocketAddr,
    /// Accounts server its links lead to
    #[arg(long, value_name = "URL")]
    accounts_url: BaseUrl,
    /// Client id of the registered application
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Client secret
    #[arg(long, env = "GRANTOR_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    client_secret: String,
    /// Registered redirect URI; its path is /callback
    #[arg(long, value_name = "URI", default_value = "http://127.0.0.1:9100/callback")]
    redirect_uri: String,
    /// Scopes, separated by commas
    #[arg(long, value_name = "A,B", default_value = "ZohoBigin.modules.contacts.READ,AaaServer.profile.READ")]
    scope: String,
    /// Portal whose users may connect too
    #[arg(long, value_name = "ID")]
    portal: Option<PortalId>,
    /// Client id of a browser client with the grant implicit, whose redirect URI is /widget here: adds a page without a
    /// server
    #[arg(long, value_name = "ID")]
    widget_client_id: Option<String>,
}

impl Sample {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let portal = self.portal.map(|id| SamplePortal {
            name: format!("portal {id}"),
            id: id.into(),
            url: self.accounts_url.as_str().to_owned(),
        });
        let config = SampleConfig {
            listen: self.listen,
            accounts_url: self.accounts_url.into(),
            client_id: self.client_id,
            client_secret: self.client_secret,
            redirect_uri: self.redirect_uri,
            scopes: crate::developer::scopes(&self.scope),
            portal,
            widget: self.widget_client_id,
        };
        let listener =
            TcpListener::bind(config.listen).await.with_context(|| format!("cannot listen at {}", config.listen))?;
        crate::developer::say(&format!("ready http://{}", listener.local_addr()?))?;
        serve(listener, config, async { drop(tokio::signal::ctrl_c().await) }).await
    }
}
