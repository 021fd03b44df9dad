//! Each rule finds what breaks it and leaves in peace what does not.

use super::*;

fn broken(file: &str, text: &str) -> Vec<String> {
    sources::problems(Path::new(file), text).iter().map(ToString::to_string).collect()
}

#[test]
fn a_file_opens_with_what_lives_there() {
    assert_eq!(broken("crates/server/src/door.rs", "use x;\n").len(), 1);
    assert!(broken("crates/server/src/door.rs", "//! The door.\nuse x;\n").is_empty());
    assert!(broken("crates/server/build.rs", "fn main() {}\n").is_empty());
    assert!(broken("crates/cli/tests/data/sample.rs", "fn main() {}\n").is_empty());
    assert!(broken("README.md", "# Words\n").is_empty());
}

#[test]
fn rooms_are_small_and_tests_may_be_twice_as_long() {
    let long = format!("//! Long.\n{}", "\n".repeat(500));
    assert_eq!(broken("crates/server/src/door.rs", &long).len(), 1);
    assert!(broken("crates/server/src/door/tests.rs", &long).is_empty());
    assert!(broken("crates/server/tests/it/door.rs", &long).is_empty());
    let longer = format!("//! Long.\n{}", "\n".repeat(900));
    assert_eq!(broken("crates/server/tests/it/door.rs", &longer).len(), 1);
}

#[test]
fn protocol_and_store_name_no_vendor() {
    let text = format!("//! Scopes.\n// as at {}\n", concat!("Zo", "ho"));
    assert_eq!(
        broken("crates/protocol/src/scope.rs", &text),
        ["crates/protocol/src/scope.rs:2: names the vendor; protocol and store know none"]
    );
    assert_eq!(broken("crates/store/src/tx.rs", &text).len(), 1);
    assert!(broken("crates/server/src/accounts.rs", &text).is_empty());
}

#[test]
fn unfinished_code_is_found() {
    for word in [concat!("todo", "!()"), concat!("dbg", "!(x)"), concat!("unimplemented", "!()")] {
        assert_eq!(broken("crates/cli/src/main.rs", &format!("//! Main.\nfn f() {{ {word} }}\n")).len(), 1, "{word}");
    }
}

#[test]
fn sql_lives_in_the_store_only() {
    let text = format!("//! Steps.\nconst Q: &str = {}1\";\n", concat!("\"SEL", "ECT "));
    assert_eq!(broken("crates/server/src/token.rs", &text).len(), 1);
    assert!(broken("crates/store/src/tx.rs", &text).is_empty());
    assert_eq!(broken("crates/server/src/extra.sql", "").len(), 1);
    assert!(broken("crates/store/migrations/0001.sql", "").is_empty());
    assert!(broken("crates/server/src/words.rs", "//! Words.\n// \"Select one\"\n").is_empty());
}

#[test]
fn nothing_depends_on_a_machine_or_a_registry() {
    let text = format!("see https://{}/x and {}y\n", concat!("crates", ".io"), concat!("/wo", "rk/"));
    assert_eq!(broken("docs/guide.md", &text).len(), 2);
    assert!(broken("Cargo.lock", &text).is_empty());
}

#[test]
fn decisions_are_numbered_without_gaps_and_short() {
    let folder = Path::new("docs/decisions");
    let texts = |names: &[&str]| names.iter().map(|name| (folder.join(name), "short\n".to_owned())).collect::<Vec<_>>();
    assert!(decisions::judge(&texts(&["0001-a.md", "0002-b.md", "README.md"])).is_empty());
    assert_eq!(decisions::judge(&texts(&["0001-a.md", "0003-b.md"])).len(), 1);
    assert_eq!(decisions::judge(&texts(&["0001-a.md", "0001-b.md"])).len(), 1);
    assert_eq!(decisions::judge(&texts(&["1-a.md"])).len(), 1);
    let long = vec![(folder.join("0001-a.md"), "line\n".repeat(81))];
    assert_eq!(decisions::judge(&long).len(), 1);
}

#[test]
fn the_client_library_never_leans_on_the_rules() {
    let about = serde_json::json!({"packages": [
        {"name": "grantor-client", "dependencies": [{"name": "grantor-protocol"}, {"name": "url"}]},
        {"name": "grantor-store", "dependencies": [{"name": "grantor-protocol"}]},
        {"name": "grantor-extra", "dependencies": []},
    ]});
    let found: Vec<String> = dependencies::arrows(&about).iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("grantor-client") && found[1].contains("grantor-extra"));
}

#[test]
fn packages_that_must_not_come_in_are_found() {
    let lock = "[[package]]\nname = \"openssl-sys\"\nversion = \"1\"\n\n[[package]]\nname = \"rsa\"\n\n[[package]]\nname = \"rsagreat\"\n";
    assert_eq!(dependencies::locked(lock).len(), 2);
}

#[test]
fn links_to_missing_files_are_found() {
    let text = "See [a](docs/a.md), [b](docs/b.md#part), [c](https://example.com/x) and [d](#here).";
    assert_eq!(broken_links(text, |target| target == "docs/a.md"), [(1, "docs/b.md".to_owned())]);
}
