//! Refreshing: a new access token each time, within cap and throttle, for as long as everything around it holds.

use std::time::Duration;

use grantor_protocol::causes::{AccessError, TokenError};
use grantor_protocol::people::Realm;
use grantor_protocol::policy::{Policy, Preset};
use grantor_protocol::resource::TokenFormat;
use grantor_protocol::scope::ScopeList;
use grantor_protocol::token::PresentedToken;
use grantor_store::{Origin, RefreshRequest, Refreshed};

use crate::fixtures::{
    C2, EMAIL, O1, O2, P1, PU, READ, U1, World, at, for_each_world, guessed, hours, just_before, portal,
};

#[test]
fn a_refresh_gives_an_access_token_of_the_family() {
    for_each_world(|world| {
        let family = world.family_with(at(0), |new| new.scopes = ScopeList::read(&format!("{EMAIL} {READ}")).unwrap());
        let (asked, access) = world.refreshing(&family.refresh, at(1000));
        let refreshed = world.ask(&asked, at(1000)).unwrap();
        let expected = Refreshed {
            resource: String::new(),
            format: TokenFormat::Opaque,
            made_at: at(1000),
            turned: None,
            origin: Origin::default(),
            scopes: ScopeList::read(&format!("{EMAIL} {READ}")).unwrap(),
            rules: grantor_protocol::issue::FamilyRules::of(&world.policy),
            user: U1,
            organization_id: O1.to_owned(),
            in_window: 1,
        };
        assert_eq!(refreshed, expected);
        let live = world.access(&access, at(1000)).unwrap();
        assert_eq!((live.scopes, live.expires_at), (expected.scopes, at(4600)));
        assert!(world.access(&family.access, at(1000)).is_ok(), "the earlier one lives on");
        // It never expires and never rotates.
        let late = at(400 * 86_400);
        let access = world.refresh(&family.refresh, late).unwrap();
        assert!(world.access(&access, late).is_ok());
    });
}

#[test]
fn ten_access_tokens_in_ten_minutes() {
    for_each_world(|world| {
        let (family, other) = (world.family(at(0)), world.family(at(0)));
        for n in 0..10 {
            world.refresh(&family.refresh, at(n)).unwrap();
        }
        for now in [at(9), at(300), just_before(at(600))] {
            let refused = world.unchanged(|| world.refresh(&family.refresh, now));
            assert_eq!(refused, Err(TokenError::AccessTokensThrottled), "and nothing is evicted");
        }
        assert!(world.refresh(&other.refresh, at(300)).is_ok(), "another family is not held up");
        // The window is over for the first one exactly ten minutes after it, and only for that one.
        assert!(world.refresh(&family.refresh, at(600)).is_ok());
        assert_eq!(world.refresh(&family.refresh, at(600)), Err(TokenError::AccessTokensThrottled));
        assert!(world.refresh(&family.refresh, at(601)).is_ok());
        world.policy.throttles = false;
        assert!(world.refresh(&family.refresh, at(601)).is_ok());
    });
}

#[test]
fn the_access_token_that_came_with_the_code_is_no_refresh_but_takes_a_place() {
    for_each_world(|world| {
        let family = world.family(at(0));
        for n in 0..10 {
            assert!(world.access(&family.access, at(0)).is_ok(), "it is one of ten");
            assert!(world.refresh(&family.refresh, at(0)).is_ok(), "refresh {n}, all in one instant");
        }
        assert_eq!(world.refresh(&family.refresh, at(0)), Err(TokenError::AccessTokensThrottled));
        assert_eq!(world.access(&family.access, at(0)), Err(AccessError::Revoked), "the eleventh evicted it");
    });
}

#[test]
fn a_revoked_access_token_leaves_its_place_and_still_counts_as_a_refresh() {
    for_each_world(|world| {
        let family = world.family(at(0));
        let all: Vec<_> = (1..10).map(|n| world.refresh(&family.refresh, at(n)).unwrap()).collect();
        world.revoke(&all[4], at(10)).unwrap();
        let tenth = world.refresh(&family.refresh, at(10)).unwrap();
        for (n, token) in [&family.access, &tenth].into_iter().chain(&all).enumerate() {
            assert_eq!(world.access(token, at(10)).is_ok(), n != 6, "token {n}");
        }
        world.revoke(&tenth, at(11)).unwrap();
        assert_eq!(world.refresh(&family.refresh, at(11)), Err(TokenError::AccessTokensThrottled));
    });
}

