//! What people change of themselves, and the links of letters that let them.

use grantor_protocol::people::{Environment, Realm, UserId};
use grantor_protocol::secret::SecretKind;
use grantor_protocol::token::PresentedToken;
use grantor_store::{
    Confirmed, MAIL_LINK_LIFETIME, MailPurpose, NewAccount, NewBrowserSession, NewMailLink, NewPassword, NewUser,
    NotDeleted, PasswordChange, PortalUserChange, SeenFrom, SessionLife, password_mark,
};

use crate::fixtures::{
    C1, O1, O2, P1, PU, U1, U2, World, at, for_each_directory, for_each_world, guessed, hours, just_before,
    organization, person,
};

const LIFE: SessionLife = SessionLife { idle: hours_of(1), whole: hours_of(24) };

const fn hours_of(n: u64) -> std::time::Duration {
    std::time::Duration::from_hours(n)
}

fn session(world: &World, user: UserId) -> (PresentedToken, NewBrowserSession) {
    let cookie = world.token(at(0));
    let new = NewBrowserSession {
        id: cookie.id,
        secret_hash: cookie.secret.hash(SecretKind::BrowserSession),
        realm: Realm::Accounts,
        user,
        browser: [1; 32],
        seen_from: SeenFrom { address: "203.0.113.7".to_owned(), agent: "Firefox".to_owned() },
    };
    (cookie, new)
}

fn started(world: &World, user: UserId) -> PresentedToken {
    let (cookie, new) = session(world, user);
    world.write(move |tx| tx.start_session(&new, None, at(0)));
    cookie
}

/// Alice, who gave a password of this hash in this session.
fn confirmed(cookie: &PresentedToken, hash: &str) -> Confirmed {
    Confirmed { user: U1, password: password_mark(hash), session: cookie.id }
}

fn holds(world: &World, cookie: &PresentedToken) -> bool {
    let cookie = cookie.clone();
    world.read(move |tx| tx.session(&cookie, &Realm::Accounts, LIFE, at(1))).is_some()
}

fn link(world: &World, purpose: MailPurpose, user: UserId, email: &str) -> PresentedToken {
    let token = world.token(at(0));
    let new = NewMailLink {
        id: token.id,
        secret_hash: token.secret.hash(purpose.secret_kind()),
        purpose,
        user,
        email: email.to_owned(),
    };
    world.write(move |tx| tx.add_mail_link(&new, at(0)));
    token
}

const ALICE: &str = "alice@zylker.example";

#[test]
fn a_link_is_good_for_one_purpose_one_address_and_half_an_hour() {
    for_each_world(|world| {
        let recover = link(world, MailPurpose::Recover, U1, ALICE);
        let works = |token: &PresentedToken, purpose, now| {
            let token = token.clone();
            world.read(move |tx| tx.mail_link(&token, purpose, now)).is_some()
        };
        let end = at(0).plus(MAIL_LINK_LIFETIME);
        assert!(works(&recover, MailPurpose::Recover, just_before(end)));
        assert!(!works(&recover, MailPurpose::Recover, end));
        assert!(!works(&guessed(&recover), MailPurpose::Recover, at(1)));
        for other in [MailPurpose::Verify, MailPurpose::SignUp] {
            assert!(!works(&recover, other, at(1)));
        }
        // Even when its row said otherwise.
        world.execute("UPDATE mail_links SET purpose = 'verify'");
        assert!(!works(&recover, MailPurpose::Verify, at(1)));
        world.execute("UPDATE mail_links SET purpose = 'recover'");
        world.execute("UPDATE users SET email = 'else@zylker.example' WHERE id = 1");
        assert!(!works(&recover, MailPurpose::Recover, at(1)));
        world.execute("UPDATE users SET email = 'alice@zylker.example', disabled = TRUE WHERE id = 1");
        assert!(!works(&recover, MailPurpose::Recover, at(1)));
    });
}

