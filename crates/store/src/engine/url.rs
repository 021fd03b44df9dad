//! Where a store's data is: a file for SQLite, or a PostgreSQL server.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio_postgres::config::Host;

use crate::StoreError;

/// Where a store's data is. `Debug` and `Display` leave the password out.
#[derive(Debug, Clone)]
pub enum DatabaseUrl {
    /// A SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL server and database.
    Postgres(PostgresUrl),
}

impl DatabaseUrl {
    /// Reads `sqlite:FILE` (relative to `data_dir`) or `postgres://…` (also `postgresql://…`; the parameters of the
    /// driver, `sslrootcert=FILE` for a private certificate authority, and `connections=N` instead of
    /// [`StoreOptions::connections`](crate::StoreOptions::connections)).
    ///
    /// # Errors
    /// [`StoreError::Url`] for any other text; the text itself is not repeated, it may hold a password.
    pub fn parse(url: &str, data_dir: &Path) -> Result<Self, StoreError> {
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if file.is_empty() || file.contains('\0') {
                return Err(StoreError::Url("a SQLite URL names a file: sqlite:FILE".into()));
            }
            return Ok(Self::Sqlite(data_dir.join(file)));
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return PostgresUrl::parse(url).map(Self::Postgres);
        }
        Err(StoreError::Url("a database URL begins with sqlite: or postgres://".into()))
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(f, "sqlite:{}", file.display()),
            Self::Postgres(url) => write!(f, "{url}"),
        }
    }
}

/// A PostgreSQL URL that was understood. `Debug` and `Display` show host, port and database, nothing else.
#[derive(Clone)]
pub struct PostgresUrl {
    pub(crate) config: Box<tokio_postgres::Config>,
    pub(crate) root_certificates: Option<PathBuf>,
    /// How many connections a store may have; as the options say when absent.
    pub(crate) connections: Option<usize>,
}

/// The most connections that a URL may ask for, for one store.
const MOST_CONNECTIONS: usize = 64;

impl PostgresUrl {
    fn parse(url: &str) -> Result<Self, StoreError> {
        let (url, root_certificates) = take(url, "sslrootcert");
        let (url, connections) = take(&url, "connections");
        let connections = connections.map(|number| connections_of(&number)).transpose()?;
        let mut config: tokio_postgres::Config =
            url.parse().map_err(|_| StoreError::Url("the PostgreSQL URL cannot be understood".into()))?;
        if config.get_hosts().is_empty() && config.get_hostaddrs().is_empty() {
            return Err(StoreError::Url("the PostgreSQL URL names no host".into()));
        }
        config.application_name("grantor");
        if config.get_connect_timeout().is_none() {
            config.connect_timeout(Duration::from_secs(5));
        }
        if config.get_tcp_user_timeout().is_none() {
            // Otherwise a peer that vanished holds a thread for the fifteen minutes of the system's retransmissions.
            config.tcp_user_timeout(Duration::from_secs(30));
        }
        Ok(Self { config: Box::new(config), root_certificates: root_certificates.map(PathBuf::from), connections })
    }
}

fn connections_of(number: &str) -> Result<usize, StoreError> {
    number.parse().ok().filter(|number| (1..=MOST_CONNECTIONS).contains(number)).ok_or_else(|| {
        StoreError::Url(format!("connections in a PostgreSQL URL is a number from 1 to {MOST_CONNECTIONS}").into())
    })
}

/// Takes a parameter of ours, which the driver does not know, out of a URL.
fn take(url: &str, name: &str) -> (String, Option<String>) {
    let Some((base, query)) = url.split_once('?') else { return (url.to_owned(), None) };
    let mut taken = None;
    let rest: Vec<&str> = query
        .split('&')
        .filter(|pair| match pair.split_once('=') {
            Some((key, value)) if key == name => {
                taken = Some(value.to_owned());
                false
            }
            _ => true,
        })
        .collect();
    (format!("{base}?{}", rest.join("&")), taken)
}

impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("postgres://")?;
        for (position, host) in self.config.get_hosts().iter().enumerate() {
            if position > 0 {
                f.write_str(",")?;
            }
            match host {
                Host::Tcp(name) => f.write_str(name)?,
                #[cfg(unix)]
                Host::Unix(path) => write!(f, "{}", path.display())?,
            }
            if let Some(port) = self.config.get_ports().get(position).or(self.config.get_ports().first()) {
                write!(f, ":{port}")?;
            }
        }
        write!(f, "/{}", self.config.get_dbname().unwrap_or_default())
    }
}

impl fmt::Debug for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostgresUrl({self})")
    }
}

#[cfg(test)]
mod tests;
