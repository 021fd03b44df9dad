//! What the server counts is read from its metrics; the requests are spelled as a form.

use super::*;

#[test]
fn counters_are_added_up() {
    let text = "# HELP grantor_refusals Requests refused\n\
        grantor_refusals_total{endpoint=\"Token\",cause=\"CodeUnknown\"} 2\n\
        grantor_refusals_total{endpoint=\"UserInfo\",cause=\"Expired\"} 1\n\
        grantor_store_steps_total{store=\"directory\"} 9\n\
        grantor_store_steps_total{store=\"us\"} 40\n\
        grantor_store_commits_total{store=\"us\"} 4\n# EOF\n";
    assert_eq!(counts(text), Counts { refused: 3.0, steps: 40.0, commits: 4.0 });
}

#[test]
fn tokens_are_the_end_of_a_form() {
    assert!(refresh_form().ends_with("&refresh_token="));
    assert!(exchange_form().ends_with("&code="));
    assert!(authorization_request().contains("redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fcallback&"));
}
