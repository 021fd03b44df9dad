//! Faults on demand: rules for the next requests, and one request's own by its header `X-Grantor-Fault`.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use super::heard::Heard;
use crate::metrics::Endpoint;

/// Switches a fault on for the request that carries it.
pub const HEADER: &str = "x-grantor-fault";
/// Rules kept at once.
const MOST: usize = 100;
/// The longest delay: a request as a whole has 30 s.
const LONGEST: Duration = Duration::from_secs(25);
/// The kinds, as requests and the header spell them.
const KINDS: &str = "latency, status, drop-before-commit, drop-after-commit, throttle, data-center-down";

/// What goes wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// The request waits, then goes on.
    Latency {
        /// How long.
        millis: u64,
    },
    /// This answer, and nothing is done.
    Status {
        /// 400 to 599.
        status: u16,
        /// As it is sent.
        body: String,
        /// Of the body.
        content_type: String,
    },
    /// The connection ends without an answer, and nothing is done.
    DropBeforeCommit,
    /// Everything is done, and the connection ends without an answer.
    DropAfterCommit,
    /// The documented answer to too many requests, and nothing is done.
    Throttle,
    /// The data center cannot be reached: connections end without an answer.
    DataCenterDown,
}

impl Fault {
    /// Its name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Latency { .. } => "latency",
            Self::Status { .. } => "status",
            Self::DropBeforeCommit => "drop-before-commit",
            Self::DropAfterCommit => "drop-after-commit",
            Self::Throttle => "throttle",
            Self::DataCenterDown => "data-center-down",
        }
    }
}

/// A rule as it is sent. Text and numbers are judged by [`Wanted::rule`].
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    fault: String,
    millis: Option<u64>,
    status: Option<u16>,
    body: Option<serde_json::Value>,
    content_type: Option<String>,
    endpoint: Option<String>,
    client: Option<String>,
    data_center: Option<String>,
    times: Option<u32>,
}

/// A fault, and which requests it strikes.
#[derive(Debug, Clone, Serialize)]
pub struct Rule {
    id: u64,
    #[serde(flatten)]
    fault: Fault,
    #[serde(skip_serializing_if = "Option::is_none")]
    endpoint: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    client: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_center: Option<String>,
    /// How many more requests it strikes; none: until it is removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    times: Option<u32>,
    /// How many it has struck.
    struck: u64,
}

impl Wanted {
    /// The rule, or what is wrong with it. `locations`: the data centers served here.
    pub fn rule(self, locations: &[&str]) -> Result<Rule, String> {
        let fault = match self.fault.as_str() {
            "latency" => latency(self.millis)?,
            "status" => status(self.status, self.body, self.content_type)?,
            other => simple(other)?,
        };
        if let Some(endpoint) = &self.endpoint {
            check_endpoint(endpoint)?;
        }
        if fault == Fault::DataCenterDown && self.data_center.is_none() {
            return Err("data-center-down wants data_center, as in \"eu\"".to_owned());
        }
        if let Some(location) = self.data_center.as_deref().filter(|l| !locations.contains(l)) {
            return Err(format!("no data center {location:?} is served here; there are {}", locations.join(", ")));
        }
        if self.times == Some(0) {
            return Err("times counts the requests that are struck, from 1".to_owned());
        }
        Ok(Rule {
            id: 0,
            fault,
            endpoint: self.endpoint,
            client: self.client,
            data_center: self.data_center,
            times: self.times,
            struck: 0,
        })
    }
}

fn latency(millis: Option<u64>) -> Result<Fault, String> {
    match millis {
        Some(millis) if Duration::from_millis(millis) <= LONGEST => Ok(Fault::Latency { millis }),
        _ => Err(format!("latency wants millis, at most {}", LONGEST.as_millis())),
    }
}

fn status(status: Option<u16>, body: Option<serde_json::Value>, kind: Option<String>) -> Result<Fault, String> {
    let Some(status) = status.filter(|status| (400..600).contains(status)) else {
        return Err("status wants a status from 400 to 599".to_owned());
    };
    if kind.as_deref().is_some_and(|kind| axum::http::HeaderValue::from_str(kind).is_err()) {
        return Err("content_type is no header's value".to_owned());
    }
    let text = matches!(body, Some(serde_json::Value::String(_)));
    let body = match body {
        None => r#"{"error":"temporarily_unavailable"}"#.to_owned(),
        Some(serde_json::Value::String(text)) => text,
        Some(json) => json.to_string(),
    };
    let usual = if text { "text/plain; charset=utf-8" } else { "application/json;charset=UTF-8" };
    Ok(Fault::Status { status, body, content_type: kind.unwrap_or_else(|| usual.to_owned()) })
}

fn simple(name: &str) -> Result<Fault, String> {
    let all = [Fault::DropBeforeCommit, Fault::DropAfterCommit, Fault::Throttle, Fault::DataCenterDown];
    all.into_iter().find(|fault| fault.name() == name).ok_or_else(|| format!("no fault {name:?}; there are {KINDS}"))
}

/// A path (with a `*` at its end: all that begin so), or the name of a kind of endpoint.
pub fn check_endpoint(text: &str) -> Result<(), String> {
    let names: Vec<&str> = Endpoint::ALL.iter().map(|endpoint| endpoint.as_str()).collect();
    if text.starts_with('/') || names.contains(&text) {
        return Ok(());
    }
    Err(format!("endpoint wants a path like /oauth/v2/token or /clientoauth/*, or one of {}", names.join(", ")))
}

