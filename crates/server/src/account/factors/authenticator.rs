//! The authenticator app: set up with a first code, removed with the password.

use axum::http::StatusCode;
use data_encoding::HEXLOWER;
use grantor_store::{Confirmed, Tx};
use tracing::info;

use super::{codes, confirm, done, pending::Pending, tell, wrong};
use crate::{
    account::nav::{Page, links},
    http::reply,
    pages::{Area, Brand, FactorChange, FactorError, FactorField, FactorsAuthenticator},
    second_factor::AppSecret,
    sitting::Sitting,
    walk::Walked,
};

/// A fresh secret is shown.
pub async fn begin(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let by = match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => by,
        Err(why) => return wrong(sitting, FactorField::AuthenticatorPassword, why.into(), "").await,
    };
    let secret = AppSecret::draw(&sitting.visit.dc.house.entropy)?;
    page(sitting, &by, &secret, None)
}

fn page(sitting: &Sitting<'_>, by: &Confirmed, secret: &AppSecret, error: Option<FactorError>) -> Walked {
    let pending = Pending::Authenticator(HEXLOWER.encode(secret.bytes())).seal(sitting, by)?;
    // Two data centers are two accounts, also in the app.
    let issuer = format!("{} {}", Brand::grantor().name, sitting.visit.dc.place.name);
    let (address, shown) = (secret.address(&issuer, &sitting.person.user.email), secret.shown());
    let links = links(sitting.visit.locale, Page::Security);
    let html = sitting.shell(Area::Account, &links, |shell| {
        FactorsAuthenticator { shell, address: &address, secret: &shown, pending: &pending, error }.render()
    });
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    sitting.page_with(status, html)
}

/// The first code turns it on.
pub async fn confirm(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let Some((Pending::Authenticator(hex), by)) = Pending::open(sitting, form.get("pending")) else {
        return Ok(reply::see_other(super::PATH));
    };
    let Some(secret) = HEXLOWER.decode(hex.as_bytes()).ok().and_then(|bytes| AppSecret::from_bytes(&bytes)) else {
        return Ok(reply::see_other(super::PATH));
    };
    let typed = form.get("code").unwrap_or_default();
    if typed.trim().is_empty() {
        return page(sitting, &by, &secret, Some(FactorError::CodeMissing));
    }
    let (dc, now, user) = (&sitting.visit.dc, sitting.visit.now(), sitting.person.user.id);
    let Some(step) = secret.step_of(typed, now) else {
        return page(sitting, &by, &secret, Some(FactorError::CodeWrong));
    };
    let sealed = secret.sealed(&dc.sealer, user, &dc.house.entropy)?;
    let (keep, trail) = (by.session, sitting.trail()?);
    let add = move |tx: &mut Tx<'_>| tx.add_authenticator(user, &sealed, step, keep, &trail, now);
    let Some(added) = confirm::step(sitting, by, add).await? else { return Ok(reply::see_other(super::PATH)) };
    if !added {
        // Whoever scanned another one must not think that its codes work; a second click is no news.
        let kept = dc.store.read(move |tx| tx.authenticator_secret(user)).await?;
        let kept = kept.and_then(|sealed| AppSecret::open(&sealed, &dc.sealer, user));
        if kept.is_some_and(|kept| kept.bytes() == secret.bytes()) {
            return codes::after(sitting, by, "authenticator").await;
        }
        return wrong(sitting, FactorField::AuthenticatorPassword, FactorError::AuthenticatorThere, "").await;
    }
    info!(request_id = sitting.visit.asking.request_id.as_str(), user = user.0, "authenticator added");
    tell(sitting, FactorChange::AuthenticatorAdded);
    codes::after(sitting, by, "authenticator").await
}

/// Takes it away.
pub async fn remove(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let by = match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => by,
        Err(why) => return wrong(sitting, FactorField::AuthenticatorPassword, why.into(), "").await,
    };
    let (user, trail) = (by.user, sitting.trail()?);
    let Some(removed) = confirm::step(sitting, by, move |tx| tx.remove_authenticator(user, &trail)).await? else {
        return Ok(reply::see_other(super::PATH));
    };
    if removed {
        info!(request_id = sitting.visit.asking.request_id.as_str(), user = user.0, "authenticator removed");
        tell(sitting, FactorChange::AuthenticatorRemoved);
    }
    Ok(done("authenticator-removed"))
}
