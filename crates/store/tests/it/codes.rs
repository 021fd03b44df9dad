//! Making codes: once per interaction, by people who may, within the throttle, remembering what was consented.

use grantor_protocol::causes::{PageError, TokenError};
use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::scope::ScopeList;
use grantor_store::{AuditEvent, NewCode, NoCode};

use crate::fixtures::{
    ALL, C1, C2, EMAIL, O1, O2, P1, PU, READ, U1, U2, World, at, for_each_world, in_portal, just_before, person, portal,
};

const NOT_ALLOWED: Result<(), NoCode> = Err(NoCode::Page(PageError::OrganizationNotAllowed));
const THROTTLED: Result<(), NoCode> = Err(NoCode::Page(PageError::CodesThrottled));

/// A request of somebody who is not asked again.
fn remembered(new: &mut NewCode) {
    new.consented = false;
}

fn grant(world: &World, organization_id: &'static str) -> (String, bool) {
    let facts = world.read(|tx| tx.grant_facts(U1, C1, at(9)));
    let found = facts.into_iter().find(|g| g.organization_id == organization_id).unwrap();
    (found.scopes.to_string(), found.offline)
}

#[test]
fn one_interaction_makes_one_code() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let again = world.unchanged(|| world.issue(&code, at(1)));
        assert_eq!(again, Ok(()), "a second click repeats the same redirect");
        assert_eq!(world.number("SELECT COUNT(*) FROM codes"), 1);
        world.redeem(&code, at(2)).unwrap();
        let after = world.unchanged(|| world.issue(&code, at(3)));
        assert_eq!(after, Err(NoCode::Finished));
    });
}

#[test]
fn a_code_spent_in_vain_finishes_its_interaction_too() {
    for_each_world(|world| {
        let code = world.issued(at(0));
        let (mut asked, _) = world.redemption(&code, at(1));
        asked.redirect_uri = None;
        assert_eq!(world.present(&asked, at(1)), Err(TokenError::RedirectUriMismatch));
        assert_eq!(world.issue(&code, at(2)), Err(NoCode::Finished));
    });
}

#[test]
fn ten_codes_in_ten_minutes() {
    for_each_world(|world| {
        let mut last = None;
        for n in 0..10 {
            last = Some(world.issued(at(n)));
        }
        for now in [at(9), at(300), just_before(at(600))] {
            let code = world.code(now);
            assert_eq!(world.unchanged(|| world.issue(&code, now)), THROTTLED);
        }
        // Other users, other clients and the repetition of an earlier code are not held up.
        let other = world.code(at(10));
        for (user, client) in [(U2, C1), (U1, C2)] {
            let mut code = world.code(at(10));
            (code.new.user, code.new.client_id) = (user, client.to_owned());
            assert_eq!(world.issue(&code, at(10)), Ok(()));
        }
        assert_eq!(world.issue(&last.unwrap(), at(10)), Ok(()));
        // The window is over for the first one exactly ten minutes after it, and only for that one.
        assert_eq!(world.issue(&other, at(600)), Ok(()));
        assert_eq!(world.issue(&world.code(at(600)), at(600)), THROTTLED);
        assert_eq!(world.issue(&world.code(at(601)), at(601)), Ok(()));
    });
}

#[test]
fn the_throttle_counts_when_codes_are_made_not_when_their_interactions_began() {
    for_each_world(|world| {
        let waiting: Vec<_> = (0..11).map(|_| world.code(at(0))).collect();
        for code in &waiting[..10] {
            assert_eq!(world.issue(code, at(1000)), Ok(()));
        }
        assert_eq!(world.issue(&waiting[10], at(1599)), THROTTLED);
        assert_eq!(world.issue(&waiting[10], at(1600)), Ok(()));
    });
}

