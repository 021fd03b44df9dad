//! One thread of the load: picks a step, takes it, and goes on until the server is gone.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;

use super::chains::{Chains, Holder};
use super::chance::Chance;
use super::fate::Fate;
use super::journal::Journal;
use super::server::PEOPLE;
use super::steps::{self, Caller, Step, Target};
use super::world::{self, CodeId, World};

/// What one thread did.
#[derive(Debug, Default)]
pub(crate) struct Done {
    pub(crate) answered: u64,
    pub(crate) problems: Vec<String>,
}

/// Works until `stop` is set or a request is not answered.
pub(crate) fn work(
    world: &Mutex<World>,
    chains: &Chains,
    journal: &Journal,
    target: &Target,
    mut chance: Chance,
    stop: &AtomicBool,
) -> Result<Done> {
    let mut caller = Caller::new(target);
    let mut holder = Holder::new(target);
    let mut done = Done::default();
    while !stop.load(Ordering::Relaxed) {
        if chance.below(6) == 0 {
            if !chains.act(&mut holder, journal, &mut chance, &mut done.problems)? {
                break;
            }
            done.answered += 1;
            continue;
        }
        let (step, open) = {
            let mut world = world::locked(world);
            let step = choose(&world, &mut chance);
            let open = steps::open(&mut world, step);
            (step, open)
        };
        match steps::take(&mut caller, journal, step, open, |act| act(&mut world::locked(world)))? {
            // The server is gone; what was asked stays open.
            Err(_) => break,
            Ok(problem) => {
                done.answered += 1;
                done.problems.extend(problem);
            }
        }
    }
    Ok(done)
}

/// Mostly what applications do, and now and then what they should not: a dead token, a code that was used.
fn choose(world: &World, chance: &mut Chance) -> Step {
    let person = usize::try_from(chance.below(PEOPLE.len() as u64)).unwrap_or(0);
    let authorize = Step::Authorize { person, is_offline: chance.below(3) == 0 };
    let dead_too = chance.below(10) == 0;
    let chance_of_race = chance.below(3) == 0;
    let families: Vec<_> = world.family_ids().filter(|id| dead_too || world.family_fate(*id) != Fate::Dead).collect();
    let fresh: Vec<_> = world.code_ids().filter(|id| world.code_fate(*id) == Fate::Alive).collect();
    // A code that another thread is exchanging at this moment: only one of the two may succeed.
    let racing: Vec<_> = world.code_ids().filter(|id| is_being_tried(world, *id)).collect();
    if let Some(id) = chance.pick(&racing).filter(|_| chance_of_race) {
        return Step::Exchange(*id);
    }
    match chance.below(100) {
        0..45 => chance.pick(&families).map_or(authorize, |id| Step::Refresh(*id)),
        45..65 => authorize,
        65..82 => chance.pick(&fresh).map_or(authorize, |id| Step::Exchange(*id)),
        82..86 => {
            let all: Vec<_> = world.code_ids().collect();
            let recent = all.get(all.len().saturating_sub(20)..).unwrap_or_default();
            chance.pick(recent).map_or(authorize, |id| Step::Exchange(*id))
        }
        86..96 => {
            let all: Vec<_> =
                world.access_ids().filter(|id| dead_too || world.access_fate(*id) != Fate::Dead).collect();
            chance.pick(&all).map_or(authorize, |id| Step::RevokeAccess(*id))
        }
        _ => chance.pick(&families).map_or(authorize, |id| Step::RevokeFamily(*id)),
    }
}

fn is_being_tried(world: &World, id: CodeId) -> bool {
    world.code(id).is_some_and(|code| code.tries.iter().any(|(span, _)| world.span(*span).is_open()))
}
