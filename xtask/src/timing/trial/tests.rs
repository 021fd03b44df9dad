//! The classes differ in their reason and in nothing that can be seen from outside.

use super::*;

#[test]
fn credentials_are_of_one_length() {
    let trial = credentials("x", "/x", 200);
    let lengths: Vec<usize> = trial
        .classes
        .iter()
        .map(|class| match &class.sent {
            Sent::Form { body, .. } => body.len(),
            Sent::Page(_) => 0,
        })
        .collect();
    assert!(lengths.len() == 3 && lengths.iter().all(|length| *length == lengths[0] && *length > 0), "{lengths:?}");
    assert!(unknown_client() != CLIENT && changed(true) != SECRET && changed(false) != SECRET);
    assert_ne!(changed(true), changed(false));
}

#[test]
fn turns_are_drawn_and_nobody_is_left_out() {
    let mut chance = Chance::new(1);
    let mut first = [0; 3];
    for _ in 0..3_000 {
        let mut order = shuffled(3, &mut chance);
        first[order[0]] += 1;
        order.sort_unstable();
        assert_eq!(order, [0, 1, 2]);
    }
    assert!(first.iter().all(|count| (850..1150).contains(count)), "{first:?}");
    assert_eq!(shuffled(1, &mut chance), [0]);
}
