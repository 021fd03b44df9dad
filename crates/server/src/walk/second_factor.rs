//! Signing in, the last step of whoever has more than a password: a code of the authenticator app, a recovery code or a
//! passkey. Until it is done there is no session; the seal remembers for a few minutes that the password was right. A
//! passkey may also stand in for the password.

use std::time::Duration;

use axum::http::StatusCode;
use data_encoding::HEXLOWER;
use grantor_protocol::{
    params::Params,
    people::{Realm, UserId, fold_email},
    secret::SecretHash,
    time::Timestamp,
};
use grantor_store::{NotSignedIn, Passkey, PasskeyUse, Proof, SignInBy, Try};

use super::{
    Visit, Walked,
    begin::Valid,
    error_pages,
    sign_in::{self, application},
};
use crate::{
    account::mailing::Desk,
    failure::Failure,
    guesses::{Guess, Guessed},
    http::reply,
    pages::{FactorChange, Form, SignInError, SignInFactor},
    passkeys::{Challenge, NotProven, Passkeys},
    seal::{PasswordOk, Sealed},
    second_factor::{AppSecret, recovery_hash},
};

/// How long a right password is good for, while the second factor is looked for.
const PATIENCE: Duration = Duration::from_mins(5);

/// A code that was typed.
#[derive(Debug, Clone, Copy)]
pub enum Typed<'a> {
    /// Of the authenticator app.
    OneTime(&'a str),
    /// One of those shown once.
    Recovery(&'a str),
}

impl<'a> Typed<'a> {
    /// From the form; a recovery code goes first, since its field has to be unfolded.
    pub fn read(form: &'a Params) -> Option<Self> {
        let recovery = form.get("recovery_code").filter(|typed| !typed.trim().is_empty());
        let code = || form.get("one_time_code").map(Self::OneTime);
        recovery.map(Self::Recovery).or_else(code).or_else(|| form.get("recovery_code").map(Self::Recovery))
    }

    fn text(self) -> &'a str {
        match self {
            Self::OneTime(text) | Self::Recovery(text) => text,
        }
    }
}

/// Who typed the right password on this walk, not long ago, and has a second factor to prove.
pub fn due(visit: &Visit) -> Option<UserId> {
    password_ok(visit).map(|(user, _)| user)
}

/// The same, with the mark of the hash that the password was checked against.
fn password_ok(visit: &Visit) -> Option<(UserId, SecretHash)> {
    let right = visit.sealed.password_ok.as_ref()?;
    let mark = HEXLOWER.decode(right.mark.as_bytes()).ok()?.try_into().ok()?;
    let fresh = visit.now().within(Timestamp::from_millis(right.at), PATIENCE);
    fresh.then_some((UserId(right.user), SecretHash::from_bytes(mark)))
}

/// The password was right, and is not enough: on to the last step.
pub fn after_password(visit: &Visit, user: UserId, mark: &SecretHash) -> Walked {
    let mut sealed = visit.sealed.clone();
    let mark = HEXLOWER.encode(mark.as_bytes());
    sealed.password_ok = Some(PasswordOk { user: user.0, at: visit.now().millis(), mark });
    sealed.challenge = None;
    Ok(reply::see_other(&visit.url_with(&sealed)?))
}

/// The password once more.
fn from_password(visit: &Visit) -> Walked {
    let mut sealed = visit.sealed.clone();
    (sealed.password_ok, sealed.challenge) = (None, None);
    Ok(reply::see_other(&visit.url_with(&sealed)?))
}

/// What the page's script asks the browser for; the challenge goes into the seal. `None` where there are no passkeys:
/// at a portal, and at an address without a name.
pub fn offer(visit: &Visit, sealed: &mut Sealed, among: &[Passkey]) -> Result<Option<String>, Failure> {
    let Some(passkeys) = passkeys(visit) else { return Ok(None) };
    let challenge = Challenge::draw(&visit.dc.house.entropy, visit.now())?;
    sealed.challenge = Some(challenge.for_seal());
    Ok(passkeys.request(among, &challenge).ok())
}

fn passkeys(visit: &Visit) -> Option<Passkeys> {
    (*visit.door.realm() == Realm::Accounts).then(|| Passkeys::of(&visit.dc.place)).flatten()
}

/// The page.
pub async fn page(
    visit: &Visit,
    valid: Option<&Valid>,
    user: UserId,
    error: Option<SignInError>,
    status: StatusCode,
) -> Walked {
    let Some((_, mark)) = password_ok(visit) else { return from_password(visit) };
    let read = visit.dc.store.read(move |tx| Ok((tx.user(user)?, tx.factors(user)?, tx.password_stands(user, &mark)?)));
    let (found, factors, stands) = read.await?;
    let Some(found) = found.filter(|found| stands && !found.disabled && factors.required()) else {
        return from_password(visit);
    };
    let mut sealed = visit.sealed.clone();
    let passkey = if factors.passkeys.is_empty() { None } else { offer(visit, &mut sealed, &factors.passkeys)? };
    let (seal, switch_url) = (visit.seal(&sealed)?, visit.switch_url()?);
    let (action, csrf) = (visit.action(&visit.door.sign_in_path()), visit.form_token());
    let html = visit.framed(|frame| {
        SignInFactor {
            frame,
            form: Form { action: &action, csrf: &csrf, seal: &seal },
            application: application(valid),
            email: &found.email,
            error,
            switch_url: &switch_url,
            authenticator: factors.authenticator.is_some(),
            recovery: factors.recovery_codes > 0,
            passkey: passkey.as_deref(),
        }
        .render()
    });
    Ok(visit.page_with(status, html))
}

