//! The sandbox: the real server, only faster to test against. Its endpoints are on every public listener of a
//! sandbox and nowhere else (contract section 5): clock, faults, journal, snapshot and reset, approve.

mod approve;
mod attend;
mod clock;
mod faults;
mod guard;
mod heard;
mod journal;
mod mailbox;
mod mask;
mod snapshot;

use std::sync::{Arc, OnceLock, Weak};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::StatusCode,
    response::Response,
    routing::{MethodRouter, delete, get, post},
};
use grantor_store::StoreError;
use http_body_util::{BodyExt, Limited};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub use approve::Approval;
pub use attend::{Dropped, attend};
pub use journal::Told;

use crate::{house::DataCenter, http::reply};

/// Every path of the sandbox begins so.
const PREFIX: &str = "/_sandbox/";
/// The largest body that is read.
const MOST_BODY: usize = 64 * 1024;

/// What a sandbox holds beside the house: all of it in memory, shared by all its data centers.
#[derive(Debug, Default)]
pub struct Sandbox {
    faults: faults::Faults,
    journal: journal::Journal,
    /// Who answers instead of a person.
    pub approvals: approve::Approvals,
    snapshots: snapshot::Snapshots,
    /// Held by every request, and by a reset alone.
    quiet: tokio::sync::RwLock<()>,
    rooms: OnceLock<Vec<Weak<DataCenter>>>,
}

impl Sandbox {
    /// Meets the data centers served here, and keeps everything as it is now for a reset.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub async fn begin(&self, data_centers: &[Arc<DataCenter>]) -> Result<(), StoreError> {
        let _ = self.rooms.set(data_centers.iter().map(Arc::downgrade).collect());
        if let Some(first) = data_centers.first() {
            self.snapshots.begin(snapshot::copy(self, first).await?);
        }
        Ok(())
    }

    /// Whether a fault makes a whole data center unreachable.
    pub fn is_down(&self, location: &str) -> bool {
        self.faults.is_down(location)
    }

    /// The data centers served here.
    pub fn rooms(&self) -> impl Iterator<Item = Arc<DataCenter>> {
        self.rooms.get().into_iter().flatten().filter_map(Weak::upgrade)
    }

    /// One of them.
    pub fn room(&self, location: &str) -> Option<Arc<DataCenter>> {
        self.rooms().find(|dc| dc.place.location == location)
    }
}

/// Its paths.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/_sandbox/clock", only(get(clock::clock).post(clock::clock), "GET, POST"))
        .route("/_sandbox/faults", only(get(list_faults).post(add_fault).delete(clear_faults), "GET, POST, DELETE"))
        .route("/_sandbox/faults/{id}", only(delete(remove_fault), "DELETE"))
        .route("/_sandbox/journal", only(get(journal::journal).delete(journal::journal), "GET, DELETE"))
        .route("/_sandbox/snapshot", only(get(snapshot::snapshot).post(snapshot::snapshot), "GET, POST"))
        .route("/_sandbox/mail", only(get(mailbox::mailbox), "GET"))
        .route("/_sandbox/reset", only(post(snapshot::reset), "POST"))
        .route(
            "/_sandbox/approve",
            only(get(approve::approve).post(approve::approve).delete(approve::approve), "GET, POST, DELETE"),
        )
        .route("/_sandbox/{*rest}", axum::routing::any(nowhere))
}

fn only(methods: MethodRouter<Arc<DataCenter>>, allowed: &'static str) -> MethodRouter<Arc<DataCenter>> {
    methods
        .fallback(async move || answer(StatusCode::METHOD_NOT_ALLOWED, &refusal(&format!("this path knows {allowed}"))))
}

async fn nowhere() -> Response {
    let text = "the sandbox has /_sandbox/clock, faults, journal, mail, snapshot, reset and approve";
    answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found", "message": text }))
}

async fn list_faults(State(dc): State<Arc<DataCenter>>) -> Response {
    answer(StatusCode::OK, &json!({ "faults": of(&dc).faults.all() }))
}

async fn add_fault(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let sandbox = of(&dc);
    let wanted: faults::Wanted = match read(request).await {
        Ok(wanted) => wanted,
        Err(response) => return response,
    };
    let rooms: Vec<_> = sandbox.rooms().collect();
    let locations: Vec<&str> = rooms.iter().map(|room| room.place.location.as_str()).collect();
    match wanted.rule(&locations).map(|rule| sandbox.faults.add(rule)) {
        Ok(Some(rule)) => answer(StatusCode::CREATED, &json!(rule)),
        Ok(None) => wrong("there are too many faults already; remove some"),
        Err(why) => wrong(&why),
    }
}

async fn clear_faults(State(dc): State<Arc<DataCenter>>) -> Response {
    of(&dc).faults.replace(Vec::new());
    answer(StatusCode::OK, &json!({ "faults": [] }))
}

async fn remove_fault(State(dc): State<Arc<DataCenter>>, Path(id): Path<String>) -> Response {
    let faults = &of(&dc).faults;
    if id.parse().is_ok_and(|id| faults.remove(id)) {
        return answer(StatusCode::OK, &json!({ "faults": faults.all() }));
    }
    let text = format!("there is no fault {id}; it may have struck for the last time");
    answer(StatusCode::NOT_FOUND, &json!({ "error": "not_found", "message": text }))
}

/// The sandbox of a data center. Only a sandbox has these endpoints, so there is one.
fn of(dc: &DataCenter) -> &Sandbox {
    static NONE: std::sync::LazyLock<Sandbox> = std::sync::LazyLock::new(Sandbox::default);
    dc.house.sandbox.as_ref().unwrap_or(&NONE)
}

/// A JSON body, whatever its type is said to be; an empty one is `{}`.
async fn read<T: DeserializeOwned>(request: Request) -> Result<T, Response> {
    let body = Limited::new(request.into_body(), MOST_BODY).collect().await;
    let bytes = body.map_err(|_| wrong("the body cannot be read"))?.to_bytes();
    let bytes = if bytes.trim_ascii().is_empty() { b"{}" } else { bytes.as_ref() };
    serde_json::from_slice(bytes).map_err(|error| wrong(&format!("the body is not what is wanted: {error}")))
}

fn answer(status: StatusCode, body: &Value) -> Response {
    reply::json(status, body.to_string())
}

fn refusal(why: &str) -> Value {
    json!({ "error": "invalid_request", "message": why })
}

/// 400, and what to do about it.
pub fn wrong(why: &str) -> Response {
    answer(StatusCode::BAD_REQUEST, &refusal(why))
}

fn broken(error: &StoreError) -> Response {
    tracing::error!(%error, "the sandbox could not use a store");
    answer(StatusCode::SERVICE_UNAVAILABLE, &json!({ "error": "temporarily_unavailable" }))
}
