//! Users, organizations and portals: what provisioning writes, and that nothing of what was removed is inherited.

use grantor_protocol::people::{Environment, Realm, UserId};
use grantor_protocol::secret::SecretKind;
use grantor_protocol::token::PresentedToken;
use grantor_store::{NewBrowserSession, NewUser, Portal, SeenFrom, SessionLife};

use crate::fixtures::{
    C1, Family, O1, O2, P1, PU, U1, U2, World, at, for_each_world, hours, house_portal, organization, person, portal,
};

fn dead(world: &World, family: &Family) {
    for now in [at(5), at(0)] {
        assert!(world.access(&family.access, now).is_err());
        assert!(world.refresh(&family.refresh, now).is_err());
    }
}

fn signed_in(world: &World) -> PresentedToken {
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
    cookie
}

#[test]
fn a_user_is_found_by_address_in_their_realm() {
    for_each_world(|world| {
        let by = |realm: Realm, email: &'static str| {
            world.read(move |tx| tx.user_by_email(&realm, email)).map(|found| found.user.id)
        };
        assert_eq!(by(Realm::Accounts, "alice@zylker.example"), Some(U1));
        assert_eq!(by(portal(), "alice@zylker.example"), Some(PU), "the same address is somebody else there");
        assert_eq!(by(portal(), "bob@zylker.example"), None);
        assert_eq!(by(Realm::Accounts, "Alice@Zylker.Example"), None, "addresses are folded before");
        let listed = |realm: Realm| world.read(move |tx| tx.users(&realm)).iter().map(|u| u.id).collect::<Vec<_>>();
        assert_eq!(listed(Realm::Accounts), [U1, U2]);
        assert_eq!(listed(portal()), [PU]);
        assert_eq!(world.read(|tx| tx.user(U1)).unwrap().email, "Alice@Zylker.Example");
        assert!(world.read(|tx| tx.user(UserId(99))).is_none());
    });
}

#[test]
fn an_address_belongs_to_one_user_of_a_realm() {
    for_each_world(|world| {
        let taken = person(UserId(9), Realm::Accounts, "alice@zylker.example");
        let refused = world.store.write_blocking(move |tx| tx.put_user(&taken, at(1))).unwrap_err();
        assert!(refused.is_constraint(), "{refused:?}");
        let elsewhere = person(UserId(9), Realm::Portal("7002".to_owned()), "alice@zylker.example");
        world.write(move |tx| tx.put_user(&elsewhere, at(1)));
    });
}

#[test]
fn writing_a_user_again_changes_them() {
    for_each_world(|world| {
        let changed = NewUser {
            password_hash: "$argon2id$new".to_owned(),
            first_name: "Alicia".to_owned(),
            ..person(U1, Realm::Accounts, "Alicia@Zylker.Example")
        };
        world.write(move |tx| tx.put_user(&changed, at(1)));
        let found = world.read(|tx| tx.user_by_email(&Realm::Accounts, "alicia@zylker.example")).unwrap();
        assert!(world.read(|tx| tx.is_user(&Realm::Accounts, "alicia@zylker.example")));
        assert!(!world.read(|tx| tx.is_user(&Realm::Accounts, "alice@zylker.example")));
        assert_eq!((found.user.id, found.user.first_name.as_str()), (U1, "Alicia"));
        assert_eq!(found.password_hash, "$argon2id$new");
        assert!(world.read(|tx| tx.user_by_email(&Realm::Accounts, "alice@zylker.example")).is_none());
        let shown = format!("{found:?}");
        assert!(!shown.contains("argon2id"), "{shown}");
    });
}

