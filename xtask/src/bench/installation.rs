//! One Grantor of the bench with its data: config, client, seeded grants, and its starts.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

mod forms;

pub(crate) use forms::*;

use super::process::Process;
use super::tools::Tools;
use crate::waiting;
use crate::wire::form;
use crate::wire::http::Connection;

const CLIENT: &str = "1000.BENCHCLIENT0000000000000000000A";
const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";
/// Nobody listens there: the load reads the redirect itself.
const CALLBACK: &str = "http://127.0.0.1:9/callback";
const USER: &str = "700001";
const ORGANIZATION: &str = "10001";
/// Clients whose ID tokens are signed: of their own, since the users' grants to the first are there already.
const RS256_CLIENT: &str = "1000.BENCHCLIENT0000000000000000000E";
const ES256_CLIENT: &str = "1000.BENCHCLIENT0000000000000000000B";
const SELF_CLIENT: &str = "1000.BENCHCLIENT0000000000000000000C";
const DEVICE_CLIENT: &str = "1004.BENCHCLIENT0000000000000000000D";
/// What makes a refresh answer with an ID token.
const SIGN_IN_SCOPES: &str = "openid email";
/// Grants whose refresh signs.
const SIGNING: u64 = 200;
/// As the store keeps them.
const SCOPES: &str = "ZohoBigin.modules.ALL AaaServer.profile.READ";
/// Refresh tokens that the load draws from at most.
const SAMPLE: u64 = 100_000;

/// Where one Grantor lives.
#[derive(Debug)]
pub(crate) struct Installation {
    tools: Tools,
    folder: PathBuf,
    config: PathBuf,
    address: SocketAddr,
    admin: SocketAddr,
    databases: [String; 2],
    /// A file with refresh tokens, one on each line.
    pub(crate) refresh_tokens: PathBuf,
}

/// What seeding put into the file, in bytes a grant; zeros on PostgreSQL.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Weight {
    /// The user and the membership.
    pub(crate) person: f64,
    /// The grant, its refresh token, its throttles' row and the consent's audit row.
    pub(crate) grant: f64,
    /// One access token.
    pub(crate) access: f64,
}

/// A started Grantor.
#[derive(Debug)]
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
    admin: SocketAddr,
    /// From the start to the line `ready`.
    pub(crate) ready: Duration,
    /// From the start to the first good answer.
    pub(crate) answered: Duration,
}

/// Counters of a running Grantor.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Counts {
    /// Requests refused: at the token endpoint these are answered with status 200.
    pub(crate) refused: f64,
    /// Writing steps of the data center's store.
    pub(crate) steps: f64,
    /// Their commits.
    pub(crate) commits: f64,
}

