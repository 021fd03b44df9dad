//! Resume: load what the store knows now, ask [`next_step`], and go to that room. One match.

use std::sync::Arc;

use axum::response::Response;
use grantor_protocol::{
    authorize::Prompting,
    causes::{PageError, Refusal},
    dialect::Dialect,
    people::{Realm, UserId, fold_email},
    step::{Facts, Step, next_step},
    time::Timestamp,
};
use grantor_store::{NoCode, SignedIn};
use std::time::Duration;

use super::{
    Visit, Walked, account,
    begin::{Reply, Valid},
    consent, device, error_pages, finish, hand_over, more_scopes, organization, policy, sign_in, simulated,
};
use crate::{
    failure::Failure,
    http::{cookies::Cookie, reply},
    standard,
};

/// What the store said, with the user's names for the pages.
#[derive(Debug, Default)]
pub struct Known {
    pub facts: Facts,
    pub signed_in: Option<SignedIn>,
}

/// Goes to the next room.
pub async fn resume(visit: &Visit, valid: Option<&Valid>) -> Walked {
    let known = load(visit, valid).await?;
    let Some(valid) = valid else { return without_application(visit, &known).await };
    if let Some(response) = device::settled(visit, valid, &known).await? {
        return Ok(response);
    }
    if more_scopes::is_of_another(visit, valid, &known) {
        return Ok(refuse(visit, valid, &PageError::EnhancementOfAnotherUser));
    }
    let step = next_step(
        &valid.request,
        &valid.record.client,
        &visit.dc.place.location,
        &visit.dc.house.catalog(),
        &visit.sealed.answers(),
        &known.facts,
    );
    if let Step::Consent { organization_id, .. } | Step::Issue { organization_id, .. } = &step
        && let Some(no) = policy::says_no(visit, valid, organization_id).await?
    {
        return Ok(policy::refuse(visit, valid, organization_id, no));
    }
    match step {
        Step::Elsewhere(location) => Ok(elsewhere_then(visit, valid, &location).await),
        Step::SignIn => sign_in::again(visit, valid, &known).await,
        Step::ChooseAccount => account::page(visit, valid, &known),
        Step::Refuse(refusal) => Ok(refuse_client(visit, valid, &refusal)),
        Step::NotEnabledHere => Ok(refuse(visit, valid, &PageError::ClientNotInDataCenter)),
        Step::NoOrganization if visit.door.is_for_organization() => {
            Ok(refuse(visit, valid, &PageError::NotAdministrator))
        }
        Step::NoOrganization => organization::none(visit, valid, &known),
        Step::ChooseOrganization if visit.simulated.is_some() => Ok(simulated::choose(&known)),
        Step::ChooseOrganization => organization::page(visit, valid, &known, None),
        Step::Consent { user, organization_id } => match &visit.simulated {
            None => consent::page(visit, valid, &known, user, &organization_id).await,
            Some(person) => consent::decide(visit, valid, &known, (user, organization_id), person.rejects).await,
        },
        Step::Issue { user, organization_id } if visit.simulated.as_ref().is_some_and(|person| person.rejects) => {
            consent::decide(visit, valid, &known, (user, organization_id), true).await
        }
        Step::Issue { user, organization_id } => {
            let made = finish::issue(visit, valid, &known, user, &organization_id, visit.sealed.interaction()).await?;
            match made {
                Ok(target) => Ok(target.found(visit)),
                Err(NoCode::Page(cause)) => Ok(refuse(visit, valid, &cause)),
                // A sign-in of an interaction that ended is an old one.
                Err(NoCode::Finished) if valid.request.prompting != Prompting::default() => {
                    Ok(reply::see_other(&visit.action(&visit.door.path())))
                }
                // The seal in the URL belongs to an interaction that ended (a reload): a new one begins.
                Err(NoCode::Finished) => match finish::issue(visit, valid, &known, user, &organization_id, None).await?
                {
                    Ok(target) => Ok(target.found(visit)),
                    Err(NoCode::Page(cause)) => Ok(refuse(visit, valid, &cause)),
                    Err(NoCode::Finished | NoCode::ConsentGone) => {
                        consent::page(visit, valid, &known, user, &organization_id).await
                    }
                },
                Err(NoCode::ConsentGone) => consent::page(visit, valid, &known, user, &organization_id).await,
            }
        }
    }
}

/// Goes on where the person is at home. Whoever wants no page is told when nobody answers there.
async fn elsewhere_then(visit: &Visit, valid: &Valid, location: &str) -> Response {
    if valid.request.prompting.silent
        && let Some(place) = visit.dc.house.place(location)
        && !hand_over::is_up(visit, place).await
    {
        return refuse_client(visit, valid, &Refusal::HomeUnreachable);
    }
    hand_over::to_location(visit, location).await
}

