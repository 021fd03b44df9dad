//! The one place of these tasks that reads the environment.

use std::path::{Path, PathBuf};

/// The value of an environment variable, when it is set and not empty.
#[expect(clippy::disallowed_methods, reason = "the one place of the tasks where the environment is read")]
pub(crate) fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Is this run one of continuous integration?
pub(crate) fn is_ci() -> bool {
    value("CI").is_some()
}

/// The first of `names` that is an executable file in a folder of `PATH`.
pub(crate) fn program(names: &[&str]) -> Option<PathBuf> {
    let path = value("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| is_executable(file)))
}

/// Is this a file that somebody may execute?
pub(crate) fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(file).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}
