//! How many single-row steps a second the engine commits, and what one costs in CPU. An observation, not a benchmark.
//!
//! `cargo run --profile dist -p grantor-store --example engine_rate -- FOLDER [POSTGRES_URL [CONNECTIONS]]`
//!
//! SQLite's file is made in FOLDER. With a PostgreSQL URL the same steps run there, beside the same statements issued
//! by the bare driver on as many connections. Linux only: CPU time is read from `/proc`.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use grantor_store::{DatabaseUrl, Migrations, Param, Store, StoreOptions, Tx};

const TABLE: Migrations = Migrations {
    name: "rate",
    files: &[(
        "0001_token",
        "CREATE TABLE token (id {blob} PRIMARY KEY, hash {blob} NOT NULL, scopes TEXT NOT NULL, expires BIGINT NOT NULL) \
         {without_rowid}",
    )],
};
const INSERT: &str = "INSERT INTO token (id, hash, scopes, expires) VALUES ($1, $2, $3, $4)";
const LOOK: &str = "SELECT hash, scopes, expires FROM token WHERE id = $1";
const LASTS: Duration = Duration::from_secs(3);

static NEXT: AtomicU64 = AtomicU64::new(1);

type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("name a folder")?;
    let server = arguments.next();
    let connections = arguments.next().map_or(Ok(8), |count| count.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let options =
        StoreOptions { schema: "engine_rate".to_owned(), exclusive: true, connections, ..StoreOptions::default() };

    let store = Store::open(&DatabaseUrl::parse("sqlite:engine_rate.db", Path::new(&folder))?, &TABLE, &options)?;
    resume(&store)?;
    for tasks in [1, 16, 64, 256] {
        writes("sqlite", &runtime, &store, tasks)?;
    }
    reads("sqlite", &runtime, &store, 64)?;
    store.close();

    if let Some(server) = server {
        let store = Store::open(&DatabaseUrl::parse(&server, Path::new(&folder))?, &TABLE, &options)?;
        resume(&store)?;
        writes("postgres", &runtime, &store, 1)?;
        bare("INSERT", &runtime, &server, 1, None, None)?;
        bare("BEGIN, INSERT, COMMIT", &runtime, &server, 1, Some("BEGIN"), Some("COMMIT"))?;
        for _ in 0..3 {
            writes("postgres", &runtime, &store, 64)?;
            bare("INSERT", &runtime, &server, connections, None, None)?;
            bare("BEGIN, INSERT, COMMIT", &runtime, &server, connections, Some("BEGIN"), Some("COMMIT"))?;
        }
        reads("postgres", &runtime, &store, 64)?;
        store.close();
    }
    Ok(())
}

/// Goes on after the rows of an earlier run.
fn resume(store: &Store) -> Outcome {
    let last = store
        .read_blocking(|tx| tx.one("SELECT id FROM token ORDER BY id DESC LIMIT 1", &[], |row| row.array::<16>(0)))?;
    let next = last.map_or(1, |id| u128::from_be_bytes(id) as u64 + 1);
    NEXT.fetch_max(next, Ordering::Relaxed);
    Ok(())
}

/// A key that grows: 16 bytes, so that inserts append.
fn key(number: u64) -> [u8; 16] {
    u128::from(number).to_be_bytes()
}

fn insert(tx: &mut Tx<'_>, number: u64) -> Result<u64, grantor_store::StoreError> {
    let hash = [7_u8; 32];
    tx.execute(INSERT, &[(&key(number)).into(), (&hash).into(), "AaaServer.profile.READ".into(), Param::Int(1)])
}

fn writes(engine: &str, runtime: &tokio::runtime::Runtime, store: &Store, tasks: usize) -> Outcome {
    let before = store.statistics();
    let each = store.clone();
    let measured = measure(runtime, tasks, move |_| {
        let store = each.clone();
        async move {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            store.write(move |tx| insert(tx, number)).await?;
            Ok(())
        }
    })?;
    let after = store.statistics();
    let group = (after.steps - before.steps) as f64 / (after.commits - before.commits).max(1) as f64;
    println!("{engine:8} write, {tasks:3} tasks: {measured}, {group:5.1} steps a commit");
    Ok(())
}

fn reads(engine: &str, runtime: &tokio::runtime::Runtime, store: &Store, tasks: usize) -> Outcome {
    let last = NEXT.load(Ordering::Relaxed);
    let each = store.clone();
    let measured = measure(runtime, tasks, move |turn| {
        let store = each.clone();
        async move {
            let number = last.saturating_sub(turn % 5000 + 1);
            store
                .read(move |tx| {
                    tx.one(LOOK, &[(&key(number)).into()], |row| Ok((row.array::<32>(0)?, row.text(1)?, row.int(2)?)))
                })
                .await?;
            Ok(())
        }
    })?;
    println!("{engine:8} read,  {tasks:3} tasks: {measured}");
    Ok(())
}

