//! A person who is not there: in a sandbox somebody approved beforehand signs in, chooses and consents by themselves.
//! The request is judged like any other, and the same step makes the same code; only the pages are skipped.

use std::{future::Future, net::SocketAddr, pin::Pin, sync::Arc};

use axum::{body::Body, extract::Request, response::Response};
use grantor_protocol::{
    causes::PageError,
    people::{Realm, User},
    token::PresentedToken,
};

use super::{
    Door, Visit, Walked, authorize,
    begin::Valid,
    fresh_session::{self, Fresh},
    hand_over,
    resume::{self, Known},
    visit::HOP,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::peer::Peer,
    metrics::Endpoint,
    sandbox::{self, Approval, Told},
};

/// What stands for the person on this visit.
#[derive(Debug)]
pub struct Simulated {
    /// A session like any other; no browser holds its cookie.
    pub session: PresentedToken,
    /// Whether the person says no.
    pub rejects: bool,
}

/// Signs the approved person in for this visit, if there is one. An answer when the visit ends here: the person is
/// at home elsewhere, or what was approved cannot be.
pub async fn take_over(visit: &mut Visit, valid: Option<&Valid>) -> Result<Option<Response>, Failure> {
    let (Some(sandbox), Some(valid)) = (&visit.dc.house.sandbox, valid) else { return Ok(None) };
    if visit.asking.told().is_some_and(Told::throttled) {
        return Ok(Some(resume::refuse(visit, valid, &PageError::CodesThrottled)));
    }
    let approval = match sandbox.approvals.of_query(&visit.query) {
        Ok(Some(approval)) => approval,
        Ok(None) => return Ok(None),
        Err(why) => return Ok(Some(sandbox::wrong(&why))),
    };
    let (realm, email) = (visit.door.realm().clone(), approval.email.clone());
    let found = visit.dc.store.read(move |tx| tx.user_by_email(&realm, &email)).await?;
    match found {
        Some(found) if found.user.disabled => {
            Ok(Some(sandbox::wrong(&format!("{} is disabled and cannot sign in", approval.email))))
        }
        Some(found) => sign_in(visit, &found.user, approval).await,
        None => elsewhere(visit, &approval).await.map(Some),
    }
}

/// Whether somebody who is not there would answer this visit.
pub fn is_meant(visit: &Visit) -> bool {
    let approved = visit.dc.house.sandbox.as_ref().map(|sandbox| sandbox.approvals.of_query(&visit.query));
    matches!(approved, Some(Ok(Some(_))))
}

async fn sign_in(visit: &mut Visit, user: &User, approval: Approval) -> Result<Option<Response>, Failure> {
    let (id, realm) = (user.id, visit.door.realm().clone());
    if let Some(wanted) = approval.organization {
        let in_realm = realm.clone();
        let mut memberships = visit.dc.store.read(move |tx| tx.memberships(id, &in_realm)).await?;
        let administers = visit.door.is_for_organization();
        memberships.retain(|m| m.administrator || !administers);
        let ids: Vec<&str> = memberships.iter().map(|m| m.organization.id.as_str()).collect();
        if !ids.contains(&wanted.as_str()) {
            let ids = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
            let what = if administers { "does not administer" } else { "is not in" };
            let why = format!("{} {what} the organization {wanted:?}; theirs: {ids}", approval.email);
            return Ok(Some(sandbox::wrong(&why)));
        }
        visit.sealed.organization = Some((id.0, wanted));
    }
    let (dc, now) = (Arc::clone(&visit.dc), visit.now());
    let Fresh { token, session, .. } = fresh_session::fresh(visit, id)?;
    dc.store.write(move |tx| tx.start_session(&session, None, now)).await?;
    // They have typed their password this very moment, as far as anybody is concerned.
    (visit.sealed.email, visit.sealed.signed_in) = (Some(approval.email), Some(id.0));
    visit.simulated = Some(Simulated { session: token, rejects: approval.rejects });
    Ok(None)
}

/// The person has no account here: the same request is answered by their home, as if a browser had gone there.
async fn elsewhere(visit: &Visit, approval: &Approval) -> Result<Response, Failure> {
    let (dc, email) = (&visit.dc, &approval.email);
    let Realm::Accounts = visit.door.realm() else {
        return Ok(sandbox::wrong(&format!(
            "nobody has the address {email} in the portal {}",
            visit.door.realm().as_str()
        )));
    };
    let wanted = email.clone();
    let homes = dc.house.directory.read(move |tx| tx.homes(&wanted)).await?;
    let home =
        dc.house.places.iter().find(|place| homes.contains(&place.location) && place.location != dc.place.location);
    let Some(home) = home else {
        return Ok(sandbox::wrong(&format!("nobody has the address {email}")));
    };
    if !home.entry || !dc.place.entry || visit.hopped {
        let (here, there) = (&dc.place.location, &home.location);
        return Ok(sandbox::wrong(&format!(
            "{email} is at home in {there}; {here} hands nobody over to it, so begin there"
        )));
    }
    if !hand_over::is_up(visit, home).await {
        return Ok(hand_over::to(visit, home, None).await);
    }
    match dc.house.sandbox.as_ref().and_then(|sandbox| sandbox.room(&home.location)) {
        Some(room) => Ok(forward(visit, room).await),
        // Another process serves it: a redirect, which the caller follows.
        None => Ok(hand_over::to(visit, home, None).await),
    }
}

type Answering = Pin<Box<dyn Future<Output = Response> + Send>>;

fn forward(visit: &Visit, home: Arc<DataCenter>) -> Answering {
    let uri = format!("{}?{}&{HOP}=1", visit.door.path(), visit.query);
    let mut request = Request::new(Body::empty());
    match uri.parse() {
        Ok(uri) => *request.uri_mut() = uri,
        Err(_) => return Box::pin(async { sandbox::wrong("the query cannot be handed over") }),
    }
    request.headers_mut().clone_from(&visit.headers);
    let extensions = request.extensions_mut();
    extensions.insert(visit.asking.request_id.clone());
    extensions.insert(Peer(SocketAddr::new(visit.asking.address, 0)));
    if let Some(told) = visit.asking.told() {
        extensions.insert(told.clone());
    }
    let door = visit.door.clone();
    if door.is_device() {
        return Box::pin(device(home, request));
    }
    Box::pin(async move { authorize(home, door, request).await })
}

/// The request of a device, whose code stands in the query, without the page where it is typed.
pub async fn device(dc: Arc<DataCenter>, request: Request) -> Response {
    Visit::walk(dc, Door::device(), Endpoint::Page, request, confirmed).await
}

async fn confirmed(visit: &mut Visit) -> Walked {
    visit.sealed.code_confirmed = true;
    super::from_the_start(visit).await
}

/// Several organizations and none approved (`spec/decisions.md` 31).
pub fn choose(known: &Known) -> Response {
    let ids: Vec<&str> = known.facts.memberships.iter().map(|m| m.organization.id.as_str()).collect();
    sandbox::wrong(&format!(
        "this person has several organizations; say which with sandbox_organization, or organization at /_sandbox/approve: {}",
        ids.join(", ")
    ))
}
