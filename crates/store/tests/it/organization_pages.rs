//! What an organization's administrators read and change beside its members: connected applications, the audit, and
//! portals. Every identifier of another organization is none.

use std::time::Instant;

use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::token::TokenId;
use grantor_store::{
    AuditEvent, AuditFilter, AuditWanted, Concerning, GrantFilter, NewUser, NoPortal, NoPortalUser, Portal,
    PortalLooks, PortalRemoval, PortalUserChange, Tx,
};

use crate::fixtures::{C1, C2, O1, O2, P1, PU, READ, U1, U2, World, at, for_each_world, house_portal, person, portal};

#[test]
fn connected_applications_are_walked_by_client_and_then_by_grant() {
    for_each_world(|world| {
        let one = world.family(at(1));
        world.family_with(at(2), |new| new.user = U2);
        world.family_with(at(3), |new| new.client_id = C2.to_owned());
        world.family_with(at(4), |new| new.organization_id = O2.to_owned());
        world.portal_family(at(5));
        let listed = world.read(|tx| tx.connected_clients(O1, "", 10));
        let brief: Vec<_> = listed.iter().map(|c| (c.client_id.as_str(), c.grants, c.granted_at)).collect();
        assert_eq!(brief, [(C1, 3, at(5)), (C2, 1, at(3))]);
        assert_eq!(world.read(|tx| tx.connected_clients(O1, C1, 10)).len(), 1);
        assert_eq!(world.read(|tx| tx.connected_clients(O1, "", 1)).len(), 1);
        world.refresh(&one.refresh, at(9)).unwrap();
        let grants = world.read(|tx| tx.grants_of_client(O1, C1, "", None, 10));
        let alice = grants.iter().find(|grant| grant.user == U1).unwrap();
        assert_eq!((alice.email.as_str(), alice.scopes.to_string().as_str()), ("Alice@Zylker.Example", READ));
        assert_eq!((alice.offline, alice.granted_at, alice.used_at), (true, at(1), Some(at(9))));
        assert_eq!(grants.len(), 3);
        let after = grants[0].grant;
        assert_eq!(world.read(move |tx| tx.grants_of_client(O1, C1, "", Some(after), 10)).len(), 2);
        assert_eq!(world.read(|tx| tx.grants_of_client(O1, C1, "BOB", None, 10)).len(), 1);
        assert!(world.read(|tx| tx.grants_of_client(O2, C2, "", None, 10)).is_empty());
        // One of another organization's administrators finds nothing to take back.
        let (grant, trail) = (alice.grant, world.trail(at(10)));
        let withdraw = |world: &World, organization: &'static str, client_id: &'static str| {
            let trail = trail.clone();
            world.write(move |tx| tx.withdraw_for(organization, U2, (client_id, grant), &trail, at(10)))
        };
        assert!(!world.unchanged(|| withdraw(world, O2, C1)));
        assert!(!world.unchanged(|| withdraw(world, O1, C2)));
        assert!(withdraw(world, O1, C1));
        assert!(!world.unchanged(|| withdraw(world, O1, C1)));
        assert!(world.refresh(&one.refresh, at(11)).is_err() && world.access(&one.access, at(11)).is_err());
        let trail = world.trail(at(12));
        assert_eq!(world.write(move |tx| tx.withdraw_client(O1, U2, (C1, 1), &trail, at(12))), Some(1));
        assert_eq!(world.audits(AuditEvent::ClientWithdrawn)[0].detail, "2 grants", "noted before they are gone");
        assert_eq!(world.write(|tx| tx.withdraw_slice(O1, C1, 10, at(12))), 1);
        assert_eq!(world.read(|tx| tx.connected_clients(O1, "", 10)).len(), 1);
        assert_eq!(world.read(|tx| tx.connected_clients(O2, "", 10)).len(), 1);
    });
}

fn note(world: &World, organization: &'static str, event: AuditEvent, who: (UserId, &'static str), seconds: i64) {
    let trail = world.trail(at(seconds));
    world.write(move |tx| {
        let concerning = Concerning { user: Some(who.0), client_id: Some(who.1), organization_id: Some(organization) };
        tx.audit(&trail, event, concerning, "")
    });
}

