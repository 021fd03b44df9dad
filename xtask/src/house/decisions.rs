//! Decisions are numbered without gaps, so that a number names one for ever, and short, so that they are read.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use super::Problem;

const FOLDER: &str = "docs/decisions";
const LONGEST: usize = 80;

/// The broken rules of the folder of decisions.
pub(super) fn problems(root: &Path, files: &[PathBuf]) -> Result<Vec<Problem>> {
    let mut texts = Vec::new();
    for file in files.iter().filter(|file| file.parent() == Some(Path::new(FOLDER))) {
        let text = std::fs::read_to_string(root.join(file)).with_context(|| file.display().to_string())?;
        texts.push((file.clone(), text));
    }
    Ok(judge(&texts))
}

/// The broken rules of these decisions.
pub(super) fn judge(texts: &[(PathBuf, String)]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut numbered: BTreeMap<usize, &Path> = BTreeMap::new();
    for (file, text) in texts {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if name == "README.md" {
            continue;
        }
        let Some(number) = number(&name) else {
            found.push(Problem::in_file(file, "is not named like 0001-what-was-decided.md"));
            continue;
        };
        if let Some(other) = numbered.insert(number, file) {
            found.push(Problem::in_file(file, format!("has the number of {}", other.display())));
        }
        let lines = text.lines().count();
        if lines > LONGEST {
            found.push(Problem::in_file(file, format!("has {lines} lines; a decision has at most {LONGEST}")));
        }
    }
    for (expected, (number, file)) in (1..).zip(&numbered) {
        if *number != expected {
            found.push(Problem::in_file(file, format!("follows a gap: {expected:04} is missing")));
            break;
        }
    }
    found
}

fn number(name: &str) -> Option<usize> {
    let (digits, rest) = name.split_once('-')?;
    let fits = digits.len() == 4 && rest.len() > 3 && Path::new(rest).extension().is_some_and(|kind| kind == "md");
    if fits { digits.parse().ok() } else { None }
}
