//! An owner's clients: pages by name, search, whose they are, the one self client; logos; which secrets may end.

use grantor_protocol::client::{Client, ClientSettings, ClientType};
use grantor_protocol::secret::{SecretHash, SecretKind};
use grantor_store::{Beside, LIVE_SECRETS, Looks, Owner, Registration, SecretEnd, Store};

use crate::fixtures::{C1, at, for_each_directory};

const ALICE: &str = "alice@zylker.example";

fn alice(unplaced: bool) -> Owner {
    Owner { email: ALICE.to_owned(), location: "us".to_owned(), unplaced }
}

fn client(id: &str, name: &str, owner: &str, owner_location: &str) -> Registration {
    Registration {
        client: Client {
            id: id.to_owned(),
            client_type: ClientType::Server,
            name: name.to_owned(),
            homepage_url: String::new(),
            redirect_uris: Vec::new(),
            data_centers: vec!["us".to_owned()],
            scopes: Vec::new(),
            grant_types: Vec::new(),
            disabled: false,
            settings: ClientSettings { owner: owner.to_owned(), ..ClientSettings::default() },
        },
        same_secret: true,
        owner_location: owner_location.to_owned(),
        description: String::new(),
        logo_hash: String::new(),
        clone_of: String::new(),
    }
}

fn put(store: &Store, all: Vec<Registration>) {
    store.write_blocking(move |tx| all.iter().try_for_each(|one| tx.put_registration(one, at(0)))).unwrap();
}

/// Names of a page, and whether there is more before and after it.
fn page(store: &Store, owner: Owner, text: &'static str, beside: Beside, limit: usize) -> (Vec<String>, bool, bool) {
    let found = store.read_blocking(move |tx| tx.owned_clients(&owner, text, &beside, limit)).unwrap();
    (found.page.into_iter().map(|one| one.client.name).collect(), found.before, found.after)
}

fn names(list: &[&str]) -> Vec<String> {
    list.iter().map(|&name| name.to_owned()).collect()
}

#[test]
fn an_owners_clients_come_in_pages_by_name() {
    for_each_directory(|store| {
        let five = [("1000.E", "A"), ("1000.D", "B"), ("1000.A", "B"), ("1000.B", "C"), ("1000.C", "D")];
        put(store, five.iter().map(|(id, name)| client(id, name, ALICE, "us")).collect());
        let at_us = || alice(false);
        assert_eq!(page(store, at_us(), "", Beside::Nothing, 2), (names(&["A", "B"]), false, true));
        // Two of one name are told apart by id, so that none is left out.
        let after = |id: &str| Beside::After(id.to_owned());
        assert_eq!(page(store, at_us(), "", after("1000.A"), 2), (names(&["B", "C"]), true, true));
        assert_eq!(page(store, at_us(), "", after("1000.B"), 2), (names(&["D"]), true, false));
        let before = |id: &str| Beside::Before(id.to_owned());
        assert_eq!(page(store, at_us(), "", before("1000.C"), 2), (names(&["B", "C"]), true, true));
        assert_eq!(page(store, at_us(), "", before("1000.D"), 2), (names(&["A", "B"]), false, true));
        // A made-up client, or somebody else's, stands beside nothing.
        put(store, vec![client("1000.Z", "C", "bob@zylker.example", "us")]);
        for forged in ["1000.NONE", "1000.Z", "", "%", "'"] {
            assert_eq!(page(store, at_us(), "", after(forged), 2), (names(&["A", "B"]), false, true), "{forged}");
            assert_eq!(page(store, at_us(), "", before(forged), 2), (names(&["A", "B"]), false, true), "{forged}");
        }
    });
}

#[test]
fn a_client_belongs_to_an_address_at_one_data_center() {
    for_each_directory(|store| {
        put(
            store,
            vec![
                client("1000.A", "Ours", ALICE, "us"),
                client("1000.B", "Unplaced", ALICE, ""),
                client("1000.C", "Elsewhere", ALICE, "cn"),
                client("1000.D", "Another's", "bob@zylker.example", "us"),
            ],
        );
        let all = |owner| page(store, owner, "", Beside::Nothing, 50).0;
        assert_eq!(all(alice(false)), names(&["Ours"]));
        assert_eq!(all(alice(true)), names(&["Ours", "Unplaced"]));
        let at_cn = Owner { location: "cn".to_owned(), ..alice(false) };
        assert_eq!(all(at_cn), names(&["Elsewhere"]));
    });
}

#[test]
fn search_is_by_name_or_id_whatever_the_letter_case() {
    for_each_directory(|store| {
        put(
            store,
            vec![
                client("1000.QRST", "Zylker Desk", ALICE, "us"),
                client("1000.UVWX", "ÄPFEL 100%", ALICE, "us"),
                client("1000.YZAB", "Panel_1", ALICE, "us"),
            ],
        );
        for (text, expected) in [
            ("desk", &["Zylker Desk"][..]),
            ("ZYLKER", &["Zylker Desk"]),
            ("qrs", &["Zylker Desk"]),
            ("äpfel", &["ÄPFEL 100%"]),
            ("Äpfel", &["ÄPFEL 100%"]),
            ("%", &["ÄPFEL 100%"]),
            ("_", &["Panel_1"]),
            ("!", &[]),
            ("nothing", &[]),
        ] {
            assert_eq!(page(store, alice(false), text, Beside::Nothing, 50).0, names(expected), "{text}");
        }
    });
}

