//! What wrk says is read.

use super::*;

#[test]
fn the_line_of_the_scripts_is_found() {
    let text = "Running 1s test @ http://127.0.0.1:1\n  10 requests in 1s\n\
        result {\"done\":10,\"seconds\":1.5,\"bad\":1,\"p50_us\":200,\"p99_us\":900}\n";
    let found = counted(text).unwrap();
    assert!((found.done / found.seconds - 10.0 / 1.5).abs() < 1e-9);
    assert!((found.p99_us - 900.0).abs() < 1e-9);
    assert!(counted("Running\n").is_none());
}
