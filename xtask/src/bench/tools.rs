//! The programs of a bench: the load tool from the system's packages, and our own, built as they are packaged.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::packaged::Build;
use crate::{environment, postgres};

/// Everything that is run.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    pub(crate) wrk: PathBuf,
    /// The server.
    pub(crate) grantor: PathBuf,
    /// The bare handler.
    pub(crate) bare: PathBuf,
    /// Rows in great number, and bare statements.
    pub(crate) store: PathBuf,
}

const BUILDS: [[&str; 4]; 3] = [
    ["--package", "grantor", "--bin", "grantor"],
    ["--package", "grantor-client", "--example", "bare_http"],
    ["--package", "grantor-store", "--example", "bench"],
];

/// Installs what is missing, and builds; without a build it finds what was built before in `folder`.
pub(crate) fn provide(build: Option<&Build>, folder: &Path) -> Result<Tools> {
    let wrk = wrk()?;
    for (build, what) in build.into_iter().flat_map(|build| BUILDS.iter().map(move |what| (build, what))) {
        build.run(what)?;
    }
    let examples = folder.join("examples");
    let tools =
        Tools { wrk, grantor: folder.join("grantor"), bare: examples.join("bare_http"), store: examples.join("bench") };
    for program in [&tools.grantor, &tools.bare, &tools.store] {
        ensure!(program.is_file(), "{} is not there: leave --no-build out", program.display());
    }
    Ok(tools)
}

fn wrk() -> Result<PathBuf> {
    if let Some(found) = environment::program(&["wrk"]) {
        return Ok(found);
    }
    println!("Missing: wrk, the tool that makes the load.");
    let by_hand = "please install `wrk` (Debian, Ubuntu: `apt-get install wrk`), then run this again";
    let sudo = Command::new("sudo").args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let mut shell = if postgres::is_root() {
        Command::new("sh")
    } else if sudo.is_ok_and(|status| status.success()) {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        bail!(by_hand);
    };
    if environment::program(&["apt-get"]).is_none() {
        bail!(by_hand);
    }
    println!("Installing from the system's packages: wrk");
    let install =
        "export DEBIAN_FRONTEND=noninteractive; apt-get update && apt-get install --yes --no-install-recommends wrk";
    let status = shell.args(["-c", install]).status().context("apt-get does not run")?;
    ensure!(status.success(), "apt-get: {status}; {by_hand}");
    environment::program(&["wrk"]).context(by_hand)
}
