//! `grantor client code`: a code for a self client, as its owner would make one in a console.

use std::path::PathBuf;

use clap::Args;
use grantor_server::self_codes::{self, SelfCodeRequest};

use crate::{at_stores::at_stores, serve};

/// Make a code for a self client, in the name of its owner
///
/// The application exchanges it at /oauth/v2/token of the owner's data center, without a redirect URI, and gets a
/// refresh token with it. Works beside a running server. Prints CODE, LOCATION, ORGANIZATION and EXPIRES_IN (seconds),
/// once, as KEY=VALUE lines.
#[derive(Debug, Args)]
pub struct Code {
    /// Client id of the self client
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// What it may do, separated by commas
    #[arg(long, value_name = "SCOPES")]
    scope: String,
    /// For which of the owner's organizations; may be left out only when no scope belongs to one
    #[arg(long, value_name = "ID")]
    organization: Option<String>,
    /// How long the code is good; default: as the config's policy says, 3 unless it says otherwise
    #[arg(long, value_name = "MINUTES", value_parser = ["3", "5", "7", "10"])]
    minutes: Option<String>,
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Code {
    /// Makes it.
    pub async fn run(self) -> anyhow::Result<()> {
        let request = SelfCodeRequest {
            client_id: self.client_id,
            scope: self.scope,
            organization: self.organization,
            minutes: self.minutes.map(|minutes| minutes.parse()).transpose()?,
            request_id: serve::COMMAND_LINE.to_owned(),
        };
        let made = at_stores(self.config.as_deref(), move |shop| self_codes::make(shop, &request)).await?;
        serve::print_made(&[
            ("CODE".to_owned(), made.code),
            ("LOCATION".to_owned(), made.location),
            ("ORGANIZATION".to_owned(), made.organization_id),
            ("EXPIRES_IN".to_owned(), made.expires_in.to_string()),
        ])
    }
}
