//! A refresh's statements, issued by the bare driver: what PostgreSQL can do on as many connections as the store has.
//! As in the store each connection has its thread, and BEGIN travels with the first statement.

use std::path::Path;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use grantor_protocol::{policy::Policy, secret::SecretKind, token::PresentedToken};
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, NoTls, Statement};

use super::{Fallible, LOCATION, id, now, statements};

/// One connection with what it needs.
struct Link {
    client: Client,
    lock: Statement,
    add: Statement,
    note: Statement,
}

/// Prints, as JSON, how many were done, in how long, and the latency.
pub(crate) fn run(url: &str, connections: u64, seconds: u64, file: &Path) -> Fallible<()> {
    let text = std::fs::read_to_string(file)?;
    let tokens: Vec<PresentedToken> = text.lines().filter_map(PresentedToken::parse).collect();
    let start = Barrier::new(usize::try_from(connections)?);
    let lasts = Duration::from_secs(seconds.min(600));
    let began = Instant::now();
    let mut times = Vec::new();
    std::thread::scope(|scope| -> Fallible<()> {
        let (tokens, start) = (&tokens, &start);
        let threads: Vec<_> =
            (0..connections).map(|number| scope.spawn(move || repeat(url, number, lasts, tokens, start))).collect();
        for thread in threads {
            times.extend(thread.join().map_err(|_| "a thread panicked")??);
        }
        Ok(())
    })?;
    // Connecting is not counted: every thread counts from the common start.
    let spent = lasts.as_secs_f64();
    times.sort_unstable();
    let at = |share: f64| times.get((times.len() as f64 * share) as usize).copied().unwrap_or_default();
    println!(
        "{{\"requests\":{},\"seconds\":{spent},\"p50_us\":{},\"p99_us\":{},\"whole\":{}}}",
        times.len(),
        at(0.5).as_micros(),
        at(0.99).as_micros(),
        began.elapsed().as_secs_f64()
    );
    Ok(())
}

fn repeat(
    url: &str,
    number: u64,
    lasts: Duration,
    tokens: &[PresentedToken],
    start: &Barrier,
) -> Fallible<Vec<Duration>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let linked = runtime.block_on(connect(url));
    // Also when connecting failed, or the others would wait for ever.
    start.wait();
    let link = linked?;
    let (began, mut times) = (Instant::now(), Vec::new());
    let mut chance = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    runtime.block_on(async {
        while began.elapsed() < lasts {
            chance ^= chance << 13;
            chance ^= chance >> 7;
            chance ^= chance << 17;
            let turn = usize::try_from(chance >> 1)?.checked_rem(tokens.len()).ok_or("no tokens")?;
            let token = tokens.get(turn).ok_or("no tokens")?;
            let begun = Instant::now();
            refresh(&link, token, number << 40 | times.len() as u64).await?;
            times.push(begun.elapsed());
        }
        Ok(times)
    })
}

async fn connect(url: &str) -> Fallible<Link> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    tokio::spawn(connection);
    client.batch_execute(&format!("SET search_path TO \"grantor_{LOCATION}\"")).await?;
    let lock = client.prepare(statements::LOCK).await?;
    let add = client.prepare(statements::ADD_ACCESS).await?;
    let note = client.prepare(statements::NOTE).await?;
    Ok(Link { client, lock, add, note })
}

async fn refresh(link: &Link, token: &PresentedToken, number: u64) -> Fallible<()> {
    let Link { client, lock, add, note } = link;
    let now = now();
    let access = id(now, token.id.data_center(), b'b', number);
    let hash = token.secret.hash(SecretKind::Access);
    let refresh_id = token.id.as_bytes().as_slice();
    let ends = now.plus(Policy::default().access_token_lifetime).millis();

    let which: [&(dyn ToSql + Sync); 1] = [&refresh_id];
    let (begun, row) = tokio::join!(biased;
        client.batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"),
        client.query_one(lock, &which),
    );
    begun?;
    let row = row?;
    let (grant, mut recent): (Vec<u8>, Vec<u8>) = (row.try_get(statements::GRANT)?, row.try_get(statements::RECENT)?);
    recent.extend_from_slice(access.as_bytes());
    let over = recent.len().saturating_sub(16 * Policy::default().access_tokens_per_refresh_token);
    recent.drain(..over);
    client
        .execute(
            add,
            &[
                &access.as_bytes().as_slice(),
                &hash.as_bytes().as_slice(),
                &grant,
                &refresh_id,
                &None::<String>,
                &ends,
                &None::<String>,
            ],
        )
        .await?;
    client.execute(note, &[&refresh_id, &recent, &now.millis()]).await?;
    client.batch_execute("COMMIT").await?;
    Ok(())
}