#[test]
fn a_recovery_ends_sessions_and_the_other_links() {
    for_each_world(|world| {
        let (own, other) = (started(world, U1), started(world, U2));
        let family = world.family(at(0));
        let (first, second) =
            (link(world, MailPurpose::Recover, U1, ALICE), link(world, MailPurpose::Recover, U1, ALICE));
        let verify = link(world, MailPurpose::Verify, U1, ALICE);
        let set = |link: &PresentedToken, end_tokens| {
            let new = NewPassword { link: link.clone(), password_hash: "$argon2id$new".to_owned(), end_tokens };
            let trail = world.trail(at(1));
            world.write(move |tx| tx.recover(&new, &trail, at(1)))
        };
        assert_eq!(set(&guessed(&first), false), None);
        assert_eq!(set(&verify, false), None);
        assert!(holds(world, &own));
        assert_eq!(set(&first, false), Some((U1, vec![])));
        assert_eq!((set(&first, false), set(&second, false)), (None, None));
        assert!(!holds(world, &own) && holds(world, &other));
        assert_eq!(world.read(|tx| tx.password_hash(U1)).as_deref(), Some("$argon2id$new"));
        assert!(world.access(&family.access, at(2)).is_ok());
        let third = link(world, MailPurpose::Recover, U1, ALICE);
        assert_eq!(set(&third, true), Some((U1, vec![C1.to_owned()])));
        assert!(world.access(&family.access, at(2)).is_err());
        assert!(world.refresh(&family.refresh, at(2)).is_err());
        assert!(world.read(|tx| tx.profile(U1)).unwrap().password_changed_at == Some(at(1)));
    });
}

#[test]
fn k07_no_recovery_link_survives_another_password_wherever_it_was_set() {
    for_each_world(|world| {
        let works = |link: &PresentedToken| {
            let link = link.clone();
            world.read(move |tx| tx.mail_link(&link, MailPurpose::Recover, at(4))).is_some()
        };
        let changed_at = |user| world.read(move |tx| tx.profile(user)).unwrap().password_changed_at;
        let (recover, other) =
            (link(world, MailPurpose::Recover, U1, ALICE), link(world, MailPurpose::Recover, U2, "bob@zylker.example"));
        let verify = link(world, MailPurpose::Verify, U1, ALICE);
        // The person changes it.
        let by = confirmed(&started(world, U1), "$argon2id$");
        let (_, session) = session(world, U1);
        let change = PasswordChange { by, new_hash: "$argon2id$new".to_owned(), session, end_tokens: false };
        let trail = world.trail(at(1));
        assert!(world.write(move |tx| tx.change_password(&change, &trail, at(1))).is_some());
        assert!(!works(&recover) && works(&other));
        assert_eq!((changed_at(U1), changed_at(U2)), (Some(at(1)), None));
        let still = verify.clone();
        assert!(world.read(move |tx| tx.mail_link(&still, MailPurpose::Verify, at(2))).is_some());
        // Provisioning writes the person anew: the same password changes nothing, another one does.
        let recover = link(world, MailPurpose::Recover, U1, ALICE);
        let put = |hash: &str, now| {
            let new = NewUser { password_hash: hash.to_owned(), ..person(U1, Realm::Accounts, ALICE) };
            world.write(move |tx| tx.put_user(&new, now));
        };
        put("$argon2id$new", at(2));
        assert!(works(&recover));
        assert_eq!(changed_at(U1), Some(at(1)));
        put("$argon2id$newer", at(3));
        assert!(!works(&recover) && works(&other));
        assert_eq!(changed_at(U1), Some(at(3)));
        // An organization's administrator gives a portal's user one.
        let email = world.read(|tx| tx.user(PU)).unwrap().email.to_lowercase();
        let recover = link(world, MailPurpose::Recover, PU, &email);
        assert!(works(&recover));
        let (trail, change) = (world.trail(at(3)), PortalUserChange::Password("$argon2id$theirs".to_owned()));
        assert!(world.write(move |tx| tx.change_portal_user(O1, U1, (P1, PU), &change, &trail, at(3))).is_some());
        assert!(!works(&recover));
        assert_eq!(changed_at(PU), Some(at(3)));
    });
}

