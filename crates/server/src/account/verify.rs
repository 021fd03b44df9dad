//! `/verify/…`: an address is proven by whoever opens the letter and presses the button; opening it alone does nothing.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    people::Realm,
    token::{Prefix, PresentedToken},
};
use grantor_store::{MailLink, MailPurpose};
use tracing::info;

use super::{
    link_in,
    recover::{dead, ended},
};
use crate::{
    failure::Failure,
    house::DataCenter,
    metrics::Endpoint,
    pages::{Outcome, VerifyEmail},
    walk::{Door, Visit, Walked, sign_in},
};

/// Where it goes on.
const ONWARD: &str = "/account";

/// The page with the button.
pub async fn open(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let link = link_in(request.uri());
    Visit::walk(dc, Door::home(Realm::Accounts), Endpoint::Page, request, async move |visit: &mut Visit| {
        let Some((link, found)) = works(visit, link).await? else { return Ok(dead(visit, ONWARD)) };
        let (action, csrf) = (format!("/verify/{}", link.reveal(Prefix::Usual)), visit.form_token());
        let html =
            visit.framed(|frame| VerifyEmail { frame, action: &action, csrf: &csrf, email: &found.email }.render());
        Ok(visit.page(html))
    })
    .await
}

async fn works(visit: &Visit, link: Option<PresentedToken>) -> Result<Option<(PresentedToken, MailLink)>, Failure> {
    let Some(link) = link else { return Ok(None) };
    let (now, presented) = (visit.now(), link.clone());
    let found = visit.dc.store.read(move |tx| tx.mail_link(&presented, MailPurpose::Verify, now)).await?;
    Ok(found.map(|found| (link, found)))
}

/// The button.
pub async fn prove(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let link = link_in(request.uri());
    Visit::walk(dc, Door::home(Realm::Accounts), Endpoint::Page, request, async move |visit: &mut Visit| {
        prove_walk(visit, link).await
    })
    .await
}

async fn prove_walk(visit: &mut Visit, link: Option<PresentedToken>) -> Walked {
    if let Err(response) = sign_in::read_form(visit).await {
        return Ok(response);
    }
    let Some(link) = link else { return Ok(dead(visit, ONWARD)) };
    let (now, trail) = (visit.now(), visit.asking.trail(&visit.dc)?);
    if !visit.dc.store.write(move |tx| tx.verify_email(&link, &trail, now)).await? {
        return Ok(dead(visit, ONWARD));
    }
    info!(request_id = visit.asking.request_id.as_str(), "an address was verified");
    Ok(ended(visit, Outcome::EmailVerified, ONWARD, StatusCode::OK))
}
