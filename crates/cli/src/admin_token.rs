//! `grantor admin-token`: what scripts and `grantor admin` present to the admin API.

use std::{path::PathBuf, time::Duration};

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use grantor_server::{
    admin_tokens::{self, AdminRole},
    provision::{ProvisionError, Workshop},
};

use crate::serve;

/// Make, list and end tokens for the admin API
///
/// A viewer's token may read, an operator's may change. A token is shown once, when it is made. Works beside a running
/// server, which sees the change at once.
#[derive(Debug, Args)]
pub struct Tokens {
    #[command(subcommand)]
    command: TokenCommand,
}

#[derive(Debug, Subcommand)]
enum TokenCommand {
    /// Make a token and print it, once, as ADMIN_TOKEN=VALUE
    Add {
        /// Who or what will use it
        name: String,
        /// What it may do
        #[arg(long, value_enum, default_value_t = Role::Viewer)]
        role: Role,
        /// End it by itself after so many days
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=3650))]
        days: Option<u64>,
        #[command(flatten)]
        at: At,
    },
    /// Show the tokens: name, role, id
    List(At),
    /// End a token: it is refused at once
    End {
        /// Its name
        name: String,
        #[command(flatten)]
        at: At,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Role {
    /// Reads everything
    Viewer,
    /// Changes everything
    Operator,
}

#[derive(Debug, Args)]
struct At {
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Tokens {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        match self.command {
            TokenCommand::Add { name, role, days, at } => {
                let role = match role {
                    Role::Viewer => AdminRole::Viewer,
                    Role::Operator => AdminRole::Operator,
                };
                let life = days.map(|days| Duration::from_hours(24 * days));
                let token = open(at, move |shop| admin_tokens::add(shop, &name, role, life)).await?;
                serve::print_made(&[("ADMIN_TOKEN".to_owned(), token)])
            }
            TokenCommand::List(at) => {
                let listed = open(at, admin_tokens::list).await?;
                println!("{:<10}{:<34}name", "role", "id");
                for token in listed {
                    println!("{:<10}{:<34}{}", token.role.as_str(), token.id.to_hex(), token.name);
                }
                Ok(())
            }
            TokenCommand::End { name, at } => open(at, move |shop| admin_tokens::end(shop, &name)).await,
        }
    }
}

/// Opens the stores of the config, does it, and closes them.
async fn open<T: Send + 'static>(
    at: At,
    work: impl FnOnce(&Workshop) -> Result<T, ProvisionError> + Send + 'static,
) -> anyhow::Result<T> {
    let config = serve::config(at.config.as_deref())?;
    let done = tokio::task::spawn_blocking(move || -> anyhow::Result<T> {
        let shop = Workshop::open(config)?;
        let done = work(&shop);
        shop.close();
        Ok(done?)
    });
    done.await.context("the work ended early")?
}
