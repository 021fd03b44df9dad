//! Waiting for other processes: always bounded, never silent about what did not come.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Waits a moment.
#[expect(clippy::disallowed_methods, reason = "a task waits for other processes; nothing here runs inside the server")]
pub(crate) fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Looks again and again until `look` answers something, at most for `limit`.
pub(crate) fn until<T>(limit: Duration, what: &str, mut look: impl FnMut() -> Result<Option<T>>) -> Result<T> {
    let began = Instant::now();
    loop {
        if let Some(found) = look()? {
            return Ok(found);
        }
        if began.elapsed() >= limit {
            bail!("{what}: not within {} s", limit.as_secs());
        }
        pause(Duration::from_millis(10));
    }
}

/// A loopback port that is free at this moment. Somebody else may take it before it is used, which has not been seen.
pub(crate) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free loopback port")?;
    Ok(listener.local_addr()?.port())
}

/// Sends a signal, by number or name, to one process that was started here.
pub(crate) fn signal(child: &Child, signal: &str) {
    // The shell's own `kill`: a small system has no other.
    let _ = Command::new("sh")
        .args(["-c", r#"kill -"$1" "$2""#, "sh", signal, &child.id().to_string()])
        .stderr(Stdio::null())
        .status();
}

/// Ends one process that was started here: with each of the signals in turn, then for good.
pub(crate) fn end(child: &mut Child, signals: &[&str], patience: Duration) {
    for name in signals {
        signal(child, name);
        let gone = until(patience, "end", || Ok(child.try_wait()?.map(|_| ())));
        if gone.is_ok() {
            return;
        }
    }
    let _ = child.kill();
    let _ = child.wait();
}
