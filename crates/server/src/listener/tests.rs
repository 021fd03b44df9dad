//! Connections that say nothing, or only half, and a listener that is to stop.

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    task::JoinHandle,
    time::timeout,
};

use super::*;
use crate::tls;

/// No test waits longer for what must come.
const LONG: Duration = Duration::from_secs(30);
/// For connections that are to stay …
const PATIENT: Limits = Limits {
    connections: 8,
    head: Duration::from_hours(1),
    answer: Duration::from_hours(1),
    idle: Duration::from_hours(1),
};
/// … and for those that are to be closed.
const SHORT: Limits = Limits { head: Duration::from_millis(50), ..PATIENT };

/// What HTTP/2 begins with: the preface, and settings that set nothing.
const BEGINNING: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0";

struct Listening {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Listening {
    async fn begin<F>(run: impl FnOnce(TcpListener, watch::Receiver<bool>) -> F) -> Self
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let (stop, stopped) = watch::channel(false);
        Self { address, stop, task: tokio::spawn(run(socket, stopped)) }
    }

    async fn plain(limits: Limits) -> Self {
        Self::begin(|socket, stopped| run(socket, None, vec![], limits, stopped)).await
    }

    async fn admin(limits: Limits) -> Self {
        Self::begin(|socket, stopped| run_admin(socket, Router::new(), limits, stopped)).await
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn end(self) {
        self.stop.send(true).unwrap();
        timeout(LONG, self.task).await.expect("it did not stop").unwrap();
    }
}

/// Says this and nothing more, and waits for the other end to hang up.
async fn is_hung_up_on(mut stream: impl AsyncRead + AsyncWrite + Unpin, said: &[u8]) {
    let _ = stream.write_all(said).await;
    let mut heard = Vec::new();
    let _ = timeout(LONG, stream.read_to_end(&mut heard)).await.expect("it stays open");
    assert!(heard.is_empty(), "{}", String::from_utf8_lossy(&heard));
}

/// Sends a request and waits for the answer's first line.
async fn is_answered(stream: &mut (impl AsyncRead + AsyncWrite + Unpin)) {
    stream.write_all(b"GET / HTTP/1.1\r\nhost: nowhere\r\n\r\n").await.unwrap();
    let mut heard = [0; 12];
    timeout(LONG, stream.read_exact(&mut heard)).await.expect("no answer").unwrap();
    assert!(heard.starts_with(b"HTTP/1.1 4"), "{}", String::from_utf8_lossy(&heard));
}

/// What tells no version: nothing, and the first half of what HTTP/2 begins with.
const UNDECIDED: [&[u8]; 3] = [b"", b"P", b"PRI * HTTP/2.0\r\n"];

#[tokio::test]
async fn a_connection_that_never_tells_its_version_is_closed() {
    for listening in [Listening::plain(SHORT).await, Listening::admin(SHORT).await] {
        for said in UNDECIDED {
            is_hung_up_on(listening.connect().await, said).await;
        }
        is_hung_up_on(listening.connect().await, b"GET / HTTP/1.1\r\nhost: no").await;
        listening.end().await;
    }
}

#[tokio::test]
async fn a_tls_connection_that_never_tells_its_version_is_closed() {
    let (acceptor, connector) = tls::tests::both_ends();
    // The handshake has the same patience, and takes its time on a busy machine.
    let limits = Limits { head: Duration::from_secs(1), ..SHORT };
    let listening = Listening::begin(|socket, stopped| run(socket, Some(acceptor), vec![], limits, stopped)).await;
    is_hung_up_on(listening.connect().await, b"").await;
    let mut waiting = tokio::task::JoinSet::new();
    for said in UNDECIDED {
        let stream = connector.connect("localhost".try_into().unwrap(), listening.connect().await);
        waiting.spawn(async move { is_hung_up_on(stream.await.unwrap(), said).await });
    }
    while let Some(done) = waiting.join_next().await {
        done.unwrap();
    }
    listening.end().await;
}

#[tokio::test]
async fn both_versions_are_spoken_byte_by_byte() {
    for listening in [Listening::plain(PATIENT).await, Listening::admin(PATIENT).await] {
        is_answered(&mut listening.connect().await).await;
        let mut stream = listening.connect().await;
        stream.set_nodelay(true).unwrap();
        for byte in BEGINNING {
            stream.write_all(&[*byte]).await.unwrap();
            tokio::task::yield_now().await;
        }
        let mut frame = [0; 9];
        timeout(LONG, stream.read_exact(&mut frame)).await.expect("no answer").unwrap();
        assert_eq!(frame[3], 4, "its settings: {frame:?}");
        drop(stream);
        listening.end().await;
    }
}

#[tokio::test]
async fn a_full_house_hears_that_it_is_to_stop() {
    let full = Limits { connections: 1, ..PATIENT };
    for listening in [Listening::plain(full).await, Listening::admin(full).await] {
        let mut only = listening.connect().await;
        is_answered(&mut only).await;
        let _more = listening.connect().await;
        listening.end().await;
    }
}

#[tokio::test]
async fn who_never_takes_an_answer_is_hung_up_on() {
    let limits = Limits { answer: Duration::from_millis(50), ..PATIENT };
    for listening in [Listening::plain(limits).await, Listening::admin(limits).await] {
        let mut stream = listening.connect().await;
        // Until the buffers on the way are full of answers, and then of questions.
        let asks = b"GET / HTTP/1.1\r\nhost: nowhere\r\n\r\n".repeat(1000);
        let ended = timeout(LONG, async { while stream.write_all(&asks).await.is_ok() {} });
        ended.await.expect("it is still listened to");
        listening.end().await;
    }
}

#[tokio::test]
async fn who_asks_nothing_on_http2_is_sent_away_whatever_it_pings() {
    // It takes no notice of the farewell either.
    let limits = Limits { idle: Duration::from_millis(50), answer: Duration::from_millis(50), ..PATIENT };
    for listening in [Listening::plain(limits).await, Listening::admin(limits).await] {
        let (mut hears, mut says) = listening.connect().await.into_split();
        says.write_all(BEGINNING).await.unwrap();
        let pings = tokio::spawn(async move {
            while says.write_all(b"\0\0\x08\x06\0\0\0\0\0pingping").await.is_ok() {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        });
        let mut heard = Vec::new();
        let _ = timeout(LONG, hears.read_to_end(&mut heard)).await.expect("it stays open");
        // An answer to a ping, and at the end a farewell (GOAWAY).
        assert!(heard.windows(8).any(|bytes| bytes == b"pingping"), "{heard:?}");
        assert!(heard.windows(5).any(|frame| frame == b"\0\0\x08\x07\0"), "{heard:?}");
        timeout(LONG, pings).await.expect("it can still be told something").unwrap();
        listening.end().await;
    }
}
