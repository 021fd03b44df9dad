//! Where one house keeps its data: a folder of SQLite files or a PostgreSQL database. The fixture is provisioned
//! once in the process and copied for every house.

use std::{
    fmt::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::{FIXTURE, provision_with};
use crate::Config;

/// A place of one house's own.
#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    database: Option<Database>,
}

impl Place {
    /// A folder with the fixture in SQLite files.
    pub async fn sqlite() -> Self {
        static TEMPLATE: OnceCell<TempDir> = OnceCell::const_new();
        let template = TEMPLATE
            .get_or_init(|| async {
                remove_folders();
                let place = Self { folder: folder(), database: None };
                provision_with(place.config(""), FIXTURE, false).await;
                place.folder
            })
            .await;
        let place = Self { folder: folder(), database: None };
        for file in std::fs::read_dir(template.path()).unwrap() {
            let file = file.unwrap();
            std::fs::copy(file.path(), place.folder.path().join(file.file_name())).unwrap();
        }
        place
    }

    /// A database with the fixture. None, with a line that says so, when there is no server to test with.
    pub async fn postgres() -> Option<Self> {
        static TEMPLATE: OnceCell<String> = OnceCell::const_new();
        let Some(server) = postgres_url() else {
            println!("GRANTOR_TEST_POSTGRES is not set: the PostgreSQL half of this test is skipped");
            return None;
        };
        let template = TEMPLATE
            .get_or_init(|| async {
                remove_leftovers(&server).await;
                let database = Database::create(&server, "template1").await;
                let name = database.name.clone();
                let place = Self { folder: folder(), database: Some(database) };
                provision_with(place.config(""), FIXTURE, false).await;
                name
            })
            .await;
        Some(Self { folder: folder(), database: Some(Database::create(&server, template).await) })
    }

    /// `sqlite` or `postgres`.
    pub fn store(&self) -> &'static str {
        if self.database.is_some() { "postgres" } else { "sqlite" }
    }

    /// The config of a house here, with these lines of policy.
    pub fn config(&self, policy: &str) -> Config {
        self.config_of(policy, true)
    }

    /// The same, of a sandbox or not.
    pub fn config_of(&self, policy: &str, sandbox: bool) -> Config {
        self.config_at(policy, sandbox, None)
    }

    /// The same, where people reach us by a name (http://localhost and a port), as passkeys need it.
    pub fn named_config(&self, policy: &str) -> Config {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        self.config_at(policy, true, Some(free))
    }

    fn config_at(&self, policy: &str, sandbox: bool, named: Option<u16>) -> Config {
        let line = self.database.as_ref().map(|d| format!("database = \"{}\"\n", d.url())).unwrap_or_default();
        let directory = if line.is_empty() { String::new() } else { format!("[directory]\n{line}") };
        let mut text = format!(
            "data_dir = \"{}\"\n{directory}[sandbox]\nenabled = {sandbox}\n[policy]\n{policy}\n",
            self.folder.path().display()
        );
        for (name, entry) in [("us", true), ("eu", true), ("cn", false)] {
            let port = named.filter(|_| name == "us");
            let url = port.map(|port| format!("accounts_url = \"http://localhost:{port}\"\n")).unwrap_or_default();
            write!(
                text,
                "[[data_center]]\nlocation = \"{name}\"\nlisten = \"127.0.0.1:{}\"\nentry = {entry}\n\
                 api_domain = \"https://api.{name}.zylker.example\"\n{url}{line}",
                port.unwrap_or(0)
            )
            .unwrap();
        }
        Config::parse(&text).unwrap()
    }

    /// Removes it.
    pub async fn remove(self) {
        if let Some(database) = self.database {
            run(&database.server, &format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", database.name)).await;
        }
    }
}

/// In memory where the system has such a folder: tests need no durability.
fn folders() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

const FOLDER: &str = "grantor-test-";

fn folder() -> TempDir {
    let prefix = format!("{FOLDER}{}-", std::process::id());
    tempfile::Builder::new().prefix(&prefix).tempdir_in(folders()).unwrap()
}

/// Whether the process of that number is over; without `/proc` nobody knows.
fn is_over(process: &str) -> bool {
    Path::new("/proc/self").exists() && !Path::new("/proc").join(process).exists()
}

/// Removes what runs that are over have left: a template outlives its process.
fn remove_folders() {
    for entry in std::fs::read_dir(folders()).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let process = name.to_str().and_then(|n| n.strip_prefix(FOLDER)).and_then(|n| n.split('-').next());
        if process.is_some_and(is_over) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[derive(Debug)]
struct Database {
    name: String,
    server: String,
}

impl Database {
    async fn create(server: &str, template: &str) -> Self {
        static STRATEGY: OnceCell<&str> = OnceCell::const_new();
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let name = format!("test_server_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        // Since PostgreSQL 15 the usual strategy writes the whole copy into the log.
        let strategy = STRATEGY
            .get_or_init(|| async {
                let version = run(server, "SHOW server_version_num").await;
                let newer = version.first().and_then(|v| v.parse::<u32>().ok()).is_some_and(|v| v >= 150_000);
                if newer { " STRATEGY FILE_COPY" } else { "" }
            })
            .await;
        run(server, &format!("CREATE DATABASE {name} TEMPLATE {template}{strategy}")).await;
        Self { name, server: server.to_owned() }
    }

    fn url(&self) -> String {
        let (base, query) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let (base, _) = base.rsplit_once('/').unwrap();
        // Few connections: each costs more to open than most cases cost in all.
        format!("{base}/{}?connections=3{}{query}", self.name, if query.is_empty() { "" } else { "&" })
    }
}

/// Removes what runs that are over have left: their templates, and databases of tests that failed.
async fn remove_leftovers(server: &str) {
    let names = run(server, "(SELECT datname FROM pg_database WHERE datname LIKE 'test\\_server\\_%')").await;
    for name in names {
        let process = name.split('_').nth(2).unwrap_or_default();
        if is_over(process) {
            run(server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}

/// Runs a statement; answers the first column of what it selects.
async fn run(server: &str, statement: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(server, tokio_postgres::NoTls).await.unwrap();
    let connection = tokio::spawn(connection);
    let mut found = Vec::new();
    for message in client.simple_query(statement).await.unwrap() {
        if let tokio_postgres::SimpleQueryMessage::Row(row) = message {
            found.extend(row.get(0).map(str::to_owned));
        }
    }
    drop(client);
    let _ = connection.await;
    found
}

#[expect(clippy::disallowed_methods, reason = "the one place where tests learn which server to use")]
fn postgres_url() -> Option<String> {
    std::env::var("GRANTOR_TEST_POSTGRES").ok()
}
