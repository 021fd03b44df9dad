//! `/_sandbox/journal`: what was asked and what was answered, to assert against. Kept in memory, the newest few
//! thousand; secrets are masked before anything is kept.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode, header},
    response::Response,
};
use grantor_protocol::{params::Params, time::Timestamp};
use http_body_util::BodyExt;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{answer, clock, faults, heard::Heard, mask, of, wrong};
use crate::{house::DataCenter, http::reply, metrics::Endpoint};

/// Entries kept; the oldest go.
const KEPT: usize = 5_000;

/// What the sandbox and the walk of one request tell each other while it is answered.
#[derive(Debug, Clone, Default)]
pub struct Told {
    refusal: Arc<Mutex<Option<Refusal>>>,
    throttled: Arc<AtomicBool>,
}

#[derive(Debug, Clone)]
struct Refusal {
    client: Option<String>,
    cause: String,
    detail: String,
}

impl Told {
    /// The true cause, the last one told.
    pub fn tell(&self, client: Option<&str>, cause: &str, detail: &str) {
        let refusal = Refusal { client: client.map(str::to_owned), cause: cause.to_owned(), detail: detail.to_owned() };
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(refusal);
    }

    /// Too many requests, whatever they were.
    pub fn throttle(&self) {
        self.throttled.store(true, Ordering::Relaxed);
    }

    /// Whether the request is one too many.
    pub fn throttled(&self) -> bool {
        self.throttled.load(Ordering::Relaxed)
    }

    /// What was told.
    pub fn cause(&self) -> Option<String> {
        self.refusal.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|refusal| refusal.cause.clone())
    }
}

/// One exchange.
#[derive(Debug, Clone, Serialize)]
pub struct Entry {
    number: u64,
    #[serde(skip)]
    at: Timestamp,
    /// By the sandbox's clock.
    time: Option<String>,
    request_id: String,
    data_center: String,
    method: String,
    path: String,
    endpoint: &'static str,
    client: Option<String>,
    parameters: Map<String, Value>,
    authorization: Option<String>,
    /// None when the connection was dropped without an answer.
    status: Option<u16>,
    /// The answer's own word.
    error: Option<String>,
    /// Why it was refused, really.
    cause: Option<String>,
    detail: Option<String>,
    /// Where the browser was sent.
    location: Option<String>,
    /// A JSON answer, codes and tokens masked.
    answer: Option<Value>,
    /// What the sandbox did to it.
    fault: Option<&'static str>,
}

/// The ring.
#[derive(Debug, Default)]
pub struct Journal {
    ring: Mutex<Ring>,
}

#[derive(Debug, Default)]
struct Ring {
    last: u64,
    entries: VecDeque<Entry>,
}

/// What is known of a request when its answer is written down.
#[derive(Debug)]
pub struct Asked {
    pub heard: Heard,
    pub request_id: String,
    pub at: Timestamp,
    pub told: Told,
    pub fault: Option<&'static str>,
}

impl Journal {
    /// Writes an exchange down and gives the answer back; `None` as answer: the connection was dropped.
    pub async fn write(&self, dc: &DataCenter, asked: Asked, answered: Option<Response>) -> Option<Response> {
        let (seen, answered) = match answered {
            None => (Seen::default(), None),
            Some(response) => {
                let (seen, response) = Seen::of(response).await;
                (seen, Some(response))
            }
        };
        let Asked { heard, request_id, at, told, fault } = asked;
        let refusal = told.refusal.lock().unwrap_or_else(PoisonError::into_inner).take();
        let client = heard.client.as_deref().map(mask::client_id).map(str::to_owned);
        let mut ring = self.ring.lock().unwrap_or_else(PoisonError::into_inner);
        ring.last += 1;
        let entry = Entry {
            number: ring.last,
            at,
            time: clock::shown(at),
            request_id,
            data_center: dc.place.location.clone(),
            method: heard.method,
            endpoint: Endpoint::of(&heard.path).as_str(),
            path: heard.path,
            client: client.or_else(|| refusal.as_ref().and_then(|r| r.client.clone())),
            parameters: heard.parameters,
            authorization: heard.authorization,
            status: seen.status,
            error: seen.error,
            cause: refusal.as_ref().map(|r| r.cause.clone()),
            detail: refusal.map(|r| r.detail).filter(|detail| !detail.is_empty()),
            location: seen.location,
            answer: seen.answer,
            fault,
        };
        if ring.entries.len() >= KEPT {
            ring.entries.pop_front();
        }
        ring.entries.push_back(entry);
        answered
    }

    /// Empties it. Numbers go on.
    pub fn clear(&self) {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner).entries.clear();
    }
}

/// An answer as it is written down.
#[derive(Debug, Default)]
struct Seen {
    status: Option<u16>,
    error: Option<String>,
    location: Option<String>,
    answer: Option<Value>,
}

