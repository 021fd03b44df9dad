//! `/organization/invitation/{token}`: where the link of a letter leads. Whoever is signed in with the address that the
//! letter went to becomes a member; memberships across data centers are refused.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    people::{User, fold_email},
    token::PresentedToken,
};
use grantor_store::{Invited, NotAccepted};

use crate::{
    guesses::Guess,
    house::DataCenter,
    http::reply,
    pages::organization::{InvitationPage, InvitationState},
    sitting::Sitting,
    walk::Walked,
};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let text = last(&request);
    Sitting::walk(dc, request, async move |sitting: &mut Sitting<'_>| {
        let found = match look_up(sitting, &text).await? {
            Ok((_, found)) => found,
            Err(response) => return Ok(response),
        };
        let state = if fold_email(&sitting.person.user.email).as_deref() == Some(found.email.as_str()) {
            InvitationState::Good { organization: &found.organization.name, administrator: found.administrator }
        } else {
            InvitationState::OfAnother { organization: &found.organization.name }
        };
        page(sitting, &text, &state)
    })
    .await
}

/// The yes.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let text = last(&request);
    Sitting::walk(dc, request, async move |sitting: &mut Sitting<'_>| {
        if let Err(response) = sitting.form().await {
            return Ok(response);
        }
        let (token, found) = match look_up(sitting, &text).await? {
            Ok(found) => found,
            Err(response) => return Ok(response),
        };
        let User { id, email, .. } = sitting.person.user.clone();
        let email = fold_email(&email).unwrap_or_default();
        let (trail, now) = (sitting.trail()?, sitting.visit.now());
        let step = move |tx: &mut grantor_store::Tx<'_>| tx.accept_invitation(&token, (id, &email), &trail, now);
        match sitting.visit.dc.store.write(step).await? {
            Ok(organization) if found.administrator => Ok(reply::see_other(&format!("/organization/{organization}"))),
            Ok(_) => page(sitting, &text, &InvitationState::Accepted { organization: &found.organization.name }),
            Err(NotAccepted::Gone) => page(sitting, &text, &InvitationState::Gone),
            Err(NotAccepted::OfAnother) => {
                page(sitting, &text, &InvitationState::OfAnother { organization: &found.organization.name })
            }
        }
    })
    .await
}

fn last(request: &Request) -> String {
    request.uri().path().rsplit('/').next().unwrap_or_default().to_owned()
}

/// What the link leads to; else the page that says where it leads.
async fn look_up(
    sitting: &Sitting<'_>,
    text: &str,
) -> Result<Result<(PresentedToken, Invited), Response>, crate::failure::Failure> {
    let visit = &sitting.visit;
    let (dc, now) = (&visit.dc, visit.now());
    let Some(token) = PresentedToken::parse(text) else {
        return page(sitting, text, &InvitationState::Gone).map(Err);
    };
    if let Err(byte) = dc.made_here(&token.id) {
        let there = dc.house.places.iter().find(|place| place.byte.0 == byte);
        return match there {
            Some(place) => page(sitting, text, &InvitationState::Elsewhere { place: &place.name }),
            None => page(sitting, text, &InvitationState::Gone),
        }
        .map(Err);
    }
    let guess = Guess::Token(visit.asking.address);
    if !dc.guesses.wait(guess, now).is_zero() {
        return page(sitting, text, &InvitationState::Gone).map(Err);
    }
    let presented = token.clone();
    if let Some(found) = dc.store.read(move |tx| tx.invitation(&presented, now)).await? {
        return Ok(Ok((token, found)));
    }
    dc.guesses.wrong(guess, now);
    page(sitting, text, &InvitationState::Gone).map(Err)
}

fn page(sitting: &Sitting<'_>, text: &str, state: &InvitationState<'_>) -> Walked {
    let (csrf, email) = (sitting.csrf(), sitting.person.user.email.as_str());
    let path = format!("/organization/invitation/{text}");
    let status = match state {
        InvitationState::Good { .. } | InvitationState::Accepted { .. } => StatusCode::OK,
        // There is nothing here for who is signed in, whatever there is for somebody else.
        InvitationState::OfAnother { .. } | InvitationState::Elsewhere { .. } | InvitationState::Gone => {
            StatusCode::NOT_FOUND
        }
    };
    let html = sitting.visit.framed(|frame| InvitationPage { frame, path: &path, csrf: &csrf, email, state }.render());
    sitting.page_with(status, html)
}
