//! `/recover`: a forgotten password, by a letter. Known and unknown addresses get the same answers in the same time; the
//! letter's page signs nobody in.

use std::sync::Arc;

use axum::{extract::Request, http::StatusCode, response::Response};
use grantor_protocol::{
    params::Params,
    people::{Realm, User, fold_email},
    token::PresentedToken,
};
use grantor_store::{MailPurpose, NewPassword as NewPasswordStep};
use tracing::info;

use super::{
    link_in,
    mailing::{self, Allowed, Desk},
    new_password, withdrawn,
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    mail::Letter,
    metrics::Endpoint,
    pages::{AskForLetter, Ended, LetterError, LetterFor, LetterSent, LetterText, NewPassword, Outcome, SignInError},
    walk::{Door, Visit, Walked, error_pages, hand_over, sign_in},
};

/// The page that asks for the address.
pub async fn ask(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, async |visit: &mut Visit| {
        if !visit.dc.house.mail.is_there() {
            return Ok(error_pages::nothing_here(visit));
        }
        let query = Params::read(visit.query.as_bytes()).unwrap_or_default();
        if query.get("done").is_some() {
            return Ok(ended(visit, Outcome::PasswordSet, &visit.door.path(), StatusCode::OK));
        }
        let email = query.get("login_hint").and_then(fold_email).unwrap_or_default();
        Ok(ask_page(visit, &email, None, StatusCode::OK))
    })
    .await
}

fn ask_page(visit: &Visit, email: &str, error: Option<LetterError>, status: StatusCode) -> Response {
    let (action, csrf, sign_in_url) = (visit.door.recover_path(), visit.form_token(), visit.door.path());
    let html = visit.framed(|frame| {
        let (action, csrf, sign_in_url) = (&action, &csrf, &sign_in_url);
        AskForLetter { frame, what: LetterFor::Recovery, action, csrf, email, error, sign_in_url }.render()
    });
    visit.page_with(status, html)
}

/// What is wrong with an address that was typed; what is shown of it.
pub fn address(email: &str) -> Result<String, (LetterError, String)> {
    fold_email(email).ok_or_else(|| {
        let error = if email.trim().is_empty() { SignInError::EmailMissing } else { SignInError::EmailInvalid };
        (LetterError::Email(error), email.chars().take(254).collect())
    })
}

/// A page that says how a way over the mailbox ended.
pub fn ended(visit: &Visit, outcome: Outcome, onward_url: &str, status: StatusCode) -> Response {
    let html = visit.framed(|frame| Ended { frame, outcome, onward_url }.render());
    visit.page_with(status, html)
}

/// A link that was used before, is too old, or never was: nobody is told which.
pub fn dead(visit: &Visit, onward_url: &str) -> Response {
    visit.asking.refuse(&visit.dc, None, "link_dead", "a letter's link that does not work");
    ended(visit, Outcome::LinkDead, onward_url, StatusCode::GONE)
}

/// Sends the letter, if there is anybody to send it to.
pub async fn send(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, send_walk).await
}

async fn send_walk(visit: &mut Visit) -> Walked {
    if !visit.dc.house.mail.is_there() {
        return Ok(error_pages::nothing_here(visit));
    }
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let email = match address(form.get("email").unwrap_or_default()) {
        Ok(email) => email,
        Err((error, typed)) => return Ok(ask_page(visit, &typed, Some(error), StatusCode::UNPROCESSABLE_ENTITY)),
    };
    if *visit.door.realm() == Realm::Accounts {
        let home = hand_over::home_of(&visit.dc, &email).await?;
        if home != visit.dc.place.location
            && let Some(place) = visit.dc.house.place(&home)
        {
            return Ok(hand_over::to_page(visit, place, &visit.door.recover_path(), Some(&email)).await);
        }
    }
    match mailing::allowed(visit, &email) {
        Allowed::Wait { minutes } => {
            let error = Some(LetterError::Wait { minutes });
            return Ok(ask_page(visit, &email, error, StatusCode::TOO_MANY_REQUESTS));
        }
        Allowed::Quietly => {}
        Allowed::Yes => {
            let (desk, to, page) = (Desk::of(visit), email.clone(), visit.door.recover_path());
            visit.dc.house.mail.write(async move { letter(&desk, &to, &page).await });
        }
    }
    Ok(sent(visit, LetterFor::Recovery, &email, &visit.door.recover_path()))
}

/// The page that says to look into the mailbox.
pub fn sent(visit: &Visit, what: LetterFor, email: &str, again_url: &str) -> Response {
    let mailbox_url = mailing::mailbox_url(visit);
    visit.page(visit.framed(|frame| LetterSent { frame, what, email, again_url, mailbox_url }.render()))
}

