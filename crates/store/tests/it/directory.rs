//! The directory: bytes of data centers, homes of addresses, portals' places, clients with their secrets, server keys.

use std::collections::BTreeSet;
use std::thread;

use grantor_protocol::client::{Client, ClientSettings, ClientType};
use grantor_protocol::secret::{SecretHash, SecretKind};
use grantor_protocol::token::TokenId;
use grantor_store::{AdminRole, AdminToken, Registration, Store};

use crate::fixtures::{C1, C2, at, for_each_directory};

fn bytes(store: &Store, locations: &[&str]) -> Vec<(String, u8)> {
    let locations: Vec<String> = locations.iter().map(|&l| l.to_owned()).collect();
    let all = store.write_blocking(move |tx| tx.data_center_bytes(&locations)).unwrap();
    all.into_iter().map(|(location, byte)| (location, byte.0)).collect()
}

fn named(all: &[(&str, u8)]) -> Vec<(String, u8)> {
    all.iter().map(|&(location, byte)| (location.to_owned(), byte)).collect()
}

fn hash(text: &str) -> SecretHash {
    SecretHash::of(SecretKind::Client, text.as_bytes())
}

fn registration(id: &str) -> Registration {
    Registration {
        client: Client {
            id: id.to_owned(),
            client_type: ClientType::Server,
            name: format!("Application {id}"),
            homepage_url: "https://app.example".to_owned(),
            redirect_uris: vec!["https://app.example/a".to_owned(), "https://app.example/b?c=d".to_owned()],
            data_centers: vec!["us".to_owned(), "eu".to_owned()],
            scopes: Vec::new(),
            grant_types: vec!["authorization_code".to_owned()],
            disabled: false,
            settings: ClientSettings {
                owner: "alice@zylker.example".to_owned(),
                javascript_domains: vec!["https://app.example".to_owned()],
                jwks: r#"{"keys":[]}"#.to_owned(),
                jwks_uri: "https://app.example/jwks".to_owned(),
                id_token_signing_alg: "ES256".to_owned(),
                token_endpoint_auth_method: "private_key_jwt".to_owned(),
                post_logout_redirect_uris: vec!["https://app.example/bye".to_owned()],
                cors_origins: vec!["https://app.example".to_owned()],
                legacy_token_body: true,
            },
        },
        same_secret: true,
        owner_location: "us".to_owned(),
        description: "Desk work".to_owned(),
        logo_hash: "00ff".to_owned(),
        clone_of: "1000.ORIGINAL".to_owned(),
    }
}

#[test]
fn a_data_centers_byte_is_its_own_for_good() {
    for_each_directory(|store| {
        assert_eq!(bytes(store, &["us", "eu"]), named(&[("eu", 2), ("us", 1)]));
        assert_eq!(bytes(store, &["in", "us"]), named(&[("eu", 2), ("in", 3), ("us", 1)]));
        // One that is no longer configured keeps its byte, and nobody else gets it.
        assert_eq!(bytes(store, &["cn"]), named(&[("cn", 4), ("eu", 2), ("in", 3), ("us", 1)]));
        assert_eq!(bytes(store, &["cn", "in", "eu", "us"]), bytes(store, &[]));
    });
}

#[test]
fn there_are_no_more_than_255_data_centers() {
    for_each_directory(|store| {
        let locations: Vec<String> = (0..255).map(|n| format!("dc{n}")).collect();
        let all = store.write_blocking(move |tx| tx.data_center_bytes(&locations)).unwrap();
        assert_eq!(all.values().map(|byte| byte.0).collect::<BTreeSet<_>>(), (1..=255).collect());
        let over = store.write_blocking(|tx| tx.data_center_bytes(&["more".to_owned()]));
        assert!(over.is_err());
        assert_eq!(bytes(store, &[]).len(), 255, "the refused one left nothing");
    });
}

#[test]
fn data_centers_that_start_together_get_bytes_of_their_own() {
    for_each_directory(|store| {
        thread::scope(|scope| {
            for n in 0..16 {
                scope.spawn(move || {
                    for round in 0..3 {
                        bytes(store, &["us", &format!("dc{n}"), &format!("dc{}", (n + round) % 16)]);
                    }
                });
            }
        });
        let all = bytes(store, &[]);
        assert_eq!(all.iter().map(|(_, byte)| *byte).collect::<BTreeSet<_>>(), (1..=17).collect());
        assert_eq!(store.statistics().failed, 0);
    });
}

