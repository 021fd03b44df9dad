//! Begin: is the question valid, and where may it be answered? Run again at every step, against the client
//! as it is now.

use std::sync::Arc;

use axum::response::Response;
use grantor_protocol::{
    asked::Asked,
    authorize::{self, AuthorizationRequest, ReplyTo},
    causes::PageError,
    client::ClientRecord,
};

use super::{Visit, error_pages};
use crate::failure::Failure;

/// A valid request, and where its answer goes.
#[derive(Debug)]
pub struct Valid {
    pub asked: Asked,
    pub record: Arc<ClientRecord>,
    pub reply_to: ReplyTo,
    pub request: AuthorizationRequest,
}

/// Judges the query. `None`: there is no application, a person just signs in.
///
/// # Errors
/// The outer error is a breakage; the inner one the page that ends the visit.
pub async fn begin(visit: &Visit) -> Result<Result<Option<Valid>, Response>, Failure> {
    if visit.door.is_home() {
        return Ok(Ok(None));
    }
    let asked = match Asked::read(&visit.query) {
        Ok(asked) => asked,
        Err(cause) => return Ok(Err(error_pages::page_error(visit, None, &cause, None))),
    };
    let record = match authorize::check_form(&asked) {
        Ok(client_id) => visit.dc.client(client_id).await?,
        Err(cause) => return Ok(Err(error_pages::page_error(visit, None, &cause, Some(&asked)))),
    };
    let judged = judge(visit, &asked, record.as_ref());
    Ok(match (judged, record) {
        (Ok((reply_to, request)), Some(record)) => Ok(Some(Valid { asked, record, reply_to, request })),
        (Ok(_), None) => Err(error_pages::page_error(visit, None, &PageError::ClientUnknown, Some(&asked))),
        (Err(cause), record) => {
            Err(error_pages::page_error(visit, record.as_ref().map(|r| &r.client), &cause, Some(&asked)))
        }
    })
}

/// The checks in the decided order: client, redirect URI, scope, PKCE.
fn judge(
    visit: &Visit,
    asked: &Asked,
    record: Option<&Arc<ClientRecord>>,
) -> Result<(ReplyTo, AuthorizationRequest), PageError> {
    let client = record.map(|r| &r.client).ok_or(PageError::ClientUnknown)?;
    if visit.portal.as_ref().is_some_and(|portal| !portal.admits(&client.id)) {
        return Err(PageError::ClientNotInPortal);
    }
    let reply_to = authorize::locate(asked, Some(client))?;
    let request = authorize::check(asked, &reply_to, client, visit.door.realm().clone(), &visit.dc.house.catalog())?;
    Ok((reply_to, request))
}