#[test]
fn memberships_are_exactly_what_was_written() {
    for_each_world(|world| {
        let of = |user: UserId, realm: Realm| {
            let all = world.read(move |tx| tx.memberships(user, &realm));
            all.into_iter().map(|m| (m.organization.id, m.administrator)).collect::<Vec<_>>()
        };
        assert_eq!(of(U1, Realm::Accounts), [(O2.to_owned(), false), (O1.to_owned(), true)], "by name");
        world.write(|tx| tx.set_memberships(U1, &[(O2.to_owned(), true)]));
        assert_eq!(of(U1, Realm::Accounts), [(O2.to_owned(), true)]);
        assert_eq!(of(U2, Realm::Accounts).len(), 2);
        assert_eq!(of(PU, portal()), [(O1.to_owned(), false)], "a portal's users belong to its organization");
        assert_eq!(of(PU, Realm::Portal("7002".to_owned())), []);
        world.write(|tx| tx.set_memberships(U1, &[]));
        assert_eq!(of(U1, Realm::Accounts), []);
    });
}

#[test]
fn organizations_come_and_change() {
    for_each_world(|world| {
        assert!(world.write(|tx| tx.put_organization(&organization(O1, "Zylker Inc", Environment::Production))));
        let found = world.read(|tx| tx.organization(O1)).unwrap();
        assert_eq!((found.name.as_str(), found.environment), ("Zylker Inc", Environment::Production));
        assert_eq!(world.read(|tx| tx.organizations()).len(), 2);
        assert!(world.read(|tx| tx.organization("60099")).is_none());
    });
}

#[test]
fn an_organization_keeps_its_environment() {
    for_each_world(|world| {
        let family = world.family(at(0));
        for environment in [Environment::Sandbox, Environment::Developer] {
            assert!(!world.write(move |tx| tx.put_organization(&organization(O1, "Other", environment))));
        }
        let kept = organization(O1, "Zylker", Environment::Production);
        assert_eq!(world.read(|tx| tx.organization(O1)), Some(kept), "nothing was written");
        assert_eq!(world.access(&family.access, at(1)).unwrap().environment, Environment::Production);
        // Made anew it is another organization, whatever its number: nothing of the old one is left.
        let anew = organization(O1, "Zylker", Environment::Developer);
        world.write(move |tx| {
            tx.remove_organization(O1)?;
            tx.set_memberships(U1, &[(O1.to_owned(), true)])?;
            tx.put_organization(&anew)
        });
        dead(world, &family);
        let fresh = world.family(at(2));
        assert_eq!(world.access(&fresh.access, at(3)).unwrap().environment, Environment::Developer);
    });
}

#[test]
fn a_removed_user_leaves_nothing_to_work_or_to_inherit() {
    for_each_world(|world| {
        let offline = world.family(at(0));
        let online = world.family_with(at(0), |new| new.offline = false);
        let code = world.issued(at(0));
        let cookie = signed_in(world);
        let bystander = world.family_with(at(0), |new| new.user = U2);
        world.write(|tx| tx.remove_user(U1));
        let everywhere = |world: &World| {
            dead(world, &offline);
            assert!(world.access(&online.access, at(1)).is_err());
            assert!(world.redeem(&code, at(1)).is_err());
            assert!(world.revoke(&offline.refresh, at(1)).is_err());
            let life = SessionLife { idle: hours(1), whole: hours(1) };
            let cookie = cookie.clone();
            assert_eq!(world.read(move |tx| tx.session(&cookie, &Realm::Accounts, life, at(1))), None);
        };
        everywhere(world);
        for sql in [
            "SELECT COUNT(*) FROM memberships WHERE user_id = 1",
            "SELECT COUNT(*) FROM grants WHERE user_id = 1",
            "SELECT COUNT(*) FROM client_users WHERE user_id = 1",
            "SELECT COUNT(*) FROM refresh_tokens WHERE user_id = 1",
            "SELECT COUNT(*) FROM browser_sessions WHERE user_id = 1",
            "SELECT COUNT(*) FROM users WHERE id = 1",
        ] {
            assert_eq!(world.number(sql), 0, "{sql}");
        }
        // The same address anew, first with another number and then even with the same.
        for anew in [UserId(77), U1] {
            world.write(move |tx| {
                tx.remove_user(UserId(77))?;
                tx.put_user(&person(anew, Realm::Accounts, "alice@zylker.example"), at(1))
            });
            assert_eq!(world.read(move |tx| tx.memberships(anew, &Realm::Accounts)), []);
            world.write(move |tx| tx.set_memberships(anew, &[(O1.to_owned(), false)]));
            assert!(world.read(move |tx| tx.grant_facts(anew, C1, at(1))).is_empty());
            assert!(!world.read(move |tx| tx.knows_browser(anew, &[1; 32])));
            everywhere(world);
            let fresh = world.family_with(at(2), |new| new.user = anew);
            assert_eq!(world.access(&fresh.access, at(2)).unwrap().user.unwrap().id, anew);
            everywhere(world);
        }
        assert!(world.access(&bystander.access, at(5)).is_ok());
        assert!(world.refresh(&bystander.refresh, at(5)).is_ok());
    });
}