impl Seen {
    async fn of(response: Response) -> (Self, Response) {
        let (parts, body) = response.into_parts();
        // An export, too, is read whole before it goes on: what a sandbox holds is small. One that breaks off is no answer.
        let Ok(bytes) = body.collect().await.map(http_body_util::Collected::to_bytes) else {
            let broken = reply::text(StatusCode::INTERNAL_SERVER_ERROR, "the answer broke off\n");
            return (Self { status: Some(broken.status().as_u16()), ..Self::default() }, broken);
        };
        let text = |name| parts.headers.get(name).and_then(|v: &axum::http::HeaderValue| v.to_str().ok());
        let kind = text(header::CONTENT_TYPE).unwrap_or_default();
        let location = text(header::LOCATION).map(mask::location);
        let json: Option<Value> =
            kind.starts_with("application/json").then(|| serde_json::from_slice(&bytes).ok()).flatten();
        let word =
            |json: &Value| json.get("error").or_else(|| json.get("cause")).and_then(Value::as_str).map(str::to_owned);
        let error = match &json {
            Some(json) => word(json),
            None if kind.starts_with("text/html") => std::str::from_utf8(&bytes).ok().and_then(page_word),
            None => location.as_deref().and_then(redirected_word),
        };
        let seen = Self { status: Some(parts.status.as_u16()), error, location, answer: json.map(mask::answer) };
        (seen, Response::from_parts(parts, bytes.into()))
    }
}

/// The documented word that every error page carries.
fn page_word(html: &str) -> Option<String> {
    let (_, rest) = html.split_once("ERROR_")?;
    let tail: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
    Some(format!("ERROR_{tail}"))
}

fn redirected_word(location: &str) -> Option<String> {
    let (_, query) = location.split_once(['?', '#'])?;
    form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "error").map(|(_, word)| word.into_owned())
}

/// Which entries are wanted.
#[derive(Debug, Default)]
struct Filter {
    after: Option<u64>,
    from: Option<Timestamp>,
    endpoint: Option<String>,
    client: Option<String>,
    data_center: Option<String>,
    error: Option<String>,
    cause: Option<String>,
    status: Option<u16>,
}

impl Filter {
    fn read(query: &str) -> Result<Self, String> {
        let params = Params::read(query.as_bytes()).map_err(|error| error.to_string())?;
        let mut filter = Self::default();
        for (name, value) in params.iter() {
            let text = Some(value.to_owned());
            match name {
                "since" => match (value.parse(), clock::parsed(value)) {
                    (Ok(number), _) => filter.after = Some(number),
                    (_, Some(at)) => filter.from = Some(at),
                    _ => return Err("since wants an entry's number or a time like 2026-11-22T10:00:00Z".to_owned()),
                },
                "endpoint" => {
                    faults::check_endpoint(value)?;
                    filter.endpoint = text;
                }
                "client" => filter.client = text,
                "data_center" => filter.data_center = text,
                "error" => filter.error = text,
                "cause" => filter.cause = text,
                "status" => match value.parse() {
                    Ok(status) => filter.status = Some(status),
                    Err(_) => return Err("status wants a number like 200".to_owned()),
                },
                other => {
                    return Err(format!(
                        "no filter {other:?}; there are since, endpoint, client, data_center, status, error, cause"
                    ));
                }
            }
        }
        Ok(filter)
    }

    fn admits(&self, entry: &Entry) -> bool {
        let same = |wanted: &Option<String>, there: Option<&str>| wanted.as_deref().is_none_or(|w| there == Some(w));
        self.after.is_none_or(|number| entry.number > number)
            && self.from.is_none_or(|at| entry.at >= at)
            && self.endpoint.as_deref().is_none_or(|wanted| faults::is_endpoint(wanted, &entry.path))
            && same(&self.client, entry.client.as_deref())
            && same(&self.data_center, Some(&entry.data_center))
            && same(&self.error, entry.error.as_deref())
            && same(&self.cause, entry.cause.as_deref())
            && self.status.is_none_or(|status| entry.status == Some(status))
    }
}

/// `GET` reads, `DELETE` empties.
pub async fn journal(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let journal = &of(&dc).journal;
    if request.method() == Method::DELETE {
        journal.clear();
        return answer(StatusCode::OK, &json!({ "entries": [] }));
    }
    let filter = match Filter::read(request.uri().query().unwrap_or_default()) {
        Ok(filter) => filter,
        Err(why) => return wrong(&why),
    };
    let ring = journal.ring.lock().unwrap_or_else(PoisonError::into_inner);
    let entries: Vec<&Entry> = ring.entries.iter().filter(|entry| filter.admits(entry)).collect();
    answer(StatusCode::OK, &json!({ "last": ring.last, "entries": entries }))
}
