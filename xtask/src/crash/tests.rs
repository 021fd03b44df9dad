//! The oracle's judgement: what must be alive, what must be dead, and what may be either.

use super::fate::{ACCESS_CAP, Fate, REFRESH_CAP};
use super::steps::{self, Answer, Step};
use super::world::{CodeId, FamilyId, World};
use super::*;

fn take(world: &mut World, step: Step, answer: &Answer) -> Option<String> {
    let (open, _) = steps::open(world, step);
    steps::settle(world, &open, answer)
}

fn lose(world: &mut World, step: Step) {
    let _ = steps::open(world, step);
    world.lose_unanswered();
}

fn code(world: &mut World, is_offline: bool) -> CodeId {
    let text = format!("code{}", world.codes.len());
    assert_eq!(take(world, Step::Authorize { person: 0, is_offline }, &Answer::Code(text)), None);
    CodeId(world.codes.len() - 1)
}

fn tokens(world: &World, refresh: Option<&str>) -> Answer {
    Answer::Tokens { access: format!("access{}", world.accesses.len()), refresh: refresh.map(str::to_owned) }
}

fn family(world: &mut World) -> FamilyId {
    let code = code(world, true);
    let refresh = format!("refresh{}", world.families.len());
    let answer = tokens(world, Some(&refresh));
    assert_eq!(take(world, Step::Exchange(code), &answer), None);
    FamilyId(world.families.len() - 1)
}

fn refresh(world: &mut World, id: FamilyId) -> Option<String> {
    let answer = tokens(world, None);
    take(world, Step::Refresh(id), &answer)
}

const NO: fn() -> Answer = || Answer::Refused("invalid_code".into());

#[test]
fn an_acknowledged_code_is_good_once() {
    let mut world = World::new();
    let id = code(&mut world, false);
    assert_eq!(world.code_fate(id), Fate::Alive);
    let answer = tokens(&world, None);
    assert_eq!(take(&mut world, Step::Exchange(id), &answer), None);
    assert_eq!(take(&mut world, Step::Exchange(id), &NO()), None);
    assert!(take(&mut world, Step::Exchange(id), &answer).is_some_and(|told| told.contains("twice")));
}

#[test]
fn a_fresh_code_must_not_be_refused() {
    let mut world = World::new();
    let id = code(&mut world, false);
    assert!(take(&mut world, Step::Exchange(id), &NO()).is_some());
}

#[test]
fn a_code_whose_exchange_was_lost_may_be_either() {
    let mut world = World::new();
    let id = code(&mut world, false);
    lose(&mut world, Step::Exchange(id));
    assert_eq!(world.code_fate(id), Fate::Either);
    assert_eq!(take(&mut world, Step::Exchange(id), &NO()), None);
    assert_eq!(world.code_fate(id), Fate::Dead);
}

#[test]
fn a_revoked_family_takes_its_access_tokens_along() {
    let mut world = World::new();
    let id = family(&mut world);
    assert_eq!(refresh(&mut world, id), None);
    let access = world.access_ids().last().unwrap();
    assert_eq!(world.access_fate(access), Fate::Alive);
    assert_eq!(take(&mut world, Step::RevokeFamily(id), &Answer::Done), None);
    assert_eq!(world.access_fate(access), Fate::Dead);
    assert!(refresh(&mut world, id).is_some_and(|told| told.contains("dead")));
}

#[test]
fn a_lost_revocation_may_be_either_and_its_retry_decides() {
    let mut world = World::new();
    let id = family(&mut world);
    lose(&mut world, Step::RevokeFamily(id));
    assert_eq!(world.family_fate(id), Fate::Either);
    assert_eq!(take(&mut world, Step::RevokeFamily(id), &Answer::Done), None);
    assert_eq!(world.family_fate(id), Fate::Dead);
}

#[test]
fn a_refused_refresh_token_that_must_live_is_a_broken_promise() {
    let mut world = World::new();
    let id = family(&mut world);
    assert!(take(&mut world, Step::Refresh(id), &NO()).is_some());
}

#[test]
fn the_oldest_access_token_is_pushed_out_by_the_cap_and_by_nothing_less() {
    let mut world = World::new();
    let id = family(&mut world);
    let first = world.access_ids().next().unwrap();
    for _ in 1..ACCESS_CAP {
        assert_eq!(refresh(&mut world, id), None);
    }
    assert_eq!(world.access_fate(first), Fate::Alive);
    lose(&mut world, Step::Refresh(id));
    assert_eq!(world.access_fate(first), Fate::Either);
    assert_eq!(refresh(&mut world, id), None);
    assert_eq!(world.access_fate(first), Fate::Dead);
    let second = world.access_ids().nth(1).unwrap();
    assert_eq!(world.access_fate(second), Fate::Either);
}

#[test]
fn a_revoked_access_token_gives_its_slot_back() {
    let mut world = World::new();
    let id = family(&mut world);
    let first = world.access_ids().next().unwrap();
    assert_eq!(refresh(&mut world, id), None);
    let second = world.access_ids().nth(1).unwrap();
    assert_eq!(take(&mut world, Step::RevokeAccess(second), &Answer::Done), None);
    for _ in 1..ACCESS_CAP {
        assert_eq!(refresh(&mut world, id), None);
    }
    assert_eq!(world.access_fate(first), Fate::Either);
    assert_eq!(world.access_fate(second), Fate::Dead);
}

#[test]
fn the_oldest_refresh_token_is_pushed_out_with_its_access_tokens() {
    let mut world = World::new();
    let first = family(&mut world);
    for _ in 0..REFRESH_CAP {
        family(&mut world);
    }
    assert_eq!(world.family_fate(first), Fate::Dead);
    assert_eq!(world.access_fate(world.access_ids().next().unwrap()), Fate::Dead);
    assert_eq!(world.family_fate(FamilyId(1)), Fate::Alive);
}

#[test]
fn what_was_refused_once_stays_dead() {
    let mut world = World::new();
    let id = family(&mut world);
    lose(&mut world, Step::RevokeFamily(id));
    assert_eq!(take(&mut world, Step::Refresh(id), &NO()), None);
    assert!(refresh(&mut world, id).is_some());
}

#[test]
fn chance_repeats_itself() {
    let (mut one, mut other) = (Chance::new(7), Chance::new(7));
    assert!((0..10).all(|_| one.next() == other.next()));
    assert_eq!(one.below(0), 0);
    assert_eq!(one.pick::<u8>(&[]), None);
}
