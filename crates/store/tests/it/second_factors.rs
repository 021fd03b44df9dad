//! Second factors: each code works once, also under a barrier; guesses wait; what a person has is theirs alone.

use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use grantor_protocol::people::{Realm, UserId};
use grantor_protocol::second_factor::{FREE, LONGEST_WAIT};
use grantor_protocol::secret::{SecretHash, SecretKind};
use grantor_protocol::time::Timestamp;
use grantor_protocol::token::PresentedToken;
use grantor_store::{
    AuditEvent, Confirmed, Factors, MOST_PASSKEYS, NewBrowserSession, NewPasskey, NotSignedIn, PasskeyUse, Proof,
    SeenFrom, SessionLife, SignIn, SignInBy, Try, password_mark,
};

use crate::fixtures::{U1, U2, World, at, for_each_world};

const SECRET: &[u8] = b"sealed";

fn session_of(user: UserId, cookie: &PresentedToken) -> NewBrowserSession {
    NewBrowserSession {
        id: cookie.id,
        secret_hash: cookie.secret.hash(SecretKind::BrowserSession),
        realm: Realm::Accounts,
        user,
        browser: [1; 32],
        seen_from: SeenFrom::default(),
    }
}

fn session(world: &World, user: UserId, now: Timestamp) -> PresentedToken {
    let cookie = world.token(now);
    let new = session_of(user, &cookie);
    world.write(move |tx| tx.start_session(&new, None, now));
    cookie
}

fn holds(world: &World, cookie: &PresentedToken) -> bool {
    const LIFE: SessionLife = SessionLife { idle: Duration::from_hours(1), whole: Duration::from_hours(24) };
    let cookie = cookie.clone();
    world.read(move |tx| tx.session(&cookie, &Realm::Accounts, LIFE, at(10))).is_some()
}

fn add_authenticator(world: &World, user: UserId, step: i64) -> bool {
    let (keep, trail) = (world.id(at(0)), world.trail(at(0)));
    world.write(move |tx| tx.add_authenticator(user, SECRET, step, keep, &trail, at(0)))
}

fn new_passkey(user: UserId, id: u8, challenge: &str) -> NewPasskey {
    NewPasskey {
        id: vec![id; 32],
        user,
        name: format!("Key {id}"),
        credential: "{\"counter\":0}".to_owned(),
        challenge: challenge.to_owned(),
        expires_at: at(300),
    }
}

fn add_passkey(world: &World, new: NewPasskey) -> bool {
    let (keep, trail) = (world.id(at(0)), world.trail(at(0)));
    world.write(move |tx| tx.add_passkey(&new, keep, &trail, at(0)))
}

fn factors(world: &World, user: UserId) -> Factors {
    world.read(move |tx| tx.factors(user))
}

fn prove(world: &World, user: UserId, proof: Proof) -> bool {
    world.write(move |tx| tx.prove(user, &proof, at(5)))
}

fn answer(id: u8, challenge: &str) -> PasskeyUse {
    PasskeyUse {
        id: vec![id; 32],
        was: "{\"counter\":0}".to_owned(),
        credential: "{\"counter\":1}".to_owned(),
        challenge: challenge.to_owned(),
        expires_at: at(300),
    }
}

fn code(n: u8) -> SecretHash {
    SecretHash::of(SecretKind::RecoveryCode, &[n; 10])
}

fn set_codes(world: &World, user: UserId, codes: &[u8]) -> bool {
    let (hashes, trail) = (codes.iter().map(|n| code(*n)).collect::<Vec<_>>(), world.trail(at(0)));
    world.write(move |tx| tx.set_recovery_codes(user, &hashes, &trail))
}

/// How many of sixteen at the same time succeed.
fn winners(world: &World, user: UserId, proof: &Proof) -> usize {
    let barrier = Barrier::new(16);
    thread::scope(|scope| {
        let racers: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    prove(world, user, proof.clone())
                })
            })
            .collect();
        racers.into_iter().map(|racer| usize::from(racer.join().unwrap())).sum()
    })
}

#[test]
fn a_code_of_the_authenticator_works_once() {
    for_each_world(|world| {
        assert!(!prove(world, U1, Proof::Authenticator { step: 100 }), "no authenticator");
        assert!(add_authenticator(world, U1, 100));
        assert!(!add_authenticator(world, U1, 101), "one is enough");
        assert_eq!(factors(world, U1).authenticator, Some(at(0)));
        assert!(factors(world, U1).required() && !factors(world, U2).required());
        assert!(!prove(world, U1, Proof::Authenticator { step: 100 }), "the code that confirmed it is used");
        assert!(!prove(world, U2, Proof::Authenticator { step: 101 }), "somebody else's");
        assert!(prove(world, U1, Proof::Authenticator { step: 101 }));
        for step in [99, 100, 101] {
            assert!(!prove(world, U1, Proof::Authenticator { step }), "never back");
        }
        assert_eq!(winners(world, U1, &Proof::Authenticator { step: 102 }), 1);
        let trail = world.trail(at(1));
        assert!(world.write(move |tx| tx.remove_authenticator(U1, &trail)));
        assert!(!prove(world, U1, Proof::Authenticator { step: 200 }));
    });
}

