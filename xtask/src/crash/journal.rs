//! The oracle's own memory on disk: an intent before each request and the answer after it, synced, so that a run can be
//! read afterwards line by line.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::{Context as _, Result};
use serde_json::{Value, json};

/// The open journal.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
}

impl Journal {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let file =
            File::options().create_new(true).append(true).open(path).with_context(|| path.display().to_string())?;
        Ok(Self { file })
    }

    /// What will be asked, before it is sent.
    pub(crate) fn intent(&self, span: usize, what: &str) -> Result<()> {
        self.line(&json!({"span": span, "intent": what}))
    }

    /// What was answered.
    pub(crate) fn answer(&self, span: usize, what: &str) -> Result<()> {
        self.line(&json!({"span": span, "answer": what}))
    }

    fn line(&self, value: &Value) -> Result<()> {
        // One write of one line in append mode: threads need no lock, and their syncs may overlap.
        (&self.file).write_all(format!("{value}\n").as_bytes())?;
        self.file.sync_data().context("syncing the journal")
    }
}
