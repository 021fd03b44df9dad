//! `cargo xtask crash`: the crash oracle. It puts the server under a mixed load, kills it at a random moment, starts it
//! again, and compares every code, token and revocation with what had been acknowledged. Only loopback, only processes
//! started here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use crate::postgres::{Cluster, Durability};
use crate::{postgres, setup, test, waiting, workspace};

mod chains;
pub(crate) mod chance;
mod fate;
mod journal;
mod judge;
mod load;
pub(crate) mod server;
mod steps;
mod world;

use chains::Chains;
use chance::Chance;
use journal::Journal;
use server::Server;
use steps::Target;
use world::World;

/// The load's threads; the server sees as many requests at once.
const WORKERS: u64 = 4;
/// The latest moment of a kill after the load's start.
const LATEST_KILL: u64 = 200;

/// Options of `cargo xtask crash`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// How often to kill.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u64).range(1..=5000))]
    rounds: u64,
    /// Start of all chance; printed at each run, so that one can be repeated.
    #[arg(long)]
    seed: Option<u64>,
    /// The program to try; by default the release build, made first.
    #[arg(long)]
    bin: Option<PathBuf>,
    /// Keep the stores in a PostgreSQL cluster of our own instead of SQLite.
    #[arg(long)]
    postgres: bool,
}

/// Runs the oracle.
pub(crate) fn run(args: &Args) -> Result<()> {
    let program = match &args.bin {
        Some(program) => program.canonicalize().with_context(|| program.display().to_string())?,
        None => build()?,
    };
    let cluster = if args.postgres {
        setup::provide(&[setup::Need::Postgres])?;
        Some(Cluster::start(&postgres::binaries().context("PostgreSQL's programs")?, Durability::Full)?)
    } else {
        None
    };
    let seed = args.seed.unwrap_or_else(chance::seed);
    let url = cluster.as_ref().map(Cluster::url);
    rounds(&program, url.as_deref(), args.rounds, seed)
}

/// A few rounds on both engines, as a part of the tests.
pub(crate) fn small(program: &Path) -> Result<()> {
    rounds(program, None, 5, chance::seed())?;
    let binaries = postgres::binaries().context("PostgreSQL's programs")?;
    let cluster = Cluster::start(&binaries, Durability::None)?;
    rounds(program, Some(&cluster.url()), 3, chance::seed())
}

fn build() -> Result<PathBuf> {
    let status = workspace::cargo(&["build", "--release", "--package", "grantor"]).status().context("cargo")?;
    ensure!(status.success(), "the server does not build");
    Ok(test::target_folder()?.join("release").join("grantor"))
}

fn rounds(program: &Path, database: Option<&str>, rounds: u64, seed: u64) -> Result<()> {
    let engine = if database.is_some() { "PostgreSQL" } else { "SQLite" };
    println!("crash oracle on {engine}: {rounds} rounds, --seed {seed}");
    let folder = tempfile::Builder::new().prefix("grantor-crash-").tempdir()?;
    let mut chance = Chance::new(seed);
    let mut problems = Vec::new();
    let done = all_rounds(program, database, folder.path(), rounds, &mut chance, &mut problems);
    for problem in &problems {
        println!("  BROKEN PROMISE: {problem}");
    }
    if done.is_err() || !problems.is_empty() {
        let kept = folder.keep();
        println!("kept for a look: {} (journal, log, data); again with --seed {seed}", kept.display());
        done?;
        bail!("{} broken promises on {engine}", problems.len());
    }
    Ok(())
}

fn all_rounds(
    program: &Path,
    database: Option<&str>,
    folder: &Path,
    rounds: u64,
    chance: &mut Chance,
    problems: &mut Vec<String>,
) -> Result<()> {
    let port = waiting::free_port()?;
    let files = server::write_files(folder, port, database)?;
    let journal = Journal::open(&folder.join("journal.jsonl"))?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let (world, chains) = (Mutex::new(World::new()), Chains::new());

    let (mut server, _) = Server::start(program, folder, &files)?;
    let target = steps::sign_everybody_in(address)?;
    let (mut requests, mut kills_under_load) = (0, 0);
    for round in 1..=rounds {
        let delay = Duration::from_millis(chance.below(LATEST_KILL + 1));
        let counted = load_and_kill(&mut server, (&world, &chains), &journal, &target, delay, chance.next(), problems)?;
        let lost = world::locked(&world).lose_unanswered();
        let (next, took) = Server::start(program, folder, &files)?;
        server = next;
        let told = judge::after_restart(&mut world::locked(&world), &chains, &journal, &target, chance, problems)?;
        requests += counted;
        kills_under_load += u64::from(lost > 0);
        println!(
            "round {round}: killed after {} ms, {counted} answered, {lost} unanswered; up again in {} ms; {told}",
            delay.as_millis(),
            took.as_millis()
        );
        if !problems.is_empty() {
            break;
        }
    }
    server.stop(problems);
    ensure!(requests > 0, "no request was ever answered: nothing was tested");
    println!(
        "{requests} answered requests, {kills_under_load} of {rounds} kills hit open requests, {} broken promises",
        problems.len()
    );
    Ok(())
}

/// Loads the server from several threads, kills it after `delay`, and waits for the threads. How many requests were
/// answered?
fn load_and_kill(
    server: &mut Server,
    (world, chains): (&Mutex<World>, &Chains),
    journal: &Journal,
    target: &Target,
    delay: Duration,
    seed: u64,
    problems: &mut Vec<String>,
) -> Result<u64> {
    let stop = AtomicBool::new(false);
    let (mut answered, mut failure) = (0, None);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..WORKERS)
            .map(|number| {
                let stop = &stop;
                scope.spawn(move || load::work(world, chains, journal, target, Chance::new(seed ^ (number + 1)), stop))
            })
            .collect();
        waiting::pause(delay);
        server.kill();
        stop.store(true, Ordering::Relaxed);
        for worker in workers {
            match worker.join() {
                Ok(Ok(done)) => {
                    answered += done.answered;
                    problems.extend(done.problems);
                }
                Ok(Err(cause)) => failure = Some(cause),
                Err(_) => failure = Some(anyhow::anyhow!("a thread of the load panicked")),
            }
        }
    });
    failure.map_or(Ok(answered), Err)
}

#[cfg(test)]
mod tests;
