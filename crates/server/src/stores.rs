//! Opening the stores that a config names: the directory's and each served data center's.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

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
    check(config)?;
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

/// The SQLite files of the config, by store; every URL is read, those of PostgreSQL too.
fn files(config: &Config) -> Result<Vec<(String, PathBuf)>, OpenError> {
    let served = config.data_centers.iter().filter(|dc| dc.served_here());
    let named = served.map(|dc| (dc.location.clone(), database(dc)));
    let mut files = Vec::new();
    for (which, url) in std::iter::once(("directory".to_owned(), config.directory.database.clone())).chain(named) {
        match DatabaseUrl::parse(&url, &config.data_dir) {
            Ok(DatabaseUrl::Sqlite(file)) => files.push((which, file)),
            Ok(_) => {}
            Err(why) => return Err(OpenError { which, why }),
        }
    }
    Ok(files)
}

/// That the databases of a config can be told apart, without opening any.
///
/// # Errors
/// The first URL that is none, or that names a file of another store.
pub fn check(config: &Config) -> Result<(), OpenError> {
    let mut seen: Vec<(String, PathBuf)> = Vec::new();
    for (which, file) in files(config)? {
        if let Some((other, _)) = seen.iter().find(|(_, known)| *known == file) {
            let why = format!("{} is the store of {other} already; each has a file of its own", file.display());
            return Err(OpenError { which, why: StoreError::Url(why.into()) });
        }
        seen.push((which, file));
    }
    Ok(())
}

/// That every SQLite store of the config was made before. Of PostgreSQL only the database itself could tell.
///
/// # Errors
/// The first that was not.
pub fn all_there(config: &Config) -> Result<(), OpenError> {
    for (which, file) in files(config)? {
        if !is_there(&which, &file)? {
            let why =
                format!("{}: there is no such file; is this the server's folder, and its config?", file.display());
            return Err(OpenError { which, why: StoreError::Unavailable(why.into()) });
        }
    }
    Ok(())
}

/// Puts the SQLite stores that were never made into another folder, so that opening them makes nothing where they belong.
///
/// # Errors
/// When a URL is none, or nobody can say whether its file is there.
pub fn divert_new(config: &mut Config, folder: &Path) -> Result<(), OpenError> {
    for (which, file) in files(config)? {
        if is_there(&which, &file)? {
            continue;
        }
        let url = format!("sqlite:{}", folder.join(format!("{which}.db")).display());
        match config.data_centers.iter_mut().find(|dc| dc.location == which) {
            Some(dc) => dc.database = Some(url),
            None => config.directory.database = url,
        }
    }
    Ok(())
}

fn is_there(which: &str, file: &Path) -> Result<bool, OpenError> {
    file.try_exists().map_err(|error| {
        let why = StoreError::Unavailable(format!("{}: {error}", file.display()).into());
        OpenError { which: which.to_owned(), why }
    })
}

/// Where a data center's store is.
pub fn database(dc: &DataCenterConfig) -> String {
    dc.database.clone().unwrap_or_else(|| format!("sqlite:{}.db", dc.location))
}

impl Stores {
    /// Names and counters of all of them.
    pub fn statistics(&self) -> impl Iterator<Item = (&str, grantor_store::StoreStatistics)> {
        let directory = std::iter::once(("directory", self.directory.statistics()));
        directory.chain(self.data_centers.iter().map(|(name, store)| (name.as_str(), store.statistics())))
    }
}
