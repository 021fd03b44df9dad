//! Which parts a command line asks for.

use clap::Parser;

use super::*;

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn line(words: &[&str]) -> Args {
    Line::parse_from(std::iter::once(&"test").chain(words)).args
}

#[test]
fn without_words_everything_runs() {
    let args = line(&[]);
    assert!(args.packages().is_empty());
    assert!(args.wants("e2e") && args.wants("crash") && args.wants("store"));
}

#[test]
fn only_names_packages() {
    let args = line(&["--only", "store", "--only", "cli"]);
    assert_eq!(args.packages(), ["grantor-store", "grantor"]);
    assert!(!args.wants("e2e") && !args.wants("crash"));
    assert!(line(&["--only", "e2e"]).packages().is_empty());
}

#[test]
fn the_browser_can_be_left_out() {
    assert!(!line(&["--no-browser"]).wants("e2e"));
    assert!(run(&line(&["--no-browser", "--only", "e2e"])).is_err());
}

#[test]
fn unknown_parts_are_refused() {
    assert!(Line::try_parse_from(["test", "--only", "stroe"]).is_err());
}