#[test]
fn a_password_change_starts_one_session_and_ends_the_others() {
    for_each_world(|world| {
        let own = started(world, U1);
        let family = world.family(at(0));
        let change = |by: Confirmed, end_tokens| {
            let (cookie, new) = session(world, U1);
            let change = PasswordChange { by, new_hash: "$argon2id$new".to_owned(), session: new, end_tokens };
            let trail = world.trail(at(1));
            (cookie, world.write(move |tx| tx.change_password(&change, &trail, at(1))))
        };
        let (cookie, refused) = change(confirmed(&own, "$argon2id$other"), true);
        assert!(refused.is_none() && holds(world, &own) && !holds(world, &cookie));
        let (cookie, ended) = change(confirmed(&own, "$argon2id$"), false);
        assert_eq!(ended, Some(vec![]));
        assert!(!holds(world, &own) && holds(world, &cookie));
        assert!(world.refresh(&family.refresh, at(2)).is_ok());
        assert_eq!(change(confirmed(&own, "$argon2id$new"), true).1, None, "a session that ended");
        let (_, ended) = change(confirmed(&cookie, "$argon2id$new"), true);
        assert_eq!(ended, Some(vec![C1.to_owned()]));
        assert!(world.refresh(&family.refresh, at(3)).is_err());
    });
}

#[test]
fn sessions_are_listed_and_ended_by_their_owner() {
    for_each_world(|world| {
        let own = [started(world, U1), started(world, U1), started(world, U1)];
        let other = started(world, U2);
        let listed = |before, now| {
            world
                .read(move |tx| tx.sessions_of(U1, Some((LIFE, now)), before, 2))
                .iter()
                .map(|s| s.id)
                .collect::<Vec<_>>()
        };
        assert_eq!(listed(None, at(1)), [own[2].id, own[1].id]);
        assert_eq!(listed(Some(own[1].id), at(1)), [own[0].id]);
        assert_eq!(listed(None, at(0).plus(hours(1))), []);
        let (id, foreign) = (own[2].id, other.id);
        assert!(!world.write(move |tx| tx.end_session_of(U1, foreign, at(1))));
        assert!(world.write(move |tx| tx.end_session_of(U1, id, at(1))));
        assert_eq!(listed(None, at(1)), [own[1].id, own[0].id]);
        let whole = world.read(|tx| tx.sessions_of(U1, None, None, 10));
        assert_eq!(whole.len(), 3);
        assert_eq!((whole[0].ended_at, whole[0].seen_from.address.as_str()), (Some(at(1)), "203.0.113.7"));
        let id = own[0].id;
        assert_eq!(world.write(move |tx| tx.end_other_sessions(U1, id, at(1))), 1);
        assert!(holds(world, &own[0]) && !holds(world, &own[1]) && holds(world, &other));
    });
}

#[test]
fn grants_say_what_they_are_for_and_when_they_were_used() {
    for_each_world(|world| {
        let family = world.family(at(0));
        world.family_with(at(0), |new| new.user = U2);
        assert!(world.refresh(&family.refresh, at(100)).is_ok());
        let own = world.read(|tx| tx.own_grants(U1, false, None, 10));
        assert_eq!(own.len(), 1);
        assert_eq!((own[0].client_id.as_str(), own[0].organization_id.as_str()), (C1, O1));
        assert_eq!((own[0].used_at, own[0].granted_at, own[0].withdrawn_at), (Some(at(100)), at(0), None));
        assert_eq!(world.write(|tx| tx.revoke_grants_of(U1, at(101))), [C1]);
        assert_eq!(world.read(|tx| tx.own_grants(U1, false, None, 10)), []);
        assert_eq!(world.read(|tx| tx.own_grants(U1, true, None, 10))[0].withdrawn_at, Some(at(101)));
        assert_eq!(world.read(|tx| tx.own_grants(U2, false, None, 10)).len(), 1);
    });
}

