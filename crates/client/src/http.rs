//! The one place where the client talks HTTP: no redirects, bounded in time and size, every step observed.

use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::{Method, Response, header, redirect};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::Secret;
use crate::place::clean;
use crate::record::{Observer, WireRecord, shown_body, shown_failure, shown_parameter};
use crate::refusal::Quoted;

/// Connecting may take this long.
const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// A whole request may take this long, its answer included.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// No answer may be longer, in bytes.
const LARGEST_ANSWER: usize = 1024 * 1024;

/// A request that got no usable answer; whether the server acted on it is unknown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransportError {
    /// What went wrong.
    pub cause: TransportCause,
    /// The URL that was asked.
    pub url: String,
    /// The `x-request-id`, when an answer came.
    pub request_id: Option<String>,
}

/// What went wrong on the way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TransportCause {
    /// No TLS client could be made on this machine.
    #[error("this machine cannot make TLS connections: {why}. Install the system's CA certificates")]
    NoTls {
        /// The reason.
        why: String,
    },
    /// No connection.
    #[error("no connection: {why}. Check the address and that the server runs")]
    NoConnection {
        /// The reason.
        why: String,
    },
    /// No answer in 15 seconds.
    #[error("no answer within 15 seconds. Try again later")]
    TimedOut,
    /// The connection broke while the answer was read.
    #[error("the connection broke: {why}. Try again")]
    Broken {
        /// The reason.
        why: String,
    },
    /// The answer is longer than 1 MiB.
    #[error("the answer is longer than 1 MiB and was not read")]
    TooLarge,
    /// The answer is a redirect; secrets are never carried along one.
    #[error("the server answered with a redirect (HTTP {status}), which is not followed. Check the URL")]
    Redirected {
        /// The HTTP status.
        status: u16,
    },
    /// The server failed (HTTP 5xx).
    #[error("the server failed (HTTP {status}). Try again later, and quote the request id if it stays")]
    ServerFailed {
        /// The HTTP status.
        status: u16,
    },
    /// The answer is not what this endpoint is documented to send.
    #[error("the answer (HTTP {status}) is not what was expected: {why}. Check that the URL is an accounts server's")]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// The reason.
        why: String,
    },
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} [{}{}]", self.cause, self.url, Quoted(self.request_id.as_deref()))
    }
}

impl std::error::Error for TransportError {}

/// A whole answer below HTTP 500 that is no redirect.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) url: String,
    pub(crate) request_id: Option<String>,
    body: Vec<u8>,
}

impl Answer {
    pub(crate) fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body, when it is JSON.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, TransportError> {
        serde_json::from_slice(&self.body).map_err(|why| self.unreadable(&why))
    }

    /// The error for an answer that does not fit. The reason names fields and types, never values.
    pub(crate) fn unreadable(&self, why: &serde_json::Error) -> TransportError {
        let why = match why.classify() {
            serde_json::error::Category::Data => clean(&why.to_string()),
            _ => "it is not JSON".to_owned(),
        };
        let cause = TransportCause::Unreadable { status: self.status, why };
        TransportError { cause, url: self.url.clone(), request_id: self.request_id.clone() }
    }
}

/// The HTTP client. Clones share their connections.
#[derive(Clone)]
pub(crate) struct Http {
    /// For this machine: never through a proxy, and usable where no CA certificates are installed.
    local: Arc<OnceLock<Result<reqwest::Client, String>>>,
    /// For everywhere else: TLS with the system's CA certificates, and the system's proxy.
    outside: Arc<OnceLock<Result<reqwest::Client, String>>>,
    observer: Option<Observer>,
}

impl fmt::Debug for Http {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Http").field("observed", &self.observer.is_some()).finish_non_exhaustive()
    }
}

impl Http {
    pub(crate) fn new() -> Self {
        Self { local: Arc::default(), outside: Arc::default(), observer: None }
    }

    /// The same client, telling `observer` about its steps.
    pub(crate) fn observed_by(&self, observer: Observer) -> Self {
        Self { observer: Some(observer), ..self.clone() }
    }

    pub(crate) async fn get(&self, url: &str, token: Option<&Secret>) -> Result<Answer, TransportError> {
        self.send(Method::GET, url, token, &[]).await
    }

    pub(crate) async fn post(&self, url: &str, form: &[(&str, &str)]) -> Result<Answer, TransportError> {
        self.send(Method::POST, url, None, form).await
    }

