//! `cargo xtask check`: format, lints, documentation, house rules and licences; nothing is run but compilers.

use anyhow::{Result, bail};

use crate::report::Report;
use crate::{house, workspace};

/// Options of `cargo xtask check`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only the house rules, which need no compiler.
    #[arg(long)]
    house: bool,
}

/// Runs the checks.
pub(crate) fn run(args: &Args) -> Result<()> {
    let mut report = Report::default();
    report.step("house rules", || {
        let problems = house::problems(workspace::root())?;
        for problem in &problems {
            println!("{problem}");
        }
        if !problems.is_empty() {
            bail!("{} house rules broken", problems.len());
        }
        Ok(())
    });
    if !args.house {
        report.command("format", &mut workspace::cargo(&["fmt", "--all", "--check"]));
        let lints = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        report.command("lints", &mut workspace::cargo(&lints));
        let mut docs = workspace::cargo(&["doc", "--workspace", "--no-deps", "--document-private-items", "--quiet"]);
        report.command("documentation", docs.env("RUSTDOCFLAGS", "-D warnings"));
        licences(&mut report);
    }
    report.finish()
}

/// cargo-deny takes minutes to compile, so nobody is made to install it: CI has it, and it is used where it is there.
fn licences(report: &mut Report) {
    let name = "licences, bans, sources";
    let there = workspace::cargo(&["deny", "--version"]).output().is_ok_and(|out| out.status.success());
    if there {
        let mut deny = workspace::cargo(&["deny", "--offline", "check", "licenses", "bans", "sources"]);
        report.command(name, &mut deny);
    } else {
        report.skip(name, "cargo-deny is not installed: cargo install --locked cargo-deny");
    }
}
