//! One HTTP/1.1 connection, kept open between requests. It never sends anything twice by itself: who asks decides what
//! an unanswered request means.

use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Longer than any answer of a healthy server takes.
const PATIENCE: Duration = Duration::from_secs(20);
/// Larger than any answer that is expected.
const LARGEST: u64 = 4 << 20;

/// A connection to one server; opened at the first request and again after a failure.
#[derive(Debug)]
pub(crate) struct Connection {
    address: SocketAddr,
    open: Option<BufReader<TcpStream>>,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Response {
    /// The values of a header, whose name is given in lower case.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The first value of a header, whose name is given in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

impl Connection {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, open: None }
    }

    /// `GET`, with extra header lines.
    pub(crate) fn get(&mut self, target: &str, headers: &[(&str, &str)]) -> io::Result<Response> {
        self.send("GET", target, headers, None)
    }

    /// `POST` of a form.
    pub(crate) fn post(&mut self, target: &str, headers: &[(&str, &str)], form: &str) -> io::Result<Response> {
        self.send("POST", target, headers, Some(form))
    }

    fn send(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        form: Option<&str>,
    ) -> io::Result<Response> {
        let mut stream = match self.open.take() {
            Some(stream) => stream,
            None => self.connect()?,
        };
        let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {}\r\n", self.address);
        for (name, value) in headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        if let Some(form) = form {
            let _ = write!(
                text,
                "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
                form.len()
            );
        } else {
            text += "\r\n";
        }
        stream.get_mut().write_all(text.as_bytes())?;
        let (response, keep) = read(&mut stream)?;
        if keep {
            self.open = Some(stream);
        }
        Ok(response)
    }

    fn connect(&self) -> io::Result<BufReader<TcpStream>> {
        if !self.address.ip().is_loopback() {
            return Err(io::Error::other("loopback only"));
        }
        let stream = TcpStream::connect_timeout(&self.address, PATIENCE)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(BufReader::new(stream))
    }
}

/// Reads one answer; may the connection be used again?
fn read<S: io::Read>(stream: &mut BufReader<S>) -> io::Result<(Response, bool)> {
    let first = line(stream)?;
    let status =
        first.split(' ').nth(1).and_then(|word| word.parse().ok()).ok_or_else(|| io::Error::other("no status line"))?;
    let mut headers = Vec::new();
    loop {
        let text = line(stream)?;
        if text.is_empty() {
            break;
        }
        let (name, value) = text.split_once(':').ok_or_else(|| io::Error::other("a header without a colon"))?;
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut response = Response { status, headers, body: String::new() };
    let is_chunked = response.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked"));
    let length = response.header("content-length").and_then(|value| value.parse::<u64>().ok());
    let mut body = Vec::new();
    let mut keep = !response.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"));
    if status == 204 || status == 304 {
        // No body follows.
    } else if is_chunked {
        chunks(stream, &mut body)?;
    } else if let Some(length) = length {
        exactly(stream, length, &mut body)?;
    } else {
        stream.by_ref().take(LARGEST).read_to_end(&mut body)?;
        keep = false;
    }
    response.body = String::from_utf8_lossy(&body).into_owned();
    Ok((response, keep))
}

fn chunks<S: io::Read>(stream: &mut BufReader<S>, body: &mut Vec<u8>) -> io::Result<()> {
    loop {
        let size = line(stream)?;
        let size =
            u64::from_str_radix(size.split(';').next().unwrap_or_default().trim(), 16).map_err(io::Error::other)?;
        if size == 0 {
            while !line(stream)?.is_empty() {}
            return Ok(());
        }
        exactly(stream, size, body)?;
        line(stream)?;
    }
}

fn exactly<S: io::Read>(stream: &mut BufReader<S>, length: u64, body: &mut Vec<u8>) -> io::Result<()> {
    if length > LARGEST {
        return Err(io::Error::other("an answer that is too large"));
    }
    let read = stream.by_ref().take(length).read_to_end(body)?;
    if read as u64 == length { Ok(()) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
}

fn line<S: io::Read>(stream: &mut BufReader<S>) -> io::Result<String> {
    let mut text = String::new();
    stream.by_ref().take(64 << 10).read_line(&mut text)?;
    if !text.ends_with('\n') {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    text.truncate(text.trim_end().len());
    Ok(text)
}

#[cfg(test)]
mod tests;
