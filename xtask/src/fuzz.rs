//! `cargo xtask fuzz`: builds the fuzz targets of `fuzz/` on the stable toolchain, lets each run for a while, and notes in
//! `fuzz/LOG.md` what was done. Needs a C++ compiler. The seeds in `fuzz/corpus` are replayed by `cargo xtask test` without
//! any of this.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use anyhow::{Context as _, Result, bail, ensure};

use crate::{environment, test, workspace};

mod log;

use log::Row;

/// What the compiler does to a build so that the engine sees which ways it goes. Flags of LLVM, not of nightly.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Cdebuginfo=line-tables-only",
];
/// Files are small: the longest input of each kind that is made up.
const LONGEST: usize = 1024;
const LONGEST_FILE: usize = 3072;
/// Beyond this a target is broken, however good its input.
const MOST_MIB: usize = 1500;
const SLOWEST_SECONDS: u64 = 20;

/// Options of `cargo xtask fuzz`.
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Only these targets; all of them when none is named.
    targets: Vec<String>,
    /// Seconds for each target.
    #[arg(long, value_name = "SECS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    seconds: u64,
    /// How many run side by side.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=64))]
    jobs: u8,
    /// The day to write beside the figures in fuzz/LOG.md; nothing is noted without it.
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day)]
    note: Option<String>,
    /// Adds to fuzz/corpus what was found to go new ways, as far as it is small.
    #[arg(long)]
    keep: bool,
}

/// Builds, runs, notes.
pub(crate) fn run(args: &Args) -> Result<()> {
    ensure!(
        environment::program(&["c++", "g++", "clang++"]).is_some(),
        "the fuzzing engine needs a C++ compiler (Debian, Ubuntu: apt-get install g++)"
    );
    let here = Here::new()?;
    let all = here.targets()?;
    if let Some(unknown) = args.targets.iter().find(|name| !all.contains(name)) {
        bail!("there is no target `{unknown}`; there are {}", all.join(", "));
    }
    let wanted = if args.targets.is_empty() { all } else { args.targets.clone() };
    here.build()?;

    let waiting = Mutex::new(VecDeque::from(wanted));
    let done = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..args.jobs {
            scope.spawn(|| {
                while let Some(target) = waiting.lock().ok().and_then(|mut waiting| waiting.pop_front()) {
                    let row = here.fuzz(&target, args.seconds);
                    match &row {
                        Ok(row) => println!("{}", row.as_line("")),
                        Err(cause) => eprintln!("{target}: {cause:#}"),
                    }
                    if let Ok(mut done) = done.lock() {
                        done.push((target, row));
                    }
                }
            });
        }
    });
    let done = done.into_inner().unwrap_or_default();
    let mut rows = Vec::new();
    for (target, row) in done {
        rows.push(row.with_context(|| target.clone())?);
        if args.keep {
            here.keep(&target)?;
        }
    }
    rows.sort_by(|a, b| a.target.cmp(&b.target));
    if let Some(day) = &args.note {
        log::add(&here.folder.join("LOG.md"), day, &rows)?;
    }
    let findings: u64 = rows.iter().map(|row| row.findings).sum();
    ensure!(findings == 0, "{findings} findings: their inputs are in {}", here.artifacts().display());
    Ok(())
}

/// Where things are.
struct Here {
    /// `fuzz/`.
    folder: PathBuf,
    /// What cargo builds, and what the engine gathers, which is too much to keep.
    built: PathBuf,
    host: String,
}

impl Here {
    fn new() -> Result<Self> {
        let out = Command::new("rustc").arg("-vV").output().context("rustc does not run")?;
        let told = String::from_utf8_lossy(&out.stdout).into_owned();
        let host = told.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?.to_owned();
        Ok(Self { folder: workspace::root().join("fuzz"), built: test::target_folder()?.join("fuzz"), host })
    }