    async fn send(
        &self,
        method: Method,
        url: &str,
        token: Option<&Secret>,
        form: &[(&str, &str)],
    ) -> Result<Answer, TransportError> {
        let mut record = WireRecord {
            method: if method == Method::GET { "GET" } else { "POST" },
            url: url.to_owned(),
            authorization: token.map(|token| format!("Zoho-oauthtoken {}", token.masked())),
            form: form.iter().map(|(name, value)| shown_parameter(name, value)).collect(),
            status: None,
            answer: String::new(),
            request_id: None,
        };
        let outcome = self.attempt(method, url, token, form).await;
        if let Some(observer) = &self.observer {
            match &outcome {
                Ok(answer) => {
                    record.status = Some(answer.status);
                    record.answer = shown_body(answer.status, &answer.body);
                    record.request_id.clone_from(&answer.request_id);
                }
                Err(error) => {
                    record.answer = shown_failure(&error.cause);
                    record.request_id.clone_from(&error.request_id);
                }
            }
            observer(record);
        }
        outcome
    }

    async fn attempt(
        &self,
        method: Method,
        url: &str,
        token: Option<&Secret>,
        form: &[(&str, &str)],
    ) -> Result<Answer, TransportError> {
        let failed = |cause| TransportError { cause, url: url.to_owned(), request_id: None };
        let client = self.client_for(url).map_err(|why| failed(TransportCause::NoTls { why }))?;
        let mut request = client.request(method.clone(), url).header(header::ACCEPT, "application/json");
        if let Some(token) = token {
            let mut value = header::HeaderValue::from_str(&format!("Zoho-oauthtoken {}", token.expose()))
                .map_err(|_| failed(TransportCause::Broken { why: "the kept token cannot be a header".to_owned() }))?;
            value.set_sensitive(true);
            request = request.header(header::AUTHORIZATION, value);
        }
        if method == Method::POST {
            request = request.form(form);
        }
        let response = request.send().await.map_err(|why| failed(cause_of(why)))?;
        let request_id = response.headers().get("x-request-id").and_then(|id| id.to_str().ok()).map(clean);
        let failed = |cause| TransportError { cause, url: url.to_owned(), request_id: request_id.clone() };
        let status = response.status();
        if status.is_redirection() {
            return Err(failed(TransportCause::Redirected { status: status.as_u16() }));
        }
        if status.is_server_error() {
            return Err(failed(TransportCause::ServerFailed { status: status.as_u16() }));
        }
        let body = read_bounded(response).await.map_err(failed)?;
        Ok(Answer { status: status.as_u16(), url: url.to_owned(), request_id, body })
    }

    /// Plain http goes only to this machine (`BaseUrl` sees to that), so the scheme chooses.
    fn client_for(&self, url: &str) -> Result<&reqwest::Client, String> {
        let slot =
            if url.starts_with("http://") { self.local.get_or_init(local) } else { self.outside.get_or_init(outside) };
        slot.as_ref().map_err(Clone::clone)
    }
}

fn bounded() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_WITHIN)
        .timeout(ANSWER_WITHIN)
        .referer(false)
        .user_agent(concat!("grantor-client/", env!("CARGO_PKG_VERSION")))
}

fn outside() -> Result<reqwest::Client, String> {
    bounded().https_only(true).build().map_err(|why| cause_text(&why))
}

fn local() -> Result<reqwest::Client, String> {
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|why| why.to_string())?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    bounded().no_proxy().tls_backend_preconfigured(tls).build().map_err(|why| cause_text(&why))
}

async fn read_bounded(mut response: Response) -> Result<Vec<u8>, TransportCause> {
    let mut body = Vec::new();
    while let Some(part) = response.chunk().await.map_err(cause_of)? {
        if body.len() + part.len() > LARGEST_ANSWER {
            return Err(TransportCause::TooLarge);
        }
        body.extend_from_slice(&part);
    }
    Ok(body)
}

fn cause_of(why: reqwest::Error) -> TransportCause {
    let why = why.without_url();
    // A connection that took too long is both: nothing was asked yet.
    if why.is_connect() {
        TransportCause::NoConnection { why: cause_text(&why) }
    } else if why.is_timeout() {
        TransportCause::TimedOut
    } else {
        TransportCause::Broken { why: cause_text(&why) }
    }
}

/// The innermost reason: "Connection refused" says more than "error sending request".
fn cause_text(why: &dyn std::error::Error) -> String {
    let mut innermost = why;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    clean(&innermost.to_string())
}
