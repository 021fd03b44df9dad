//! Members of an organization and invitations into it: who may not be removed, what ends with a membership, and links
//! that are good once, for one address.

use std::thread;

use grantor_protocol::organization_policy::{OrganizationPolicy, ReviewState};
use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::PresentedToken;
use grantor_store::{
    AuditEvent, NewInvitation, NotAccepted, NotChanged, NotInvited, PortalLooks, PortalRemoval, PortalUserChange,
};

use crate::fixtures::{C1, O1, O2, P1, PU, U1, U2, World, at, for_each_world, hours, person, portal};

fn remove(world: &World, organization: &'static str, user: UserId, now: Timestamp) -> Result<(), NotChanged> {
    let trail = world.trail(now);
    world.write(move |tx| tx.remove_member(organization, U1, user, &trail, now)).map(drop)
}

fn administrator(world: &World, organization: &'static str, user: UserId, is: bool) -> Result<(), NotChanged> {
    let trail = world.trail(at(1));
    world.write(move |tx| tx.set_administrator(organization, U1, (user, is), &trail))
}

#[test]
fn members_are_listed_by_pages_and_found_by_name_or_address() {
    for_each_world(|world| {
        let found = |text: &'static str, after: UserId, limit: i64| {
            let all = world.read(move |tx| tx.members(O1, text, after, limit));
            all.into_iter().map(|member| member.user).collect::<Vec<_>>()
        };
        assert_eq!(found("", UserId::NOBODY, 10), [U1, U2]);
        assert_eq!(found("", UserId::NOBODY, 1), [U1]);
        assert_eq!(found("", U1, 10), [U2]);
        assert_eq!(found("BOB@", UserId::NOBODY, 10), [U2]);
        assert_eq!(found("last 1", UserId::NOBODY, 10), [U1]);
        assert_eq!(found("%", UserId::NOBODY, 10), [], "a wildcard is a letter");
        let one = world.read(|tx| tx.member(O1, U2)).unwrap();
        assert_eq!(
            (one.email.as_str(), one.name.as_str(), one.administrator),
            ("bob@zylker.example", "First Last 2", true)
        );
        assert!(world.read(|tx| tx.member(O1, PU)).is_none(), "a portal's user is no member");
        assert!(world.read(|tx| tx.member("60099", U1)).is_none());
        let figures = world.read(|tx| tx.organization_figures(O1, at(0)));
        assert_eq!((figures.members, figures.administrators, figures.portals, figures.grants), (2, 2, 1, 0));
    });
}

#[test]
fn names_with_letters_beyond_ascii_are_found_whatever_their_case() {
    for_each_world(|world| {
        world.execute("UPDATE users SET first_name = 'Zoé', last_name = 'Élodie' WHERE id IN (2, 3)");
        world.execute("UPDATE organizations SET name = 'Łódź & CO' WHERE id = '60002'");
        world.family_with(at(0), |new| new.user = U2);
        for text in ["élodie", "ÉLODIE", "Élodie", "zoé é", "zoé élodie", "ZOÉ ÉLODIE", "lod", "é"] {
            let found = world.read(move |tx| tx.members(O1, text, UserId::NOBODY, 10));
            assert_eq!(found.into_iter().map(|member| member.user).collect::<Vec<_>>(), [U2], "{text}");
            let found = world.read(move |tx| tx.portal_users(P1, text, "", 10));
            assert_eq!(found.into_iter().map(|user| user.user).collect::<Vec<_>>(), [PU], "{text}");
            let found = world.read(move |tx| tx.grants_of_client(O1, C1, text, None, 10));
            assert_eq!(found.into_iter().map(|grant| grant.user).collect::<Vec<_>>(), [U2], "{text}");
        }
        assert!(world.read(|tx| tx.members(O1, "elodie", UserId::NOBODY, 10)).is_empty());
        for text in ["łódź", "Łódź & co", "ŁÓDŹ"] {
            let found = world.read(move |tx| tx.organizations_listed(text, "", 10));
            assert_eq!(found.into_iter().map(|found| found.id).collect::<Vec<_>>(), [O2], "{text}");
        }
    });
}