#[test]
fn a_recovery_code_works_once_and_new_ones_void_the_old() {
    for_each_world(|world| {
        assert!(!set_codes(world, U1, &[1, 2]), "nothing to stand in for");
        add_authenticator(world, U1, 100);
        add_authenticator(world, U2, 100);
        assert!(set_codes(world, U1, &[1, 2, 3]) && set_codes(world, U2, &[1]));
        assert_eq!(factors(world, U1).recovery_codes, 3);
        assert!(prove(world, U1, Proof::RecoveryCode(code(1))));
        assert!(!prove(world, U1, Proof::RecoveryCode(code(1))));
        assert!(prove(world, U2, Proof::RecoveryCode(code(1))), "another person's is their own");
        assert!(!prove(world, U1, Proof::RecoveryCode(code(9))));
        assert_eq!(winners(world, U1, &Proof::RecoveryCode(code(2))), 1);
        assert_eq!(factors(world, U1).recovery_codes, 1);
        assert!(set_codes(world, U1, &[4, 5]));
        assert!(!prove(world, U1, Proof::RecoveryCode(code(3))));
        assert_eq!(factors(world, U1).recovery_codes, 2);
        let trail = world.trail(at(1));
        world.write(move |tx| tx.remove_authenticator(U1, &trail));
        assert_eq!(factors(world, U1).recovery_codes, 0, "gone with the last factor");
    });
}

#[test]
fn a_passkey_answers_each_challenge_once() {
    for_each_world(|world| {
        assert!(add_passkey(world, new_passkey(U1, 1, "c1")));
        assert!(!add_passkey(world, new_passkey(U1, 2, "c1")), "a spent challenge");
        assert!(!add_passkey(world, new_passkey(U2, 1, "c2")), "somebody's already");
        assert!(add_passkey(world, new_passkey(U2, 3, "c3")));
        assert!(!prove(world, U2, Proof::Passkey(answer(1, "d0"))), "another person's");
        assert!(!prove(world, U1, Proof::Passkey(answer(1, "c1"))), "the challenge it was made with");
        assert_eq!(winners(world, U1, &Proof::Passkey(answer(1, "d1"))), 1);
        assert!(!prove(world, U1, Proof::Passkey(answer(1, "d2"))), "judged by a counter that has moved");
        let kept = world.read(|tx| tx.passkey(&[1; 32])).unwrap();
        assert_eq!((kept.credential.as_str(), kept.used_at, kept.name.as_str()), ("{\"counter\":1}", at(5), "Key 1"));
        let trail = world.trail(at(1));
        assert!(!world.write(move |tx| tx.remove_passkey(U2, &[1; 32], &trail)), "not theirs");
        let trail = world.trail(at(1));
        assert!(world.write(move |tx| tx.remove_passkey(U1, &[1; 32], &trail)));
        assert!(!factors(world, U1).required());
        for n in 0..MOST_PASSKEYS {
            let added = add_passkey(world, new_passkey(U2, 100 + n as u8, &format!("n{n}")));
            assert_eq!(added, n + 1 < MOST_PASSKEYS, "{n}");
        }
    });
}

#[test]
fn guesses_wait_longer_and_longer_whatever_is_typed() {
    for_each_world(|world| {
        add_authenticator(world, U1, 100);
        set_codes(world, U1, &[1]);
        let attempt = |now: Timestamp| world.write(move |tx| tx.try_factor(U1, true, now));
        for _ in 0..FREE {
            assert_eq!(attempt(at(0)), Try::Now(Some(SECRET.to_vec())));
        }
        assert_eq!(attempt(at(0)), Try::Wait(Duration::from_secs(1)));
        assert_eq!(attempt(at(0)), Try::Wait(Duration::from_secs(1)), "waiting is not counted");
        assert_eq!(attempt(at(1)), Try::Now(Some(SECRET.to_vec())));
        assert_eq!(attempt(at(1)), Try::Wait(Duration::from_secs(2)));
        assert_eq!(world.write(|tx| tx.try_factor(U1, false, at(1))), Try::Now(Some(SECRET.to_vec())), "no limits");
        assert_eq!(world.write(|tx| tx.try_factor(U2, true, at(1))), Try::Now(None), "another person");
        for n in 1..20_i64 {
            attempt(at(n * 900));
        }
        assert_eq!(attempt(at(19 * 900)), Try::Wait(LONGEST_WAIT));
        assert!(prove(world, U1, Proof::RecoveryCode(code(1))));
        assert_eq!(attempt(at(19 * 900)), Try::Now(Some(SECRET.to_vec())), "a right one forgets the wrong ones");
    });
}

