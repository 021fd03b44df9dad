//! The server under trial: its config and people, its start, its violent and its orderly end.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use super::fate::{ACCESS_CAP, REFRESH_CAP};
use crate::waiting;

/// Who signs in. Several, so that their requests do not all wait for one row.
pub(crate) const PEOPLE: [&str; 3] = ["ann@crash.example", "ben@crash.example", "cleo@crash.example"];
pub(crate) const PASSWORD: &str = "correct horse battery staple";
pub(crate) const CLIENT: &str = "1000.CRASHORACLE0000000000000000000A";
/// Another application, for refresh tokens that turn: what it is granted is withdrawn now and then.
pub(crate) const TURNING: &str = "1000.CRASHTURNING000000000000000000A";
/// What the list of connected applications calls it.
pub(crate) const TURNING_NAME: &str = "Crash Turning";
pub(crate) const SECRET: &str = "0123456789abcdef0123456789abcdef0123456789";
/// Nobody listens there: the oracle reads the redirect itself.
pub(crate) const CALLBACK: &str = "http://127.0.0.1:9/callback";

/// How long a start may take, and an orderly end (the contract says 5 s).
const START: Duration = Duration::from_mins(1);
const END: Duration = Duration::from_secs(5);

/// The two files that the server is started with.
#[derive(Debug)]
pub(crate) struct Files {
    pub(crate) config: PathBuf,
    provision: PathBuf,
}

/// Writes them.
pub(crate) fn write_files(folder: &Path, port: u16, database: Option<&str>) -> Result<Files> {
    let files = Files { config: folder.join("grantor.toml"), provision: folder.join("people.toml") };
    std::fs::write(&files.config, config(&folder.join("data"), port, database))?;
    std::fs::write(&files.provision, provision())?;
    Ok(files)
}

fn config(data: &Path, port: u16, database: Option<&str>) -> String {
    let directory = database.unwrap_or("sqlite:directory.db");
    let us = database.unwrap_or("sqlite:us.db");
    // Nothing may end by its age or be refused by a throttle while the oracle looks; caps are small, so they are met.
    format!(
        r#"data_dir = "{}"

[directory]
database = "{directory}"

[[data_center]]
location = "us"
name = "United States"
listen = "127.0.0.1:{port}"
accounts_url = "http://127.0.0.1:{port}"
api_domain = "http://127.0.0.1:{port}"
database = "{us}"
entry = true

[policy]
throttles = false
guess_limits = false
code_lifetime = "30m"
code_reuse_grace = "1h"
refresh_grace = "1h"
access_token_lifetime = "24h"
access_tokens_per_refresh_token = {ACCESS_CAP}
refresh_tokens_per_user_and_client = {REFRESH_CAP}

[sandbox]
enabled = true
"#,
        data.display()
    )
}

fn provision() -> String {
    let owner = PEOPLE[0];
    let mut text = format!(
        r#"[[organization]]
id = "10001"
name = "Crash"
data_center = "us"
environment = "production"

[[client]]
id = "{CLIENT}"
secret = "{SECRET}"
type = "server"
name = "Crash Oracle"
homepage_url = "http://127.0.0.1:9"
redirect_uris = ["{CALLBACK}"]
owner = "{owner}"
data_centers = ["us"]

[[client]]
id = "{TURNING}"
secret = "{SECRET}"
type = "server"
name = "{TURNING_NAME}"
homepage_url = "http://127.0.0.1:9"
redirect_uris = ["{CALLBACK}"]
owner = "{owner}"
data_centers = ["us"]
"#
    );
    for person in PEOPLE {
        let _ = write!(
            text,
            r#"
[[user]]
email = "{person}"
password = "{PASSWORD}"
first_name = "Somebody"
last_name = "Crash"
data_center = "us"
organizations = ["10001"]
"#
        );
    }
    text
}

/// A running server.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
}

impl Server {
    /// Starts the program and waits until it says that it is ready; how long did that take?
    pub(crate) fn start(program: &Path, folder: &Path, files: &Files) -> Result<(Self, Duration)> {
        let began = Instant::now();
        let log = File::options().create(true).append(true).open(folder.join("server.log"))?;
        let child = Command::new(program)
            .arg("serve")
            .arg("--config")
            .arg(&files.config)
            .arg("--provision")
            .arg(&files.provision)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| program.display().to_string())?;
        let mut server = Self { child };
        let out = server.child.stdout.take().context("no standard output")?;
        let (tell, told) = mpsc::channel();
        // Reads on until the server ends, so that it never waits for somebody to read its output.
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        loop {
            match told.recv_timeout(START.saturating_sub(began.elapsed())) {
                Ok(line) if line.starts_with("ready ") => return Ok((server, began.elapsed())),
                Ok(_) => {}
                Err(_) => {
                    let log = std::fs::read_to_string(folder.join("server.log")).unwrap_or_default();
                    let last: Vec<&str> = log.lines().rev().take(5).collect();
                    bail!(
                        "the server never said `ready`; its last words: {}",
                        last.into_iter().rev().collect::<Vec<_>>().join(" | ")
                    );
                }
            }
        }
    }

    /// As a power cut would: at once, with no warning.
    pub(crate) fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// The orderly end, which has a time limit of its own.
    pub(crate) fn stop(mut self, problems: &mut Vec<String>) {
        waiting::signal(&self.child, "TERM");
        let ended = waiting::until(END, "the orderly end", || Ok(self.child.try_wait()?));
        match ended {
            Ok(status) if status.success() => {}
            Ok(status) => problems.push(format!("asked to end by SIGTERM, the server left with {status}")),
            Err(_) => {
                problems.push(format!("asked to end by SIGTERM, the server still runs after {} s", END.as_secs()));
            }
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}
