//! A row of steps and what became of each; the last thing a task prints is its summary.

use std::fmt::Write as _;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// The steps of one task, in order.
#[derive(Debug, Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
}

#[derive(Debug)]
struct Step {
    name: String,
    outcome: Outcome,
    took: Duration,
}

#[derive(Debug)]
enum Outcome {
    Passed,
    Failed(String),
    Skipped(String),
}

impl Report {
    /// Runs a command with its output shown; did it succeed?
    pub(crate) fn command(&mut self, name: &str, command: &mut Command) -> bool {
        self.step(name, || match command.status() {
            Ok(status) if status.success() => Ok(()),
            Ok(status) => bail!("{status}"),
            Err(cause) => bail!("does not run: {cause}"),
        })
    }

    /// Does one thing; did it succeed?
    pub(crate) fn step(&mut self, name: &str, act: impl FnOnce() -> Result<()>) -> bool {
        println!("\n== {name}");
        let began = Instant::now();
        let outcome = match act() {
            Ok(()) => Outcome::Passed,
            Err(cause) => {
                println!("{cause:#}");
                Outcome::Failed(first_line(&format!("{cause:#}")))
            }
        };
        let passed = matches!(outcome, Outcome::Passed);
        self.steps.push(Step { name: name.to_owned(), outcome, took: began.elapsed() });
        passed
    }

    /// Notes a step that is not done, and why.
    pub(crate) fn skip(&mut self, name: &str, why: &str) {
        self.steps.push(Step {
            name: name.to_owned(),
            outcome: Outcome::Skipped(why.to_owned()),
            took: Duration::ZERO,
        });
    }

    /// Prints the summary; an error when any step failed.
    pub(crate) fn finish(self) -> Result<()> {
        print!("\n{}", self.summary());
        let failed = self.steps.iter().filter(|step| matches!(step.outcome, Outcome::Failed(_))).count();
        if failed > 0 {
            bail!("{failed} of {} steps", self.steps.len());
        }
        Ok(())
    }

    fn summary(&self) -> String {
        let mut text = String::new();
        for step in &self.steps {
            let (word, note) = match &step.outcome {
                Outcome::Passed => ("passed ", String::new()),
                Outcome::Failed(why) => ("FAILED ", format!("  ({why})")),
                Outcome::Skipped(why) => ("skipped", format!("  ({why})")),
            };
            let _ = writeln!(text, "{word}  {:>6.1} s  {}{note}", step.took.as_secs_f64(), step.name);
        }
        text
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().chars().take(120).collect()
}

#[cfg(test)]
mod tests;