#[test]
fn many_at_the_same_time_are_no_more_than_many_in_a_row() {
    for_each_world(|world| {
        add_authenticator(world, U1, 100);
        let barrier = Barrier::new(24);
        let tried: usize = thread::scope(|scope| {
            let racers: Vec<_> = (0..24)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        let tried = world.write(|tx| tx.try_factor(U1, true, at(0)));
                        usize::from(matches!(tried, Try::Now(_)))
                    })
                })
                .collect();
            racers.into_iter().map(|racer| racer.join().unwrap()).sum()
        });
        assert_eq!(tried, usize::try_from(FREE).unwrap());
    });
}

#[test]
fn the_first_factor_ends_the_sessions_elsewhere() {
    for_each_world(|world| {
        let (here, there, other) = (session(world, U1, at(0)), session(world, U1, at(0)), session(world, U2, at(0)));
        let (keep, trail) = (here.id, world.trail(at(0)));
        assert!(world.write(move |tx| tx.add_authenticator(U1, SECRET, 1, keep, &trail, at(1))));
        assert_eq!([&here, &there, &other].map(|cookie| holds(world, cookie)), [true, false, true]);
        let proven = session(world, U1, at(2));
        assert!(add_passkey(world, new_passkey(U1, 1, "c1")));
        assert!(holds(world, &here) && holds(world, &proven), "the second one ends nothing");
    });
}

#[test]
fn everything_goes_with_a_reset_and_with_the_user() {
    for_each_world(|world| {
        for reset in [true, false] {
            add_authenticator(world, U1, 100);
            add_passkey(world, new_passkey(U1, 1, if reset { "c1" } else { "c2" }));
            set_codes(world, U1, &[1]);
            world.write(|tx| tx.try_factor(U1, true, at(0)));
            assert!(factors(world, U1).required());
            if reset {
                let trail = world.trail(at(1));
                assert!(world.write(move |tx| tx.remove_factors(U1, "an operator", &trail)));
                let trail = world.trail(at(2));
                assert!(!world.write(move |tx| tx.remove_factors(U1, "an operator", &trail)));
            } else {
                world.write(|tx| tx.remove_user(U1));
            }
            assert_eq!(factors(world, U1), Factors::default());
            for table in [
                "SELECT COUNT(*) FROM authenticators",
                "SELECT COUNT(*) FROM passkeys",
                "SELECT COUNT(*) FROM recovery_codes",
                "SELECT COUNT(*) FROM factor_guesses",
            ] {
                assert_eq!(world.number(table), 0, "{table}");
            }
        }
        let told: Vec<String> = world.read(|tx| tx.audit_rows(100)).into_iter().map(|row| row.event).collect();
        for event in ["authenticator_added", "passkey_added", "recovery_codes_made", "second_factors_removed"] {
            assert!(told.iter().any(|row| row == event), "{event}: {told:?}");
        }
    });
}

const LIFE: SessionLife = SessionLife { idle: Duration::from_hours(1), whole: Duration::from_hours(24) };

/// Signs in at 5 seconds; answers whether the session holds then.
fn sign_in(world: &World, user: UserId, by: SignInBy, replaces: Option<&PresentedToken>) -> Result<bool, NotSignedIn> {
    let cookie = world.token(at(5));
    let session = session_of(user, &cookie);
    let (new, trail) = (SignIn { by, session, replaces: replaces.cloned(), life: LIFE }, world.trail(at(5)));
    world.write(move |tx| tx.sign_in(&new, &trail, at(5))).map(|()| holds(world, &cookie))
}

fn password() -> SecretHash {
    password_mark("$argon2id$")
}

