//! What the organization's administrators decided about the application, before the person is asked for anything. The
//! steps that grant judge it again.

use axum::{http::StatusCode, response::Response};
use grantor_protocol::{
    causes::PageError,
    dialect::Dialect,
    organization_policy::{Barred, ReviewState},
    people::Realm,
};

use super::{
    Visit,
    begin::{Reply, Valid},
    error_pages, resume,
};
use crate::{
    accounts::title_and_word,
    failure::Failure,
    http::reply,
    pages::{AskReview, PolicyRefused},
};

/// A no, and how far a review has come.
#[derive(Debug)]
pub struct No {
    barred: Barred,
    review: Option<ReviewState>,
}

/// Whether the organization says no. What is bound to none is nobody's to decide but the person's.
pub async fn says_no(visit: &Visit, valid: &Valid, organization_id: &str) -> Result<Option<No>, Failure> {
    if organization_id.is_empty() {
        return Ok(None);
    }
    let (organization, client_id) = (organization_id.to_owned(), valid.record.client.id.clone());
    let found = visit.dc.store.read(move |tx| tx.policy_for(&organization, &client_id)).await?;
    let Some(policy) = found else { return Ok(None) };
    let judged =
        policy.judge(&valid.record.client.id, &valid.request.scopes, None, &visit.dc.house.catalog(), visit.now());
    Ok(judged.err().map(|barred| No { barred, review: policy.review }))
}

/// Tells the client by redirect where its dialect does that (RFC 6749 section 4.1.2.1), and otherwise the person; who
/// may be able to ask for a review.
pub fn refuse(visit: &Visit, valid: &Valid, organization_id: &str, no: No) -> Response {
    let review_wanted = no.barred == Barred::ReviewRequired;
    let cause = PageError::from(no.barred);
    let told_by_redirect = visit.door.dialect() == Dialect::Standard && matches!(valid.reply, Reply::To(_));
    if told_by_redirect || !review_wanted || *visit.door.realm() != Realm::Accounts {
        return resume::refuse(visit, valid, &cause);
    }
    let client = &valid.record.client;
    visit.asking.refuse(&visit.dc, Some(&client.id), cause.name(), &format!("in organization {organization_id}"));
    let (title, word) = title_and_word(&cause, visit.door.realm());
    let (action, csrf) = (format!("/organization/{organization_id}/ask"), visit.form_token());
    let html = visit.framed(|frame| {
        PolicyRefused {
            frame,
            title,
            word,
            problem: error_pages::problem(&cause, ""),
            details: Vec::new(),
            ask: AskReview {
                action: &action,
                csrf: &csrf,
                client_id: &client.id,
                application: &client.name,
                asked: no.review == Some(ReviewState::Asked),
            },
        }
        .render()
    });
    reply::with_cookies(reply::page(StatusCode::BAD_REQUEST, html), [visit.browser_cookie()])
}
