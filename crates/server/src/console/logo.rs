//! A client's logo: uploaded by its owner, made anew as a picture of ours, and served from our origin as nothing but a
//! picture.

use axum::{
    extract::{Path, Request, State, rejection::PathRejection},
    http::StatusCode,
    response::Response,
};
use grantor_store::{AuditEvent, Registration};

use super::{ClientId, Here, form::Typed, registration, told, walk_client};
use crate::{
    http::{reply, upload},
    pages::Fault,
    pictures::NoPicture,
    sitting::Sitting,
    walk::{Walked, error_pages},
};

/// The largest file.
const MOST_BYTES: usize = 256 * 1024;

/// Takes a picture, or takes it away.
pub async fn post(State(dc): Here, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, change).await
}

async fn change(sitting: &mut Sitting<'_>, found: Registration) -> Walked {
    let sent = match upload::read(&sitting.visit.headers, sitting.visit.take_body(), "logo").await {
        Ok(sent) => sent,
        Err(upload::Unreadable::TooLarge) => return refuse(sitting, &found, NoPicture::TooLarge),
        Err(upload::Unreadable::Broken) => return Ok(error_pages::unreadable(sitting.visit)),
    };
    if !sitting.visit.form_is_ours(sent.params.get("csrf")) {
        return Ok(error_pages::not_our_form(sitting.visit));
    }
    let (house, id) = (sitting.visit.dc.house.clone(), found.client.id.clone());
    if sent.params.get("do") == Some("remove") {
        let wanted = id.clone();
        house.directory.write(move |tx| tx.remove_client_logo(&wanted)).await?;
        told(sitting, AuditEvent::ClientChanged, &id, "logo removed").await?;
        return Ok(reply::see_other(&format!("/console/{id}?done=logo-removed")));
    }
    let bytes = sent.file.unwrap_or_default();
    if bytes.len() > MOST_BYTES {
        return refuse(sitting, &found, NoPicture::TooLarge);
    }
    let picture = match house.pictures.remake(bytes).await {
        Ok(picture) => picture,
        Err(why) => return refuse(sitting, &found, why),
    };
    let (wanted, hash) = (id.clone(), picture.hash.clone());
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        if tx.lock_registration(&wanted)?.is_some() {
            tx.put_client_logo(&wanted, &hash, "image/png", &picture.png)?;
        }
        Ok(())
    };
    house.directory.write(step).await?;
    told(sitting, AuditEvent::ClientChanged, &id, "logo").await?;
    Ok(reply::see_other(&format!("/console/{id}?done=logo")))
}

fn refuse(sitting: &Sitting<'_>, found: &Registration, why: NoPicture) -> Walked {
    let fault = Fault { field: "logo", message: "The logo was not changed", reason: why.to_string() };
    registration::page(sitting, found, &Typed::of(found), &[fault], StatusCode::UNPROCESSABLE_ENTITY)
}

/// The picture: public, like the consent page that shows it.
pub async fn picture(State(dc): Here, path: Result<Path<(String, String)>, PathRejection>) -> Response {
    let none = || reply::text(StatusCode::NOT_FOUND, "no such file\n");
    let Ok(Path((client, hash))) = path else { return none() };
    let plain =
        |text: &str, most: usize| text.len() <= most && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.');
    if !plain(&client, 100) || !plain(&hash, 64) {
        return none();
    }
    match dc.house.directory.read(move |tx| tx.client_logo(&client, &hash)).await {
        Ok(Some((kind, bytes))) => reply::kept_picture(&kind, bytes),
        Ok(None) => none(),
        Err(error) => {
            tracing::error!(%error, "a logo could not be read");
            reply::text(StatusCode::SERVICE_UNAVAILABLE, "try again\n")
        }
    }
}
