//! The console of an application's developer: `/console`. One file for each page.

pub mod causes;
mod client_id;
mod code;
mod form;
mod kinds;
mod link;
mod list;
mod logo;
pub mod nav;
mod notices;
pub mod owned;
mod picker;
mod quotas;
mod register;
mod registration;
mod remove;
mod sandbox;
mod secrets;
mod snippets;
mod tools;
mod webhook;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    response::Response,
    routing::get,
};
use grantor_store::{AuditEvent, Concerning, Registration};
use tracing::info;

use client_id::ClientId;

use crate::{failure::Failure, house::DataCenter, http::reply, pages::Locale, sitting::Sitting, walk::Walked};

type Here = State<Arc<DataCenter>>;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
        .route("/console", get(list::get))
        .route("/console/new", get(register::get).post(register::post))
        .route("/console/{client}", get(registration::get).post(registration::post))
        .route("/console/{client}/logo", get(back).post(logo::post))
        .route("/console/{client}/state", get(back).post(remove::state))
        .route("/console/{client}/delete", get(back).post(remove::delete))
        .route("/console/{client}/secrets", get(secrets::get).post(secrets::post))
        .route("/console/{client}/credentials", get(back).post(secrets::credentials))
        .route("/client-logo/{client}/{hash}", get(logo::picture))
        .merge(tools::routes())
}

/// Opens a page of the console. It speaks English only, like the wire it explains.
async fn walk(dc: Arc<DataCenter>, request: Request, room: impl AsyncFnOnce(&mut Sitting<'_>) -> Walked) -> Response {
    Sitting::walk(dc, request, async move |sitting: &mut Sitting<'_>| {
        sitting.visit.locale = Locale::English;
        room(sitting).await
    })
    .await
}

/// Opens a page of one client: the same 404 for one that is not there and for one that belongs to somebody else.
async fn walk_client(
    dc: Arc<DataCenter>,
    id: String,
    request: Request,
    room: impl AsyncFnOnce(&mut Sitting<'_>, Registration) -> Walked,
) -> Response {
    walk(dc, request, async move |sitting: &mut Sitting<'_>| match owned::owned(sitting, &id).await? {
        Some(found) => room(sitting, found).await,
        None => sitting.nothing(),
    })
    .await
}

/// A form's address opened as a page: the client's page, where the form stands.
async fn back(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |_: &mut Sitting<'_>, found: Registration| {
        Ok(reply::see_other(&format!("/console/{}", found.client.id)))
    })
    .await
}

/// Tells what an owner did to a client of theirs. The audit has the detail, the log has not: it is not to name people, and
/// an address may hold a secret in its query.
async fn told(sitting: &Sitting<'_>, event: AuditEvent, client_id: &str, detail: &str) -> Result<(), Failure> {
    let request_id = sitting.visit.asking.request_id.as_str();
    let user = sitting.person.user.id.0;
    info!(request_id, user, client_id, event = event.as_str(), "in the console");
    audited(sitting, event, client_id, detail).await
}

/// What became of an audit row, where the answer shows a secret that is in force already: a failure is an error in the log,
/// and the answer is given all the same. It is shown this once; a secret that works and that nobody has would do more harm
/// than a row that is missing.
fn or_logged(sitting: &Sitting<'_>, event: AuditEvent, told: Result<(), Failure>) {
    if let Err(failure) = told {
        let request_id = sitting.visit.asking.request_id.as_str();
        tracing::error!(request_id, event = event.as_str(), error = failure.chain(), "this is not in the audit");
    }
}

/// Writes what an owner did to a client of theirs into the audit. The directory keeps none: the row goes to the store of
/// the data center where the owner is at home, after the directory's step.
async fn audited(sitting: &Sitting<'_>, event: AuditEvent, client_id: &str, detail: &str) -> Result<(), Failure> {
    let (user, trail) = (sitting.person.user.id, sitting.trail()?);
    let (client_id, detail) = (client_id.to_owned(), detail.to_owned());
    let write = move |tx: &mut grantor_store::Tx<'_>| {
        let concerning = Concerning { user: Some(user), client_id: Some(&client_id), ..Concerning::default() };
        tx.audit(&trail, event, concerning, &detail)
    };
    Ok(sitting.visit.dc.store.write(write).await?)
}
