//! What an access token opens, and every way in which it opens nothing.

use grantor_protocol::causes::AccessError;
use grantor_protocol::people::{Environment, Realm};
use grantor_protocol::scope::ScopeList;

use crate::fixtures::{C1, EMAIL, O1, O2, P1, PU, READ, U1, at, for_each_world, guessed, just_before, portal};

#[test]
fn a_live_token_says_whom_and_what_it_stands_for() {
    for_each_world(|world| {
        let first = world.family(at(0));
        let live = world.access(&first.access, at(1)).unwrap();
        let user = live.user.clone().unwrap();
        assert_eq!((user.id, user.email.as_str(), user.realm), (U1, "Alice@Zylker.Example", Realm::Accounts));
        assert_eq!((user.first_name.as_str(), user.last_name.as_str()), ("First", "Last 1"));
        assert_eq!((live.client_id.as_str(), live.organization_id.as_str()), (C1, O1));
        assert_eq!((live.environment, live.expires_at), (Environment::Production, at(3600)));
        // The token's own scopes, not the grant's, which have grown.
        let second = world.family_with(at(2), |new| {
            new.scopes = ScopeList::read(EMAIL).unwrap();
            new.offline = false;
        });
        assert_eq!(world.access(&first.access, at(2)).unwrap().scopes, ScopeList::read(READ).unwrap());
        assert_eq!(world.access(&second.access, at(2)).unwrap().scopes, ScopeList::read(EMAIL).unwrap());
        let sandbox = world.family_with(at(3), |new| new.organization_id = O2.to_owned());
        let live = world.access(&sandbox.access, at(3)).unwrap();
        assert_eq!((live.organization_id.as_str(), live.environment), (O2, Environment::Sandbox));
        let nowhere = world.family_with(at(4), |new| new.organization_id = String::new());
        let live = world.access(&nowhere.access, at(4)).unwrap();
        assert_eq!((live.organization_id.as_str(), live.environment), ("", Environment::Production));
    });
}

#[test]
fn unknown() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let family = world.redeem(&code, at(0)).unwrap();
        let mut crossed = family.access.clone();
        crossed.secret = family.refresh.secret.clone();
        for token in [world.token(at(0)), guessed(&family.access), crossed, family.refresh.clone(), code.presented()] {
            assert_eq!(world.access(&token, at(0)), Err(AccessError::Unknown));
            // Whoever only guesses learns nothing from what became of the real one.
            assert_eq!(world.access(&token, at(9999)), Err(AccessError::Unknown));
        }
    });
}

#[test]
fn expired_exactly_at_its_end() {
    for_each_world(|world| {
        for offline in [false, true] {
            let family = world.family_with(at(0), |new| new.offline = offline);
            assert!(world.access(&family.access, just_before(at(3600))).is_ok());
            assert_eq!(world.access(&family.access, at(3600)), Err(AccessError::Expired));
        }
    });
}

#[test]
fn revoked_by_itself_with_its_family_or_with_its_grant() {
    for_each_world(|world| {
        let alone = world.family(at(0));
        world.revoke(&alone.access, at(1)).unwrap();
        assert_eq!(world.access(&alone.access, at(1)), Err(AccessError::Revoked));

        let family = world.family(at(0));
        world.revoke(&family.refresh, at(1)).unwrap();
        assert_eq!(world.access(&family.access, at(1)), Err(AccessError::Revoked));
        world.execute("DELETE FROM refresh_tokens WHERE revoked_at IS NOT NULL");
        assert_eq!(world.access(&family.access, at(1)), Err(AccessError::Revoked), "its family was swept");

        for offline in [false, true] {
            let granted = world.family_with(at(0), |new| new.offline = offline);
            world.withdraw(U1, O1, at(1));
            assert_eq!(world.access(&granted.access, at(1)), Err(AccessError::Revoked), "withdrawn");
            world.issued(at(1));
            assert_eq!(world.access(&granted.access, at(1)), Err(AccessError::Revoked), "granted anew");
        }
    });
}

#[test]
fn evicted_is_revoked() {
    for_each_world(|world| {
        world.policy.access_tokens_per_refresh_token = 1;
        let family = world.family(at(0));
        let newer = world.refresh(&family.refresh, at(1)).unwrap();
        assert_eq!(world.access(&family.access, at(1)), Err(AccessError::Revoked));
        assert!(world.access(&newer, at(1)).is_ok());
        assert_eq!(world.access(&family.access, at(3600)), Err(AccessError::Expired), "its end is told first");
    });
}

#[test]
fn user_disabled_or_gone() {
    for_each_world(|world| {
        for (family, user, realm) in
            [(world.family(at(0)), U1, Realm::Accounts), (world.portal_family(at(0)), PU, portal())]
        {
            world.disable(user, realm.clone(), "alice@zylker.example", true);
            assert_eq!(world.access(&family.access, at(1)), Err(AccessError::UserDisabled));
            world.disable(user, realm, "alice@zylker.example", false);
            assert!(world.access(&family.access, at(1)).is_ok());
        }
        let family = world.family(at(0));
        world.execute("DELETE FROM users WHERE id = 1");
        assert_eq!(world.access(&family.access, at(1)), Err(AccessError::UserDisabled));
    });
}

#[test]
fn membership_ended() {
    for_each_world(|world| {
        let (of_one, of_two, of_none) = (
            world.family(at(0)),
            world.family_with(at(0), |new| new.organization_id = O2.to_owned()),
            world.family_with(at(0), |new| new.organization_id = String::new()),
        );
        let of_portal = world.portal_family(at(0));
        world.write(|tx| tx.set_memberships(U1, &[(O2.to_owned(), false)]));
        assert_eq!(world.access(&of_one.access, at(1)), Err(AccessError::MembershipEnded));
        assert!(world.access(&of_two.access, at(1)).is_ok());
        assert!(world.access(&of_none.access, at(1)).is_ok());
        assert!(world.access(&of_portal.access, at(1)).is_ok());
        world.write(|tx| tx.remove_portal(P1));
        assert_eq!(world.access(&of_portal.access, at(1)), Err(AccessError::MembershipEnded));
    });
}
