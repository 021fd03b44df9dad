//! Guesses at a second factor: a few are free, then each wrong one makes the next wait longer. One count for each person,
//! whatever kind of code is typed and wherever.

use std::time::Duration;

use crate::time::Timestamp;

/// Wrong codes before the waiting begins.
pub const FREE: i64 = 5;
/// The longest wait between two codes.
pub const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// After this long without a wrong code all is forgotten. Long, since a code of six digits is short.
pub const FORGET: Duration = Duration::from_hours(24);

/// The wrong codes of one person so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wrong {
    /// How many in a row.
    pub count: i64,
    /// When the last one was.
    pub last: Timestamp,
}

impl Wrong {
    /// How long the next code has to wait: 1, 2, 4, … seconds after the last wrong one, at most [`LONGEST_WAIT`].
    pub fn wait(self, now: Timestamp) -> Duration {
        let Some(over) = self.remembered(now).count.checked_sub(FREE).filter(|over| *over >= 0) else {
            return Duration::ZERO;
        };
        let wait = Duration::from_secs(1_u64 << over.min(10)).min(LONGEST_WAIT);
        let left = self.last.plus(wait).millis().saturating_sub(now.millis());
        // A clock that was set back must not lock anybody out for longer than the wait itself.
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(wait)
    }

    /// One more.
    #[must_use]
    pub fn and_one(self, now: Timestamp) -> Self {
        Self { count: self.remembered(now).count.saturating_add(1), last: now }
    }

    fn remembered(self, now: Timestamp) -> Self {
        if now.millis() < self.last.plus(FORGET).millis() { self } else { Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_end() {
        let mut now = Timestamp::from_millis(1_000_000);
        let mut wrong = Wrong::default();
        for _ in 0..FREE {
            assert_eq!(wrong.wait(now), Duration::ZERO);
            wrong = wrong.and_one(now);
        }
        for seconds in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900] {
            assert_eq!(wrong.wait(now), Duration::from_secs(seconds));
            now = now.plus(Duration::from_secs(seconds));
            assert_eq!(wrong.wait(now), Duration::ZERO);
            wrong = wrong.and_one(now);
        }
        assert_eq!(wrong.wait(now.minus(FORGET)), LONGEST_WAIT, "a clock that was set back");
        now = now.plus(FORGET);
        assert_eq!((wrong.wait(now), wrong.and_one(now).count), (Duration::ZERO, 1));
    }
}