#[test]
fn a_clock_set_back_jams_nothing_and_revives_nothing() {
    for_each_world(|world| {
        let family = world.family(at(3600));
        for n in 0..10 {
            world.refresh(&family.refresh, at(3600 + n)).unwrap();
        }
        assert!(world.refresh(&family.refresh, at(3610)).is_err());
        assert!(world.refresh(&family.refresh, at(0)).is_ok(), "an hour back");
        world.revoke(&family.refresh, at(3620)).unwrap();
        assert_eq!(world.refresh(&family.refresh, at(0)), Err(TokenError::RefreshTokenRevoked));
        assert_eq!(world.access(&family.access, at(0)), Err(AccessError::Revoked));
    });
}

#[test]
fn the_next_access_token_evicts_exactly_the_oldest() {
    for_each_world(|world| {
        for (preset, cap) in [(Preset::Bigin, 10), (Preset::Crm, 15)] {
            world.policy = Policy::preset(preset);
            let begin = 10_000 * i64::from(cap);
            let family = world.family(at(begin));
            let mut all = vec![family.access.clone()];
            let mut now = at(begin);
            for n in 1..cap {
                now = at(begin + i64::from(n) * 61);
                all.push(world.refresh(&family.refresh, now).unwrap());
            }
            assert!(all.iter().all(|token| world.access(token, now).is_ok()));
            for evicted in 0..3 {
                now = now.plus(Duration::from_secs(61));
                all.push(world.refresh(&family.refresh, now).unwrap());
                for (n, token) in all.iter().enumerate() {
                    let alive = world.access(token, now).map(drop);
                    let expected = if n <= evicted { Err(AccessError::Revoked) } else { Ok(()) };
                    assert_eq!(alive, expected, "token {n}, {evicted} evicted before");
                }
            }
        }
    });
}

#[test]
fn the_throttles_longer_memory_keeps_only_the_cap_alive() {
    for_each_world(|world| {
        world.policy.access_tokens_per_refresh_token = 3;
        let family = world.family(at(0));
        let mut all = vec![family.access.clone()];
        for n in 1..=10 {
            all.push(world.refresh(&family.refresh, at(n)).unwrap());
        }
        let alive = |world: &World| all.iter().map(|token| world.access(token, at(10)).is_ok()).collect::<Vec<_>>();
        assert_eq!(alive(world), [[false; 8].as_slice(), &[true; 3]].concat());
        assert_eq!(world.refresh(&family.refresh, at(10)), Err(TokenError::AccessTokensThrottled));
        // Who was evicted does not come back when a newer one is revoked.
        world.revoke(&all[10], at(10)).unwrap();
        assert_eq!(alive(world), [[false; 8].as_slice(), &[true; 2], &[false]].concat());
    });
}

#[test]
fn a_family_keeps_the_rules_it_began_with() {
    for_each_world(|world| {
        world.policy.throttles = false;
        let old = world.family(at(0));
        world.policy.access_tokens_per_refresh_token = 2;
        world.policy.access_token_lifetime = Duration::from_mins(1);
        let new = world.family(at(0));
        let live = |world: &World, refresh: &PresentedToken, first: &PresentedToken| {
            let mut all = vec![first.clone()];
            for _ in 0..9 {
                all.push(world.refresh(refresh, at(1)).unwrap());
            }
            all.iter().filter(|token| world.access(token, at(59)).is_ok()).count()
        };
        assert_eq!(live(world, &old.refresh, &old.access), 10);
        assert_eq!(live(world, &new.refresh, &new.access), 2);
        let (old_asked, old_access) = world.refreshing(&old.refresh, at(2));
        let (new_asked, new_access) = world.refreshing(&new.refresh, at(2));
        assert_eq!(world.ask(&old_asked, at(2)).unwrap().rules.expires_in(), 3600);
        assert_eq!(world.ask(&new_asked, at(2)).unwrap().rules.expires_in(), 60);
        assert!(world.access(&old_access, just_before(at(3602))).is_ok());
        assert!(world.access(&new_access, just_before(at(62))).is_ok());
        assert_eq!(world.access(&old_access, at(3602)), Err(AccessError::Expired));
        assert_eq!(world.access(&new_access, at(62)), Err(AccessError::Expired));
    });
}

#[test]
fn what_does_not_fit_changes_nothing() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let family = world.redeem(&code, at(0)).unwrap();
        let other = world.family(at(0));
        let (right, _) = world.refreshing(&family.refresh, at(1));
        let with = |change: &dyn Fn(&mut RefreshRequest)| {
            let mut asked = right.clone();
            change(&mut asked);
            world.unchanged(|| world.ask(&asked, at(1))).unwrap_err()
        };
        assert_eq!(with(&|a| a.refresh = guessed(&family.refresh)), TokenError::RefreshTokenUnknown);
        assert_eq!(with(&|a| a.refresh = world.token(at(0))), TokenError::RefreshTokenUnknown);
        assert_eq!(with(&|a| a.refresh.secret = other.refresh.secret.clone()), TokenError::RefreshTokenUnknown);
        assert_eq!(with(&|a| a.refresh = family.access.clone()), TokenError::RefreshTokenUnknown, "an access token");
        assert_eq!(with(&|a| a.refresh = code.presented()), TokenError::RefreshTokenUnknown, "a code");
        assert_eq!(with(&|a| a.client_id = C2.to_owned()), TokenError::RefreshTokenOfAnotherClient);
        assert_eq!(with(&|a| a.realm = portal()), TokenError::RefreshTokenOfAnotherRealm);
        assert!(world.ask(&right, at(1)).is_ok());
    });
}

