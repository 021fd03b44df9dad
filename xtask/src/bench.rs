//! `cargo xtask bench`: how fast the accounts dialect is, how much it needs, and whether that is what was wanted. Every
//! figure is taken between two of a bare HTTP handler. Only loopback, only processes started here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use crate::packaged::Build;
use crate::postgres::{Cluster, Durability};
use crate::{postgres, setup, waiting};

mod ceiling;
mod figure;
mod installation;
mod load;
mod process;
mod statements;
pub(crate) mod tools;
mod usage;
mod whole_protocol;

use figure::{Figure, Goal, Wanted};
use installation::{Installation, Running, Weight};
use load::{Load, Range, Target};
use process::Process;
use tools::Tools;

/// Grants of a small installation; the load draws from all of them.
const FEW: u64 = 1_000;
/// Access tokens that the user information is asked with.
const ACCESS_TOKENS: usize = 100;
/// Starts that the middle is taken of.
const STARTS: usize = 5;
/// After this a server has done what it does by itself after a start or a load.
const QUIET: Duration = Duration::from_secs(2);

/// What can be measured.
const PARTS: [&str; 10] =
    ["refresh", "code", "info", "introspect", "client", "device", "sign", "start", "postgres", "grants"];

/// Options of `cargo xtask bench`.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct Args {
    /// Seconds of each turn.
    #[arg(long, value_name = "SECS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=120))]
    duration: u64,
    /// Turns of each figure; the middle is told.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=9))]
    repeats: u32,
    /// How many connections, one figure for each.
    #[arg(long, value_delimiter = ',', default_value = "16,64", value_parser = clap::value_parser!(u32).range(1..=512))]
    connections: Vec<u32>,
    /// Only these: refresh, code, info (user information), introspect, client (its credentials), device (polling), sign (ID
    /// tokens by algorithm), start, postgres, grants (very many of them).
    #[arg(long, value_delimiter = ',', value_name = "PART", value_parser = PARTS)]
    only: Vec<String>,
    /// The program that does the least a durable server can do, to compare with.
    #[arg(long, value_name = "PROGRAM")]
    ceiling: Option<PathBuf>,
    /// Run what was built before, without looking whether the sources have changed since.
    #[arg(long)]
    no_build: bool,
    /// How many grants are very many; 0 leaves that out.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u64).range(0..=20_000_000))]
    grants: u64,
}

impl Args {
    fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == part)
    }
}

/// Everything that was found out.
#[derive(Debug, Default)]
struct Findings {
    figures: Vec<Figure>,
    goals: Vec<Goal>,
    notes: Vec<String>,
}

/// Measures, then prints the tables.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.wants("postgres") {
        setup::provide(&[setup::Need::Postgres])?;
    }
    let build = Build::packaged()?;
    measure(args, &tools::provide((!args.no_build).then_some(&build), &build.folder())?)
}

/// Asks of these programs a little of everything that is asked often.
pub(crate) fn exercise(tools: &Tools) -> Result<()> {
    let only = ["refresh", "code", "info", "introspect", "client", "device", "sign"].map(str::to_owned).to_vec();
    println!("What follows is measured while the program counts: it says nothing about its speed.");
    let args = Args { duration: 3, repeats: 1, connections: vec![16], only, ceiling: None, no_build: true, grants: 0 };
    measure(&args, tools)
}

fn measure(args: &Args, tools: &Tools) -> Result<()> {
    let folder = tempfile::Builder::new().prefix("grantor-bench-").tempdir()?;
    let address = SocketAddr::from(([127, 0, 0, 1], waiting::free_port()?));
    let mut command = Command::new(&tools.bare);
    let (bare, _) = Process::start(command.arg(address.to_string()), &folder.path().join("bare.log"))?;

    let (small, weight) = Installation::new(tools, folder.path().join("small"), None, FEW)?;
    let range = Range {
        wrk: tools.wrk.clone(),
        folder: folder.path().to_owned(),
        bare: Load { address, ..refreshing(address, "/token", &small.refresh_tokens) },
        seconds: args.duration,
        repeats: args.repeats,
    };
    println!("{}", figure::HEAD);
    let mut found = Findings::default();
    for connections in &args.connections {
        let target = Target { pid: bare.id(), grantor: None, database: None };
        found.figures.push(range.figure("bare HTTP", *connections, target, || Ok(range.bare.clone()))?);
    }
    if PARTS.iter().filter(|part| !matches!(**part, "postgres" | "grants")).any(|part| args.wants(part)) {
        on_sqlite(args, &range, &small, weight, &mut found)?;
    }
    if args.wants("grants") && args.grants > 0 {
        very_many(args, &range, tools, &small, &mut found)?;
    }
    if args.wants("postgres") {
        on_postgres(args, &range, tools, &mut found)?;
    }
    print!("\n{}\n{}", figure::table(&found.figures), figure::goals(&found.goals));
    for note in &found.notes {
        println!("\n{note}");
    }
    let errors: f64 = found.figures.iter().map(|figure| figure.errors).sum();
    ensure!(errors == 0.0, "{errors} requests were not answered as they should be");
    Ok(())
}

