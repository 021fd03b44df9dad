//! `POST /_sandbox/snapshot` and `POST /_sandbox/reset`: everything as it is, kept in memory under a name, and put
//! back; without a name, as it was when the server started.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_store::{DATA_CENTER, DIRECTORY, Snapshot, StoreError};
use serde::Deserialize;
use serde_json::json;

use super::{Sandbox, answer, approve::Approval, broken, clock, faults::Rule, of, read, wrong};
use crate::{clock::SandboxTime, house::DataCenter, scopes::Scopes};

/// Rows that are copied at most, of each store.
const MOST_ROWS: usize = 200_000;
/// Tables that stay as they are: keys that sign are nobody's test data, whoever has the key set may keep it, and making
/// new ones takes its time.
const STAYING: &[&str] = &["signing_keys"];
/// Snapshots kept at once.
const MOST: usize = 16;

/// Every store, and what the sandbox holds itself.
#[derive(Debug, Clone)]
pub struct Whole {
    directory: Snapshot,
    data_centers: BTreeMap<String, Snapshot>,
    time: SandboxTime,
    rules: Vec<Rule>,
    approval: Option<Approval>,
}

/// The first and the named.
#[derive(Debug, Default)]
pub struct Snapshots {
    /// None inside: the stores were too large to be copied.
    start: OnceLock<Option<Whole>>,
    named: Mutex<BTreeMap<String, Whole>>,
}

impl Snapshots {
    /// Keeps what a reset without a name goes back to.
    pub fn begin(&self, whole: Option<Whole>) {
        let _ = self.start.set(whole);
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    to: Option<String>,
}

/// `POST` copies, `GET` lists.
pub async fn snapshot(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let sandbox = of(&dc);
    let named = || sandbox.snapshots.named.lock().unwrap_or_else(PoisonError::into_inner);
    if request.method() == Method::GET {
        return answer(StatusCode::OK, &json!({ "snapshots": named().keys().collect::<Vec<_>>() }));
    }
    let Named { name } = match read(request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    if name.is_empty() || name.len() > 64 {
        return wrong("name wants 1 to 64 bytes");
    }
    if named().len() >= MOST && !named().contains_key(&name) {
        return wrong(&format!("there are {MOST} snapshots already; take one of their names, or reset"));
    }
    let _quiet = sandbox.quiet.write().await;
    match copy(sandbox, &dc).await {
        Ok(Some(whole)) => {
            let rows = whole.directory.rows() + whole.data_centers.values().map(Snapshot::rows).sum::<usize>();
            named().insert(name.clone(), whole);
            answer(StatusCode::CREATED, &json!({ "name": name, "rows": rows }))
        }
        Ok(None) => wrong(&format!("a store has more than {MOST_ROWS} rows")),
        Err(error) => broken(&error),
    }
}

/// Puts everything back: a named snapshot, or the start.
pub async fn reset(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let sandbox = of(&dc);
    let Asked { to } = match read(request).await {
        Ok(asked) => asked,
        Err(response) => return response,
    };
    let whole = match &to {
        Some(name) => {
            let named = sandbox.snapshots.named.lock().unwrap_or_else(PoisonError::into_inner);
            let Some(whole) = named.get(name) else {
                let known = named.keys().map(String::as_str).collect::<Vec<_>>().join(", ");
                return wrong(&format!("no snapshot {name:?}; there are: {known}"));
            };
            whole.clone()
        }
        None => match sandbox.snapshots.start.get() {
            Some(Some(whole)) => whole.clone(),
            _ => return wrong(&format!("a store had more than {MOST_ROWS} rows at the start, so it was not copied")),
        },
    };
    // Nobody is in the middle of a request, and nobody begins one.
    let _quiet = sandbox.quiet.write().await;
    match put_back(sandbox, &dc, whole).await {
        Ok(()) => answer(StatusCode::OK, &json!({ "reset": to, "now": clock::shown(dc.now()) })),
        Err(error) => broken(&error),
    }
}

/// Copies everything; none when it is too much.
pub async fn copy(sandbox: &Sandbox, dc: &DataCenter) -> Result<Option<Whole>, StoreError> {
    let house = &dc.house;
    let Some(directory) = house.directory.read(|tx| tx.snapshot(&DIRECTORY, STAYING, MOST_ROWS)).await? else {
        return Ok(None);
    };
    let mut data_centers = BTreeMap::new();
    for room in sandbox.rooms() {
        let copied = room.store.read(|tx| tx.snapshot(&DATA_CENTER, STAYING, MOST_ROWS)).await?;
        let Some(copied) = copied else { return Ok(None) };
        data_centers.insert(room.place.location.clone(), copied);
    }
    let (time, rules, approval) = (house.clock.sandbox_time(), sandbox.faults.all(), sandbox.approvals.get());
    Ok(Some(Whole { directory, data_centers, time, rules, approval }))
}

/// Each store in one step; then whatever remembers what was read from them forgets it.
async fn put_back(sandbox: &Sandbox, dc: &DataCenter, whole: Whole) -> Result<(), StoreError> {
    let Whole { directory, mut data_centers, time, rules, approval } = whole;
    let house = &dc.house;
    house.directory.write(move |tx| tx.restore(&directory)).await?;
    for room in sandbox.rooms() {
        if let Some(copied) = data_centers.remove(&room.place.location) {
            room.store.write(move |tx| tx.restore(&copied)).await?;
        }
        room.guesses.forget();
    }
    let added = house.directory.read(|tx| tx.added_scopes()).await?;
    *house.scopes.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Scopes::new(&added));
    house.clients.forget();
    house.origins.forget();
    house.clock.put_back(time);
    sandbox.faults.replace(rules);
    sandbox.approvals.set(approval);
    sandbox.journal.clear();
    house.mail.forget();
    Ok(())
}
