//! `grantor login`: a developer's own authorization, from the link to tokens in a private file.

use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Context;
use clap::Args;
use grantor_client::{BaseUrl, Callback, PortalId, Tokens};
use tokio::net::TcpListener;

use crate::developer::{KEY, KeptClient, Place, client, say, scopes, secret};

mod listener;
mod redirect;

use redirect::RedirectUri;

/// A person may take this long from the link to the callback.
const PATIENCE: Duration = Duration::from_mins(5);

/// Sign in as a developer and keep the tokens
///
/// Opens a listener on the redirect URI's port of this machine, prints the link (and opens it in a browser), and waits up to
/// 5 minutes for the browser to come back. It checks the state, refuses an accounts-server that is not in
/// /oauth/serverinfo, exchanges the code there, and keeps the tokens in a file that only its owner can read. The client
/// secret is kept beside it in the same way (tokens.client.json), so that `grantor token` can refresh; --forget-secret
/// leaves it out. Offline access asks for consent every time, because only then the server gives a refresh token.
#[derive(Debug, Args)]
pub(crate) struct Login {
    /// Accounts server to start at, like http://127.0.0.1:9000
    #[arg(long, value_name = "URL")]
    accounts_url: BaseUrl,
    /// Client id of the registered application
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Client secret; leave it out for public clients, which use PKCE
    #[arg(long, env = "GRANTOR_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    client_secret: Option<String>,
    /// Do not keep the client secret; `grantor token` then needs it
    #[arg(long)]
    forget_secret: bool,
    /// Scopes, separated by commas
    #[arg(long, value_name = "A,B")]
    scope: String,
    /// Registered redirect URI on this machine; port 0 takes a free port
    #[arg(long, value_name = "URI", default_value = "http://127.0.0.1:9911/callback")]
    redirect_uri: RedirectUri,
    /// Portal whose users sign in
    #[arg(long, value_name = "ID")]
    portal: Option<PortalId>,
    /// No refresh token: access ends with the access token
    #[arg(long)]
    online: bool,
    #[command(flatten)]
    place: Place,
    /// Only print the link
    #[arg(long)]
    no_browser: bool,
}

impl Login {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let file = self.place.tokens_file()?;
        let secret = secret(self.client_secret);
        let client = client(self.accounts_url, self.client_id.clone(), secret.clone(), self.portal, &file);
        // What would fail at the end fails now, before a person is sent anywhere.
        client.tokens(KEY).await?;
        client.data_centers().await?;
        let listener = TcpListener::bind(self.redirect_uri.address()).await;
        let listener = listener
            .with_context(|| format!("cannot listen at {}, the redirect URI's address", self.redirect_uri.address()))?;
        let redirect_uri = self.redirect_uri.at_port(listener.local_addr()?.port());

        let link =
            client.link(redirect_uri.as_str(), scopes(&self.scope)).offline(!self.online).ask_consent(!self.online);
        let (link, pending) = link.build()?;
        say(&format!("Open this link, sign in and accept:\n\n{link}\n"))?;
        if !self.no_browser {
            open_browser(link.as_str());
        }

        let waiting = listener::first_callback(listener, redirect_uri.path());
        let callback = tokio::time::timeout(PATIENCE, waiting).await;
        let callback = callback.context("nobody came back within 5 minutes. Run it again when you are ready")??;
        let outcome =
            async { anyhow::Ok(client.connect(KEY, &pending, Callback::parse(callback.query())?).await?) }.await;
        callback.answer(outcome.as_ref().err().map(|error| format!("{error:#}"))).await;
        let tokens = outcome?;

        match secret.filter(|_| !self.forget_secret) {
            Some(client_secret) => KeptClient { client_id: self.client_id, client_secret }.write(&file)?,
            None => KeptClient::forget(&file)?,
        }
        say(&report(&tokens, client.clock().now()))?;
        say(&format!(
            "Kept in {}, readable by its owner only. `grantor token` prints a valid access token.",
            file.display()
        ))
    }
}

/// What came of it, without whole secrets.
fn report(tokens: &Tokens, now: u64) -> String {
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "not named".to_owned());
    let refresh = match &tokens.refresh_token {
        Some(token) => token.masked(),
        None => "none: access ends with the access token".to_owned(),
    };
    format!(
        "Connected at {} ({}).\n  access token   {}  for {} minutes\n  refresh token  {refresh}\n  scope          {}\n  api_domain     {}",
        tokens.accounts_server,
        tokens.location,
        tokens.access_token.masked(),
        tokens.expires_at.saturating_sub(now) / 60,
        or_none(&tokens.scope),
        or_none(&tokens.api_domain),
    )
}

/// Tries to open the link; the printed one is there when it does not work.
fn open_browser(link: &str) {
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    drop(Command::new(opener).arg(link).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn());
}
