//! Signed-in browsers: changed at sign-in, bound to a realm, ended by time, by the person and by disabling.

use std::time::Duration;

use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::secret::SecretKind;
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::{PresentedToken, TokenId};
use grantor_store::{NewBrowserSession, SeenFrom, SessionLife, SignedIn};

use crate::fixtures::{PU, U1, U2, World, at, for_each_world, guessed, just_before, portal};

const LIFE: SessionLife = SessionLife { idle: Duration::from_hours(1), whole: Duration::from_hours(24) };

fn start(world: &World, user: UserId, realm: Realm, replaces: Option<TokenId>, now: Timestamp) -> PresentedToken {
    let cookie = world.token(now);
    let new = NewBrowserSession {
        id: cookie.id,
        secret_hash: cookie.secret.hash(SecretKind::BrowserSession),
        realm,
        user,
        browser: [u8::try_from(user.0).unwrap(); 32],
        seen_from: SeenFrom::default(),
    };
    world.write(move |tx| tx.start_session(&new, replaces, now));
    cookie
}

fn find(world: &World, cookie: &PresentedToken, realm: Realm, now: Timestamp) -> Option<SignedIn> {
    let cookie = cookie.clone();
    world.read(move |tx| tx.session(&cookie, &realm, LIFE, now))
}

fn holds(world: &World, cookie: &PresentedToken, now: Timestamp) -> bool {
    find(world, cookie, Realm::Accounts, now).is_some()
}

fn see(world: &World, cookie: &PresentedToken, now: Timestamp) {
    let id = cookie.id;
    world.write(move |tx| tx.see_session(id, now));
}

#[test]
fn a_cookie_finds_its_user() {
    for_each_world(|world| {
        let cookie = start(world, U1, Realm::Accounts, None, at(0));
        let found = find(world, &cookie, Realm::Accounts, at(5)).unwrap();
        assert_eq!((found.session, found.user.id, found.since, found.seen_at), (cookie.id, U1, at(0), at(0)));
        assert_eq!((found.user.email.as_str(), found.user.first_name.as_str()), ("Alice@Zylker.Example", "First"));
        assert!(!holds(world, &guessed(&cookie), at(5)), "a wrong second half");
        assert!(!holds(world, &world.token(at(0)), at(5)), "no such session");
        let family = world.family(at(0));
        for other in [&family.access, &family.refresh] {
            assert!(!holds(world, other, at(5)), "a token is no cookie");
            assert!(world.access(&cookie, at(5)).is_err(), "and a cookie no token");
        }
    });
}

#[test]
fn a_sign_in_ends_the_session_before_it() {
    for_each_world(|world| {
        let first = start(world, U1, Realm::Accounts, None, at(0));
        let elsewhere = start(world, U1, Realm::Accounts, None, at(0));
        let second = start(world, U2, Realm::Accounts, Some(first.id), at(1));
        assert!(!holds(world, &first, at(1)));
        assert_eq!(find(world, &second, Realm::Accounts, at(1)).unwrap().user.id, U2);
        assert!(holds(world, &elsewhere, at(1)), "another browser of the first user stays");
    });
}

#[test]
fn a_session_holds_in_its_realm_only() {
    for_each_world(|world| {
        let house = start(world, U1, Realm::Accounts, None, at(0));
        let customer = start(world, PU, portal(), None, at(0));
        assert!(find(world, &house, portal(), at(1)).is_none());
        assert!(find(world, &customer, Realm::Accounts, at(1)).is_none());
        assert!(find(world, &customer, Realm::Portal("7002".to_owned()), at(1)).is_none());
        assert_eq!(find(world, &customer, portal(), at(1)).unwrap().user.realm, portal());
    });
}

#[test]
fn a_session_ends_unused_and_ends_at_last() {
    for_each_world(|world| {
        let cookie = start(world, U1, Realm::Accounts, None, at(0));
        assert!(holds(world, &cookie, just_before(at(3600))));
        assert!(!holds(world, &cookie, at(3600)), "an hour unused");
        see(world, &cookie, at(3599));
        assert!(holds(world, &cookie, just_before(at(7199))));
        assert!(!holds(world, &cookie, at(7199)));
        see(world, &cookie, at(10));
        assert_eq!(find(world, &cookie, Realm::Accounts, at(3600)).unwrap().seen_at, at(3599), "never seen backwards");
        for hour in 1..=24 {
            see(world, &cookie, just_before(at(hour * 3600)));
        }
        assert!(holds(world, &cookie, just_before(at(86_400))));
        assert!(!holds(world, &cookie, at(86_400)), "a day at most");
    });
}

#[test]
fn an_ended_session_stays_ended() {
    for_each_world(|world| {
        let (mine, again, other) = (
            start(world, U1, Realm::Accounts, None, at(0)),
            start(world, U1, Realm::Accounts, None, at(0)),
            start(world, U2, Realm::Accounts, None, at(0)),
        );
        let id = mine.id;
        world.write(move |tx| tx.end_session(id, at(1)));
        assert!(!holds(world, &mine, at(1)));
        assert!(!holds(world, &mine, at(0)), "nor when the clock goes back");
        see(world, &mine, at(2));
        assert!(!holds(world, &mine, at(2)));
        assert!(holds(world, &again, at(2)));
        world.write(|tx| tx.end_sessions_of(U1, at(3)));
        assert!(!holds(world, &again, at(3)));
        assert!(holds(world, &other, at(3)));
    });
}

#[test]
fn a_disabled_or_removed_user_is_not_signed_in() {
    for_each_world(|world| {
        let cookie = start(world, U1, Realm::Accounts, None, at(0));
        world.disable(U1, Realm::Accounts, "alice@zylker.example", true);
        assert!(!holds(world, &cookie, at(1)));
        world.disable(U1, Realm::Accounts, "alice@zylker.example", false);
        assert!(holds(world, &cookie, at(1)));
        world.write(|tx| tx.remove_user(U1));
        assert!(!holds(world, &cookie, at(1)));
    });
}

#[test]
fn a_browser_is_known_by_who_signed_in_with_it() {
    for_each_world(|world| {
        let knows = |user: UserId, browser: u8| world.read(move |tx| tx.knows_browser(user, &[browser; 32]));
        assert!(!knows(U1, 1));
        let cookie = start(world, U1, Realm::Accounts, None, at(0));
        world.write(move |tx| tx.end_session(cookie.id, at(1)));
        assert!(knows(U1, 1), "also after signing out");
        assert!(!knows(U1, 2));
        assert!(!knows(U2, 1));
    });
}
