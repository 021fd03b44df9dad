//! Many threads at once, through the same door as the server: single use stays single, caps hold, what was revoked
//! stays revoked, and no order of locks deadlocks.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;
use std::time::Duration;

use grantor_protocol::causes::{PageError, TokenError};
use grantor_protocol::dialect::Dialect;
use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::resource::Target;
use grantor_protocol::secret::TokenSecret;
use grantor_protocol::token::PresentedToken;
use grantor_store::{AuditEvent, NewCode, NoCode, Redemption, StoreError, Tx};
use tokio::runtime::Handle;

use crate::engine_support::{rounds, runtime};
use crate::fixtures::{
    C1, Family, O1, O2, U1, U2, World, at, for_each_world, organization, person, revocation, rotation_key,
};

/// Runs `count` threads that begin together, each with a runtime to wait in, and gathers what they bring.
fn together<T: Send>(count: usize, act: impl Fn(usize, &Handle) -> T + Sync) -> Vec<T> {
    let runtime = runtime();
    let begin = Barrier::new(count);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..count)
            .map(|n| {
                let (begin, act, handle) = (&begin, &act, runtime.handle());
                scope.spawn(move || {
                    begin.wait();
                    act(n, handle)
                })
            })
            .collect();
        threads.into_iter().map(|one| one.join().unwrap()).collect()
    })
}

fn redeem(world: &World, handle: &Handle, asked: &Redemption, now: i64) -> Result<(), TokenError> {
    let (asked, catalog, policy) = (asked.clone(), Arc::clone(&world.catalog), world.policy.clone());
    let (trail, now) = (world.trail(at(now)), at(now));
    let step = world.store.write(move |tx| tx.redeem_code(&asked, &catalog, &policy, &trail, now));
    handle.block_on(step).unwrap().map(drop)
}

fn issue(world: &World, handle: &Handle, new: &NewCode, now: i64) -> Result<(), NoCode> {
    let (new, catalog, policy) = (new.clone(), Arc::clone(&world.catalog), world.policy.clone());
    let (trail, now) = (world.trail(at(now)), at(now));
    handle
        .block_on(world.store.write(move |tx| tx.issue_code(&new, &catalog, &policy, &trail, now)))
        .unwrap()
        .map(|_| ())
}

fn refresh(world: &World, handle: &Handle, token: &PresentedToken, now: i64) -> Result<PresentedToken, TokenError> {
    let (asked, access) = world.refreshing(token, at(now));
    let (policy, with, now) = (world.policy.clone(), world.renewal(Target::default()), at(now));
    handle.block_on(world.store.write(move |tx| tx.refresh(&asked, &with, &policy, now))).unwrap().map(|_| access)
}

fn revoke(world: &World, handle: &Handle, token: &PresentedToken, now: i64) -> bool {
    let (asked, trail, now) = (revocation(token), world.trail(at(now)), at(now));
    handle.block_on(world.store.write(move |tx| tx.revoke(&asked, &rotation_key(), &trail, now))).unwrap().is_ok()
}

/// Nothing had to be run again: the order of locks is one.
fn no_deadlock(world: &World) {
    let told = world.store.statistics();
    assert_eq!((told.retried, told.failed, told.shed), (0, 0, 0), "{told:?}");
}

#[test]
fn fifty_redeemers_of_one_code() {
    for_each_world(|world| {
        // One grant gets many tokens here.
        world.policy.throttles = false;
        for round in 0..rounds(12, 200) {
            let offline = round % 2 == 1;
            let code = world.issued_with(at(0), |new| new.offline = offline);
            let asked: Vec<_> = (0..50).map(|_| world.redemption(&code, at(1))).collect();
            let outcomes = together(50, |n, handle| redeem(world, handle, &asked[n].0, 1));
            let winners: Vec<_> = (0..50).filter(|&n| outcomes[n].is_ok()).collect();
            assert_eq!(winners.len(), 1);
            for (n, outcome) in outcomes.iter().enumerate() {
                assert!(matches!(outcome, Ok(()) | Err(TokenError::CodeUsedJustNow)), "{outcome:?}");
                assert_eq!(world.access(&asked[n].1.access, at(1)).is_ok(), n == winners[0]);
                assert_eq!(world.refresh(&asked[n].1.refresh, at(1)).is_ok(), offline && n == winners[0]);
            }
            // A replay afterwards finds what the winner got.
            assert_eq!(world.redeem(&code, at(20)).unwrap_err(), TokenError::CodeReplayed);
            assert!(world.access(&asked[winners[0]].1.access, at(20)).is_err());
            assert!(world.refresh(&asked[winners[0]].1.refresh, at(20)).is_err());
        }
        no_deadlock(world);
    });
}

