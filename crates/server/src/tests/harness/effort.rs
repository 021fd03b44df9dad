//! How hard the races are tried: a few rounds every time, all of them on demand.

use std::sync::LazyLock;

/// Whether `GRANTOR_THOROUGH` is 1, as `cargo xtask test --thorough` sets it.
#[expect(clippy::disallowed_methods, reason = "the one place where tests learn how thorough to be")]
static THOROUGH: LazyLock<bool> = LazyLock::new(|| std::env::var("GRANTOR_THOROUGH").is_ok_and(|v| v == "1"));

/// How many rounds a race has: `usual`, which takes a second or two, or `all` in a thorough run.
pub fn rounds(usual: usize, all: usize) -> usize {
    if *THOROUGH { all } else { usual }
}
