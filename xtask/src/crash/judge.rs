//! After a restart: is everything that was acknowledged still so, and does what was left open end well when it is tried
//! again?

use anyhow::{Context as _, Result};

use super::chains::Chains;
use super::chance::Chance;
use super::fate::Fate;
use super::journal::Journal;
use super::server::PEOPLE;
use super::steps::{self, Caller, Step, Target};
use super::world::{AccessId, World};

/// A dead token that was found dead so often is asked no more.
const CONFIRMATIONS: u32 = 3;
/// Of each kind of dead thing so many are tried again at each restart.
const SAMPLE: usize = 10;

/// Compares everything; answers one line of figures.
pub(crate) fn after_restart(
    world: &mut World,
    chains: &Chains,
    journal: &Journal,
    target: &Target,
    chance: &mut Chance,
    problems: &mut Vec<String>,
) -> Result<String> {
    let turning = chains.after_restart(target, journal, problems)?;
    let mut judge = Judge { world, journal, caller: Caller::new(target), problems };
    let accesses = judge.accesses("after the restart")?;
    let families = judge.families(chance)?;
    let codes = judge.codes(chance)?;
    let retried = judge.revocations()?;
    judge.people()?;
    judge.accesses("after everything was tried again")?;
    Ok(format!(
        "{accesses} access tokens, {families} refresh tokens, {codes} codes, {retried} open revocations, {turning} turning refresh tokens \
         as they must be"
    ))
}

struct Judge<'a> {
    world: &'a mut World,
    journal: &'a Journal,
    caller: Caller,
    problems: &'a mut Vec<String>,
}

impl Judge<'_> {
    /// Takes a step that must be answered.
    fn take(&mut self, step: Step) -> Result<()> {
        let open = steps::open(self.world, step);
        let world = &mut *self.world;
        let answered = steps::take(&mut self.caller, self.journal, step, open, |act| act(world))?;
        let problem = answered.with_context(|| format!("{step:?} is not answered after the restart"))?;
        self.problems.extend(problem);
        Ok(())
    }

    fn accesses(&mut self, when: &str) -> Result<usize> {
        let mut looked = 0;
        for id in self.world.access_ids() {
            let fate = self.world.access_fate(id);
            let Some(access) = self.world.access(id) else { continue };
            if fate == Fate::Dead && access.confirmed >= CONFIRMATIONS {
                continue;
            }
            let is_good = self.caller.is_good(&access.token.clone())?;
            looked += 1;
            self.compare(id, fate, is_good, when);
        }
        Ok(looked)
    }

    fn compare(&mut self, id: AccessId, fate: Fate, is_good: bool, when: &str) {
        let Some(access) = self.world.accesses.get_mut(id.0) else { return };
        match (fate, is_good) {
            (Fate::Alive, false) => {
                self.problems.push(format!("{id:?}, acknowledged, is refused {when}: {}", access.token));
            }
            (Fate::Dead, true) => {
                self.problems.push(format!("{id:?}, revoked or evicted, is good {when}: {}", access.token));
            }
            _ => {}
        }
        if !is_good {
            access.is_seen_dead = true;
            access.confirmed += 1;
        }
    }

    /// Refreshes with every refresh token that may live, and with a few dead ones.
    fn families(&mut self, chance: &mut Chance) -> Result<usize> {
        let all: Vec<_> = self.world.family_ids().collect();
        let (dead, living): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|id| self.world.family_fate(*id) == Fate::Dead);
        let dead: Vec<_> = (0..SAMPLE).filter_map(|_| chance.pick(&dead).copied()).collect();
        let tried = living.len() + dead.len();
        for id in living.into_iter().chain(dead) {
            self.take(Step::Refresh(id))?;
        }
        Ok(tried)
    }

    /// Redeems every code that is fresh or open, the open ones twice, and tries a few used ones.
    fn codes(&mut self, chance: &mut Chance) -> Result<usize> {
        let all: Vec<_> = self.world.code_ids().collect();
        let (used, other): (Vec<_>, Vec<_>) = all.into_iter().partition(|id| self.world.code_fate(*id) == Fate::Dead);
        let used: Vec<_> = (0..SAMPLE).filter_map(|_| chance.pick(&used).copied()).collect();
        let tried = other.len() + used.len();
        for id in other {
            let was_open = self.world.code_fate(id) == Fate::Either;
            self.take(Step::Exchange(id))?;
            if was_open {
                self.take(Step::Exchange(id))?;
            }
        }
        for id in used {
            self.take(Step::Exchange(id))?;
        }
        Ok(tried)
    }

    /// Revokes again what was revoked without an answer.
    fn revocations(&mut self) -> Result<usize> {
        let is_open = |world: &World, revokes: &[_]| {
            !revokes.is_empty() && revokes.iter().all(|id| !world.span(*id).is_answered())
        };
        let families: Vec<_> = self
            .world
            .family_ids()
            .filter(|id| self.world.family(*id).is_some_and(|family| is_open(self.world, &family.revokes)))
            .collect();
        let accesses: Vec<_> = self
            .world
            .access_ids()
            .filter(|id| self.world.access(*id).is_some_and(|access| is_open(self.world, &access.revokes)))
            .collect();
        let tried = families.len() + accesses.len();
        for id in families {
            self.take(Step::RevokeFamily(id))?;
        }
        for id in accesses {
            self.take(Step::RevokeAccess(id))?;
        }
        Ok(tried)
    }

    /// Sign-in and consent were acknowledged too: everybody gets a code without being asked anything.
    fn people(&mut self) -> Result<()> {
        for person in 0..PEOPLE.len() {
            self.take(Step::Authorize { person, is_offline: false })?;
        }
        Ok(())
    }
}