#[test]
fn a_removed_organization_leaves_nothing_to_work_or_to_inherit() {
    for_each_world(|world| {
        let offline = world.family(at(0));
        let online = world.family_with(at(0), |new| new.offline = false);
        let customer = world.portal_family(at(0));
        let code = world.issued(at(0));
        let other = world.family_with(at(0), |new| new.organization_id = O2.to_owned());
        world.write(|tx| tx.remove_organization(O1));
        let everywhere = |world: &World| {
            dead(world, &offline);
            dead(world, &customer);
            assert!(world.access(&online.access, at(1)).is_err());
            assert!(world.redeem(&code, at(1)).is_err());
        };
        everywhere(world);
        for sql in [
            "SELECT COUNT(*) FROM memberships WHERE organization_id = '60001'",
            "SELECT COUNT(*) FROM grants WHERE organization_id = '60001'",
            "SELECT COUNT(*) FROM refresh_tokens WHERE organization_id = '60001'",
            "SELECT COUNT(*) FROM organizations WHERE id = '60001'",
        ] {
            assert_eq!(world.number(sql), 0, "{sql}");
        }
        // The same name, and even the same number, anew.
        world.write(|tx| {
            tx.put_organization(&organization(O1, "Zylker", Environment::Production))?;
            tx.set_memberships(U1, &[(O1.to_owned(), true), (O2.to_owned(), true)])
        });
        assert_eq!(world.read(|tx| tx.memberships(U2, &Realm::Accounts)).len(), 1, "nobody else came back");
        everywhere(world);
        assert!(world.access(&world.family(at(2)).access, at(2)).is_ok());
        everywhere(world);
        assert!(world.access(&other.access, at(5)).is_ok());
        assert!(world.refresh(&other.refresh, at(5)).is_ok());
    });
}

#[test]
fn portals_come_change_and_go() {
    for_each_world(|world| {
        assert_eq!(world.read(|tx| tx.portal(P1)), Some(house_portal()));
        assert_eq!(world.read(|tx| tx.portal_logo(P1)), None);
        assert!(world.read(|tx| tx.portal("7002")).is_none());
        let changed = Portal {
            organization_id: O2.to_owned(),
            clients: vec!["a".to_owned(), "b".to_owned()],
            accent: String::new(),
            ..house_portal()
        };
        let written = changed.clone();
        world.write(move |tx| tx.put_portal(&written, Some(("image/png", &[1, 2, 3]))));
        assert_eq!(world.read(|tx| tx.portals()), [Portal { has_logo: true, ..changed.clone() }]);
        assert_eq!(world.read(|tx| tx.portal_logo(P1)), Some(("image/png".to_owned(), vec![1, 2, 3])));
        assert!(changed.admits("a") && !changed.admits(C1));
        let open = Portal { clients: Vec::new(), ..changed };
        assert!(open.admits(C1), "without a list every client is admitted");
        let written = open.clone();
        world.write(move |tx| tx.put_portal(&written, None));
        assert_eq!(world.read(|tx| tx.portal(P1)), Some(open));
        assert_eq!(world.read(|tx| tx.portal_logo(P1)), None);
        world.write(|tx| tx.remove_portal(P1));
        assert!(world.read(|tx| tx.portals()).is_empty());
    });
}
