//! What is particular to SQLite: the file, its lock, its log.

use std::fs;
use std::time::Duration;

use grantor_store::{DATA_CENTER, DatabaseUrl, Store, StoreError, StoreOptions, Tx};

use crate::engine_support::{Place, ids, insert};

fn log_length(place: &Place) -> u64 {
    fs::metadata(place.file().with_extension("db-wal")).map_or(0, |data| data.len())
}

#[test]
fn a_second_server_is_refused_and_a_command_is_not() {
    let mut place = Place::sqlite();
    place.options.exclusive = true;
    let server = place.open();
    let second = place.try_open();
    assert!(matches!(&second, Err(StoreError::InUse(file)) if *file == place.file()), "{second:?}");
    place.options.exclusive = false;
    let command = place.open();
    insert(&command, 1).unwrap();
    insert(&server, 2).unwrap();
    assert_eq!(ids(&server), [1, 2]);
    assert_eq!(ids(&command), [1, 2]);
    command.close();
    insert(&server, 3).unwrap();
    server.close();
    place.options.exclusive = true;
    place.open().close();
}

#[test]
fn writers_of_two_processes_wait_for_each_other() {
    let place = Place::sqlite();
    let stores = [place.open(), place.open()];
    std::thread::scope(|scope| {
        for (number, store) in (0..).zip(&stores) {
            scope.spawn(move || {
                for turn in 0..50 {
                    insert(store, number * 1000 + turn).unwrap();
                }
            });
        }
    });
    assert_eq!(ids(&stores[0]).len(), 100);
    stores.into_iter().for_each(Store::close);
}

#[test]
fn a_file_that_is_no_database_is_named() {
    let place = Place::sqlite();
    fs::write(place.file(), "this is not a database, it only looks like a file of that name\n".repeat(100)).unwrap();
    let error = place.try_open().unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.contains("test.db") && text.contains("backup"), "{text}");
}

