//! Disabling and enabling a client, and deleting it for good.

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_store::{AuditEvent, Registration, StoreError, Tx};

use super::{ClientId, Here, form::Typed, registration, told, walk_client};
use crate::{http::reply, pages::Fault, sitting::Sitting, walk::Walked};

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
    let changed = sitting.visit.dc.house.directory.write(move |tx| set_disabled(tx, &wanted, disabled, now)).await?;
    if changed {
        told(sitting, AuditEvent::ClientChanged, &id, done).await?;
    }
    Ok(reply::see_other(&format!("/console/{id}?done={done}")))
}

/// False when nothing had to change.
fn set_disabled(
    tx: &mut Tx<'_>,
    id: &str,
    disabled: bool,
    now: grantor_protocol::time::Timestamp,
) -> Result<bool, StoreError> {
    let Some(mut there) = tx.lock_registration(id)?.filter(|there| there.client.disabled != disabled) else {
        return Ok(false);
    };
    there.client.disabled = disabled;
    tx.put_registration(&there, now)?;
    Ok(true)
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
    // Refused everywhere first, so that it is granted nothing more; gone from the list last, so that whoever is
    // interrupted can do it again. Grants at data centers that other processes serve mean nothing without the client.
    let wanted = id.clone();
    house.directory.write(move |tx| set_disabled(tx, &wanted, true, now)).await?;
    for store in house.stores.values() {
        let wanted = id.clone();
        store.write(move |tx| tx.remove_grants_to(&wanted)).await?;
    }
    let wanted = id.clone();
    house.directory.write(move |tx| tx.remove_client(&wanted)).await?;
    told(sitting, AuditEvent::ClientRemoved, &id, &found.client.name).await?;
    Ok(reply::see_other("/console?done=removed"))
}
