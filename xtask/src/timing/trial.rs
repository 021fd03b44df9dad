//! The requests whose times are compared: each class of them is one row, and they take turns in an order drawn by
//! chance.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow, ensure};

use crate::crash::chance::Chance;
use crate::crash::server::{CLIENT, PEOPLE, SECRET};
use crate::wire::form;
use crate::wire::http::{Connection, Response};
use crate::wire::walk::{self, Posting};

/// What is asked, again and again.
#[derive(Debug)]
pub(crate) struct Trial {
    pub(crate) name: &'static str,
    /// The first is what the others are compared with.
    pub(crate) classes: Vec<Class>,
    /// How every answer must look, so that only the reason differs.
    status: u16,
    /// What the server does after an answer (a letter) is over when the next request comes.
    pause: Duration,
}

/// One kind of request.
#[derive(Debug)]
pub(crate) struct Class {
    pub(crate) name: &'static str,
    sent: Sent,
}

#[derive(Debug)]
enum Sent {
    Form { path: &'static str, body: String },
    Page(Posting),
}

impl Sent {
    fn send(&self, connection: &mut Connection) -> std::io::Result<Response> {
        match self {
            Self::Form { path, body } => connection.post(path, &[], body),
            Self::Page(posting) => posting.send(connection),
        }
    }
}

/// Made up, of the shape and length of the registered one.
fn unknown_client() -> String {
    format!("{}B", &CLIENT.get(..CLIENT.len() - 1).unwrap_or_default())
}

/// The secret with its first or last character changed.
fn changed(first: bool) -> String {
    let (head, tail) = (SECRET.get(1..).unwrap_or_default(), SECRET.get(..SECRET.len() - 1).unwrap_or_default());
    if first { format!("x{head}") } else { format!("{tail}x") }
}

/// A client's credentials at a token endpoint: made up, or wrong in one character.
pub(crate) fn credentials(name: &'static str, path: &'static str, status: u16) -> Trial {
    let class = |name, client: &str, secret: &str| {
        let fields =
            [("grant_type", "refresh_token"), ("client_id", client), ("client_secret", secret), ("refresh_token", "x")];
        Class { name, sent: Sent::Form { path, body: form(&fields) } }
    };
    let classes = vec![
        class("wrong first character", CLIENT, &changed(true)),
        class("wrong last character", CLIENT, &changed(false)),
        class("unknown client", &unknown_client(), &changed(true)),
    ];
    Trial { name, classes, status, pause: Duration::ZERO }
}

/// An address that is somebody's, and one of the same length that is nobody's.
fn addresses() -> [String; 2] {
    let known = PEOPLE[0];
    [known.to_owned(), format!("zoe{}", known.get(3..).unwrap_or_default())]
}

fn known_and_unknown([known, unknown]: [Posting; 2]) -> Vec<Class> {
    vec![
        Class { name: "known e-mail", sent: Sent::Page(known) },
        Class { name: "unknown e-mail", sent: Sent::Page(unknown) },
    ]
}

/// The two steps of signing in.
pub(crate) fn sign_in(address: SocketAddr) -> Result<[Trial; 2]> {
    let mut connection = Connection::new(address);
    let mut forms =
        |email: &str| walk::sign_in(&mut connection, email, "no one's password").map_err(|lost| anyhow!("{lost}"));
    let [known, unknown] = addresses();
    let ([known_email, known_password], [email, password]) = (forms(&known)?, forms(&unknown)?);
    let trial = |name, both, status| Trial { name, classes: known_and_unknown(both), status, pause: Duration::ZERO };
    Ok([
        trial("sign-in, e-mail step", [known_email, email], 303),
        trial("sign-in, password step", [known_password, password], 422),
    ])
}

/// A page that writes to an address: a lost password, or a new account.
pub(crate) fn letter(address: SocketAddr, name: &'static str, page: &str) -> Result<Trial> {
    let mut connection = Connection::new(address);
    let mut form = |email: &str| walk::letter(&mut connection, page, email).map_err(|lost| anyhow!("{lost}"));
    let [known, unknown] = addresses();
    let both = [form(&known)?, form(&unknown)?];
    Ok(Trial { name, classes: known_and_unknown(both), status: 200, pause: Duration::from_millis(3) })
}

impl Trial {
    /// Sends each class so often, and answers the times in microseconds, a row for each class.
    pub(crate) fn measure(&self, address: SocketAddr, samples: u32, chance: &mut Chance) -> Result<Vec<Vec<f64>>> {
        let mut connection = Connection::new(address);
        let mut rows: Vec<Vec<f64>> = self.classes.iter().map(|_| Vec::with_capacity(samples as usize)).collect();
        let warm_up = (samples / 20).clamp(1, 500);
        for round in 0..samples + warm_up {
            for at in shuffled(self.classes.len(), chance) {
                let (Some(class), Some(row)) = (self.classes.get(at), rows.get_mut(at)) else { continue };
                let began = Instant::now();
                let response = class.sent.send(&mut connection)?;
                let took = began.elapsed();
                let right = response.status == self.status;
                ensure!(right, "{}, {}: status {}, {}", self.name, class.name, response.status, response.body);
                if round >= warm_up {
                    row.push(took.as_secs_f64() * 1e6);
                }
                if !self.pause.is_zero() {
                    thread::park_timeout(self.pause);
                }
            }
        }
        Ok(rows)
    }
}

/// The numbers below `count` in an order drawn by chance.
fn shuffled(count: usize, chance: &mut Chance) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for at in (1..count).rev() {
        order.swap(at, chance.below(at as u64 + 1) as usize);
    }
    order
}

#[cfg(test)]
mod tests;
