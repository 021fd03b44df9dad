//! Provisioning and removing beside a running server, where something breaks in the middle: nothing is inherited, nothing
//! that was made is lost, and doing it again mends it.

use std::sync::{Arc, Barrier};

use grantor_protocol::people::{Realm, UserId};
use grantor_store::{GrantFilter, NewUser};

use super::harness::*;
use crate::provision::{self, Change, Difference, Plan, ProvisionError, Workshop, secrets};

fn planned(shop: &Workshop, text: &str, prune: bool) -> Plan {
    let file = provision::read_text(&with_passwords(text), &shop.config).unwrap();
    provision::plan(shop, &file, prune).unwrap()
}

fn lines(plan: &Plan) -> Vec<String> {
    plan.lines().map(str::to_owned).collect()
}

fn one(change: Change) -> Plan {
    Plan { differences: vec![Difference { line: "a line".to_owned(), change, made: Vec::new() }] }
}

/// What the audit of every data center says of operators.
async fn operated(house: &House) -> Vec<String> {
    let mut told = Vec::new();
    for location in ["us", "eu", "cn"] {
        let rows = house.audit(location).await.into_iter().filter(|row| row.event == "operated");
        told.extend(rows.map(|row| row.detail));
    }
    told
}

#[tokio::test]
async fn a_client_whose_removal_broke_off_leaves_no_grants_to_the_next_of_its_id() {
    for_each_store(async |house| {
        house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let grants = async || {
            let of_desk = GrantFilter { client_id: DESK.id.to_owned(), ..GrantFilter::default() };
            let first = grantor_protocol::token::TokenId::from_bytes([0; 16]);
            house.room("us").store.read(move |tx| tx.grants_listed(&of_desk, first, 10)).await.unwrap().0.len()
        };
        assert_eq!(grants().await, 1);
        let remove = || one(Change::RemoveClient(DESK.id.to_owned()));
        let stopped = house.beside(move |shop| {
            shop.stores.data_centers["us"].clone().close();
            provision::apply(shop, remove()).unwrap_err()
        });
        assert!(matches!(stopped.await.error, ProvisionError::Store(_)));
        let there = async || house.room("us").house.directory.read(|tx| tx.registration(DESK.id)).await.unwrap();
        assert!(there().await.unwrap().client.disabled, "it is there to be removed again, and does nothing more");
        house.beside(move |shop| provision::apply(shop, remove()).unwrap()).await;
        assert_eq!((there().await, grants().await), (None, 0));
    })
    .await;
}

#[tokio::test]
async fn a_missing_home_and_a_missing_place_of_a_portal_are_differences() {
    for_each_store(async |house| {
        house
            .beside(|shop| {
                assert_eq!(lines(&planned(shop, FIXTURE, true)), Vec::<String>::new());
                let directory = &shop.stores.directory;
                directory
                    .write_blocking(|tx| {
                        tx.remove_home(ALICE.email, "us")?;
                        tx.remove_portal_location(PARTNERS)
                    })
                    .unwrap();
                let plan = planned(shop, FIXTURE, true);
                let expected =
                    ["~ user alice@zylker.example (us): home in the directory", "~ portal 60001 Zylker Partners (us)"];
                assert_eq!(lines(&plan), expected);
                provision::apply(shop, plan).unwrap();
                assert_eq!(lines(&planned(shop, FIXTURE, true)), Vec::<String>::new());
                let found =
                    directory.read_blocking(|tx| Ok((tx.homes(ALICE.email)?, tx.portal_location(PARTNERS)?))).unwrap();
                assert_eq!(found, (vec!["us".to_owned()], Some("us".to_owned())));
            })
            .await;
    })
    .await;
}

#[tokio::test]
async fn provisioning_that_stops_midway_tells_what_it_made() {
    const FILE: &str = "[[organization]]\nname='Stop'\ndata_center='us'\n\
                        [[user]]\nemail='a@stop.example'\ndata_center='us'\n\
                        [[user]]\nemail='b@stop.example'\ndata_center='eu'\n\
                        [[client]]\ntype='server'\nname='Never'\nredirect_uris=['https://stop.example/cb']\n";
    for_each_store(async |house| {
        let stopped = house.beside(|shop| {
            let plan = planned(shop, FILE, false);
            shop.stores.data_centers["eu"].clone().close();
            provision::apply_for(shop, plan, "command line").unwrap_err()
        });
        let stopped = stopped.await;
        let keys: Vec<&str> = stopped.made.iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["STOP_ORGANIZATION_ID", "A_STOP_EXAMPLE_PASSWORD"]);
        assert!(!format!("{stopped:?}").contains(&stopped.made[1].1));
        // A person whose password holds already, though they were not finished.
        let stopped = house.beside(|shop| {
            let plan = planned(shop, FILE, false);
            shop.stores.directory.clone().close();
            provision::apply(shop, plan).unwrap_err()
        });
        let keys: Vec<String> = stopped.await.made.into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["B_STOP_EXAMPLE_PASSWORD"]);
        let rest = house.beside(|shop| {
            let plan = planned(shop, FILE, false);
            (lines(&plan)[0].clone(), provision::apply(shop, plan).unwrap())
        });
        let (mended, made) = rest.await;
        assert_eq!(mended, "~ user b@stop.example (eu): home in the directory");
        assert_eq!(made.len(), 2, "the client's id and secret");
    })
    .await;
}

