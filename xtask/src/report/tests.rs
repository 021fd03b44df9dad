//! A failed step is remembered and makes the whole task fail; a skipped one does not.

use super::*;

#[test]
fn one_failure_fails_the_task_and_the_rest_still_runs() {
    let mut report = Report::default();
    assert!(report.command("true", &mut Command::new("true")));
    assert!(!report.command("false", &mut Command::new("false")));
    assert!(!report.command("nothing", &mut Command::new("there-is-no-such-program")));
    assert!(report.step("thought", || Ok(())));
    report.skip("rest", "not asked for");
    let summary = report.summary();
    assert!(summary.contains("passed") && summary.contains("FAILED") && summary.contains("skipped"), "{summary}");
    assert!(report.finish().is_err());
}

#[test]
fn skipping_is_no_failure() {
    let mut report = Report::default();
    report.skip("licences", "cargo-deny is not installed");
    assert!(report.finish().is_ok());
}