#[test]
fn a_sign_in_under_way_does_not_survive_a_change_of_the_password() {
    for_each_world(|world| {
        let old = session(world, U1, at(0));
        let other = password_mark("$argon2id$other");
        let by = || SignInBy::Password(password());
        assert_eq!(
            world.unchanged(|| sign_in(world, U1, SignInBy::Password(other), None)),
            Err(NotSignedIn::PasswordChanged)
        );
        assert_eq!(sign_in(world, U1, by(), Some(&old)), Ok(true));
        assert!(!holds(world, &old), "the id changes");
        world.execute("UPDATE users SET password_hash = '$argon2id$other' WHERE id = 1");
        assert_eq!(world.unchanged(|| sign_in(world, U1, by(), None)), Err(NotSignedIn::PasswordChanged));
        assert_eq!(sign_in(world, U1, SignInBy::Password(other), None), Ok(true));
        // Nor does it between the first factor and the second, however right that is.
        assert!(add_authenticator(world, U1, 10));
        let both = |mark, step| SignInBy::PasswordAnd(mark, Proof::Authenticator { step });
        assert_eq!(
            world.unchanged(|| sign_in(world, U1, both(password(), 11), None)),
            Err(NotSignedIn::PasswordChanged)
        );
        assert_eq!(sign_in(world, U1, both(other, 11), None), Ok(true), "the code was not used up");
        for sql in ["UPDATE users SET disabled = TRUE WHERE id = 1", "DELETE FROM users WHERE id = 1"] {
            world.execute(sql);
            assert_eq!(world.unchanged(|| sign_in(world, U1, both(other, 12), None)), Err(NotSignedIn::Gone));
        }
        let details: Vec<_> = world.audits(AuditEvent::SignedIn).into_iter().map(|row| row.detail).collect();
        assert_eq!(details.iter().filter(|detail| *detail == "authenticator").count(), 1, "{details:?}");
    });
}

#[test]
fn what_was_confirmed_stands_until_the_password_the_session_or_the_person_is_gone() {
    for_each_world(|world| {
        let (own, other) = (session(world, U1, at(0)), session(world, U2, at(0)));
        let by = |cookie: &PresentedToken| Confirmed { user: U1, password: password(), session: cookie.id };
        let stands = |by: Confirmed| world.write(move |tx| tx.confirmed(&by));
        assert!(stands(by(&own)));
        assert!(!stands(by(&other)) && !stands(Confirmed { user: U2, ..by(&own) }), "somebody else's session");
        for (undo, sql) in [
            ("UPDATE users SET disabled = FALSE WHERE id = 1", "UPDATE users SET disabled = TRUE WHERE id = 1"),
            (
                "UPDATE users SET password_hash = '$argon2id$' WHERE id = 1",
                "UPDATE users SET password_hash = '$argon2id$other' WHERE id = 1",
            ),
            ("UPDATE browser_sessions SET ended_at = NULL", "UPDATE browser_sessions SET ended_at = 1"),
        ] {
            world.execute(sql);
            assert!(!stands(by(&own)), "{sql}");
            world.execute(undo);
            assert!(stands(by(&own)), "{undo}");
        }
        world.write(|tx| tx.remove_user(U1));
        assert!(!stands(by(&own)));
    });
}

#[test]
fn a_sign_in_under_way_does_not_survive_its_factor() {
    for_each_world(|world| {
        let app = |step| SignInBy::PasswordAnd(password(), Proof::Authenticator { step });
        let missing = Err(NotSignedIn::FactorMissing);
        assert!(add_authenticator(world, U1, 10));
        assert_eq!(
            world.unchanged(|| sign_in(world, U1, SignInBy::Password(password()), None)),
            missing,
            "added meanwhile"
        );
        assert_eq!(sign_in(world, U1, app(11), None), Ok(true));
        assert_eq!(world.unchanged(|| sign_in(world, U1, app(11), None)), missing, "used before");
        let trail = world.trail(at(4));
        assert!(world.write(move |tx| tx.remove_authenticator(U1, &trail)));
        assert_eq!(world.unchanged(|| sign_in(world, U1, app(12), None)), missing, "removed meanwhile");
        // A passkey stands in for the password while it is there.
        assert!(add_passkey(world, new_passkey(U2, 7, "first")));
        let by = |challenge: &str| SignInBy::Passkey(answer(7, challenge));
        assert_eq!(sign_in(world, U2, by("second"), None), Ok(true));
        let trail = world.trail(at(4));
        assert!(world.write(move |tx| tx.remove_passkey(U2, &[7; 32], &trail)));
        assert_eq!(sign_in(world, U2, by("third"), None), missing);
    });
}

#[test]
fn whoever_signs_in_while_a_first_factor_is_added_is_signed_out_or_asked_for_it() {
    for_each_world(|world| {
        for round in 0..10 {
            world.execute("DELETE FROM authenticators");
            world.execute("DELETE FROM browser_sessions");
            let together = Barrier::new(2);
            thread::scope(|scope| {
                let (world, together) = (&*world, &together);
                scope.spawn(move || {
                    together.wait();
                    add_authenticator(world, U1, round)
                });
                scope.spawn(move || {
                    together.wait();
                    sign_in(world, U1, SignInBy::Password(password()), None)
                });
            });
            assert_eq!(world.number("SELECT COUNT(*) FROM browser_sessions WHERE ended_at IS NULL"), 0);
        }
    });
}
