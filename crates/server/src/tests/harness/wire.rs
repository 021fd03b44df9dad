//! A small HTTP/1.1 client over a bare socket, so that requests may be malformed, held back before their last
//! byte, or carry a header twice.

use std::{fmt::Write, time::Duration};

use data_encoding::BASE64;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// No answer takes longer than this in a test.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request to be.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query, as they go over the wire.
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Self {
        Self { method: method.to_owned(), target: target.to_owned(), headers: vec![], body: vec![] }
    }

    pub fn get(target: &str) -> Self {
        Self::new("GET", target)
    }

    /// A form-urlencoded POST.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(target: &str, fields: &[(K, V)]) -> Self {
        Self::new("POST", target).body("application/x-www-form-urlencoded", encoded(fields))
    }

    pub fn body(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("content-type", kind)
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn basic(self, id: &str, secret: &str) -> Self {
        let credentials = BASE64.encode(format!("{id}:{secret}").as_bytes());
        self.header("authorization", &format!("Basic {credentials}"))
    }

    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    pub fn bytes(&self, host: &str) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
            write!(head, "host: {host}\r\n").unwrap();
        }
        for (name, value) in &self.headers {
            write!(head, "{name}: {value}\r\n").unwrap();
        }
        if !self.body.is_empty() || self.method == "POST" {
            write!(head, "content-length: {}\r\n", self.body.len()).unwrap();
        }
        head.push_str("connection: close\r\n\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Pairs as form-urlencoded text.
pub fn encoded<K: AsRef<str>, V: AsRef<str>>(fields: &[(K, V)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}

/// A multipart body of these fields, with its content type.
pub fn multipart(fields: &[(&str, &str)]) -> (String, Vec<u8>) {
    let mut body = String::new();
    for (name, value) in fields {
        write!(body, "--XbX\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").unwrap();
    }
    body.push_str("--XbX--\r\n");
    ("multipart/form-data; boundary=XbX".to_owned(), body.into_bytes())
}

/// An answer, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// In the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Reply {
    fn parse(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
        let mut lines = head.lines();
        let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).unwrap();
        let headers: Vec<(String, String)> = lines
            .map(|line| line.split_once(':').unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
            .collect();
        assert!(headers.iter().all(|(name, _)| name != "transfer-encoding"), "answers have a length");
        Self { status, headers, body: body.to_owned() }
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(n, _)| n == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The text of a JSON key; empty when it is absent or no text.
    pub fn text(&self, key: &str) -> String {
        self.json().get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned()
    }

    /// Status, body: what most cases are about.
    pub fn brief(&self) -> (u16, &str) {
        (self.status, self.body.as_str())
    }
}

fn address(url: &str) -> &str {
    url.strip_prefix("http://").unwrap_or(url)
}

/// Sends a request to a server and reads the answer.
pub async fn send(url: &str, request: &Request) -> Reply {
    let bytes = request.bytes(address(url));
    send_bytes(url, &bytes).await
}

/// Sends whatever bytes these are.
pub async fn send_bytes(url: &str, bytes: &[u8]) -> Reply {
    Reply::parse(&exchange_bytes(url, bytes).await)
}

/// Sends a request from another address of this machine (127.0.0.2, say).
pub async fn send_from(source: [u8; 4], url: &str, request: &Request) -> Reply {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((source, 0).into()).unwrap();
    let mut stream = socket.connect(address(url).parse().unwrap()).await.unwrap();
    stream.write_all(&request.bytes(address(url))).await.unwrap();
    Reply::parse(&read_all(&mut stream).await)
}

/// The same as [`send_bytes`]; the answer may be nothing at all (the server hung up).
pub async fn exchange_bytes(url: &str, bytes: &[u8]) -> Vec<u8> {
    let stream = TcpStream::connect(address(url)).await.unwrap();
    let (mut reading, mut writing) = stream.into_split();
    // A server may refuse a large body before it has read it: then writing fails, and the answer counts.
    let sent = async {
        let _ = writing.write_all(bytes).await;
        writing
    };
    let (_writing, answer) = tokio::time::timeout(PATIENCE, async { tokio::join!(sent, read_all(&mut reading)) })
        .await
        .expect("the server answers in time");
    answer
}

async fn read_all(stream: &mut (impl AsyncReadExt + Unpin)) -> Vec<u8> {
    let mut answer = Vec::new();
    let mut chunk = vec![0; 16 * 1024];
    while let Ok(n) = stream.read(&mut chunk).await {
        if n == 0 {
            break;
        }
        answer.extend_from_slice(&chunk[..n]);
    }
    answer
}

/// A request of which all but the last byte was sent.
#[derive(Debug)]
pub struct Held {
    stream: TcpStream,
    last: u8,
}

/// Sends all but the last byte of a request.
pub async fn hold(url: &str, request: &Request) -> Held {
    let bytes = request.bytes(address(url));
    let (last, most) = bytes.split_last().unwrap();
    let mut stream = TcpStream::connect(address(url)).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(most).await.unwrap();
    Held { stream, last: *last }
}

impl Held {
    /// Sends the last byte and does not wait for the answer.
    pub async fn send_off(mut self) -> TcpStream {
        self.stream.write_all(&[self.last]).await.unwrap();
        self.stream
    }
}

/// Sends all the last bytes, then reads all the answers.
pub async fn release(held: Vec<Held>) -> Vec<Reply> {
    let mut waiting = Vec::with_capacity(held.len());
    for mut one in held {
        one.stream.write_all(&[one.last]).await.unwrap();
        waiting.push(one.stream);
    }
    let mut replies = Vec::with_capacity(waiting.len());
    for mut stream in waiting {
        let answer = tokio::time::timeout(PATIENCE, read_all(&mut stream)).await.expect("the server answers in time");
        replies.push(Reply::parse(&answer));
    }
    replies
}
