//! Recovery codes: ten, shown once; new ones void the old.

use super::{done, password, tell, wrong};
use crate::{
    account::nav::{Page, links},
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
    if let Some(error) = password::wrong(sitting, form.get("password")).await? {
        return wrong(sitting, FactorField::CodesPassword, error, "").await;
    }
    show(sitting, "", false).await
}

/// After a second factor was added: the first codes, for whoever has none; otherwise the page that says what was done.
pub async fn after(sitting: &Sitting<'_>, what: &str) -> Walked {
    let user = sitting.person.user.id;
    let factors = sitting.visit.dc.store.read(move |tx| tx.factors(user)).await?;
    if factors.recovery_codes > 0 { Ok(done(what)) } else { show(sitting, what, true).await }
}

async fn show(sitting: &Sitting<'_>, what: &str, first: bool) -> Walked {
    let dc = &sitting.visit.dc;
    let codes = recovery_codes(&dc.house.entropy)?;
    let hashes: Vec<_> = codes.iter().filter_map(|code| recovery_hash(code)).collect();
    let (user, trail) = (sitting.person.user.id, sitting.trail()?);
    if !dc.store.write(move |tx| tx.set_recovery_codes(user, &hashes, &trail)).await? {
        // There is nothing that they could stand in for.
        return Ok(done(what));
    }
    if !first {
        tell(sitting, FactorChange::RecoveryCodesMade);
    }
    let links = links(sitting.visit.locale, Page::Security);
    let html = sitting.shell(Area::Account, &links, |shell| FactorsCodes { shell, codes: &codes, first }.render());
    sitting.page(html)
}