impl Installation {
    /// Makes the files, registers the client and seeds `grants`. Without a database the data lies in SQLite files.
    pub(crate) fn new(tools: &Tools, folder: PathBuf, database: Option<&str>, grants: u64) -> Result<(Self, Weight)> {
        std::fs::create_dir_all(&folder)?;
        let address = SocketAddr::from(([127, 0, 0, 1], waiting::free_port()?));
        let admin = SocketAddr::from(([127, 0, 0, 1], waiting::free_port()?));
        let databases = ["sqlite:directory.db", "sqlite:us.db"].map(|file| database.unwrap_or(file).to_owned());
        let (config, people) = (folder.join("grantor.toml"), folder.join("people.toml"));
        let made = Self {
            tools: tools.clone(),
            refresh_tokens: folder.join("refresh-tokens"),
            config,
            address,
            admin,
            databases,
            folder,
        };
        std::fs::write(&made.config, made.config_text())?;
        std::fs::write(&people, people_text())?;
        let mut provision = Command::new(&made.tools.grantor);
        output(provision.arg("provision").arg(&people).arg("--config").arg(&made.config))?;
        let weight = made.seed(grants)?;
        Ok((made, weight))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    fn config_text(&self) -> String {
        let [directory, us] = &self.databases;
        format!(
            r#"data_dir = "{}"

[directory]
database = "{directory}"

[[data_center]]
location = "us"
name = "United States"
listen = "{address}"
accounts_url = "http://{address}"
api_domain = "http://{address}"
database = "{us}"
entry = true

[policy]
throttles = false

[admin]
listen = "{}"
"#,
            self.data().display(),
            self.admin,
            address = self.address
        )
    }

    fn seed(&self, grants: u64) -> Result<Weight> {
        let mut seed = self.store_program("seed");
        seed.args([grants.to_string(), SAMPLE.to_string()]).arg(&self.refresh_tokens);
        let told: serde_json::Value = serde_json::from_str(&output(&mut seed)?).context("what seeding said")?;
        let each = |name: &str| {
            let bytes = told.get(name).and_then(serde_json::Value::as_f64).unwrap_or_default();
            bytes / grants.max(1) as f64
        };
        Ok(Weight { person: each("people"), grant: each("grants"), access: each("access") })
    }

    /// Lets the person of the provision file consent, and returns the cookie of their signed-in browser.
    pub(crate) fn visitor(&self) -> Result<String> {
        let value = output(self.store_program("visitor").args([USER, ORGANIZATION]))?;
        Ok(format!("grantor_us_session={}", value.trim()))
    }

    fn store_program(&self, task: &str) -> Command {
        let mut command = Command::new(&self.tools.store);
        command.arg(task).arg(self.data()).args(&self.databases).args([CLIENT, SCOPES]);
        command
    }

    /// Seeds grants whose refresh answers with an ID token of that algorithm; the file with their refresh tokens.
    pub(crate) fn signing(&self, algorithm: Algorithm) -> Result<PathBuf> {
        let file = self.folder.join(format!("refresh-tokens-{}", algorithm.name()));
        let mut command = Command::new(&self.tools.store);
        command.arg("seed").arg(self.data()).args(&self.databases).args([algorithm.client(), SIGN_IN_SCOPES]);
        output(command.args([SIGNING.to_string(), SIGNING.to_string()]).arg(&file))?;
        Ok(file)
    }

    /// Starts the server and asks it once.
    pub(crate) fn start(&self) -> Result<Running> {
        let began = Instant::now();
        let mut serve = Command::new(&self.tools.grantor);
        serve.arg("serve").arg("--config").arg(&self.config).current_dir(&self.folder);
        let (process, ready) = Process::start(&mut serve, &self.folder.join("server.log"))?;
        let response = Connection::new(self.address).get("/oauth/serverinfo", &[]).context("server information")?;
        ensure!(response.status == 200, "server information answers {}", response.status);
        Ok(Running { process, address: self.address, admin: self.admin, ready, answered: began.elapsed() })
    }
}

impl Running {
    /// What it has counted since its start.
    pub(crate) fn counts(&self) -> Result<Counts> {
        let response = Connection::new(self.admin).get("/metrics", &[]).context("metrics")?;
        ensure!(response.status == 200, "metrics answers {}", response.status);
        Ok(counts(&response.body))
    }

    /// Refreshes so many times and keeps the access tokens in a file, one on each line.
    pub(crate) fn access_tokens(&self, refresh_tokens: &Path, count: usize, file: &Path) -> Result<()> {
        let mut connection = Connection::new(self.address);
        let mut tokens = String::new();
        for refresh_token in std::fs::read_to_string(refresh_tokens)?.lines().take(count) {
            let response = connection.post("/oauth/v2/token", &[], &format!("{}{refresh_token}", refresh_form()))?;
            let body: serde_json::Value = serde_json::from_str(&response.body).context("a refresh's answer")?;
            let token = body.get("access_token").and_then(serde_json::Value::as_str);
            tokens += token.with_context(|| format!("a refresh was answered with {}", response.body))?;
            tokens.push('\n');
        }
        ensure!(!tokens.is_empty(), "there are no refresh tokens");
        std::fs::write(file, tokens)?;
        Ok(())
    }