#[test]
fn an_audit_is_read_by_pages_and_filters_and_never_another_organization_s() {
    for_each_world(|world| {
        for n in 0..30 {
            let (user, client) = (if n % 3 == 0 { U1 } else { U2 }, if n % 2 == 0 { C1 } else { C2 });
            let event = if n % 5 == 0 { AuditEvent::Rejected } else { AuditEvent::Consented };
            note(world, O1, event, (user, client), n);
            note(world, O2, event, (user, client), n);
        }
        let all = |filter: AuditFilter, limit: usize| {
            let (mut filter, mut found) = (filter, Vec::new());
            loop {
                let wanted = filter.clone();
                let page = world.read(move |tx| tx.organization_audit(O1, &wanted, limit));
                assert!(page.lines.len() <= limit);
                found.extend(page.lines);
                match page.next {
                    Some(next) => filter.before = Some(next),
                    None => return found,
                }
            }
        };
        for limit in [1, 7, 30, 100] {
            let found = all(AuditFilter::default(), limit);
            assert_eq!(found.len(), 30, "{limit}");
            assert!(found.windows(2).all(|two| two[0].row.id.as_bytes() > two[1].row.id.as_bytes()));
            assert!(found.iter().all(|line| line.row.organization_id.as_deref() == Some(O1)));
        }
        let event = || Some(AuditEvent::Rejected.as_str().to_owned());
        for (filter, expected) in [
            (AuditFilter { event: event(), ..AuditFilter::default() }, 6),
            (AuditFilter { user: Some(U1), ..AuditFilter::default() }, 10),
            (AuditFilter { client_id: Some(C2.to_owned()), ..AuditFilter::default() }, 15),
            (
                AuditFilter {
                    user: Some(U1),
                    client_id: Some(C1.to_owned()),
                    event: event(),
                    ..AuditFilter::default()
                },
                1,
            ),
            (AuditFilter { user: Some(UserId(-1)), ..AuditFilter::default() }, 0),
            (AuditFilter { event: Some("nonsense".to_owned()), ..AuditFilter::default() }, 0),
            (
                AuditFilter {
                    from: Some(TokenId::first_of(at(10))),
                    before: Some(TokenId::first_of(at(20))),
                    ..AuditFilter::default()
                },
                10,
            ),
        ] {
            for limit in [3, 50] {
                assert_eq!(all(filter.clone(), limit).len(), expected, "{filter:?} {limit}");
            }
        }
        assert_eq!(all(AuditFilter::default(), 1)[0].email, "bob@zylker.example");
    });
}

#[test]
fn a_client_is_taken_from_everybody_with_a_trace_from_the_first_slice_on() {
    for_each_world(|world| {
        world.family(at(1));
        world.family_with(at(2), |new| new.user = U2);
        let begin = |by| {
            let trail = world.trail(at(3));
            world.write(move |tx| tx.withdraw_client(O1, by, (C1, 1), &trail, at(3)))
        };
        assert_eq!(world.unchanged(|| begin(UserId(99))), None);
        assert_eq!(begin(U1), Some(1));
        let told = world.audits(AuditEvent::ClientWithdrawn);
        assert_eq!((told.len(), told[0].detail.as_str(), told[0].user), (1, "2 grants", Some(U1)));
        assert_eq!((told[0].client_id.as_deref(), told[0].organization_id.as_deref()), (Some(C1), Some(O1)));
        assert_eq!(world.write(|tx| tx.withdraw_slice(O1, C1, 10, at(4))), 1);
        assert!(world.read(|tx| tx.connected_clients(O1, "", 10)).is_empty());
    });
}

