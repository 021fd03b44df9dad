//! `grantor client secret`: replaces an application's secret while both the old and the new one work.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use grantor_server::provision::{ProvisionError, Workshop, secrets};

use crate::{log, serve};

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
                let live = at(which, move |shop| secrets::list(shop, &client_id)).await?;
                println!("{:<10}{:<14}{:<22}last used", "mark", "data center", "made");
                for secret in live {
                    let place = secret.location.as_deref().unwrap_or("all");
                    let used = secret.used.as_deref().unwrap_or("never");
                    println!("{:<10}{place:<14}{:<22}{used}", secret.mark, secret.made);
                }
                Ok(())
            }
            SecretCommand::Add { which, location } => {
                let client_id = which.client_id.clone();
                let secret =
                    at(which, move |shop| secrets::add(shop, &client_id, location.as_deref(), serve::COMMAND_LINE))
                        .await?;
                serve::print_made(&[("CLIENT_SECRET".to_owned(), secret)])
            }
            SecretCommand::End { which, mark } => {
                let client_id = which.client_id.clone();
                at(which, move |shop| secrets::end(shop, &client_id, &mark, serve::COMMAND_LINE)).await
            }
        }
    }
}

/// Opens the stores of the config, does it, and closes them.
async fn at<T: Send + 'static>(
    which: Which,
    work: impl FnOnce(&Workshop) -> Result<T, ProvisionError> + Send + 'static,
) -> anyhow::Result<T> {
    log::of_a_command();
    let config = serve::config(which.config.as_deref())?;
    let done = tokio::task::spawn_blocking(move || {
        let shop = Workshop::open(config)?;
        let done = work(&shop);
        shop.close();
        done
    });
    Ok(done.await.context("the work ended early")??)
}
