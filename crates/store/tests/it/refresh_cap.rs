//! Twenty refresh tokens of one user, client and organization: the next one evicts exactly the oldest.

use grantor_protocol::causes::{AccessError, TokenError};
use grantor_store::{AuditEvent, NewCode};

use crate::fixtures::{C1, C2, Family, O1, O2, U1, U2, World, at, for_each_world};

/// Families one after the other, with time enough between them for every throttle.
fn families(world: &World, count: i64) -> Vec<Family> {
    (0..count).map(|n| world.family(at(n * 61))).collect()
}

fn live_refresh_tokens(world: &World) -> i64 {
    world.number("SELECT COUNT(*) FROM refresh_tokens WHERE revoked_at IS NULL")
}

#[test]
fn the_twenty_first_refresh_token_evicts_exactly_the_first() {
    for_each_world(|world| {
        let mut all = families(world, 20);
        let second_access = world.refresh(&all[0].refresh, at(20 * 61)).unwrap();
        assert_eq!(live_refresh_tokens(world), 20);
        assert!(world.audits(AuditEvent::RefreshTokenEvicted).is_empty());
        let now = at(21 * 61);
        all.push(world.family(now));
        assert_eq!(live_refresh_tokens(world), 20);
        assert_eq!(world.refresh(&all[0].refresh, now), Err(TokenError::RefreshTokenRevoked));
        for token in [&all[0].access, &second_access] {
            assert_eq!(world.access(token, now), Err(AccessError::Revoked));
        }
        for family in &all[1..] {
            assert!(world.access(&family.access, now).is_ok());
            assert!(world.refresh(&family.refresh, now).is_ok());
        }
        let told = world.audits(AuditEvent::RefreshTokenEvicted);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail, format!("{} evicted by {}", all[0].refresh.id.mark(), all[20].refresh.id.mark()));
        assert_eq!(
            (told[0].user, told[0].client_id.as_deref(), told[0].organization_id.as_deref()),
            (Some(U1), Some(C1), Some(O1))
        );
    });
}

#[test]
fn the_cap_is_of_one_user_client_and_organization() {
    for_each_world(|world| {
        world.policy.refresh_tokens_per_user_and_client = 2;
        let all = families(world, 2);
        let others: [fn(&mut NewCode); 3] =
            [|new| new.user = U2, |new| new.client_id = C2.to_owned(), |new| new.organization_id = O2.to_owned()];
        for change in others {
            world.family_with(at(200), change);
        }
        // An online code takes no place.
        world.family_with(at(200), |new| new.offline = false);
        for family in &all {
            assert!(world.refresh(&family.refresh, at(200)).is_ok());
        }
        assert!(world.audits(AuditEvent::RefreshTokenEvicted).is_empty());
    });
}

#[test]
fn a_revoked_refresh_token_leaves_its_place() {
    for_each_world(|world| {
        let all = families(world, 20);
        world.revoke(&all[10].refresh, at(1300)).unwrap();
        let fresh = world.family(at(1300));
        assert!(world.audits(AuditEvent::RefreshTokenEvicted).is_empty());
        assert_eq!(live_refresh_tokens(world), 20);
        assert!(world.refresh(&all[0].refresh, at(1300)).is_ok());
        assert!(world.refresh(&fresh.refresh, at(1300)).is_ok());
    });
}

#[test]
fn a_replayed_codes_refresh_token_leaves_its_place_too() {
    for_each_world(|world| {
        let mut all = families(world, 19);
        let code = world.issued(at(1200));
        world.redeem(&code, at(1200)).unwrap();
        assert_eq!(world.redeem(&code, at(1220)).unwrap_err(), TokenError::CodeReplayed);
        all.push(world.family(at(1300)));
        assert!(world.audits(AuditEvent::RefreshTokenEvicted).is_empty());
        assert_eq!(live_refresh_tokens(world), 20);
        for family in &all {
            assert!(world.refresh(&family.refresh, at(1300)).is_ok());
        }
    });
}

#[test]
fn a_smaller_cap_evicts_several_at_once() {
    for_each_world(|world| {
        let mut all = families(world, 5);
        world.policy.refresh_tokens_per_user_and_client = 2;
        all.push(world.family(at(400)));
        assert_eq!(live_refresh_tokens(world), 2);
        let marks: Vec<_> = all[..4].iter().map(|family| family.refresh.id.mark()).collect();
        let told = world.audits(AuditEvent::RefreshTokenEvicted);
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].detail, format!("{} evicted by {}", marks.join(", "), all[5].refresh.id.mark()));
        for family in &all[4..] {
            assert!(world.refresh(&family.refresh, at(400)).is_ok());
        }
    });
}
