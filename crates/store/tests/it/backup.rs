//! A store as lines and back: into the same engine and into the other, whole or not at all.

use std::sync::mpsc::sync_channel;
use std::thread;

use grantor_store::{DATA_CENTER, Restoring, Store, StoreError, StoreOptions};

use crate::engine_support::for_each_engine;
use crate::fixtures::{C1, U1, at, for_each_world};

fn lines(store: &Store) -> Vec<String> {
    let (send, taken) = sync_channel(16);
    let store = store.clone();
    let dumping = thread::spawn(move || store.dump_blocking(&DATA_CENTER, send));
    let lines: Vec<String> = taken.iter().collect();
    let totals = dumping.join().unwrap().unwrap();
    assert_eq!(usize::try_from(totals.tables + totals.rows).unwrap() + 2, lines.len());
    lines
}

fn restored(lines: &[String], into: Option<Store>) -> Result<u64, StoreError> {
    let mut restoring = Restoring::begin(&DATA_CENTER, into);
    lines.iter().try_for_each(|line| restoring.line(line))?;
    Ok(restoring.end()?.rows)
}

#[test]
fn a_store_comes_back_into_either_engine() {
    for_each_world(|world| {
        let trail = world.trail(at(1));
        world.write(move |tx| {
            let concerning = grantor_store::Concerning { user: Some(U1), client_id: Some(C1), organization_id: None };
            tx.audit(&trail, grantor_store::AuditEvent::SignedIn, concerning, "with \"quotes\" and\nlines")
        });
        let lines = lines(&world.store);
        for_each_engine(|place| {
            let options = StoreOptions { schema: place.options.schema.clone(), ..StoreOptions::default() };
            let store = Store::open(&place.url, &DATA_CENTER, &options).unwrap();
            assert_eq!(store.read_blocking(|tx| tx.rows_of(&DATA_CENTER, 1)).unwrap(), 0);
            assert!(restored(&lines, Some(store.clone())).unwrap() > 5);
            let user = store.read_blocking(|tx| tx.user(U1)).unwrap().unwrap();
            assert_eq!(Some(user), world.read(|tx| tx.user(U1)));
            let rows = store.read_blocking(|tx| tx.audit_rows(1)).unwrap();
            assert_eq!(rows, world.read(|tx| tx.audit_rows(1)));
            assert!(store.read_blocking(|tx| tx.rows_of(&DATA_CENTER, 1)).unwrap() > 0);
            store.close();
        });
    });
}

#[test]
fn what_is_missing_exchanged_or_newer_is_found_out() {
    for_each_world(|world| {
        let lines = lines(&world.store);
        assert!(restored(&lines, None).is_ok());
        assert!(restored(&lines[..lines.len() - 1], None).is_err(), "cut off");
        let mut without_a_row = lines.clone();
        without_a_row.remove(lines.len() - 2);
        assert!(restored(&without_a_row, None).is_err());
        let mut newer = lines.clone();
        newer[0] = newer[0].replace("0003_console", "9999_later");
        assert!(matches!(restored(&newer, None), Err(StoreError::Newer { .. })));
        for odd in
            ["", "{}", "[1]", "{\"table\":\"nobody\",\"columns\":[\"id\"]}", "{\"store\":\"directory\",\"schema\":[]}"]
        {
            let mut wrong = lines.clone();
            wrong.insert(1, odd.to_owned());
            assert!(restored(&wrong, None).is_err(), "{odd}");
        }
    });
}
