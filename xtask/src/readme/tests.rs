//! Commands are found in code blocks only, however they are started.

use super::*;

const TEXT: &str = "Type grantor nonsense.

```sh
$ cargo run --release -- demo
cargo xtask test --only store
RUST_LOG=info ./target/release/grantor serve --config x
grantor --version
cargo build
```

cargo xtask outside
";

#[test]
fn commands_of_code_blocks_are_found() {
    let found = commands(TEXT);
    assert_eq!(found, [Line::Program("demo".into()), Line::Task("test".into()), Line::Program("serve".into())]);
}

#[test]
fn a_task_that_is_gone_is_told() {
    assert!(unknown_tasks(&commands(TEXT)).is_empty());
    assert_eq!(unknown_tasks(&[Line::Task("dance".into())]), ["dance"]);
}
