//! The rules of the house that no compiler knows. Each rule is a function of texts, so that its tests need no project.

use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::{readme, workspace};

mod decisions;
mod dependencies;
mod sources;

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Problem {
    /// The file, relative to the root.
    place: PathBuf,
    /// The line, from 1, when there is one.
    line: Option<usize>,
    what: String,
}

impl Problem {
    fn at(place: &Path, line: usize, what: impl Into<String>) -> Self {
        Self { place: place.to_path_buf(), line: Some(line), what: what.into() }
    }

    fn in_file(place: &Path, what: impl Into<String>) -> Self {
        Self { place: place.to_path_buf(), line: None, what: what.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(out, "{}:{line}: {}", self.place.display(), self.what),
            None => write!(out, "{}: {}", self.place.display(), self.what),
        }
    }
}

/// Every broken rule of the project at `root`.
pub(crate) fn problems(root: &Path) -> Result<Vec<Problem>> {
    let files = workspace::files(root)?;
    let mut found = Vec::new();
    for file in &files {
        let bytes = std::fs::read(root.join(file)).with_context(|| file.display().to_string())?;
        // A file that is not text (a logo, a font) has no rules.
        let Ok(text) = String::from_utf8(bytes) else { continue };
        found.extend(sources::problems(file, &text));
    }
    found.extend(decisions::problems(root, &files)?);
    found.extend(dependencies::problems(root)?);
    found.extend(readme_problems(root));
    Ok(found)
}

fn readme_problems(root: &Path) -> Vec<Problem> {
    let place = Path::new("README.md");
    let Ok(text) = std::fs::read_to_string(root.join(place)) else {
        return vec![Problem::in_file(place, "is missing")];
    };
    let unknown = readme::unknown_tasks(&readme::commands(&text)).into_iter();
    let tasks = unknown.map(|word| Problem::in_file(place, format!("names the task `{word}`, which does not exist")));
    let links = broken_links(&text, |target| root.join(target).exists());
    tasks
        .chain(
            links
                .into_iter()
                .map(|(line, target)| Problem::at(place, line, format!("links to {target}, which is not there"))),
        )
        .collect()
}

/// The links of a Markdown text to files of the project that are not there.
fn broken_links(text: &str, exists: impl Fn(&str) -> bool) -> Vec<(usize, String)> {
    let mut broken = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        for rest in line.split("](").skip(1) {
            let target = rest.split([')', '#', ' ']).next().unwrap_or_default();
            let elsewhere = target.is_empty() || target.contains("://") || target.starts_with("mailto:");
            if !elsewhere && !exists(target) {
                broken.push((number, target.to_owned()));
            }
        }
    }
    broken
}

#[cfg(test)]
mod tests;
