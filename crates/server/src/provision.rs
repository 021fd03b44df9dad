//! Provisioning: users, organizations, clients, portals and scopes from a TOML file, compared with what is
//! there and applied as a difference (contract section 3; `spec/decisions.md` 24, 29).

mod apply;
mod check;
mod file;
pub(crate) mod made;
mod plan;
pub mod secrets;

use std::path::{Path, PathBuf};

pub(crate) use apply::record;
pub use apply::{Stopped, apply, apply_for};
pub use file::{ClientEntry, OrganizationEntry, PortalEntry, ProvisionFile, ScopeEntry, UserEntry};
pub use plan::{Change, Difference, Made, Plan, plan};

use grantor_store::StoreError;
use tempfile::TempDir;

use crate::{
    clock::Clock,
    config::Config,
    entropy::{Entropy, NoEntropy},
    scopes::Scopes,
    stores::{self, OpenError, Stores},
};

/// A password for somebody who has none yet.
///
/// # Errors
/// When there is no entropy.
pub(crate) fn drawn_password(entropy: &Entropy) -> Result<String, NoEntropy> {
    made::password(entropy)
}

/// A number for a new user.
///
/// # Errors
/// When there is no entropy.
pub(crate) fn drawn_number(entropy: &Entropy) -> Result<i64, NoEntropy> {
    Ok(made::number(11, entropy)?.parse().unwrap_or_default())
}

/// Why something an operator wanted was not done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ProvisionError {
    /// What was asked cannot be done as it stands: one line that names the place.
    #[error("{0}")]
    Refused(String),
    /// A store cannot be used now; the same may succeed later.
    #[error("cannot use a store: {0}")]
    Store(#[from] StoreError),
    /// A store cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// There were no random bytes.
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    /// Something else that is no fault of who asked.
    #[error("{0}")]
    Broken(String),
}

impl ProvisionError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self::Refused(text.into())
    }
}

/// The stores of a config, opened beside a server that may be running, with what provisioning needs.
#[derive(Debug)]
pub struct Workshop {
    pub(crate) config: Config,
    pub(crate) stores: Stores,
    pub(crate) clock: Clock,
    pub(crate) entropy: Entropy,
}

impl Workshop {
    /// Opens the stores.
    ///
    /// # Errors
    /// Which store cannot be opened, and why.
    pub fn open(config: Config) -> Result<Self, ProvisionError> {
        let clock = Clock::System;
        let stores = stores::open(&config, false, clock.now())?;
        Ok(Self { config, stores, clock, entropy: Entropy::default() })
    }

    /// Opens stores that were made before: a command that has nothing to do in new ones is in the wrong folder, or its config
    /// names another one.
    ///
    /// # Errors
    /// The same, and which store is not there.
    pub fn open_existing(config: Config) -> Result<Self, ProvisionError> {
        stores::all_there(&config)?;
        Self::open(config)
    }

    /// Opens the stores only to look at them: instead of a SQLite file that was never made it has an empty one, in a
    /// folder that goes with the first of the two.
    ///
    /// # Errors
    /// Which store cannot be opened, and why.
    pub fn look(mut config: Config) -> Result<(TempDir, Self), ProvisionError> {
        let folder = tempfile::tempdir();
        let folder = folder.map_err(|error| ProvisionError::Broken(format!("no temporary folder: {error}")))?;
        stores::divert_new(&mut config, folder.path())?;
        Ok((folder, Self::open(config)?))
    }

    /// Closes them: everything that was written is durable.
    pub fn close(self) {
        for store in self.stores.data_centers.into_values() {
            store.close();
        }
        self.stores.directory.close();
    }
}

/// Reads files and checks them against a config, without any store.
///
/// # Errors
/// The first thing that is wrong, with file and line.
pub fn read(paths: &[PathBuf], config: &Config) -> Result<ProvisionFile, ProvisionError> {
    stores::check(config)?;
    let mut all = ProvisionFile::default();
    for path in paths {
        let text =
            std::fs::read_to_string(path).map_err(|e| ProvisionError::new(format!("{}: {e}", path.display())))?;
        let beside = path.parent().unwrap_or_else(|| Path::new("."));
        let file =
            ProvisionFile::parse(&text, beside).map_err(|e| ProvisionError::new(format!("{}: {e}", path.display())))?;
        all.append(file);
    }
    check::check(&all, config)?;
    Ok(all)
}

/// Reads a text that is built into the program (the demo's).
///
/// # Errors
/// The first thing that is wrong.
pub fn read_text(text: &str, config: &Config) -> Result<ProvisionFile, ProvisionError> {
    let file = ProvisionFile::parse(text, Path::new("."))?;
    check::check(&file, config)?;
    Ok(file)
}

/// Checks what was built by hand (the command line's one client) like a file, and that every client has only the fields
/// of its type: in a file what is not used does no harm, on the command line it is a mistake.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(file: &ProvisionFile, config: &Config) -> Result<(), ProvisionError> {
    check::check(file, config)?;
    file.clients.iter().try_for_each(|entry| check::fields(entry, config))
}

/// Checks what came in another way than a file.
///
/// # Errors
/// The first thing that is wrong.
pub(crate) fn check_entries(file: &ProvisionFile, config: &Config) -> Result<(), ProvisionError> {
    check::check(file, config)
}

/// The catalog that scopes of a file are checked against.
pub(crate) fn catalog_with(file: &ProvisionFile) -> Scopes {
    let added: Vec<(String, String)> = file.scopes.iter().map(|s| (s.name.clone(), s.description.clone())).collect();
    Scopes::new(&added)
}

#[cfg(test)]
mod tests;
