//! Device codes: one answer in an interval, one end, one redemption.

use std::{sync::Arc, time::Duration};

use grantor_protocol::{
    causes::{DeviceError, TokenError},
    device::UserCode,
    dialect::Dialect,
    policy::Policy,
    scope::ScopeList,
    secret::{SecretKind, TokenSecret},
    time::Timestamp,
    token::{DataCenterByte, PresentedToken, TokenId},
};
use grantor_store::{CodeKind, DevicePoll, DeviceState, NewDeviceCode, NoCode, Store};

use crate::fixtures::{C1, C2, O2, READ, U2, World, at, for_each_directory, for_each_world, just_before};

fn shown(n: u8) -> UserCode {
    UserCode::draw([n; 16])
}

fn code(n: u8) -> PresentedToken {
    PresentedToken { id: TokenId::new(at(0), DataCenterByte(1), [n; 9]), secret: TokenSecret::from_bytes([n; 16]) }
}

/// A request of [`C1`], good for five minutes, to be polled every five seconds.
fn begun(n: u8) -> NewDeviceCode {
    NewDeviceCode {
        id: code(n).id,
        secret_hash: code(n).secret.hash(SecretKind::DeviceCode),
        user_code: shown(n),
        client_id: C1.to_owned(),
        dialect: Dialect::Accounts,
        scopes: ScopeList::read(READ).unwrap(),
        offline: true,
        resource: String::new(),
        poll_interval: Duration::from_secs(5),
        expires_at: at(300),
    }
}

fn begin(store: &Store, new: NewDeviceCode) -> bool {
    store.write_blocking(move |tx| tx.add_device_code(&new)).unwrap()
}

fn poll_as(
    store: &Store,
    code: PresentedToken,
    client: &str,
    penalty: u64,
    now: Timestamp,
) -> Result<String, DeviceError> {
    let asked = DevicePoll { code, client_id: client.to_owned(), penalty: Duration::from_secs(penalty) };
    store.write_blocking(move |tx| tx.poll_device(&asked, now)).unwrap()
}

fn poll(store: &Store, n: u8, now: i64) -> Result<String, DeviceError> {
    poll_as(store, code(n), C1, 0, at(now))
}

fn approve(store: &Store, n: u8, location: &'static str, now: i64) -> bool {
    store.write_blocking(move |tx| tx.approve_device(code(n).id, location, at(now))).unwrap()
}

fn deny(store: &Store, n: u8, now: i64) -> bool {
    store.write_blocking(move |tx| tx.deny_device(code(n).id, at(now))).unwrap()
}

fn state(store: &Store, n: u8) -> Option<DeviceState> {
    store.read_blocking(move |tx| tx.device_code(&shown(n))).unwrap().map(|row| row.state)
}

#[test]
fn what_was_asked_is_found_by_what_is_typed() {
    for_each_directory(|store| {
        assert!(begin(store, NewDeviceCode { resource: "https://a.example".into(), ..begun(1) }));
        let row = store.read_blocking(|tx| tx.device_code(&shown(1))).unwrap().unwrap();
        assert_eq!((row.id, row.user_code, row.client_id.as_str()), (code(1).id, shown(1), C1));
        assert_eq!((row.dialect, row.scopes.to_string().as_str(), row.offline), (Dialect::Accounts, READ, true));
        assert_eq!(
            (row.resource.as_str(), row.state, row.expires_at),
            ("https://a.example", DeviceState::Pending, at(300))
        );
        assert!(row.secret_hash.matches(&code(1).secret.hash(SecretKind::DeviceCode)));
        assert_eq!(state(store, 2), None);
        // A user code is one request's; who draws a taken one draws again.
        assert!(!begin(store, NewDeviceCode { user_code: shown(1), ..begun(2) }));
        assert!(begin(store, begun(2)));
    });
}

#[test]
fn one_poll_in_an_interval_gets_an_answer() {
    for_each_directory(|store| {
        begin(store, begun(1));
        assert_eq!(poll(store, 1, 0), Err(DeviceError::Pending));
        assert_eq!(poll(store, 1, 0), Err(DeviceError::TooFast));
        assert_eq!(poll_as(store, code(1), C1, 0, just_before(at(5))), Err(DeviceError::TooFast));
        assert_eq!(poll(store, 1, 5), Err(DeviceError::Pending));
        // A clock that was set back does not jam it.
        assert_eq!(poll(store, 1, 1), Err(DeviceError::Pending));
        assert_eq!(poll(store, 1, 6), Err(DeviceError::Pending));
    });
}

#[test]
fn asking_too_fast_costs_five_seconds_for_good() {
    for_each_directory(|store| {
        begin(store, begun(1));
        let standard = |now| poll_as(store, code(1), C1, 5, at(now));
        assert_eq!(standard(0), Err(DeviceError::Pending));
        assert_eq!(standard(1), Err(DeviceError::TooFast));
        assert_eq!(standard(9), Err(DeviceError::TooFast), "ten now, and fifteen from here");
        assert_eq!(standard(15), Err(DeviceError::Pending));
        assert_eq!(standard(30), Err(DeviceError::Pending));
        assert_eq!(standard(44), Err(DeviceError::TooFast));
    });
}

