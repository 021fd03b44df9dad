//! The password once more, of whoever is signed in, before something that guards their account is changed or gone for good.
//! What was confirmed is judged again in the step that follows: a password that was changed meanwhile, or a session that
//! was ended, confirms nothing.

use axum::http::StatusCode;
use grantor_store::{Confirmed, StoreError, Tx, password_mark};

use crate::{
    failure::Failure,
    guesses::Guess,
    pages::{FactorError, account::SecurityError},
    sitting::Sitting,
};

/// Why it is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotConfirmed {
    /// Nothing was typed.
    Missing,
    /// It is another one.
    Wrong,
    /// Too many wrong ones.
    Wait { seconds: u64 },
    /// It could not be checked.
    Busy,
}

impl From<NotConfirmed> for SecurityError {
    fn from(why: NotConfirmed) -> Self {
        match why {
            NotConfirmed::Missing | NotConfirmed::Wrong => Self::Current,
            NotConfirmed::Wait { seconds } => Self::Wait { seconds },
            NotConfirmed::Busy => Self::Busy,
        }
    }
}

impl From<NotConfirmed> for FactorError {
    fn from(why: NotConfirmed) -> Self {
        match why {
            NotConfirmed::Missing => Self::PasswordMissing,
            NotConfirmed::Wrong => Self::PasswordWrong,
            NotConfirmed::Wait { seconds } => Self::Wait { seconds },
            NotConfirmed::Busy => Self::Busy,
        }
    }
}

/// That the person knows their password; or why not. Wrong ones are slowed down as at the sign-in.
pub async fn password(sitting: &Sitting<'_>, typed: Option<&str>) -> Result<Result<Confirmed, NotConfirmed>, Failure> {
    let Some(typed) = typed.filter(|typed| !typed.is_empty()) else { return Ok(Err(NotConfirmed::Missing)) };
    let (visit, user) = (&sitting.visit, sitting.person.user.id);
    let dc = &visit.dc;
    let browser = visit.browser_hash();
    let guess = Guess::KnownBrowser(user, &browser);
    let wait = dc.guesses.begin(guess, visit.now());
    if !wait.is_zero() {
        visit.asking.refuse(dc, None, "password_slowed", "too many wrong passwords on a page of the account");
        return Ok(Err(NotConfirmed::Wait { seconds: wait.as_secs() + u64::from(wait.subsec_millis() > 0) }));
    }
    let hash = dc.store.read(move |tx| tx.password_hash(user)).await?;
    let Ok(right) = dc.house.passwords.check(typed.to_owned(), hash.clone()).await else {
        dc.guesses.untried(guess);
        return Ok(Err(NotConfirmed::Busy));
    };
    let Some(hash) = hash.filter(|_| right) else {
        visit.asking.refuse(dc, None, "password_wrong", "wrong password on a page of the account");
        return Ok(Err(NotConfirmed::Wrong));
    };
    dc.guesses.right(guess);
    Ok(Ok(Confirmed { user, password: password_mark(&hash), session: sitting.person.session }))
}

/// A step that wants the password; `None`, and nothing was done, when what was confirmed does not stand any more.
pub async fn step<T: Send + 'static>(
    sitting: &Sitting<'_>,
    by: Confirmed,
    step: impl Fn(&mut Tx<'_>) -> Result<T, StoreError> + Send + 'static,
) -> Result<Option<T>, Failure> {
    let confirmed = move |tx: &mut Tx<'_>| if tx.confirmed(&by)? { step(tx).map(Some) } else { Ok(None) };
    Ok(sitting.visit.dc.store.write(confirmed).await?)
}

/// The status of a form that is shown again because of it.
pub fn status(error: SecurityError) -> StatusCode {
    match error {
        SecurityError::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        SecurityError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        SecurityError::Current | SecurityError::New(_) | SecurityError::Again => StatusCode::UNPROCESSABLE_ENTITY,
    }
}
