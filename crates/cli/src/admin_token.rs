//! `grantor admin-token`: what scripts and `grantor admin` present to the admin API.

use std::{path::PathBuf, time::Duration};

use clap::{Args, Subcommand, ValueEnum};
use grantor_server::admin_tokens::{self, AdminRole};

use crate::{
    at_stores::{at_new_stores, at_stores},
    say, serve,
};

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
                let token =
                    at_new_stores(at.config.as_deref(), move |shop| admin_tokens::add(shop, &name, role, life)).await?;
                serve::print_made(&[("ADMIN_TOKEN".to_owned(), token)])
            }
            TokenCommand::List(at) => {
                let listed = at_stores(at.config.as_deref(), admin_tokens::list).await?;
                say::line(format_args!("{:<10}{:<34}name", "role", "id"))?;
                for token in listed {
                    say::line(format_args!("{:<10}{:<34}{}", token.role.as_str(), token.id.to_hex(), token.name))?;
                }
                Ok(())
            }
            TokenCommand::End { name, at } => {
                let ended = name.clone();
                at_stores(at.config.as_deref(), move |shop| admin_tokens::end(shop, &name)).await?;
                say::line(format_args!("{ended} is refused from now on"))?;
                Ok(())
            }
        }
    }
}