#[test]
fn portals_are_kept_by_their_organization_alone() {
    for_each_world(|world| {
        assert_eq!(world.read(|tx| tx.portals_of(O1)).len(), 1);
        assert!(world.read(|tx| tx.portals_of(O2)).is_empty());
        assert!(world.read(|tx| tx.portal_of(O2, P1)).is_none());
        let looks = PortalLooks {
            name: "Partners".to_owned(),
            accent: "#0a7d5a".to_owned(),
            clients: vec![C2.to_owned()],
            logo: Some(Some(vec![1, 2, 3])),
        };
        let change = |world: &World, organization: &'static str, looks: &PortalLooks| {
            let (looks, trail) = (looks.clone(), world.trail(at(1)));
            world.write(move |tx| tx.set_portal_looks(organization, U1, (P1, &looks), &trail))
        };
        assert!(!change(world, O2, &looks));
        assert_eq!(world.read(|tx| tx.portal(P1)), Some(house_portal()));
        assert!(change(world, O1, &looks));
        let kept = world.read(|tx| tx.portal(P1)).unwrap();
        assert_eq!(
            (kept.name.as_str(), kept.has_logo, kept.clients.as_slice()),
            ("Partners", true, [C2.to_owned()].as_slice())
        );
        assert!(change(world, O1, &PortalLooks { logo: None, ..looks.clone() }));
        assert_eq!(world.read(|tx| tx.portal_logo(P1)), Some(("image/png".to_owned(), vec![1, 2, 3])));
        assert!(change(world, O1, &PortalLooks { logo: Some(None), ..looks }));
        assert_eq!(world.read(|tx| tx.portal_logo(P1)), None);
        assert_eq!(world.audits(AuditEvent::PortalChanged).len(), 3);
    });
}

#[test]
fn portals_are_made_up_to_a_number_and_removed_when_nobody_is_left() {
    for_each_world(|world| {
        let make = |id: &'static str, most| {
            let trail = world.trail(at(1));
            world.write(move |tx| tx.add_portal(O1, U1, (id, "Suppliers"), most, &trail))
        };
        assert_eq!(make("7003", 2), Ok(()));
        assert_eq!(make("7004", 2), Err(NoPortal::Enough), "two are there");
        let trail = world.trail(at(1));
        let by_a_member = world.write(move |tx| tx.add_portal(O2, U2, ("7005", "Mine"), 9, &trail));
        assert_eq!(by_a_member, Err(NoPortal::NotAdministrator));
        assert_eq!(world.read(|tx| tx.portal_of(O1, "7003")).map(|portal| portal.name), Some("Suppliers".to_owned()));
        let remove = |organization: &'static str, id: &'static str| {
            let trail = world.trail(at(2));
            world.write(move |tx| tx.remove_portal_of(organization, U1, id, &trail))
        };
        let zoe = person(UserId(9003), Realm::Portal("7003".to_owned()), "zoe@customer.example");
        let trail = world.trail(at(1));
        assert_eq!(world.write(move |tx| tx.add_portal_user(O1, U1, &zoe, &trail, at(1))), Ok(()));
        assert_eq!(remove(O1, "7003"), PortalRemoval::HasUsers);
        assert_eq!(remove(O2, "7003"), PortalRemoval::Unknown);
        world.write(|tx| tx.remove_user(UserId(9003)));
        assert_eq!(remove(O1, "7003"), PortalRemoval::Removed);
        assert_eq!(remove(O1, "7003"), PortalRemoval::Unknown);
        assert_eq!(
            (world.audits(AuditEvent::PortalAdded).len(), world.audits(AuditEvent::PortalRemoved).len()),
            (1, 1)
        );
    });
}