/// Whether a path is meant by what [`check_endpoint`] let through.
pub fn is_endpoint(wanted: &str, path: &str) -> bool {
    match wanted.strip_suffix('*') {
        Some(beginning) => path.starts_with(beginning),
        None if wanted.starts_with('/') => path == wanted,
        None => Endpoint::of(path).as_str() == wanted,
    }
}

/// What strikes one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Struck {
    /// How long it waits first.
    pub delay: Duration,
    /// What happens then.
    pub fault: Option<Fault>,
}

impl Struck {
    fn by(&mut self, fault: Fault) {
        match fault {
            Fault::Latency { millis } => {
                self.delay = self.delay.saturating_add(Duration::from_millis(millis)).min(LONGEST);
            }
            other => self.fault = Some(other),
        }
    }

    /// Its name in the journal.
    pub fn name(&self) -> Option<&'static str> {
        self.fault.as_ref().map(Fault::name).or((!self.delay.is_zero()).then_some("latency"))
    }
}

/// The rules in force.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Rules>,
}

#[derive(Debug, Default)]
struct Rules {
    last: u64,
    rules: Vec<Rule>,
}

impl Faults {
    fn held(&self) -> std::sync::MutexGuard<'_, Rules> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a whole data center is down.
    pub fn is_down(&self, location: &str) -> bool {
        self.held().rules.iter().any(|rule| {
            rule.fault == Fault::DataCenterDown
                && rule.data_center.as_deref() == Some(location)
                && rule.endpoint.is_none()
                && rule.client.is_none()
        })
    }

    /// Adds a rule; none when there are too many.
    pub fn add(&self, rule: Rule) -> Option<Rule> {
        let mut held = self.held();
        if held.rules.len() >= MOST {
            return None;
        }
        held.last += 1;
        let rule = Rule { id: held.last, ..rule };
        held.rules.push(rule.clone());
        Some(rule)
    }

    /// All rules, oldest first.
    pub fn all(&self) -> Vec<Rule> {
        self.held().rules.clone()
    }

    /// Puts these in the place of all others.
    pub fn replace(&self, rules: Vec<Rule>) {
        self.held().rules = rules;
    }

    /// Removes one; false when there is none of that id.
    pub fn remove(&self, id: u64) -> bool {
        let mut held = self.held();
        let before = held.rules.len();
        held.rules.retain(|rule| rule.id != id);
        held.rules.len() < before
    }

    /// What strikes this request, by its header first. Delays add up; of the others the oldest rule counts. A rule
    /// that has struck as often as it should is gone.
    ///
    /// # Errors
    /// What is wrong with the header.
    pub fn strike(&self, heard: &Heard, location: &str) -> Result<Struck, String> {
        let mut struck = Struck::default();
        if let Some(text) = &heard.fault {
            struck.by(by_header(text)?);
        }
        let mut held = self.held();
        for rule in &mut held.rules {
            let meant = rule.data_center.as_deref().is_none_or(|l| l == location)
                && rule.endpoint.as_deref().is_none_or(|endpoint| is_endpoint(endpoint, &heard.path))
                && rule.client.as_deref().is_none_or(|client| heard.client.as_deref() == Some(client));
            if meant && (struck.fault.is_none() || matches!(rule.fault, Fault::Latency { .. })) {
                struck.by(rule.fault.clone());
                rule.struck += 1;
                rule.times = rule.times.map(|left| left.saturating_sub(1));
            }
        }
        held.rules.retain(|rule| rule.times != Some(0));
        Ok(struck)
    }
}

/// `drop-after-commit`, `latency=200`, `status=503`.
fn by_header(text: &str) -> Result<Fault, String> {
    let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value.trim())));
    match (name.trim(), value) {
        ("latency", value) => latency(value.and_then(|v| v.parse().ok())),
        ("status", value) => {
            status(value.map_or(Some(StatusCode::SERVICE_UNAVAILABLE.as_u16()), |v| v.parse().ok()), None, None)
        }
        (name, None) => simple(name),
        (name, Some(_)) => Err(format!("{name} takes no value; there are {KINDS}")),
    }
    .map_err(|why| format!("X-Grantor-Fault: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_and_how_much() {
        assert_eq!(by_header("latency=200"), Ok(Fault::Latency { millis: 200 }));
        assert_eq!(by_header(" drop-after-commit "), Ok(Fault::DropAfterCommit));
        assert!(matches!(by_header("status"), Ok(Fault::Status { status: 503, .. })));
        assert!(matches!(by_header("status=500"), Ok(Fault::Status { status: 500, .. })));
        for wrong in ["", "latency", "latency=x", "latency=60000", "status=200", "throttle=1", "boom"] {
            assert!(by_header(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_endpoint_is_a_path_a_beginning_or_a_kind() {
        let path = "/clientoauth/v2/60001/token";
        for wanted in [path, "/clientoauth/*", "/*", "token"] {
            assert!(check_endpoint(wanted).is_ok() && is_endpoint(wanted, path), "{wanted}");
        }
        for other in ["/oauth/v2/token", "/clientoauth", "revoke"] {
            assert!(check_endpoint(other).is_ok() && !is_endpoint(other, path), "{other}");
        }
        assert!(check_endpoint("tokens").is_err());
    }
}
