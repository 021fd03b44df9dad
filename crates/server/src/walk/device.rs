//! The walk of a device's request: a person types the code that the device shows, and then answers like any other
//! authorization request (RFC 8628 section 3.3; accounts-protocol.md section 10).
//!
//! The door's query carries the code. A code that a link brought is only filled in: until this browser's person has
//! confirmed it by a form of ours, which the seal remembers, nothing behind it is looked at.

use std::{sync::Arc, time::Duration};

use axum::{extract::Request, http::StatusCode, response::Response};
use grantor_protocol::{
    asked::Asked,
    causes::PageError,
    device::{self, UserCode},
    params::Params,
    people::{Realm, UserId},
};
use grantor_store::{CodeKind, DeviceCode, DeviceState, NewCode, NoCode, Origin};
use tracing::info;

use super::{
    Door, Visit, Walked,
    begin::{Reply, Valid},
    error_pages, hand_over,
    resume::{self, Known},
    sign_in,
};
use crate::{
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    http::reply,
    metrics::Endpoint,
    pages::{DeviceCodeError, DeviceDone, DevicePage, Form},
    warnings,
};

/// The parameter of our own links that fills the code in.
pub(crate) const USER_CODE: &str = "user_code";

/// `GET /oauth/v3/device`: where the code is typed; with a code that was confirmed, the walk.
pub async fn get(dc: Arc<DataCenter>, request: Request) -> Response {
    Visit::walk(dc, Door::device(), Endpoint::Page, request, open).await
}

async fn open(visit: &mut Visit) -> Walked {
    if visit.sealed.code_confirmed {
        return super::from_the_start(visit).await;
    }
    let known = resume::load(visit, None).await?;
    let filled_in = in_query(visit);
    if known.facts.user.is_none() {
        let here = &visit.dc.place.location;
        if let Some(home) = known.facts.elsewhere.as_ref().filter(|home| *home != here) {
            return Ok(hand_over::to_location(visit, home).await);
        }
        // Who confirmed the code at the first data center and is at home here is not asked for it again: what
        // comes next is the password. Somebody signed in confirms it here.
        if visit.hopped && sign_in::hint(visit).is_some() && UserCode::fold(&filled_in).is_some() {
            return confirm(visit, &filled_in).await;
        }
    }
    page(visit, &filled_in, None, StatusCode::OK)
}

/// The page where the code is typed.
fn page(visit: &Visit, filled_in: &str, error: Option<DeviceCodeError>, status: StatusCode) -> Walked {
    let mut sealed = visit.sealed.clone();
    sealed.code_confirmed = false;
    if visit.hopped {
        sealed.email = sign_in::hint(visit);
    }
    let (seal, csrf) = (visit.seal(&sealed)?, visit.form_token());
    let action = visit.action(&visit.door.path());
    let shown = UserCode::fold(filled_in).map_or_else(|| filled_in.chars().take(20).collect(), |code| code.shown());
    let html = visit.framed(|frame| {
        let form = Form { action: &action, csrf: &csrf, seal: &seal };
        DevicePage { frame, form, code: &shown, error }.render()
    });
    Ok(visit.page_with(status, html))
}

/// The code's form.
pub async fn post(dc: Arc<DataCenter>, request: Request) -> Response {
    Visit::walk(dc, Door::device(), Endpoint::Page, request, typed).await
}

async fn typed(visit: &mut Visit) -> Walked {
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    confirm(visit, form.get("code").unwrap_or_default()).await
}

/// Looks a code up, at the pace of people; a right one leads into the walk.
async fn confirm(visit: &mut Visit, typed: &str) -> Walked {
    let Some(code) = UserCode::fold(typed) else {
        // No guess at all: no code has this shape.
        let error = if typed.trim().is_empty() { DeviceCodeError::Missing } else { DeviceCodeError::Unknown };
        return page(visit, typed, Some(error), StatusCode::UNPROCESSABLE_ENTITY);
    };
    let (dc, now, browser) = (Arc::clone(&visit.dc), visit.now(), visit.browser_hash());
    let (in_browser, at_address) = (Guess::UserCode(&browser), Guess::UserCodes(visit.asking.address));
    // The address first: browsers cost a stranger nothing, and each would be remembered.
    let mut wait = dc.guesses.begin(at_address, now);
    if wait.is_zero() {
        wait = dc.guesses.begin(in_browser, now);
        if !wait.is_zero() {
            dc.guesses.untried(at_address);
        }
    }
    if !wait.is_zero() {
        visit.asking.refuse(&dc, None, "user_code_slowed", "too many wrong codes from this browser or address");
        let minutes = wait.as_secs().div_ceil(Duration::from_mins(1).as_secs()).max(1);
        let error = Some(DeviceCodeError::Wait { minutes });
        return page(visit, typed, error, StatusCode::TOO_MANY_REQUESTS);
    }
    if look_up(&dc, &code).await?.is_none_or(|row| row.state != DeviceState::Pending || now >= row.expires_at) {
        visit.asking.refuse(&dc, None, "user_code_unknown", "no device waits for this code");
        return page(visit, typed, Some(DeviceCodeError::Unknown), StatusCode::UNPROCESSABLE_ENTITY);
    }
    dc.guesses.untried(in_browser);
    dc.guesses.untried(at_address);
    let mut sealed = visit.sealed.clone();
    if visit.hopped {
        sealed.email = sign_in::hint(visit);
    }
    sealed.code_confirmed = true;
    // Answers about another code do not count for this one.
    (sealed.organization, sealed.consent) = (None, None);
    let hints = visit.query.split('&').filter(|pair| pair.split('=').next() == Some("login_hint"));
    visit.query = hints.fold(format!("{USER_CODE}={}", code.shown()), |query, hint| format!("{query}&{hint}"));
    Ok(reply::with_cookies(reply::see_other(&visit.url_with(&sealed)?), [visit.browser_cookie()]))
}