#[test]
fn fifty_redeemers_with_good_and_bad_proof() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let asked: Vec<_> = (0..50)
            .map(|n| {
                let (mut asked, family) = world.redemption(&code, at(1));
                match n % 5 {
                    0 => asked.redirect_uri = None,
                    1 => asked.verifier = Some("a".repeat(43)),
                    2 => asked.code.secret = TokenSecret::from_bytes([1; 16]),
                    _ => {}
                }
                (asked, family)
            })
            .collect();
        let outcomes = together(50, |n, handle| redeem(world, handle, &asked[n].0, 1));
        let winners = (0..50).filter(|&n| outcomes[n].is_ok()).count();
        assert!(winners <= 1);
        let alive = asked.iter().filter(|(_, family)| world.access(&family.access, at(1)).is_ok()).count();
        assert_eq!(alive, winners);
        assert!(world.redeem(&code, at(1)).is_err());
        no_deadlock(world);
    });
}

#[test]
fn one_interaction_clicked_many_times_at_once() {
    for_each_world(|world| {
        let code = world.code(at(0));
        let outcomes = together(20, |_, handle| issue(world, handle, &code.new, 0));
        assert!(outcomes.iter().all(|outcome| *outcome == Ok(())), "{outcomes:?}");
        assert_eq!(world.number("SELECT COUNT(*) FROM codes"), 1);
        assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 1);
        assert_eq!(world.audits(AuditEvent::Consented).len(), 1);
        assert!(world.redeem(&code, at(1)).is_ok());
        no_deadlock(world);
    });
}

#[test]
fn first_consents_at_once_never_exceed_the_throttle() {
    for_each_world(|world| {
        let codes: Vec<_> = (0..30)
            .map(|n| {
                let mut code = world.code(at(0));
                code.new.organization_id = [O1, O2, ""][n % 3].to_owned();
                code
            })
            .collect();
        let outcomes = together(30, |n, handle| issue(world, handle, &codes[n].new, 0));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
        assert_eq!(world.number("SELECT COUNT(*) FROM codes"), 10);
        assert!(world.number("SELECT COUNT(*) FROM grants") <= 3);
        no_deadlock(world);
    });
}

#[test]
fn concurrent_redemptions_never_exceed_the_throttle() {
    for_each_world(|world| {
        world.policy.code_rate.count = 1000;
        let codes: Vec<_> = (0..20).map(|_| world.issued(at(0))).collect();
        let asked: Vec<_> = codes.iter().map(|code| world.redemption(code, at(1)).0).collect();
        let outcomes = together(20, |n, handle| redeem(world, handle, &asked[n], 1));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 5);
        assert_eq!(world.number("SELECT COUNT(*) FROM refresh_tokens"), 5);
        assert_eq!(world.number("SELECT COUNT(*) FROM codes WHERE used_at IS NOT NULL"), 5);
        no_deadlock(world);
    });
}

#[test]
fn forty_redemptions_never_leave_more_than_twenty_refresh_tokens() {
    for_each_world(|world| {
        world.policy.throttles = false;
        let codes: Vec<_> = (0..40).map(|_| world.issued(at(0))).collect();
        let asked: Vec<_> = codes.iter().map(|code| world.redemption(code, at(1))).collect();
        let most = AtomicUsize::new(0);
        let outcomes = together(40, |n, handle| {
            let outcome = redeem(world, handle, &asked[n].0, 1);
            let step = world.store.read(|tx| {
                tx.one("SELECT COUNT(*) FROM refresh_tokens WHERE revoked_at IS NULL", &[], |row| row.int(0))
            });
            let live = handle.block_on(step).unwrap().unwrap();
            most.fetch_max(usize::try_from(live).unwrap(), Ordering::Relaxed);
            outcome
        });
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        assert!(most.load(Ordering::Relaxed) <= 20, "{most:?} at some moment");
        let alive = asked.iter().filter(|(_, family)| world.access(&family.access, at(1)).is_ok()).count();
        assert_eq!(alive, 20);
        assert_eq!(world.number("SELECT COUNT(*) FROM refresh_tokens WHERE revoked_at IS NULL"), 20);
        let evicted = world.audits(AuditEvent::RefreshTokenEvicted);
        assert_eq!(evicted.len(), 20, "each eviction is told once");
        no_deadlock(world);
    });
}

#[test]
fn concurrent_refreshes_keep_cap_and_throttle() {
    for_each_world(|world| {
        let family = world.family(at(-600));
        let outcomes = together(40, |_, handle| refresh(world, handle, &family.refresh, 0));
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 10);
        world.policy.throttles = false;
        let more = together(40, |_, handle| refresh(world, handle, &family.refresh, 1));
        let alive = outcomes.into_iter().chain(more).flatten();
        assert_eq!(alive.filter(|token| world.access(token, at(1)).is_ok()).count(), 10);
        no_deadlock(world);
    });
}

