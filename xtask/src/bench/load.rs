//! Making a load with wrk and measuring what it does: each figure between two of the bare handler, because only their
//! ratio can be compared with another machine or another hour.

use std::fs::File;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail, ensure};

use super::figure::{Figure, middle};
use super::installation::Running;
use super::usage;
use crate::{waiting, workspace};

/// Before the clock starts.
const WARM_UP: u64 = 1;
/// The bare handler, before and after each figure.
const BRACKET: u64 = 2;
/// When the bare handler itself changed by more than this between its two turns, the figure is taken again …
const CALM: f64 = 2.0;
/// … at most so often.
const TRIES: u32 = 3;
/// How often memory is looked at.
const GLANCE: Duration = Duration::from_millis(250);

/// What is asked of whom.
#[derive(Debug, Clone)]
pub(crate) struct Load {
    pub(crate) script: &'static str,
    pub(crate) address: SocketAddr,
    pub(crate) settings: Vec<(&'static str, String)>,
}

/// What wrk counted.
#[derive(Debug, Clone, Copy)]
struct Counted {
    done: f64,
    seconds: f64,
    bad: f64,
    p50_us: f64,
    p99_us: f64,
}

/// A server under load.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target<'a> {
    pub(crate) pid: u32,
    /// When it is Grantor: its counters tell of refusals that wrk cannot see.
    pub(crate) grantor: Option<&'a Running>,
    /// A database server whose CPU time is not others'.
    pub(crate) database: Option<u32>,
}

/// The load tool and the bare handler.
#[derive(Debug)]
pub(crate) struct Range {
    pub(crate) wrk: PathBuf,
    pub(crate) folder: PathBuf,
    pub(crate) bare: Load,
    pub(crate) seconds: u64,
    pub(crate) repeats: u32,
}

impl Range {
    /// Measures several times and takes the middle of each number. `load` is asked before each turn.
    pub(crate) fn figure(
        &self,
        name: &str,
        connections: u32,
        target: Target<'_>,
        mut load: impl FnMut() -> Result<Load>,
    ) -> Result<Figure> {
        self.wrk(&load()?, connections, WARM_UP, &Mutex::default())?;
        let mut turns = Vec::new();
        for _ in 0..self.repeats {
            turns.push(self.turn(connections, target, &mut load)?);
        }
        let figure = Figure::of(name, connections, &turns);
        println!("{}", figure.line());
        Ok(figure)
    }

    fn turn(&self, connections: u32, target: Target<'_>, load: &mut impl FnMut() -> Result<Load>) -> Result<Figure> {
        let mut best: Option<(f64, Figure)> = None;
        for _ in 0..TRIES {
            let before = self.bare_rate(connections)?;
            let mut figure = self.once(&load()?, connections, target)?;
            let after = self.bare_rate(connections)?;
            figure.ratio = figure.per_second / f64::midpoint(before, after);
            let unrest = before.max(after) / before.min(after).max(1.0);
            if best.as_ref().is_none_or(|(least, _)| unrest < *least) {
                best = Some((unrest, figure));
            }
            if unrest <= CALM {
                break;
            }
            println!("(the bare handler went from {before:.0} to {after:.0} a second: once more)");
        }
        best.map(|(_, figure)| figure).context("nothing was measured")
    }

    fn bare_rate(&self, connections: u32) -> Result<f64> {
        let counted = self.wrk(&self.bare, connections, BRACKET, &Mutex::default())?;
        ensure!(counted.bad == 0.0, "the bare handler answered {} times with an error", counted.bad);
        Ok(counted.done / counted.seconds)
    }

