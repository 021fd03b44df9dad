//! Choosing the organization that the grant will be bound to.

use std::sync::Arc;

use axum::{extract::Request, http::StatusCode, response::Response};
use grantor_protocol::people;

use super::{
    Door, Visit, Walked,
    begin::{self, Valid},
    error_pages,
    resume::{self, Known},
    sign_in,
};
use crate::{
    house::DataCenter,
    http::reply,
    metrics::Endpoint,
    pages::{
        ChooseOrganization, ChooseOrganizationError, Environment, Form, NoOrganization, OrganizationChoice, SignedIn,
    },
};

/// The chooser.
pub fn page(visit: &Visit, valid: &Valid, known: &Known, error: Option<ChooseOrganizationError>) -> Walked {
    let (seal, switch_url) = (visit.seal(&visit.sealed)?, visit.switch_url()?);
    let (action, csrf) = (visit.action(&visit.door.organization_path()), visit.form_token());
    let (display, email) = names(known);
    // Grants come newest first.
    let last_used = known.facts.grants.iter().find(|g| !g.organization_id.is_empty()).map(|g| &g.organization_id);
    let choices = known
        .facts
        .memberships
        .iter()
        .map(|m| OrganizationChoice {
            id: &m.organization.id,
            name: &m.organization.name,
            environment: environment(m.organization.environment),
            administrator: m.administrator,
            last_used: last_used == Some(&m.organization.id),
        })
        .collect();
    let html = visit.framed(|frame| {
        ChooseOrganization {
            frame,
            form: Form { action: &action, csrf: &csrf, seal: &seal },
            application: &valid.record.client.name,
            user: SignedIn { display: &display, email: &email, switch_url: &switch_url },
            choices,
            error,
        }
        .render()
    });
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    Ok(visit.page_with(status, html))
}

/// The page for a person who has none.
pub fn none(visit: &Visit, valid: &Valid, known: &Known) -> Walked {
    let cause = grantor_protocol::causes::PageError::NoOrganization;
    visit.asking.refuse(
        &visit.dc,
        Some(&valid.record.client.id),
        cause.name(),
        "a scope of the request belongs to an organization",
    );
    let switch_url = visit.switch_url()?;
    let (display, email) = names(known);
    let html = visit.framed(|frame| {
        NoOrganization {
            frame,
            application: &valid.record.client.name,
            user: SignedIn { display: &display, email: &email, switch_url: &switch_url },
        }
        .render()
    });
    Ok(visit.page_with(StatusCode::BAD_REQUEST, html))
}

/// The signed-in person, as pages name them.
pub fn names(known: &Known) -> (String, String) {
    known.signed_in.as_ref().map(|s| (s.user.display_name(), s.user.email.clone())).unwrap_or_default()
}

/// The badge of an organization.
pub fn environment(environment: people::Environment) -> Environment {
    match environment {
        people::Environment::Production => Environment::Production,
        people::Environment::Sandbox => Environment::Sandbox,
        people::Environment::Developer => Environment::Developer,
    }
}

/// The chooser's form.
pub async fn post(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    Visit::walk(dc, door, Endpoint::Page, request, walk).await
}

async fn walk(visit: &mut Visit) -> Walked {
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let valid = match begin::begin(visit).await? {
        Ok(Some(valid)) => valid,
        Ok(None) => return Ok(error_pages::page_expired(visit)),
        Err(response) => return Ok(response),
    };
    let known = resume::load(visit, Some(&valid)).await?;
    let (Some(user), true) = (known.facts.user, visit.resumed) else {
        return Ok(reply::see_other(&visit.action(&visit.door.path())));
    };
    let chosen = form.get("organization").unwrap_or_default();
    if !known.facts.memberships.iter().any(|m| m.organization.id == chosen) {
        return page(visit, &valid, &known, Some(ChooseOrganizationError::NothingChosen));
    }
    let mut sealed = visit.sealed.clone();
    sealed.organization = Some((user.0, chosen.to_owned()));
    Ok(reply::see_other(&visit.url_with(&sealed)?))
}