#[test]
fn throttles_can_be_switched_off_and_a_clock_set_back_does_not_jam_them() {
    for_each_world(|world| {
        for _ in 0..10 {
            world.issued(at(7200));
        }
        assert_eq!(world.issue(&world.code(at(7200)), at(7200)), THROTTLED);
        assert_eq!(world.issue(&world.code(at(0)), at(0)), Ok(()), "the clock was set back");
        world.policy.throttles = false;
        for _ in 0..11 {
            assert_eq!(world.issue(&world.code(at(7200)), at(7200)), Ok(()));
        }
    });
}

#[test]
fn consents_add_up() {
    for_each_world(|world| {
        world.issued_with(at(0), |new| new.offline = false);
        assert_eq!(grant(world, O1), (READ.to_owned(), false));
        world.issued_with(at(1), |new| new.scopes = ScopeList::read(EMAIL).unwrap());
        assert_eq!(grant(world, O1), (format!("{READ} {EMAIL}"), true));
        // What was offline once stays so, in any spelling a scope stands there once.
        world.issued_with(at(2), |new| {
            new.offline = false;
            new.scopes = ScopeList::read(&READ.to_uppercase()).unwrap();
        });
        assert_eq!(grant(world, O1), (format!("{READ} {EMAIL}"), true));
        assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 1);
        let told = world.audits(AuditEvent::Consented);
        assert_eq!(told.len(), 3);
        assert_eq!(told[1].detail, format!("scopes {EMAIL}, offline"));
        assert_eq!(
            (told[0].user, told[0].client_id.as_deref(), told[0].organization_id.as_deref()),
            (Some(U1), Some(C1), Some(O1))
        );
    });
}

#[test]
fn a_remembered_consent_suffices_for_what_it_covers() {
    for_each_world(|world| {
        let ask = |scopes: &str, offline: bool, organization: &str| {
            let mut code = world.code(at(10));
            remembered(&mut code.new);
            code.new.scopes = ScopeList::read(scopes).unwrap();
            code.new.offline = offline;
            code.new.organization_id = organization.to_owned();
            world.issue(&code, at(10)).map(|()| code)
        };
        assert_eq!(ask(READ, false, O1).map(drop), Err(NoCode::ConsentGone), "nothing was consented yet");
        world.issued_with(at(0), |new| {
            new.scopes = ScopeList::read(ALL).unwrap();
            new.offline = false;
        });
        let granted = world.audits(AuditEvent::Consented).len();
        assert!(ask(READ, false, O1).is_ok(), "a group covers its sub-scopes");
        for (scopes, offline, organization) in
            [(EMAIL, false, O1), (READ, true, O1), (READ, false, O2), (READ, false, "")]
        {
            let refused = world.unchanged(|| ask(scopes, offline, organization).map(drop));
            assert_eq!(refused, Err(NoCode::ConsentGone), "{scopes} {offline} {organization}");
        }
        assert_eq!(world.audits(AuditEvent::Consented).len(), granted, "nobody was asked");
        assert_eq!(grant(world, O1), (ALL.to_owned(), false), "what is narrower changes nothing");
    });
}

#[test]
fn an_offline_request_gets_its_refresh_token_only_when_a_consent_was_shown() {
    for_each_world(|world| {
        world.issued(at(0));
        let code = world.issued_with(at(1), remembered);
        let (asked, family) = world.redemption(&code, at(2));
        assert!(!world.present(&asked, at(2)).unwrap().with_refresh);
        assert!(world.access(&family.access, at(2)).is_ok());
        assert_eq!(world.refresh(&family.refresh, at(2)), Err(TokenError::RefreshTokenUnknown));
    });
}

