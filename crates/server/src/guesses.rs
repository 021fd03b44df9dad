//! Slowing down guesses at secrets, passwords and tokens, in memory, per account, address and browser
//! (`spec/decisions.md` 9: `guess_limits`). Letters and requests that strangers cause are counted in the same way.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    net::IpAddr,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use grantor_protocol::{people::UserId, time::Timestamp};

/// How many different things of one kind are watched.
const MOST: usize = 50_000;
/// How many are forgotten at once when there are more: one at a time would look through all of them for each.
const SLICE: usize = MOST / 8;

/// What is being guessed at, and from where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guess<'a> {
    /// A client's secret or codes, from one address.
    Client(&'a str, IpAddr),
    /// Tokens in general, from one address.
    Token(IpAddr),
    /// An account's password, by realm and address of e-mail, from browsers that never signed in to it.
    Account(&'a str, &'a str),
    /// An account's password, from one browser that did. By user: one address of e-mail is a person at each realm.
    KnownBrowser(UserId, &'a [u8; 32]),
    /// Passwords of any account, from one address.
    SignIn(IpAddr),
    /// The codes that devices show, typed in one browser.
    UserCode(&'a [u8; 32]),
    /// The same, from one address.
    UserCodes(IpAddr),
    /// A client's devices that begin, from one address: each begins with a row, and proves nothing.
    Device(&'a str, IpAddr),
    /// Letters to one address of e-mail, whether anybody has it or not.
    Letter(&'a str, &'a str),
    /// Letters asked for from one address of the network.
    Letters(IpAddr),
    /// Letters that tell somebody, by realm and address of e-mail, of guesses at their account.
    Warning(&'a str, &'a str, Guessed),
    /// Letters that organizations send to one address of e-mail.
    OfficeLetter(&'a str),
    /// Letters that one organization sends.
    OfficeLetters(&'a str),
    /// Letters that one member has organizations send.
    OfficeLettersBy(UserId),
}

/// What of an account is guessed at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guessed {
    /// Its password.
    Password,
    /// Its second factor, by somebody who knows the password.
    Code,
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
/// Devices of one client that begin from one address in a minute.
const DEVICE_LIMIT: u32 = 60;
/// Letters to one address of e-mail in [`WINDOW`].
const LETTER_LIMIT: u32 = 4;
/// Letters asked for from one address of the network in [`WINDOW`].
const LETTERS_LIMIT: u32 = 20;
/// Letters of one organization in [`WINDOW`].
const OFFICE_LETTERS_LIMIT: u32 = 100;
/// Letters of organizations that one member causes in [`WINDOW`].
const OFFICE_LETTERS_BY_LIMIT: u32 = 30;
/// How often somebody is told of guesses at their account.
const WARNINGS: (u32, Duration) = (1, Duration::from_hours(24));
/// How long guesses at clients and user codes, and letters, are remembered.
const WINDOW: Duration = Duration::from_mins(10);
/// The same for tokens and devices.
const MINUTE: Duration = Duration::from_mins(1);
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

/// How whoever guesses comes to wait.
#[derive(Debug, Clone, Copy)]
enum Rule {
    /// So many in a window; then until the window ends.
    Window(u32, Duration),
    /// One, two, four, … seconds after the last wrong one, once so many are used up.
    Growing(u32),
}

impl Rule {
    /// Until when nothing more may be tried.
    fn end(self, count: &Count) -> Option<Timestamp> {
        match self {
            Self::Window(limit, window) => (count.wrong >= limit).then(|| count.since.plus(window)),
            Self::Growing(free) => {
                let over = count.wrong.checked_sub(free)?;
                let wait = Duration::from_secs(1_u64 << over.min(10)).min(LONGEST_WAIT);
                Some(count.last.plus(wait))
            }
        }
    }

    fn wait(self, count: &Count, now: Timestamp) -> Duration {
        let left = self.end(count).map_or(0, |until| until.millis() - now.millis());
        // A clock that was set back must not lock anybody out for longer than the longest wait.
        Duration::from_millis(u64::try_from(left).unwrap_or(0)).min(LONGEST_WAIT)
    }

    /// Whether a count still says something.
    fn remembers(self, count: &Count, now: Timestamp) -> bool {
        match self {
            Self::Window(_, window) => now.within(count.since, window),
            Self::Growing(_) => now.within(count.last, FORGET),
        }
    }
}

type Counts = HashMap<u64, Count>;

/// The counts of each kind, apart: a flood of one kind makes nobody forget another.
#[derive(Debug, Default)]
struct Kinds {
    clients: Counts,
    tokens: Counts,
    accounts: Counts,
    known_browsers: Counts,
    sign_ins: Counts,
    user_codes: Counts,
    user_codes_from: Counts,
    devices: Counts,
    letters: Counts,
    letters_from: Counts,
    warnings: Counts,
    office_letters: Counts,
    office_letters_of: Counts,
    office_letters_by: Counts,
}

impl Kinds {
    fn of(&mut self, guess: Guess<'_>) -> (&mut Counts, Rule) {
        match guess {
            Guess::Client(..) => (&mut self.clients, Rule::Window(CLIENT_LIMIT, WINDOW)),
            Guess::Token(_) => (&mut self.tokens, Rule::Window(TOKEN_LIMIT, MINUTE)),
            Guess::Account(..) => (&mut self.accounts, Rule::Growing(ACCOUNT_FREE)),
            Guess::KnownBrowser(..) => (&mut self.known_browsers, Rule::Growing(ACCOUNT_FREE)),
            Guess::SignIn(_) => (&mut self.sign_ins, Rule::Growing(ADDRESS_FREE)),
            Guess::UserCode(_) => (&mut self.user_codes, Rule::Window(USER_CODE_LIMIT, WINDOW)),
            Guess::UserCodes(_) => (&mut self.user_codes_from, Rule::Window(USER_CODES_LIMIT, WINDOW)),
            Guess::Device(..) => (&mut self.devices, Rule::Window(DEVICE_LIMIT, MINUTE)),
            Guess::Letter(..) => (&mut self.letters, Rule::Window(LETTER_LIMIT, WINDOW)),
            Guess::Letters(_) => (&mut self.letters_from, Rule::Window(LETTERS_LIMIT, WINDOW)),
            Guess::Warning(..) => (&mut self.warnings, Rule::Window(WARNINGS.0, WARNINGS.1)),
            Guess::OfficeLetter(_) => (&mut self.office_letters, Rule::Window(LETTER_LIMIT, WINDOW)),
            Guess::OfficeLetters(_) => (&mut self.office_letters_of, Rule::Window(OFFICE_LETTERS_LIMIT, WINDOW)),
            Guess::OfficeLettersBy(_) => (&mut self.office_letters_by, Rule::Window(OFFICE_LETTERS_BY_LIMIT, WINDOW)),
        }
    }
}

/// The counts. Keys are hashed with a random key, so the maps hold no names and their size is bounded.
#[derive(Debug, Default)]
pub struct Guesses {
    enabled: bool,
    hasher: RandomState,
    kinds: Mutex<Kinds>,
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
        self.with(guess, |counts, rule, key| Self::wait_in(counts, rule, key, now)).unwrap_or_default()
    }

    /// Like [`Guesses::wait`]; when the guess may be made, it counts as wrong at once, until
    /// [`Guesses::right`] or [`Guesses::untried`] says otherwise: many at the same time are no more than
    /// many in a row.
    pub fn begin(&self, guess: Guess<'_>, now: Timestamp) -> Duration {
        let begun = self.with(guess, |counts, rule, key| {
            let wait = Self::wait_in(counts, rule, key, now);
            if wait.is_zero() {
                Self::wrong_in(counts, rule, key, now);
            }
            wait
        });
        begun.unwrap_or_default()
    }

    /// Takes back what [`Guesses::begin`] counted: nothing was tried.
    pub fn untried(&self, guess: Guess<'_>) {
        self.with(guess, |counts, _, key| {
            if let Some(count) = counts.get_mut(&key) {
                count.wrong = count.wrong.saturating_sub(1);
                if count.wrong == 0 {
                    counts.remove(&key);
                }
            }
        });
    }

    /// Notes that a guess was wrong.
    pub fn wrong(&self, guess: Guess<'_>, now: Timestamp) {
        self.with(guess, |counts, rule, key| Self::wrong_in(counts, rule, key, now));
    }

    /// Forgets wrong guesses: the right password was given.
    pub fn right(&self, guess: Guess<'_>) {
        self.with(guess, |counts, _, key| counts.remove(&key));
    }

    /// Forgets everything.
    pub fn forget(&self) {
        *self.kinds.lock().unwrap_or_else(PoisonError::into_inner) = Kinds::default();
    }

    /// `None` when nothing is watched.
    fn with<T>(&self, guess: Guess<'_>, act: impl FnOnce(&mut Counts, Rule, u64) -> T) -> Option<T> {
        if !self.enabled {
            return None;
        }
        let key = self.hasher.hash_one(guess);
        let mut kinds = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        let (counts, rule) = kinds.of(guess);
        Some(act(counts, rule, key))
    }

    fn wait_in(counts: &Counts, rule: Rule, key: u64, now: Timestamp) -> Duration {
        counts.get(&key).map_or(Duration::ZERO, |count| rule.wait(count, now))
    }

    fn wrong_in(counts: &mut Counts, rule: Rule, key: u64, now: Timestamp) {
        if counts.len() >= MOST && !counts.contains_key(&key) {
            make_room(counts, rule, now);
        }
        let fresh = Count { wrong: 0, since: now, last: now };
        let count = counts.entry(key).or_insert(fresh);
        if !rule.remembers(count, now) {
            *count = fresh;
        }
        count.wrong = count.wrong.saturating_add(1);
        count.last = now;
    }
}

/// Forgets what says nothing any more; then, of those that need not wait, the fewest guesses and the oldest first.
/// Whoever still waits is forgotten last: else a flood would end the wait.
fn make_room(counts: &mut Counts, rule: Rule, now: Timestamp) {
    counts.retain(|_, count| rule.remembers(count, now));
    let over = counts.len().saturating_sub(MOST - SLICE);
    let mut order: Vec<_> =
        counts.iter().map(|(key, count)| (!rule.wait(count, now).is_zero(), count.wrong, count.last, *key)).collect();
    order.sort_unstable();
    for (_, _, _, key) in order.into_iter().take(over) {
        counts.remove(&key);
    }
}

#[cfg(test)]
mod tests;
