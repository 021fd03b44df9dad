//! What the application says to the server behind the browser's back: single HTTP/1.1 requests on loopback.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use url::{Host, Url, form_urlencoded};

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    pub status: u16,
    /// The header block, as received.
    pub head: String,
    pub body: String,
}

impl Response {
    /// The body as JSON.
    pub fn json(&self) -> Result<serde_json::Value> {
        serde_json::from_str(&self.body).with_context(|| format!("not JSON: {}", self.body))
    }

    /// The first value of a header.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }
}

/// Sends one request.
pub fn send(method: &str, url: &str, headers: &[(&str, &str)], form: Option<&[(&str, &str)]>) -> Result<Response> {
    let at = Url::parse(url)?;
    let is_loopback = matches!(at.host(), Some(Host::Ipv4(address)) if address.is_loopback());
    ensure!(is_loopback, "loopback only: {url}");
    let authority = at.authority().to_owned();
    let target = &at[url::Position::BeforePath..url::Position::AfterQuery];
    let mut text = format!("{method} {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n");
    for (name, value) in headers {
        text.extend([*name, ": ", *value, "\r\n"]);
    }
    let body = form.map(|pairs| form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish());
    if let Some(body) = &body {
        let length = body.len().to_string();
        text.extend(["Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ", &length, "\r\n"]);
    }
    text.extend(["\r\n", body.as_deref().unwrap_or_default()]);

    let mut stream = TcpStream::connect(&authority).with_context(|| authority.clone())?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    stream.write_all(text.as_bytes())?;
    parse(&read(&mut stream)?)
}

/// Reads until the server closes or, as not every server closes when asked to, until the announced length is there.
fn read(stream: &mut TcpStream) -> Result<String> {
    let mut answer = Vec::new();
    let mut block = [0; 8192];
    loop {
        let text = String::from_utf8_lossy(&answer);
        let announced = parse(&text).ok().and_then(|so_far| {
            let length: usize = so_far.header("content-length")?.parse().ok()?;
            Some(so_far.body.len() >= length)
        });
        if announced == Some(true) {
            return Ok(text.into_owned());
        }
        let read = stream.read(&mut block)?;
        if read == 0 {
            return Ok(text.into_owned());
        }
        answer.extend_from_slice(block.get(..read).unwrap_or_default());
    }
}

fn parse(answer: &str) -> Result<Response> {
    let (head, body) = answer.split_once("\r\n\r\n").context("half an answer")?;
    let status = head.split(' ').nth(1).and_then(|word| word.parse().ok()).context("no status line")?;
    let mut response = Response { status, head: head.to_owned(), body: body.to_owned() };
    if response.header("transfer-encoding").is_some_and(|value| value.eq_ignore_ascii_case("chunked")) {
        response.body = unchunked(body)?;
    }
    Ok(response)
}

fn unchunked(mut rest: &str) -> Result<String> {
    let mut body = String::new();
    loop {
        let (size, after) = rest.split_once("\r\n").context("half a chunk")?;
        let size = usize::from_str_radix(size.trim(), 16)?;
        if size == 0 {
            return Ok(body);
        }
        body += after.get(..size).context("half a chunk")?;
        rest = after.get(size + 2..).context("half a chunk")?;
    }
}

/// Exchanges a code, as an application does.
pub fn exchange(token_url: &str, client: (&str, &str), redirect_uri: &str, code: &str) -> Result<serde_json::Value> {
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", client.0),
        ("client_secret", client.1),
        ("redirect_uri", redirect_uri),
        ("code", code),
    ];
    let response = send("POST", token_url, &[], Some(&form))?;
    ensure!(response.status == 200, "the token endpoint answers {}: {}", response.status, response.body);
    response.json()
}

/// Who the access token speaks for.
pub fn user_info(accounts_url: &str, access_token: &str) -> Result<serde_json::Value> {
    let bearer = format!("Zoho-oauthtoken {access_token}");
    let response = send("GET", &format!("{accounts_url}/oauth/user/info"), &[("Authorization", &bearer)], None)?;
    ensure!(response.status == 200, "user information answers {}: {}", response.status, response.body);
    response.json()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_read_whole_or_in_chunks() {
        let whole = parse("HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\nbody").unwrap();
        assert_eq!((whole.status, whole.header("location"), whole.body.as_str()), (302, Some("/x"), "body"));
        let chunked =
            parse("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n").unwrap();
        assert_eq!(chunked.body, "abcd");
        assert!(parse("HTTP/1.1 200").is_err());
    }

    #[test]
    fn nothing_but_loopback_is_asked() {
        assert!(send("GET", "http://example.com/", &[], None).is_err());
    }
}
