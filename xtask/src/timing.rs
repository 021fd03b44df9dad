//! `cargo xtask timing`: does the time of an answer tell a made-up client from a wrong secret, or an address that is
//! somebody's from one that is nobody's? A measurement, never a test: on a busy machine it says what the machine did.
//! Only loopback, only a process started here.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::crash::chance::{self, Chance};
use crate::crash::server::{self, Server};
use crate::{test, waiting};

mod statistics;
mod trial;

use statistics::{BOUND, Comparison, Moments, compare, without_the_slowest};
use trial::Trial;

/// The part of all times that is left out of the second comparison: the slowest.
const SLOWEST: f64 = 0.1;

/// Options of `cargo xtask timing`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Requests of each class at the token endpoints, in each repetition.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    samples: u32,
    /// The same at the first step of the sign-in, and where letters are asked for.
    #[arg(long, default_value_t = 4_000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    emails: u32,
    /// The same at the second, where a password is hashed: 30 ms each.
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(10..=100_000))]
    passwords: u32,
    /// How often all of it.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=20))]
    repetitions: u32,
    /// Start of the order of turns; printed at each run.
    #[arg(long)]
    seed: Option<u64>,
    /// The program; by default the best build there is: packaged, release or debug.
    #[arg(long)]
    bin: Option<PathBuf>,
}

/// Letters are written, so that their pages are there.
const LETTERS: &str = "
[accounts]
sign_up = true

[mail]
from = \"accounts@crash.example\"
folder = \"mail\"
";

/// Measures, and prints what came of it.
pub(crate) fn run(args: &Args) -> Result<()> {
    let program = match &args.bin {
        Some(program) => program.canonicalize().with_context(|| program.display().to_string())?,
        None => built()?,
    };
    let seed = args.seed.unwrap_or_else(chance::seed);
    println!("{}, {} repetitions, --seed {seed}", program.display(), args.repetitions);
    let mut chance = Chance::new(seed);
    let folder = tempfile::Builder::new().prefix("grantor-timing-").tempdir()?;
    let port = waiting::free_port()?;
    // A sandbox without throttles and without limits on guesses: each request is judged.
    let files = server::write_files(folder.path(), port, None)?;
    let mut config = OpenOptions::new().append(true).open(&files.config)?;
    config.write_all(LETTERS.as_bytes())?;
    let (server, _) = Server::start(&program, folder.path(), &files)?;
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let [email, password] = trial::sign_in(address)?;
    let trials = [
        (trial::credentials("token endpoint, accounts", "/oauth/v2/token", 200), args.samples),
        (trial::credentials("token endpoint, standard", "/oauth2/token", 401), args.samples),
        (email, args.emails),
        (trial::letter(address, "recovery", "/recover")?, args.emails),
        (trial::letter(address, "sign-up", "/sign-up")?, args.emails),
        (password, args.passwords),
    ];
    println!("{HEAD}");
    let mut apart = 0;
    for (trial, samples) in &trials {
        for repetition in 1..=args.repetitions {
            let rows = trial.measure(address, *samples, &mut chance)?;
            apart += print(trial, repetition, &rows);
        }
    }
    let mut problems = Vec::new();
    server.stop(&mut problems);
    println!("\n{apart} comparisons with |t| over {BOUND}, the slowest {:.0} % left out", SLOWEST * 100.0);
    Ok(())
}

const HEAD: &str = "\n\
| what | repetition | class | times | median µs | mean µs | difference µs | t | t without the slowest | effect | told apart |\n\
|---|---|---|---|---|---|---|---|---|---|---|";

/// Prints a line for each class; how many of them can be told from the first?
fn print(trial: &Trial, repetition: u32, rows: &[Vec<f64>]) -> usize {
    let cut = without_the_slowest(rows, SLOWEST);
    let (Some(base), Some(cut_base)) = (rows.first(), cut.first()) else { return 0 };
    let mut apart = 0;
    for (at, class) in trial.classes.iter().enumerate() {
        let (Some(row), Some(cut_row)) = (rows.get(at), cut.get(at)) else { continue };
        let judged = (at > 0).then(|| (compare(base, row), compare(cut_base, cut_row)));
        apart += usize::from(judged.is_some_and(|(_, cut)| cut.t.abs() >= BOUND));
        println!(
            "| {} | {repetition} | {} | {} | {:.1} | {:.1} | {} |",
            trial.name,
            class.name,
            row.len(),
            median(row),
            Moments::of(row).mean,
            judged.map_or_else(|| " | | | | ".to_owned(), |(all, cut)| verdict(all, cut)),
        );
    }
    apart
}

fn verdict(all: Comparison, cut: Comparison) -> String {
    let word = if cut.t.abs() < BOUND { "no" } else { "**yes**" };
    format!("{:+.2} | {:+.2} | {:+.2} | {:+.3} | {word}", cut.difference, all.t, cut.t, cut.effect)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

/// The best build that is there.
fn built() -> Result<PathBuf> {
    let target = test::target_folder()?;
    let builds = ["packaged/dist", "release", "debug"].map(|folder| target.join(folder).join("grantor"));
    let found = builds.into_iter().find(|program| program.is_file());
    found.context("no program was built: cargo xtask dist, or --bin FILE")
}
