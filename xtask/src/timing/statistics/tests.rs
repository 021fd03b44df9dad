//! Against numbers worked out by hand, and against rows of which it is known whether they differ.

use super::*;
use crate::crash::chance::Chance;

fn close(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-9
}

#[test]
fn moments_are_those_of_the_sample() {
    let moments = Moments::of(&[2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0]);
    assert!(moments.count == 8 && close(moments.mean, 5.0) && close(moments.variance, 32.0 / 7.0), "{moments:?}");
    assert_eq!(Moments::of(&[]), Moments { count: 0, mean: 0.0, variance: 0.0 });
    assert!(close(Moments::of(&[3.0]).variance, 0.0));
}

#[test]
fn t_is_welch_s() {
    // Means 3 and 6, variances 2.5 and 10, five each: t = 3 / sqrt(0.5 + 2) and d = 3 / sqrt(6.25).
    let compared = compare(&[1.0, 2.0, 3.0, 4.0, 5.0], &[2.0, 4.0, 6.0, 8.0, 10.0]);
    assert!(close(compared.t, 3.0 / 2.5_f64.sqrt()), "{compared:?}");
    assert!(close(compared.effect, 1.2) && close(compared.difference, 3.0), "{compared:?}");
    // Rows of different sizes: the smaller weighs by its own spread (2/3 and 10/2).
    let compared = compare(&[1.0, 1.0, 3.0, 3.0], &[0.0, 20.0]);
    let error = (4.0 / 3.0 / 4.0 + 200.0 / 2.0_f64).sqrt();
    assert!(close(compared.t, 8.0 / error), "{compared:?}");
    let swapped = compare(&[0.0, 20.0], &[1.0, 1.0, 3.0, 3.0]);
    assert!(close(swapped.t, -compared.t));
}

#[test]
fn without_any_spread_nothing_is_said() {
    let compared = compare(&[1.0, 1.0], &[2.0, 2.0]);
    assert!(close(compared.t, 0.0) && close(compared.difference, 1.0));
    let nothing = compare(&[], &[]);
    assert!(close(nothing.t, 0.0) && close(nothing.effect, 0.0));
}

/// Times around 100, of which some took very long.
fn times(chance: &mut Chance, count: usize, more: f64) -> Vec<f64> {
    let one = |chance: &mut Chance| chance.below(1_000_000) as f64 / 1_000_000.0;
    (0..count)
        .map(|_| {
            let usual = 100.0 + more + (0..12).map(|_| one(chance)).sum::<f64>();
            if one(chance) < 0.02 { usual * 50.0 } else { usual }
        })
        .collect()
}

#[test]
fn a_difference_is_found_and_none_is_not_made_up() {
    let mut chance = Chance::new(7);
    let (same, other) = (times(&mut chance, 20_000, 0.0), times(&mut chance, 20_000, 0.0));
    let slower = times(&mut chance, 20_000, 0.1);
    let cut = without_the_slowest(&[same, other, slower], 0.1);
    let [same, other, slower] = cut.as_slice() else { panic!("three rows") };
    assert!(compare(same, other).t.abs() < BOUND);
    let found = compare(same, slower);
    assert!(found.t > BOUND && found.effect > 0.05, "{found:?}");
}

#[test]
fn one_bound_cuts_all_rows() {
    let rows = without_the_slowest(&[vec![1.0, 2.0, 9.0], vec![3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 10.0]], 0.2);
    assert_eq!(rows, [vec![1.0, 2.0], vec![3.0, 4.0, 5.0, 6.0, 7.0, 8.0]]);
    assert_eq!(without_the_slowest(&[vec![1.0, 2.0]], 0.0), [vec![1.0, 2.0]]);
    assert_eq!(without_the_slowest(&[vec![], vec![]], 0.1), [Vec::<f64>::new(), vec![]]);
}
