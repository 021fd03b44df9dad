//! Asking the person who connected an application for more scopes: the walk from `GET /oauth/v2/token/addextrascope` to
//! a refresh token that may do more (accounts-protocol.md section 13).

use axum::response::Response;
use grantor_protocol::{
    asked::Asked,
    authorize::{self, AuthorizationRequest, ReplyTo},
    causes::PageError,
    client::Client,
    more_scopes::AskedMore,
    people::UserId,
    token::PresentedToken,
};
use grantor_store::{AuditEvent, Concerning, Enhancement, MoreScopes, NoCode};
use tracing::info;

use super::{
    Visit,
    begin::{Reply, Valid},
    error_pages,
    resume::Known,
};
use crate::{failure::Failure, guesses::Guess};

/// What such a request is about.
#[derive(Debug)]
pub struct More {
    /// Where the answer goes.
    pub reply_to: ReplyTo,
    token: PresentedToken,
    user: UserId,
    organization_id: String,
    sign_out: bool,
    done: bool,
}

/// Judges the query.
///
/// # Errors
/// The outer error is a breakage; the inner one the page that ends the visit.
pub async fn begin(visit: &Visit) -> Result<Result<Option<Valid>, Response>, Failure> {
    let more = match AskedMore::read(&visit.query) {
        Ok(more) => more,
        Err((cause, asked)) => return Ok(Err(error_pages::page_error(visit, None, &cause, asked.as_deref()))),
    };
    let record = visit.dc.client(more.asked.client_id.as_deref().unwrap_or_default()).await?;
    let client = record.as_ref().map(|record| &record.client);
    let refused = |client: Option<&Client>, cause: PageError, asked: &Asked| {
        Ok(Err(error_pages::page_error(visit, client, &cause, Some(asked))))
    };
    let (Some(record), reply_to) = (&record, authorize::locate(&more.asked, client)) else {
        return refused(None, PageError::ClientUnknown, &more.asked);
    };
    let reply_to = match reply_to {
        Ok(reply_to) => reply_to,
        Err(cause) => return refused(client, cause, &more.asked),
    };
    let (token, found) = match look_up(visit, &record.client, &more.enhance_token).await? {
        Ok(found) => found,
        Err(cause) => return refused(client, cause, &more.asked),
    };
    let checked = more.check(&record.client, &visit.dc.house.catalog(), &found.scopes, &found.organization_id);
    let request: AuthorizationRequest = match checked {
        Ok(request) => request,
        Err(cause) => return refused(client, cause, &more.asked),
    };
    let Enhancement { user, organization_id, done, .. } = found;
    let reply = Reply::More(Box::new(More { reply_to, token, user, organization_id, sign_out: more.sign_out, done }));
    Ok(Ok(Some(Valid { asked: more.asked, record: record.clone(), reply, request })))
}

/// What the enhancement token is good for. One of another data center is as unknown here as a made-up one.
async fn look_up(
    visit: &Visit,
    client: &Client,
    token: &str,
) -> Result<Result<(PresentedToken, Enhancement), PageError>, Failure> {
    let token = PresentedToken::parse(token).filter(|token| visit.dc.made_here(&token.id).is_ok());
    let Some(token) = token else { return Ok(Err(PageError::EnhancementUnknown)) };
    let guess = Guess::Token(visit.asking.address);
    if !visit.dc.guesses.wait(guess, visit.now()).is_zero() {
        return Ok(Err(PageError::EnhancementUnknown));
    }
    let (presented, client_id, realm) = (token.clone(), client.id.clone(), visit.door.realm().clone());
    let (interaction, now) = (visit.sealed.interaction(), visit.now());
    let found = visit.dc.store.read(move |tx| tx.enhancement(&presented, &client_id, &realm, interaction, now)).await?;
    if found == Err(PageError::EnhancementUnknown) {
        visit.dc.guesses.wrong(guess, now);
    }
    Ok(found.map(|found| (token, found)))
}

/// Narrows what is known to what this request is about: the one organization the refresh token belongs to.
pub fn narrow(valid: &Valid, known: &mut Known) {
    let Reply::More(more) = &valid.reply else { return };
    // The person's home is where the refresh token lives, whatever this browser remembers.
    known.facts.elsewhere = None;
    known.facts.memberships.retain(|m| m.organization.id == more.organization_id);
}

/// Whether this very interaction was answered with yes before: a second click.
pub fn is_done(valid: &Valid) -> bool {
    matches!(&valid.reply, Reply::More(more) if more.done)
}

/// Whether somebody else is signed in than the person who granted the refresh token.
pub fn is_of_another(visit: &Visit, valid: &Valid, known: &Known) -> bool {
    let Reply::More(more) = &valid.reply else { return false };
    !visit.sealed.switch_account && known.facts.user.is_some_and(|user| user != more.user)
}

/// The person said yes, or there was nothing new to ask: the refresh token gains the scopes. Answers where the browser
/// goes.
pub async fn add(visit: &Visit, valid: &Valid, more: &More, user: UserId) -> Result<Result<String, NoCode>, Failure> {
    let Some(interaction) = visit.sealed.interaction() else { return Ok(Err(NoCode::Finished)) };
    let asked = MoreScopes {
        token: more.token.clone(),
        client_id: valid.record.client.id.clone(),
        realm: visit.door.realm().clone(),
        interaction,
        user,
        scopes: valid.request.scopes.clone(),
    };
    let (trail, now, catalog) = (visit.asking.trail(&visit.dc)?, visit.now(), visit.dc.house.catalog());
    if let Err(no) = visit.dc.store.write(move |tx| tx.enhance(&asked, &catalog, &trail, now)).await? {
        return Ok(Err(no));
    }
    info!(
        request_id = visit.asking.request_id.as_str(),
        data_center = visit.dc.place.location,
        client_id = valid.record.client.id,
        user = user.0,
        scopes = %valid.request.scopes,
        "scopes added"
    );
    leave(visit, more, user).await?;
    Ok(Ok(more.reply_to.with(&[("status", "success"), ("scope_enhanced", "true")])))
}

/// The person said no.
pub async fn deny(visit: &Visit, more: &More, user: UserId) -> Result<String, Failure> {
    leave(visit, more, user).await?;
    Ok(more.reply_to.with(&[("error", "access_denied")]))
}

/// Ends the browser session, when the application wanted that. The cookie that stays behind opens nothing.
async fn leave(visit: &Visit, more: &More, user: UserId) -> Result<(), Failure> {
    let Some(session) = visit.session().filter(|_| more.sign_out) else { return Ok(()) };
    let (trail, now) = (visit.asking.trail(&visit.dc)?, visit.now());
    visit
        .dc
        .store
        .write(move |tx| {
            tx.end_session(session.id, now)?;
            let concerning = Concerning { user: Some(user), ..Concerning::default() };
            tx.audit(&trail, AuditEvent::SignedOut, concerning, "at the application's wish")
        })
        .await?;
    Ok(())
}
