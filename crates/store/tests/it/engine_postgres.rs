//! What is particular to PostgreSQL: lost connections, conflicts, changed plans, unknown outcomes.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, Instant};

use grantor_store::{DatabaseUrl, Migrations, Store, StoreError, StoreOptions};

use crate::engine_support::{Place, ids, insert};

fn on_postgres(check: impl Fn(&mut Place)) {
    if let Some(mut place) = Place::postgres() {
        check(&mut place);
    }
}

#[test]
fn an_idle_connection_that_was_cut_is_replaced_unnoticed() {
    on_postgres(|place| {
        let other = place.open();
        let store = place.narrow().open();
        insert(&store, 1).unwrap();
        for id in 2..5 {
            let process = store.read_blocking(|tx| tx.one("SELECT pg_backend_pid()", &[], |row| row.int(0)));
            let process = process.unwrap().unwrap();
            other
                .write_blocking(move |tx| {
                    tx.one("SELECT pg_terminate_backend($1, 5000)", &[process.into()], |row| row.bool(0))
                })
                .unwrap();
            insert(&store, id).unwrap();
        }
        assert_eq!(ids(&store), [1, 2, 3, 4]);
        assert_eq!(store.statistics().failed, 0);
        store.close();
        other.close();
    });
}

#[test]
fn a_connection_cut_inside_a_step_fails_that_step_only() {
    on_postgres(|place| {
        let store = place.narrow().open();
        let cut = store.write_blocking(|tx| {
            tx.execute("INSERT INTO item (id) VALUES (1)", &[])?;
            tx.one("SELECT pg_terminate_backend(pg_backend_pid())", &[], |row| row.bool(0))?;
            tx.execute("INSERT INTO item (id) VALUES (2)", &[])
        });
        assert!(matches!(cut, Err(StoreError::Unavailable(_))), "{cut:?}");
        assert!(cut.unwrap_err().is_retryable());
        insert(&store, 3).unwrap();
        assert_eq!(ids(&store), [3]);
        store.close();
    });
}

#[test]
fn a_connection_cut_during_the_commit_is_an_unknown_outcome() {
    const CUTTING: Migrations = Migrations {
        name: "test",
        files: &[(
            "0001_cutting",
            "CREATE TABLE item (id BIGINT PRIMARY KEY);
             CREATE TABLE cut (id BIGINT);
             CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); PERFORM pg_sleep(5); RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER cut AFTER INSERT ON cut DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION cut();",
        )],
    };
    on_postgres(|place| {
        let store = Store::open(&place.url, &CUTTING, &place.options).unwrap();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let outcome = store.write_blocking(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            tx.execute("INSERT INTO cut (id) VALUES (1)", &[])
        });
        assert!(matches!(outcome, Err(StoreError::OutcomeUnknown)), "{outcome:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 1, "a step whose outcome is unknown is not run again");
        insert_plain(&store, 1);
        assert_eq!(ids(&store), [1]);
        store.close();
    });
}

fn insert_plain(store: &Store, id: i64) {
    store.write_blocking(move |tx| tx.execute("INSERT INTO item (id) VALUES ($1)", &[id.into()])).unwrap();
}

#[test]
fn a_deadlock_is_retried() {
    on_postgres(|place| {
        let store = place.open();
        for id in [1, 2] {
            insert(&store, id).unwrap();
        }
        let met = Arc::new(Barrier::new(2));
        let steps: Vec<_> = [(1, 2), (2, 1)]
            .into_iter()
            .map(|(first, second): (i64, i64)| {
                let (store, met) = (store.clone(), Arc::clone(&met));
                let first_time = AtomicBool::new(true);
                thread::spawn(move || {
                    store.write_blocking(move |tx| {
                        let add = "UPDATE item SET amount = coalesce(amount, 0) + 1 WHERE id = $1";
                        tx.execute(add, &[first.into()])?;
                        if first_time.swap(false, Ordering::Relaxed) {
                            met.wait();
                        }
                        tx.execute(add, &[second.into()])
                    })
                })
            })
            .collect();
        for step in steps {
            assert_eq!(step.join().unwrap().unwrap(), 1);
        }
        let amounts = store.read_blocking(|tx| tx.all("SELECT amount FROM item", &[], |row| row.int(0))).unwrap();
        assert_eq!(amounts, [2, 2]);
        let statistics = store.statistics();
        assert!(statistics.retried >= 1 && statistics.failed == 0, "{statistics:?}");
        store.close();
    });
}

#[test]
fn a_step_that_always_conflicts_gives_up() {
    on_postgres(|place| {
        let store = place.open();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let outcome = store.write_blocking(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            tx.execute("DO $$ BEGIN RAISE EXCEPTION 'as planned' USING ERRCODE = '40001'; END $$", &[])
        });
        assert!(matches!(outcome, Err(StoreError::Conflict { attempts: 5 })), "{outcome:?}");
        assert_eq!(runs.load(Ordering::Relaxed), 5);
        store.close();
    });
}

#[test]
fn a_plan_that_the_schema_outdated_is_made_again() {
    on_postgres(|place| {
        let store = place.narrow().open();
        insert(&store, 1).unwrap();
        let look = |store: &Store| store.read_blocking(|tx| tx.all("SELECT * FROM item", &[], |row| row.int(0)));
        assert_eq!(look(&store).unwrap(), [1]);
        store.write_blocking(|tx| tx.execute("ALTER TABLE item ADD COLUMN later BIGINT", &[])).unwrap();
        assert_eq!(look(&store).unwrap(), [1]);
        assert_eq!(store.statistics().retried, 1);
        store.close();
    });
}

#[test]
fn a_server_that_is_not_there_is_told_soon() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse("postgres://nobody:hunter2@127.0.0.1:1/none", folder.path()).unwrap();
    let started = Instant::now();
    let error = Store::open(&url, &crate::engine_support::TABLES, &StoreOptions::default()).unwrap_err();
    assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
    let text = format!("{error} {error:?}");
    assert!(text.contains("127.0.0.1:1/none") && !text.contains("hunter2"), "{text}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[test]
fn a_schema_name_is_plain() {
    let folder = tempfile::tempdir().unwrap();
    let url = DatabaseUrl::parse("postgres://nobody@127.0.0.1:1/none", folder.path()).unwrap();
    for schema in ["", "Grantor", "a b", "a\"; DROP SCHEMA b", "1a", "pg_mine"] {
        let options = StoreOptions { schema: schema.to_owned(), ..StoreOptions::default() };
        let error = Store::open(&url, &crate::engine_support::TABLES, &options).unwrap_err();
        assert!(matches!(error, StoreError::Url(_)), "{schema}: {error:?}");
    }
}