fn refreshing(address: SocketAddr, path: &str, tokens: &Path) -> Load {
    let settings = vec![
        ("BENCH_PATH", path.to_owned()),
        ("BENCH_FORM", installation::refresh_form()),
        ("BENCH_POOL", tokens.display().to_string()),
    ];
    Load { script: "draw.lua", address, settings }
}

fn grantor(running: &Running) -> Target<'_> {
    Target { pid: running.process.id(), grantor: Some(running), database: None }
}

fn on_sqlite(args: &Args, range: &Range, small: &Installation, weight: Weight, found: &mut Findings) -> Result<()> {
    let cookie = small.visitor()?;
    if args.wants("start") {
        starts("with a thousand grants", small, found)?;
    }
    let server = small.start()?;
    waiting::pause(QUIET);
    let idle = usage::memory_mib(server.process.id());
    let load = refreshing(server.address, "/oauth/v2/token", &small.refresh_tokens);
    let ceiling = args.ceiling.as_deref().map(|program| ceiling::Ceiling::start(program, &range.folder)).transpose()?;
    let first = found.figures.len();
    for connections in args.connections.iter().copied().filter(|_| args.wants("refresh")) {
        let refresh = range.figure("refresh", connections, grantor(&server), || Ok(load.clone()))?;
        found.at_least(format!("refresh of bare HTTP, {connections} connections"), refresh.ratio, 0.15);
        found.at_most(format!("refresh, CPU, {connections} connections"), refresh.cpu_us, 120.0, " µs");
        if let Some(ceiling) = &ceiling {
            let target = Target { pid: ceiling.process.id(), grantor: None, database: None };
            let least = range.figure("ceiling, refresh", connections, target, || ceiling.load(connections))?;
            let ratio = refresh.p99_ms / least.p99_ms;
            found.at_most(format!("refresh, p99 of the ceiling's, {connections} connections"), ratio, 1.5, "");
            found.figures.push(least);
        }
        found.figures.push(refresh);
    }
    for connections in args.connections.iter().copied().filter(|_| args.wants("code")) {
        let settings = vec![
            ("BENCH_PATH", installation::authorization_request()),
            ("BENCH_COOKIE", cookie.clone()),
            ("BENCH_TOKEN_PATH", "/oauth/v2/token".to_owned()),
            ("BENCH_FORM", installation::exchange_form()),
        ];
        let load = Load { script: "trip.lua", address: server.address, settings };
        let trip = range.figure("code round trip", connections, grantor(&server), || Ok(load.clone()))?;
        found.at_least(format!("code round trips of bare HTTP, {connections} connections"), trip.ratio, 0.08);
        found.figures.push(trip);
    }
    if args.wants("info") {
        let tokens = range.folder.join("access-tokens");
        server.access_tokens(&small.refresh_tokens, ACCESS_TOKENS, &tokens)?;
        let settings =
            vec![("BENCH_PATH", "/oauth/user/info".to_owned()), ("BENCH_POOL", tokens.display().to_string())];
        let load = Load { script: "draw.lua", address: server.address, settings };
        for connections in args.connections.iter().copied() {
            let info = range.figure("user information", connections, grantor(&server), || Ok(load.clone()))?;
            found.at_least(format!("user information of bare HTTP, {connections} connections"), info.ratio, 0.5);
            found.figures.push(info);
        }
    }
    whole_protocol::measure(args, range, small, &server, ceiling.as_ref(), found)?;
    waiting::pause(QUIET);
    let after = usage::memory_mib(server.process.id());
    let ours = found.figures.iter().skip(first).filter(|figure| !figure.name.starts_with("ceiling"));
    let peak = ours.map(|figure| figure.peak_mib).fold(after, f64::max);
    found.below("memory, idle".into(), idle, 20.0, " MiB");
    found.below("memory, under load".into(), peak, 64.0, " MiB");
    found.notes.push(format!("Memory: {idle:.1} MiB idle, {peak:.1} MiB at most under load, {after:.1} MiB after it."));
    found.notes.push(on_disk(weight, FEW));
    Ok(())
}

