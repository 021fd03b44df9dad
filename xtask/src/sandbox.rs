//! The suite of `docs/sandbox.md` in Python, run as it stands there, and timed: the guide promises two seconds. The one
//! in Rust runs with the tests of the command line.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use crate::report::Report;
use crate::{environment, workspace};

/// What the guide promises, from the start of the server to its end.
const PROMISED: Duration = Duration::from_secs(2);
/// A machine that is busy with something else is asked again; every try must pass.
const TRIES: usize = 5;
/// The step's name.
const NAME: &str = "the sandbox guide's suite in Python";

/// Runs the suite with `program`. Without Python it is left out, with a line that says so; in CI that is a failure.
pub(crate) fn python(report: &mut Report, program: &Path) {
    match environment::program(&["python3"]) {
        Some(python) => {
            report.step(NAME, || suite(&python, program));
        }
        None if environment::is_ci() => {
            report.step(NAME, || anyhow::bail!("python3 is not on PATH, and CI has it"));
        }
        None => report.skip(NAME, "python3 is not on PATH (on Debian or Ubuntu: apt-get install python3)"),
    }
}

fn suite(python: &Path, program: &Path) -> Result<()> {
    let script = workspace::root().join("docs/examples/sandbox/test_integration.py");
    let mut fastest = Duration::MAX;
    for _ in 0..TRIES {
        let began = Instant::now();
        let status = Command::new(python)
            .arg(&script)
            .env("GRANTOR", program)
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .status()
            .context("python3 does not run")?;
        ensure!(status.success(), "the suite failed: {status}");
        fastest = fastest.min(began.elapsed());
        if fastest < PROMISED {
            return Ok(());
        }
    }
    anyhow::bail!("the suite took {fastest:.2?}, and {PROMISED:.0?} are promised")
}
