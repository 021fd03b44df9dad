//! What the tests need from the system: PostgreSQL's server, a browser and its driver. What is missing is installed
//! from the system's packages when we may; else the person is told exactly what to install.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use crate::{environment, postgres};

/// Something the tests need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Need {
    Postgres,
    Browser,
}

/// Where a browser and its driver are.
#[derive(Debug, Clone)]
pub(crate) struct Browser {
    pub(crate) chromium: PathBuf,
    pub(crate) driver: PathBuf,
}

/// How we may become root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    Already,
    Sudo,
    No,
}

/// Makes sure that everything needed is there; installs what is missing.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !is_there(*need)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let system = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
    let packages = packages(&system, &missing);
    let wanted = packages.join(" ");
    let why = missing.iter().map(|need| need.reason()).collect::<Vec<_>>().join("; ");
    println!("Missing: {why}.");
    let root = root();
    if environment::program(&["apt-get"]).is_none() || root == Root::No {
        bail!(
            "please install them, then run this again. On Debian or Ubuntu, as root: \
             `apt-get update && apt-get install --yes {wanted}`. Elsewhere: the PostgreSQL server (programs `initdb` and \
             `postgres`), Chromium, `chromedriver` and `curl`, all on PATH"
        );
    }
    println!("Installing from the system's packages: {wanted}");
    install(root, &packages)?;
    for need in missing {
        ensure!(is_there(need), "installed `{wanted}`, but still missing: {}", need.reason());
    }
    Ok(())
}

impl Need {
    fn reason(self) -> &'static str {
        match self {
            Self::Postgres => "the PostgreSQL server (`initdb`, `postgres`), for the tests that run on PostgreSQL",
            Self::Browser => {
                "Chromium, chromedriver and curl, for the tests that drive a browser (leave them out with --no-browser)"
            }
        }
    }
}

fn is_there(need: Need) -> bool {
    match need {
        Need::Postgres => postgres::binaries().is_some(),
        Need::Browser => browser().is_some() && environment::program(&["curl"]).is_some(),
    }
}

/// The browser and its driver, when both are installed.
pub(crate) fn browser() -> Option<Browser> {
    let chromium = environment::program(&["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"])?;
    let given = environment::value("CHROMEWEBDRIVER").map(|folder| PathBuf::from(folder).join("chromedriver"));
    let driver = given
        .filter(|file| environment::is_executable(file))
        .or_else(|| environment::program(&["chromedriver", "chromium.chromedriver"]))?;
    Some(Browser { chromium, driver })
}

/// The packages of this system. Ubuntu names the browser otherwise than Debian.
fn packages(system: &str, missing: &[Need]) -> Vec<&'static str> {
    let ubuntu = system.lines().any(|line| line.trim() == "ID=ubuntu");
    let mut wanted = Vec::new();
    for need in missing {
        match need {
            Need::Postgres => wanted.push("postgresql"),
            Need::Browser if ubuntu => wanted.extend(["chromium-browser", "chromium-chromedriver", "curl"]),
            Need::Browser => wanted.extend(["chromium", "chromium-driver", "curl"]),
        }
    }
    wanted
}

fn root() -> Root {
    if postgres::is_root() {
        return Root::Already;
    }
    let sudo = Command::new("sudo").args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if sudo.is_ok_and(|status| status.success()) { Root::Sudo } else { Root::No }
}

/// Debian's server package also makes and starts a cluster of its own; while it is installed here that is switched off,
/// because nobody asked for one.
const INSTALL: &str = r#"
set -eu
export DEBIAN_FRONTEND=noninteractive
apt-get update
case " $* " in *" postgresql "*)
  apt-get install --yes --no-install-recommends postgresql-common
  conf=/etc/postgresql-common/createcluster.conf
  if [ -f "$conf" ]; then
    cp -p "$conf" "$conf.before-grantor"
    trap 'mv "$conf.before-grantor" "$conf"' EXIT
    echo 'create_main_cluster = false' >> "$conf"
  fi ;;
esac
apt-get install --yes --no-install-recommends "$@"
"#;

fn install(root: Root, packages: &[&str]) -> Result<()> {
    let mut command = if root == Root::Sudo {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    } else {
        Command::new("sh")
    };
    let status = command.args(["-c", INSTALL, "sh"]).args(packages).status().context("apt-get does not run")?;
    ensure!(status.success(), "apt-get failed ({status}); please install by hand: {}", packages.join(" "));
    Ok(())
}

#[cfg(test)]
mod tests;
