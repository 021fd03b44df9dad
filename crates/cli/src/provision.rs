//! `grantor provision` and `grantor check`: applying a file, and looking at files without applying them.

use std::path::PathBuf;

use clap::Args;
use grantor_server::{
    Config,
    provision::{self, Made, ProvisionFile, Workshop},
};

use crate::{say, serve};

/// Apply a provision file: users, organizations, clients, portals, scopes.
///
/// Prints one line per difference (+ added, ~ changed, - removed) on standard error, and ids, secrets and
/// passwords that were made as KEY=VALUE lines on standard output, once. Works beside a running server, which
/// sees the changes within a second. Running it twice changes nothing.
#[derive(Debug, Args)]
pub struct Provision {
    /// Provision files (TOML), read as one
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
    /// Only print the difference, on standard output
    #[arg(long)]
    plan: bool,
    /// Remove what is not in the files: clients and added scopes of the directory; users, portals and organizations
    /// of the data centers served here
    #[arg(long)]
    prune: bool,
}

impl Provision {
    /// Plans, and unless only that was asked, applies.
    pub async fn run(self) -> anyhow::Result<()> {
        let config = serve::config(self.config.as_deref())?;
        let file = provision::read(&self.files, &config)?;
        let (only_plan, prune) = (self.plan, self.prune);
        if only_plan {
            return tokio::task::spawn_blocking(move || show(config, &file, prune)).await?;
        }
        serve::print_made(
            &tokio::task::spawn_blocking(move || apply(config, &file, prune, |line| say::aside(line))).await??,
        )
    }
}

fn show(config: Config, file: &ProvisionFile, prune: bool) -> anyhow::Result<()> {
    let (_folder, shop) = Workshop::look(config)?;
    let plan = provision::plan(&shop, file, prune)?;
    for difference in &plan.differences {
        say::line(difference.preview())?;
    }
    if plan.differences.is_empty() {
        say::line("nothing to change")?;
    }
    shop.close();
    Ok(())
}

/// Applies a file to the stores of a config, telling each difference. When it stops midway, what was made
/// until then is printed before the error: it is in force, and nobody could find it again.
pub fn apply(config: Config, file: &ProvisionFile, prune: bool, tell: fn(&str)) -> anyhow::Result<Made> {
    let shop = Workshop::open(config)?;
    let plan = provision::plan(&shop, file, prune)?;
    for line in plan.lines() {
        tell(line);
    }
    let applied = provision::apply_for(&shop, plan, serve::COMMAND_LINE);
    shop.close();
    match applied {
        Ok(made) => Ok(made),
        Err(stopped) => {
            serve::print_made(&stopped.made)?;
            Err(stopped.error.into())
        }
    }
}

/// Check config and provision files without touching any data.
#[derive(Debug, Args)]
pub struct Check {
    /// Provision files to check against the config
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The config file
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

impl Check {
    /// Reads everything; the first mistake is the error.
    pub fn run(self) -> anyhow::Result<()> {
        let config = serve::config(self.config.as_deref())?;
        provision::read(&self.files, &config)?;
        let deviations = config.policy.policy().deviations.on();
        if !deviations.is_empty() {
            say::line(format_args!(
                "the accounts dialect deviates from RFC 9700, as documented: {}",
                deviations.join(", ")
            ))?;
        }
        say::line("all good")?;
        Ok(())
    }
}
