//! Sweeping: what is dead goes, a bounded slice at a time; what may still be asked for stays.

use std::time::Duration;

use grantor_protocol::causes::{AccessError, TokenError};
use grantor_protocol::people::Realm;
use grantor_protocol::policy::Policy;
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_store::{INTERACTION_LIFETIME, NewBrowserSession, REVOKED_MEMORY, SeenFrom, SessionLife};

use crate::fixtures::{C1, O1, U1, World, at, for_each_world, just_before};

fn sweep(world: &World, slice: i64, now: Timestamp) -> u64 {
    let policy = world.policy.clone();
    world.write(move |tx| tx.sweep(&policy, slice, now))
}

#[test]
fn a_used_code_is_remembered_for_an_hour() {
    for_each_world(|world| {
        // The slowest person: the code is made when the interaction ends, and redeemed at its last moment.
        let mut code = world.code(at(0));
        let made = just_before(at(0).plus(INTERACTION_LIFETIME));
        code.new.expires_at = made.plus(world.policy.code_lifetime);
        world.issue(&code, made).unwrap();
        let used = just_before(code.new.expires_at);
        let family = world.redeem(&code, used).unwrap();
        let later = just_before(used.plus(Policy::CODE_MEMORY));
        world.refresh(&family.refresh, later).unwrap();
        assert_eq!(sweep(world, 100, later), 0);
        assert_eq!(world.redeem(&code, later).unwrap_err(), TokenError::CodeReplayed);
        assert_eq!(world.refresh(&family.refresh, later), Err(TokenError::RefreshTokenRevoked));
        // Two hours after the use at the latest it is gone.
        assert!(sweep(world, 100, used.plus(2 * Policy::CODE_MEMORY)) > 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM codes"), 0);
        assert_eq!(world.redeem(&code, at(0)).unwrap_err(), TokenError::CodeUnknown);
    });
}

#[test]
fn slices_are_bounded() {
    for_each_world(|world| {
        world.policy.throttles = false;
        for _ in 0..12 {
            world.family_with(at(0), |new| new.offline = false);
        }
        let late = at(20_000);
        // Five codes and five access tokens, then again, then what is left of both.
        let gone: Vec<u64> = (0..4).map(|_| sweep(world, 5, late)).collect();
        assert_eq!(gone, [10, 10, 4, 0]);
    });
}

#[test]
fn access_tokens_go_when_they_have_expired() {
    for_each_world(|world| {
        let count = |world: &World| world.number("SELECT COUNT(*) FROM access_tokens");
        let early = world.family(at(0));
        let late = world.family(at(10));
        assert_eq!(sweep(world, 100, at(3600)), 0, "an identifier is as old as its millisecond");
        assert_eq!(world.access(&early.access, at(3600)), Err(AccessError::Expired));
        assert_eq!(sweep(world, 100, at(3601)), 1);
        assert_eq!(world.access(&early.access, at(3601)), Err(AccessError::Unknown));
        assert!(world.access(&late.access, at(3601)).is_ok());
        assert_eq!(count(world), 1);
        // A family with longer rules than today's is left alone.
        world.policy.access_token_lifetime = Duration::from_mins(1);
        assert_eq!(sweep(world, 100, at(3605)), 0);
        assert!(world.access(&late.access, at(3605)).is_ok());
        // And one with shorter rules goes at last.
        let short = world.family(at(3605));
        world.policy.access_token_lifetime = Duration::from_hours(1);
        assert_eq!(world.access(&short.access, at(3665)), Err(AccessError::Expired));
        sweep(world, 100, at(20_000));
        assert_eq!(count(world), 0);
    });
}

#[test]
fn refresh_tokens_stay_until_a_month_after_their_end() {
    for_each_world(|world| {
        let (live, ended) = (world.family(at(0)), world.family(at(0)));
        world.revoke(&ended.refresh, at(100)).unwrap();
        let until = at(100).plus(REVOKED_MEMORY);
        sweep(world, 100, until);
        assert_eq!(world.revoke(&ended.refresh, until), Ok(C1.to_owned()), "revoking again still succeeds");
        assert_eq!(sweep(world, 100, until.plus(Duration::from_millis(1))), 1);
        assert!(world.revoke(&ended.refresh, until).is_err());
        assert!(world.access(&ended.access, at(200)).is_err());
        let late = until.plus(Duration::from_hours(24 * 3650));
        sweep(world, 100, late);
        assert!(world.refresh(&live.refresh, late).is_ok(), "a live one never goes");
    });
}

#[test]
fn refresh_tokens_of_a_withdrawn_grant_are_swept_too() {
    for_each_world(|world| {
        world.family(at(0));
        let offline = world.family(at(0));
        world.withdraw(U1, O1, at(100));
        assert_eq!(world.refresh(&offline.refresh, at(100)), Err(TokenError::GrantRevoked));
        let fresh = world.family(at(200));
        assert_eq!(world.refresh(&offline.refresh, at(200)), Err(TokenError::GrantRevoked));
        let late = at(200).plus(REVOKED_MEMORY);
        sweep(world, 100, late);
        assert_eq!(world.number("SELECT COUNT(*) FROM refresh_tokens"), 1);
        assert!(world.refresh(&fresh.refresh, late).is_ok());
    });
}

#[test]
fn sessions_go_after_their_longest_life() {
    for_each_world(|world| {
        let cookie = world.token(at(0));
        let new = NewBrowserSession {
            id: cookie.id,
            secret_hash: cookie.secret.hash(SecretKind::BrowserSession),
            realm: Realm::Accounts,
            user: U1,
            browser: [1; 32],
            seen_from: SeenFrom::default(),
        };
        world.write(move |tx| tx.start_session(&new, None, at(0)));
        let life = SessionLife { idle: world.policy.session_lifetime, whole: world.policy.session_lifetime };
        let end = at(0).plus(world.policy.session_lifetime);
        let holds = |now| {
            let cookie = cookie.clone();
            world.read(move |tx| tx.session(&cookie, &Realm::Accounts, life, now)).is_some()
        };
        assert_eq!(sweep(world, 100, just_before(end)), 0);
        assert!(holds(just_before(end)));
        assert!(!holds(end));
        assert_eq!(sweep(world, 100, end.plus(Duration::from_millis(1))), 1);
        assert!(!holds(at(0)));
    });
}
