//! The one place of the journeys that reads the environment: which programs to run, and where pictures go.

use std::path::PathBuf;

/// The server to try: `GRANTOR_BIN`, else the debug build in the workspace's target folder.
pub fn server() -> PathBuf {
    value("GRANTOR_BIN")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../target/debug/grantor")), PathBuf::from)
}

/// The driver of the browser: `GRANTOR_CHROMEDRIVER`, else from `PATH`.
pub fn driver() -> PathBuf {
    value("GRANTOR_CHROMEDRIVER").map_or_else(|| "chromedriver".into(), PathBuf::from)
}

/// The browser: `GRANTOR_CHROMIUM`, else what the driver finds.
pub fn chromium() -> Option<String> {
    value("GRANTOR_CHROMIUM")
}

/// A copy of axe-core's `axe.min.js` that is to look at each page as well (`GRANTOR_AXE`).
pub fn axe() -> Option<PathBuf> {
    value("GRANTOR_AXE").map(PathBuf::from)
}

/// Where to put pictures of pages (`GRANTOR_SHOTS`); none are taken without it.
pub fn shots() -> Option<PathBuf> {
    value("GRANTOR_SHOTS").map(PathBuf::from)
}

#[expect(clippy::disallowed_methods, reason = "the one place of the journeys where the environment is read")]
fn value(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
