//! A person without a browser: cookies, and the pages between an authorization request and its redirect.

use std::collections::BTreeMap;
use std::fmt;
use std::io;

use super::http::{Connection, Response};
use super::page::{self, Form};
use super::{encode, parameter};

/// More pages than any walk has.
const MOST_PAGES: usize = 12;

/// The cookies of one browser. Loopback only, so there is one site.
#[derive(Debug, Clone, Default)]
pub(crate) struct Jar {
    cookies: BTreeMap<String, String>,
}

impl Jar {
    fn keep(&mut self, response: &Response) {
        for line in response.all("set-cookie") {
            let Some((name, value)) = line.split(';').next().and_then(|pair| pair.split_once('=')) else { continue };
            let gone = value.is_empty() || line.to_ascii_lowercase().contains("max-age=0");
            if gone {
                self.cookies.remove(name.trim());
            } else {
                self.cookies.insert(name.trim().to_owned(), value.trim().to_owned());
            }
        }
    }

    fn header(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

/// Who walks. Without a password the person must be signed in already.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Person<'a> {
    pub(crate) email: &'a str,
    pub(crate) password: Option<&'a str>,
}

/// Why a walk did not end with a code.
#[derive(Debug)]
pub(crate) enum Lost {
    /// The server did not answer.
    Unanswered(io::Error),
    /// It answered, but something else than a way on.
    Astray(String),
}

impl From<io::Error> for Lost {
    fn from(cause: io::Error) -> Self {
        Self::Unanswered(cause)
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unanswered(cause) => write!(out, "no answer: {cause}"),
            Self::Astray(what) => out.write_str(what),
        }
    }
}

/// What the walk ended with, and the pages it saw.
#[derive(Debug)]
pub(crate) struct Arrived {
    pub(crate) code: String,
    pub(crate) pages: usize,
}

/// Walks from an authorization request (`target`, a path with a query) to the code in the redirect to `callback`,
/// filling in the forms on the way and accepting.
pub(crate) fn to_code(
    connection: &mut Connection,
    jar: &mut Jar,
    person: Person<'_>,
    target: &str,
    callback: &str,
) -> Result<Arrived, Lost> {
    let mut at = target.to_owned();
    let mut response = fetch(connection, jar, &at)?;
    let mut pages = 0;
    for _ in 0..MOST_PAGES {
        if let 302 | 303 = response.status {
            let to = response.header("location").unwrap_or_default().to_owned();
            if let Some(rest) = to.strip_prefix(callback) {
                let code = parameter(rest.trim_start_matches('?'), "code");
                return code
                    .map(|code| Arrived { code, pages })
                    .ok_or_else(|| Lost::Astray(format!("redirect without a code: {to}")));
            }
            at = path_of(&to, &at);
            response = fetch(connection, jar, &at)?;
            continue;
        }
        if response.status != 200 {
            return Err(stray(&response, "an answer that is no page"));
        }
        pages += 1;
        let forms = page::forms(&response.body);
        let Some((form, pairs)) = forms.iter().find_map(|form| fill(form, person)) else {
            return Err(stray(&response, "a page without a way on"));
        };
        let body = pairs
            .iter()
            .map(|(name, value)| format!("{}={}", encode(name), encode(value)))
            .collect::<Vec<_>>()
            .join("&");
        at = path_of(&form.action, &at);
        let cookies = jar.header();
        response = connection.post(&at, &[("Cookie", &cookies), ("Accept", "text/html")], &body)?;
        jar.keep(&response);
    }
    Err(Lost::Astray("too many pages".into()))
}

/// Takes back what the person at this browser granted the application of this name, on the page that lists such
/// applications. False when it is not listed.
pub(crate) fn take_back(connection: &mut Connection, jar: &mut Jar, name: &str) -> Result<bool, Lost> {
    let listed = fetch(connection, jar, "/")?;
    if listed.status != 200 {
        return Err(stray(&listed, "no list of applications"));
    }
    let Some(grant) = page::button_beside(&listed.body, name) else { return Ok(false) };
    let forms = page::forms(&listed.body);
    let button = forms.iter().find_map(|form| {
        let button = form.fields.iter().find(|field| field.kind == "submit" && field.value == grant)?;
        Some((form, button))
    });
    let Some((form, button)) = button else { return Err(stray(&listed, "an application without a button")) };
    let filled = form.filled(&[], button);
    let pairs: Vec<(&str, &str)> = filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let cookies = jar.header();
    let headers = [("Cookie", cookies.as_str()), ("Accept", "text/html")];
    let response = connection.post(&path_of(&form.action, "/"), &headers, &super::form(&pairs))?;
    jar.keep(&response);
    if response.status == 200 { Ok(true) } else { Err(stray(&response, "nothing was taken back")) }
}