#[test]
fn fifty_at_once_turn_a_family_once() {
    for_each_world(|world| {
        let family = world.family_with(at(0), |new| new.origin.dialect = Dialect::Standard);
        let world = &*world;
        let outcomes = together(50, |_, handle| {
            let (asked, _) = world.refreshing(&family.refresh, at(1));
            let (policy, with) = (world.policy.clone(), world.renewal(Target::default()));
            let step = world.store.write(move |tx| tx.refresh(&asked, &with, &policy, at(1)));
            handle.block_on(step).unwrap().unwrap().turned.unwrap()
        });
        assert!(outcomes.iter().all(|pair| *pair == outcomes[0]), "all the same pair");
        assert_eq!(world.number("SELECT generation FROM refresh_tokens"), 1);
        assert_eq!(world.number("SELECT count(*) FROM access_tokens"), 2);
        no_deadlock(world);
    });
}

#[test]
fn refresh_against_revoke() {
    for_each_world(|world| {
        world.policy.throttles = false;
        let runtime = runtime();
        let handle = runtime.handle();
        let (begin, end) = (Barrier::new(3), Barrier::new(3));
        let families: Vec<Family> = (0..100).map(|n| world.family(at(n / 20))).collect();
        // The cap has ended the first eighty; they are given back their lives, so that each round starts with one.
        world.execute("UPDATE refresh_tokens SET revoked_at = NULL, revoked_because = NULL");
        let world = &*world;
        thread::scope(|scope| {
            let (begin, end, families) = (&begin, &end, &families);
            let refreshing: Vec<_> = (0..2)
                .map(|_| {
                    scope.spawn(move || {
                        let mut tokens = Vec::new();
                        for family in families {
                            begin.wait();
                            tokens.push(refresh(world, handle, &family.refresh, 10).ok());
                            end.wait();
                        }
                        tokens
                    })
                })
                .collect();
            scope.spawn(move || {
                for family in families {
                    begin.wait();
                    assert!(revoke(world, handle, &family.refresh, 10));
                    end.wait();
                }
            });
            for refreshed in refreshing {
                let tokens = refreshed.join().unwrap();
                for token in tokens.into_iter().flatten() {
                    assert!(world.access(&token, at(10)).is_err());
                }
            }
        });
        for family in &families {
            assert!(world.access(&family.access, at(10)).is_err());
            assert_eq!(world.refresh(&family.refresh, at(10)), Err(TokenError::RefreshTokenRevoked));
        }
        no_deadlock(world);
    });
}

#[test]
fn withdrawing_against_redeeming() {
    for_each_world(|world| {
        world.policy.throttles = false;
        for round in 0..rounds(20, 200) {
            let codes: Vec<_> = (0..4).map(|n| world.issued_with(at(0), |new| new.offline = n % 2 == 0)).collect();
            let asked: Vec<_> = codes.iter().map(|code| world.redemption(code, at(1))).collect();
            together(5, |n, handle| {
                if let Some((asked, _)) = asked.get(n) {
                    let outcome = redeem(world, handle, asked, 1);
                    assert!(matches!(outcome, Ok(()) | Err(TokenError::GrantRevoked)), "{outcome:?}");
                } else {
                    assert!(world.withdraw(U1, O1, at(1)));
                }
            });
            for (_, family) in &asked {
                assert!(world.access(&family.access, at(1)).is_err(), "round {round}");
                assert!(world.refresh(&family.refresh, at(1)).is_err(), "round {round}");
            }
        }
        no_deadlock(world);
    });
}

#[test]
fn beginning_with_a_user_who_is_being_removed() {
    for_each_world(|world| {
        world.policy.throttles = false;
        let outcomes = together(8, |n, handle| {
            for _ in 0..25 {
                if n > 0 {
                    let code = world.code(at(0));
                    let outcome = issue(world, handle, &code.new, 0);
                    assert!(outcome.is_ok() || outcome == Err(NoCode::Page(PageError::OrganizationNotAllowed)));
                } else {
                    handle.block_on(world.store.write(move |tx| tx.remove_user(U1)))?;
                    let back = person(U1, Realm::Accounts, "alice@zylker.example");
                    handle.block_on(world.store.write(move |tx| tx.put_user(&back, at(0))))?;
                    join(world, handle, U1)?;
                }
            }
            Ok::<_, StoreError>(())
        });
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        no_deadlock(world);
    });
}

