//! The browser's driver, started on a port of our own, and one session in it with a fresh profile.

use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;
use tempfile::TempDir;

use crate::process::{self, Process};
use crate::{environment, wire};

const START: Duration = Duration::from_secs(20);
/// Another process may take a free port before the driver does.
const ATTEMPTS: usize = 3;

/// How the person's browser is set.
#[derive(Debug, Clone, Copy)]
pub struct Settings {
    /// `Accept-Language`.
    pub languages: &'static str,
    pub has_script: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { languages: "en-US,en", has_script: true }
    }
}

/// A running driver with one browser. Dropping it ends both by their process ids.
#[derive(Debug)]
pub struct Driver {
    session: String,
    browser: Option<u64>,
    process: Option<Process>,
    _profile: TempDir,
}

impl Driver {
    /// Starts the driver and a browser.
    pub async fn start(settings: Settings) -> Result<(Self, Client)> {
        let profile = tempfile::Builder::new().prefix("grantor-browser-").tempdir()?;
        let (process, url) = start_driver(&profile)?;
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(capabilities(settings, &profile)?);
        let client = builder.connect(&url).await.context("the browser does not start")?;
        let id = client.session_id().await?.context("no session")?;
        let browser = client.capabilities().and_then(|it| it.get("goog:processID")).and_then(serde_json::Value::as_u64);
        let driver =
            Self { session: format!("{url}/session/{id}"), browser, process: Some(process), _profile: profile };
        Ok((driver, client))
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // The driver ends the browser in good order; if it cannot, the browser is killed.
        let _ = wire::send("DELETE", &self.session, &[], None);
        if let Some(pid) = self.browser {
            process::kill(pid);
        }
        drop(self.process.take());
    }
}

fn start_driver(profile: &TempDir) -> Result<(Process, String)> {
    for _ in 0..ATTEMPTS {
        for port in process::free_ports(1)? {
            let mut command = Command::new(environment::driver());
            command.arg(format!("--port={port}")).arg("--allowed-ips=127.0.0.1");
            let process = Process::start(&mut command, profile.path(), "chromedriver.log")?;
            if process.wait_for(START, |line| line.contains("started successfully")).is_ok() {
                return Ok((process, format!("http://127.0.0.1:{port}")));
            }
        }
    }
    bail!("chromedriver does not start")
}

fn capabilities(settings: Settings, profile: &TempDir) -> Result<Capabilities> {
    let folder = profile.path().join("profile");
    let mut options = json!({
        "args": [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            "--disable-default-apps", "--window-size=1000,1200",
            // Only loopback has a name.
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
            format!("--user-data-dir={}", folder.display()),
            format!("--accept-lang={}", settings.languages),
        ],
        "prefs": {
            "intl.accept_languages": settings.languages,
            "credentials_enable_service": false,
            // 2 is "block".
            "profile.default_content_setting_values.javascript": if settings.has_script { 1 } else { 2 },
        },
    });
    if let Some((binary, options)) = environment::chromium().zip(options.as_object_mut()) {
        options.insert("binary".into(), binary.into());
    }
    let all = json!({"browserName": "chrome", "goog:chromeOptions": options});
    all.as_object().cloned().context("capabilities are an object")
}
