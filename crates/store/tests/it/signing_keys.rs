//! Signing keys: a line for each algorithm, in which every place is taken once.

use grantor_store::StoredSigningKey;

use crate::fixtures::{World, at, for_each_world};

fn key(algorithm: &str, generation: i64, id: &str, day: i64) -> StoredSigningKey {
    StoredSigningKey {
        algorithm: algorithm.to_owned(),
        generation,
        id: id.to_owned(),
        private_key: id.as_bytes().to_vec(),
        created_at: at(day * 86_400),
        active_at: at((day + 1) * 86_400),
        retired_at: StoredSigningKey::NEVER,
    }
}

fn add(world: &World, key: &StoredSigningKey, predecessor_ends: i64) {
    let key = key.clone();
    world.write(move |tx| tx.add_signing_key(&key, at(predecessor_ends)));
}

fn known(world: &World) -> Vec<StoredSigningKey> {
    world.read(|tx| tx.signing_keys())
}

#[test]
fn whoever_comes_first_makes_the_key() {
    for_each_world(|world| {
        assert_eq!(known(world), []);
        let (first, late) = (key("ES256", 1, "first", 0), key("ES256", 1, "late", 0));
        add(world, &first, 0);
        add(world, &late, 0);
        add(world, &key("RS256", 1, "other line", 0), 0);
        assert_eq!(known(world), [first.clone(), key("RS256", 1, "other line", 0)]);
        // The next one says when its predecessor goes; one that came too late says nothing.
        let second = key("ES256", 2, "second", 29);
        add(world, &second, 1000);
        add(world, &key("ES256", 2, "late again", 29), 2000);
        let ends = StoredSigningKey { retired_at: at(1000), ..first };
        assert_eq!(known(world), [ends, second.clone(), key("RS256", 1, "other line", 0)]);
        assert_eq!(world.write(|tx| tx.remove_retired_signing_keys(at(999))), 0);
        assert_eq!(world.write(|tx| tx.remove_retired_signing_keys(at(1000))), 1);
        assert_eq!(known(world), [second, key("RS256", 1, "other line", 0)]);
    });
}