/// Nobody waits for this: it comes after the answer.
async fn letter(desk: &Desk, email: &str, page: &str) -> Result<Option<Letter>, Failure> {
    let (realm, wanted) = (desk.realm.clone(), email.to_owned());
    let found = desk.dc.store.read(move |tx| tx.user_by_email(&realm, &wanted)).await?;
    let Some(found) = found.filter(|found| !found.user.disabled) else { return Ok(None) };
    let link = desk.link(MailPurpose::Recover, found.user.id, email, page).await?;
    Ok(Some(desk.letter(LetterText::Recovery { link: &link }, &found.user.email)))
}

/// The page behind the letter's link. Looking at it changes nothing.
pub async fn open(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let link = link_in(request.uri());
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, async move |visit: &mut Visit| {
        match whose(visit, link.as_ref()).await? {
            Some((link, user)) => Ok(form_page(visit, &link, &user, Wrong::default(), StatusCode::OK)),
            None => Ok(dead(visit, &visit.door.recover_path())),
        }
    })
    .await
}

/// Whose password a link sets, while it works and is this realm's.
async fn whose(visit: &Visit, link: Option<&PresentedToken>) -> Result<Option<(PresentedToken, User)>, Failure> {
    let Some(link) = link.cloned() else { return Ok(None) };
    let (now, presented) = (visit.now(), link.clone());
    let found = visit
        .dc
        .store
        .read(move |tx| match tx.mail_link(&presented, MailPurpose::Recover, now)? {
            Some(found) => tx.user(found.user),
            None => Ok(None),
        })
        .await?;
    Ok(found.filter(|user| user.realm == *visit.door.realm()).map(|user| (link, user)))
}

/// What is wrong with the form.
#[derive(Clone, Copy, Default)]
struct Wrong {
    new: Option<&'static str>,
    differs: bool,
    end_tokens: bool,
}

fn form_page(visit: &Visit, link: &PresentedToken, user: &User, wrong: Wrong, status: StatusCode) -> Response {
    let action = format!("{}/{}", visit.door.recover_path(), link.reveal(grantor_protocol::token::Prefix::Usual));
    let csrf = visit.form_token();
    let Wrong { new, differs, end_tokens } = wrong;
    let html = visit.framed(|frame| {
        NewPassword { frame, action: &action, csrf: &csrf, email: &user.email, end_tokens, new, differs }.render()
    });
    visit.page_with(status, html)
}

/// Sets the new password. Nobody is signed in by it, and everybody who was is no more.
pub async fn set(dc: Arc<DataCenter>, realm: Realm, request: Request) -> Response {
    let link = link_in(request.uri());
    Visit::walk(dc, Door::home(realm), Endpoint::Page, request, async move |visit: &mut Visit| {
        set_walk(visit, link.as_ref()).await
    })
    .await
}

async fn set_walk(visit: &mut Visit, link: Option<&PresentedToken>) -> Walked {
    let form = match sign_in::read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let again = visit.door.recover_path();
    let Some((link, user)) = whose(visit, link).await? else { return Ok(dead(visit, &again)) };
    let new = form.get("new_password").unwrap_or_default();
    let wrong = Wrong {
        new: new_password::problem(new, &user.email),
        differs: form.get("again") != Some(new),
        end_tokens: form.get("end_tokens").is_some(),
    };
    if wrong.new.is_some() || wrong.differs {
        // One thing at a time.
        let wrong = Wrong { differs: wrong.differs && wrong.new.is_none(), ..wrong };
        return Ok(form_page(visit, &link, &user, wrong, StatusCode::UNPROCESSABLE_ENTITY));
    }
    let (dc, now) = (&visit.dc, visit.now());
    let Ok(hashed) = dc.house.passwords.hash(new.to_owned(), &dc.house.entropy).await else {
        let wrong = Wrong { new: Some("sign-in-error-busy"), ..wrong };
        return Ok(form_page(visit, &link, &user, wrong, StatusCode::SERVICE_UNAVAILABLE));
    };
    let step = NewPasswordStep { link, password_hash: hashed?, end_tokens: wrong.end_tokens };
    let trail = visit.asking.trail(dc)?;
    let Some((_, clients)) = dc.store.write(move |tx| tx.recover(&step, &trail, now)).await? else {
        return Ok(dead(visit, &again));
    };
    withdrawn::tell(visit, &clients);
    info!(
        request_id = visit.asking.request_id.as_str(),
        user = user.id.0,
        grants = clients.len(),
        "password recovered"
    );
    Desk::of(visit).tell_of_new_password(&user, &again);
    Ok(reply::see_other(&format!("{again}?done=1")))
}