/// What stands in the query for a code.
fn in_query(visit: &Visit) -> String {
    let read = Params::read(visit.query.as_bytes()).ok();
    read.and_then(|params| params.get(USER_CODE).map(str::to_owned)).unwrap_or_default()
}

async fn look_up(dc: &DataCenter, code: &UserCode) -> Result<Option<DeviceCode>, Failure> {
    let code = code.clone();
    Ok(dc.house.directory.read(move |tx| tx.device_code(&code)).await?)
}

/// Judges the stored request instead of a query.
///
/// # Errors
/// The outer error is a breakage; the inner one the page that ends the visit.
pub async fn begin(visit: &Visit) -> Result<Result<Option<Valid>, Response>, Failure> {
    let code = UserCode::fold(&in_query(visit)).filter(|_| visit.sealed.code_confirmed);
    let Some(code) = code else {
        return Ok(Err(reply::see_other(&visit.action(&visit.door.path()))));
    };
    let row = look_up(&visit.dc, &code).await?;
    let alive = |row: &DeviceCode| match &row.state {
        DeviceState::Pending => visit.now() < row.expires_at,
        DeviceState::Approved(location) => *location == visit.dc.place.location,
        DeviceState::Denied => true,
    };
    let Some(row) = row.filter(alive) else { return Ok(Err(ended(visit)?)) };
    let record = visit.dc.client(&row.client_id).await?;
    let asked =
        Asked { client_id: Some(row.client_id.clone()), scope: Some(row.scopes.to_string()), ..Asked::default() };
    let Some(record) = record else {
        return Ok(Err(error_pages::page_error(visit, None, &PageError::ClientUnknown, Some(&asked))));
    };
    let catalog = visit.dc.house.catalog();
    let judged = device::check(&row.scopes.to_string(), row.offline, &record.client, row.dialect, &catalog);
    Ok(match judged {
        Ok(request) => Ok(Some(Valid { asked, record, reply: Reply::Device(Box::new(row)), request })),
        Err(cause) => Err(error_pages::page_error(visit, Some(&record.client), &cause, Some(&asked))),
    })
}

/// The code ended while the person was on the way.
fn ended(visit: &Visit) -> Walked {
    visit.asking.refuse(&visit.dc, None, "user_code_ended", "the device's code ended before it was answered");
    page(visit, "", Some(DeviceCodeError::Unknown), StatusCode::UNPROCESSABLE_ENTITY)
}

/// A request that was answered before: the page that sends the person back to the device. `None`: it still waits, or
/// no device asks.
pub async fn settled(visit: &Visit, valid: &Valid, known: &Known) -> Result<Option<Response>, Failure> {
    let Reply::Device(code) = &valid.reply else { return Ok(None) };
    let approved = match &code.state {
        DeviceState::Pending => return Ok(None),
        DeviceState::Denied => false,
        DeviceState::Approved(_) => {
            let id = code.id;
            let by = visit.dc.store.read(move |tx| tx.device_code_user(id)).await?;
            if by.is_none() || by != known.facts.user {
                // Somebody else's answer is nobody's business.
                return ended(visit).map(Some);
            }
            true
        }
    };
    let application = &valid.record.client.name;
    let html = visit.framed(|frame| DeviceDone { frame, application, approved }.render());
    Ok(Some(visit.page(html)))
}

/// The person's yes: the code at home first, then the word to the device. Answers where the browser goes.
pub async fn approve(
    visit: &Visit,
    code: &DeviceCode,
    user: UserId,
    organization_id: &str,
    origin: Origin,
) -> Result<Result<String, NoCode>, Failure> {
    let (dc, now, id) = (&visit.dc, visit.now(), code.id);
    let new = NewCode {
        kind: CodeKind::Device,
        origin: Origin { dialect: code.dialect, resource: code.resource.clone(), nonce: None, ..origin },
        interaction: id,
        secret_hash: code.secret_hash,
        realm: Realm::Accounts,
        client_id: code.client_id.clone(),
        user,
        organization_id: organization_id.to_owned(),
        redirect_uri: String::new(),
        scopes: code.scopes.clone(),
        offline: code.offline,
        challenge: None,
        expires_at: code.expires_at,
        consented: true,
        fresh_grant: dc.fresh_id(now)?,
    };
    let (catalog, policy) = (dc.house.catalog(), Arc::clone(&dc.house.policy));
    let trail = visit.asking.trail(dc)?;
    let made = dc.store.write(move |tx| tx.issue_device_code(&new, &catalog, &policy, &trail, now)).await?;
    match made {
        Ok(issued) => warnings::issued(dc, &code.client_id, issued, &visit.asking),
        Err(why) => return Ok(Err(why)),
    }
    let location = dc.place.location.clone();
    if !dc.house.directory.write(move |tx| tx.approve_device(id, &location, now)).await? {
        return Ok(Err(NoCode::Finished));
    }
    info!(request_id = visit.asking.request_id.as_str(), client_id = code.client_id, user = user.0, "device approved");
    visit.url_with(&visit.sealed).map(Ok)
}

/// The person's no. Answers where the browser goes.
pub async fn deny(visit: &Visit, code: &DeviceCode) -> Result<String, Failure> {
    let (id, now) = (code.id, visit.now());
    visit.dc.house.directory.write(move |tx| tx.deny_device(id, now)).await?;
    visit.url_with(&visit.sealed)
}
