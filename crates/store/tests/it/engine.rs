//! What a step can rely on, the same on both engines.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use grantor_store::{Param, StoreError, StoreStatistics, Tx};

use crate::engine_support::{Gate, for_each_engine, ids, insert, runtime, wait_for_queue};

#[test]
fn concurrent_steps_share_commits_on_sqlite() {
    for_each_engine(|place| {
        let store = place.narrow().open();
        let gate = Gate::shut(&store);
        let runtime = runtime();
        let tasks: Vec<_> = (0..50)
            .map(|id: i64| {
                let store = store.clone();
                runtime.spawn(async move {
                    store.write(move |tx| tx.execute("INSERT INTO item (id) VALUES ($1)", &[id.into()])).await
                })
            })
            .collect();
        wait_for_queue(&store, 50);
        gate.open().unwrap();
        for task in tasks {
            assert_eq!(runtime.block_on(task).unwrap().unwrap(), 1);
        }
        assert_eq!(ids(&store), (0..50).collect::<Vec<_>>());
        let StoreStatistics { steps, commits, failed, shed, .. } = store.statistics();
        assert_eq!((steps, failed, shed), (51, 0, 0));
        // The gate's transaction, and one for all that gathered behind it. PostgreSQL groups by itself.
        assert_eq!(commits, if place.is_sqlite() { 2 } else { 51 });
        store.close();
    });
}

#[test]
fn a_failing_or_panicking_step_is_rolled_back_alone() {
    for_each_engine(|place| {
        let store = place.narrow().open();
        let gate = Gate::shut(&store);
        let outcomes: Vec<_> = (0..9)
            .map(|id: i64| {
                let mine = store.clone();
                let step = thread::spawn(move || {
                    mine.write_blocking(move |tx| {
                        tx.execute("INSERT INTO item (id) VALUES ($1)", &[id.into()])?;
                        match id % 3 {
                            0 => Ok(id),
                            1 => Err(StoreError::corrupt("a test")),
                            _ => panic!("a step that panics, as planned"),
                        }
                    })
                });
                wait_for_queue(&store, usize::try_from(id).unwrap() + 1);
                step
            })
            .collect();
        gate.open().unwrap();
        for (id, outcome) in (0..).zip(outcomes) {
            match (id % 3, outcome.join().unwrap()) {
                (0, Ok(value)) => assert_eq!(value, id),
                (1, Err(StoreError::Corrupt { .. })) | (2, Err(StoreError::Panicked)) => {}
                (_, other) => panic!("step {id}: {other:?}"),
            }
        }
        assert_eq!(ids(&store), [0, 3, 6]);
        assert_eq!(store.statistics().failed, 6);
        // Alone, too.
        let alone = store.write_blocking(|tx| {
            tx.execute("INSERT INTO item (id) VALUES (100)", &[])?;
            Err::<(), _>(StoreError::corrupt("a test"))
        });
        assert!(matches!(alone, Err(StoreError::Corrupt { .. })));
        insert(&store, 101).unwrap();
        assert_eq!(ids(&store), [0, 3, 6, 101]);
        store.close();
    });
}

#[test]
fn a_refused_commit_is_an_error_for_every_step_in_it() {
    for_each_engine(|place| {
        let store = place.narrow().open();
        let gate = Gate::shut(&store);
        let good = {
            let store = store.clone();
            thread::spawn(move || insert(&store, 1))
        };
        wait_for_queue(&store, 1);
        let orphan = {
            let store = store.clone();
            thread::spawn(move || {
                store.write_blocking(|tx| {
                    tx.execute("INSERT INTO child (id, parent) VALUES (1, $1)", &[Param::Blob(b"nobody")])
                })
            })
        };
        wait_for_queue(&store, 2);
        gate.open().unwrap();
        let refused = orphan.join().unwrap().unwrap_err();
        assert!(matches!(refused, StoreError::Commit(_)), "{refused:?}");
        assert!(refused.is_constraint());
        let neighbour = good.join().unwrap();
        if place.is_sqlite() {
            assert!(matches!(neighbour, Err(StoreError::Commit(_))), "{neighbour:?}");
            assert!(ids(&store).is_empty());
        } else {
            assert_eq!(neighbour.unwrap(), 1);
        }
        insert(&store, 2).unwrap();
        store.close();
    });
}

