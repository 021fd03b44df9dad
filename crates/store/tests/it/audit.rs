//! Audit rows in order, swept by age.

use grantor_protocol::people::{Realm, UserId};
use grantor_store::{AuditEvent, AuditTrail, Concerning};

use crate::fixtures::{C1, O1, U1, at, for_each_world, person};

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

#[test]
fn i07_a_number_given_anew_brings_nothing_of_whoever_had_it_before() {
    const NEW: UserId = UserId(77);
    for_each_world(|world| {
        let sign_in = |now| {
            let trail = world.trail(now);
            let concerning = Concerning { user: Some(NEW), ..Concerning::default() };
            world.write(move |tx| tx.audit(&trail, AuditEvent::SignedIn, concerning, ""));
        };
        let rows_at = |now| world.read(move |tx| tx.audit_of(NEW, None, 10, now)).len();
        let rows = || rows_at(at(9));
        world.write(|tx| tx.put_user(&person(NEW, Realm::Accounts, "one@zylker.example"), at(1)));
        sign_in(at(1));
        sign_in(at(2));
        assert_eq!(rows(), 2);
        world.write(|tx| tx.remove_user(NEW));
        assert_eq!(rows(), 0, "of nobody");
        world.write(|tx| tx.put_user(&person(NEW, Realm::Accounts, "two@zylker.example"), at(5)));
        assert_eq!(rows(), 0);
        assert_eq!(rows_at(at(4)), 2, "by a clock that was set back");
        sign_in(at(5));
        assert_eq!(rows(), 1);
        // Written once more, they are who they were.
        world.write(|tx| tx.put_user(&person(NEW, Realm::Accounts, "two@zylker.example"), at(9)));
        assert_eq!(rows(), 1);
    });
}