    /// One turn without brackets.
    fn once(&self, load: &Load, connections: u32, target: Target<'_>) -> Result<Figure> {
        let counts =
            |running: Option<&Running>| running.map(Running::counts).transpose().map(Option::unwrap_or_default);
        let taken = || usage::cpu_seconds(target.pid);
        let database = || target.database.map(usage::cpu_seconds).unwrap_or_default();
        let (ended, peak, tool) = (AtomicBool::new(false), Mutex::new(0.0), Mutex::new(0.0));
        let counts_before = counts(target.grantor)?;
        let (machine_before, database_before, before) = (usage::machine_seconds(), database(), taken());
        let counted = std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    let now = usage::memory_mib(target.pid);
                    if let Ok(mut peak) = peak.lock() {
                        *peak = f64::max(*peak, now);
                    }
                    waiting::pause(GLANCE);
                }
            });
            let counted = self.wrk(load, connections, self.seconds, &tool);
            ended.store(true, Ordering::Relaxed);
            counted
        })?;
        let (cpu, database, machine) =
            (taken() - before, database() - database_before, usage::machine_seconds() - machine_before);
        let counts_after = counts(target.grantor)?;
        let commits = counts_after.commits - counts_before.commits;
        let tool = tool.into_inner().unwrap_or_default();
        Ok(Figure {
            name: String::new(),
            connections,
            per_second: counted.done / counted.seconds,
            ratio: 0.0,
            p50_ms: counted.p50_us / 1e3,
            p99_ms: counted.p99_us / 1e3,
            cpu_us: cpu * 1e6 / counted.done.max(1.0),
            database_us: database * 1e6 / counted.done.max(1.0),
            steps_a_commit: if commits > 0.0 { (counts_after.steps - counts_before.steps) / commits } else { 0.0 },
            peak_mib: peak.into_inner().unwrap_or_default(),
            errors: counted.bad + counts_after.refused - counts_before.refused,
            others_cores: ((machine - cpu - database - tool) / counted.seconds).max(0.0),
        })
    }

    /// Runs wrk with one thread; `cpu` becomes the seconds of CPU that it took itself.
    fn wrk(&self, load: &Load, connections: u32, seconds: u64, cpu: &Mutex<f64>) -> Result<Counted> {
        ensure!(load.address.ip().is_loopback(), "loopback only");
        let scripts = workspace::root().join("xtask/src/bench");
        let told = self.folder.join("wrk.out");
        let out = File::create(&told)?;
        let mut command = Command::new(&self.wrk);
        command
            .args(["--threads", "1", "--connections", &connections.to_string()])
            .args(["--duration", &format!("{seconds}s"), "--timeout", "10s", "--script"])
            .arg(scripts.join(load.script))
            .arg(format!("http://{}", load.address))
            .env("BENCH_SCRIPTS", &scripts);
        for (name, value) in &load.settings {
            command.env(name, value);
        }
        let errors = out.try_clone()?;
        let mut child = command.stdin(Stdio::null()).stdout(out).stderr(errors).spawn().context("wrk does not run")?;
        let ended = waiting::until(Duration::from_secs(seconds + 60), "the load", || {
            let taken = usage::cpu_seconds(child.id());
            if let Ok(mut cpu) = cpu.lock() {
                *cpu = f64::max(*cpu, taken);
            }
            let status = child.try_wait()?;
            if status.is_none() {
                waiting::pause(Duration::from_millis(50));
            }
            Ok(status)
        });
        if ended.is_err() {
            waiting::end(&mut child, &["TERM"], Duration::from_secs(2));
        }
        let text = std::fs::read_to_string(&told)?;
        if !ended?.success() {
            bail!("wrk: {text}");
        }
        counted(&text).with_context(|| format!("wrk said nothing that can be read: {text}"))
    }
}

fn counted(text: &str) -> Option<Counted> {
    let line = text.lines().find_map(|line| line.strip_prefix("result "))?;
    let told: serde_json::Value = serde_json::from_str(line).ok()?;
    let number = |name: &str| told.get(name)?.as_f64();
    Some(Counted {
        done: number("done")?,
        seconds: number("seconds")?,
        bad: number("bad")?,
        p50_us: number("p50_us")?,
        p99_us: number("p99_us")?,
    })
}

/// The middle one of several durations.
pub(crate) fn middle_duration(all: &[Duration]) -> Duration {
    Duration::from_secs_f64(middle(all.iter().map(Duration::as_secs_f64)))
}

#[cfg(test)]
mod tests;
