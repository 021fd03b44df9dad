//! Slowing down guesses at secrets, passwords and tokens, in memory, per account, address and browser
//! (`spec/decisions.md` 9: `guess_limits`).

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use grantor_protocol::time::Timestamp;

/// How many different things are watched; beyond that the oldest half is forgotten.
const MOST: usize = 50_000;

/// What is being guessed at, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess<'a> {
    /// A client's secret or codes, from one address.
    Client(&'a str, IpAddr),
    /// Tokens in general, from one address.
    Token(IpAddr),
    /// An account's password, from browsers that never signed in to it.
    Account(&'a str, &'a str),
    /// An account's password, from one browser that did.
    KnownBrowser(&'a str, &'a [u8; 32]),
    /// Passwords of any account, from one address.
    SignIn(IpAddr),
    /// The codes that devices show, typed in one browser.
    UserCode(&'a [u8; 32]),
    /// The same, from one address.
    UserCodes(IpAddr),
    /// Letters to one address of e-mail, whether anybody has it or not.
    Letter(&'a str, &'a str),
    /// Letters asked for from one address of the network.
    Letters(IpAddr),
}

/// Wrong secrets of a client from one address in [`WINDOW`]; then that address waits.
const CLIENT_LIMIT: u32 = 50;
/// Unknown tokens from one address in a minute.
const TOKEN_LIMIT: u32 = 300;
/// Wrong passwords from one address before it begins to wait.
const ADDRESS_FREE: u32 = 30;
/// Wrong passwords of one account before it begins to wait.
const ACCOUNT_FREE: u32 = 5;
/// Wrong user codes of devices from one browser in [`WINDOW`] (RFC 8628 section 5.1).
const USER_CODE_LIMIT: u32 = 10;
/// Wrong user codes of devices from one address in [`WINDOW`].
const USER_CODES_LIMIT: u32 = 20;
/// Letters to one address of e-mail in [`WINDOW`].
const LETTER_LIMIT: u32 = 4;
/// Letters asked for from one address of the network in [`WINDOW`].
const LETTERS_LIMIT: u32 = 20;
/// How long guesses at clients and user codes, and letters, are remembered.
const WINDOW: Duration = Duration::from_mins(10);
/// The longest wait between two passwords.
const LONGEST_WAIT: Duration = Duration::from_mins(15);
/// After this long without a wrong password all is forgotten.
const FORGET: Duration = Duration::from_hours(1);

#[derive(Debug, Clone, Copy)]
struct Count {
    wrong: u32,
    since: Timestamp,
    last: Timestamp,
}

/// The counts. Keys are hashed with a random key, so the map holds no names and its size is bounded.
#[derive(Debug, Default)]
pub struct Guesses {
    enabled: bool,
    hasher: RandomState,
    counts: Mutex<HashMap<u64, Count>>,
}

impl Guesses {
    /// Watches, or (in a sandbox that says so) does not.
    pub fn new(enabled: bool) -> Self {
        Self { enabled, ..Self::default() }
    }

    /// Whether anybody ever has to wait.
    pub fn are_limited(&self) -> bool {
        self.enabled
    }

    /// How long this guess has to wait; zero when it may be made now.
    pub fn wait(&self, guess: Guess<'_>, now: Timestamp) -> Duration {
        if !self.enabled {
            return Duration::ZERO;
        }
        self.wait_in(&self.counts.lock().unwrap_or_else(PoisonError::into_inner), guess, now)
    }

    /// Like [`Guesses::wait`]; when the guess may be made, it counts as wrong at once, until
    /// [`Guesses::right`] or [`Guesses::untried`] says otherwise: many at the same time are no more than
    /// many in a row.
    pub fn begin(&self, guess: Guess<'_>, now: Timestamp) -> Duration {
        if !self.enabled {
            return Duration::ZERO;
        }
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = self.wait_in(&counts, guess, now);
        if wait.is_zero() {
            self.wrong_in(&mut counts, guess, now);
        }
        wait
    }

    /// Takes back what [`Guesses::begin`] counted: nothing was tried.
    pub fn untried(&self, guess: Guess<'_>) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(&self.hasher.hash_one(guess)) {
            count.wrong = count.wrong.saturating_sub(1);
        }
    }

    fn wait_in(&self, counts: &HashMap<u64, Count>, guess: Guess<'_>, now: Timestamp) -> Duration {
        let Some(count) = counts.get(&self.hasher.hash_one(guess)) else { return Duration::ZERO };
        let until = match guess {
            Guess::Client(..) => window_end(count, CLIENT_LIMIT, WINDOW),
            Guess::Token(_) => window_end(count, TOKEN_LIMIT, Duration::from_mins(1)),
            Guess::Account(..) | Guess::KnownBrowser(..) => growing_end(count, ACCOUNT_FREE),
            Guess::SignIn(_) => growing_end(count, ADDRESS_FREE),
            Guess::UserCode(_) => window_end(count, USER_CODE_LIMIT, WINDOW),
            Guess::UserCodes(_) => window_end(count, USER_CODES_LIMIT, WINDOW),
            Guess::Letter(..) => window_end(count, LETTER_LIMIT, WINDOW),
            Guess::Letters(_) => window_end(count, LETTERS_LIMIT, WINDOW),
        };
        let left = until.map_or(0, |until| until.millis() - now.millis());
        // A clock that was set back must not lock anybody out for longer than the longest wait.
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LONGEST_WAIT)
    }

    /// Notes that a guess was wrong.
    pub fn wrong(&self, guess: Guess<'_>, now: Timestamp) {
        if self.enabled {
            self.wrong_in(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner), guess, now);
        }
    }

    fn wrong_in(&self, counts: &mut HashMap<u64, Count>, guess: Guess<'_>, now: Timestamp) {
        let memory = match guess {
            Guess::Client(..) | Guess::UserCode(_) | Guess::UserCodes(_) | Guess::Letter(..) | Guess::Letters(_) => {
                WINDOW
            }
            Guess::Token(_) => Duration::from_mins(1),
            Guess::Account(..) | Guess::KnownBrowser(..) | Guess::SignIn(_) => FORGET,
        };
        let windowed = !matches!(guess, Guess::Account(..) | Guess::KnownBrowser(..) | Guess::SignIn(_));
        if counts.len() >= MOST {
            let mut times: Vec<Timestamp> = counts.values().map(|c| c.last).collect();
            times.sort_unstable();
            let middle = times.get(times.len() / 2).copied().unwrap_or_default();
            counts.retain(|_, c| c.last > middle);
        }
        let fresh = Count { wrong: 0, since: now, last: now };
        let count = counts.entry(self.hasher.hash_one(guess)).or_insert(fresh);
        if !now.within(if windowed { count.since } else { count.last }, memory) {
            *count = fresh;
        }
        count.wrong = count.wrong.saturating_add(1);
        count.last = now;
    }

    /// Forgets everything.
    pub fn forget(&self) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Forgets wrong guesses: the right password was given.
    pub fn right(&self, guess: Guess<'_>) {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.hasher.hash_one(guess));
    }
}

