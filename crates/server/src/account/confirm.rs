//! The password once more, of whoever is signed in, before something that cannot be taken back.

use axum::http::StatusCode;

use crate::{failure::Failure, guesses::Guess, pages::account::SecurityError, sitting::Sitting};

/// The hash that the password fits; or why not. Wrong ones are slowed down as at the sign-in.
pub async fn password(sitting: &Sitting<'_>, password: &str) -> Result<Result<String, SecurityError>, Failure> {
    let (visit, user) = (&sitting.visit, sitting.person.user.id);
    let dc = &visit.dc;
    let hash = dc.store.read(move |tx| tx.password_hash(user)).await?;
    let browser = visit.browser_hash();
    let guess = Guess::KnownBrowser(user, &browser);
    let wait = dc.guesses.begin(guess, visit.now());
    if !wait.is_zero() {
        visit.asking.refuse(dc, None, "sign_in_slowed", "too many wrong passwords for this account");
        return Ok(Err(SecurityError::Wait { seconds: wait.as_secs() + u64::from(wait.subsec_millis() > 0) }));
    }
    let Ok(right) = dc.house.passwords.check(password.to_owned(), hash.clone()).await else {
        dc.guesses.untried(guess);
        return Ok(Err(SecurityError::Busy));
    };
    let Some(hash) = hash.filter(|_| right) else {
        visit.asking.refuse(dc, None, "password_wrong", "the current password was wrong");
        return Ok(Err(SecurityError::Current));
    };
    dc.guesses.right(guess);
    Ok(Ok(hash))
}

/// The status of a form that is shown again because of it.
pub fn status(error: SecurityError) -> StatusCode {
    match error {
        SecurityError::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        SecurityError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        SecurityError::Current | SecurityError::New(_) | SecurityError::Again => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
