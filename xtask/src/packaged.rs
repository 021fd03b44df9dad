//! `cargo xtask dist` builds the program as it is packaged: the `dist` profile, laid out by what a training run told of
//! which code is asked for often. `cargo xtask train` makes that run and keeps what it told (docs/decisions/0026).

use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::bench::{self, tools};
use crate::{environment, test, workspace};

/// Where the counts of the last training lie, and how their file is named: the LLVM that wrote it comes between.
const FOLDER: &str = "xtask/training";
const NAME: [&str; 2] = ["grantor-llvm", ".profdata"];

/// Builds the program as it is packaged, and says where it is.
pub(crate) fn dist() -> Result<()> {
    let build = Build::packaged()?;
    build.run(&["--package", "grantor", "--bin", "grantor"])?;
    println!("{}", build.folder().join("grantor").display());
    Ok(())
}

/// A build with the `dist` profile in a target folder of its own, because its flags are its own.
#[derive(Debug)]
pub(crate) struct Build {
    target: PathBuf,
    flags: String,
    /// What the flags name, if they name counts.
    counts: Option<PathBuf>,
}

impl Build {
    /// As it is packaged.
    pub(crate) fn packaged() -> Result<Self> {
        let target = test::target_folder()?.join("packaged");
        let Some(counts) = counts(rustc()?.llvm)? else {
            println!("This compiler cannot read the counts in {FOLDER}: built without them, and slower.");
            return Ok(Self { target, flags: String::new(), counts: None });
        };
        // What changed since the training is built as if there had been none.
        let flags = format!("-Cprofile-use={} -Cllvm-args=-no-pgo-warn-mismatch", counts.display());
        Ok(Self { target, flags, counts: Some(counts) })
    }

    /// That counts what it runs.
    fn training() -> Result<Self> {
        let target = test::target_folder()?.join("training");
        let flags = format!("-Cprofile-generate={}", target.join("counts").display());
        Ok(Self { target, flags, counts: None })
    }

    /// Where the programs are.
    pub(crate) fn folder(&self) -> PathBuf {
        self.target.join("dist")
    }

    /// Builds a package's program.
    pub(crate) fn run(&self, what: &[&str]) -> Result<()> {
        if let Some(counts) = &self.counts {
            begin_anew_with(counts, &self.target)?;
        }
        let mut cargo = workspace::cargo(&["build", "--profile", "dist"]);
        // What runs during the build is not what is counted.
        cargo.env("LLVM_PROFILE_FILE", "/dev/null");
        cargo.env("CARGO_TARGET_DIR", &self.target);
        let given = environment::value("RUSTFLAGS").unwrap_or_default();
        let status =
            cargo.env("RUSTFLAGS", format!("{given} {}", self.flags).trim()).args(what).status().context("cargo")?;
        ensure!(status.success(), "cargo build {}: {status}", what.join(" "));
        Ok(())
    }
}

/// Cargo does not look into the file that its flags name: what was built with other counts goes.
fn begin_anew_with(counts: &Path, target: &Path) -> Result<()> {
    let bytes = std::fs::read(counts).with_context(|| counts.display().to_string())?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    let (mark, note) = (format!("{:016x}\n", hasher.finish()), target.join("counts"));
    if std::fs::read_to_string(&note).is_ok_and(|there| there == mark) {
        return Ok(());
    }
    let built = target.join("dist");
    if built.is_dir() {
        std::fs::remove_dir_all(&built).with_context(|| built.display().to_string())?;
    }
    std::fs::create_dir_all(target).with_context(|| target.display().to_string())?;
    std::fs::write(&note, mark).with_context(|| note.display().to_string())
}

