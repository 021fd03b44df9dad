//! Time as a value: the system's clock, or one that a test moves by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where the client takes the time from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until [`Clock::advance`]; its clones move together.
    Fixed(Arc<AtomicU64>),
}

impl Clock {
    /// A clock standing at `unix_seconds` (seconds since 1970-01-01 UTC).
    pub fn fixed(unix_seconds: u64) -> Self {
        Self::Fixed(Arc::new(AtomicU64::new(unix_seconds)))
    }

    /// Seconds since 1970-01-01 UTC; 0 when the machine's clock stands before that.
    #[expect(clippy::disallowed_methods, reason = "this is the one place where the client reads the machine's clock")]
    pub fn now(&self) -> u64 {
        match self {
            Self::System => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs()),
            Self::Fixed(seconds) => seconds.load(Ordering::SeqCst),
        }
    }

    /// Moves a fixed clock forward by whole seconds; the system's clock is left alone.
    pub fn advance(&self, by: Duration) {
        if let Self::Fixed(seconds) = self {
            seconds.fetch_add(by.as_secs(), Ordering::SeqCst);
        }
    }
}
