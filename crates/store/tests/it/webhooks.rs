//! Webhooks: deliveries only to those that are on, claimed once, tried again, bounded in number; and test users.

use grantor_protocol::time::Timestamp;
use grantor_protocol::token::{DataCenterByte, TokenId};
use grantor_store::{DeliveryState, DueDelivery, NewDelivery, Store, TestUser};

use crate::fixtures::{C1, C2, at, for_each_directory};

fn id(now: Timestamp, n: u8) -> TokenId {
    TokenId::new(now, DataCenterByte(1), [n; 9])
}

fn delivery(client_id: &str, seconds: i64, n: u8) -> NewDelivery {
    NewDelivery {
        client_id: client_id.to_owned(),
        id: id(at(seconds), n),
        event: "warning".to_owned(),
        body: format!("{{\"n\":{n}}}"),
    }
}

fn add(store: &Store, rows: Vec<NewDelivery>, keep: i64) {
    store.write_blocking(move |tx| tx.add_deliveries(&rows, keep)).unwrap();
}

fn due(store: &Store, seconds: i64, each: i64) -> Vec<DueDelivery> {
    store.read_blocking(move |tx| tx.due_deliveries(at(seconds), each, 100)).unwrap()
}

fn switch_on(store: &Store, client_id: &'static str) -> bool {
    store.write_blocking(move |tx| tx.put_webhook(client_id, "https://app.example/hook", at(0))).unwrap()
}

#[test]
fn only_a_webhook_that_is_on_gets_deliveries() {
    for_each_directory(|store| {
        add(store, vec![delivery(C1, 1, 1)], 10);
        assert!(due(store, 10, 10).is_empty());
        assert!(switch_on(store, C1), "its secret is new");
        assert!(!switch_on(store, C1), "and stays");
        add(store, vec![delivery(C1, 1, 1), delivery(C2, 1, 2), delivery(C1, 2, 3), delivery(C1, 1, 1)], 10);
        let all = due(store, 10, 10);
        assert_eq!(all.iter().map(|d| d.body.as_str()).collect::<Vec<_>>(), ["{\"n\":1}", "{\"n\":3}"]);
        assert_eq!((all[0].generation, all[0].url.as_str()), (1, "https://app.example/hook"));
        assert!(due(store, 0, 10).is_empty(), "not before its time");
        assert_eq!(due(store, 10, 1).len(), 1, "one of a client at a time");
        assert!(store.write_blocking(|tx| tx.turn_webhook(C1)).unwrap());
        assert_eq!(due(store, 10, 10)[0].generation, 2);
        assert!(store.write_blocking(|tx| tx.stop_webhook(C1, at(20))).unwrap());
        assert!(due(store, 100, 10).is_empty());
        let log = store.read_blocking(|tx| tx.deliveries(C1, None, 10)).unwrap();
        assert!(log.iter().all(|d| d.state == DeliveryState::GivenUp && d.finished_at == at(20)));
        assert!(!store.write_blocking(|tx| tx.turn_webhook(C1)).unwrap());
        assert!(switch_on(store, C1), "on again with the next secret");
        assert_eq!(store.read_blocking(|tx| tx.webhook(C1)).unwrap().unwrap().generation, 3);
    });
}

#[test]
fn a_delivery_is_claimed_once_and_tried_again_when_it_is_due() {
    for_each_directory(|store| {
        switch_on(store, C1);
        add(store, vec![delivery(C1, 1, 1)], 10);
        let first = due(store, 1, 10).remove(0);
        let claim = |of: &DueDelivery| {
            let of = of.clone();
            store.write_blocking(move |tx| tx.claim_delivery(&of, at(61))).unwrap()
        };
        assert!(claim(&first) && !claim(&first), "once");
        assert!(due(store, 2, 10).is_empty(), "claimed");
        let note = |of: &DueDelivery, state, again, status: i64, error: &'static str| {
            let of = of.clone();
            store.write_blocking(move |tx| tx.note_delivery(&of, (state, again), (status, error), at(5))).unwrap();
        };
        note(&first, DeliveryState::Waiting, at(65), 500, "");
        assert!(due(store, 64, 10).is_empty());
        let second = due(store, 65, 10).remove(0);
        assert_eq!(second.attempts, 1);
        assert!(!claim(&first) && claim(&second), "whoever saw an older state claims nothing");
        note(&second, DeliveryState::Delivered, at(65), 204, "");
        assert!(due(store, 1000, 10).is_empty());
        let log = store.read_blocking(|tx| tx.deliveries(C1, None, 10)).unwrap();
        assert_eq!((log[0].state, log[0].attempts, log[0].last_status), (DeliveryState::Delivered, 2, 204));
        let (key, nobody) = (first.id, id(at(9), 9));
        let resend = |client: &'static str, id| store.write_blocking(move |tx| tx.resend_delivery(client, id, at(90)));
        assert!(!resend(C2, key).unwrap() && !resend(C1, nobody).unwrap());
        assert!(resend(C1, key).unwrap() && !resend(C1, key).unwrap());
        assert_eq!(due(store, 90, 10)[0].attempts, 0);
    });
}

#[test]
fn the_log_is_bounded_and_read_by_pages() {
    for_each_directory(|store| {
        switch_on(store, C1);
        for n in 0..30 {
            add(store, vec![delivery(C1, i64::from(n), n)], 20);
        }
        let page = |before| store.read_blocking(move |tx| tx.deliveries(C1, before, 12)).unwrap();
        let first = page(None);
        assert_eq!((first.len(), first[0].body.as_str()), (12, "{\"n\":29}"));
        let second = page(first.last().map(|d| d.id));
        assert_eq!((second.len(), second[7].body.as_str()), (8, "{\"n\":10}"));
        assert!(page(second.last().map(|d| d.id)).is_empty());
    });
}

#[test]
fn test_users_are_a_few_of_each_client() {
    for_each_directory(|store| {
        let user = |client: &str, n: i64| TestUser {
            client_id: client.to_owned(),
            email: format!("test-{n}@sandbox.example"),
            location: "us".to_owned(),
            organization_id: "40001".to_owned(),
            created_at: at(n),
        };
        let add = |one: TestUser| store.write_blocking(move |tx| tx.add_test_user(&one, 2)).unwrap();
        assert!(add(user(C1, 1)) && add(user(C1, 2)) && !add(user(C1, 3)) && add(user(C2, 3)));
        let all = store.read_blocking(|tx| tx.test_users(C1)).unwrap();
        assert_eq!(all, [user(C1, 2), user(C1, 1)]);
        let remove = |client: &'static str| {
            store.write_blocking(move |tx| tx.remove_test_user(client, "test-1@sandbox.example")).unwrap()
        };
        assert!(!remove(C2) && remove(C1) && !remove(C1));
        assert!(store.read_blocking(|tx| tx.clones_of("")).unwrap().is_empty());
    });
}
