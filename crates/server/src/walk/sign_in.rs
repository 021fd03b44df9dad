//! Signing in: the e-mail address, then (at home) the password. Known and unknown addresses get the same
//! answers in the same time.

use std::sync::Arc;

use axum::{
    extract::Request,
    http::{HeaderValue, StatusCode, Uri},
    response::Response,
};
use grantor_protocol::{
    asked::Asked,
    params::Params,
    people::{Realm, UserId, fold_email},
};
use grantor_store::{NotSignedIn, SignIn, SignInBy, password_mark};
use tracing::info;

use super::{
    Door, Visit, Walked,
    begin::{self, Valid},
    error_pages,
    fresh_session::{self, Fresh},
    hand_over,
    resume::Known,
    second_factor::{self, Typed},
};
use crate::{
    account::{self, mailing::Desk},
    failure::Failure,
    guesses::{Guess, Guessed},
    house::DataCenter,
    http::{cookies::Cookie, params, reply},
    metrics::Endpoint,
    pages::{Form, SignInEmail, SignInError, SignInPassword},
    sitting::continue_to,
};

/// The address the request hints at, folded.
pub fn hint(visit: &Visit) -> Option<String> {
    if visit.sealed.switch_account {
        return None;
    }
    Asked::read(&visit.query).ok()?.login_hint.as_deref().and_then(fold_email)
}

/// The first, the second or the last step, whichever is due.
pub async fn page(visit: &Visit, valid: Option<&Valid>) -> Walked {
    if let Some(user) = second_factor::due(visit) {
        return second_factor::page(visit, valid, user, None, StatusCode::OK).await;
    }
    match visit.sealed.email.clone().or_else(|| hint(visit)) {
        Some(email) => password_page(visit, valid, &email, None, StatusCode::OK),
        None => email_page(visit, valid, "", None, StatusCode::OK),
    }
}

/// The password once more, of whoever is signed in and meant.
pub async fn again(visit: &Visit, valid: &Valid, known: &Known) -> Walked {
    let meant = |user| valid.request.prompting.account.is_none_or(|meant| meant == user);
    match known.signed_in.as_ref().filter(|s| !visit.sealed.switch_account && meant(s.user.id)) {
        Some(signed_in) if visit.sealed.email.is_none() => {
            password_page(visit, Some(valid), &signed_in.user.email, None, StatusCode::OK)
        }
        _ => page(visit, Some(valid)).await,
    }
}

fn email_page(
    visit: &Visit,
    valid: Option<&Valid>,
    email: &str,
    error: Option<SignInError>,
    status: StatusCode,
) -> Walked {
    let seal = visit.seal(&visit.sealed)?;
    let sign_up_url = sign_up_url(visit);
    let (action, csrf) = (visit.action(&visit.door.sign_in_path()), visit.form_token());
    let html = visit.framed(|frame| {
        let form = Form { action: &action, csrf: &csrf, seal: &seal };
        let sign_up_url = sign_up_url.as_deref();
        SignInEmail { frame, form, application: application(valid), email, error, sign_up_url }.render()
    });
    Ok(visit.page_with(status, html))
}

pub fn password_page(
    visit: &Visit,
    valid: Option<&Valid>,
    email: &str,
    error: Option<SignInError>,
    status: StatusCode,
) -> Walked {
    let mut sealed = visit.sealed.clone();
    sealed.email = Some(email.to_owned());
    // Offered to everybody alike: which passkeys there are is no answer to who exists.
    let passkey = second_factor::offer(visit, &mut sealed, &[])?;
    let (seal, switch_url) = (visit.seal(&sealed)?, visit.switch_url()?);
    let (action, csrf) = (visit.action(&visit.door.sign_in_path()), visit.form_token());
    let recover_url = recover_url(visit, email);
    let html = visit.framed(|frame| {
        let form = Form { action: &action, csrf: &csrf, seal: &seal };
        let (application, passkey) = (application(valid), passkey.as_deref());
        let (switch_url, recover_url) = (&switch_url, recover_url.as_deref());
        SignInPassword { frame, form, application, email, error, switch_url, passkey, recover_url }.render()
    });
    Ok(visit.page_with(status, html))
}

