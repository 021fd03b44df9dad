//! Programs that are started for one test and end with it, by their process ids.

use std::io::{BufRead as _, BufReader};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// A program that runs, and the lines it prints.
#[derive(Debug)]
pub struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Starts a program in `folder`; what it says on standard error goes to the file `log` there.
    pub fn start(command: &mut Command, folder: &Path, log: &str) -> Result<Self> {
        let log = std::fs::File::options().create(true).append(true).open(folder.join(log))?;
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = command
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .with_context(|| format!("{program} does not run"))?;
        let out = child.stdout.take().context("no standard output")?;
        let (tell, lines) = mpsc::channel();
        // Reads on until the program ends, so that it never waits for a reader.
        std::thread::spawn(move || {
            for line in BufReader::new(out).lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        Ok(Self { child, lines })
    }

    /// Waits until a line satisfies `is_it`.
    pub fn wait_for(&self, limit: Duration, is_it: impl Fn(&str) -> bool) -> Result<String> {
        let began = Instant::now();
        loop {
            match self.lines.recv_timeout(limit.saturating_sub(began.elapsed())) {
                Ok(line) if is_it(&line) => return Ok(line),
                Ok(_) => {}
                Err(cause) => bail!("the expected line never came ({cause})"),
            }
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Kills one process that a program of ours has started.
pub fn kill(pid: u64) {
    // The shell's own `kill`: a small system has no other.
    let _ =
        Command::new("sh").args(["-c", r#"kill -KILL "$1""#, "sh", &pid.to_string()]).stderr(Stdio::null()).status();
}

/// Loopback ports that are free at this moment, all different.
pub fn free_ports(how_many: usize) -> Result<Vec<u16>> {
    let listeners: Vec<TcpListener> =
        (0..how_many).map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0))).collect::<std::io::Result<_>>()?;
    Ok(listeners
        .iter()
        .map(TcpListener::local_addr)
        .map(|address| address.map(|it| it.port()))
        .collect::<std::io::Result<_>>()?)
}
