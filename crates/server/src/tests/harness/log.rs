//! The server's log at debug level, read while it is written: nothing secret may stand in it, in any test.

use std::{
    io,
    sync::{Mutex, Once, PoisonError},
};

use tracing_subscriber::fmt::MakeWriter;

/// Every password, client secret and verifier of the fixtures contains this.
pub const CANARY: &str = "canary";

static SEEN: Mutex<Seen> = Mutex::new(Seen { lines: 0, offenders: vec![] });

#[derive(Debug)]
struct Seen {
    lines: usize,
    offenders: Vec<String>,
}

/// Reads every line.
#[derive(Debug, Clone, Copy)]
struct Reader;

impl io::Write for Reader {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let line = String::from_utf8_lossy(bytes);
        let mut seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
        seen.lines += 1;
        if is_secret(&line) {
            seen.offenders.push(line.into_owned());
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Reader {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        Self
    }
}

/// A marked secret, or what has the shape of half a token, of a browser's id or of a seal: a run of thirty-two
/// letters and digits (request ids have sixteen).
pub fn is_secret(line: &str) -> bool {
    let shaped = |run: &str| run.len() >= 32 && run.bytes().any(|b| b.is_ascii_digit());
    line.contains(CANARY) || line.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(shaped)
}

/// Starts reading; once in the process.
pub fn read() {
    static START: Once = Once::new();
    START.call_once(|| {
        let subscriber = tracing_subscriber::fmt()
            .with_ansi(false)
            .with_max_level(tracing::Level::DEBUG)
            .with_writer(Reader)
            .finish();
        tracing::subscriber::set_global_default(subscriber).expect("nobody else reads the log");
    });
}

/// Nothing secret was written so far. Answers how many lines were.
pub fn assert_clean() -> usize {
    let seen = SEEN.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(seen.offenders.is_empty(), "secrets in the log: {:#?}", seen.offenders);
    seen.lines
}

#[test]
fn secrets_are_recognized() {
    assert!(is_secret("password=canary-1"));
    assert!(is_secret("code=1000.0193a1f3c00001aabbccddeeff001122.00112233445566778899aabbccddeeff"));
    assert!(is_secret("browser=00112233445566778899aabbccddeeff"));
    assert!(!is_secret("request_id=\"00112233445566aa\" client_id=\"1000.ZYLKERDESK0000000000000000000A\""));
}
