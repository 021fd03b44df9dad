//! The commands that the README tells people to type: they must exist.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};
use clap::CommandFactory as _;

use crate::{Cli, workspace};

/// A command line of the README that names one of our programs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Line {
    /// `cargo xtask WORD …`
    Task(String),
    /// `grantor WORD …`, or the same through `cargo run`
    Program(String),
}

/// The commands of the code blocks of a text.
pub(crate) fn commands(text: &str) -> Vec<Line> {
    let mut found = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            in_block = !in_block;
        } else if in_block {
            found.extend(command(line));
        }
    }
    found
}

fn command(line: &str) -> Option<Line> {
    let line = line.trim().trim_start_matches("$ ");
    let mut words = line.split_whitespace().skip_while(|word| word.contains('=') && !word.starts_with('-'));
    let program = words.next()?;
    if program == "cargo" {
        return match words.next()? {
            "xtask" => words.next().filter(|word| is_word(word)).map(|word| Line::Task(word.to_owned())),
            "run" => words
                .skip_while(|word| *word != "--")
                .nth(1)
                .filter(|word| is_word(word))
                .map(|word| Line::Program(word.to_owned())),
            _ => None,
        };
    }
    let name = Path::new(program).file_name()?;
    if name != "grantor" {
        return None;
    }
    words.next().filter(|word| is_word(word)).map(|word| Line::Program(word.to_owned()))
}

fn is_word(word: &str) -> bool {
    word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-') && !word.starts_with('-')
}

/// The tasks among `lines` that do not exist.
pub(crate) fn unknown_tasks(lines: &[Line]) -> Vec<String> {
    let cli = Cli::command();
    let unknown = |line: &Line| match line {
        Line::Task(word) if cli.find_subcommand(word).is_none() => Some(word.clone()),
        _ => None,
    };
    lines.iter().filter_map(unknown).collect()
}

/// Asks the built program whether it knows every command that the README names.
pub(crate) fn check_program(program: &Path) -> Result<()> {
    let readme = workspace::root().join("README.md");
    let text = std::fs::read_to_string(&readme).context("README.md")?;
    for line in commands(&text) {
        let Line::Program(word) = line else { continue };
        let out =
            Command::new(program).args([word.as_str(), "--help"]).output().context("the built program does not run")?;
        if !out.status.success() {
            bail!("README names `grantor {word}`, which does not exist");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