type Removal = fn(&mut Tx<'_>) -> Result<(), StoreError>;

#[test]
fn a_removal_finds_what_is_being_made() {
    for_each_world(|world| {
        let removals: [Removal; 2] = [|tx| tx.remove_organization(O1), |tx| tx.remove_user(U1)];
        for removal in removals {
            world.write(|tx| tx.set_memberships(U1, &[(O1.to_owned(), true)]));
            let (code, catalog, policy) = (world.code(at(0)), Arc::clone(&world.catalog), world.policy.clone());
            let (trail, new) = (world.trail(at(0)), code.new.clone());
            let (entered, inside) = mpsc::sync_channel(2);
            let (go, wait) = mpsc::sync_channel::<()>(1);
            thread::scope(|scope| {
                let making = scope.spawn(|| {
                    world.store.write_blocking(move |tx| {
                        let made = tx.issue_code(&new, &catalog, &policy, &trail, at(0))?;
                        let _ = entered.send(());
                        // The end of the other side: at once when a rehearsed step comes by a second time.
                        let _ = wait.recv();
                        Ok(made)
                    })
                });
                inside.recv().unwrap();
                let removing = scope.spawn(|| world.store.write_blocking(removal));
                // Long enough for the removal to meet the step, whose changes it cannot see yet.
                thread::park_timeout(Duration::from_millis(100));
                drop(go);
                let _ = making.join().unwrap().unwrap();
                removing.join().unwrap().unwrap();
            });
            assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 0, "a code without its grant opens nothing");
        }
        no_deadlock(world);
    });
}

/// What one thread of the storm does over and over: it begins families and does everything to them that a client,
/// a person or an administrator may do at the same time as others.
fn storm(world: &World, handle: &Handle, thread: usize, rounds: usize) -> Result<(), StoreError> {
    for round in 0..rounds {
        let kind = (thread * 7 + round * 3) % 10;
        let user = if kind.is_multiple_of(3) { U2 } else { U1 };
        let mut code = world.code(at(0));
        code.new.user = user;
        code.new.organization_id = [O1, O2][round % 2].to_owned();
        code.new.offline = kind != 5;
        let _ = issue(world, handle, &code.new, 0);
        let (asked, family) = world.redemption(&code, at(1));
        let _ = redeem(world, handle, &asked, 1);
        let _ = refresh(world, handle, &family.refresh, 2);
        match kind {
            0 | 1 => drop(redeem(world, handle, &asked, 30)),
            2 | 3 => drop(revoke(world, handle, &family.refresh, 30)),
            4 => drop(revoke(world, handle, &family.access, 30)),
            6 => {
                let step = world.store.write(move |tx| match tx.lock_grant_of(user, C1, O1)? {
                    Some(grant) => tx.revoke_grant(grant.id, at(30)),
                    None => Ok(false),
                });
                handle.block_on(step)?;
            }
            7 => {
                handle.block_on(world.store.write(move |tx| tx.remove_organization(O2)))?;
                let back = organization(O2, "Acme", grantor_protocol::people::Environment::Sandbox);
                handle.block_on(world.store.write(move |tx| tx.put_organization(&back)))?;
                join(world, handle, U1)?;
            }
            8 if thread == 4 => {
                handle.block_on(world.store.write(move |tx| tx.remove_user(U2)))?;
                let back = person(U2, Realm::Accounts, "bob@zylker.example");
                handle.block_on(world.store.write(move |tx| tx.put_user(&back, at(30))))?;
                join(world, handle, U2)?;
            }
            _ => {
                let policy = world.policy.clone();
                handle.block_on(world.store.write(move |tx| tx.sweep(&policy, 5, at(4000 + 100 * round as i64))))?;
            }
        }
    }
    Ok(())
}

fn join(world: &World, handle: &Handle, user: UserId) -> Result<(), StoreError> {
    let both = [(O1.to_owned(), true), (O2.to_owned(), false)];
    handle.block_on(world.store.write(move |tx| tx.set_memberships(user, &both)))
}

#[test]
fn a_storm_of_everything_meets_no_deadlock() {
    for_each_world(|world| {
        world.policy.throttles = false;
        world.policy.refresh_tokens_per_user_and_client = 3;
        let outcomes = together(12, |n, handle| storm(world, handle, n, rounds(12, 100)));
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        no_deadlock(world);
        // No token outlived its grant, and no cap was passed.
        let over = "SELECT COUNT(*) FROM (SELECT COUNT(*) AS live FROM refresh_tokens WHERE revoked_at IS NULL
                    GROUP BY user_id, organization_id) AS places WHERE live > 3";
        assert_eq!(world.number(over), 0);
        let orphans = "SELECT COUNT(*) FROM refresh_tokens r WHERE r.revoked_at IS NULL
                       AND NOT EXISTS (SELECT 1 FROM grants g WHERE g.id = r.grant_id AND g.revoked_at IS NULL)";
        assert_eq!(world.number(orphans), 0);
    });
}