#[test]
fn what_ended_around_a_family_ends_it() {
    type Case = (&'static str, fn(&World), Option<fn(&World)>, TokenError);
    let cases: [Case; 5] = [
        (
            "the user was disabled",
            |w| w.disable(U1, Realm::Accounts, "alice@zylker.example", true),
            Some(|w| w.disable(U1, Realm::Accounts, "alice@zylker.example", false)),
            TokenError::UserDisabled,
        ),
        (
            "the membership ended",
            |w| w.write(|tx| tx.set_memberships(U1, &[(O2.to_owned(), true)])),
            Some(|w| w.write(|tx| tx.set_memberships(U1, &[(O1.to_owned(), true)]))),
            TokenError::MembershipEnded,
        ),
        ("the consent was withdrawn", |w| assert!(w.withdraw(U1, O1, at(1))), None, TokenError::GrantRevoked),
        (
            "the organization was removed",
            |w| w.write(|tx| tx.remove_organization(O1)),
            None,
            TokenError::RefreshTokenUnknown,
        ),
        ("the user was removed", |w| w.write(|tx| tx.remove_user(U1)), None, TokenError::RefreshTokenUnknown),
    ];
    for (what, end, restore, expected) in cases {
        for_each_world(|world| {
            let family = world.family(at(0));
            end(world);
            assert_eq!(world.unchanged(|| world.refresh(&family.refresh, at(2))), Err(expected.clone()), "{what}");
            if let Some(restore) = restore {
                restore(world);
                assert!(world.refresh(&family.refresh, at(2)).is_ok(), "{what}, then not");
            }
        });
    }
}

#[test]
fn a_family_without_an_organization_needs_no_membership() {
    for_each_world(|world| {
        let family = world.family_with(at(0), |new| {
            new.organization_id = String::new();
            new.scopes = ScopeList::read(EMAIL).unwrap();
        });
        world.write(|tx| tx.set_memberships(U1, &[]));
        let access = world.refresh(&family.refresh, at(1)).unwrap();
        assert_eq!(world.access(&access, at(1)).unwrap().organization_id, "");
    });
}

#[test]
fn a_portals_family_holds_while_the_portal_does() {
    for_each_world(|world| {
        let family = world.portal_family(at(0));
        let ask = |realm: Realm, now| {
            let (mut asked, access) = world.refreshing(&family.refresh, now);
            asked.realm = realm;
            world.ask(&asked, now).map(|refreshed| (refreshed.user, access))
        };
        let (user, access) = ask(portal(), at(1)).unwrap();
        assert_eq!(user, PU);
        assert!(world.access(&access, at(1)).is_ok());
        for elsewhere in [Realm::Accounts, Realm::Portal("7002".to_owned())] {
            assert_eq!(ask(elsewhere, at(1)), Err(TokenError::RefreshTokenOfAnotherRealm));
        }
        world.disable(PU, portal(), "alice@zylker.example", true);
        assert_eq!(ask(portal(), at(1)), Err(TokenError::UserDisabled));
        assert_eq!(world.access(&access, at(1)), Err(AccessError::UserDisabled));
        world.disable(PU, portal(), "alice@zylker.example", false);
        // The portal now belongs to another organization: its users are that one's customers, not the first one's.
        world.execute("UPDATE portals SET organization_id = '60002'");
        assert_eq!(ask(portal(), at(1)), Err(TokenError::MembershipEnded));
        assert_eq!(world.access(&access, at(1)), Err(AccessError::MembershipEnded));
        world.write(|tx| tx.remove_portal(P1));
        assert_eq!(ask(portal(), at(1)), Err(TokenError::MembershipEnded));
        assert_eq!(world.access(&access, at(1)), Err(AccessError::MembershipEnded));
    });
}

#[test]
fn the_use_of_a_family_is_noted() {
    for_each_world(|world| {
        let family = world.family(at(0));
        world.refresh(&family.refresh, at(0).plus(hours(5))).unwrap();
        let used = world.number("SELECT used_at FROM refresh_tokens");
        assert_eq!(used, at(5 * 3600).millis());
    });
}
