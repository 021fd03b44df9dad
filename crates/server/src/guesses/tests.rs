//! Who waits, for how long, and what is forgotten first.

use super::*;

const HERE: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

#[test]
fn waits_grow_and_end() {
    let guesses = Guesses::new(true);
    let account = Guess::Account("", "alice@zylker.example");
    let mut now = Timestamp::from_millis(1_000_000);
    for _ in 0..5 {
        assert_eq!(guesses.wait(account, now), Duration::ZERO);
        guesses.wrong(account, now);
    }
    assert_eq!(guesses.wait(account, now), Duration::from_secs(1));
    now = now.plus(Duration::from_secs(1));
    guesses.wrong(account, now);
    assert_eq!(guesses.wait(account, now), Duration::from_secs(2));
    for _ in 0..100 {
        guesses.wrong(account, now);
    }
    assert_eq!(guesses.wait(account, now), LONGEST_WAIT);
    assert_eq!(guesses.wait(Guess::KnownBrowser(UserId(1), &[0; 32]), now), Duration::ZERO);
    guesses.right(account);
    assert_eq!(guesses.wait(account, now), Duration::ZERO);
}

#[test]
fn many_at_the_same_time_are_no_more_than_many_in_a_row() {
    let guesses = Guesses::new(true);
    let (account, now) = (Guess::Account("", "alice@zylker.example"), Timestamp::from_millis(1_000_000));
    let admitted = (0..100).filter(|_| guesses.begin(account, now).is_zero()).count();
    assert_eq!(admitted, 5);
    guesses.untried(account);
    assert_eq!(guesses.begin(account, now), Duration::ZERO);
    guesses.right(account);
    assert_eq!(guesses.wait(account, now), Duration::ZERO);
}

#[test]
fn a_window_closes_for_one_client_and_address_only() {
    let guesses = Guesses::new(true);
    let now = Timestamp::from_millis(0);
    for _ in 0..CLIENT_LIMIT {
        guesses.wrong(Guess::Client("a", HERE), now);
    }
    assert_eq!(guesses.wait(Guess::Client("a", HERE), now), WINDOW);
    assert_eq!(guesses.wait(Guess::Client("b", HERE), now), Duration::ZERO);
    assert_eq!(guesses.wait(Guess::Client("a", IpAddr::from([10, 0, 0, 1])), now), Duration::ZERO);
    assert_eq!(guesses.wait(Guess::Client("a", HERE), now.plus(WINDOW)), Duration::ZERO);
}

fn from(n: usize) -> IpAddr {
    IpAddr::from(u32::try_from(n).unwrap().to_be_bytes())
}

#[test]
fn the_maps_are_bounded() {
    let guesses = Guesses::new(true);
    for n in 0..MOST + 10 {
        guesses.wrong(Guess::Token(from(n)), Timestamp::from_millis(i64::try_from(n).unwrap()));
    }
    assert!(guesses.kinds.lock().unwrap().tokens.len() <= MOST);
}

#[test]
fn k02_a_flood_of_one_kind_makes_nobody_forget_another() {
    let (guesses, now) = (Guesses::new(true), Timestamp::from_millis(1_000_000));
    let account = Guess::Account("", "alice@zylker.example");
    for _ in 0..ACCOUNT_FREE {
        guesses.wrong(account, now);
    }
    for n in 0..3 * MOST {
        guesses.wrong(Guess::UserCodes(from(n)), now.plus(Duration::from_millis(1)));
    }
    assert!(!guesses.wait(account, now).is_zero());
}

#[test]
fn k02_whoever_waits_is_forgotten_last() {
    let (guesses, now) = (Guesses::new(true), Timestamp::from_millis(1_000_000));
    let (waits, nearly) = (Guess::Account("", "alice@zylker.example"), Guess::Account("", "bob@zylker.example"));
    for n in 0..20 {
        guesses.wrong(waits, now);
        if n < ACCOUNT_FREE - 1 {
            guesses.wrong(nearly, now);
        }
    }
    let later = now.plus(Duration::from_millis(1));
    for n in 0..3 * MOST {
        guesses.wrong(Guess::Account("", &format!("n{n}@zylker.example")), later);
    }
    assert!(!guesses.wait(waits, later).is_zero());
    assert!(guesses.begin(nearly, later).is_zero());
    assert!(!guesses.wait(nearly, later).is_zero(), "the four before were kept");
    assert!(guesses.kinds.lock().unwrap().accounts.len() <= MOST);
}

#[test]
fn what_was_not_tried_leaves_nothing_behind() {
    let (guesses, now) = (Guesses::new(true), Timestamp::from_millis(1_000_000));
    let browser = Guess::UserCode(&[1; 32]);
    assert!(guesses.begin(browser, now).is_zero());
    guesses.untried(browser);
    assert!(guesses.kinds.lock().unwrap().user_codes.is_empty());
}

#[test]
fn k02_one_address_at_two_realms_is_two_people() {
    let (guesses, now) = (Guesses::new(true), Timestamp::from_millis(1_000_000));
    let (house, portal) = (Guess::KnownBrowser(UserId(1), &[1; 32]), Guess::KnownBrowser(UserId(2), &[1; 32]));
    for _ in 0..ACCOUNT_FREE {
        guesses.wrong(house, now);
    }
    guesses.right(portal);
    assert!(!guesses.wait(house, now).is_zero());
}