    /// Asks for so many device codes and keeps them in a file, one on each line.
    pub(crate) fn device_codes(&self, count: usize, file: &Path) -> Result<()> {
        let mut connection = Connection::new(self.address);
        let mut codes = String::new();
        let asked = form(&[("grant_type", "device_request"), ("client_id", DEVICE_CLIENT), ("scope", SCOPES)]);
        for _ in 0..count {
            let response = connection.post("/oauth/v3/device/code", &[], &asked)?;
            let body: serde_json::Value = serde_json::from_str(&response.body).context("a device code's answer")?;
            let code = body.get("device_code").and_then(serde_json::Value::as_str);
            codes += code.with_context(|| format!("a device was answered with {}", response.body))?;
            codes.push('\n');
        }
        std::fs::write(file, codes)?;
        Ok(())
    }
}

/// How an ID token is signed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Algorithm {
    Rs256,
    Es256,
}

impl Algorithm {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Es256 => "ES256",
        }
    }

    const fn client(self) -> &'static str {
        match self {
            Self::Rs256 => RS256_CLIENT,
            Self::Es256 => ES256_CLIENT,
        }
    }
}

fn people_text() -> String {
    format!(
        r#"[[organization]]
id = "{ORGANIZATION}"
name = "Bench"
data_center = "us"
environment = "production"

[[user]]
email = "visitor@bench.example"
password = "correct horse battery staple"
first_name = "Vera"
last_name = "Visitor"
data_center = "us"
zuid = {USER}
organizations = ["{ORGANIZATION}"]

[[client]]
id = "{CLIENT}"
secret = "{SECRET}"
type = "server"
name = "Bench"
homepage_url = "http://127.0.0.1:9"
redirect_uris = ["{CALLBACK}"]
owner = "visitor@bench.example"
data_centers = ["us"]

[[client]]
id = "{RS256_CLIENT}"
secret = "{SECRET}"
type = "server"
name = "Bench with large primes"
homepage_url = "http://127.0.0.1:9"
redirect_uris = ["{CALLBACK}"]
owner = "visitor@bench.example"
data_centers = ["us"]

[[client]]
id = "{ES256_CLIENT}"
secret = "{SECRET}"
type = "server"
name = "Bench with elliptic curves"
homepage_url = "http://127.0.0.1:9"
redirect_uris = ["{CALLBACK}"]
owner = "visitor@bench.example"
data_centers = ["us"]
id_token_signing_alg = "ES256"

[[client]]
id = "{SELF_CLIENT}"
secret = "{SECRET}"
type = "self"
name = "Bench for itself"
owner = "visitor@bench.example"
data_centers = ["us"]

[[client]]
id = "{DEVICE_CLIENT}"
secret = "{SECRET}"
type = "device"
name = "Bench on a device"
homepage_url = "http://127.0.0.1:9"
owner = "visitor@bench.example"
data_centers = ["us"]
"#
    )
}

/// Runs a command to its end and returns what it said.
pub(super) fn output(command: &mut Command) -> Result<String> {
    let out = command.output().with_context(|| format!("{}", command.get_program().display()))?;
    ensure!(
        out.status.success(),
        "{}: {}: {}",
        command.get_program().display(),
        out.status,
        String::from_utf8_lossy(&out.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&out.stdout).into_owned())
}

fn counts(metrics: &str) -> Counts {
    let mut counts = Counts::default();
    for line in metrics.lines().filter(|line| !line.starts_with('#')) {
        let Some((name, value)) = line.rsplit_once(' ') else { continue };
        let value: f64 = value.parse().unwrap_or_default();
        let ours = name.contains("store=\"us\"");
        if name.starts_with("grantor_refusals_total{") {
            counts.refused += value;
        } else if name.starts_with("grantor_store_steps_total{") && ours {
            counts.steps += value;
        } else if name.starts_with("grantor_store_commits_total{") && ours {
            counts.commits += value;
        }
    }
    counts
}

#[cfg(test)]
mod tests;
