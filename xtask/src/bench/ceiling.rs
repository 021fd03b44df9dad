//! The ceiling: a program that does the least a durable server can do for a refresh with rotation, for a client's own
//! tokens and for introspection. It lies outside the project, so it is named by who runs the bench; its client is
//! `bench-client` with the secret `bench-secret`.

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

/// Access tokens that are asked about.
const ACCESS_TOKENS: u32 = 100;

/// The running program.
#[derive(Debug)]
pub(crate) struct Ceiling {
    pub(crate) process: Process,
    address: SocketAddr,
    folder: PathBuf,
}

impl Ceiling {
    pub(crate) fn start(program: &Path, folder: &Path) -> Result<Self> {
        let address = SocketAddr::from(([127, 0, 0, 1], waiting::free_port()?));
        let mut command = Command::new(program);
        command.args(["http", &address.to_string()]).arg(folder.join("ceiling")).arg("full-presized");
        Ok(Self { process: Process::start_silent(&mut command, address)?, address, folder: folder.to_owned() })
    }

    /// A load with fresh refresh tokens: those of an earlier turn are spent.
    pub(crate) fn load(&self, connections: u32) -> Result<Load> {
        let pool = self.seeded("refresh_token", connections * 4)?;
        let settings = vec![
            ("BENCH_PATH", "/token".to_owned()),
            ("BENCH_AUTHORIZATION", AUTHORIZATION.to_owned()),
            ("BENCH_POOL", pool.display().to_string()),
        ];
        Ok(Load { script: "rotate.lua", address: self.address, settings })
    }

    /// The part of the protocol that the bench calls `part`, when the program has it.
    pub(crate) fn part(&self, part: &str) -> Result<Option<Load>> {
        let (path, form, pool) = match part {
            "introspection" => ("/introspect", "token=", self.seeded("access_token", ACCESS_TOKENS)?),
            "client credentials" => {
                let nothing = self.folder.join("ceiling-nothing");
                std::fs::write(&nothing, "0\n")?;
                ("/token", "grant_type=client_credentials&scope=read+write&number=", nothing)
            }
            _ => return Ok(None),
        };
        let settings = vec![
            ("BENCH_PATH", path.to_owned()),
            ("BENCH_FORM", form.to_owned()),
            ("BENCH_AUTHORIZATION", AUTHORIZATION.to_owned()),
            ("BENCH_POOL", pool.display().to_string()),
        ];
        Ok(Some(Load { script: "draw.lua", address: self.address, settings }))
    }

    /// A file with fresh tokens of a kind.
    fn seeded(&self, kind: &str, how_many: u32) -> Result<PathBuf> {
        let mut connection = Connection::new(self.address);
        let mut tokens = String::new();
        for _ in 0..how_many {
            let response = connection.post("/seed", &[], "").context("the ceiling's seed")?;
            ensure!(response.status == 200, "the ceiling's seed answers {}", response.status);
            let body: serde_json::Value = serde_json::from_str(&response.body)?;
            tokens += body.get(kind).and_then(serde_json::Value::as_str).with_context(|| format!("no {kind}"))?;
            tokens.push('\n');
        }
        let pool = self.folder.join(format!("ceiling-{kind}"));
        std::fs::write(&pool, tokens)?;
        Ok(pool)
    }
}
