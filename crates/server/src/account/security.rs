//! `/account/security`: changing the password. It ends every other session and, if asked, what applications hold; the
//! session that asked goes on under a new id.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_store::PasswordChange;
use tracing::info;

use super::{confirm, mailing::Desk, nav, new_password, withdrawn};
use crate::{
    house::DataCenter,
    http::reply,
    moment::day,
    pages::{
        Area,
        account::{Security, SecurityError},
    },
    sitting::Sitting,
    walk::{Walked, fresh_session},
};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, async |sitting: &mut Sitting<'_>| {
        let told = match sitting.query().get("done") {
            Some("changed") => Some("own-password-done"),
            _ => None,
        };
        page(sitting, told, None, false).await
    })
    .await
}

async fn page(
    sitting: &Sitting<'_>,
    told: Option<&'static str>,
    error: Option<SecurityError>,
    end_tokens: bool,
) -> Walked {
    let user = sitting.person.user.id;
    let Some(profile) = sitting.visit.dc.store.read(move |tx| tx.profile(user)).await? else {
        return sitting.nothing();
    };
    let changed = profile.password_changed_at.map(day);
    let links = nav::links(sitting.visit.locale, nav::Page::Security);
    let html = sitting.shell(Area::Account, &links, |shell| {
        Security { shell, email: &profile.user.email, changed: changed.as_deref(), end_tokens, told, error }.render()
    });
    sitting.page_with(error.map_or(StatusCode::OK, confirm::status), html)
}

/// A new password.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, change).await
}

async fn change(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let field = |name| form.get(name).unwrap_or_default();
    let (new, end_tokens) = (field("new_password"), form.get("end_tokens").is_some());
    let user = sitting.person.user.clone();
    let by = match confirm::password(sitting, form.get("password")).await? {
        Ok(by) => by,
        Err(why) => return page(sitting, None, Some(why.into()), end_tokens).await,
    };
    let wrong = new_password::problem(new, &user.email).map(SecurityError::New);
    if let Some(error) = wrong.or_else(|| (new != field("again")).then_some(SecurityError::Again)) {
        return page(sitting, None, Some(error), end_tokens).await;
    }
    let (visit, now) = (&sitting.visit, sitting.visit.now());
    let dc = &visit.dc;
    let Ok(hashed) = dc.house.passwords.hash(new.to_owned(), &dc.house.entropy).await else {
        return page(sitting, None, Some(SecurityError::Busy), end_tokens).await;
    };
    let fresh = fresh_session::fresh(visit, user.id)?;
    let change = PasswordChange { by, new_hash: hashed?, session: fresh.session, end_tokens };
    let trail = sitting.trail()?;
    let Some(ended) = dc.store.write(move |tx| tx.change_password(&change, &trail, now)).await? else {
        // It was changed elsewhere in the same moment.
        return page(sitting, None, Some(SecurityError::Current), end_tokens).await;
    };
    withdrawn::tell(visit, &ended);
    info!(request_id = visit.asking.request_id.as_str(), user = user.id.0, grants = ended.len(), "password changed");
    Desk::of(visit).tell_of_new_password(&user, &visit.door.recover_path());
    Ok(reply::with_cookies(reply::see_other("/account/security?done=changed"), [fresh.cookie]))
}