#[test]
fn an_address_may_be_at_home_in_several_places() {
    for_each_directory(|store| {
        let homes = |email: &'static str| {
            store.read_blocking(move |tx| tx.homes(email)).unwrap().into_iter().collect::<BTreeSet<_>>()
        };
        store
            .write_blocking(|tx| {
                for location in ["us", "eu", "us"] {
                    tx.add_home("alice@zylker.example", location)?;
                }
                tx.add_home("bob@zylker.example", "in")
            })
            .unwrap();
        assert_eq!(homes("alice@zylker.example"), ["us", "eu"].map(str::to_owned).into());
        store.write_blocking(|tx| tx.remove_home("alice@zylker.example", "us")).unwrap();
        assert_eq!(homes("alice@zylker.example"), ["eu".to_owned()].into());
        assert_eq!(homes("bob@zylker.example"), ["in".to_owned()].into());
        assert!(homes("carol@zylker.example").is_empty());
    });
}

#[test]
fn portals_places_and_added_scopes() {
    for_each_directory(|store| {
        let place = || store.read_blocking(|tx| tx.portal_location("7001")).unwrap();
        assert_eq!(place(), None);
        for location in ["us", "eu"] {
            store.write_blocking(move |tx| tx.put_portal_location("7001", location)).unwrap();
            assert_eq!(place().as_deref(), Some(location));
        }
        store.write_blocking(|tx| tx.remove_portal_location("7001")).unwrap();
        assert_eq!(place(), None);
        let claim = |location: &'static str| {
            store.write_blocking(move |tx| tx.claim_portal_location("7001", location)).unwrap()
        };
        assert!(claim("us") && !claim("eu"));
        assert_eq!(place().as_deref(), Some("us"));
        let scopes = || store.read_blocking(|tx| tx.added_scopes()).unwrap();
        store
            .write_blocking(|tx| {
                tx.put_scope("Zylker.b.READ", "old")?;
                tx.put_scope("Zylker.a.READ", "a")?;
                tx.put_scope("Zylker.b.READ", "b")
            })
            .unwrap();
        let pair = |name: &str, description: &str| (name.to_owned(), description.to_owned());
        assert_eq!(scopes(), [pair("Zylker.a.READ", "a"), pair("Zylker.b.READ", "b")]);
        store.write_blocking(|tx| tx.remove_scope("Zylker.a.READ")).unwrap();
        assert_eq!(scopes(), [pair("Zylker.b.READ", "b")]);
    });
}

#[test]
fn a_client_is_read_as_it_was_written() {
    for_each_directory(|store| {
        let put = |written: Registration| store.write_blocking(move |tx| tx.put_registration(&written, at(0))).unwrap();
        let found = |id: &'static str| store.read_blocking(move |tx| tx.registration(id)).unwrap();
        put(registration(C1));
        put(registration(C2));
        assert_eq!(found(C1), Some(registration(C1)));
        assert_eq!(store.read_blocking(|tx| tx.registrations()).unwrap(), [registration(C1), registration(C2)]);
        let mut changed = registration(C1);
        changed.client.disabled = true;
        changed.client.client_type = ClientType::Mobile;
        changed.client.redirect_uris = Vec::new();
        changed.client.scopes = vec!["email".to_owned()];
        changed.client.settings = ClientSettings::default();
        changed.same_secret = false;
        put(changed.clone());
        assert_eq!(found(C1), Some(changed));
        assert_eq!(found("1000.C3"), None);
    });
}

#[test]
fn secrets_are_exactly_those_written_and_go_with_the_client() {
    for_each_directory(|store| {
        let live = |id: &'static str| {
            let client = store.read_blocking(move |tx| tx.client(id)).unwrap()?;
            Some(client.secrets.into_iter().map(|s| (s.location, *s.hash.as_bytes())).collect::<BTreeSet<_>>())
        };
        let set = |secrets: Vec<(&str, SecretHash)>| {
            let secrets: Vec<_> = secrets.into_iter().map(|(place, hash)| (place.to_owned(), hash)).collect();
            store.write_blocking(move |tx| tx.set_secrets(C1, &secrets, at(0))).unwrap();
        };
        store
            .write_blocking(|tx| {
                tx.put_registration(&registration(C1), at(0))?;
                tx.put_registration(&registration(C2), at(0))?;
                tx.set_secrets(C2, &[(String::new(), hash("other"))], at(0))
            })
            .unwrap();
        assert_eq!(live(C1), Some(BTreeSet::new()));
        set(vec![("", hash("one")), ("eu", hash("two")), ("eu", hash("two"))]);
        let two = [(None, *hash("one").as_bytes()), (Some("eu".to_owned()), *hash("two").as_bytes())];
        assert_eq!(live(C1), Some(two.into()));
        set(vec![("", hash("three"))]);
        assert_eq!(live(C1), Some([(None, *hash("three").as_bytes())].into()), "the earlier ones died at once");
        store.write_blocking(|tx| tx.remove_client(C1)).unwrap();
        assert_eq!(live(C1), None);
        // The same id anew inherits no secret.
        store.write_blocking(|tx| tx.put_registration(&registration(C1), at(1))).unwrap();
        assert_eq!(live(C1), Some(BTreeSet::new()));
        assert_eq!(live(C2), Some([(None, *hash("other").as_bytes())].into()));
    });
}

