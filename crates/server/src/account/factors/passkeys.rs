//! Passkeys: named, made by the browser, removed with the password.

use axum::http::StatusCode;
use data_encoding::BASE64URL_NOPAD;
use grantor_store::{Confirmed, MOST_PASSKEYS, NewPasskey, Passkey, Tx};
use tracing::info;

use super::{PATH, codes, confirm, done, pending::Pending, status_of, tell, wrong};
use crate::{
    account::nav::{Page, links},
    failure::Failure,
    http::reply,
    pages::{Area, Brand, FactorChange, FactorError, FactorField, FactorsPasskey, FactorsPasskeyRemoval},
    passkeys::{Challenge, Passkeys},
    sitting::Sitting,
    walk::Walked,
};

/// The longest name, in characters.
const LONGEST_NAME: usize = 60;

/// Where a passkey is removed.
pub fn removal(id: &[u8]) -> String {
    format!("{PATH}/passkeys/remove/{}", BASE64URL_NOPAD.encode(id))
}

/// A name and the password: then the browser may be asked.
pub async fn begin(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let name = form.get("name").unwrap_or_default().trim().to_owned();
    let problem = match name.chars().count() {
        0 => Some(FactorError::NameMissing),
        1..=LONGEST_NAME => None,
        _ => Some(FactorError::NameTooLong),
    };
    if let Some(problem) = problem {
        let shown: String = name.chars().take(LONGEST_NAME).collect();
        return wrong(sitting, FactorField::PasskeyName, problem, &shown).await;
    }
    let by = match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => by,
        Err(why) => return wrong(sitting, FactorField::PasskeyPassword, why.into(), &name).await,
    };
    let challenge = Challenge::draw(&sitting.visit.dc.house.entropy, sitting.visit.now())?;
    page(sitting, &by, (&name, &challenge), None).await
}

async fn page(
    sitting: &Sitting<'_>,
    by: &Confirmed,
    (name, challenge): (&str, &Challenge),
    error: Option<FactorError>,
) -> Walked {
    let dc = &sitting.visit.dc;
    let user = &sitting.person.user;
    let Some(passkeys) = Passkeys::of(&dc.place) else { return Ok(reply::see_other(PATH)) };
    let known = known(sitting).await?;
    if known.len() >= MOST_PASSKEYS {
        return wrong(sitting, FactorField::PasskeyName, FactorError::TooMany, name).await;
    }
    let display = user.display_name();
    let Ok(options) = passkeys.creation((user.id, &user.email, &display), Brand::grantor().name, &known, challenge)
    else {
        return Ok(reply::see_other(PATH));
    };
    let pending = Pending::Passkey(name.to_owned(), challenge.for_seal()).seal(sitting, by)?;
    let links = links(sitting.visit.locale, Page::Security);
    let html = sitting.shell(Area::Account, &links, |shell| {
        FactorsPasskey { shell, name, options: &options, pending: &pending, error }.render()
    });
    let status = if error.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    sitting.page_with(status, html)
}

/// What the browser made.
pub async fn confirm(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let (dc, now, user) = (&sitting.visit.dc, sitting.visit.now(), sitting.person.user.id);
    let pending = Pending::open(sitting, form.get("pending"));
    let (Some((Pending::Passkey(name, sealed), by)), Some(passkeys)) = (pending, Passkeys::of(&dc.place)) else {
        return Ok(reply::see_other(PATH));
    };
    let Some(challenge) = Challenge::from_seal(&sealed, now) else { return Ok(reply::see_other(PATH)) };
    let made = passkeys.created(user, &challenge, form.get("passkey").unwrap_or_default());
    let added = match made {
        Ok(made) => {
            let new = NewPasskey {
                id: made.id,
                user,
                name: name.clone(),
                credential: made.credential,
                challenge: challenge.text.clone(),
                expires_at: challenge.expires_at(),
            };
            let (keep, trail) = (by.session, sitting.trail()?);
            match confirm::step(sitting, by, move |tx| tx.add_passkey(&new, keep, &trail, now)).await? {
                Some(added) => added,
                None => return Ok(reply::see_other(PATH)),
            }
        }
        Err(why) => {
            sitting.visit.asking.refuse(dc, None, "passkey_refused", &why.to_string());
            false
        }
    };
    if !added {
        let fresh = Challenge::draw(&dc.house.entropy, now)?;
        return page(sitting, &by, (&name, &fresh), Some(FactorError::PasskeyRefused)).await;
    }
    info!(request_id = sitting.visit.asking.request_id.as_str(), user = user.0, "passkey added");
    tell(sitting, FactorChange::PasskeyAdded);
    codes::after(sitting, by, "passkey").await
}

/// Asks before one is removed.
pub async fn ask(sitting: &mut Sitting<'_>, id: &str) -> Walked {
    match theirs(sitting, id).await? {
        Some((passkey, last)) => removal_page(sitting, &passkey, last, None),
        None => sitting.nothing(),
    }
}

/// Removes one.
pub async fn remove(sitting: &mut Sitting<'_>, id: &str) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let Some((passkey, last)) = theirs(sitting, id).await? else { return sitting.nothing() };
    let by = match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => by,
        Err(why) => return removal_page(sitting, &passkey, last, Some(why.into())),
    };
    let (user, trail) = (by.user, sitting.trail()?);
    let remove = move |tx: &mut Tx<'_>| tx.remove_passkey(user, &passkey.id, &trail);
    let Some(removed) = confirm::step(sitting, by, remove).await? else { return Ok(reply::see_other(PATH)) };
    if removed {
        info!(request_id = sitting.visit.asking.request_id.as_str(), user = user.0, "passkey removed");
        tell(sitting, FactorChange::PasskeyRemoved);
    }
    Ok(done("passkey-removed"))
}

fn removal_page(sitting: &Sitting<'_>, passkey: &Passkey, last: bool, error: Option<FactorError>) -> Walked {
    let (links, action) = (links(sitting.visit.locale, Page::Security), removal(&passkey.id));
    let html = sitting.shell(Area::Account, &links, |shell| {
        FactorsPasskeyRemoval { shell, name: &passkey.name, action: &action, last, error }.render()
    });
    sitting.page_with(error.map_or(StatusCode::OK, status_of), html)
}

/// The person's passkey of that id, and whether it is the only second factor.
async fn theirs(sitting: &Sitting<'_>, id: &str) -> Result<Option<(Passkey, bool)>, Failure> {
    let Ok(id) = BASE64URL_NOPAD.decode(id.as_bytes()) else { return Ok(None) };
    let user = sitting.person.user.id;
    let factors = sitting.visit.dc.store.read(move |tx| tx.factors(user)).await?;
    let last = factors.authenticator.is_none() && factors.passkeys.len() == 1;
    Ok(factors.passkeys.into_iter().find(|passkey| passkey.id == id).map(|passkey| (passkey, last)))
}

async fn known(sitting: &Sitting<'_>) -> Result<Vec<Passkey>, Failure> {
    let user = sitting.person.user.id;
    Ok(sitting.visit.dc.store.read(move |tx| tx.factors(user)).await?.passkeys)
}
