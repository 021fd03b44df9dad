//! The time of day: the machine's, or the sandbox's, which can be frozen and moved forward. A handler reads it once.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use grantor_protocol::time::Timestamp;

/// Where the time comes from.
#[derive(Debug, Clone, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// The sandbox's: the machine's moved by an offset, or standing still.
    Sandbox(Arc<Mutex<SandboxTime>>),
}

/// How the sandbox's time differs from the machine's.
#[derive(Debug, Clone, Copy, Default)]
pub struct SandboxTime {
    ahead_millis: i64,
    frozen: Option<Timestamp>,
}

impl Clock {
    /// A clock that the sandbox may move.
    pub fn sandbox() -> Self {
        Self::Sandbox(Arc::default())
    }

    /// Now.
    pub fn now(&self) -> Timestamp {
        match self {
            Self::System => system_now(),
            Self::Sandbox(time) => {
                let time = time.lock().unwrap_or_else(PoisonError::into_inner);
                time.frozen.unwrap_or_else(|| Timestamp::from_millis(system_now().millis() + time.ahead_millis))
            }
        }
    }

    /// Moves the sandbox's clock forward. Does nothing to the machine's.
    pub fn advance(&self, span: Duration) {
        if let Self::Sandbox(time) = self {
            let mut time = time.lock().unwrap_or_else(PoisonError::into_inner);
            match time.frozen {
                Some(at) => time.frozen = Some(at.plus(span)),
                None => time.ahead_millis += i64::try_from(span.as_millis()).unwrap_or(0),
            }
        }
    }

    /// Stops the sandbox's clock at a time.
    pub fn freeze(&self, at: Timestamp) {
        if let Self::Sandbox(time) = self {
            time.lock().unwrap_or_else(PoisonError::into_inner).frozen = Some(at);
        }
    }

    /// How the sandbox's time differs now.
    pub fn sandbox_time(&self) -> SandboxTime {
        match self {
            Self::System => SandboxTime::default(),
            Self::Sandbox(time) => *time.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Makes the sandbox's time differ as it did once.
    pub fn put_back(&self, was: SandboxTime) {
        if let Self::Sandbox(time) = self {
            *time.lock().unwrap_or_else(PoisonError::into_inner) = was;
        }
    }

    /// Lets a frozen clock run on: from where it stood, never backwards (`spec/decisions.md` 31).
    pub fn resume(&self) {
        if let Self::Sandbox(time) = self {
            let mut time = time.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(at) = time.frozen.take() {
                time.ahead_millis = (at.millis() - system_now().millis()).max(0);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_moves_and_never_goes_back() {
        let clock = Clock::sandbox();
        let noon = clock.now().plus(Duration::from_hours(1));
        clock.freeze(noon);
        assert_eq!(clock.now(), noon);
        clock.advance(Duration::from_secs(61));
        assert_eq!(clock.now(), noon.plus(Duration::from_secs(61)));
        clock.resume();
        assert!(clock.now() >= noon.plus(Duration::from_secs(61)));
    }
}
