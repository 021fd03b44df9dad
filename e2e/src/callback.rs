//! The application's side of a journey: a loopback listener that shows a page for the callback and remembers what came.
//! It can also show another page in a frame, as an attacker would.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use url::Url;

/// The path of the redirect URI.
pub const PATH: &str = "/callback";
/// The heading of the page that ends a journey.
pub const HEADING: &str = "Back at the application";

/// The listener; it ends when dropped.
#[derive(Debug)]
pub struct Callback {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<Url>>>,
    stop: Arc<AtomicBool>,
}

impl Callback {
    /// Opens the listener on a free port.
    pub fn open() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (seen, stop) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (remember, ended) = (Arc::clone(&seen), Arc::clone(&stop));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::Relaxed) {
                    break;
                }
                let remember = Arc::clone(&remember);
                // A browser opens connections ahead of need and says nothing on them: one thread for each.
                std::thread::spawn(move || answer(stream, address, &remember));
            }
        });
        Ok(Self { address, seen, stop })
    }

    /// The redirect URI to register.
    pub fn url(&self) -> String {
        format!("http://{}{PATH}", self.address)
    }

    /// The address of a page that shows `inner` in a frame.
    pub fn frame(&self, inner: &str) -> Result<Url> {
        Ok(Url::parse_with_params(&format!("http://{}/frame", self.address), [("inner", inner)])?)
    }

    /// The callbacks so far.
    pub fn seen(&self) -> Vec<Url> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits for the callback after the first `known` ones.
    pub async fn next(&self, known: usize) -> Result<Arrival> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(10) {
            if let Some(url) = self.seen().into_iter().nth(known) {
                return Ok(Arrival(url));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        bail!("callback {} never came", known + 1)
    }
}

impl Drop for Callback {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        // Wakes the listener, which waits for a connection.
        let _ = TcpStream::connect(self.address);
    }
}

/// What a callback carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arrival(Url);

impl Arrival {
    /// The value of a parameter; an error when it came twice.
    pub fn get(&self, name: &str) -> Result<Option<String>> {
        let mut values = self.0.query_pairs().filter(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        let first = values.next();
        if values.next().is_some() {
            bail!("{name} came twice: {}", self.0);
        }
        Ok(first)
    }

    /// The value of a parameter that must be there.
    pub fn need(&self, name: &str) -> Result<String> {
        self.get(name)?.with_context(|| format!("no {name} in {}", self.0))
    }
}

fn answer(mut stream: TcpStream, address: SocketAddr, seen: &Mutex<Vec<Url>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let Some(url) = read(&stream, address) else { return };
    let (status, page) = match url.path() {
        PATH => {
            seen.lock().unwrap_or_else(PoisonError::into_inner).push(url);
            ("200 OK", format!("<h1>{HEADING}</h1>"))
        }
        "/frame" => {
            let inner = url.query_pairs().find(|(key, _)| key == "inner").map(|(_, inner)| inner.into_owned());
            let inner = inner.unwrap_or_default().replace('&', "&amp;").replace('"', "&quot;");
            ("200 OK", format!("<h1>Win a prize</h1><iframe src=\"{inner}\" width=600 height=600></iframe>"))
        }
        _ => ("404 Not Found", String::new()),
    };
    let page = format!("<!doctype html><html lang=en><title>Application</title>{page}");
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        page.len()
    );
    let _ = stream.write_all(format!("{head}{page}").as_bytes());
}

fn read(stream: &TcpStream, address: SocketAddr) -> Option<Url> {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next()?;
    let target = first.split(' ').nth(1)?;
    // The rest of the request is read, or closing would reset the connection.
    let _ = lines.find(String::is_empty);
    Url::parse(&format!("http://{address}{target}")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire;

    #[tokio::test]
    async fn callbacks_are_remembered_in_order() {
        let callback = Callback::open().unwrap();
        for number in 0..3 {
            let response =
                wire::send("GET", &format!("{}?code={number}&state=a%26b", callback.url()), &[], None).unwrap();
            assert_eq!(response.status, 200);
        }
        let third = callback.next(2).await.unwrap();
        assert_eq!(third.need("code").unwrap(), "2");
        assert_eq!(third.need("state").unwrap(), "a&b");
        assert!(third.need("error").is_err());
    }
}