fn bare(
    what: &str,
    runtime: &tokio::runtime::Runtime,
    server: &str,
    connections: usize,
    begin: Option<&'static str>,
    commit: Option<&'static str>,
) -> Outcome {
    let mut clients = Vec::new();
    for _ in 0..connections {
        let (client, connection) = runtime.block_on(tokio_postgres::connect(server, tokio_postgres::NoTls))?;
        runtime.spawn(connection);
        runtime.block_on(client.batch_execute("SET search_path TO engine_rate"))?;
        let statement = runtime.block_on(client.prepare(INSERT))?;
        clients.push(Arc::new((client, statement)));
    }
    let clients = Arc::new(clients);
    let turn = AtomicU64::new(0);
    let measured = measure_each(runtime, connections, || {
        let mine = clients.get(turn.fetch_add(1, Ordering::Relaxed) as usize).cloned();
        move |_| {
            let mine = mine.clone();
            async move {
                let mine = mine.ok_or("no connection")?;
                let (client, statement) = &*mine;
                let number = NEXT.fetch_add(1, Ordering::Relaxed);
                if let Some(begin) = begin {
                    client.batch_execute(begin).await?;
                }
                client
                    .execute(statement, &[&&key(number)[..], &&[7_u8; 32][..], &"AaaServer.profile.READ", &1_i64])
                    .await?;
                if let Some(commit) = commit {
                    client.batch_execute(commit).await?;
                }
                Ok(())
            }
        }
    })?;
    println!("bare     {connections:2} connections: {measured}: {what}");
    Ok(())
}

fn measure<F, W>(
    runtime: &tokio::runtime::Runtime,
    tasks: usize,
    work: W,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>>
where
    W: Fn(u64) -> F + Clone + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    measure_each(runtime, tasks, || work.clone())
}

/// Runs as many tasks for a while, each repeating its work, and tells the rate, the latency and the CPU time.
fn measure_each<F, W>(
    runtime: &tokio::runtime::Runtime,
    tasks: usize,
    make: impl Fn() -> W,
) -> Result<String, Box<dyn std::error::Error + Send + Sync>>
where
    W: Fn(u64) -> F + Send + 'static,
    F: Future<Output = Outcome> + Send + 'static,
{
    let (started, cpu, threads) = (Instant::now(), cpu("/proc/self/stat")?, store_threads()?);
    let running: Vec<_> = (0..tasks)
        .map(|_| {
            let work = make();
            runtime.spawn(async move {
                let mut times = Vec::new();
                while started.elapsed() < LASTS {
                    let begun = Instant::now();
                    work(times.len() as u64).await?;
                    times.push(begun.elapsed());
                }
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(times)
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in running {
        times.extend(runtime.block_on(task)??);
    }
    let (spent, cpu, threads) = (started.elapsed(), self::cpu("/proc/self/stat")? - cpu, store_threads()? - threads);
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    let each = |seconds: f64| seconds * 1e6 / times.len() as f64;
    Ok(format!(
        "{:7.0}/s, p50 {:7.0} us, p99 {:7.0} us, max {:7.0} us, CPU {:5.1} us each ({:4.1} in the store's threads)",
        times.len() as f64 / spent.as_secs_f64(),
        at(0.5).as_secs_f64() * 1e6,
        at(0.99).as_secs_f64() * 1e6,
        times.last().copied().unwrap_or_default().as_secs_f64() * 1e6,
        each(cpu),
        each(threads),
    ))
}

/// Seconds of CPU time, user and system, from a `stat` file; the ticks of Linux are hundredths.
fn cpu(stat: &str) -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let text = std::fs::read_to_string(stat)?;
    let fields = text.rsplit(')').next().unwrap_or_default().split_whitespace();
    let ticks: f64 = fields.skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / 100.0)
}

fn store_threads() -> Result<f64, Box<dyn std::error::Error + Send + Sync>> {
    let mut sum = 0.0;
    for task in std::fs::read_dir("/proc/self/task")? {
        let task = task?.path();
        if std::fs::read_to_string(task.join("comm"))?.starts_with("store-") {
            sum += cpu(&task.join("stat").to_string_lossy())?;
        }
    }
    Ok(sum)
}