#[test]
fn a_person_has_one_self_client() {
    for_each_directory(|store| {
        store.write_blocking(|tx| tx.add_home(ALICE, "us")).unwrap();
        let register = |id: &str, owner: Owner, clone_of: &str| {
            let mut new = client(id, id, ALICE, &owner.location);
            new.client.client_type = ClientType::SelfClient;
            new.clone_of = clone_of.to_owned();
            store.write_blocking(move |tx| tx.register(&owner, &new, &[], at(0))).unwrap()
        };
        let mut clone = client("1000.CLONE", "Clone", ALICE, "us");
        clone.client.client_type = ClientType::SelfClient;
        clone.clone_of = "1000.X".to_owned();
        put(store, vec![clone]);
        assert_eq!(register("1000.ONE", alice(false), ""), Ok(()));
        assert_eq!(register("1000.TWO", alice(false), ""), Err("1000.ONE".to_owned()));
        assert_eq!(register("1000.CN", Owner { location: "cn".to_owned(), ..alice(false) }, ""), Ok(()));
        assert_eq!(store.read_blocking(|tx| tx.registration("1000.TWO")).unwrap(), None);
    });
}

#[test]
fn two_self_clients_at_once_are_one() {
    for_each_directory(|store| {
        store.write_blocking(|tx| tx.add_home(ALICE, "us")).unwrap();
        let done: Vec<bool> = std::thread::scope(|scope| {
            let all: Vec<_> = (0..8)
                .map(|n| {
                    scope.spawn(move || {
                        let mut new = client(&format!("1000.N{n}"), "Mine", ALICE, "us");
                        new.client.client_type = ClientType::SelfClient;
                        store.write_blocking(move |tx| tx.register(&alice(false), &new, &[], at(0))).unwrap().is_ok()
                    })
                })
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(done.into_iter().filter(|done| *done).count(), 1);
    });
}

#[test]
fn a_logo_follows_its_client() {
    for_each_directory(|store| {
        put(store, vec![client(C1, "One", ALICE, "us")]);
        let looks = || store.read_blocking(|tx| tx.client_looks(C1)).unwrap();
        let logo = |hash: &'static str| store.read_blocking(move |tx| tx.client_logo(C1, hash)).unwrap();
        assert_eq!(looks(), Looks::default());
        for (hash, bytes) in [("aa", &[1_u8, 2][..]), ("bb", &[3])] {
            store.write_blocking(move |tx| tx.put_client_logo(C1, hash, "image/png", bytes)).unwrap();
            assert_eq!(looks().logo_hash, hash);
            assert_eq!(logo(hash), Some(("image/png".to_owned(), bytes.to_vec())));
        }
        assert_eq!(logo("aa"), None);
        store.write_blocking(|tx| tx.remove_client_logo(C1)).unwrap();
        assert_eq!((looks(), logo("bb")), (Looks::default(), None));
        store.write_blocking(|tx| tx.put_client_logo(C1, "cc", "image/png", &[4])).unwrap();
        store.write_blocking(|tx| tx.remove_client(C1)).unwrap();
        assert_eq!((looks(), logo("cc")), (Looks::default(), None));
    });
}

#[test]
fn the_last_secret_of_a_place_does_not_end() {
    for_each_directory(|store| {
        put(store, vec![client(C1, "One", ALICE, "us")]);
        let hash = |text: &str| SecretHash::of(SecretKind::Client, text.as_bytes());
        let add = |text: &'static str, place: &'static str| {
            store
                .write_blocking(move |tx| {
                    tx.lock_registration(C1)?.unwrap();
                    tx.add_secret(C1, place, &hash(text), at(0))
                })
                .unwrap()
        };
        let end = |text: &'static str, place: &'static str| {
            let mark = hash(text).mark();
            store.write_blocking(move |tx| tx.end_marked_secret(C1, place, &mark)).unwrap()
        };
        assert!(add("one", "us") && add("other", "eu"));
        assert_eq!(end("one", "us"), SecretEnd::Last);
        assert_eq!(end("one", "eu"), SecretEnd::Unknown);
        assert!(add("two", "us"));
        assert!(!add("three", "us"), "{LIVE_SECRETS} are live already");
        assert_eq!(end("one", "us"), SecretEnd::Ended);
        assert_eq!(end("one", "us"), SecretEnd::Unknown);
        assert_eq!(end("two", "us"), SecretEnd::Last);
    });
}

#[test]
fn a_client_that_an_account_left_behind_is_not_that_of_the_next_of_its_address() {
    for_each_directory(|store| {
        let places = || ["us", "eu", "cn"].map(str::to_owned).to_vec();
        let owned = |id: &str, location: &str| client(id, id, "a@b", location);
        let all = [owned("1000.US", "us"), owned("1000.CN", "cn"), owned("1000.NOWHERE", "")];
        store
            .write_blocking(move |tx| {
                // The home is left as well: the deletion broke off.
                tx.add_home("a@b", "us")?;
                tx.add_home("a@b", "cn")?;
                all.iter().try_for_each(|one| tx.put_registration(one, at(0)))
            })
            .unwrap();
        let owner = |id: &'static str| {
            let found = store.read_blocking(move |tx| tx.registration(id)).unwrap().unwrap();
            (found.client.settings.owner, found.owner_location)
        };
        let of = |owner: &str, location: &str| (owner.to_owned(), location.to_owned());
        assert!(store.write_blocking(move |tx| tx.claim_home("a@b", "us", &["eu".to_owned()], &places())).unwrap());
        assert_eq!(owner("1000.US"), of("", ""));
        assert_eq!(owner("1000.NOWHERE"), of("", ""), "owners without a place are those of the first");
        assert_eq!(owner("1000.CN"), of("a@b", "cn"), "somebody else, who is at home there");
        store.write_blocking(move |tx| tx.move_owner("a@b", "cn", "eu", &places())).unwrap();
        assert_eq!(owner("1000.CN"), of("a@b", "eu"));
        assert_eq!(store.read_blocking(|tx| tx.homes("a@b")).unwrap(), ["us"]);
    });
}
