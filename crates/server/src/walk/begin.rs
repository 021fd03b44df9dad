//! Begin: is the question valid, and where may it be answered? Run again at every step, against the client
//! as it is now.

use std::sync::Arc;

use axum::response::Response;
use grantor_protocol::{
    asked::Asked,
    authorize::{self, AuthorizationRequest, ReplyTo, ResponseMode},
    causes::PageError,
    client::ClientRecord,
    dialect::Dialect,
    whole_organization,
};
use grantor_store::DeviceCode;

use super::{
    Visit, device, error_pages, implicit,
    more_scopes::{self, More},
    resume, sign_in, simulated,
};
use crate::{failure::Failure, standard};

/// What may be asked for an organization beside a single service (accounts-protocol.md section 8).
const COMPANIONS: [&str; 4] = ["ZohoContacts", "ZohoProfile", "ZohoFiles", "AaaServer"];

/// Where the answer goes.
#[derive(Debug)]
pub enum Reply {
    /// To the application, by way of the browser.
    To(ReplyTo),
    /// To a device that polls for it.
    Device(Box<DeviceCode>),
    /// To the application, which gets no code but more scopes for the refresh token it has.
    More(Box<More>),
}

/// A valid request, and where its answer goes.
#[derive(Debug)]
pub struct Valid {
    pub asked: Asked,
    pub record: Arc<ClientRecord>,
    pub reply: Reply,
    pub request: AuthorizationRequest,
}

/// What an application's query turned out to be, once it is known where its answer may go.
#[derive(Debug)]
pub enum Begun {
    /// Valid.
    Valid(Box<Valid>),
    /// Wrong in a way that the client is told (the standard dialect). `silent`: it wants no page.
    Refused { silent: bool, record: Arc<ClientRecord>, reply_to: ReplyTo, cause: PageError },
}

/// Why a visit ends on a page.
#[derive(Debug)]
pub struct NotBegun {
    pub cause: PageError,
    pub record: Option<Arc<ClientRecord>>,
    pub asked: Option<Asked>,
}

/// Judges the query. `None`: there is no application, a person just signs in.
///
/// # Errors
/// The outer error is a breakage; the inner one the page or the redirect that ends the visit.
pub async fn begin(visit: &Visit) -> Result<Result<Option<Valid>, Response>, Failure> {
    begin_at(visit, false).await
}

/// The same for the form of the sign-in, which goes on whatever is wrong with the request: see [`refused`].
///
/// # Errors
/// As in [`begin`].
pub async fn begin_sign_in(visit: &Visit) -> Result<Result<Option<Valid>, Response>, Failure> {
    begin_at(visit, true).await
}

async fn begin_at(visit: &Visit, signing_in: bool) -> Result<Result<Option<Valid>, Response>, Failure> {
    if visit.door.is_home() {
        return Ok(Ok(None));
    }
    if visit.door.is_device() {
        return device::begin(visit).await;
    }
    if visit.door.asks_for_more() {
        return more_scopes::begin(visit).await;
    }
    match visit.door.dialect() {
        Dialect::Accounts => begin_accounts(visit).await,
        Dialect::Standard => match standard::authorize::begin(visit).await? {
            Ok(Begun::Valid(valid)) => Ok(Ok(Some(*valid))),
            Ok(Begun::Refused { .. }) if signing_in => Ok(Ok(None)),
            Ok(Begun::Refused { silent, record, reply_to, cause }) => {
                refused(visit, silent, &record, &reply_to, cause).await.map(Err)
            }
            Err(ends) => {
                let NotBegun { cause, record, asked } = *ends;
                let client = record.as_ref().map(|r| &r.client);
                Ok(Err(error_pages::page_error(visit, client, &cause, asked.as_ref())))
            }
        },
    }
}

/// RFC 6749 section 4.1.2.1 tells the client by redirect, at once. RFC 9700 section 4.11.2 adds that a stranger's
/// link must not use us to send anybody on: so the person signs in first, and the redirect follows. Whoever is
/// signed in, and a request that wants no page, is sent back at once; so is whom a sandbox would sign in.
async fn refused(
    visit: &Visit,
    silent: bool,
    record: &ClientRecord,
    reply_to: &ReplyTo,
    cause: PageError,
) -> Result<Response, Failure> {
    let signed_in = !visit.sealed.switch_account && resume::load(visit, None).await?.facts.user.is_some();
    if silent || signed_in || simulated::is_meant(visit) {
        return Ok(standard::authorize::refuse(visit, record, reply_to, cause));
    }
    sign_in::page(visit, None).await
}

async fn begin_accounts(visit: &Visit) -> Result<Result<Option<Valid>, Response>, Failure> {
    let asked = match Asked::read(&visit.query) {
        Ok(asked) => asked,
        Err(cause) => return Ok(Err(error_pages::page_error(visit, None, &cause, None))),
    };
    let record = match authorize::check_form(&asked) {
        Ok(_) if asked.response_type.as_deref() == Some("token") && !gives_tokens(visit) => {
            return unformed(visit, &asked, &PageError::ResponseTypeUnsupported).await;
        }
        Ok(client_id) => visit.dc.client(client_id).await?,
        Err(cause) => return unformed(visit, &asked, &cause).await,
    };
    let judged = judge(visit, &asked, record.as_ref());
    Ok(match (judged, record) {
        (Ok((reply_to, request)), Some(record)) => {
            Ok(Some(Valid { asked, record, reply: Reply::To(reply_to), request }))
        }
        (Ok(_), None) => Err(error_pages::page_error(visit, None, &PageError::ClientUnknown, Some(&asked))),
        (Err(cause), record) => {
            Err(error_pages::page_error(visit, record.as_ref().map(|r| &r.client), &cause, Some(&asked)))
        }
    })
}

/// The page for a request that lacks what every one has. The client's owner is told when it names a client.
async fn unformed(visit: &Visit, asked: &Asked, cause: &PageError) -> Result<Result<Option<Valid>, Response>, Failure> {
    let record = match asked.client_id.as_deref() {
        Some(id) => visit.dc.client(id).await?,
        None => None,
    };
    let client = record.as_ref().map(|record| &record.client);
    Ok(Err(error_pages::page_error(visit, client, cause, Some(asked))))
}

fn gives_tokens(visit: &Visit) -> bool {
    visit.door.gives_tokens() && visit.dc.house.policy.deviations.implicit
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
    if reply_to.mode() == ResponseMode::Fragment {
        implicit::check_page(visit, client, &reply_to)?;
    }
    let catalog = visit.dc.house.catalog();
    let request = authorize::check(asked, &reply_to, client, visit.door.realm().clone(), &catalog)?;
    if reply_to.mode() != ResponseMode::Fragment {
        visit.dc.house.policy.deviations.judge(request.challenge.as_ref())?;
    }
    if visit.door.is_for_organization() {
        return Ok((reply_to, whole_organization::check(request, &catalog, &COMPANIONS)?));
    }
    Ok((reply_to, request))
}
