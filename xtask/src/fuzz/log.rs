//! The kept log of fuzzing: a table in Markdown, one row for each run of a target, the newest run last.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};

/// What one run of a target came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) target: String,
    pub(crate) executions: u64,
    pub(crate) seconds: u64,
    /// Of the engine: edges and how often they were gone.
    pub(crate) features: u64,
    pub(crate) findings: u64,
}

impl Row {
    /// Reads what the engine told. After a finding it counts nothing, so its last line of progress counts.
    pub(crate) fn read(target: &str, seconds: u64, told: &str, failed: bool) -> Result<Self> {
        let number = |text: &str| text.split_whitespace().next().and_then(|word| word.parse::<u64>().ok());
        let counted = told.lines().find_map(|line| number(line.strip_prefix("stat::number_of_executed_units:")?));
        let progress = |line: &str| number(line.strip_prefix('#')?);
        let executions =
            counted.or_else(|| told.lines().filter_map(progress).max()).context("the engine told no figures")?;
        let features = |line: &str| number(line.split_once(" ft: ")?.1);
        let features = told.lines().filter_map(features).max().unwrap_or_default();
        Ok(Self { target: target.to_owned(), executions, seconds, features, findings: u64::from(failed) })
    }

    /// As a row of the table.
    pub(crate) fn as_line(&self, day: &str) -> String {
        let Self { target, executions, seconds, features, findings } = self;
        format!("| {day} | {target} | {executions} | {seconds} | {features} | {findings} |")
    }
}

/// Adds the rows to the end of the file.
pub(crate) fn add(file: &Path, day: &str, rows: &[Row]) -> Result<()> {
    let mut text = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    for row in rows {
        let _ = writeln!(text, "{}", row.as_line(day));
    }
    std::fs::write(file, text).with_context(|| file.display().to_string())
}
