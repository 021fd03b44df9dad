//! Copying a whole store into memory and putting it back.

use grantor_protocol::people::Realm;
use grantor_store::{DATA_CENTER, DIRECTORY, Snapshot};

use crate::fixtures::{U1, World, at, for_each_directory, for_each_world};

fn copy(world: &World) -> Snapshot {
    world.read(|tx| tx.snapshot(&DATA_CENTER, &[], 10_000)).unwrap()
}

#[test]
fn what_was_done_since_is_gone_and_what_was_there_works_again() {
    for_each_world(|world| {
        let before = world.family(at(0));
        let (first, as_it_was) = (copy(world), world.everything());
        let after = world.family(at(1));
        world.write(move |tx| tx.remove_user(U1));
        assert!(world.access(&before.access, at(2)).is_err());
        let (second, later) = (copy(world), world.everything());

        let back = first.clone();
        world.write(move |tx| tx.restore(&back));
        assert_eq!((copy(world).rows(), world.everything()), (first.rows(), as_it_was));
        assert_eq!(world.read(|tx| tx.memberships(U1, &Realm::Accounts)).len(), 2);
        assert!(world.access(&before.access, at(2)).is_ok(), "what was there");
        assert!(world.access(&after.access, at(2)).is_err(), "what came later");
        assert!(world.refresh(&before.refresh, at(2)).is_ok());

        // And forward again.
        world.write(move |tx| tx.restore(&second));
        assert_eq!(world.everything(), later);
        assert!(world.access(&before.access, at(2)).is_err());
    });
}

#[test]
fn a_store_with_too_many_rows_is_not_copied() {
    for_each_world(|world| {
        let rows = copy(world).rows();
        assert!(rows > 3);
        assert_eq!(world.read(move |tx| tx.snapshot(&DATA_CENTER, &[], rows)).map(|s| s.rows()), Some(rows));
        assert!(world.read(move |tx| tx.snapshot(&DATA_CENTER, &[], rows - 1)).is_none());
    });
}

#[test]
fn nothing_of_it_is_shown() {
    for_each_directory(|store| {
        store.write_blocking(|tx| tx.key("k", b"secret", at(0))).unwrap();
        let copied = store.read_blocking(|tx| tx.snapshot(&DIRECTORY, &["homes"], 100)).unwrap().unwrap();
        assert_eq!(format!("{copied:?}"), "Snapshot { rows: 1, .. }");
    });
}
