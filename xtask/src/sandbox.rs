//! The suite of `docs/sandbox.md` in Python, run as it stands there; how long it took is told, never judged. The one in
//! Rust runs with the tests of the command line.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use crate::report::Report;
use crate::{environment, workspace};

/// The step's name.
const NAME: &str = "the sandbox guide's suite in Python";

/// Runs the suite with `program`. Without Python it is left out, with a line that says so.
pub(crate) fn python(report: &mut Report, program: &Path) {
    match environment::program(&["python3"]) {
        Some(python) => {
            report.step(NAME, || suite(&python, program));
        }
        None => report.skip(NAME, "python3 is not on PATH (on Debian or Ubuntu: apt-get install python3)"),
    }
}

fn suite(python: &Path, program: &Path) -> Result<()> {
    let script = workspace::root().join("docs/examples/sandbox/test_integration.py");
    let began = Instant::now();
    let status = Command::new(python)
        .arg(&script)
        .env("GRANTOR", program)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .status()
        .context("python3 does not run")?;
    ensure!(status.success(), "the suite failed: {status}");
    println!("(it took {:.2?}; the guide says two seconds, on a machine that does nothing else)", began.elapsed());
    Ok(())
}
