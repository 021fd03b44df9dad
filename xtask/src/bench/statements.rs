//! A refresh's statements on PostgreSQL, issued by the bare driver on as many connections as the store has.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use super::figure::Figure;
use super::installation::output;
use super::tools::Tools;
use super::usage;

/// As many as the store opens when the config says nothing.
const CONNECTIONS: u32 = 8;

/// Where and with which tokens.
#[derive(Debug)]
pub(crate) struct Statements<'a> {
    pub(crate) tools: &'a Tools,
    pub(crate) url: String,
    pub(crate) tokens: &'a Path,
    /// The database server's process.
    pub(crate) database: u32,
}

impl Statements<'_> {
    pub(crate) fn figure(&self, seconds: u64) -> Result<Figure> {
        let before = usage::cpu_seconds(self.database);
        let mut command = Command::new(&self.tools.store);
        command.args(["refresh", &self.url, &CONNECTIONS.to_string(), &seconds.to_string()]).arg(self.tokens);
        let told: serde_json::Value =
            serde_json::from_str(&output(&mut command)?).context("what the bare statements said")?;
        let number = |name: &str| told.get(name).and_then(serde_json::Value::as_f64).context("a number is missing");
        let (done, seconds) = (number("requests")?, number("seconds")?);
        let figure = Figure {
            name: "the same statements, bare".to_owned(),
            connections: CONNECTIONS,
            per_second: done / seconds,
            p50_ms: number("p50_us")? / 1e3,
            p99_ms: number("p99_us")? / 1e3,
            database_us: (usage::cpu_seconds(self.database) - before) * 1e6 / done.max(1.0),
            ..Figure::default()
        };
        println!("{}", figure.line());
        Ok(figure)
    }
}
