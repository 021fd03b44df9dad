//! `grantor serve`: runs the server until it is told to stop.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Args;
use grantor_server::{Config, Running, ServeOptions, provision};

/// Run the authorization server.
///
/// Without a config file there is one data center, `us`, on 127.0.0.1:9000, with its data under
/// ./grantor-data and an admin listener (health, metrics) on 127.0.0.1:9090. Once connections are accepted,
/// one line `ready <accounts_url>` per data center goes to standard output; logs go to standard error.
#[derive(Debug, Args)]
pub struct Serve {
    /// The config file (TOML)
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
    /// A provision file to apply before starting; may be given several times
    #[arg(long, value_name = "FILE")]
    provision: Vec<PathBuf>,
    #[command(flatten)]
    log: crate::log::Log,
}

impl Serve {
    /// Serves until SIGTERM or Ctrl-C.
    pub async fn run(self) -> anyhow::Result<()> {
        self.log.start();
        let config = config(self.config.as_deref())?;
        if !self.provision.is_empty() {
            let file = provision::read(&self.provision, &config)?;
            let for_files = config.clone();
            // As an event like any other: what reads the log reads lines of one form.
            let tell = |line: &str| tracing::info!(change = line, "provisioned");
            let apply = move || crate::provision::apply(for_files, &file, false, tell);
            let made = tokio::task::spawn_blocking(apply).await??;
            print_made(&made)?;
        }
        let running = grantor_server::start(config, ServeOptions::default()).await?;
        announce(&running)?;
        stopped().await?;
        running.stop().await;
        Ok(())
    }
}

/// Who changes something with a command, as the audit names them.
pub const COMMAND_LINE: &str = "command line";

/// Reads a config file, or the built-in one.
pub fn config(path: Option<&Path>) -> anyhow::Result<Config> {
    let Some(path) = path else { return Ok(Config::built_in()?) };
    let text = std::fs::read_to_string(path).with_context(|| format!("{}", path.display()))?;
    Config::parse(&text).with_context(|| format!("{}", path.display()))
}

/// `ready <accounts_url>` for each data center.
pub fn announce(running: &Running) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for (_, accounts_url) in &running.ready {
        writeln!(out, "ready {accounts_url}")?;
    }
    out.flush()?;
    Ok(())
}

/// Ids, secrets and passwords that were made: once, as `KEY=VALUE` lines.
pub fn print_made(made: &[(String, String)]) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    for (key, value) in made {
        writeln!(out, "{key}={value}")?;
    }
    out.flush()?;
    Ok(())
}

/// Waits for SIGTERM or Ctrl-C.
pub async fn stopped() -> anyhow::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        _ = term.recv() => {}
        interrupted = tokio::signal::ctrl_c() => interrupted?,
    }
    Ok(())
}