#[test]
fn a_key_is_drawn_once_whoever_comes_first() {
    for_each_directory(|store| {
        let drawn: BTreeSet<Vec<u8>> = thread::scope(|scope| {
            let all: Vec<_> = (0..12_u8)
                .map(|n| scope.spawn(move || store.write_blocking(move |tx| tx.key("seal", &[n; 32], at(0))).unwrap()))
                .collect();
            all.into_iter().map(|one| one.join().unwrap()).collect()
        });
        assert_eq!(drawn.len(), 1);
        let other = store.write_blocking(|tx| tx.key("code", &[99; 32], at(0))).unwrap();
        assert_eq!(other, [99; 32]);
        let again = store.write_blocking(|tx| tx.key("code", &[98; 32], at(1))).unwrap();
        assert_eq!(again, [99; 32]);
        for n in 0..3 {
            store.write_blocking(move |tx| tx.touch(at(n))).unwrap();
        }
    });
}

#[test]
fn two_secrets_live_side_by_side_while_one_is_replaced() {
    for_each_directory(|store| {
        let (old, new, third) = (hash("old"), hash("new"), hash("third"));
        store
            .write_blocking(move |tx| {
                tx.put_registration(&registration(C1), at(0))?;
                tx.set_secrets(C1, &[(String::new(), old)], at(1))
            })
            .unwrap();
        let add =
            |secret: SecretHash, now| store.write_blocking(move |tx| tx.add_secret(C1, "", &secret, now)).unwrap();
        assert!(add(new, at(2)));
        assert!(!add(third, at(3)), "two are enough");
        store.write_blocking(move |tx| tx.see_secret(C1, &new, at(7))).unwrap();
        let live = || store.read_blocking(|tx| tx.live_secrets(C1)).unwrap();
        let shown: Vec<_> = live().into_iter().map(|(_, s)| (s.hash, s.created_at, s.used_at)).collect();
        assert_eq!(shown, [(old, at(1), None), (new, at(2), Some(at(7)))]);
        // Provisioning the same secrets again keeps their times.
        store
            .write_blocking(move |tx| tx.set_secrets(C1, &[(String::new(), old), (String::new(), new)], at(9)))
            .unwrap();
        assert_eq!(live().len(), 2);
        assert_eq!(live()[1].1.used_at, Some(at(7)));
        assert!(store.write_blocking(move |tx| tx.end_secret(C1, "", &old)).unwrap());
        assert!(!store.write_blocking(move |tx| tx.end_secret(C1, "", &old)).unwrap());
        assert_eq!(live().len(), 1);
        assert!(add(third, at(10)));
    });
}

#[test]
fn two_admin_tokens_made_at_once_do_not_get_one_name() {
    for_each_directory(|store| {
        let make = |n: u8| {
            let new = AdminToken {
                id: TokenId::from_bytes([n; 16]),
                name: "ci".to_owned(),
                role: AdminRole::Operator,
                created_at: at(0),
                used_at: None,
                expires_at: None,
            };
            store.write_blocking(move |tx| tx.add_admin_token(&new, &hash("x"))).unwrap()
        };
        for round in 0..10 {
            let made: Vec<bool> = thread::scope(|scope| {
                let both = [2 * round, 2 * round + 1].map(|n| scope.spawn(move || make(n)));
                both.into_iter().map(|one| one.join().unwrap()).collect()
            });
            assert_eq!(made.iter().filter(|made| **made).count(), 1, "round {round}");
            assert!(store.write_blocking(|tx| tx.end_admin_token("ci")).unwrap());
            assert!(!store.write_blocking(|tx| tx.end_admin_token("ci")).unwrap());
        }
    });
}