/// What ends a valid request: a page, or in the standard dialect a redirect.
pub fn refuse(visit: &Visit, valid: &Valid, cause: &PageError) -> Response {
    refuse_client(visit, valid, &Refusal::Request(cause.clone()))
}

/// Tells the client where the dialect does that, and otherwise the person.
fn refuse_client(visit: &Visit, valid: &Valid, refusal: &Refusal) -> Response {
    let cause = match (visit.door.dialect(), &valid.reply, refusal) {
        (Dialect::Standard, Reply::To(reply_to), _) => {
            return standard::response::refuse(visit, &valid.record.client.id, reply_to, refusal);
        }
        (_, _, Refusal::Request(cause)) => cause,
        // Only the standard dialect asks for no page.
        _ => return error_pages::page_expired(visit),
    };
    error_pages::page_error(visit, Some(&valid.record.client), cause, Some(&valid.asked))
}

/// Just signing in: once that is done, the realm's front page.
async fn without_application(visit: &Visit, known: &Known) -> Walked {
    if known.facts.user.is_some() && !visit.sealed.switch_account {
        return Ok(reply::see_other(&visit.onward()));
    }
    match &known.facts.elsewhere {
        Some(location) if *location != visit.dc.place.location => Ok(hand_over::to_location(visit, location).await),
        _ => sign_in::page(visit, None).await,
    }
}

/// One read of everything [`next_step`] asks about.
pub async fn load(visit: &Visit, valid: Option<&Valid>) -> Result<Known, Failure> {
    let realm = visit.door.realm().clone();
    let client_id = valid.map(|v| v.record.client.id.clone());
    let (session, life, now) = (visit.session(), visit.dc.house.session_life(), visit.now());
    let whole = visit.door.is_for_organization();
    let mut known = match session {
        None => Known::default(),
        Some(session) => {
            visit
                .dc
                .store
                .read(move |tx| {
                    let Some(signed_in) = tx.session(&session, &realm, life, now)? else {
                        return Ok(Known::default());
                    };
                    let user = signed_in.user.id;
                    let grants = match &client_id {
                        Some(client_id) => tx.grant_facts(if whole { UserId::NOBODY } else { user }, client_id, now)?,
                        None => Vec::new(),
                    };
                    let mut memberships = tx.memberships(user, &realm)?;
                    memberships.retain(|m| m.administrator || !whole);
                    let signed_in_at = signed_in.since;
                    let facts = Facts { user: Some(user), signed_in_at, now, elsewhere: None, memberships, grants };
                    Ok(Known { facts, signed_in: Some(signed_in) })
                })
                .await?
        }
    };
    if let Some(signed_in) = &known.signed_in {
        see(visit, signed_in);
        if somebody_else_is_meant(visit, signed_in) {
            known = Known::default();
        }
    }
    if known.facts.user.is_none() {
        known.facts.elsewhere = elsewhere(visit).await?;
    }
    if let Some(valid) = valid {
        more_scopes::narrow(valid, &mut known);
    }
    Ok(known)
}

/// The person typed an address (here, or at the data center that sent the browser) that is not the one signed
/// in: its password is asked, and nobody else's session answers for it.
fn somebody_else_is_meant(visit: &Visit, signed_in: &SignedIn) -> bool {
    let hinted = || sign_in::hint(visit).filter(|_| visit.hopped && !visit.resumed);
    let typed = visit.sealed.email.clone().or_else(hinted);
    typed.is_some_and(|typed| Some(typed) != fold_email(&signed_in.user.email))
}

/// Where the person's account probably lives, when it is not here: the address in the request, or the home
/// this browser remembers.
async fn elsewhere(visit: &Visit) -> Result<Option<String>, Failure> {
    let settled = visit.hopped || visit.resumed || *visit.door.realm() != Realm::Accounts;
    if settled || !visit.dc.place.entry {
        return Ok(None);
    }
    if let Some(email) = sign_in::hint(visit) {
        return Ok(Some(hand_over::home_of(&visit.dc, &email).await?));
    }
    let remembered = visit.jar().get(&visit.headers, Cookie::Home);
    Ok(remembered.and_then(|l| visit.dc.house.place(l)).filter(|p| p.entry).map(|p| p.location.clone()))
}

/// Notes once a day that the session is in use.
fn see(visit: &Visit, signed_in: &SignedIn) {
    let now: Timestamp = visit.now();
    if now.within(signed_in.seen_at, Duration::from_hours(24)) {
        return;
    }
    let (dc, id) = (Arc::clone(&visit.dc), signed_in.session);
    tokio::spawn(async move {
        if let Err(error) = dc.store.write(move |tx| tx.see_session(id, now)).await {
            tracing::warn!(%error, "a session's use was not noted");
        }
    });
}