/// The same refresh with very many grants, each turn beside one with few.
fn very_many(args: &Args, range: &Range, tools: &Tools, small: &Installation, found: &mut Findings) -> Result<()> {
    let began = std::time::Instant::now();
    let (large, weight) = Installation::new(tools, range.folder.join("large"), None, args.grants)?;
    println!("({} grants seeded in {:.0} s)", args.grants, began.elapsed().as_secs_f64());
    if args.wants("start") {
        starts(&format!("with {} grants", args.grants), &large, found)?;
    }
    let (few, many) = (small.start()?, large.start()?);
    waiting::pause(QUIET);
    let idle = usage::memory_mib(many.process.id());
    for connections in args.connections.iter().copied() {
        let [few, many] = [(&few, small, FEW), (&many, &large, args.grants)].map(|(server, place, grants)| {
            let load = refreshing(server.address, "/oauth/v2/token", &place.refresh_tokens);
            let name = format!("refresh, {grants} grants");
            range.figure(&name, connections, grantor(server), || Ok(load.clone()))
        });
        let (few, many) = (few?, many?);
        let ratio = many.ratio / few.ratio;
        found.at_least(format!("refresh, very many grants to few, {connections} connections"), ratio, 0.8);
        found.figures.extend([few, many]);
    }
    waiting::pause(QUIET);
    let after = usage::memory_mib(many.process.id());
    found.notes.push(format!("Memory with {} grants: {idle:.1} MiB idle, {after:.1} MiB after the load.", args.grants));
    found.notes.push(on_disk(weight, args.grants));
    Ok(())
}

fn on_postgres(args: &Args, range: &Range, tools: &Tools, found: &mut Findings) -> Result<()> {
    let binaries = postgres::binaries().context("PostgreSQL's programs")?;
    let cluster = Cluster::start(&binaries, Durability::Full)?;
    let pid = usage::child_named("postgres").context("PostgreSQL's process")?;
    let (place, _) = Installation::new(tools, range.folder.join("postgres"), Some(&cluster.url()), FEW)?;
    let server = place.start()?;
    let load = refreshing(server.address, "/oauth/v2/token", &place.refresh_tokens);
    let bare = statements::Statements { tools, url: cluster.url(), tokens: &place.refresh_tokens, database: pid };
    for connections in args.connections.iter().copied() {
        let before = bare.figure(args.duration)?;
        let target = Target { database: Some(pid), ..grantor(&server) };
        let refresh = range.figure("refresh on PostgreSQL", connections, target, || Ok(load.clone()))?;
        let after = bare.figure(args.duration)?;
        let ratio = refresh.per_second / f64::midpoint(before.per_second, after.per_second);
        found.at_least(format!("refresh on PostgreSQL of its bare statements, {connections} connections"), ratio, 0.7);
        found.figures.extend([before, refresh, after]);
    }
    Ok(())
}

fn starts(what: &str, place: &Installation, found: &mut Findings) -> Result<()> {
    let (mut ready, mut answered) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let server = place.start()?;
        ready.push(server.ready);
        answered.push(server.answered);
    }
    let [ready, answered] = [ready, answered].map(|all| load::middle_duration(&all).as_secs_f64() * 1e3);
    found.below(format!("start {what}"), ready, 100.0, " ms");
    found.notes.push(format!(
        "Start {what}, the middle of {STARTS}: `ready` after {ready:.0} ms, the first answer after {answered:.0} ms."
    ));
    Ok(())
}

fn on_disk(weight: Weight, grants: u64) -> String {
    format!(
        "On disk with {grants} grants: {:.0} bytes for each live grant (grant, refresh token, throttles, audit row), {:.0} \
         for an access token, {:.0} for a user with one membership.",
        weight.grant, weight.access, weight.person
    )
}

impl Findings {
    fn at_least(&mut self, what: String, measured: f64, least: f64) {
        self.goals.push(Goal { what, measured, wanted: Wanted::AtLeast(least), unit: "" });
    }

    fn at_most(&mut self, what: String, measured: f64, most: f64, unit: &'static str) {
        self.goals.push(Goal { what, measured, wanted: Wanted::AtMost(most), unit });
    }

    fn below(&mut self, what: String, measured: f64, bound: f64, unit: &'static str) {
        self.goals.push(Goal { what, measured, wanted: Wanted::Below(bound), unit });
    }
}