#[test]
fn a_full_queue_refuses_before_queueing() {
    for_each_engine(|place| {
        place.options.queue = 4;
        let store = place.narrow().open();
        let gate = Gate::shut(&store);
        let waiting: Vec<_> = (0..4)
            .map(|id| {
                let mine = store.clone();
                let step = thread::spawn(move || insert(&mine, id));
                wait_for_queue(&store, usize::try_from(id).unwrap() + 1);
                step
            })
            .collect();
        assert!(matches!(insert(&store, 9), Err(StoreError::Overloaded)));
        assert!(insert(&store, 9).unwrap_err().is_retryable());
        assert_eq!(store.statistics().shed, 2);
        gate.open().unwrap();
        for step in waiting {
            assert_eq!(step.join().unwrap().unwrap(), 1);
        }
        assert_eq!(ids(&store), [0, 1, 2, 3]);
        store.close();
    });
}

#[test]
fn a_rehearsed_step_runs_twice_and_counts_once() {
    for_each_engine(|place| {
        place.options.rehearse = true;
        let store = place.open();
        let runs = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&runs);
        let inserted = store.write_blocking(move |tx| {
            counted.fetch_add(1, Ordering::Relaxed);
            tx.execute("INSERT INTO item (id, name) VALUES (1, 'once')", &[])
        });
        assert_eq!(inserted.unwrap(), 1);
        assert_eq!(runs.load(Ordering::Relaxed), 2);
        assert_eq!(ids(&store), [1]);
        store.close();
    });
}

#[test]
fn what_was_acknowledged_is_there_after_reopening() {
    for_each_engine(|place| {
        let store = place.open();
        insert(&store, 1).unwrap();
        store.close();
        let store = place.open();
        insert(&store, 2).unwrap();
        // No farewell: like a process that ends.
        drop(store);
        let store = place.open();
        assert_eq!(ids(&store), [1, 2]);
        store.close();
    });
}

#[test]
fn closing_runs_what_was_queued_and_refuses_the_rest() {
    for_each_engine(|place| {
        let store = place.narrow().open();
        let gate = Gate::shut(&store);
        let waiting: Vec<_> = (0..10)
            .map(|id| {
                let mine = store.clone();
                let step = thread::spawn(move || insert(&mine, id));
                wait_for_queue(&store, usize::try_from(id).unwrap() + 1);
                step
            })
            .collect();
        let closing = {
            let store = store.clone();
            thread::spawn(move || store.close())
        };
        wait_for_queue(&store, 11);
        assert!(matches!(insert(&store, 99), Err(StoreError::Unavailable(_))));
        gate.open().unwrap();
        closing.join().unwrap();
        for step in waiting {
            assert_eq!(step.join().unwrap().unwrap(), 1);
        }
        assert!(matches!(insert(&store, 99), Err(StoreError::Unavailable(_))));
        assert!(matches!(store.read_blocking(|_| Ok(())), Err(StoreError::Unavailable(_))));
        store.clone().close();
        let store = place.open();
        assert_eq!(ids(&store), (0..10).collect::<Vec<_>>());
        store.close();
    });
}

