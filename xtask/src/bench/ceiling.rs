//! The ceiling: a program that does the least a durable server can do for a refresh with rotation. It lies outside the
//! project, so it is named by who runs the bench; its client is `bench-client` with the secret `bench-secret`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::load::Load;
use super::process::Process;
use crate::waiting;
use crate::wire::http::Connection;

/// `bench-client:bench-secret`.
const AUTHORIZATION: &str = "Basic YmVuY2gtY2xpZW50OmJlbmNoLXNlY3JldA==";

/// The running program.
#[derive(Debug)]
pub(crate) struct Ceiling {
    pub(crate) process: Process,
    address: SocketAddr,
    pool: PathBuf,
}

impl Ceiling {
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], waiting::free_port()?));
        let mut command = Command::new(program);
        command.args(["http", &address.to_string()]).arg(folder.join("ceiling")).arg("full-presized");
        Ok(Self { process: Process::start_silent(&mut command, address)?, address, pool: folder.join("ceiling-pool") })
    }

    /// A load with fresh refresh tokens: those of an earlier turn are spent.
    pub(crate) fn load(&self, connections: u32) -> Result<Load> {
        let mut connection = Connection::new(self.address);
        let mut tokens = String::new();
        for _ in 0..connections * 4 {
            let response = connection.post("/seed", &[], "").context("the ceiling's seed")?;
            ensure!(response.status == 200, "the ceiling's seed answers {}", response.status);
            let body: serde_json::Value = serde_json::from_str(&response.body)?;
            tokens += body.get("refresh_token").and_then(serde_json::Value::as_str).context("no refresh token")?;
            tokens.push('\n');
        }
        std::fs::write(&self.pool, tokens)?;
        let settings = vec![
            ("BENCH_PATH", "/token".to_owned()),
            ("BENCH_AUTHORIZATION", AUTHORIZATION.to_owned()),
            ("BENCH_POOL", self.pool.display().to_string()),
        ];
        Ok(Load { script: "rotate.lua", address: self.address, settings })
    }
}
