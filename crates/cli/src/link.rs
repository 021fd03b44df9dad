//! `grantor link`: prints an authorization request link and nothing else.

use clap::Args;
use grantor_client::{AuthorizationLink, BaseUrl, PortalId};

use crate::developer::{say, scopes};

/// Print an authorization request link
///
/// Nothing is sent and nothing is kept. Whoever opens the link signs in, chooses an organization and accepts; their browser
/// then goes to the redirect URI with a code. The state is in the link: the callback must bring back the same.
#[derive(Debug, Args)]
pub(crate) struct Link {
    /// Accounts server to start at, like http://127.0.0.1:9000
    #[arg(long, value_name = "URL")]
    accounts_url: BaseUrl,
    /// Client id of the registered application
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// Scopes, separated by commas
    #[arg(long, value_name = "A,B")]
    scope: String,
    /// Registered redirect URI, exactly
    #[arg(long, value_name = "URI")]
    redirect_uri: String,
    /// Ask for a refresh token too (access_type=offline)
    #[arg(long)]
    offline: bool,
    /// Show the consent page even if the person agreed before (prompt=consent)
    #[arg(long)]
    prompt_consent: bool,
    /// Word that the callback must bring back [default: random]
    #[arg(long)]
    state: Option<String>,
    /// Portal whose users sign in
    #[arg(long, value_name = "ID")]
    portal: Option<PortalId>,
}

impl Link {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let mut link =
            AuthorizationLink::new(self.accounts_url, self.client_id, self.redirect_uri, scopes(&self.scope))
                .offline(self.offline)
                .ask_consent(self.prompt_consent)
                .portal(self.portal);
        if let Some(state) = self.state {
            link = link.state(state);
        }
        let (link, _) = link.build()?;
        say(link.as_str())
    }
}