#[test]
fn a_portal_s_users_come_change_and_go() {
    for_each_world(|world| {
        world.write(|tx| {
            tx.put_portal(&Portal { id: "7002".to_owned(), organization_id: O2.to_owned(), ..house_portal() }, None)
        });
        let add = |world: &World, organization: &'static str, new: NewUser| {
            let trail = world.trail(at(1));
            world.write(move |tx| tx.add_portal_user(organization, U1, &new, &trail, at(1)))
        };
        let new = || person(UserId(50), portal(), "Zoe@customer.example");
        world.write(|tx| tx.set_memberships(U1, &[(O1.to_owned(), true), (O2.to_owned(), true)]));
        let (unknown, taken) = (Err(NoPortalUser::Unknown), Err(NoPortalUser::Taken));
        assert_eq!(add(world, O2, new()), unknown, "not their portal");
        assert_eq!(add(world, O1, person(UserId(50), Realm::Accounts, "zoe@customer.example")), unknown, "no portal");
        assert_eq!(add(world, O1, person(UserId(51), portal(), "alice@zylker.example")), taken, "the address");
        assert_eq!(add(world, O1, person(U2, portal(), "zoe@customer.example")), taken, "the number is somebody's");
        assert_eq!(add(world, O1, new()), Ok(()));
        let listed = |text: &'static str, after: &'static str| {
            let all = world.read(move |tx| tx.portal_users(P1, text, after, 10));
            all.into_iter().map(|user| user.user).collect::<Vec<_>>()
        };
        assert_eq!(listed("", ""), [PU, UserId(50)]);
        assert_eq!(listed("", "alice@zylker.example"), [UserId(50)]);
        assert_eq!(listed("zoe", ""), [UserId(50)]);
        let change =
            |world: &World, organization: &'static str, portal: &'static str, user, change: PortalUserChange| {
                let trail = world.trail(at(2));
                let step = move |tx: &mut Tx<'_>| {
                    tx.change_portal_user(organization, U1, (portal, user), &change, &trail, at(2))
                };
                world.write(step).is_some()
            };
        let family = world.portal_family(at(1));
        for (organization, portal, user) in
            [(O2, P1, PU), (O2, "7002", PU), (O1, "7002", PU), (O1, P1, U2), (O1, P1, UserId(99))]
        {
            for what in
                [PortalUserChange::Disable, PortalUserChange::Remove, PortalUserChange::Password("x".to_owned())]
            {
                assert!(
                    !world.unchanged(|| change(world, organization, portal, user, what.clone())),
                    "{organization} {portal}"
                );
            }
        }
        assert!(change(world, O1, P1, PU, PortalUserChange::Disable));
        assert!(world.access(&family.access, at(3)).is_err());
        assert!(change(world, O1, P1, PU, PortalUserChange::Enable));
        assert!(world.access(&family.access, at(3)).is_ok());
        assert!(change(world, O1, P1, PU, PortalUserChange::Password("$argon2id$other".to_owned())));
        let found = world.read(|tx| tx.user_by_email(&portal(), "alice@zylker.example")).unwrap();
        assert_eq!(found.password_hash, "$argon2id$other");
        assert!(change(world, O1, P1, PU, PortalUserChange::Remove));
        assert!(world.access(&family.access, at(3)).is_err());
        assert_eq!(listed("", ""), [UserId(50)]);
        let told = world.audits(AuditEvent::PortalUserChanged);
        assert_eq!(told.len(), 4);
        assert!(told.iter().all(|row| !row.detail.contains("argon2id")));
    });
}

/// Not run with the others: a million rows take a minute to write. `--ignored` runs it.
#[test]
#[ignore = "writes a million rows"]
fn a_page_of_a_million_rows_is_read_within_a_tenth_of_a_second() {
    for_each_world(|world| {
        for n in 0..100_i64 {
            let trails: Vec<_> = (0..10_000).map(|m| world.trail(at(n * 10 + m / 1_000))).collect();
            world.write(move |tx| {
                for (m, trail) in trails.iter().enumerate() {
                    let user = UserId(i64::try_from(m % 1_000).unwrap() + 1_000);
                    let concerning = Concerning { user: Some(user), client_id: Some(C1), organization_id: Some(O1) };
                    tx.audit(trail, AuditEvent::Consented, concerning, "scopes")?;
                }
                Ok(())
            });
        }
        let event = |event: &str| AuditFilter { event: Some(event.to_owned()), ..AuditFilter::default() };
        for filter in [
            AuditFilter::default(),
            event("consented"),
            event("rejected"),
            AuditFilter { user: Some(UserId(1_500)), ..AuditFilter::default() },
            AuditFilter { user: Some(UserId(1_500)), ..event("rejected") },
            AuditFilter { client_id: Some(C1.to_owned()), ..event("rejected") },
            AuditFilter { before: Some(TokenId::first_of(at(500))), ..AuditFilter::default() },
        ] {
            let wanted = filter.clone();
            let began = Instant::now();
            let page = world.read(move |tx| tx.organization_audit(O1, &wanted, 50));
            let took = began.elapsed();
            println!("{} lines in {took:?}: {filter:?}", page.lines.len());
            assert!(took.as_millis() < 100, "{took:?}: {filter:?}");
        }
    });
}