/// Renews the counts: a program that counts is built, loaded with what the benchmark loads, and asked what it counted.
pub(crate) fn train() -> Result<()> {
    let rustc = rustc()?;
    let merge = rustc.merging_tool()?;
    let build = Build::training()?;
    let counted = build.target.join("counts");
    let tools = tools::provide(Some(&build), &build.folder())?;
    if counted.is_dir() {
        std::fs::remove_dir_all(&counted).with_context(|| counted.display().to_string())?;
    }
    bench::exercise(&tools)?;
    let folder = workspace::root().join(FOLDER);
    std::fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
    let file = folder.join(format!("{}{}{}", NAME[0], rustc.llvm, NAME[1]));
    let status = Command::new(&merge).args(["merge", "--sparse", "--output"]).arg(&file).arg(&counted).status();
    let status = status.with_context(|| merge.display().to_string())?;
    ensure!(status.success(), "{}: {status}", merge.display());
    for old in kept()?.into_iter().filter(|kept| kept.file != file) {
        std::fs::remove_file(&old.file).with_context(|| old.file.display().to_string())?;
    }
    println!("{}: commit it, and `cargo xtask dist` uses it", file.display());
    Ok(())
}

/// The compiler.
#[derive(Debug)]
struct Rustc {
    /// Which LLVM it was made with.
    llvm: u32,
    host: String,
}

fn rustc() -> Result<Rustc> {
    let about = Command::new("rustc").arg("-vV").output().context("rustc")?;
    let about = String::from_utf8_lossy(&about.stdout).into_owned();
    let line = |name: &str| about.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let llvm = line("LLVM version:").and_then(major).context("rustc -vV names no LLVM")?;
    Ok(Rustc { llvm, host: line("host:").context("rustc -vV names no host")?.to_owned() })
}

fn major(version: &str) -> Option<u32> {
    version.split('.').next()?.parse().ok()
}

impl Rustc {
    /// `llvm-profdata` of the same LLVM.
    fn merging_tool(&self) -> Result<PathBuf> {
        let root = Command::new("rustc").args(["--print", "sysroot"]).output().context("rustc")?;
        let root = String::from_utf8_lossy(&root.stdout).trim().to_owned();
        let own = Path::new(&root).join("lib/rustlib").join(&self.host).join("bin/llvm-profdata");
        if environment::is_executable(&own) {
            return Ok(own);
        }
        let named = format!("llvm-profdata-{}", self.llvm);
        let Some(found) = environment::program(&[&named]) else {
            bail!(
                "{named} is missing: `rustup component add llvm-tools`, or from the system's packages (Debian: `apt-get \
                 install llvm-{}`)",
                self.llvm
            );
        };
        Ok(found)
    }
}

#[derive(Debug)]
struct Kept {
    llvm: u32,
    file: PathBuf,
}

fn kept() -> Result<Vec<Kept>> {
    let folder = workspace::root().join(FOLDER);
    let mut all = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let file = entry?.path();
        let name = file.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let version = name.strip_prefix(NAME[0]).and_then(|rest| rest.strip_suffix(NAME[1]));
        if let Some(llvm) = version.and_then(major) {
            all.push(Kept { llvm, file });
        }
    }
    Ok(all)
}

/// What can be read by this LLVM: one reads what an older one wrote.
fn counts(llvm: u32) -> Result<Option<PathBuf>> {
    Ok(kept()?.into_iter().filter(|kept| kept.llvm <= llvm).max_by_key(|kept| kept.llvm).map(|kept| kept.file))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_compiler_does_without() {
        let kept = kept().unwrap();
        assert_eq!(kept.len(), 1, "{kept:?}");
        let llvm = kept[0].llvm;
        assert!(std::fs::metadata(&kept[0].file).unwrap().len() > 100_000);
        assert_eq!(counts(llvm).unwrap().as_ref(), Some(&kept[0].file));
        assert_eq!(counts(llvm + 1).unwrap().as_ref(), Some(&kept[0].file));
        assert_eq!(counts(llvm - 1).unwrap(), None);
    }

    #[test]
    fn other_counts_begin_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (counts, built) = (folder.path().join("counts"), folder.path().join("target/dist"));
        let left = |bytes: &[u8]| {
            std::fs::create_dir_all(&built).unwrap();
            std::fs::write(&counts, bytes).unwrap();
            begin_anew_with(&counts, &folder.path().join("target")).unwrap();
            built.is_dir()
        };
        assert_eq!([left(b"one"), left(b"one"), left(b"two"), left(b"two")], [false, true, false, true]);
    }
}
