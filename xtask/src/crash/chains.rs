//! Refresh tokens that turn at each use, and consents that are withdrawn: one chain for each person, begun at the standard
//! door, held by one thread at a time. What a killed server did not answer must end well when it is asked again.

use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, bail};

use super::chance::Chance;
use super::journal::Journal;
use super::server::{CALLBACK, PEOPLE, SECRET, TURNING, TURNING_NAME};
use super::steps::Target;
use crate::wire::http::Connection;
use crate::wire::walk::{self, Jar, Lost, Person};
use crate::wire::{encode, form};

/// So many withdrawn chains of each person are looked at again after each restart.
const REMEMBERED: usize = 5;

/// What a chain hands out at each turn.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Pair {
    refresh: String,
    access: String,
}

/// What one does with a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Act {
    /// Consent, a code, and the first pair.
    Begin,
    /// The newest refresh token becomes the next pair.
    Turn,
    /// The one before it is presented once more: the same pair comes again.
    Again,
    /// The person takes the consent back.
    Withdraw,
}

/// What is known of one person's chain.
#[derive(Debug, Default)]
struct Chain {
    newest: Option<Pair>,
    /// The refresh token that became the newest pair.
    before: Option<String>,
    /// What was asked and not answered; until the restart nobody goes on.
    lost: Option<Act>,
    withdrawn: Vec<Pair>,
}

/// The chains of all people.
#[derive(Debug)]
pub(crate) struct Chains(Vec<Mutex<Chain>>);

/// Who asks: a connection and the people's browsers.
#[derive(Debug)]
pub(crate) struct Holder {
    connection: Connection,
    jars: Vec<Jar>,
}

/// What the token endpoint said.
#[derive(Debug, PartialEq, Eq)]
enum Said {
    Pair(Pair),
    No(String),
    /// Neither yes nor no: as if it had not been answered.
    Neither(String),
}

impl Holder {
    pub(crate) fn new(target: &Target) -> Self {
        Self { connection: Connection::new(target.address), jars: target.jars.clone() }
    }

    fn begin(&mut self, person: usize) -> Result<Said, Lost> {
        let (email, jar) = who(&mut self.jars, person)?;
        let person = Person { email, password: None };
        let code = walk::to_code(&mut self.connection, jar, person, &authorize_target(), CALLBACK)?.code;
        Ok(self.ask(&[("grant_type", "authorization_code"), ("redirect_uri", CALLBACK), ("code", &code)])?)
    }

    fn refresh(&mut self, token: &str) -> std::io::Result<Said> {
        self.ask(&[("grant_type", "refresh_token"), ("refresh_token", token)])
    }

    fn ask(&mut self, fields: &[(&str, &str)]) -> std::io::Result<Said> {
        let body = form(&[&[("client_id", TURNING), ("client_secret", SECRET)], fields].concat());
        let response = self.connection.post("/oauth2/token", &[], &body)?;
        let json: serde_json::Value = serde_json::from_str(&response.body).unwrap_or_default();
        let text = |key: &str| json.get(key).and_then(serde_json::Value::as_str).map(str::to_owned);
        Ok(match (response.status, text("access_token"), text("refresh_token")) {
            (200, Some(access), Some(refresh)) => Said::Pair(Pair { refresh, access }),
            (400, None, None) => Said::No(response.body),
            (status, ..) => Said::Neither(format!("{status} {}", response.body)),
        })
    }

    /// False when there was nothing to take back.
    fn withdraw(&mut self, person: usize) -> Result<bool, Lost> {
        let (_, jar) = who(&mut self.jars, person)?;
        walk::take_back(&mut self.connection, jar, TURNING_NAME)
    }

    fn is_good(&mut self, access: &str) -> Result<bool> {
        let value = format!("Bearer {access}");
        let response = self.connection.get("/oauth/user/info", &[("Authorization", &value)])?;
        match response.status {
            200 => Ok(true),
            401 => Ok(false),
            other => bail!("user information answers {other}: {}", response.body),
        }
    }
}

fn who(jars: &mut [Jar], person: usize) -> Result<(&'static str, &mut Jar), Lost> {
    PEOPLE.get(person).copied().zip(jars.get_mut(person)).ok_or_else(|| Lost::Astray("nobody".into()))
}

