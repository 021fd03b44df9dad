//! The middle is taken, and a goal is judged as it is worded.

use super::*;

#[test]
fn the_middle_of_each_number_counts_but_every_error() {
    let turn = |rate: f64, errors: f64| Figure { per_second: rate, errors, peak_mib: rate, ..Figure::default() };
    let all = Figure::of("x", 16, &[turn(9.0, 0.0), turn(1.0, 2.0), turn(5.0, 1.0)]);
    assert_eq!((all.per_second, all.errors, all.peak_mib), (5.0, 3.0, 9.0));
    assert!((middle([4.0, 1.0].into_iter()) - 2.5).abs() < f64::EPSILON);
    assert!((middle([].into_iter())).abs() < f64::EPSILON);
}

#[test]
fn bounds_are_as_worded() {
    let goal = |wanted| Goal { what: "x".into(), measured: 20.0, wanted, unit: " MiB" };
    assert!(goal(Wanted::AtLeast(20.0)).is_reached());
    assert!(goal(Wanted::AtMost(20.0)).is_reached());
    assert!(!goal(Wanted::Below(20.0)).is_reached());
    let text = goals(&[goal(Wanted::Below(20.0)), goal(Wanted::AtLeast(0.15))]);
    assert!(text.contains("| x | below 20 MiB | 20.0 MiB | **no** |"), "{text}");
    assert!(text.contains("| x | at least 0.15 MiB | 20.000 MiB | yes |"), "{text}");
}

#[test]
fn a_row_has_as_many_columns_as_the_head() {
    let columns = |line: &str| line.matches('|').count();
    let line = Figure { database_us: 1.0, steps_a_commit: 2.0, ..Figure::default() }.line();
    for head in HEAD.lines() {
        assert_eq!(columns(head), columns(&line));
    }
}
