//! `grantor client secret`: replaces an application's secret while both the old and the new one work.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grantor_server::provision::{Workshop, secrets};

use crate::{at_stores::at_stores, say, serve};

/// Replace an application's secret: add a second one, let the application use it, end the first
///
/// Both work meanwhile. A secret is shown once, when it is made; afterwards it is known by its mark. Works beside a
/// running server, which sees the change within a second.
#[derive(Debug, Args)]
pub struct Secrets {
    #[command(subcommand)]
    command: SecretCommand,
}

#[derive(Debug, Subcommand)]
enum SecretCommand {
    /// Show the live secrets: mark, data center, when made, when last used
    List(Which),
    /// Make another secret and print it, once, as CLIENT_SECRET=VALUE
    Add {
        #[command(flatten)]
        which: Which,
        /// Where it is good, for an application with a secret per data center
        #[arg(long, value_name = "LOCATION")]
        location: Option<String>,
    },
    /// End a secret: it is refused within a second
    End {
        #[command(flatten)]
        which: Which,
        /// Its mark, as `list` shows it
        mark: String,
    },
}

#[derive(Debug, Args)]
struct Which {
    /// Client id of the application
    #[arg(long, value_name = "ID")]
    client_id: String,
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Secrets {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            SecretCommand::List(which) => {
                let client_id = which.client_id.clone();
                let live = at_stores(which.config.as_deref(), move |shop| secrets::list(shop, &client_id)).await?;
                say::line(format_args!("{:<10}{:<14}{:<22}last used", "mark", "data center", "made"))?;
                for secret in live {
                    let place = secret.location.as_deref().unwrap_or("all");
                    let used = secret.used.as_deref().unwrap_or("never");
                    say::line(format_args!("{:<10}{place:<14}{:<22}{used}", secret.mark, secret.made))?;
                }
                Ok(())
            }
            SecretCommand::Add { which, location } => {
                let client_id = which.client_id.clone();
                let secret = at_stores(which.config.as_deref(), move |shop| {
                    secrets::add(shop, &client_id, location.as_deref(), serve::COMMAND_LINE)
                })
                .await?;
                serve::print_made(&[("CLIENT_SECRET".to_owned(), secret)])
            }
            SecretCommand::End { which, mark } => {
                let client_id = which.client_id.clone();
                let ended = mark.clone();
                let end = move |shop: &Workshop| secrets::end(shop, &client_id, &mark, serve::COMMAND_LINE);
                at_stores(which.config.as_deref(), end).await?;
                say::line(format_args!("{ended} is refused within a second"))?;
                Ok(())
            }
        }
    }
}