fn authorize_target() -> String {
    format!(
        "/oauth2/authorize?response_type=code&client_id={}&redirect_uri={}&scope={}&nonce=n",
        encode(TURNING),
        encode(CALLBACK),
        encode("openid offline_access ZohoBigin.modules.ALL AaaServer.profile.READ")
    )
}

impl Chains {
    pub(crate) fn new() -> Self {
        Self(PEOPLE.iter().map(|_| Mutex::default()).collect())
    }

    /// One act with a chain that nobody holds at this moment. False when it was not answered: the server is gone.
    pub(crate) fn act(
        &self,
        holder: &mut Holder,
        journal: &Journal,
        chance: &mut Chance,
        problems: &mut Vec<String>,
    ) -> Result<bool> {
        let person = usize::try_from(chance.below(self.0.len() as u64)).unwrap_or(0);
        let Some(Ok(mut chain)) = self.0.get(person).map(Mutex::try_lock) else { return Ok(true) };
        if chain.lost.is_some() {
            return Ok(true);
        }
        let act = match (&chain.newest, &chain.before, chance.below(10)) {
            (None, ..) => Act::Begin,
            (Some(_), _, 0) => Act::Withdraw,
            (Some(_), Some(_), 1..3) => Act::Again,
            (Some(_), ..) => Act::Turn,
        };
        chain.lost = Some(act);
        journal.intent(person, &format!("chain: {act:?} {:?}", chain.newest))?;
        match chain.take(act, person, holder) {
            Ok(problem) => {
                journal.answer(person, &format!("chain: {:?} {problem:?}", chain.newest))?;
                problems.extend(problem.map(|what| format!("chain of {person}, {act:?}: {what}")));
                Ok(true)
            }
            Err(Lost::Unanswered(_)) => Ok(false),
            Err(Lost::Astray(what)) => {
                problems.push(format!("chain of {person}, {act:?}: {what}"));
                Ok(true)
            }
        }
    }

    /// Takes everything to an end that was not answered, and compares the rest. How many refresh tokens were looked at?
    pub(crate) fn after_restart(
        &self,
        target: &Target,
        journal: &Journal,
        problems: &mut Vec<String>,
    ) -> Result<usize> {
        let mut holder = Holder::new(target);
        let mut looked = 0;
        for (person, chain) in self.0.iter().enumerate() {
            let mut chain = chain.lock().unwrap_or_else(PoisonError::into_inner);
            let found = chain.settle(person, &mut holder).with_context(|| format!("the chain of {person}"))?;
            journal.answer(person, &format!("chain after the restart: {:?} {found:?}", chain.newest))?;
            problems.extend(found.into_iter().map(|what| format!("chain of {person}: {what}")));
            looked += usize::from(chain.newest.is_some()) + chain.withdrawn.len();
        }
        Ok(looked)
    }
}

impl Chain {
    /// Does it, and says what is wrong with the answer. Whatever was answered is not lost any more.
    fn take(&mut self, act: Act, person: usize, holder: &mut Holder) -> Result<Option<String>, Lost> {
        let held = self.newest.clone();
        let said = match (act, held.as_ref(), self.before.as_ref()) {
            (Act::Begin, ..) => holder.begin(person)?,
            (Act::Turn, Some(pair), _) => holder.refresh(&pair.refresh)?,
            (Act::Again, _, Some(before)) => holder.refresh(before)?,
            (Act::Withdraw, ..) => {
                let was_listed = holder.withdraw(person)?;
                self.lost = None;
                self.over();
                return Ok((!was_listed).then(|| "an acknowledged consent was not listed".into()));
            }
            (Act::Turn | Act::Again, ..) => return Ok(None),
        };
        Ok(self.note(act, said))
    }

    /// What an answer of the token endpoint means.
    fn note(&mut self, act: Act, said: Said) -> Option<String> {
        let pair = match said {
            Said::Neither(what) => return Some(what).filter(|what| !what.starts_with("503")),
            Said::No(what) => {
                self.lost = None;
                return Some(format!("refused: {what}"));
            }
            Said::Pair(pair) => pair,
        };
        self.lost = None;
        let held = self.newest.replace(pair.clone());
        match act {
            Act::Again if held.as_ref() != Some(&pair) => Some("another pair than before came again".into()),
            Act::Turn if held.as_ref() == Some(&pair) => Some("a refresh changed nothing".into()),
            Act::Turn => {
                self.before = held.map(|held| held.refresh);
                None
            }
            _ => None,
        }
    }