/// Where a stranger makes an account, and goes on from there to the page that sent them.
fn sign_up_url(visit: &Visit) -> Option<String> {
    let open = *visit.door.realm() == Realm::Accounts && account::sign_up_is_open(&visit.dc);
    let onward = continue_to(&visit.query).filter(|_| visit.door.is_home());
    open.then(|| match onward {
        Some(wanted) => {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("continue", &wanted).finish();
            format!("/sign-up?{query}")
        }
        None => "/sign-up".to_owned(),
    })
}

/// Where one asks for a letter when the password is forgotten.
fn recover_url(visit: &Visit, email: &str) -> Option<String> {
    let hint = || form_urlencoded::Serializer::new(String::new()).append_pair("login_hint", email).finish();
    visit.dc.house.mail.is_there().then(|| format!("{}?{}", visit.door.recover_path(), hint()))
}

pub fn application(valid: Option<&Valid>) -> Option<&str> {
    valid.map(|v| v.record.client.name.as_str())
}

/// The form of either step.
pub async fn post(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    Visit::walk(dc, door, Endpoint::Page, request, walk).await
}

async fn walk(visit: &mut Visit) -> Walked {
    let form = match read_form(visit).await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let valid = match begin::begin_sign_in(visit).await? {
        Ok(valid) => valid,
        Err(response) => return Ok(response),
    };
    if !visit.resumed {
        // The page is too old, or belongs to another request: the same question, from the start.
        let url = visit.action(&visit.door.path());
        return Ok(reply::see_other(&url));
    }
    if let Some(answer) = form.get("passkey").filter(|answer| !answer.is_empty()) {
        return second_factor::passkey_given(visit, valid.as_ref(), answer).await;
    }
    match (form.get("email"), form.get("password"), Typed::read(&form)) {
        (Some(email), _, _) => email_given(visit, valid.as_ref(), email).await,
        (None, Some(password), _) => password_given(visit, valid.as_ref(), password.to_owned()).await,
        (None, None, Some(typed)) => second_factor::code_given(visit, valid.as_ref(), typed).await,
        (None, None, None) => Ok(error_pages::page_expired(visit)),
    }
}

/// Reads a form of ours and its seal.
///
/// # Errors
/// The page that says the form is not (or no longer) ours: 403, and nothing was done.
pub async fn read_form(visit: &mut Visit) -> Result<Params, Response> {
    // The body only: what stands in the query is the application's, and may bear the names of our fields.
    let sent = params::read(&Uri::default(), &visit.headers, visit.take_body()).await;
    let Ok(sent) = sent else { return Err(error_pages::unreadable(visit)) };
    if !visit.form_is_ours(sent.params.get("csrf")) {
        return Err(error_pages::not_our_form(visit));
    }
    if let Some(seal) = sent.params.get("seal") {
        visit.resumed = false;
        let seal = seal.to_owned();
        visit.take_seal(&seal);
    }
    Ok(sent.params)
}

/// The address leads home: to the password here, or to another data center.
async fn email_given(visit: &Visit, valid: Option<&Valid>, email: &str) -> Walked {
    let Some(folded) = fold_email(email) else {
        let error = if email.trim().is_empty() { SignInError::EmailMissing } else { SignInError::EmailInvalid };
        let shown: String = email.chars().take(254).collect();
        return email_page(visit, valid, &shown, Some(error), StatusCode::UNPROCESSABLE_ENTITY);
    };
    if *visit.door.realm() == Realm::Accounts {
        let home = hand_over::home_of(&visit.dc, &folded).await?;
        if home != visit.dc.place.location
            && let Some(place) = visit.dc.house.place(&home)
        {
            return Ok(hand_over::to(visit, place, Some(&folded)).await);
        }
    }
    let mut sealed = visit.sealed.clone();
    sealed.email = Some(folded);
    (sealed.password_ok, sealed.challenge) = (None, None);
    Ok(reply::with_cookies(reply::see_other(&visit.url_with(&sealed)?), [forget_home(visit), visit.browser_cookie()]))
}

