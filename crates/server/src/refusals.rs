//! Telling everybody who should know why something was refused: the log, the metrics, and the client's
//! owner. The wire is told by the dialect, in fewer words.

use std::{
    net::IpAddr,
    sync::{Arc, OnceLock},
};

use axum::extract::Request;
use grantor_protocol::time::Timestamp;
use grantor_store::{AuditTrail, Notice, NoticeKind};
use tracing::{error, info};

use crate::{
    clients::nobody,
    entropy::NoEntropy,
    failure::Failure,
    house::DataCenter,
    http::{
        RequestId,
        peer::{self, Peer},
    },
    metrics::Endpoint,
    sandbox::Told,
    tokens,
};

/// A refusal on its way out: its true cause, and the client it may be told to.
#[derive(Debug)]
pub struct Refused<E> {
    /// The client concerned, when it is known to exist.
    pub client: Option<String>,
    /// Why.
    pub cause: E,
    /// More, in words; nothing secret.
    pub detail: Option<String>,
}

impl<E> Refused<E> {
    /// A refusal that no client can be blamed for.
    pub fn unknown(cause: E) -> Self {
        Self { client: None, cause, detail: None }
    }
}

/// What is known about a request before it is judged. The clock is read here, once.
#[derive(Debug, Clone)]
pub struct Asking {
    /// The id to quote.
    pub request_id: RequestId,
    /// Whom to hold responsible.
    pub address: IpAddr,
    /// When it was asked.
    pub now: Timestamp,
    endpoint: Endpoint,
    /// In a sandbox: who writes the true cause down.
    told: Option<Told>,
    /// What was found out about a refusal on the way.
    noted: OnceLock<String>,
    /// The id of a client that does not exist, as it was sent: for the log.
    claimed: OnceLock<String>,
    /// Whose token it turned out to be, where no client speaks for itself.
    holder: OnceLock<String>,
}

impl Asking {
    /// Reads the request's surroundings.
    pub fn of(dc: &DataCenter, endpoint: Endpoint, request: &Request) -> Self {
        let request_id = request.extensions().get::<RequestId>().cloned();
        let peer = request.extensions().get::<Peer>().copied();
        Self {
            request_id: request_id.unwrap_or_else(|| RequestId(Arc::from("unknown"))),
            address: peer.map_or(IpAddr::from([0, 0, 0, 0]), |peer| {
                peer::address(peer, request.headers(), &dc.house.trusted_proxies)
            }),
            now: dc.now(),
            endpoint,
            told: request.extensions().get::<Told>().cloned(),
            noted: OnceLock::new(),
            claimed: OnceLock::new(),
            holder: OnceLock::new(),
        }
    }

    /// In a sandbox: who writes the true cause down.
    pub fn told(&self) -> Option<&Told> {
        self.told.as_ref()
    }

    /// Notes why this request will be refused, in words, where more is known than the cause says. The first note counts.
    pub fn note(&self, why: String) {
        if !why.is_empty() {
            let _ = self.noted.set(why);
        }
    }

    /// Notes which client a request said it came from, when there is none of that id; nothing secret.
    pub fn claimed(&self, client_id: String) {
        let _ = self.claimed.set(client_id);
    }

    /// Notes whose token a refused request carried: a client that does not speak for itself is told all the same.
    pub fn holder(&self, client_id: String) {
        let _ = self.holder.set(client_id);
    }

    /// What a step needs to write its audit row.
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn trail(&self, dc: &DataCenter) -> Result<AuditTrail, NoEntropy> {
        Ok(AuditTrail { id: dc.fresh_id(self.now)?, request_id: self.request_id.as_str().to_owned() })
    }

    /// Tells of a refusal.
    pub fn refuse(&self, dc: &DataCenter, client_id: Option<&str>, cause: &'static str, detail: &str) {
        let holder = self.holder.get().map(String::as_str);
        // What became of another client's token is that client's business.
        let theirs = client_id.is_none() || holder.is_none() || client_id == holder;
        let detail = self.noted.get().filter(|_| theirs).map_or(detail, String::as_str);
        let client_id = client_id.or(holder);
        dc.house.metrics.refused(self.endpoint, cause);
        let detail = &*tokens::masked(detail);
        if let Some(told) = &self.told {
            told.tell(client_id, cause, detail);
        }
        info!(
            request_id = self.request_id.as_str(),
            data_center = dc.place.location,
            endpoint = self.endpoint.as_str(),
            client_id = client_id.or(self.claimed.get().map(String::as_str)),
            cause,
            detail,
            "refused"
        );
        self.tell(dc, client_id.unwrap_or(nobody::ID), NoticeKind::Refusal, cause, detail);
    }

    /// Tells a client's owner something.
    pub fn tell(&self, dc: &DataCenter, client_id: &str, kind: NoticeKind, cause: &str, detail: &str) {
        if let Ok(id) = dc.fresh_id(self.now) {
            dc.recorder.record(Notice {
                client_id: client_id.to_owned(),
                id,
                kind,
                location: dc.place.location.clone(),
                endpoint: self.endpoint.as_str().to_owned(),
                cause: cause.to_owned(),
                detail: detail.to_owned(),
                request_id: self.request_id.as_str().to_owned(),
            });
        }
    }

    /// Tells of a breakage: the caller gets no success, the operator the reason.
    pub fn broke(&self, failure: &Failure) {
        error!(request_id = self.request_id.as_str(), endpoint = self.endpoint.as_str(), error = %failure.chain(), "broke");
    }
}
