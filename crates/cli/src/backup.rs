//! `grantor backup`, `restore` and `verify`: every store of a config in one sealed file, and back.

use std::{io::ErrorKind, path::PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::Args;
use grantor_server::backup::{self, Kept};

use crate::{
    at_stores::{at_new_stores, at_stores},
    say,
};

/// Write every store of the config into one encrypted file
///
/// Works beside a running server: what was answered before the backup began is in it. Make a key once and keep it
/// somewhere else than the backups; without it they cannot be read, by anybody.
#[derive(Debug, Args)]
pub struct Backup {
    /// The file to write
    #[arg(required_unless_present = "make_key", value_name = "FILE")]
    file: Option<PathBuf>,
    /// The file that holds the key
    #[arg(long, value_name = "KEYFILE", env = "GRANTOR_BACKUP_KEY", required_unless_present = "make_key")]
    key: Option<PathBuf>,
    /// Make a new key in this file, and nothing else
    #[arg(long, value_name = "KEYFILE", conflicts_with_all = ["file", "key"])]
    make_key: Option<PathBuf>,
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

/// Write a backup into the stores of the config, which must be empty
///
/// The whole file is checked first. A backup of SQLite can be restored into PostgreSQL, and the other way round. Start no
/// server on these stores before it is done.
#[derive(Debug, Args)]
pub struct Restore {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file that holds the key
    #[arg(long, value_name = "KEYFILE", env = "GRANTOR_BACKUP_KEY")]
    key: PathBuf,
    /// The config file that names the stores
    #[arg(long, value_name = "FILE", env = "GRANTOR_CONFIG")]
    config: Option<PathBuf>,
}

/// Read a whole backup and say what is in it
///
/// Finds every changed, missing or exchanged byte. Needs no stores.
#[derive(Debug, Args)]
pub struct Verify {
    /// The backup
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The file that holds the key
    #[arg(long, value_name = "KEYFILE", env = "GRANTOR_BACKUP_KEY")]
    key: PathBuf,
}

impl Backup {
    /// Makes a key, or a backup.
    pub async fn run(self) -> anyhow::Result<()> {
        if let Some(path) = self.make_key {
            let key = backup::make_key()?;
            backup::keep_key(&path, &key).map_err(|error| match error.kind() {
                ErrorKind::AlreadyExists => {
                    anyhow!("{} is there already; a key that is overwritten opens no backup any more", path.display())
                }
                _ => anyhow!("{}: {error}", path.display()),
            })?;
            say::line(format_args!(
                "{} holds the key now: keep a copy of it where the backups are not",
                path.display()
            ))?;
            return Ok(());
        }
        let (Some(file), Some(key)) = (self.file, self.key) else { bail!("which file, and which key?") };
        let (written, with) = (file.clone(), key.clone());
        tell(&at_stores(self.config.as_deref(), move |shop| backup::make(shop, &file, &key)).await?)?;
        say::line(format_args!(
            "{} is whole; check it now and then: grantor verify {0} --key {}",
            written.display(),
            with.display()
        ))?;
        Ok(())
    }
}

impl Restore {
    /// Restores.
    pub async fn run(self) -> anyhow::Result<()> {
        let Self { file, key, config } = self;
        tell(&at_new_stores(config.as_deref(), move |shop| backup::restore(shop, &file, &key)).await?)?;
        say::line("restored; the server can be started")?;
        Ok(())
    }
}

impl Verify {
    /// Verifies.
    pub async fn run(self) -> anyhow::Result<()> {
        let kept = tokio::task::spawn_blocking(move || backup::verify(&self.file, &self.key));
        tell(&kept.await.context("the work ended early")??)?;
        say::line("whole, and unchanged since it was made")?;
        Ok(())
    }
}

fn tell(kept: &[Kept]) -> anyhow::Result<()> {
    for Kept { store, totals } in kept {
        say::line(format_args!("{store:<12} {} rows in {} tables", totals.rows, totals.tables))?;
    }
    Ok(())
}