#[test]
fn an_only_administrator_stays_while_others_need_one() {
    for_each_world(|world| {
        // Both administer O1. A third organization is Alice's alone.
        world.write(|tx| {
            tx.put_organization(&organization("60009", "Alone", Environment::Production))?;
            tx.set_memberships(U1, &[(O1.to_owned(), true), (O2.to_owned(), true), ("60009".to_owned(), true)])
        });
        let leaving = world.read(|tx| tx.leaving(U1));
        let ids =
            |list: &[grantor_protocol::people::Organization]| list.iter().map(|o| o.id.clone()).collect::<Vec<_>>();
        assert_eq!((ids(&leaving.kept_by), ids(&leaving.go_along)), (vec![O2.to_owned()], vec!["60009".to_owned()]));
        let family = world.family(at(0));
        let own = started(world, U1);
        let trail = world.trail(at(1));
        let by = confirmed(&own, "$argon2id$");
        let refused = world.write(move |tx| tx.delete_account(&by, &trail, at(1)));
        assert!(matches!(&refused, Err(NotDeleted::KeptBy(kept)) if ids(kept) == [O2]), "{refused:?}");
        assert!(holds(world, &own) && world.access(&family.access, at(1)).is_ok());
        world.write(|tx| tx.set_memberships(U2, &[(O1.to_owned(), true), (O2.to_owned(), true)]));
        link(world, MailPurpose::Verify, U1, ALICE);
        let other = started(world, U2);
        for stale in [confirmed(&own, "$argon2id$old"), confirmed(&other, "$argon2id$")] {
            let trail = world.trail(at(2));
            let refused = world.unchanged(|| world.write(move |tx| tx.delete_account(&stale, &trail, at(2))));
            assert_eq!(refused, Err(NotDeleted::Unconfirmed));
        }
        let trail = world.trail(at(2));
        assert_eq!(world.write(move |tx| tx.delete_account(&by, &trail, at(2))), Ok(vec![C1.to_owned()]));
        assert!(!holds(world, &own) && world.access(&family.access, at(2)).is_err());
        for sql in [
            "SELECT COUNT(*) FROM users WHERE id = 1",
            "SELECT COUNT(*) FROM memberships WHERE user_id = 1",
            "SELECT COUNT(*) FROM grants WHERE user_id = 1",
            "SELECT COUNT(*) FROM browser_sessions WHERE user_id = 1",
            "SELECT COUNT(*) FROM mail_links WHERE user_id = 1",
            "SELECT COUNT(*) FROM organizations WHERE id = '60009'",
        ] {
            assert_eq!(world.number(sql), 0, "{sql}");
        }
        assert_eq!(world.read(|tx| tx.organizations()).len(), 2);
        // Now Bob is the only administrator, of organizations where nobody else is; one has a portal.
        let leaving = world.read(|tx| tx.leaving(U2));
        assert_eq!((ids(&leaving.kept_by), ids(&leaving.go_along)), (vec![O1.to_owned()], vec![O2.to_owned()]));
    });
}

#[test]
fn a_link_makes_one_account_for_its_address() {
    for_each_world(|world| {
        let link = link(world, MailPurpose::SignUp, UserId::NOBODY, "nova@startup.example");
        let make = |link: &PresentedToken, id: UserId, email: &str, place: &str| {
            let (cookie, session) = session(world, id);
            let user = person(id, Realm::Accounts, email);
            let organization = organization(place, "Startup", Environment::Production);
            let new = NewAccount { link: link.clone(), user, organization, session };
            let trail = world.trail(at(1));
            (cookie, world.write(move |tx| tx.sign_up(&new, &trail, at(1))))
        };
        let nova = UserId(90);
        for (made, what) in [
            (make(&guessed(&link), nova, "nova@startup.example", "60090").1, "a guess"),
            (make(&link, nova, "eve@startup.example", "60090").1, "another address"),
            (make(&link, nova, ALICE, "60090").1, "somebody's address"),
            (make(&link, U1, "nova@startup.example", "60090").1, "somebody's number"),
            (make(&link, nova, "nova@startup.example", O1).1, "somebody's organization"),
        ] {
            assert!(!made, "{what}");
        }
    });
}

