//! Recovery codes: ten, shown once; new ones void the old.

use grantor_store::Confirmed;

use super::{confirm, done, tell, wrong};
use crate::{
    account::nav::{Page, links},
    http::reply,
    pages::{Area, FactorChange, FactorField, FactorsCodes},
    second_factor::{recovery_codes, recovery_hash},
    sitting::Sitting,
    walk::Walked,
};

/// New ones, when the person asks for them.
pub async fn make(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => show(sitting, by, "", false).await,
        Err(why) => wrong(sitting, FactorField::CodesPassword, why.into(), "").await,
    }
}

/// After a second factor was added: the first codes, for whoever has none; otherwise the page that says what was done.
pub async fn after(sitting: &Sitting<'_>, by: Confirmed, what: &str) -> Walked {
    let user = sitting.person.user.id;
    let factors = sitting.visit.dc.store.read(move |tx| tx.factors(user)).await?;
    if factors.recovery_codes > 0 { Ok(done(what)) } else { show(sitting, by, what, true).await }
}

async fn show(sitting: &Sitting<'_>, by: Confirmed, what: &str, first: bool) -> Walked {
    let dc = &sitting.visit.dc;
    let codes = recovery_codes(&dc.house.entropy)?;
    let hashes: Vec<_> = codes.iter().filter_map(|code| recovery_hash(code)).collect();
    let trail = sitting.trail()?;
    match confirm::step(sitting, by, move |tx| tx.set_recovery_codes(by.user, &hashes, &trail)).await? {
        Some(true) => {}
        // There is nothing that they could stand in for.
        Some(false) => return Ok(done(what)),
        None => return Ok(reply::see_other(super::PATH)),
    }
    if !first {
        tell(sitting, FactorChange::RecoveryCodesMade);
    }
    let links = links(sitting.visit.locale, Page::Security);
    let html = sitting.shell(Area::Account, &links, |shell| FactorsCodes { shell, codes: &codes, first }.render());
    sitting.page(html)
}
