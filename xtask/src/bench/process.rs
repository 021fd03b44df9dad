//! A server of this bench as a process of its own: started, awaited, ended by its id.

use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::waiting;

/// How long a start may take.
const START: Duration = Duration::from_mins(1);
/// How long an orderly end may take.
const END: Duration = Duration::from_secs(10);

/// A running process. Dropping it ends it.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
}

impl Process {
    /// Starts a program that says `ready` on its standard output; how long did that take? What it says on standard
    /// error goes into `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<(Self, Duration)> {
        let errors = File::options().create(true).append(true).open(log)?;
        let began = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(errors).spawn();
        let mut process = Self { child: child.with_context(|| format!("{}", command.get_program().display()))? };
        let out = process.child.stdout.take().context("no standard output")?;
        let (tell, told) = mpsc::channel();
        // Reads on until the program ends, so that it never waits for somebody to read its output.
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        loop {
            match told.recv_timeout(START.saturating_sub(began.elapsed())) {
                Ok(line) if line.starts_with("ready") => return Ok((process, began.elapsed())),
                Ok(_) => {}
                Err(_) => bail!(
                    "{} never said `ready`; its last words: {}",
                    command.get_program().display(),
                    std::fs::read_to_string(log).unwrap_or_default().lines().next_back().unwrap_or_default()
                ),
            }
        }
    }

    /// Starts a program that says nothing, and waits until it accepts connections.
    pub(crate) fn start_silent(command: &mut Command, address: SocketAddr) -> Result<Self> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let mut process = Self { child: child.with_context(|| format!("{}", command.get_program().display()))? };
        waiting::until(START, "the start of the ceiling", || {
            if let Some(status) = process.child.try_wait()? {
                bail!("it ended: {status}");
            }
            Ok(TcpStream::connect_timeout(&address, Duration::from_secs(1)).ok().map(drop))
        })?;
        Ok(process)
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        waiting::end(&mut self.child, &["TERM"], END);
    }
}
