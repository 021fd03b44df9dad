//! The project's own tasks, run by a person and by CI alike as `cargo xtask <task>`. Each task is one file named after
//! it; this one only chooses.

mod bench;
mod check;
mod crash;
mod environment;
mod fuzz;
mod house;
mod packaged;
mod postgres;
mod readme;
mod report;
mod sandbox;
mod setup;
mod test;
mod timing;
mod waiting;
mod wire;
mod workspace;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The project's own tasks.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
pub(crate) struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Every test: SQLite, PostgreSQL, browser; installs what is missing.
    Test(test::Args),
    /// Format, lints, documentation, house rules, licences.
    Check(check::Args),
    /// Kills the server at random moments under load and checks that it kept every promise.
    Crash(crash::Args),
    /// Feeds the readers of strangers' bytes with what a fuzzer makes up.
    Fuzz(fuzz::Args),
    /// Whether the time of an answer tells what is registered: a measurement, with its statistics.
    Timing(timing::Args),
    /// How fast it is, how much it needs, and whether that is what was wanted.
    Bench(bench::Args),
    /// Builds the program as it is packaged.
    Dist,
    /// Renews what packaged builds know of which code is asked for often.
    Train,
}

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Test(args) => test::run(&args),
        Task::Check(args) => check::run(&args),
        Task::Crash(args) => crash::run(&args),
        Task::Fuzz(args) => fuzz::run(&args),
        Task::Timing(args) => timing::run(&args),
        Task::Bench(args) => bench::run(&args),
        Task::Dist => packaged::dist(),
        Task::Train => packaged::train(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("\nfailed: {cause:#}");
            ExitCode::FAILURE
        }
    }
}
