//! Policy: lifetimes, caps and throttles as values (accounts-protocol.md section 17). The documented pages
//! conflict; a preset is one consistent reading of them.

use std::time::Duration;

use crate::{deviations::Deviations, time::Timestamp};

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// A named set of the documented figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Preset {
    /// Bigin's pages: codes live one minute.
    #[default]
    Bigin,
    /// The accounts manual: codes live two minutes, devices poll every thirty seconds.
    Accounts,
    /// CRM's pages: codes live three minutes, fifteen access tokens per refresh token, ten refresh tokens in ten minutes.
    Crm,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 3] = [Self::Bigin, Self::Accounts, Self::Crm];

    /// As the config spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bigin => "bigin",
            Self::Accounts => "accounts",
            Self::Crm => "crm",
        }
    }
}

/// So many in a span of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many are admitted.
    pub count: usize,
    /// In which span before now.
    pub window: Duration,
    /// How the pages are read that say what follows once so many were made. `None`: the next one waits until the oldest
    /// is out of the window ("the rest of the ten minutes"). `Some`: none is made for this long after the last one ("the
    /// next ten minutes"), and never for less than the window.
    pub block: Option<Duration>,
}

impl Rate {
    /// So many in any span of this length.
    pub const fn new(count: usize, window: Duration) -> Self {
        Self { count, window, block: None }
    }

    /// Whether one more may be made now, after those that were made at these times, oldest first. Only the newest
    /// [`Self::count`] matter. What lies ahead (the clock was set back) does not count.
    pub fn admits(&self, made: impl DoubleEndedIterator<Item = Timestamp>, now: Timestamp) -> bool {
        if self.block.is_none() {
            return made.filter(|at| now.within(*at, self.window)).count() < self.count;
        }
        let newest: Vec<Timestamp> = made.rev().take(self.count.max(1)).collect();
        let (Some(last), Some(first)) = (newest.first(), newest.last()) else { return true };
        newest.len() < self.count || !last.within(*first, self.window) || !now.within(*last, self.longest_wait())
    }

    /// After this long whoever was held up is not held up any more.
    pub fn longest_wait(&self) -> Duration {
        self.block.map_or(self.window, |block| block.max(self.window))
    }

    /// What was made longer ago than this never matters again: the first of a full window, when the last of it holds
    /// the next one up.
    pub fn memory(&self) -> Duration {
        self.window.saturating_add(self.longest_wait())
    }
}

/// What follows when a user and client have as many refresh tokens as may live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RefreshTokenCap {
    /// The oldest ends, with its access tokens.
    #[default]
    Evict,
    /// The next one is refused.
    Refuse,
}

impl RefreshTokenCap {
    /// Every way.
    pub const ALL: [Self; 2] = [Self::Evict, Self::Refuse];

    /// As the config spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Evict => "evict",
            Self::Refuse => "refuse",
        }
    }
}

/// Everything a vendor may set about tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// Life of a code from `/oauth/v2/auth`.
    pub code_lifetime: Duration,
    /// Life of a code from `/clientoauth/v2/{PORTAL_ID}/auth`.
    pub portal_code_lifetime: Duration,
    /// Life of a self client's code when its owner chooses none of [`Self::SELF_CODE_MINUTES`].
    pub self_code_lifetime: Duration,
    /// Life of the token that lets an application ask for more scopes.
    pub enhancement_token_lifetime: Duration,
    /// Life of a device code and of the code that a person types for it.
    pub device_code_lifetime: Duration,
    /// The shortest time between two polls of a device; never switched off (`spec/decisions.md` 9).
    pub device_poll_interval: Duration,
    /// Life of an access token.
    pub access_token_lifetime: Duration,
    /// Live refresh tokens per user, client and organization.
    pub refresh_tokens_per_user_and_client: usize,
    /// What follows when there are as many.
    pub refresh_token_cap: RefreshTokenCap,
    /// Live access tokens per refresh token; the next one evicts the oldest.
    pub access_tokens_per_refresh_token: usize,
    /// Whether the three rates below are enforced.
    pub throttles: bool,
    /// Access tokens from one refresh token.
    pub access_token_rate: Rate,
    /// Refresh tokens of one user and client.
    pub refresh_token_rate: Rate,
    /// Codes of one user and client.
    pub code_rate: Rate,
    /// The HTTP status of the accounts dialect's throttle answer: 400, or 200 as some pages show it.
    pub throttle_status: u16,
    /// How long after a rotation the refresh token before it still gets the same pair again, for a client that lost the
    /// answer (`spec/decisions.md` 7). Zero: never.
    pub refresh_grace: Duration,
    /// How long a rotating refresh token may lie unused.
    pub refresh_token_idle: Duration,
    /// How long a rotating family lives, however much it is used.
    pub refresh_token_lifetime: Duration,
    /// How long after its first use a code's reuse is taken for a double click (`spec/decisions.md` 1).
    pub code_reuse_grace: Duration,
    /// Whether guesses at secrets, passwords and tokens are slowed down; only the sandbox may switch it off.
    pub guess_limits: bool,
    /// Whether redirect URIs may be plain http off loopback.
    pub http_redirects: bool,
    /// What the accounts dialect does although RFC 9700 advises otherwise.
    pub deviations: Deviations,
    /// How long a browser stays signed in without being used.
    pub session_idle: Duration,
    /// How long a browser stays signed in at most.
    pub session_lifetime: Duration,
}

impl Policy {
    /// How long used and expired codes stay as rows, so that a reuse is still recognized
    /// (`spec/decisions.md` 1).
    pub const CODE_MEMORY: Duration = seconds(3600);

    /// How many minutes a self client's code may live, as its owner chooses (accounts-protocol.md section 14).
    pub const SELF_CODE_MINUTES: [u64; 4] = [3, 5, 7, 10];