#[test]
fn strangers_learn_and_move_nothing() {
    for_each_directory(|store| {
        begin(store, begun(1));
        let unknown = Err(DeviceError::Token(TokenError::CodeUnknown));
        assert_eq!(poll(store, 2, 0), unknown);
        let guessed = PresentedToken { secret: TokenSecret::from_bytes([9; 16]), ..code(1) };
        assert_eq!(poll_as(store, guessed, C1, 5, at(0)), unknown);
        let foreign = Err(DeviceError::Token(TokenError::CodeOfAnotherClient));
        assert_eq!(poll_as(store, code(1), C2, 5, at(0)), foreign);
        assert_eq!(poll(store, 1, 0), Err(DeviceError::Pending));
        assert!(approve(store, 1, "us", 1));
        assert_eq!(poll_as(store, code(1), C2, 0, at(2)), foreign);
        assert_eq!(poll(store, 1, 2), Ok("us".to_owned()));
    });
}

#[test]
fn a_request_ends_once() {
    for_each_directory(|store| {
        for n in 1..=3 {
            begin(store, begun(n));
        }
        // Approved: from one place only, however often; how fast the device asks does not matter any more.
        assert_eq!(poll(store, 1, 0), Err(DeviceError::Pending));
        assert!(approve(store, 1, "eu", 1));
        assert!(approve(store, 1, "eu", 1));
        assert!(!approve(store, 1, "us", 1));
        assert!(!deny(store, 1, 1));
        assert_eq!(poll(store, 1, 1), Ok("eu".to_owned()));
        assert_eq!(poll(store, 1, 1), Ok("eu".to_owned()));
        // Denied.
        assert!(deny(store, 2, 1));
        assert!(!deny(store, 2, 1));
        assert!(!approve(store, 2, "us", 1));
        assert_eq!(poll(store, 2, 400), Err(DeviceError::Rejected));
        // Late.
        assert_eq!(poll_as(store, code(3), C1, 0, just_before(at(300))), Err(DeviceError::Pending));
        assert!(!approve(store, 3, "us", 300));
        assert!(!deny(store, 3, 300));
        assert_eq!(poll(store, 3, 300), Err(DeviceError::Expired));
        // A clock that is set back does not revive what was told to have ended.
        assert_eq!(poll(store, 3, 10), Err(DeviceError::Expired));
        assert!(!approve(store, 3, "us", 10));
        assert_eq!(state(store, 1), Some(DeviceState::Approved("eu".to_owned())));
    });
}

#[test]
fn what_ended_is_swept_in_slices() {
    for_each_directory(|store| {
        for n in 1..=5 {
            begin(store, begun(n));
        }
        begin(store, NewDeviceCode { expires_at: at(10_000), ..begun(6) });
        let sweep = |now: Timestamp| store.write_blocking(move |tx| tx.sweep_device_codes(2, now)).unwrap();
        let forgotten = at(300).plus(Policy::CODE_MEMORY);
        assert_eq!(sweep(just_before(forgotten)), 0);
        assert_eq!([sweep(forgotten), sweep(forgotten), sweep(forgotten), sweep(forgotten)], [2, 2, 1, 0]);
        assert_eq!((state(store, 1), state(store, 6)), (None, Some(DeviceState::Pending)));
    });
}

/// What [`begun`] allows once its person has said yes.
fn allowed(world: &World, n: u8) -> crate::fixtures::Code {
    let mut allowed = world.code(at(1));
    allowed.secret = code(n).secret;
    allowed.new.kind = CodeKind::Device;
    allowed.new.interaction = code(n).id;
    allowed.new.secret_hash = code(n).secret.hash(SecretKind::DeviceCode);
    allowed.new.redirect_uri = String::new();
    allowed.new.expires_at = at(300);
    allowed
}

fn issue(world: &World, code: &crate::fixtures::Code) -> Result<(), NoCode> {
    let (new, catalog, policy) = (code.new.clone(), Arc::clone(&world.catalog), world.policy.clone());
    let trail = world.trail(at(1));
    world.write(move |tx| tx.issue_device_code(&new, &catalog, &policy, &trail, at(1))).map(|_| ())
}

#[test]
fn an_approval_is_one_person_s_and_is_redeemed_once() {
    for_each_world(|world| {
        let allowed = allowed(world, 1);
        assert_eq!(world.read(|tx| tx.device_code_user(code(1).id)), None);
        assert_eq!(issue(world, &allowed), Ok(()));
        assert_eq!(issue(world, &allowed), Ok(()), "a second click");
        assert_eq!(world.read(|tx| tx.device_code_user(code(1).id)), Some(allowed.new.user));
        for change in [
            |new: &mut grantor_store::NewCode| new.user = U2,
            |new: &mut grantor_store::NewCode| {
                new.organization_id = O2.to_owned();
            },
        ] {
            let mut other = allowed.clone();
            change(&mut other.new);
            assert_eq!(issue(world, &other), Err(NoCode::Finished));
        }
        // No other kind of code, and no other redirect than none.
        let (asked, _) = world.redemption(&allowed, at(2));
        assert_eq!(world.present(&asked, at(2)), Err(TokenError::CodeUnknown));
        let (mut asked, family) = world.redemption(&allowed, at(2));
        (asked.device, asked.redirect_uri) = (true, Some("https://evil.example".to_owned()));
        assert!(world.present(&asked, at(2)).unwrap().with_refresh);
        assert!(world.access(&family.access, at(2)).is_ok());
        assert_eq!(world.present(&asked, at(3)), Err(TokenError::CodeUsedJustNow));
        assert_eq!(issue(world, &allowed), Ok(()), "a second click that comes late");
        // The other way round: an authorization code is no device code.
        let (mut asked, _) = world.redemption(&world.issued(at(3)), at(3));
        asked.device = true;
        assert_eq!(world.present(&asked, at(3)), Err(TokenError::CodeUnknown));
    });
}
