//! A PostgreSQL cluster of our own: in a temporary folder, on a free loopback port, gone when it is dropped. One that
//! already runs on this machine is never touched.

use std::fs::File;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};
use tempfile::TempDir;

use crate::{environment, waiting};

/// How many ports are tried: another process may take one between choosing and listening.
const ATTEMPTS: usize = 5;
const USER: &str = "grantor";

/// Must what is committed survive a power cut?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// As in production: for runs that kill things.
    Full,
    /// Nothing is synced: for tests, which throw the cluster away.
    None,
}

/// A running cluster. Dropping it stops the server by its process id and removes the folder.
#[derive(Debug)]
pub(crate) struct Cluster {
    server: Child,
    port: u16,
    /// Removed after the server has stopped.
    folder: Option<TempDir>,
}

/// PostgreSQL refuses to run as root; then it runs as this account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Account {
    uid: u32,
    gid: u32,
}

impl Cluster {
    /// Makes and starts a cluster with the programs of `binaries`.
    pub(crate) fn start(binaries: &Path, durability: Durability) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("grantor-postgres-").tempdir_in(folders(durability))?;
        let account = account_to_run_as()?;
        if let Some(account) = account {
            chown(folder.path(), Some(account.uid), Some(account.gid))
                .context("giving the folder to another account")?;
        }
        let data = folder.path().join("data");
        let made = as_account(&binaries.join("initdb"), account)
            .args(["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C", "--username", USER, "--pgdata"])
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .context("initdb does not run")?;
        ensure!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr).trim());

        let log = folder.path().join("log");
        for _ in 0..ATTEMPTS {
            let port = waiting::free_port()?;
            let mut server = spawn(binaries, account, &data, &log, port, durability)?;
            match wait_for_it(&mut server, &data) {
                Ok(()) => return Ok(Self { server, port, folder: Some(folder) }),
                Err(_) => waiting::end(&mut server, &["INT"], Duration::from_secs(5)),
            }
        }
        let told = std::fs::read_to_string(&log).unwrap_or_default();
        bail!("PostgreSQL does not start:\n{told}");
    }

    /// Where to connect; the user may create databases and schemas.
    pub(crate) fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        waiting::end(&mut self.server, &["INT", "QUIT"], Duration::from_secs(10));
        drop(self.folder.take());
    }
}

/// A cluster that may lose everything lies in memory, where the system has a folder there with room for it.
fn folders(durability: Durability) -> PathBuf {
    /// Hundreds of small databases, of which a few exist at a time, and the log.
    const ROOM: u64 = 4 << 30;
    let memory = Path::new("/dev/shm");
    let room = Command::new("df").args(["--output=avail", "--block-size=1"]).arg(memory).output();
    let room = room.ok().and_then(|out| String::from_utf8(out.stdout).ok()?.lines().nth(1)?.trim().parse::<u64>().ok());
    if durability == Durability::None && room.is_some_and(|bytes| bytes >= ROOM) {
        return memory.to_owned();
    }
    std::env::temp_dir()
}

fn spawn(
    binaries: &Path,
    account: Option<Account>,
    data: &Path,
    log: &Path,
    port: u16,
    durability: Durability,
) -> Result<Child> {
    let file = File::options().create(true).append(true).open(log)?;
    let mut command = as_account(&binaries.join("postgres"), account);
    command.arg("-D").arg(data).current_dir(data);
    for setting in
        ["listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", "logging_collector=off"]
    {
        command.args(["-c", setting]);
    }
    command.args(["-c", &format!("port={port}")]);
    if durability == Durability::None {
        for setting in [
            "fsync=off",
            "full_page_writes=off",
            "synchronous_commit=off",
            "wal_level=minimal",
            "max_wal_senders=0",
            // Each test's database is gone before there would be anything to clean up.
            "autovacuum=off",
        ] {
            command.args(["-c", setting]);
        }
    }
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file).spawn().context("postgres does not run")
}

/// The server says in its lock file when it accepts connections; a stale file names another process.
fn wait_for_it(server: &mut Child, data: &Path) -> Result<()> {
    let pid = server.id().to_string();
    waiting::until(Duration::from_mins(1), "PostgreSQL's start", || {
        if let Some(status) = server.try_wait()? {
            bail!("PostgreSQL ended: {status}");
        }
        let lock = std::fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
        let mut lines = lock.lines();
        let ours = lines.next() == Some(pid.as_str());
        let ready = lines.next_back().is_some_and(|state| state.trim() == "ready");
        Ok((ours && ready).then_some(()))
    })
}

/// A command that runs as the account and, where the system can, ends with us however we end.
fn as_account(program: &Path, account: Option<Account>) -> Command {
    let Some(setpriv) = environment::program(&["setpriv"]) else {
        let mut command = Command::new(program);
        if let Some(account) = account {
            command.uid(account.uid).gid(account.gid);
        }
        return command;
    };
    let mut command = Command::new(setpriv);
    if let Some(account) = account {
        command.args([format!("--reuid={}", account.uid), format!("--regid={}", account.gid), "--clear-groups".into()]);
    }
    command.arg("--pdeathsig=INT").arg("--").arg(program);
    command
}

/// Nobody when we are not root; else the account `postgres`, or `nobody`.
fn account_to_run_as() -> Result<Option<Account>> {
    if !is_root() {
        return Ok(None);
    }
    let passwd = std::fs::read_to_string("/etc/passwd").context("the list of accounts")?;
    let account = find_account(&passwd, "postgres").or_else(|| find_account(&passwd, "nobody"));
    Ok(Some(account.context("PostgreSQL refuses root, and there is neither an account `postgres` nor `nobody`")?))
}

/// Do we run as root?
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0)
}

fn find_account(passwd: &str, name: &str) -> Option<Account> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        if fields.next() != Some(name) {
            return None;
        }
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        Some(Account { uid, gid })
    })
}

/// The folder that holds the server's programs: from `PATH`, else the newest where Debian keeps them.
pub(crate) fn binaries() -> Option<PathBuf> {
    let on_path = environment::program(&["initdb"]).and_then(|file| file.parent().map(Path::to_path_buf));
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut kept: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    kept.sort();
    let candidates = on_path.into_iter().chain(kept.into_iter().rev().map(|(_, folder)| folder));
    candidates
        .into_iter()
        .find(|folder| ["initdb", "postgres"].iter().all(|name| environment::is_executable(&folder.join(name))))
}

#[cfg(test)]
mod tests;
