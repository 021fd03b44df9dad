//! Audit rows in order, swept by age; refusals in a bounded ring for each client.

use grantor_protocol::time::Timestamp;
use grantor_store::{AuditEvent, AuditTrail, Concerning, Notice, NoticeFilter, NoticeKind};

use crate::fixtures::{C1, C2, O1, U1, World, at, for_each_world};

fn refusal(world: &World, client_id: &str, now: Timestamp) -> Notice {
    Notice {
        client_id: client_id.to_owned(),
        id: world.id(now),
        kind: NoticeKind::Refusal,
        location: "us".to_owned(),
        endpoint: "token".to_owned(),
        cause: "code_unknown".to_owned(),
        detail: "in words".to_owned(),
        request_id: "request".to_owned(),
    }
}

fn refused(world: &World, client_id: &'static str) -> Vec<Notice> {
    world.read(move |tx| tx.notices(client_id, &NoticeFilter::default(), 100_000))
}

#[test]
fn the_ring_of_refusals_is_bounded_for_each_client() {
    for_each_world(|world| {
        let all: Vec<_> = (0..60).map(|n| refusal(world, C1, at(n))).collect();
        let others: Vec<_> = (0..5).map(|n| refusal(world, C2, at(n))).collect();
        let first = others.clone();
        world.write(move |tx| tx.add_notices(&first, 10));
        for batch in all.chunks(7) {
            let batch = batch.to_vec();
            world.write(move |tx| tx.add_notices(&batch, 10));
            assert!(refused(world, C1).len() <= 10);
        }
        let newest_first: Vec<_> = all[50..].iter().rev().cloned().collect();
        assert_eq!(refused(world, C1), newest_first);
        assert_eq!(refused(world, C2).len(), others.len(), "another client's are not touched");
        // The same batch once more, after an unknown outcome, adds nothing.
        let again = all[50..].to_vec();
        world.write(move |tx| tx.add_notices(&again, 10));
        assert_eq!(refused(world, C1), newest_first);
        assert_eq!(world.read(|tx| tx.notices(C1, &NoticeFilter::default(), 3)), newest_first[..3]);
        world.write(|tx| tx.add_notices(&[], 10));
    });
}

#[test]
fn a_ring_that_got_smaller_shrinks_a_slice_at_a_time() {
    for_each_world(|world| {
        let many: Vec<_> = (0..1500).map(|n| refusal(world, C1, at(n))).collect();
        world.write(move |tx| tx.add_notices(&many, 2000));
        assert_eq!(refused(world, C1).len(), 1500);
        for left in [501, 10, 10] {
            let one = refusal(world, C1, at(2000));
            world.write(move |tx| tx.add_notices(std::slice::from_ref(&one), 10));
            assert_eq!(refused(world, C1).len(), left);
        }
    });
}

#[test]
fn audit_rows_are_read_newest_first_and_swept_by_age() {
    for_each_world(|world| {
        for n in 0..5 {
            let trail = AuditTrail { id: world.id(at(n)), request_id: format!("request {n}") };
            world.write(move |tx| {
                let concerning = Concerning { user: Some(U1), client_id: Some(C1), organization_id: Some(O1) };
                tx.audit(&trail, AuditEvent::SignedIn, concerning, "in words")?;
                // Said twice by a step that runs again, it stands there once.
                tx.audit(&trail, AuditEvent::SignedIn, concerning, "in words")
            });
        }
        let said = || {
            let rows = world.read(|tx| tx.audit_rows(100));
            rows.into_iter().map(|row| row.request_id).collect::<Vec<_>>()
        };
        assert_eq!(said(), ["request 4", "request 3", "request 2", "request 1", "request 0"]);
        assert_eq!(world.read(|tx| tx.audit_rows(2)).len(), 2);
        assert_eq!(world.write(|tx| tx.sweep_audit(at(3), 2)), 2);
        assert_eq!(said(), ["request 4", "request 3", "request 2"]);
        assert_eq!(world.write(|tx| tx.sweep_audit(at(3), 2)), 1);
        assert_eq!(world.write(|tx| tx.sweep_audit(at(3), 2)), 0);
        let rows = world.read(|tx| tx.audit_rows(1));
        assert_eq!((rows[0].user, rows[0].client_id.as_deref()), (Some(U1), Some(C1)));
        assert_eq!((rows[0].event.as_str(), rows[0].detail.as_str()), ("signed_in", "in words"));
        let nobody = world.trail(at(9));
        world.write(move |tx| tx.audit(&nobody, AuditEvent::SignedOut, Concerning::default(), ""));
        let rows = world.read(|tx| tx.audit_rows(1));
        assert_eq!((rows[0].user, rows[0].client_id.as_ref(), rows[0].organization_id.as_ref()), (None, None, None));
    });
}