/// A code was typed. It counts as wrong before it is looked at (case K04), and works once.
pub async fn code_given(visit: &Visit, valid: Option<&Valid>, typed: Typed<'_>) -> Walked {
    let Some((user, mark)) = password_ok(visit) else { return from_password(visit) };
    let again = async |error, status| page(visit, valid, user, Some(error), status).await;
    if typed.text().trim().is_empty() {
        return again(SignInError::CodeMissing, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let (dc, now, limited) = (&visit.dc, visit.now(), visit.dc.guesses.are_limited());
    let tried = dc
        .store
        .write(move |tx| {
            let Some(person) = tx.user(user)?.filter(|user| !user.disabled) else { return Ok(None) };
            if !tx.needs_second_factor(user)? || !tx.password_stands(user, &mark)? {
                return Ok(None);
            }
            Ok(Some((person, tx.try_factor(user, limited, now)?)))
        })
        .await?;
    let (person, secret) = match tried {
        None => return from_password(visit),
        Some((person, Try::Now(secret))) => (person, secret),
        Some((person, Try::Wait(wait))) => {
            visit.asking.refuse(dc, None, "second_factor_slowed", "too many wrong codes for this account");
            let (email, recover) = (person.email.clone(), visit.door.recover_path());
            Desk::of(visit).tell_of_guessing(Guessed::Code, &email, Some(person), recover);
            let seconds = wait.as_secs() + u64::from(wait.subsec_millis() > 0);
            return again(SignInError::Wait { seconds }, StatusCode::TOO_MANY_REQUESTS).await;
        }
    };
    let proof = match typed {
        Typed::OneTime(code) => secret
            .and_then(|sealed| AppSecret::open(&sealed, &dc.sealer, user))
            .and_then(|secret| secret.step_of(code, now))
            .map(|step| Proof::Authenticator { step }),
        Typed::Recovery(code) => recovery_hash(code).map(Proof::RecoveryCode),
    };
    if let Some(proof) = proof {
        match sign_in::start(visit, user, SignInBy::PasswordAnd(mark, proof)).await? {
            Ok(response) => {
                if matches!(typed, Typed::Recovery(_)) {
                    // Whoever did not use a code of theirs should know of it.
                    Desk::of(visit).tell_of_factor(&person, FactorChange::RecoveryCodeUsed, &visit.door.recover_path());
                }
                return Ok(response);
            }
            Err(NotSignedIn::Gone | NotSignedIn::PasswordChanged) => return from_password(visit),
            Err(NotSignedIn::FactorMissing) => {}
        }
    }
    dc.guesses.wrong(Guess::SignIn(visit.asking.address), now);
    visit.asking.refuse(dc, None, "second_factor_wrong", "wrong code, or one that was used before");
    let error = match typed {
        Typed::OneTime(_) => SignInError::WrongCode,
        Typed::Recovery(_) => SignInError::WrongRecoveryCode,
    };
    again(error, StatusCode::UNPROCESSABLE_ENTITY).await
}

/// A passkey answered: after the password as a second factor, before it in its place.
pub async fn passkey_given(visit: &Visit, valid: Option<&Valid>, answer: &str) -> Walked {
    let Some(email) = visit.sealed.email.clone() else { return Ok(error_pages::page_expired(visit)) };
    let after_password = due(visit);
    match judge(visit, &email, after_password, answer).await? {
        Ok((user, used)) => {
            let by = match password_ok(visit) {
                Some((_, mark)) => SignInBy::PasswordAnd(mark, Proof::Passkey(used)),
                None => SignInBy::Passkey(used),
            };
            match sign_in::start(visit, user, by).await? {
                Ok(response) => return Ok(response),
                Err(NotSignedIn::Gone | NotSignedIn::PasswordChanged) => return from_password(visit),
                Err(NotSignedIn::FactorMissing) => {}
            }
            visit.asking.refuse(&visit.dc, None, "passkey_refused", "this answer of the passkey was used before");
        }
        Err(why) => visit.asking.refuse(&visit.dc, None, "passkey_refused", &why.to_string()),
    }
    let (error, status) = (Some(SignInError::PasskeyRefused), StatusCode::UNPROCESSABLE_ENTITY);
    match after_password {
        Some(user) => page(visit, valid, user, error, status).await,
        None => sign_in::password_page(visit, valid, &email, error, status),
    }
}

/// Whose the passkey is, and its use, when the answer is right.
async fn judge(
    visit: &Visit,
    email: &str,
    after_password: Option<UserId>,
    answer: &str,
) -> Result<Result<(UserId, PasskeyUse), NotProven>, Failure> {
    let challenge = visit.sealed.challenge.as_ref().and_then(|sealed| Challenge::from_seal(sealed, visit.now()));
    let (Some(passkeys), Some(challenge)) = (passkeys(visit), challenge) else { return Ok(Err(NotProven::Unknown)) };
    let id = match Passkeys::claimed(answer) {
        Ok(id) => id,
        Err(why) => return Ok(Err(why)),
    };
    let found = visit
        .dc
        .store
        .read(move |tx| {
            let Some(passkey) = tx.passkey(&id)? else { return Ok(None) };
            Ok(tx.user(passkey.user)?.map(|user| (passkey, user)))
        })
        .await?;
    let meant = |user: &grantor_protocol::people::User| {
        let typed = || fold_email(&user.email).as_deref() == Some(email);
        !user.disabled && user.realm == Realm::Accounts && after_password.map_or_else(typed, |meant| meant == user.id)
    };
    let Some((passkey, user)) = found.filter(|(_, user)| meant(user)) else { return Ok(Err(NotProven::Unknown)) };
    let judged = passkeys.answered(&passkey, after_password.is_some(), &challenge, answer);
    Ok(judged.map(|used| (user.id, used)))
}
