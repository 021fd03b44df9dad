//! Choosing the account: a request may want that asked though somebody is signed in (`prompt=select_account`).

use std::sync::Arc;

use axum::{extract::Request, response::Response};

use super::{
    Door, Visit, Walked,
    begin::{self, Valid},
    error_pages,
    organization::names,
    resume::{self, Known},
    sign_in,
};
use crate::{
    house::DataCenter,
    http::reply,
    metrics::Endpoint,
    pages::{ChooseAccount, Form, SignedIn},
};

/// The page.
pub fn page(visit: &Visit, valid: &Valid, known: &Known) -> Walked {
    let (seal, switch_url) = (visit.seal(&visit.sealed)?, visit.switch_url()?);
    let (action, csrf) = (visit.action(&visit.door.account_path()), visit.form_token());
    let (display, email) = names(known);
    let html = visit.framed(|frame| {
        ChooseAccount {
            frame,
            form: Form { action: &action, csrf: &csrf, seal: &seal },
            application: &valid.record.client.name,
            user: SignedIn { display: &display, email: &email, switch_url: &switch_url },
        }
        .render()
    });
    Ok(visit.page(html))
}

/// The person goes on as the one signed in.
pub async fn post(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    Visit::walk(dc, door, Endpoint::Page, request, walk).await
}

async fn walk(visit: &mut Visit) -> Walked {
    if let Err(response) = sign_in::read_form(visit).await {
        return Ok(response);
    }
    let valid = match begin::begin(visit).await? {
        Ok(Some(valid)) => valid,
        Ok(None) => return Ok(error_pages::page_expired(visit)),
        Err(response) => return Ok(response),
    };
    let known = resume::load(visit, Some(&valid)).await?;
    let (Some(user), true) = (known.facts.user, visit.resumed) else {
        return Ok(reply::see_other(&visit.action(&visit.door.path())));
    };
    let mut sealed = visit.sealed.clone();
    sealed.account = Some(user.0);
    Ok(reply::see_other(&visit.url_with(&sealed)?))
}
