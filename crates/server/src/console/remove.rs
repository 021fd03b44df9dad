//! Disabling and enabling a client, and deleting it for good.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_store::{AuditEvent, Registration, StoreError};

use super::{ClientId, Here, form::Typed, registration, told, walk_client};
use crate::{clients::removal, http::reply, pages::Fault, sitting::Sitting, walk::Walked};

/// Disables or enables.
pub async fn state(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, switch).await
}

/// Deletes.
pub async fn delete(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, end).await
}

async fn switch(sitting: &mut Sitting<'_>, found: Registration) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let id = found.client.id.clone();
    let disabled = match form.get("do") {
        Some("disable") => true,
        Some("enable") => false,
        _ => return Ok(reply::see_other(&format!("/console/{id}"))),
    };
    let done = if disabled { "disabled" } else { "enabled" };
    let (wanted, now) = (id.clone(), sitting.visit.now());
    let changed =
        sitting.visit.dc.house.directory.write(move |tx| removal::set_disabled(tx, &wanted, disabled, now)).await?;
    if changed {
        told(sitting, AuditEvent::ClientChanged, &id, done).await?;
    }
    Ok(reply::see_other(&format!("/console/{id}?done={done}")))
}

async fn end(sitting: &mut Sitting<'_>, found: Registration) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    if form.get("confirm").map(str::trim) != Some(found.client.name.trim()) {
        let reason = "nothing was deleted".to_owned();
        let faults = [Fault { field: "confirm", message: "Type the name exactly as it is shown", reason }];
        return registration::page(sitting, &found, &Typed::of(&found), &faults, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (house, id, now) = (sitting.visit.dc.house.clone(), found.client.id.clone(), sitting.visit.now());
    let gone = id.clone();
    let removing = tokio::task::spawn_blocking(move || removal::remove(&house.directory, &house.stores, &gone, now));
    removing.await.map_err(|_| StoreError::Panicked)??;
    told(sitting, AuditEvent::ClientRemoved, &id, &found.client.name).await?;
    Ok(reply::see_other("/console?done=removed"))
}