#[test]
fn a_withdrawn_consent_is_gone_and_begins_anew() {
    for_each_world(|world| {
        let code = world.issued_with(at(0), |new| new.scopes = ScopeList::read(&format!("{READ} {EMAIL}")).unwrap());
        let family = world.redeem(&code, at(0)).unwrap();
        assert!(world.withdraw(U1, O1, at(1)));
        assert!(!world.withdraw(U1, O1, at(1)), "it was withdrawn before");
        assert!(world.read(|tx| tx.grant_facts(U1, C1, at(9))).is_empty());
        let mut code = world.code(at(2));
        remembered(&mut code.new);
        assert_eq!(world.issue(&code, at(2)), Err(NoCode::ConsentGone));
        // Only what is consented now counts.
        let fresh = world.family_with(at(3), |new| {
            new.scopes = ScopeList::read(EMAIL).unwrap();
            new.offline = false;
        });
        assert_eq!(grant(world, O1), (EMAIL.to_owned(), false));
        assert!(world.access(&fresh.access, at(3)).is_ok());
        assert!(world.access(&family.access, at(3)).is_err());
        assert!(world.refresh(&family.refresh, at(3)).is_err());
    });
}

#[test]
fn only_members_get_codes() {
    for_each_world(|world| {
        let ask = |change: &dyn Fn(&mut NewCode)| {
            let mut code = world.code(at(1));
            change(&mut code.new);
            world.issue(&code, at(1))
        };
        world.write(|tx| tx.set_memberships(U1, &[(O2.to_owned(), false)]));
        assert_eq!(ask(&|_| {}), NOT_ALLOWED, "no longer a member");
        assert_eq!(ask(&|new| new.organization_id = O2.to_owned()), Ok(()));
        assert_eq!(ask(&|new| new.organization_id = "60099".to_owned()), NOT_ALLOWED, "there is no such organization");
        assert_eq!(ask(&|new| new.user = UserId(99)), NOT_ALLOWED, "there is no such user");
        let nowhere = |new: &mut NewCode| new.organization_id = String::new();
        assert_eq!(ask(&nowhere), Ok(()), "sign-in scopes need no organization");
        world.disable(U1, Realm::Accounts, "alice@zylker.example", true);
        assert_eq!(ask(&|new| new.organization_id = O2.to_owned()), NOT_ALLOWED, "the user is disabled");
        assert_eq!(ask(&nowhere), NOT_ALLOWED, "the user is disabled");
        assert_eq!(world.number("SELECT COUNT(*) FROM codes"), 2);
        assert_eq!(world.number("SELECT COUNT(*) FROM grants"), 2);
    });
}

#[test]
fn a_portals_user_belongs_to_the_portals_organization() {
    for_each_world(|world| {
        let ask = |organization: &str| {
            let mut code = world.code(at(1));
            in_portal(&mut code.new);
            code.new.organization_id = organization.to_owned();
            world.issue(&code, at(1))
        };
        assert_eq!(ask(O1), Ok(()));
        assert_eq!(ask(O2), NOT_ALLOWED);
        world.disable(PU, portal(), "alice@zylker.example", true);
        assert_eq!(ask(O1), NOT_ALLOWED);
        world.disable(PU, portal(), "alice@zylker.example", false);
        world.write(|tx| tx.remove_portal(P1));
        assert_eq!(ask(O1), NOT_ALLOWED);
    });
}

#[test]
fn a_rejection_is_noted() {
    for_each_world(|world| {
        let trail = world.trail(at(0));
        world.write(move |tx| tx.reject(U1, C1, "", &trail));
        let rows = world.audits(AuditEvent::Rejected);
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].user, rows[0].organization_id.as_deref()), (Some(U1), None));
        assert_eq!(rows[0].request_id, "request");
    });
}

#[test]
fn grants_of_a_client_are_told_newest_first() {
    for_each_world(|world| {
        world.write(|tx| tx.put_user(&person(UserId(9), Realm::Accounts, "nine@zylker.example"), at(0)));
        world.issued_with(at(0), |new| new.organization_id = O2.to_owned());
        world.issued(at(1));
        world.issued_with(at(2), |new| new.client_id = C2.to_owned());
        let told = world.read(|tx| tx.grant_facts(U1, C1, at(9)));
        assert_eq!(told.iter().map(|g| g.organization_id.as_str()).collect::<Vec<_>>(), [O1, O2]);
        assert!(world.read(|tx| tx.grant_facts(UserId(9), C1, at(9))).is_empty());
    });
}