#[test]
fn every_type_goes_in_and_comes_out() {
    for_each_engine(|place| {
        let store = place.open();
        store
            .write_blocking(|tx| {
                let sql = "INSERT INTO item (id, name, amount, flag, data) VALUES ($1, $2, $3, $4, $5)";
                let name = "naïve 'quoted' $1 €".to_owned();
                let data = vec![0_u8, 255, 7];
                tx.execute(sql, &[1.into(), (&name).into(), i64::MIN.into(), true.into(), (&data).into()])?;
                tx.execute(sql, &[2.into(), "".into(), i64::MAX.into(), false.into(), (&[9_u8; 16]).into()])?;
                let nothing = None::<&str>;
                tx.execute(sql, &[3.into(), nothing.into(), None::<i64>.into(), None::<bool>.into(), Param::Null])?;
                let some = Some("some".to_owned());
                tx.execute(sql, &[4.into(), (&some).into(), Some(5).into(), Some(true).into(), Some(&data[..]).into()])
            })
            .unwrap();
        let sql = "SELECT id, name, amount, flag, data FROM item WHERE id = $1";
        store
            .read_blocking(move |tx| {
                tx.one(sql, &[1.into()], |row| {
                    assert_eq!(row.int(0)?, 1);
                    assert_eq!(row.text(1)?, "naïve 'quoted' $1 €");
                    assert_eq!(row.text_ref(1)?, "naïve 'quoted' $1 €");
                    assert_eq!(row.int(2)?, i64::MIN);
                    assert!(row.bool(3)?);
                    assert_eq!(row.blob(4)?, [0, 255, 7]);
                    assert_eq!(row.blob_ref(4)?, [0, 255, 7]);
                    assert_eq!(row.array::<3>(4)?, [0, 255, 7]);
                    assert!(matches!(row.array::<4>(4), Err(StoreError::Column { index: 4, .. })));
                    assert!(matches!(row.text(0), Err(StoreError::Column { index: 0, .. })));
                    assert!(matches!(row.int(1), Err(StoreError::Column { index: 1, .. })));
                    assert!(matches!(row.bool(1), Err(StoreError::Column { index: 1, .. })));
                    assert!(matches!(row.blob(1), Err(StoreError::Column { index: 1, .. })));
                    assert!(matches!(row.int(5), Err(StoreError::Column { index: 5, .. })));
                    Ok(())
                })?
                .unwrap();
                tx.one(sql, &[2.into()], |row| {
                    assert_eq!((row.text(1)?.as_str(), row.int(2)?, row.bool(3)?), ("", i64::MAX, false));
                    assert_eq!(row.opt_array::<16>(4)?, Some([9; 16]));
                    Ok(())
                })?
                .unwrap();
                tx.one(sql, &[3.into()], |row| {
                    assert_eq!(
                        (row.opt_text(1)?, row.opt_int(2)?, row.opt_bool(3)?, row.opt_blob_ref(4)?),
                        (None, None, None, None)
                    );
                    assert!(matches!(row.text(1), Err(StoreError::Column { index: 1, .. })));
                    assert!(matches!(row.int(2), Err(StoreError::Column { index: 2, .. })));
                    assert!(matches!(row.bool(3), Err(StoreError::Column { index: 3, .. })));
                    assert!(matches!(row.blob(4), Err(StoreError::Column { index: 4, .. })));
                    Ok(())
                })?
                .unwrap();
                assert_eq!(tx.one(sql, &[5.into()], |row| row.int(0))?, None);
                let ids =
                    tx.all("SELECT id FROM item WHERE flag = $1 ORDER BY id", &[true.into()], |row| row.int(0))?;
                assert_eq!(ids, [1, 4]);
                // A closure's own error ends the list and is the answer; the transaction is sound.
                let refused = tx.all("SELECT id FROM item", &[], |_| Err::<i64, _>(StoreError::corrupt("item.id")));
                assert!(matches!(refused, Err(StoreError::Corrupt { .. })));
                assert_eq!(tx.one("SELECT count(*) FROM item", &[], |row| row.int(0))?, Some(4));
                Ok(())
            })
            .unwrap();
        store.close();
    });
}

#[test]
fn placeholders_may_come_in_any_order_and_locks_are_taken_where_there_are_some() {
    for_each_engine(|place| {
        let store = place.open();
        let found = store.write_blocking(|tx| {
            let added = tx.one(
                "INSERT INTO item (name, id, amount) VALUES ($2, $1, $1) RETURNING amount",
                &[7.into(), "seven".into()],
                |row| row.int(0),
            )?;
            assert_eq!(added, Some(7));
            tx.one("SELECT name FROM item WHERE name = $2 AND id = $1 FOR UPDATE", &[7.into(), "seven".into()], |row| {
                row.text(0)
            })
        });
        assert_eq!(found.unwrap().as_deref(), Some("seven"));
        store.close();
    });
}

#[test]
fn a_wrong_number_of_parameters_is_told() {
    for_each_engine(|place| {
        let store = place.open();
        let error = store.read_blocking(|tx| tx.one("SELECT id FROM item WHERE id = $1", &[], |row| row.int(0)));
        assert!(matches!(error, Err(StoreError::Parameters { wanted: 1, given: 0 })), "{error:?}");
        assert!(ids(&store).is_empty());
        store.close();
    });
}

