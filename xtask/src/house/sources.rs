//! Rules about the text of one file: how it opens, how long it is, which words it may not hold.

use std::path::Path;

use super::Problem;

/// Lines a file may have; tests get twice as many, because a table of cases reads better in one piece.
const LONGEST: usize = 400;
const LONGEST_TEST: usize = 800;

/// Files that may be longer than their kind: how long, and why.
const MAY_BE_LONGER: [(&str, usize, &str); 0] = [];

/// Words that finished code does not hold. Spelled in two halves here, so that this file keeps its own rules.
const UNFINISHED: [&str; 3] = [concat!("todo", "!("), concat!("dbg", "!("), concat!("unimplemented", "!(")];

/// Parts of SQL statements, as they stand in Rust literals.
const SQL: [&str; 7] = [
    concat!("\"SEL", "ECT "),
    concat!("\"UPD", "ATE "),
    concat!("INSERT ", "INTO "),
    concat!("DELETE ", "FROM "),
    concat!("CREATE ", "TABLE "),
    concat!("ALTER ", "TABLE "),
    concat!("CREATE ", "UNIQUE INDEX "),
];

/// Package registries and folders of somebody's machine: nothing that is committed depends on them.
const MACHINES: [&str; 9] = [
    concat!("crates", ".io"),
    concat!("npmjs", ".org"),
    concat!("npmjs", ".com"),
    concat!("pypi", ".org"),
    concat!("proxy.golang", ".org"),
    concat!("rubygems", ".org"),
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/tmp/ba", "sh_jobs"),
];

/// The broken rules of one file.
pub(super) fn problems(file: &Path, text: &str) -> Vec<Problem> {
    let mut found = machine_names(file, text);
    if file.extension().is_some_and(|kind| kind == "rs") {
        found.extend(opening(file, text));
        found.extend(length(file, text));
        found.extend(words(file, text, &UNFINISHED, "is not finished code"));
        if !file.starts_with("crates/store") {
            found.extend(words(file, text, &SQL, "is SQL, which lives in crates/store only"));
        }
    }
    if file.extension().is_some_and(|kind| kind == "sql") && !file.starts_with("crates/store") {
        found.push(Problem::in_file(file, "SQL lives in crates/store only"));
    }
    if file.starts_with("crates/protocol/src") || file.starts_with("crates/store/src") {
        found.extend(vendor(file, text));
    }
    found
}

/// Each room says at its door what lives there.
fn opening(file: &Path, text: &str) -> Option<Problem> {
    let is_exempt =
        file.ends_with("build.rs") || file.starts_with("tests/data") || file.to_string_lossy().contains("/tests/data/");
    let opens = text.starts_with("//! ");
    (!is_exempt && !opens).then(|| Problem::at(file, 1, "opens with no `//!` sentence that says what lives here"))
}

fn length(file: &Path, text: &str) -> Option<Problem> {
    let name = file.to_string_lossy();
    let most =
        MAY_BE_LONGER.iter().find(|(long, ..)| *long == name).map_or_else(|| longest(&name), |(_, most, _)| *most);
    let lines = text.lines().count();
    (lines > most).then(|| Problem::in_file(file, format!("has {lines} lines; a room has at most {most}")))
}

fn longest(name: &str) -> usize {
    let is_test = ["/tests/", "/benches/"].iter().any(|folder| name.contains(folder)) || name.ends_with("tests.rs");
    if is_test { LONGEST_TEST } else { LONGEST }
}

/// The rules and the memory know no vendor: dialects live in the server.
fn vendor(file: &Path, text: &str) -> Vec<Problem> {
    let vendor = concat!("zo", "ho");
    let lines = (1..).zip(text.lines());
    let named = lines.filter(|(_, line)| line.to_ascii_lowercase().contains(vendor));
    named.map(|(number, _)| Problem::at(file, number, "names the vendor; protocol and store know none")).collect()
}

fn machine_names(file: &Path, text: &str) -> Vec<Problem> {
    let is_lock = file.file_name().is_some_and(|name| name == "Cargo.lock" || name == "package-lock.json");
    if is_lock { Vec::new() } else { words(file, text, &MACHINES, "belongs to a machine or a registry") }
}

fn words(file: &Path, text: &str, words: &[&str], why: &str) -> Vec<Problem> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for word in words.iter().filter(|word| line.contains(**word)) {
            found.push(Problem::at(file, number, format!("`{}` {why}", word.trim())));
        }
    }
    found
}
