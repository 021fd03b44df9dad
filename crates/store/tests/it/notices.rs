//! Notices in a bounded ring for each client, in the directory; filtered, searched and counted by cause.

use grantor_protocol::time::Timestamp;
use grantor_protocol::token::{DataCenterByte, TokenId};
use grantor_store::{Notice, NoticeFilter, NoticeKind, Store};

use crate::fixtures::{C1, C2, at, for_each_directory};

fn refusal(client_id: &str, now: Timestamp) -> Notice {
    Notice {
        client_id: client_id.to_owned(),
        id: TokenId::new(now, DataCenterByte(1), [7; 9]),
        kind: NoticeKind::Refusal,
        location: "us".to_owned(),
        endpoint: "token".to_owned(),
        cause: "code_unknown".to_owned(),
        detail: "in words".to_owned(),
        request_id: "request".to_owned(),
    }
}

fn add(store: &Store, rows: &[Notice], keep: i64) {
    let rows = rows.to_vec();
    store.write_blocking(move |tx| tx.add_notices(&rows, keep)).unwrap();
}

fn wanted(store: &Store, client_id: &'static str, filter: NoticeFilter, limit: i64) -> Vec<Notice> {
    store.read_blocking(move |tx| tx.notices(client_id, &filter, limit)).unwrap()
}

fn all(store: &Store, client_id: &'static str) -> Vec<Notice> {
    wanted(store, client_id, NoticeFilter::default(), 100_000)
}

#[test]
fn the_ring_of_notices_is_bounded_for_each_client() {
    for_each_directory(|store| {
        let many: Vec<_> = (0..60).map(|n| refusal(C1, at(n))).collect();
        let others: Vec<_> = (0..5).map(|n| refusal(C2, at(n))).collect();
        add(store, &others, 10);
        for batch in many.chunks(7) {
            add(store, batch, 10);
            assert!(all(store, C1).len() <= 10);
        }
        let newest_first: Vec<_> = many[50..].iter().rev().cloned().collect();
        assert_eq!(all(store, C1), newest_first);
        assert_eq!(all(store, C2).len(), others.len(), "another client's are not touched");
        // The same batch once more, after an unknown outcome, adds nothing.
        add(store, &many[50..], 10);
        assert_eq!(all(store, C1), newest_first);
        assert_eq!(wanted(store, C1, NoticeFilter::default(), 3), newest_first[..3]);
        add(store, &[], 10);
    });
}

#[test]
fn a_ring_that_got_smaller_shrinks_a_slice_at_a_time() {
    for_each_directory(|store| {
        let many: Vec<_> = (0..1500).map(|n| refusal(C1, at(n))).collect();
        add(store, &many, 2000);
        assert_eq!(all(store, C1).len(), 1500);
        for left in [501, 10, 10] {
            add(store, &[refusal(C1, at(2000))], 10);
            assert_eq!(all(store, C1).len(), left);
        }
    });
}

#[test]
fn notices_are_narrowed_and_searched_as_words() {
    for_each_directory(|store| {
        let mut warning = Notice { kind: NoticeKind::Warning, location: "eu".to_owned(), ..refusal(C1, at(2)) };
        (warning.cause, warning.detail) = ("close".to_owned(), "80 % of Ten_tokens".to_owned());
        let first = refusal(C1, at(1));
        add(store, &[first.clone(), warning.clone(), refusal(C2, at(3))], 10);
        let text = |text: &str| NoticeFilter { text: Some(text.to_owned()), ..NoticeFilter::default() };
        for (filter, found) in [
            (NoticeFilter { kind: Some(NoticeKind::Warning), ..NoticeFilter::default() }, vec![&warning]),
            (NoticeFilter { cause: Some("code_unknown".to_owned()), ..NoticeFilter::default() }, vec![&first]),
            (NoticeFilter { location: Some("eu".to_owned()), ..NoticeFilter::default() }, vec![&warning]),
            (NoticeFilter { before: Some(warning.id), ..NoticeFilter::default() }, vec![&first]),
            (text("TEN_TOKENS"), vec![&warning]),
            (text("ten%"), vec![]),
            (text("80 %"), vec![&warning]),
            (text("' OR ''='"), vec![]),
            (text("request"), vec![&warning, &first]),
        ] {
            let said = format!("{filter:?}");
            assert_eq!(wanted(store, C1, filter, 10).iter().collect::<Vec<_>>(), found, "{said}");
        }
        let causes = store.read_blocking(|tx| tx.notice_causes(C1, at(0))).unwrap();
        assert_eq!(causes, [("close".to_owned(), 1), ("code_unknown".to_owned(), 1)]);
        let id = warning.id;
        assert_eq!(store.read_blocking(move |tx| tx.notice(C1, id)).unwrap(), Some(warning.clone()));
        assert_eq!(store.read_blocking(move |tx| tx.notice(C2, id)).unwrap(), None, "another client's");
    });
}