    fn targets(&self) -> Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(self.folder.join("fuzz_targets")).context("fuzz/fuzz_targets")? {
            let path = entry?.path();
            names.extend(path.file_stem().map(|name| name.to_string_lossy().into_owned()));
        }
        names.sort();
        Ok(names)
    }

    fn artifacts(&self) -> PathBuf {
        self.built.join("artifacts")
    }

    fn gathered(&self, target: &str) -> PathBuf {
        self.built.join("gathered").join(target)
    }

    fn program(&self, target: &str) -> PathBuf {
        self.built.join(&self.host).join("release").join(target)
    }

    /// With a target named, so that build scripts and macros are built without the flags.
    fn build(&self) -> Result<()> {
        let mut cargo = workspace::cargo(&["build", "--release", "--locked", "--bins", "--target", &self.host]);
        cargo.current_dir(&self.folder).env("CARGO_TARGET_DIR", &self.built).env("RUSTFLAGS", COVERAGE.join(" "));
        let status = cargo.status().context("cargo does not run")?;
        ensure!(status.success(), "the fuzz targets were not built ({status})");
        Ok(())
    }

    fn fuzz(&self, target: &str, seconds: u64) -> Result<Row> {
        let gathered = self.gathered(target);
        let (log, artifacts) = (self.built.join(format!("{target}.log")), self.artifacts());
        std::fs::create_dir_all(&gathered)?;
        std::fs::create_dir_all(&artifacts)?;
        let output = std::fs::File::create(&log).with_context(|| log.display().to_string())?;
        let longest = if ["config", "provision"].contains(&target) { LONGEST_FILE } else { LONGEST };
        let status = Command::new(self.program(target))
            .arg(format!("-max_total_time={seconds}"))
            .arg(format!("-max_len={longest}"))
            .arg(format!("-timeout={SLOWEST_SECONDS}"))
            .arg(format!("-rss_limit_mb={MOST_MIB}"))
            .arg(format!("-artifact_prefix={}/{target}-", artifacts.display()))
            .arg("-print_final_stats=1")
            .args([&gathered, &self.seeds(target)])
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output)
            .status()
            .context("the target does not run")?;
        let told = String::from_utf8_lossy(&std::fs::read(&log)?).into_owned();
        Row::read(target, seconds, &told, !status.success()).with_context(|| format!("see {}", log.display()))
    }

    fn seeds(&self, target: &str) -> PathBuf {
        self.folder.join("corpus").join(target)
    }

    /// Adds the smallest inputs that go every way known, until the seeds have reached their size.
    fn keep(&self, target: &str) -> Result<()> {
        let merged = self.built.join("merged").join(target);
        if merged.exists() {
            std::fs::remove_dir_all(&merged)?;
        }
        std::fs::create_dir_all(&merged)?;
        let seeds = self.seeds(target);
        let status = Command::new(self.program(target))
            .args(["-set_cover_merge=1", &format!("-max_len={LONGEST}")])
            .args([&merged, &seeds, &self.gathered(target)])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .context("the target does not run")?;
        ensure!(status.success(), "what {target} gathered could not be merged ({status})");
        let added = add_small(&merged, &seeds)?;
        println!("{target}: {added} seeds added");
        Ok(())
    }
}

/// What the seeds of one target may weigh together, and each of them, in bytes.
const SEEDS: u64 = 12 * 1024;
const SEED: u64 = 512;

/// Copies small files, the smallest first, as long as there is room; how many.
fn add_small(from: &Path, to: &Path) -> Result<usize> {
    let sized = |folder: &Path| -> Result<Vec<(u64, PathBuf)>> {
        let mut all = Vec::new();
        for entry in std::fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            all.push((entry.metadata()?.len(), entry.path()));
        }
        all.sort();
        Ok(all)
    };
    let mut weight: u64 = sized(to)?.iter().map(|(size, _)| size).sum();
    let mut added = 0;
    for (size, file) in sized(from)? {
        let Some(name) = file.file_name().map(|name| to.join(name)) else { continue };
        if size > SEED || weight + size > SEEDS || name.exists() {
            continue;
        }
        std::fs::copy(&file, &name)?;
        weight += size;
        added += 1;
    }
    Ok(added)
}

fn day(text: &str) -> Result<String, String> {
    let digits = |part: &str, count: usize| part.len() == count && part.bytes().all(|b| b.is_ascii_digit());
    match text.split('-').collect::<Vec<_>>().as_slice() {
        [year, month, day] if digits(year, 4) && digits(month, 2) && digits(day, 2) => Ok(text.to_owned()),
        _ => Err("a day like 2026-11-22 is wanted".to_owned()),
    }
}

#[cfg(test)]
mod tests;
