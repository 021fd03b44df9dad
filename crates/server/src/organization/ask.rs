//! `POST /organization/{id}/ask`: a member wants an application reviewed that the policy does not let them connect yet.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{organization_policy::Barred, people::fold_email, scope::ScopeList};

use super::office;
use crate::{
    account::mailing::OfficeLetter,
    house::DataCenter,
    http::reply,
    mail::Letter,
    pages::{organization::ReviewAsked, sentence_about},
    sitting::Sitting,
    walk::{Walked, error_pages},
};

/// The form of the page that says no.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let id = request.uri().path().split('/').nth(2).unwrap_or_default().to_owned();
    Sitting::walk(dc, request, async move |sitting: &mut Sitting<'_>| ask(sitting, id).await).await
}

/// The form's address opened as a page, after signing in again: the form stands on the way to a consent, which begins at the
/// application.
pub async fn back() -> Response {
    reply::see_other("/")
}

async fn ask(sitting: &mut Sitting<'_>, id: String) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let organization = sitting.memberships.iter().find(|m| m.organization.id == id).map(|m| m.organization.clone());
    let client_id = office::typed(form.get("client"), 100);
    let dc = Arc::clone(&sitting.visit.dc);
    let (Some(organization), Some(record)) = (organization, dc.client(&client_id).await?) else {
        return sitting.nothing();
    };
    let (by, trail, now, catalog) = (sitting.person.user.id, sitting.trail()?, sitting.visit.now(), dc.house.catalog());
    let Some(letter) = OfficeLetter::begin(sitting.visit, &organization.id, by) else {
        return Ok(error_pages::too_many(sitting.visit));
    };
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        let policy = tx.policy_for(&id, &client_id)?;
        let wanted = policy.map(|policy| policy.judge(&client_id, &ScopeList::default(), None, &catalog, now));
        if wanted != Some(Err(Barred::ReviewRequired)) || tx.member(&id, by)?.is_none() {
            return Ok(None);
        }
        let first = tx.ask_for_review(&id, &client_id, by, &trail, now)?;
        Ok(Some(if first { tx.administrators(&id)? } else { Vec::new() }))
    };
    let administrators = dc.store.write(step).await?;
    if administrators.as_ref().is_none_or(Vec::is_empty) {
        letter.unsent(None);
    }
    let Some(administrators) = administrators else { return sitting.nothing() };
    let name = &record.client.name;
    // Whoever had enough letters finds the review in the list all the same.
    for to in administrators.into_iter().filter(|to| fold_email(to).is_some_and(|to| letter.may_go_to(&to))) {
        let locale = sitting.visit.locale;
        let subject = sentence_about(locale, "org-review-letter-subject", "application", name);
        let text = format!(
            "{}\n\n{}/organization/{}/reviews\n",
            sentence_about(locale, "org-review-letter-text", "organization", &organization.name),
            dc.place.accounts_url,
            organization.id
        );
        dc.house.mail.send(Letter { to, subject, text });
    }
    let html = sitting
        .visit
        .framed(|frame| ReviewAsked { frame, application: name, organization: &organization.name }.render());
    sitting.page(html)
}
