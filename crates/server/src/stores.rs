//! Opening the stores that a config names: the directory's and each served data center's.

use std::{collections::BTreeMap, path::Path};

use grantor_protocol::time::Timestamp;
use grantor_store::{DATA_CENTER, DIRECTORY, DatabaseUrl, Store, StoreError, StoreOptions};

use crate::config::Config;

/// The stores of one config.
#[derive(Debug, Clone)]
pub struct Stores {
    /// What all data centers share.
    pub directory: Store,
    /// By location, those served here.
    pub data_centers: BTreeMap<String, Store>,
}

/// Why a store could not be opened.
#[derive(Debug, Clone, thiserror::Error)]
#[error("cannot open the store of {which}: {why}")]
pub struct OpenError {
    which: String,
    why: StoreError,
}

/// Opens them all, migrating where needed. `exclusive`: a server locks its data folder, a command does not.
///
/// # Errors
/// The first that cannot be opened, and why.
pub fn open(config: &Config, exclusive: bool, now: Timestamp) -> Result<Stores, OpenError> {
    let directory = open_one("directory", &config.directory.database, &config.data_dir, exclusive, now)?;
    let mut data_centers = BTreeMap::new();
    for dc in config.data_centers.iter().filter(|dc| dc.served_here()) {
        let fallback = format!("sqlite:{}.db", dc.location);
        let url = dc.database.as_deref().unwrap_or(&fallback);
        data_centers.insert(dc.location.clone(), open_one(&dc.location, url, &config.data_dir, exclusive, now)?);
    }
    Ok(Stores { directory, data_centers })
}

fn open_one(name: &str, url: &str, data_dir: &Path, exclusive: bool, now: Timestamp) -> Result<Store, OpenError> {
    let wrong = |why| OpenError { which: name.to_owned(), why };
    let url = DatabaseUrl::parse(url, data_dir).map_err(wrong)?;
    let migrations = if name == "directory" { &DIRECTORY } else { &DATA_CENTER };
    let options =
        StoreOptions { schema: format!("grantor_{name}"), exclusive, at: now.millis(), ..StoreOptions::default() };
    Store::open(&url, migrations, &options).map_err(wrong)
}

/// Whether the config's data is SQLite files in its data folder that were never made.
///
/// # Errors
/// When the directory's URL is none.
pub fn none_yet(config: &Config) -> Result<bool, OpenError> {
    let url = DatabaseUrl::parse(&config.directory.database, &config.data_dir);
    let url = url.map_err(|why| OpenError { which: "directory".to_owned(), why })?;
    Ok(matches!(url, DatabaseUrl::Sqlite(file) if file.starts_with(&config.data_dir) && !file.exists()))
}

impl Stores {
    /// Names and counters of all of them.
    pub fn statistics(&self) -> impl Iterator<Item = (&str, grantor_store::StoreStatistics)> {
        let directory = std::iter::once(("directory", self.directory.statistics()));
        directory.chain(self.data_centers.iter().map(|(name, store)| (name.as_str(), store.statistics())))
    }
}
