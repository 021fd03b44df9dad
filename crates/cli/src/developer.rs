//! What `login` and `token` share: where a developer's tokens and client secret are kept, and how scopes are written.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use grantor_client::{BaseUrl, Client, Clock, FileStore, PortalId, Secret, Settings, private_file};
use serde::{Deserialize, Serialize};

/// The tokens file holds one connection.
pub(crate) const KEY: &str = "default";

/// Where tokens are kept.
#[derive(Debug, Args)]
pub(crate) struct Place {
    /// File of the tokens, readable by its owner only [default: ~/.config/grantor/tokens.json]
    #[arg(long, env = "GRANTOR_TOKENS", value_name = "FILE")]
    tokens: Option<PathBuf>,
    #[arg(long, env = "HOME", hide = true)]
    home: Option<PathBuf>,
}

impl Place {
    pub(crate) fn tokens_file(&self) -> anyhow::Result<PathBuf> {
        match (&self.tokens, &self.home) {
            (Some(file), _) => Ok(file.clone()),
            (None, Some(home)) => Ok(home.join(".config/grantor/tokens.json")),
            (None, None) => {
                anyhow::bail!("HOME is not set, so there is no default place for tokens. Give --tokens FILE")
            }
        }
    }
}

/// The client of the kept tokens, in a file of mode 0600 beside them: `tokens.client.json`.
#[derive(Serialize, Deserialize)]
pub(crate) struct KeptClient {
    pub(crate) client_id: String,
    pub(crate) client_secret: Secret,
}

impl KeptClient {
    pub(crate) fn file(tokens: &Path) -> PathBuf {
        tokens.with_extension("client.json")
    }

    pub(crate) fn read(tokens: &Path) -> anyhow::Result<Option<Self>> {
        let file = Self::file(tokens);
        let Some(bytes) = private_file::read(&file)? else { return Ok(None) };
        // The parser's own words could quote the secret.
        let kept = serde_json::from_slice(&bytes)
            .map_err(|_| anyhow::anyhow!("{} is damaged. Run grantor login again", file.display()))?;
        Ok(Some(kept))
    }

    pub(crate) fn write(&self, tokens: &Path) -> anyhow::Result<()> {
        Ok(private_file::write(
            &Self::file(tokens),
            &serde_json::to_vec_pretty(self).context("the client cannot be written down")?,
        )?)
    }

    pub(crate) fn forget(tokens: &Path) -> anyhow::Result<()> {
        Ok(private_file::remove(&Self::file(tokens))?)
    }
}

/// A client whose tokens are in `tokens`.
pub(crate) fn client(
    accounts_url: BaseUrl,
    client_id: String,
    secret: Option<Secret>,
    portal: Option<PortalId>,
    tokens: &Path,
) -> Client<FileStore> {
    let settings = Settings::new(accounts_url, client_id).secret(secret).portal(portal);
    Client::new(settings, FileStore::new(tokens), Clock::System)
}

/// `A,B` or `A B`, or both, as a list.
pub(crate) fn scopes(given: &str) -> Vec<String> {
    given.split([',', ' ']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// Standard output that fails with a reason instead of a panic when nobody reads it.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}").and_then(|()| out.flush()).context("standard output")
}

/// Reads an argument that is a secret; clap hides it in messages.
pub(crate) fn secret(given: Option<String>) -> Option<Secret> {
    given.filter(|word| !word.is_empty()).map(Secret::from)
}