/// Closed until the window ends, once the limit is reached.
fn window_end(count: &Count, limit: u32, window: Duration) -> Option<Timestamp> {
    (count.wrong >= limit).then(|| count.since.plus(window))
}

/// One, two, four, … seconds after the last wrong one, once the free ones are used up.
fn growing_end(count: &Count, free: u32) -> Option<Timestamp> {
    let over = count.wrong.checked_sub(free)?;
    let wait = Duration::from_secs(1_u64 << over.min(10)).min(LONGEST_WAIT);
    Some(count.last.plus(wait))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn waits_grow_and_end() {
        let guesses = Guesses::new(true);
        let account = Guess::Account("", "alice@zylker.example");
        let mut now = Timestamp::from_millis(1_000_000);
        for _ in 0..5 {
            assert_eq!(guesses.wait(account, now), Duration::ZERO);
            guesses.wrong(account, now);
        }
        assert_eq!(guesses.wait(account, now), Duration::from_secs(1));
        now = now.plus(Duration::from_secs(1));
        guesses.wrong(account, now);
        assert_eq!(guesses.wait(account, now), Duration::from_secs(2));
        for _ in 0..100 {
            guesses.wrong(account, now);
        }
        assert_eq!(guesses.wait(account, now), LONGEST_WAIT);
        assert_eq!(guesses.wait(Guess::KnownBrowser("alice@zylker.example", &[0; 32]), now), Duration::ZERO);
        guesses.right(account);
        assert_eq!(guesses.wait(account, now), Duration::ZERO);
    }

    #[test]
    fn many_at_the_same_time_are_no_more_than_many_in_a_row() {
        let guesses = Guesses::new(true);
        let (account, now) = (Guess::Account("", "alice@zylker.example"), Timestamp::from_millis(1_000_000));
        let admitted = (0..100).filter(|_| guesses.begin(account, now).is_zero()).count();
        assert_eq!(admitted, 5);
        guesses.untried(account);
        assert_eq!(guesses.begin(account, now), Duration::ZERO);
        guesses.right(account);
        assert_eq!(guesses.wait(account, now), Duration::ZERO);
    }

    #[test]
    fn a_window_closes_for_one_client_and_address_only() {
        let guesses = Guesses::new(true);
        let now = Timestamp::from_millis(0);
        for _ in 0..CLIENT_LIMIT {
            guesses.wrong(Guess::Client("a", HERE), now);
        }
        assert_eq!(guesses.wait(Guess::Client("a", HERE), now), WINDOW);
        assert_eq!(guesses.wait(Guess::Client("b", HERE), now), Duration::ZERO);
        assert_eq!(guesses.wait(Guess::Client("a", IpAddr::from([10, 0, 0, 1])), now), Duration::ZERO);
        assert_eq!(guesses.wait(Guess::Client("a", HERE), now.plus(WINDOW)), Duration::ZERO);
    }

    #[test]
    fn the_map_is_bounded() {
        let guesses = Guesses::new(true);
        for n in 0..(MOST as u32 + 10) {
            guesses.wrong(Guess::Token(IpAddr::from(n.to_be_bytes())), Timestamp::from_millis(i64::from(n)));
        }
        assert!(guesses.counts.lock().unwrap().len() <= MOST);
    }
}