#[tokio::test]
async fn changes_by_command_are_in_the_audit() {
    for_each_store(async |house| {
        house
            .beside(|shop| {
                let plan = planned(shop, "[[organization]]\nid='70001'\nname='Acme'\ndata_center='eu'\n", false);
                provision::apply_for(shop, plan, "command line").unwrap();
                let mark = secrets::list(shop, DESK.id).unwrap()[0].mark.clone();
                secrets::add(shop, DESK.id, None, "command line").unwrap();
                secrets::end(shop, DESK.id, &mark, "command line").unwrap();
            })
            .await;
        let told = operated(house).await;
        for wanted in ["+ organization 70001 Acme (eu) (command line)", "a secret made (command line)", "the secret "] {
            assert!(told.iter().any(|line| line.starts_with(wanted)), "{wanted}: {told:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn secrets_added_and_ended_at_once_are_never_three_and_never_none() {
    for_each_store(async |house| {
        house
            .beside(|shop| {
                let at_once = |work: &(dyn Fn(usize) -> bool + Sync)| {
                    let gate = Arc::new(Barrier::new(4));
                    std::thread::scope(|scope| {
                        let all: Vec<_> = (0..4)
                            .map(|n| {
                                let gate = Arc::clone(&gate);
                                scope.spawn(move || {
                                    gate.wait();
                                    work(n)
                                })
                            })
                            .collect();
                        all.into_iter().map(|one| one.join().unwrap()).filter(|done| *done).count()
                    })
                };
                for _ in 0..rounds(5, 50) {
                    assert_eq!(at_once(&|_| secrets::add(shop, DESK.id, None, "a test").is_ok()), 1);
                    let live = secrets::list(shop, DESK.id).unwrap();
                    assert_eq!(live.len(), 2);
                    assert_eq!(at_once(&|n| secrets::end(shop, DESK.id, &live[n % 2].mark, "a test").is_ok()), 1);
                    assert_eq!(secrets::list(shop, DESK.id).unwrap().len(), 1);
                }
            })
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_removed_portal_leaves_no_users() {
    for_each_store_with(ADMIN, async |house| {
        let path = format!("/admin/v1/portals/us/{PARTNERS}");
        let reply = send(&house.admin(), &Request::new("DELETE", &path).bearer(ADMIN_TOKEN)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let store = house.room("us").store.clone();
        assert_eq!(store.read(|tx| tx.user(UserId(PAT.zuid))).await.unwrap(), None);
        // Somebody whom an older version left behind.
        let left = NewUser {
            id: UserId(800_009),
            realm: Realm::Portal("60009".to_owned()),
            email: "left@partner.example".to_owned(),
            email_shown: "left@partner.example".to_owned(),
            password_hash: String::new(),
            first_name: String::new(),
            last_name: String::new(),
            disabled: false,
        };
        store.write(move |tx| tx.put_user(&left, START)).await.unwrap();
        let pruned = house.beside(|shop| lines(&planned(shop, FIXTURE, true))).await;
        assert!(pruned.contains(&"- user left@partner.example (us)".to_owned()), "{pruned:?}");
    })
    .await;
}

#[tokio::test]
async fn a_removed_user_owns_no_client_any_more() {
    for_each_store_with(ADMIN, async |house| {
        let path = format!("/admin/v1/users/us/{}", BOB.zuid);
        let reply = send(&house.admin(), &Request::new("DELETE", &path).bearer(ADMIN_TOKEN)).await;
        assert_eq!(reply.status, 200, "{reply:?}");
        let directory = house.room("us").house.directory.clone();
        let found = directory.read(|tx| Ok((tx.registration(OTHER.id)?, tx.homes(BOB.email)?))).await.unwrap();
        let owned = found.0.unwrap();
        assert_eq!((owned.client.settings.owner.as_str(), owned.owner_location.as_str(), found.1), ("", "", vec![]));
    })
    .await;
}

#[tokio::test]
async fn who_moves_takes_their_clients_along() {
    for_each_store(async |house| {
        house
            .beside(|shop| {
                let person = |place| format!("[[user]]\nemail='m@acme.example'\nzuid=5\npassword='p'\ndata_center='{place}'\n");
                let client = "[[client]]\ntype='server'\nid='1000.MOVES'\nname='Moves'\nredirect_uris=['https://acme.example/cb']\nowner='m@acme.example'\n";
                provision::apply(shop, planned(shop, &format!("{}{client}", person("us")), false)).unwrap();
                provision::apply(shop, planned(shop, &person("eu"), false)).unwrap();
                let found = shop.stores.directory.read_blocking(|tx| tx.registration("1000.MOVES")).unwrap().unwrap();
                let owner = (found.client.settings.owner.as_str(), found.owner_location.as_str());
                assert_eq!(owner, ("m@acme.example", "eu"));
            })
            .await;
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_the_audit_cannot_take_is_told_all_the_same() {
    for_each_store_with(ADMIN, async |house| {
        // What all data centers share is audited in the first of them.
        house.break_store("cn");
        let path = format!("/admin/v1/clients/{}/secrets", DESK.id);
        let reply = send(&house.admin(), &Request::new("POST", &path).bearer(ADMIN_TOKEN)).await;
        assert_eq!((reply.status, reply.text("secret").len()), (200, 42), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn a_store_that_cannot_be_used_is_no_refusal() {
    for_each_store_with(ADMIN, async |house| {
        house.break_store("cn");
        let body = "{\"name\": \"Acme\"}".to_owned();
        for request in [
            Request::new("PUT", "/admin/v1/organizations").body("application/json", body),
            Request::new("DELETE", &format!("/admin/v1/clients/{}", DESK.id)),
        ] {
            let reply = send(&house.admin(), &request.bearer(ADMIN_TOKEN)).await;
            assert_eq!((reply.status, reply.text("error").as_str()), (503, "unavailable"), "{reply:?}");
        }
    })
    .await;
}