/// A form as it is sent, again and again.
#[derive(Debug, Clone)]
pub(crate) struct Posting {
    target: String,
    cookies: String,
    body: String,
}

impl Posting {
    /// Sends it. What the answer says of cookies is not kept.
    pub(crate) fn send(&self, connection: &mut Connection) -> io::Result<Response> {
        connection.post(&self.target, &[("Cookie", &self.cookies), ("Accept", "text/html")], &self.body)
    }
}

/// The two forms of a sign-in without an application, filled in with this address and this password.
pub(crate) fn sign_in(connection: &mut Connection, email: &str, password: &str) -> Result<[Posting; 2], Lost> {
    let mut jar = Jar::default();
    let mut at = "/sign-in".to_owned();
    let response = fetch(connection, &mut jar, &at)?;
    let first = filled(&response, &jar, &at, "email", email)?;
    let response = first.send(connection)?;
    jar.keep(&response);
    at = path_of(response.header("location").unwrap_or_default(), &first.target);
    let response = fetch(connection, &mut jar, &at)?;
    let second = filled(&response, &jar, &at, "password", password)?;
    Ok([first, second])
}

/// The form of a page that asks for an address to write to, filled in with this one.
pub(crate) fn letter(connection: &mut Connection, page: &str, email: &str) -> Result<Posting, Lost> {
    let mut jar = Jar::default();
    let response = fetch(connection, &mut jar, page)?;
    filled(&response, &jar, page, "email", email)
}

/// The form of a page with one field filled in.
fn filled(response: &Response, jar: &Jar, at: &str, kind: &str, value: &str) -> Result<Posting, Lost> {
    let forms = page::forms(&response.body);
    let found = forms.iter().find_map(|form| {
        let button = ["Next", "Sign in", "Send the letter"].iter().find_map(|words| form.button(words))?;
        Some((form, form.field(kind)?, button))
    });
    let Some((form, field, button)) = found else {
        return Err(stray(response, &format!("a page that asks for no {kind}")));
    };
    let pairs = form.filled(&[(&field.name, value)], button);
    let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Ok(Posting { target: path_of(&form.action, at), cookies: jar.header(), body: super::form(&pairs) })
}

fn fetch(connection: &mut Connection, jar: &mut Jar, target: &str) -> Result<Response, Lost> {
    let cookies = jar.header();
    let response = connection.get(target, &[("Cookie", &cookies), ("Accept", "text/html")])?;
    jar.keep(&response);
    Ok(response)
}

fn fill<'f>(form: &'f Form, person: Person<'_>) -> Option<(&'f Form, Vec<(String, String)>)> {
    if !form.posts {
        return None;
    }
    if let Some(button) = form.button("Accept") {
        return Some((form, form.filled(&[], button)));
    }
    if form.field("radio").is_some() {
        return form.button("Submit").map(|button| (form, form.filled(&[], button)));
    }
    let email = form.field("email").map(|field| (field.name.as_str(), person.email));
    let password = form.field("password").map(|field| field.name.as_str());
    // Who must be signed in already is not asked again.
    let secret = person.password?;
    let button = form.button("Sign in").or_else(|| form.button("Next"))?;
    let typed: Vec<(&str, &str)> = email.into_iter().chain(password.map(|name| (name, secret))).collect();
    (!typed.is_empty()).then(|| (form, form.filled(&typed, button)))
}

/// The path and query of a link on the page at `at`.
fn path_of(link: &str, at: &str) -> String {
    let here = at.split('?').next().unwrap_or_default();
    if link.is_empty() {
        return at.to_owned();
    }
    if link.starts_with('?') {
        return format!("{here}{link}");
    }
    if link.starts_with('/') {
        return link.to_owned();
    }
    if let Some((_, rest)) = link.split_once("://") {
        return rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or("/").to_owned();
    }
    let folder = here.rfind('/').and_then(|slash| here.get(..=slash)).unwrap_or("/");
    format!("{folder}{link}")
}

fn stray(response: &Response, what: &str) -> Lost {
    let title = response.body.split("<h1").nth(1).and_then(|rest| rest.split("</h1").next()).unwrap_or_default();
    let title: String = title.chars().skip_while(|letter| *letter != '>').skip(1).take(120).collect();
    Lost::Astray(format!("{what}: status {}, heading `{}`", response.status, title.trim()))
}
