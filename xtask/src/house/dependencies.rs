//! Which package may lean on which, and which must never come in. The arrows are those of the map in `ARCHITECTURE.md`.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use super::Problem;
use crate::workspace;

/// A crate of ours and what of ours it may depend on.
const ARROWS: [(&str, &[&str]); 7] = [
    ("grantor-protocol", &[]),
    ("grantor-client", &[]),
    ("grantor-store", &["grantor-protocol"]),
    ("grantor-server", &["grantor-protocol", "grantor-store"]),
    ("grantor", &["grantor-client", "grantor-server"]),
    ("xtask", &[]),
    ("grantor-e2e", &[]),
];

/// Never in the lock file, as `deny.toml` says with reasons, for machines without cargo-deny.
const NEVER: [&str; 6] = ["openssl-sys", "openssl", "native-tls", "rsa", "bindgen", "sqlx"];

/// In the lock file for other systems only, never in what is built here.
const NEVER_BUILT: &str = "ring";

/// The broken rules about dependencies.
pub(super) fn problems(root: &Path) -> Result<Vec<Problem>> {
    let out = workspace::cargo(&["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("cargo metadata")?;
    ensure!(out.status.success(), "cargo metadata: {}", String::from_utf8_lossy(&out.stderr).trim());
    let about = serde_json::from_slice(&out.stdout).context("cargo metadata")?;
    let mut found = arrows(&about);

    let lock = std::fs::read_to_string(root.join("Cargo.lock")).context("Cargo.lock")?;
    found.extend(locked(&lock));

    let args = ["tree", "--workspace", "--edges", "normal,build,dev", "--invert", NEVER_BUILT];
    let tree = workspace::cargo(&args).current_dir(root).output().context("cargo tree")?;
    let told = String::from_utf8_lossy(&tree.stdout);
    if let Some(first) = told.lines().find(|line| line.starts_with(NEVER_BUILT)) {
        found.push(Problem::in_file(
            Path::new("Cargo.lock"),
            format!("`{first}` is built for this system: cargo tree -i {NEVER_BUILT}"),
        ));
    }
    Ok(found)
}

/// Arrows between our crates that the map does not have. `about` is the answer of `cargo metadata`.
pub(super) fn arrows(about: &serde_json::Value) -> Vec<Problem> {
    let place = Path::new("Cargo.toml");
    let mut found = Vec::new();
    let list =
        |value: Option<&serde_json::Value>| value.and_then(serde_json::Value::as_array).cloned().unwrap_or_default();
    let name = |value: &serde_json::Value| {
        value.get("name").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    for package in list(about.get("packages")) {
        let from = name(&package);
        let Some((_, may)) = ARROWS.iter().find(|(known, _)| *known == from) else {
            found.push(Problem::in_file(place, format!("`{from}` is not on the map: a new crate needs a decision")));
            continue;
        };
        for dependency in list(package.get("dependencies")) {
            let to = name(&dependency);
            let is_ours = ARROWS.iter().any(|(known, _)| *known == to);
            if is_ours && to != from && !may.contains(&to.as_str()) {
                found.push(Problem::in_file(place, format!("`{from}` depends on `{to}`; the map has no such arrow")));
            }
        }
    }
    found
}

/// Packages of the lock file that must not be there.
pub(super) fn locked(lock: &str) -> Vec<Problem> {
    let place = Path::new("Cargo.lock");
    let mut found = Vec::new();
    for (number, line) in (1..).zip(lock.lines()) {
        let Some(name) = line.strip_prefix("name = \"").and_then(|rest| rest.strip_suffix('"')) else { continue };
        if NEVER.contains(&name) {
            found.push(Problem::at(
                place,
                number,
                format!("`{name}` must not come in: cargo tree -i {name} --target all"),
            ));
        }
    }
    found
}
