//! Points in time and spans as the protocol counts them: whole milliseconds, given as values by the caller.

use std::time::Duration;

/// A point in time, in milliseconds since 1970-01-01T00:00:00Z. Never read from a clock in this crate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down.
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// This time plus a span; stops at the end of time instead of overflowing.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// This time minus a span.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)))
    }

    /// Whether `earlier` lies within `window` before this time. A time that lies ahead (the clock was set
    /// back) counts as outside, so that a throttle never jams.
    pub fn within(self, earlier: Self, window: Duration) -> bool {
        let age = self.0.saturating_sub(earlier.0);
        age >= 0 && u128::from(age.unsigned_abs()) < window.as_millis()
    }
}