#[test]
fn a_newcomer_is_verified_and_administers() {
    for_each_world(|world| {
        let link = link(world, MailPurpose::SignUp, UserId::NOBODY, "nova@startup.example");
        let nova = UserId(90);
        let (cookie, new_session) = session(world, nova);
        let new = NewAccount {
            link,
            user: person(nova, Realm::Accounts, "nova@startup.example"),
            organization: organization("60090", "Startup", Environment::Production),
            session: new_session,
        };
        let (trail, again) = (world.trail(at(1)), world.trail(at(2)));
        let second = new.clone();
        assert!(world.write(move |tx| tx.sign_up(&new, &trail, at(1))));
        assert!(!world.write(move |tx| tx.sign_up(&second, &again, at(2))), "once");
        assert!(holds(world, &cookie));
        assert!(world.read(move |tx| tx.user(nova)).unwrap().email_verified);
        let places = world.read(move |tx| tx.memberships(nova, &Realm::Accounts));
        assert!(places.len() == 1 && places[0].administrator && places[0].organization.id == "60090");
    });
}

#[test]
fn a_letter_verifies_and_the_sweep_takes_old_links() {
    for_each_world(|world| {
        world.write(|tx| tx.set_email_verified(U1, false));
        let token = link(world, MailPurpose::Verify, U1, ALICE);
        let verify = |token: &PresentedToken| {
            let (token, trail) = (token.clone(), world.trail(at(1)));
            world.write(move |tx| tx.verify_email(&token, &trail, at(1)))
        };
        assert!(!verify(&guessed(&token)));
        assert!(!world.read(|tx| tx.user(U1)).unwrap().email_verified);
        assert!(verify(&token));
        assert!(world.read(|tx| tx.user(U1)).unwrap().email_verified && !verify(&token));
        let policy = world.policy.clone();
        let now = at(1).plus(MAIL_LINK_LIFETIME);
        world.write(move |tx| tx.sweep(&policy, 100, now));
        assert_eq!(world.number("SELECT COUNT(*) FROM mail_links"), 0);
    });
}

#[test]
fn an_address_has_one_home_among_those_that_belong_together() {
    for_each_directory(|store| {
        let claim = |email: &'static str, location: &'static str, others: &[&str]| {
            let others: Vec<String> = others.iter().map(|o| (*o).to_owned()).collect();
            let places = ["us", "eu", "cn"].map(str::to_owned);
            store.write_blocking(move |tx| tx.claim_home(email, location, &others, &places)).unwrap()
        };
        assert!(claim("a@b", "us", &["eu"]));
        assert!(claim("a@b", "us", &["eu"]), "again, after a crash in the middle");
        assert!(!claim("a@b", "eu", &["us"]));
        assert!(claim("a@b", "cn", &[]), "one that stands apart");
        let homes = store.read_blocking(|tx| tx.homes("a@b")).unwrap();
        assert_eq!(homes.len(), 2);
        let places = vec!["us".to_owned(), "eu".to_owned(), "cn".to_owned()];
        store.write_blocking(move |tx| tx.forget_owner("a@b", "us", &places)).unwrap();
        assert_eq!(store.read_blocking(|tx| tx.homes("a@b")).unwrap(), ["cn"]);
    });
}

#[test]
fn p08_the_link_of_a_sign_up_does_not_keep_the_address_of_somebody_who_is_gone() {
    for_each_world(|world| {
        for email in [ALICE, "else@zylker.example"] {
            link(world, MailPurpose::SignUp, UserId::NOBODY, email);
        }
        world.write(|tx| tx.remove_user(U1));
        assert_eq!(world.number("SELECT COUNT(*) FROM mail_links WHERE email = 'alice@zylker.example'"), 0);
        assert_eq!(world.number("SELECT COUNT(*) FROM mail_links"), 1, "another's stays");
    });
}