#[test]
fn a_portal_goes_with_its_users() {
    for_each_world(|world| {
        let family = world.portal_family(at(1));
        assert_eq!(world.read(|tx| tx.realms()), [Realm::Accounts, portal()]);
        world.write(|tx| tx.remove_portal_with_users(P1));
        assert_eq!((world.read(|tx| tx.portal(P1)), world.read(|tx| tx.user(PU))), (None, None));
        assert!(world.access(&family.access, at(2)).is_err());
        assert_eq!(world.read(|tx| tx.realms()), [Realm::Accounts]);
        // Of one that is not there any more.
        let left = person(UserId(50), portal(), "zoe@customer.example");
        world.write(move |tx| tx.put_user(&left, at(3)));
        world.write(|tx| tx.remove_portal_with_users(P1));
        assert_eq!(world.read(|tx| tx.user(UserId(50))), None);
    });
}

#[test]
fn the_operator_s_lists_are_found_by_each_filter() {
    for_each_world(|world| {
        for seconds in 1..=3 {
            world.family(at(seconds));
        }
        world.family_with(at(4), |new| new.user = U2);
        world.family_with(at(5), |new| new.client_id = C2.to_owned());
        world.family_with(at(6), |new| new.organization_id = O2.to_owned());
        let grants = |user: Option<UserId>, client: &str, organization: &str| {
            let wanted = GrantFilter { user, client_id: client.to_owned(), organization_id: organization.to_owned() };
            let (mut all, mut after) = (Vec::new(), TokenId::from_bytes([0; 16]));
            loop {
                let wanted = wanted.clone();
                let (found, next) = world.read(move |tx| tx.grants_listed(&wanted, after, 1));
                assert!(found.len() <= 1);
                all.extend(found.into_iter().map(|grant| (grant.user, grant.client_id, grant.organization_id)));
                let Some(next) = next else { return all };
                assert!(next > after, "it goes on");
                after = next;
            }
        };
        let every = grants(None, "", "");
        assert_eq!(every.len(), 4, "{every:?}");
        for (user, client, organization) in
            [(Some(U2), "", ""), (Some(U1), C2, ""), (None, C1, ""), (None, "", O2), (None, C1, O1), (Some(U1), C1, O2)]
        {
            let fit = |one: &&(UserId, String, String)| {
                user.is_none_or(|user| one.0 == user)
                    && (client.is_empty() || one.1 == client)
                    && (organization.is_empty() || one.2 == organization)
            };
            let expected: Vec<_> = every.iter().filter(fit).cloned().collect();
            assert!(
                !expected.is_empty() && grants(user, client, organization) == expected,
                "{user:?} {client} {organization}"
            );
        }
        for (n, event) in [AuditEvent::Invited, AuditEvent::Operated, AuditEvent::Invited].into_iter().enumerate() {
            let seconds = 20 + i64::try_from(n).unwrap();
            note(world, if n == 0 { O1 } else { O2 }, event, (U2, C2), seconds);
        }
        let audit = |wanted: AuditWanted| {
            let (mut all, mut before) = (Vec::new(), None);
            loop {
                let wanted = wanted.clone();
                let (found, next) = world.read(move |tx| tx.audit_listed(&wanted, before, 1));
                all.extend(found.into_iter().map(|row| row.id.made_at()));
                let Some(next) = next else { return all };
                before = Some(next);
            }
        };
        let none = AuditWanted::default;
        let invited = || AuditWanted { event: "invited".to_owned(), ..none() };
        assert_eq!(audit(invited()), [at(22), at(20)]);
        assert_eq!(audit(AuditWanted { since: Some(at(20)), until: Some(at(22)), ..none() }), [at(21), at(20)]);
        assert_eq!(audit(AuditWanted { organization_id: O1.to_owned(), ..invited() }), [at(20)]);
        assert_eq!(audit(AuditWanted { user: Some(U2), client_id: C2.to_owned(), ..invited() }), [at(22), at(20)]);
        assert_eq!(
            audit(AuditWanted { client_id: C2.to_owned(), organization_id: O2.to_owned(), ..none() }),
            [at(22), at(21)]
        );
    });
}
