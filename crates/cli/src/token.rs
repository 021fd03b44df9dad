//! `grantor token`: prints a valid access token, and refreshes it first when it is about to end.

use anyhow::Context;
use clap::Args;
use grantor_client::{FileStore, TokenStore};

use crate::developer::{KEY, KeptClient, Place, client, say, secret};

/// Print a valid access token
///
/// Reads the tokens that `grantor login` kept. When the access token would end within 60 seconds it is refreshed first; one
/// refresh at a time happens, however many processes ask. The client secret comes from --client-secret, else from the
/// file that `grantor login` left beside the tokens (tokens.client.json, readable by its owner only).
#[derive(Debug, Args)]
pub(crate) struct Token {
    #[command(flatten)]
    place: Place,
    /// Client secret, when login did not keep it
    #[arg(long, env = "GRANTOR_CLIENT_SECRET", hide_env_values = true, value_name = "SECRET")]
    client_secret: Option<String>,
}

impl Token {
    pub(crate) async fn run(self) -> anyhow::Result<()> {
        let file = self.place.tokens_file()?;
        let kept = FileStore::new(&file).load(KEY).await?;
        let kept =
            kept.with_context(|| format!("there are no tokens in {}. Run grantor login first", file.display()))?;
        let secret = match secret(self.client_secret) {
            None => KeptClient::read(&file)?
                .filter(|client| client.client_id == kept.client_id)
                .map(|client| client.client_secret),
            given => given,
        };
        let client = client(kept.accounts_server, kept.client_id, secret, kept.portal, &file);
        say(client.access_token(KEY).await?.expose())
    }
}
