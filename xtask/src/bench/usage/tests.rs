//! The system's accounts are read as they are written.

use super::*;

#[test]
fn a_name_may_hold_anything() {
    let text = "42 (a) b (c) S 7 42 42 0 -1 4194304 1 0 0 0 150 50 30 20 20 0 3 0 1 2 3";
    assert_eq!(stat(text), Some(Stat { parent: 7, cpu_seconds: 2.5 }));
    assert_eq!(stat(""), None);
}

#[test]
fn memory_is_the_proportional_part() {
    let text = "5576 [rollup]\nRss:  9000 kB\nPss:                4711 kB\nPss_Dirty: 1 kB\n";
    assert_eq!(pss_kib(text), Some(4711.0));
}

#[test]
fn idle_and_waiting_are_not_busy() {
    let text = "cpu  100 0 200 5000 900 0 0 100 7 7\ncpu0 1 2 3\n";
    assert!((busy_seconds(text) - 4.0).abs() < 1e-9);
}

#[test]
fn descendants_belong_to_the_family() {
    let stat = |parent| Stat { parent, cpu_seconds: 1.0 };
    let all = HashMap::from([(1, stat(0)), (2, stat(1)), (3, stat(2)), (4, stat(9))]);
    let mut found = family(1, &all);
    found.sort_unstable();
    assert_eq!(found, [1, 2, 3]);
}

#[test]
fn this_process_uses_something() {
    assert!(memory_mib(std::process::id()) > 0.1);
    assert!(machine_seconds() > 0.0);
}
