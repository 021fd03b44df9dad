//! The password once more, before anything that guards the account is changed. Wrong ones count like those at sign-in.

use grantor_protocol::people::fold_email;

use super::realm;
use crate::{failure::Failure, guesses::Guess, pages::FactorError, sitting::Sitting};

/// What is wrong with the password that was typed; `None`: it is the person's.
pub async fn wrong(sitting: &Sitting<'_>, typed: Option<&str>) -> Result<Option<FactorError>, Failure> {
    let Some(typed) = typed.filter(|typed| !typed.is_empty()) else { return Ok(Some(FactorError::PasswordMissing)) };
    let (visit, dc) = (&sitting.visit, &sitting.visit.dc);
    let email = fold_email(&sitting.person.user.email).unwrap_or_default();
    let (browser, now) = (visit.browser_hash(), visit.now());
    let guess = Guess::KnownBrowser(sitting.person.user.id, &browser);
    let wait = dc.guesses.begin(guess, now);
    if !wait.is_zero() {
        visit.asking.refuse(dc, None, "password_slowed", "too many wrong passwords on a page of the account");
        let seconds = wait.as_secs() + u64::from(wait.subsec_millis() > 0);
        return Ok(Some(FactorError::Wait { seconds }));
    }
    let (wanted, user) = (email.clone(), sitting.person.user.id);
    let found = dc.store.read(move |tx| tx.user_by_email(&realm(), &wanted)).await?;
    let hash = found.filter(|found| found.user.id == user).map(|found| found.password_hash);
    let Ok(right) = dc.house.passwords.check(typed.to_owned(), hash).await else {
        dc.guesses.untried(guess);
        return Ok(Some(FactorError::Busy));
    };
    if right {
        dc.guesses.right(guess);
        return Ok(None);
    }
    visit.asking.refuse(dc, None, "password_wrong", "wrong password on a page of the account");
    Ok(Some(FactorError::PasswordWrong))
}