#[test]
fn e09_what_a_removed_member_granted_ends_and_does_not_come_back() {
    for_each_world(|world| {
        let here = world.family(at(0));
        let (code, there) = (world.issued(at(0)), world.family_with(at(0), |new| new.organization_id = O2.to_owned()));
        let other = world.family_with(at(0), |new| new.user = U2);
        assert_eq!(remove(world, O1, U1, at(1)), Ok(()));
        let ended = |world: &World, now| {
            assert!(world.refresh(&here.refresh, now).is_err());
            assert!(world.access(&here.access, now).is_err());
            assert!(world.redeem(&code, now).is_err());
        };
        ended(world, at(2));
        assert!(world.access(&there.access, at(2)).is_ok(), "the other organization's holds");
        assert!(world.access(&other.access, at(2)).is_ok(), "another member's holds");
        world.write(|tx| tx.set_memberships(U1, &[(O1.to_owned(), false), (O2.to_owned(), false)]));
        ended(world, at(3));
        let told = world.audits(AuditEvent::MemberRemoved);
        assert_eq!(told[0].detail, "user 1 was removed; 1 connected applications ended");
        assert_eq!((told[0].user, told[0].organization_id.as_deref()), (Some(U1), Some(O1)));
    });
}

#[test]
fn the_last_administrator_stays_one() {
    for_each_world(|world| {
        assert_eq!(administrator(world, O1, U2, false), Ok(()));
        assert_eq!(world.unchanged(|| administrator(world, O1, U1, false)), Err(NotChanged::LastAdministrator));
        assert_eq!(world.unchanged(|| remove(world, O1, U1, at(1))), Err(NotChanged::LastAdministrator));
        assert_eq!(world.unchanged(|| remove(world, O1, PU, at(1))), Err(NotChanged::NoMember));
        assert_eq!(world.unchanged(|| administrator(world, O1, UserId(99), true)), Err(NotChanged::NoMember));
        assert_eq!(remove(world, O1, U2, at(1)), Ok(()));
        assert_eq!(remove(world, O1, U2, at(2)), Err(NotChanged::NoMember));
        assert_eq!(world.read(|tx| tx.administrators(O1)), ["Alice@Zylker.Example"]);
        assert_eq!(world.audits(AuditEvent::AdministratorChanged).len(), 1);
    });
}