#[test]
fn a_page_damaged_under_way_is_told_and_the_store_lives() {
    let place = Place::sqlite();
    let store = place.open();
    for id in 0..20 {
        let long = "x".repeat(3000);
        store
            .write_blocking(move |tx| {
                tx.execute(
                    "INSERT INTO item (id, name, data) VALUES ($1, $2, NULL)",
                    &[id.into(), (&format!("{id}{long}")).into()],
                )
            })
            .unwrap();
    }
    store.close();
    let mut bytes = fs::read(place.file()).unwrap();
    let length = bytes.len();
    bytes[8 * 4096..length].fill(0xAA);
    fs::write(place.file(), bytes).unwrap();
    let store = place.open();
    let error = store.read_blocking(|tx| tx.all("SELECT name FROM item", &[], |row| row.text(0))).unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    let written = store
        .write_blocking(|tx| tx.execute("INSERT INTO parent (id, name) VALUES ($1, 'sound')", &[(&[1_u8; 4]).into()]));
    assert!(written.is_ok() || matches!(written, Err(StoreError::Corrupt { .. })), "{written:?}");
    store.close();
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::sqlite();
    let store = place.open();
    insert(&store, 1).unwrap();
    for file in [place.file(), place.file().with_extension("db-wal")] {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    store.close();
}

#[test]
fn a_server_grows_its_log_once_and_changes_nothing_by_it() {
    let mut place = Place::sqlite();
    place.options.exclusive = true;
    let store = place.open();
    insert(&store, 1).unwrap();
    let mut waited = 0;
    while log_length(&place) < 4 << 20 {
        waited += 1;
        assert!(waited < 500, "the log is {} bytes long", log_length(&place));
        std::thread::park_timeout(Duration::from_millis(20));
    }
    let length = log_length(&place);
    insert(&store, 2).unwrap();
    assert_eq!(ids(&store), [1, 2]);
    let filler = store.read_blocking(|tx| {
        tx.one("SELECT count(*) FROM sqlite_schema WHERE name = 'log_filler'", &[], |row| row.int(0))
    });
    assert_eq!(filler.unwrap(), Some(0));
    assert_eq!(log_length(&place), length, "a small commit overwrites, it does not append");
    let pages = store.read_blocking(|tx| tx.one("PRAGMA page_count", &[], |row| row.int(0)));
    assert!(pages.unwrap().unwrap() < 50);
    store.close();
}

/// Each such step fills about 250 pages.
fn insert_long(store: &Store, id: i64) {
    store
        .write_blocking(move |tx| {
            let data = vec![7_u8; 1_000_000];
            tx.execute("INSERT INTO item (id, data) VALUES ($1, $2)", &[id.into(), (&data).into()])
        })
        .unwrap();
}

#[test]
fn the_log_is_restarted_under_load() {
    let place = Place::sqlite();
    let store = place.open();
    for id in 0..160 {
        insert_long(&store, id);
        assert_eq!(
            store.read_blocking(|tx| tx.one("SELECT count(*) FROM item", &[], |row| row.int(0))).unwrap(),
            Some(id + 1)
        );
    }
    // 160 MB were written. The log is copied at 32 MiB, and what is added meanwhile is waited for at 80.
    let length = log_length(&place);
    assert!((32 << 20..=82 << 20).contains(&length), "{length}");
    let copied = fs::metadata(place.file()).unwrap().len();
    assert!(copied > 60 << 20, "{copied}");
    store.close();
    assert_eq!(log_length(&place), 0, "the last connection to close is the one that empties the log");
}

#[test]
fn a_reader_that_stays_keeps_the_log_and_it_is_started_over_after_it() {
    let place = Place::sqlite();
    let store = place.open();
    insert_long(&store, 0);
    let writing = store.clone();
    store
        .read_blocking(move |tx| {
            let count = |tx: &mut Tx<'_>| tx.one("SELECT count(*) FROM item", &[], |row| row.int(0));
            assert_eq!(count(tx)?, Some(1));
            for id in 1..60 {
                insert_long(&writing, id);
            }
            assert_eq!(count(tx)?, Some(1), "a snapshot stays as it is");
            Ok(())
        })
        .unwrap();
    let length = log_length(&place);
    assert!(length > 55 << 20, "{length}");
    for id in 60..90 {
        insert_long(&store, id);
    }
    assert!(log_length(&place) <= length.max(82 << 20), "{}", log_length(&place));
    assert_eq!(store.read_blocking(|tx| tx.one("SELECT count(*) FROM item", &[], |row| row.int(0))).unwrap(), Some(90));
    store.close();
}

#[test]
fn closing_under_load_loses_nothing() {
    // Often closed while the log is being copied by its thread.
    let place = Place::sqlite();
    for turn in 0..4 {
        let store = place.open();
        for id in 0..34 + turn {
            insert_long(&store, turn * 100 + id);
        }
        store.close();
        assert_eq!(log_length(&place), 0, "turn {turn}");
    }
    let store = place.open();
    assert_eq!(ids(&store).len(), 34 + 35 + 36 + 37);
    store.close();
}

#[test]
fn who_is_disabled_is_looked_up_in_the_short_index() {
    // The condition of a refresh. A newer SQLite may plan otherwise: right, but slow with a million users.
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse("sqlite:us.db", folder.path()).unwrap();
    let store = Store::open(&url, &DATA_CENTER, &StoreOptions::default()).unwrap();
    let plan = "EXPLAIN QUERY PLAN SELECT 1 FROM refresh_tokens r WHERE r.id = $1 AND
                NOT EXISTS (SELECT 1 FROM users u WHERE u.id BETWEEN r.user_id AND r.user_id AND u.disabled)";
    let steps = store.read_blocking(move |tx| tx.all(plan, &[(&[0_u8; 16]).into()], |row| row.text(3))).unwrap();
    assert!(steps.iter().any(|step| step.contains("users_disabled")), "{steps:?}");
    store.close();
}
