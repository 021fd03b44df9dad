//! Opening the stores that a config names: the directory's and each served data center's.

use std::{collections::BTreeMap, path::Path};

use grantor_protocol::time::Timestamp;
use grantor_store::{DATA_CENTER, DIRECTORY, DatabaseUrl, Store, StoreError, StoreOptions};

use crate::config::{Config, DataCenterConfig};

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
        let store = open_one(&dc.location, &database(dc), &config.data_dir, exclusive, now)?;
        data_centers.insert(dc.location.clone(), store);
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

/// That every SQLite store of the config was made before. Of PostgreSQL only the database itself could tell.
///
/// # Errors
/// The first that was not.
pub fn all_there(config: &Config) -> Result<(), OpenError> {
    let served = config.data_centers.iter().filter(|dc| dc.served_here());
    let named = served.map(|dc| (dc.location.as_str(), database(dc)));
    for (name, url) in std::iter::once(("directory", config.directory.database.clone())).chain(named) {
        let wrong = |why| OpenError { which: name.to_owned(), why };
        let DatabaseUrl::Sqlite(file) = DatabaseUrl::parse(&url, &config.data_dir).map_err(wrong)? else { continue };
        let unseen =
            |why: &dyn std::fmt::Display| wrong(StoreError::Unavailable(format!("{}: {why}", file.display()).into()));
        match file.try_exists() {
            Ok(true) => {}
            Ok(false) => return Err(unseen(&"there is no such file; is this the server's folder, and its config?")),
            Err(error) => return Err(unseen(&error)),
        }
    }
    Ok(())
}

/// Puts the SQLite stores that were never made into another folder, so that opening them makes nothing where they belong.
///
/// # Errors
/// When a URL is none, or nobody can say whether its file is there.
pub fn divert_new(config: &mut Config, folder: &Path) -> Result<(), OpenError> {
    let data_dir = config.data_dir.clone();
    let diverted = |name: &str, url: &str| {
        let wrong = |why| OpenError { which: name.to_owned(), why };
        let DatabaseUrl::Sqlite(file) = DatabaseUrl::parse(url, &data_dir).map_err(wrong)? else { return Ok(None) };
        let there = file
            .try_exists()
            .map_err(|error| wrong(StoreError::Unavailable(format!("{}: {error}", file.display()).into())))?;
        Ok((!there).then(|| format!("sqlite:{}", folder.join(format!("{name}.db")).display())))
    };
    if let Some(url) = diverted("directory", &config.directory.database)? {
        config.directory.database = url;
    }
    for dc in config.data_centers.iter_mut().filter(|dc| dc.served_here()) {
        if let Some(url) = diverted(&dc.location, &database(dc))? {
            dc.database = Some(url);
        }
    }
    Ok(())
}

/// Where a data center's store is.
fn database(dc: &DataCenterConfig) -> String {
    dc.database.clone().unwrap_or_else(|| format!("sqlite:{}.db", dc.location))
}

impl Stores {
    /// Names and counters of all of them.
    pub fn statistics(&self) -> impl Iterator<Item = (&str, grantor_store::StoreStatistics)> {
        let directory = std::iter::once(("directory", self.directory.statistics()));
        directory.chain(self.data_centers.iter().map(|(name, store)| (name.as_str(), store.statistics())))
    }
}