#[test]
fn two_administrators_who_remove_each_other_leave_one() {
    for_each_world(|world| {
        for _ in 0..10 {
            world.write(|tx| {
                tx.set_memberships(U1, &[(O1.to_owned(), true)])?;
                tx.set_memberships(U2, &[(O1.to_owned(), true)])
            });
            let gone: Vec<_> = thread::scope(|scope| {
                let both = [U1, U2].map(|user| {
                    let world = &*world;
                    scope.spawn(move || remove(world, O1, user, at(1)))
                });
                both.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert_eq!(gone.iter().filter(|one| one.is_ok()).count(), 1, "{gone:?}");
            assert_eq!(world.number("SELECT COUNT(*) FROM memberships WHERE organization_id = '60001'"), 1);
        }
    });
}

fn invite(world: &World, email: &str, administrator: bool, now: Timestamp) -> Result<PresentedToken, NotInvited> {
    invite_by(world, U1, email, administrator, now)
}

fn invite_by(
    world: &World,
    invited_by: UserId,
    email: &str,
    administrator: bool,
    now: Timestamp,
) -> Result<PresentedToken, NotInvited> {
    let token = world.token(now);
    let new = NewInvitation {
        id: token.id,
        secret_hash: token.secret.hash(SecretKind::Invitation),
        organization_id: O1.to_owned(),
        email: email.to_owned(),
        administrator,
        invited_by,
    };
    let trail = world.trail(now);
    world.write(move |tx| tx.invite(&new, &trail, now)).map(|()| token)
}

const U9: UserId = UserId(9);
const NINA: &str = "nina@zylker.example";

fn accept(world: &World, link: &PresentedToken, email: &'static str, now: Timestamp) -> Result<String, NotAccepted> {
    let (link, trail) = (link.clone(), world.trail(now));
    world.write(move |tx| tx.accept_invitation(&link, (U9, email), &trail, now))
}

#[test]
fn an_invitation_is_good_once_for_its_address_for_seven_days() {
    for_each_world(|world| {
        world.write(|tx| tx.put_user(&person(U9, Realm::Accounts, NINA), at(0)));
        assert_eq!(invite(world, "alice@zylker.example", false, at(0)), Err(NotInvited::Member));
        let link = invite(world, NINA, true, at(0)).unwrap();
        let life = hours(7 * 24);
        let shown = link.clone();
        let found = world.read(move |tx| tx.invitation(&shown, at(1))).unwrap();
        assert_eq!((found.organization.id.as_str(), found.email.as_str(), found.administrator), (O1, NINA, true));
        assert_eq!(world.read(|tx| tx.invitations(O1, at(1))).len(), 1);
        assert!(world.read(|tx| tx.invitations(O2, at(1))).is_empty());
        let guessed = PresentedToken { id: link.id, secret: world.token(at(0)).secret };
        for (link, email, now, why) in [
            (&guessed, NINA, at(1), NotAccepted::Gone),
            (&link, "bob@zylker.example", at(1), NotAccepted::OfAnother),
            (&link, NINA, at(0).plus(life), NotAccepted::Gone),
        ] {
            assert_eq!(world.unchanged(|| accept(world, link, email, now)), Err(why));
        }
        assert_eq!(accept(world, &link, NINA, at(2)), Ok(O1.to_owned()));
        assert!(world.read(|tx| tx.member(O1, U9)).unwrap().administrator);
        assert_eq!(accept(world, &link, NINA, at(3)), Err(NotAccepted::Gone), "once");
        // Whoever was removed does not come back by the link of before.
        assert_eq!(remove(world, O1, U9, at(4)), Ok(()));
        assert_eq!(accept(world, &link, NINA, at(5)), Err(NotAccepted::Gone));
    });
}

#[test]
fn an_invitation_is_taken_back_by_its_organization_or_by_the_next() {
    for_each_world(|world| {
        world.write(|tx| tx.put_user(&person(U9, Realm::Accounts, NINA), at(0)));
        let first = invite(world, NINA, true, at(0)).unwrap();
        let second = invite(world, NINA, false, at(1)).unwrap();
        assert_eq!(accept(world, &first, NINA, at(2)), Err(NotAccepted::Gone), "the next took its place");
        let withdraw = |world: &World, organization: &'static str| {
            let (id, trail) = (second.id, world.trail(at(2)));
            world.write(move |tx| tx.withdraw_invitation(organization, U1, id, &trail))
        };
        assert!(!world.unchanged(|| withdraw(world, O2)), "another organization's");
        assert!(withdraw(world, O1));
        assert!(!world.unchanged(|| withdraw(world, O1)));
        assert_eq!(accept(world, &second, NINA, at(3)), Err(NotAccepted::Gone));
        assert!(world.read(|tx| tx.invitations(O1, at(3))).is_empty());
        assert_eq!(world.audits(AuditEvent::Invited)[0].detail, NINA);
        // Nothing of a removed organization is left to accept.
        let third = invite(world, NINA, false, at(4)).unwrap();
        world.write(|tx| tx.remove_organization(O1));
        assert_eq!(accept(world, &third, NINA, at(5)), Err(NotAccepted::Gone));
    });
}

/// Every step of an administrator; each says whether it was done.
type Deed = (&'static str, fn(&World, UserId) -> bool);

const DEEDS: [Deed; 13] = [
    ("invite", |world, by| {
        let token = world.token(at(2));
        let new = NewInvitation {
            id: token.id,
            secret_hash: token.secret.hash(SecretKind::Invitation),
            organization_id: O1.to_owned(),
            email: NINA.to_owned(),
            administrator: true,
            invited_by: by,
        };
        let trail = world.trail(at(2));
        world.write(move |tx| tx.invite(&new, &trail, at(2))) != Err(NotInvited::NotAdministrator)
    }),
    ("take an invitation back", |world, by| {
        let (id, trail) = (world.read(|tx| tx.invitations(O1, at(2)))[0].id, world.trail(at(2)));
        world.write(move |tx| tx.withdraw_invitation(O1, by, id, &trail))
    }),
    ("make an administrator", |world, by| {
        let trail = world.trail(at(2));
        world.write(move |tx| tx.set_administrator(O1, by, (U9, true), &trail)) != Err(NotChanged::NotAdministrator)
    }),
    ("set a policy", |world, by| {
        let (policy, trail) = (OrganizationPolicy::default(), world.trail(at(2)));
        world.write(move |tx| tx.set_organization_policy(O1, by, &policy, &trail, at(2)))
    }),
    ("decide a review", |world, by| {
        let trail = world.trail(at(2));
        world.write(move |tx| tx.decide_review(O1, C1, by, ReviewState::Approved, &trail, at(2)))
    }),
    ("take a grant back", |world, by| {
        let (grant, trail) = (world.read(|tx| tx.grants_of_client(O1, C1, "", None, 1))[0].grant, world.trail(at(2)));
        world.write(move |tx| tx.withdraw_for(O1, by, (C1, grant), &trail, at(2)))
    }),
    ("take all grants back", |world, by| {
        let trail = world.trail(at(2));
        world.write(move |tx| tx.withdraw_client(O1, by, (C1, 10), &trail, at(2))).is_some()
    }),
    ("make a portal", |world, by| {
        let trail = world.trail(at(2));
        world.write(move |tx| tx.add_portal(O1, by, ("7009", "Suppliers"), 9, &trail)).is_ok()
    }),
    ("remove a portal", |world, by| {
        let trail = world.trail(at(2));
        world.write(move |tx| tx.remove_portal_of(O1, by, "7009", &trail)) == PortalRemoval::Removed
    }),
    ("change a portal", |world, by| {
        let looks = PortalLooks { name: "Partners".to_owned(), accent: String::new(), clients: Vec::new(), logo: None };
        let trail = world.trail(at(2));
        world.write(move |tx| tx.set_portal_looks(O1, by, (P1, &looks), &trail))
    }),
    ("add a portal's user", |world, by| {
        let (new, trail) = (person(UserId(51), portal(), "zoe@customer.example"), world.trail(at(2)));
        world.write(move |tx| tx.add_portal_user(O1, by, &new, &trail, at(2))).is_ok()
    }),
    ("change a portal's user", |world, by| {
        let trail = world.trail(at(2));
        world
            .write(move |tx| tx.change_portal_user(O1, by, (P1, PU), &PortalUserChange::Disable, &trail, at(2)))
            .is_some()
    }),
    ("remove a member", |world, by| {
        let trail = world.trail(at(2));
        world.write(move |tx| tx.remove_member(O1, by, U9, &trail, at(2))).is_ok()
    }),
];

#[test]
fn an_administrator_who_was_removed_or_disabled_does_nothing_more() {
    for_each_world(|world| {
        world.write(|tx| {
            tx.put_user(&person(U9, Realm::Accounts, "new@zylker.example"), at(0))?;
            tx.set_memberships(U9, &[(O1.to_owned(), false)])
        });
        invite(world, "lou@zylker.example", false, at(1)).unwrap();
        world.family(at(1));
        let trail = world.trail(at(1));
        world.write(move |tx| tx.ask_for_review(O1, C1, U9, &trail, at(1)));
        let nothing_goes = |world: &World, by, what| {
            for (deed, act) in DEEDS {
                assert!(!world.unchanged(|| act(world, by)), "{what}: {deed}");
            }
        };
        nothing_goes(world, U9, "a member");
        nothing_goes(world, UserId(99), "nobody");
        world.execute("UPDATE users SET disabled = TRUE WHERE id = 2");
        nothing_goes(world, U2, "disabled");
        world.execute("UPDATE users SET disabled = FALSE WHERE id = 2");
        assert_eq!(administrator(world, O1, U2, false), Ok(()));
        nothing_goes(world, U2, "an administrator of before");
        assert_eq!(remove(world, O1, U2, at(1)), Ok(()));
        nothing_goes(world, U2, "removed");
        world.write(|tx| tx.set_memberships(U2, &[(O1.to_owned(), true)]));
        for (deed, act) in DEEDS {
            // The grant taken back alone was the only one; the rest is done.
            assert!(act(world, U2), "{deed}");
        }
    });
}

#[test]
fn a_disabled_administrator_is_none_who_could_stay_alone() {
    for_each_world(|world| {
        world.execute("UPDATE users SET disabled = TRUE WHERE id = 2");
        assert_eq!(world.unchanged(|| administrator(world, O1, U1, false)), Err(NotChanged::LastAdministrator));
        assert_eq!(world.unchanged(|| remove(world, O1, U1, at(1))), Err(NotChanged::LastAdministrator));
        let kept: Vec<_> = world.read(|tx| tx.leaving(U1)).kept_by.into_iter().map(|kept| kept.id).collect();
        assert_eq!(kept, [O1], "the same rule as for who deletes their account");
        // The disabled one is not needed.
        assert_eq!(administrator(world, O1, U2, false), Ok(()));
    });
}

const BOB: &str = "bob@zylker.example";

fn open(world: &World, link: &PresentedToken) -> bool {
    let link = link.clone();
    world.read(move |tx| tx.invitation(&link, at(9))).is_some()
}

/// What Bob, an administrator of [`O1`], sent: an invitation of an administrator and one of a member.
fn sent_by_bob(world: &World) -> (PresentedToken, PresentedToken) {
    let sent = |email, administrator| invite_by(world, U2, email, administrator, at(1)).unwrap();
    (sent(NINA, true), sent("olga@zylker.example", false))
}

/// An invitation for Bob that is older than his membership.
fn older_for_bob(world: &World) -> PresentedToken {
    world.write(|tx| tx.set_memberships(U2, &[]));
    let link = invite(world, BOB, true, at(0)).unwrap();
    world.write(|tx| tx.set_memberships(U2, &[(O1.to_owned(), true)]));
    assert!(open(world, &link));
    link
}

#[test]
fn e09_a_removed_member_comes_back_by_no_older_invitation_and_leaves_none() {
    for_each_world(|world| {
        let (older, (administrator, member)) = (older_for_bob(world), sent_by_bob(world));
        let own = invite(world, "else@zylker.example", true, at(1)).unwrap();
        assert_eq!(remove(world, O1, U2, at(2)), Ok(()));
        assert!(!open(world, &older) && !open(world, &administrator) && !open(world, &member));
        assert!(open(world, &own), "another's stays");
        let (link, trail) = (older.clone(), world.trail(at(3)));
        let back = world.write(move |tx| tx.accept_invitation(&link, (U2, BOB), &trail, at(3)));
        assert_eq!(back, Err(NotAccepted::Gone));
        assert!(world.read(|tx| tx.member(O1, U2)).is_none());
    });
}

#[test]
fn i05_whoever_administers_no_more_makes_no_administrator_by_an_older_invitation() {
    for_each_world(|world| {
        let (by_administrator, member) = sent_by_bob(world);
        assert_eq!(administrator(world, O1, U2, false), Ok(()));
        assert!(!open(world, &by_administrator) && open(world, &member));
    });
}

#[test]
fn e09_provisioning_and_a_deletion_withdraw_invitations_as_well() {
    for_each_world(|world| {
        let (by_administrator, member) = sent_by_bob(world);
        world.write(|tx| tx.set_memberships(U2, &[(O1.to_owned(), true), (O2.to_owned(), true)]));
        assert!(open(world, &by_administrator) && open(world, &member), "nothing was lost");
        world.write(|tx| tx.set_memberships(U2, &[(O1.to_owned(), false)]));
        assert!(!open(world, &by_administrator) && open(world, &member));
        let older = older_for_bob(world);
        let (by_administrator, member) = sent_by_bob(world);
        world.write(|tx| tx.set_memberships(U2, &[(O2.to_owned(), true)]));
        assert!(!open(world, &older) && !open(world, &by_administrator) && !open(world, &member));
        world.write(|tx| tx.set_memberships(U2, &[(O1.to_owned(), true)]));
        let (by_administrator, member) = sent_by_bob(world);
        world.write(|tx| tx.remove_user(U2));
        assert!(!open(world, &by_administrator) && !open(world, &member));
    });
}
