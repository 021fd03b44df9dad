//! `grantor keys`: the keys that sign ID tokens and JWT access tokens.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use grantor_server::signing_keys;

use crate::{at_stores::at_stores, say, serve};

/// Show the signing keys, or make the next ones now
///
/// Keys turn by themselves every thirty days. Works beside a running server, which learns of new keys within half a
/// minute.
#[derive(Debug, Args)]
pub struct Keys {
    #[command(subcommand)]
    command: KeysCommand,
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Show each key: data center, algorithm, id, since when it signs, until when it is published
    List(At),
    /// Make the next key of every line: published at once, signing a day later, so that no client misses it
    Rotate(At),
}

#[derive(Debug, Args)]
struct At {
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Keys {
    /// Does what was asked.
    pub async fn run(self) -> anyhow::Result<()> {
        let (at, rotates) = match self.command {
            KeysCommand::List(at) => (at, false),
            KeysCommand::Rotate(at) => (at, true),
        };
        let listed = at_stores(at.config.as_deref(), move |shop| {
            let done = if rotates { signing_keys::rotate_all(shop, serve::COMMAND_LINE) } else { Ok(()) };
            done.and_then(|()| signing_keys::list(shop))
        });
        let keys = listed.await?;
        if keys.is_empty() {
            say::line("no signing keys yet: the server makes them when somebody asks for the first time")?;
            return Ok(());
        }
        say::line(format_args!("{:<14}{:<7}{:<18}{:<22}published until", "data center", "alg", "kid", "signs from"))?;
        for key in keys {
            let until = key.retired.as_deref().unwrap_or("the next one signs");
            say::line(format_args!("{:<14}{:<7}{:<18}{:<22}{until}", key.location, key.algorithm, key.id, key.active))?;
        }
        Ok(())
    }
}