    /// The figures of a preset.
    pub fn preset(preset: Preset) -> Self {
        let (code, cap, refresh_token_rate) = match preset {
            Preset::Bigin => (60, 10, Rate::new(5, seconds(60))),
            Preset::Accounts => (120, 10, Rate::new(5, seconds(60))),
            Preset::Crm => (180, 15, Rate::new(10, seconds(600))),
        };
        Self {
            code_lifetime: seconds(code),
            portal_code_lifetime: seconds(120),
            self_code_lifetime: seconds(180),
            enhancement_token_lifetime: seconds(600),
            device_code_lifetime: seconds(300),
            device_poll_interval: seconds(if matches!(preset, Preset::Accounts) { 30 } else { 5 }),
            access_token_lifetime: seconds(3600),
            refresh_tokens_per_user_and_client: 20,
            refresh_token_cap: RefreshTokenCap::Evict,
            access_tokens_per_refresh_token: cap,
            throttles: true,
            access_token_rate: Rate::new(10, seconds(600)),
            refresh_token_rate,
            code_rate: Rate::new(10, seconds(600)),
            throttle_status: 400,
            refresh_grace: seconds(30),
            refresh_token_idle: seconds(30 * 86_400),
            refresh_token_lifetime: seconds(365 * 86_400),
            code_reuse_grace: seconds(10),
            guess_limits: true,
            http_redirects: false,
            deviations: Deviations::DOCUMENTED,
            session_idle: seconds(14 * 86_400),
            session_lifetime: seconds(30 * 86_400),
        }
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self::preset(Preset::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every figure of section 17 as decided (decisions 1 to 4 and 24).
    #[test]
    fn the_presets_are_the_documented_figures() {
        for (preset, code, access_cap, poll) in
            [(Preset::Bigin, 60, 10, 5), (Preset::Accounts, 120, 10, 30), (Preset::Crm, 180, 15, 5)]
        {
            let refresh = if preset == Preset::Crm { Rate::new(10, seconds(600)) } else { Rate::new(5, seconds(60)) };
            let policy = Policy::preset(preset);
            assert_eq!(policy.code_lifetime, seconds(code), "{preset:?}");
            assert_eq!(policy.access_tokens_per_refresh_token, access_cap, "{preset:?}");
            assert_eq!(policy.device_poll_interval, seconds(poll), "{preset:?}");
            // What the pages agree on, or one page decides.
            assert_eq!(policy.portal_code_lifetime, seconds(120));
            assert_eq!(policy.self_code_lifetime, seconds(180));
            assert_eq!(policy.enhancement_token_lifetime, seconds(600));
            assert_eq!(policy.device_code_lifetime, seconds(300));
            assert_eq!(policy.access_token_lifetime, seconds(3600));
            assert_eq!(policy.refresh_tokens_per_user_and_client, 20);
            assert!(policy.throttles && policy.guess_limits);
            assert_eq!(policy.access_token_rate, Rate::new(10, seconds(600)));
            assert_eq!(policy.refresh_token_rate, refresh);
            assert_eq!(policy.code_rate, Rate::new(10, seconds(600)));
            assert_eq!((policy.throttle_status, policy.refresh_token_cap), (400, RefreshTokenCap::Evict));
        }
        assert_eq!(Policy::default(), Policy::preset(Preset::Bigin));
        assert_eq!(Policy::SELF_CODE_MINUTES, [3, 5, 7, 10]);
    }

    fn at(seconds: &[i64]) -> impl DoubleEndedIterator<Item = Timestamp> {
        seconds.iter().map(|s| Timestamp::from_millis(s * 1000))
    }

    const fn second(s: i64) -> Timestamp {
        Timestamp::from_millis(s * 1000)
    }

    #[test]
    fn the_rest_of_the_window_ends_for_one_after_the_other() {
        let rate = Rate::new(3, seconds(60));
        assert!(rate.admits(at(&[]), second(0)) && rate.admits(at(&[0, 10]), second(20)));
        assert!(!rate.admits(at(&[0, 10, 20]), second(59)));
        assert!(rate.admits(at(&[0, 10, 20]), second(60)), "the first is out");
        assert!(!rate.admits(at(&[10, 20, 60]), second(69)), "the second is not");
        assert_eq!(rate.longest_wait(), seconds(60));
    }

    #[test]
    fn the_next_window_begins_with_the_last_that_was_made() {
        let rate = Rate { block: Some(Duration::ZERO), ..Rate::new(3, seconds(60)) };
        assert!(rate.admits(at(&[]), second(0)) && rate.admits(at(&[0, 10]), second(20)));
        assert!(!rate.admits(at(&[0, 10, 20]), second(60)), "the limit was reached at 20");
        assert!(!rate.admits(at(&[0, 10, 20]), second(79)));
        assert!(rate.admits(at(&[0, 10, 20]), second(80)));
        assert!(rate.admits(at(&[10, 20, 80]), second(81)), "then one counts anew");
        assert!(rate.admits(at(&[0, 30, 60]), second(61)), "three in sixty-one seconds reached nothing");
        assert!(rate.admits(at(&[90, 91, 92]), second(0)), "a clock set back jams nothing");
        let longer = Rate { block: Some(seconds(600)), ..rate };
        assert!(!longer.admits(at(&[0, 10, 20]), second(619)) && longer.admits(at(&[0, 10, 20]), second(620)));
        assert_eq!((rate.longest_wait(), longer.longest_wait()), (seconds(60), seconds(600)));
        let one = Rate { block: Some(Duration::ZERO), ..Rate::new(1, seconds(60)) };
        assert!(
            one.admits(at(&[]), second(0)) && !one.admits(at(&[0]), second(59)) && one.admits(at(&[0]), second(60))
        );
    }
}