    fn over(&mut self) {
        self.withdrawn.extend(self.newest.take());
        self.before = None;
        let over = self.withdrawn.len().saturating_sub(REMEMBERED);
        self.withdrawn.drain(..over);
    }

    fn settle(&mut self, person: usize, holder: &mut Holder) -> Result<Vec<String>> {
        let mut problems = Vec::new();
        match (self.lost.take(), self.newest.clone()) {
            // Perhaps something was begun: it is not known, so it is taken back.
            (Some(Act::Begin), _) => {
                holder.withdraw(person).map_err(lost)?;
            }
            // Turned or not, the same refresh token gives a pair, and gives it again.
            (Some(Act::Turn), Some(held)) => {
                for _ in 0..2 {
                    match (holder.refresh(&held.refresh)?, self.before.as_ref() == Some(&held.refresh)) {
                        (Said::Pair(pair), false) => {
                            self.newest = Some(pair);
                            self.before = Some(held.refresh.clone());
                        }
                        (Said::Pair(pair), true) if self.newest.as_ref() == Some(&pair) => {}
                        (said, _) => problems.push(format!("an unanswered refresh does not converge: {said:?}")),
                    }
                }
            }
            (Some(Act::Withdraw), Some(held)) => {
                if let Said::Pair(pair) = holder.refresh(&held.refresh)? {
                    self.withdrawn.push(pair);
                }
                holder.withdraw(person).map_err(lost)?;
                self.over();
            }
            _ => {}
        }
        if let Some(held) = self.newest.clone() {
            if !holder.is_good(&held.access)? {
                problems.push("the newest access token is refused".into());
            }
            if self.before.is_some() {
                problems.extend(self.take(Act::Again, person, holder).map_err(lost)?);
            }
            problems.extend(self.take(Act::Turn, person, holder).map_err(lost)?);
        }
        for pair in &self.withdrawn {
            if holder.is_good(&pair.access)? {
                problems.push(format!("the access token of a withdrawn consent is good: {}", pair.access));
            }
            if let Said::Pair(_) = holder.refresh(&pair.refresh)? {
                problems.push(format!("the refresh token of a withdrawn consent is good: {}", pair.refresh));
            }
        }
        Ok(problems)
    }
}

fn lost(lost: Lost) -> anyhow::Error {
    match lost {
        Lost::Unanswered(cause) => anyhow::Error::new(cause).context("no answer after the restart"),
        Lost::Astray(what) => anyhow::Error::msg(what),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(n: u8) -> Pair {
        Pair { refresh: format!("refresh{n}"), access: format!("access{n}") }
    }

    #[test]
    fn a_turn_gives_another_pair_and_the_one_before_gives_the_same_again() {
        let mut chain = Chain::default();
        assert_eq!(chain.note(Act::Begin, Said::Pair(pair(0))), None);
        assert_eq!(chain.note(Act::Turn, Said::Pair(pair(1))), None);
        assert_eq!((chain.newest.clone(), chain.before.as_deref()), (Some(pair(1)), Some("refresh0")));
        assert_eq!(chain.note(Act::Again, Said::Pair(pair(1))), None);
        assert_eq!(chain.before.as_deref(), Some("refresh0"));
        assert!(chain.note(Act::Again, Said::Pair(pair(2))).is_some_and(|what| what.contains("another")));
        assert!(chain.note(Act::Turn, Said::Pair(pair(2))).is_some_and(|what| what.contains("nothing")));
        assert!(chain.note(Act::Turn, Said::No("invalid_grant".into())).is_some());
    }

    #[test]
    fn what_was_neither_answered_nor_refused_stays_open() {
        let mut chain = Chain { newest: Some(pair(0)), lost: Some(Act::Turn), ..Chain::default() };
        assert_eq!(chain.note(Act::Turn, Said::Neither("503 busy".into())), None);
        assert_eq!(chain.lost, Some(Act::Turn));
        assert!(chain.note(Act::Turn, Said::Neither("500 broken".into())).is_some());
    }

    #[test]
    fn a_few_withdrawn_chains_are_remembered() {
        let mut chain = Chain::default();
        for n in 0..9 {
            chain.newest = Some(pair(n));
            chain.before = Some("refresh".to_owned());
            chain.over();
        }
        assert_eq!((chain.withdrawn.len(), chain.before.as_ref()), (REMEMBERED, None));
        assert_eq!(chain.withdrawn.last(), Some(&pair(8)));
    }
}