#[test]
fn a_step_cannot_go_on_after_a_failed_statement() {
    for_each_engine(|place| {
        let store = place.open();
        let outcome = store.write_blocking(|tx| {
            tx.execute("INSERT INTO item (id, name) VALUES (1, 'hunter2')", &[])?;
            let twice = tx.execute("INSERT INTO item (id, name) VALUES (2, $1)", &["hunter2".into()]);
            let error = twice.unwrap_err();
            assert!(error.is_constraint());
            assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
            assert!(tx.execute("INSERT INTO item (id) VALUES (3)", &[]).unwrap_err().is_constraint());
            Ok(())
        });
        assert!(matches!(outcome, Err(StoreError::WentOn(_))), "{outcome:?}");
        assert!(ids(&store).is_empty());
        insert(&store, 1).unwrap();
        store.close();
    });
}

#[test]
fn a_read_sees_one_snapshot() {
    for_each_engine(|place| {
        let store = place.open();
        insert(&store, 1).unwrap();
        let writing = store.clone();
        let counts = store.read_blocking(move |tx| {
            let before = tx.one("SELECT count(*) FROM item", &[], |row| row.int(0))?;
            let store = writing.clone();
            thread::spawn(move || insert(&store, 2)).join().unwrap()?;
            let after = tx.one("SELECT count(*) FROM item", &[], |row| row.int(0))?;
            Ok((before, after))
        });
        assert_eq!(counts.unwrap(), (Some(1), Some(1)));
        assert_eq!(ids(&store), [1, 2]);
        store.close();
    });
}

#[test]
fn a_look_up_is_one_statement_and_holds_nothing() {
    for_each_engine(|place| {
        let store = place.open();
        insert(&store, 1).unwrap();
        let runtime = runtime();
        let count = |tx: &mut Tx<'_>| tx.one("SELECT count(*) FROM item", &[], |row| row.int(0));
        assert_eq!(runtime.block_on(store.look_up(count)).unwrap(), Some(1));
        insert(&store, 2).unwrap();
        // Had the first kept its snapshot, it would still be one.
        assert_eq!(runtime.block_on(store.look_up(count)).unwrap(), Some(2));
        if place.is_sqlite() {
            let twice = runtime.block_on(store.look_up(move |tx| Ok((count(tx)?, count(tx)?))));
            assert!(matches!(twice, Err(StoreError::SecondStatement)), "{twice:?}");
        }
        let written = runtime.block_on(store.look_up(|tx| tx.execute("INSERT INTO item (id) VALUES (9)", &[])));
        assert!(matches!(written, Err(StoreError::Sqlite { .. } | StoreError::Postgres { .. })), "{written:?}");
        let panicked = runtime.block_on(store.look_up(|_| -> Result<(), _> { panic!("as planned") }));
        assert!(matches!(panicked, Err(StoreError::Panicked)));
        assert_eq!(runtime.block_on(store.look_up(count)).unwrap(), Some(2));
        store.close();
    });
}

#[test]
fn a_read_cannot_write_and_harms_nothing() {
    for_each_engine(|place| {
        let store = place.open();
        let refused = store.read_blocking(|tx| tx.execute("INSERT INTO item (id) VALUES (1)", &[]));
        assert!(matches!(refused, Err(StoreError::Sqlite { .. } | StoreError::Postgres { .. })), "{refused:?}");
        assert!(matches!(
            store.read_blocking(|_| -> Result<(), _> { panic!("a read that panics, as planned") }),
            Err(StoreError::Panicked)
        ));
        assert!(ids(&store).is_empty());
        store.close();
    });
}

#[test]
fn many_tasks_read_and_write_at_once() {
    for_each_engine(|place| {
        let store = place.open();
        let runtime = runtime();
        let tasks: Vec<_> = (0..32)
            .map(|task: i64| {
                let store = store.clone();
                runtime.spawn(async move {
                    for turn in 0..20 {
                        let id = task * 100 + turn;
                        store.write(move |tx| tx.execute("INSERT INTO item (id) VALUES ($1)", &[id.into()])).await?;
                        let found = store
                            .read(move |tx| tx.one("SELECT id FROM item WHERE id = $1", &[id.into()], |row| row.int(0)))
                            .await?;
                        assert_eq!(found, Some(id));
                    }
                    Ok::<_, StoreError>(())
                })
            })
            .collect();
        for task in tasks {
            runtime.block_on(task).unwrap().unwrap();
        }
        assert_eq!(ids(&store).len(), 640);
        let statistics = store.statistics();
        assert_eq!((statistics.steps, statistics.failed, statistics.queued), (640, 0, 0));
        assert!(!place.is_sqlite() || statistics.commits < 640, "{statistics:?}");
        store.close();
    });
}