async fn password_given(visit: &Visit, valid: Option<&Valid>, password: String) -> Walked {
    let Some(email) = visit.sealed.email.clone() else { return Ok(error_pages::page_expired(visit)) };
    let (dc, realm, now) = (&visit.dc, visit.door.realm().clone(), visit.now());
    let (wanted, in_realm) = (email.clone(), realm.clone());
    let browser = visit.browser_hash();
    let (found, known_browser) = dc
        .store
        .read(move |tx| {
            let found = tx.user_by_email(&in_realm, &wanted)?;
            // Asked for an unknown address too, so that both take as long.
            let id = found.as_ref().map_or(UserId(0), |f| f.user.id);
            let known = tx.knows_browser(id, &browser)?;
            Ok((found, known))
        })
        .await?;
    let account = match &found {
        Some(found) if known_browser => Guess::KnownBrowser(found.user.id, &browser),
        _ => Guess::Account(realm.as_str(), &email),
    };
    let address = Guess::SignIn(visit.asking.address);
    let slowed = if known_browser { std::time::Duration::ZERO } else { dc.guesses.wait(address, now) };
    let wait = if slowed.is_zero() { dc.guesses.begin(account, now) } else { slowed };
    if !wait.is_zero() {
        visit.asking.refuse(dc, None, "sign_in_slowed", "too many wrong passwords for this account or address");
        if slowed.is_zero() {
            let user = found.map(|found| found.user);
            Desk::of(visit).tell_of_guessing(Guessed::Password, &email, user, visit.door.recover_path());
        }
        let seconds = wait.as_secs() + u64::from(wait.subsec_millis() > 0);
        let error = Some(SignInError::Wait { seconds });
        return password_page(visit, valid, &email, error, StatusCode::TOO_MANY_REQUESTS);
    }
    let hash = found.as_ref().map(|f| f.password_hash.clone());
    let Ok(right) = dc.house.passwords.check(password, hash).await else {
        dc.guesses.untried(account);
        let error = Some(SignInError::Busy);
        return password_page(visit, valid, &email, error, StatusCode::SERVICE_UNAVAILABLE);
    };
    if let Some(found) = found.filter(|f| right && !f.user.disabled) {
        let (user, mark) = (found.user.id, password_mark(&found.password_hash));
        let started = start(visit, user, SignInBy::Password(mark)).await;
        // A password that was changed while this one was checked makes this one wrong.
        if !matches!(started, Ok(Err(NotSignedIn::Gone | NotSignedIn::PasswordChanged))) {
            dc.guesses.right(account);
            return match started? {
                Ok(response) => Ok(response),
                Err(_) => second_factor::after_password(visit, user, &mark),
            };
        }
    }
    dc.guesses.wrong(address, now);
    visit.asking.refuse(dc, None, "sign_in_wrong", "wrong password or unknown address");
    password_page(visit, valid, &email, Some(SignInError::WrongPassword), StatusCode::UNPROCESSABLE_ENTITY)
}

/// A new session, never the old one again; then the walk goes on.
///
/// # Errors
/// The outer error is a breakage; the inner one says why no session began.
pub async fn start(visit: &Visit, who: UserId, by: SignInBy) -> Result<Result<Response, NotSignedIn>, Failure> {
    let (dc, now) = (&visit.dc, visit.now());
    let Fresh { session, cookie, .. } = fresh_session::fresh(visit, who)?;
    let new = SignIn { by, session, replaces: visit.session(), life: dc.house.session_life() };
    let trail = visit.asking.trail(dc)?;
    if let Err(why) = dc.store.write(move |tx| tx.sign_in(&new, &trail, now)).await? {
        return Ok(Err(why));
    }
    info!(request_id = visit.asking.request_id.as_str(), data_center = dc.place.location, user = who.0, "signed in");
    let mut sealed = visit.sealed.clone();
    sealed.email = None;
    (sealed.password_ok, sealed.challenge) = (None, None);
    sealed.switch_account = false;
    sealed.signed_in = Some(who.0);
    let target = if visit.door.is_home() { visit.onward() } else { visit.url_with(&sealed)? };
    Ok(Ok(reply::with_cookies(reply::see_other(&target), [cookie, forget_home(visit)])))
}

/// Whoever uses this browser now is at home here, whatever it remembered of somebody else. A portal's users have no other
/// home, and what the accounts house remembers is none of a portal's business.
fn forget_home(visit: &Visit) -> Option<HeaderValue> {
    (*visit.door.realm() == Realm::Accounts).then(|| visit.jar().remove(Cookie::Home)).flatten()
}
