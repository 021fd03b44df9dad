//! What the engine tells is read, and seeds stay small.

use super::*;

#[test]
fn a_run_is_read() {
    let told = "INFO: Seed: 1\n#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#900\tDONE   cov: 40 ft: 52 corp: 3/9b lim: 4\n\
                stat::number_of_executed_units: 900\nstat::average_exec_per_sec:     90\n";
    let row = Row::read("query", 10, told, false).unwrap();
    assert_eq!(row.as_line("2026-11-22"), "| 2026-11-22 | query | 900 | 10 | 52 | 0 |");
    let told = "#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#77\tNEW    cov: 12 ft: 13 corp: 2/3b\nthread panicked\n";
    let row = Row::read("query", 10, told, true).unwrap();
    assert_eq!((row.executions, row.features, row.findings), (77, 13, 1));
    assert!(Row::read("query", 10, "cannot execute", true).is_err());
}

#[test]
fn rows_are_added_at_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("LOG.md");
    std::fs::write(&file, "# Log\n").unwrap();
    let row = Row { target: "form".to_owned(), executions: 1, seconds: 2, features: 3, findings: 0 };
    log::add(&file, "2026-11-22", &[row.clone(), row]).unwrap();
    let line = "| 2026-11-22 | form | 1 | 2 | 3 | 0 |\n";
    assert_eq!(std::fs::read_to_string(&file).unwrap(), format!("# Log\n{line}{line}"));
}

#[test]
fn only_small_seeds_are_added() {
    let (from, to) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(from.path().join("small"), "a").unwrap();
    std::fs::write(from.path().join("large"), "a".repeat(2_000)).unwrap();
    for number in 0..40 {
        std::fs::write(from.path().join(format!("{number}")), "a".repeat(500)).unwrap();
    }
    let added = add_small(from.path(), to.path()).unwrap();
    assert_eq!(added, 25, "one byte and 24 times 500");
    assert!(to.path().join("small").exists() && !to.path().join("large").exists());
    assert_eq!(add_small(from.path(), to.path()).unwrap(), 0);
}

#[test]
fn a_day_has_its_form() {
    assert!(day("2026-11-22").is_ok());
    for wrong in ["", "today", "2026-1-2", "2026-11-22-1"] {
        assert!(day(wrong).is_err(), "{wrong}");
    }
}
