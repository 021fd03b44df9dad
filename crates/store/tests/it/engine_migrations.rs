//! Migrations: applied once, never edited, never unknown, and safe to start twice at once.

use std::thread;

use grantor_store::{Migrations, Store, StoreError};

use crate::engine_support::for_each_engine;

const FIRST: (&str, &str) = ("0001_first", "CREATE TABLE one (id {blob} PRIMARY KEY) {without_rowid}");
const SECOND: (&str, &str) = ("0002_second", "CREATE TABLE two (id BIGINT); INSERT INTO two VALUES (2)");

const ONE: Migrations = Migrations { name: "test", files: &[FIRST] };
const BOTH: Migrations = Migrations { name: "test", files: &[FIRST, SECOND] };
const LATE: Migrations = Migrations { name: "test", files: &[("0000_late", "SELECT 1"), FIRST] };
const EDITED: Migrations = Migrations { name: "test", files: &[("0001_first", "CREATE TABLE one (id BIGINT)")] };
const BROKEN: Migrations = Migrations {
    name: "test",
    files: &[FIRST, ("0002_broken", "CREATE TABLE half (id BIGINT); CREATE TABLE one (id BIGINT)")],
};

fn applied(store: &Store) -> Vec<(String, i64)> {
    store
        .read_blocking(|tx| {
            tx.all("SELECT name, at FROM migration ORDER BY name", &[], |row| Ok((row.text(0)?, row.int(1)?)))
        })
        .unwrap()
}

#[test]
fn each_is_applied_once_and_the_rest_follows_later() {
    for_each_engine(|place| {
        place.options.at = 17;
        let store = Store::open(&place.url, &ONE, &place.options).unwrap();
        assert_eq!(applied(&store), [("0001_first".to_owned(), 17)]);
        store.close();
        place.options.at = 18;
        for _ in 0..2 {
            let store = Store::open(&place.url, &BOTH, &place.options).unwrap();
            assert_eq!(applied(&store), [("0001_first".to_owned(), 17), ("0002_second".to_owned(), 18)]);
            let rows = store.read_blocking(|tx| tx.all("SELECT id FROM two", &[], |row| row.int(0)));
            assert_eq!(rows.unwrap(), [2]);
            store.close();
        }
    });
}

#[test]
fn an_edited_one_is_refused() {
    for_each_engine(|place| {
        Store::open(&place.url, &ONE, &place.options).unwrap().close();
        let error = Store::open(&place.url, &EDITED, &place.options).unwrap_err();
        assert!(matches!(&error, StoreError::Migration { name, .. } if name == "0001_first"), "{error:?}");
        assert!(error.to_string().contains("differs"), "{error}");
    });
}

#[test]
fn an_unknown_one_is_a_newer_version() {
    for_each_engine(|place| {
        Store::open(&place.url, &BOTH, &place.options).unwrap().close();
        let error = Store::open(&place.url, &ONE, &place.options).unwrap_err();
        assert!(matches!(&error, StoreError::Newer { name } if name == "0002_second"), "{error:?}");
    });
}

#[test]
fn one_before_the_applied_ones_is_refused() {
    for_each_engine(|place| {
        Store::open(&place.url, &ONE, &place.options).unwrap().close();
        let error = Store::open(&place.url, &LATE, &place.options).unwrap_err();
        assert!(matches!(&error, StoreError::Migration { name, .. } if name == "0000_late"), "{error:?}");
    });
}

#[test]
fn a_failing_one_leaves_nothing_of_itself() {
    for_each_engine(|place| {
        let error = Store::open(&place.url, &BROKEN, &place.options).unwrap_err();
        assert!(matches!(&error, StoreError::Migration { name, .. } if name == "0002_broken"), "{error:?}");
        let store = Store::open(&place.url, &ONE, &place.options).unwrap();
        assert_eq!(applied(&store).len(), 1);
        assert!(store.read_blocking(|tx| tx.execute("SELECT id FROM half", &[])).is_err());
        store.close();
    });
}

#[test]
fn several_starts_at_once_take_turns() {
    for_each_engine(|place| {
        thread::scope(|scope| {
            let starts: Vec<_> =
                (0..6).map(|_| scope.spawn(|| Store::open(&place.url, &BOTH, &place.options))).collect();
            for start in starts {
                let store = start.join().unwrap().unwrap();
                assert_eq!(applied(&store).len(), 2);
                store.close();
            }
        });
    });
}
