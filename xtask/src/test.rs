//! `cargo xtask test`: every test of the project, with what they need set up and taken down again.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::postgres::{Cluster, Durability};
use crate::report::Report;
use crate::setup::{self, Need};
use crate::{crash, environment, postgres, readme, sandbox, workspace};

/// Names the person may give, and the package each stands for.
const PARTS: [(&str, &str); 8] = [
    ("protocol", "grantor-protocol"),
    ("store", "grantor-store"),
    ("server", "grantor-server"),
    ("client", "grantor-client"),
    ("cli", "grantor"),
    ("xtask", "xtask"),
    ("e2e", "grantor-e2e"),
    ("crash", ""),
];

/// Options of `cargo xtask test`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only this part: protocol, store, server, client, cli, xtask, e2e (the browser), crash; repeatable.
    #[arg(long, value_name = "PART", value_parser = PARTS.map(|(name, _)| name))]
    only: Vec<String>,
    /// Every race with all its rounds (hundreds instead of dozens): minutes more.
    #[arg(long)]
    thorough: bool,
    /// Leave the browser out.
    #[arg(long)]
    no_browser: bool,
}

impl Args {
    fn wants(&self, part: &str) -> bool {
        (self.only.is_empty() || self.only.iter().any(|name| name == part)) && !(self.no_browser && part == "e2e")
    }

    /// The packages whose own tests run; none means all but the browser's.
    fn packages(&self) -> Vec<&'static str> {
        let named = |name: &str| PARTS.iter().find(|(part, _)| *part == name).map(|(_, package)| *package);
        self.only
            .iter()
            .filter_map(|name| named(name))
            .filter(|package| !package.is_empty() && *package != "grantor-e2e")
            .collect()
    }
}

/// Runs the tests.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.no_browser && args.only.iter().any(|part| part == "e2e") {
        bail!("--only e2e and --no-browser leave nothing");
    }
    let packages = args.packages();
    let own_tests = args.only.is_empty() || !packages.is_empty();
    let mut needs = Vec::new();
    if own_tests || args.wants("crash") {
        needs.push(Need::Postgres);
    }
    if args.wants("e2e") {
        needs.push(Need::Browser);
    }
    setup::provide(&needs)?;

    let mut report = Report::default();
    if own_tests {
        let binaries = postgres::binaries().context("PostgreSQL's programs")?;
        let cluster = Cluster::start(&binaries, Durability::None)?;
        println!("PostgreSQL of our own: {}", cluster.url());
        // Without the examples: the lints compile them, and programs that nobody runs need not be linked.
        let mut tests = cargo_test(&["test", "--no-fail-fast", "--tests"]);
        tests.args(of_packages(&packages));
        tests.env("GRANTOR_TEST_POSTGRES", cluster.url());
        if args.thorough {
            tests.env("GRANTOR_THOROUGH", "1");
        }
        report.command("tests (SQLite and PostgreSQL)", &mut tests);
        // A single program has no documentation to test, and cargo refuses to be asked for it.
        if packages.is_empty() {
            let mut examples = cargo_test(&["test", "--doc", "--quiet"]);
            report.command("examples in the documentation", examples.args(of_packages(&packages)));
        }
    }

    if args.wants("e2e") || args.wants("crash") || args.wants("cli") {
        let built = report.command("build grantor", &mut workspace::cargo(&["build", "--package", "grantor"]));
        let program = target_folder()?.join("debug").join("grantor");
        if args.wants("cli") {
            either(&mut report, built, "README's commands", |report| {
                report.step("README's commands", || readme::check_program(&program));
                sandbox::python(report, &program);
            });
        }
        if args.wants("crash") {
            either(&mut report, built, "crash oracle, a few rounds", |report| {
                report.step("crash oracle, a few rounds", || crash::small(&program));
            });
        }
        if args.wants("e2e") {
            let browser = setup::browser().context("the browser")?;
            either(&mut report, built, "browser journeys", |report| {
                let mut journeys = cargo_test(&["test", "--package", "grantor-e2e", "--", "--test-threads=2"]);
                journeys.env("GRANTOR_BIN", &program).env("GRANTOR_CHROMEDRIVER", &browser.driver);
                // A failed journey says what it saw; fifty frames of the runtime below it help nobody.
                journeys.env("GRANTOR_CHROMIUM", &browser.chromium).env("RUST_LIB_BACKTRACE", "0");
                report.command("browser journeys", &mut journeys);
            });
        }
    }
    if args.no_browser {
        report.skip("browser journeys", "--no-browser");
    }
    report.finish()
}

/// Cargo's words for these packages; for none, all but the browser's.
fn of_packages(packages: &[&'static str]) -> Vec<&'static str> {
    if packages.is_empty() {
        return vec!["--workspace", "--exclude", "grantor-e2e"];
    }
    packages.iter().flat_map(|package| ["--package", *package]).collect()
}

fn either(report: &mut Report, built: bool, name: &str, act: impl FnOnce(&mut Report)) {
    if built {
        act(report);
    } else {
        report.skip(name, "the program was not built");
    }
}

/// In CI a changed snapshot is a failure, never a new snapshot.
fn cargo_test(args: &[&str]) -> Command {
    let mut command = workspace::cargo(args);
    if environment::is_ci() {
        command.env("INSTA_UPDATE", "no");
    }
    command
}

/// Where cargo puts what it builds.
pub(crate) fn target_folder() -> Result<PathBuf> {
    let out = workspace::cargo(&["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .output()
        .context("cargo metadata")?;
    let about: serde_json::Value = serde_json::from_slice(&out.stdout).context("cargo metadata")?;
    let folder = about
        .get("target_directory")
        .and_then(serde_json::Value::as_str)
        .context("cargo metadata names no target folder")?;
    Ok(PathBuf::from(folder))
}

#[cfg(test)]
mod tests;
