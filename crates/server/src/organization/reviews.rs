//! `/organization/{id}/reviews`: which applications members want to connect, and the decision.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::organization_policy::ReviewState;

use super::{
    nav::Page,
    office::{self, Office},
};
use crate::{
    house::DataCenter,
    moment::day,
    pages::organization::{ReviewLine, Reviews},
    sitting::Sitting,
    walk::Walked,
};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let told = match sitting.query().get("done") {
            Some("approved") => Some("org-review-approved"),
            Some("refused") => Some("org-review-refused"),
            _ => None,
        };
        let (dc, id) = (Arc::clone(&sitting.visit.dc), office.id());
        let found = dc.store.read(move |tx| Ok((tx.reviews(&id)?, tx.organization_policy(&id)?.review_required)));
        let (found, required) = found.await?;
        let mut lines = Vec::with_capacity(found.len());
        for review in found {
            let record = dc.client(&review.client_id).await?;
            let client = record.as_ref().map(|record| &record.client);
            lines.push(ReviewLine {
                name: client.map_or_else(|| review.client_id.clone(), |client| client.name.clone()),
                homepage: client.map(|client| client.homepage_url.clone()).unwrap_or_default(),
                state: review.state,
                asked_by: review.asked_by,
                asked: day(review.asked_at),
                client_id: review.client_id,
            });
        }
        let path = office.path("/reviews");
        let html = office.shell(sitting, Page::Reviews, |shell| {
            Reviews { shell, path: &path, lines: &lines, required, told }.render()
        });
        sitting.page(html)
    })
    .await
}

/// The decision.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, decide).await
}

async fn decide(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let (state, done) = match form.get("do") {
        Some("approve") => (ReviewState::Approved, "approved"),
        Some("refuse") => (ReviewState::Refused, "refused"),
        _ => return sitting.nothing(),
    };
    let (id, by, client_id) = (office.id(), sitting.person.user.id, office::typed(form.get("client"), 100));
    let (trail, now) = (sitting.trail()?, sitting.visit.now());
    let step = move |tx: &mut grantor_store::Tx<'_>| tx.decide_review(&id, &client_id, by, state, &trail, now);
    if sitting.visit.dc.store.write(step).await? { office.done("/reviews", done) } else { sitting.nothing() }
}
