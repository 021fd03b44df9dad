//! The cache's room: made-up ids neither fill the memory nor push registered clients out.

use grantor_protocol::client::{Client, ClientSettings, ClientType};

use super::*;

fn record(id: &str) -> Arc<ClientRecord> {
    let client = Client {
        id: id.to_owned(),
        client_type: ClientType::Server,
        name: String::new(),
        homepage_url: String::new(),
        redirect_uris: vec![],
        data_centers: vec![],
        scopes: vec![],
        grant_types: vec![],
        disabled: false,
        settings: ClientSettings::default(),
    };
    Arc::new(ClientRecord { client, secrets: vec![] })
}

#[test]
fn made_up_ids_have_little_room_and_none_of_the_registered() {
    let (mut cached, now) = (Cached::default(), Instant::now());
    for n in 0..100 {
        let id = format!("registered {n}");
        cached.keep(&id, now, Some(record(&id)));
    }
    for n in 0..25_000 {
        cached.keep(&format!("made up {n}"), now, None);
        assert!(cached.absent <= MOST_ABSENT && cached.read.len() <= 100 + MOST_ABSENT, "{n}");
    }
    assert!((0..100).all(|n| cached.fresh(&format!("registered {n}")).is_some_and(|(_, found)| found.is_some())));
    assert_eq!(cached.fresh("made up 24999").map(|(_, found)| found.is_some()), Some(false));
    // The count is of what is there, however often an id comes and goes.
    let absent = |cached: &Cached| cached.read.values().filter(|(_, found)| found.is_none()).count();
    for n in 0..3_000 {
        let id = format!("made up {}", n % 700);
        cached.keep(&id, now, (n % 3 == 0).then(|| record(&id)));
        assert_eq!(cached.absent, absent(&cached), "{n}");
    }
}

#[test]
fn registered_ones_are_bounded_too() {
    let (mut cached, now) = (Cached::default(), Instant::now());
    for n in 0..(2 * MOST + 2 * MOST_ABSENT) {
        let id = format!("{n}");
        cached.keep(&id, now, (n % 10 != 0).then(|| record(&id)));
        assert!(cached.read.len() <= MOST + MOST_ABSENT, "{n}");
    }
}

#[test]
fn what_is_half_a_second_old_is_read_again() {
    let mut cached = Cached::default();
    let old = Instant::now().checked_sub(FRESH).unwrap();
    cached.keep("old", old, Some(record("old")));
    cached.keep("gone", old, None);
    assert!(cached.fresh("old").is_none() && cached.fresh("gone").is_none());
}
