//! `/account/security/factors`: the authenticator app, passkeys and recovery codes. Each change asks for the password again.

mod authenticator;
mod codes;
mod passkeys;
mod pending;

use std::sync::Arc;

use axum::{
    Router,
    extract::{Request, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use super::{
    confirm,
    mailing::Desk,
    nav::{Page, links},
};
use crate::{
    house::DataCenter,
    http::{Named, reply},
    moment::day,
    pages::{Area, FactorChange, FactorError, FactorField, Factors, PasskeyLine},
    passkeys::Passkeys,
    sitting::Sitting,
    walk::Walked,
};

/// The page.
pub const PATH: &str = "/account/security/factors";

type Here = State<Arc<DataCenter>>;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    let at = |rest: &str| format!("{PATH}{rest}");
    Router::new()
        .route(PATH, get(|State(dc): Here, r: Request| Sitting::walk(dc, r, open)))
        .route(
            &at("/authenticator"),
            post(|State(dc): Here, r: Request| Sitting::walk(dc, r, authenticator::begin)).get(back),
        )
        .route(
            &at("/authenticator/confirm"),
            post(|State(dc): Here, r: Request| Sitting::walk(dc, r, authenticator::confirm)).get(back),
        )
        .route(
            &at("/authenticator/remove"),
            post(|State(dc): Here, r: Request| Sitting::walk(dc, r, authenticator::remove)).get(back),
        )
        .route(&at("/codes"), post(|State(dc): Here, r: Request| Sitting::walk(dc, r, codes::make)).get(back))
        .route(&at("/passkeys"), post(|State(dc): Here, r: Request| Sitting::walk(dc, r, passkeys::begin)).get(back))
        .route(
            &at("/passkeys/confirm"),
            post(|State(dc): Here, r: Request| Sitting::walk(dc, r, passkeys::confirm)).get(back),
        )
        .route(
            &at("/passkeys/remove/{id}"),
            get(|State(dc): Here, named: Named, r: Request| {
                let walk = async move |sitting: &mut Sitting<'_>| passkeys::ask(sitting, named.get("id")).await;
                Sitting::walk(dc, r, walk)
            })
            .post(|State(dc): Here, named: Named, r: Request| {
                let walk = async move |sitting: &mut Sitting<'_>| passkeys::remove(sitting, named.get("id")).await;
                Sitting::walk(dc, r, walk)
            }),
        )
}

/// What answers a form is not asked for by itself: a reload leads to the page.
async fn back() -> Response {
    reply::see_other(PATH)
}

/// After a change: the page, which says what was done.
fn done(what: &str) -> Response {
    reply::see_other(&format!("{PATH}?done={what}"))
}

async fn open(sitting: &mut Sitting<'_>) -> Walked {
    let query = sitting.query();
    show(sitting, StatusCode::OK, None, "", query.get("done")).await
}

/// The page again, with what was wrong.
async fn wrong(sitting: &Sitting<'_>, at: FactorField, error: FactorError, name: &str) -> Walked {
    show(sitting, status_of(error), Some((at, error)), name, None).await
}

fn status_of(error: FactorError) -> StatusCode {
    match error {
        FactorError::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        FactorError::Busy => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

async fn show(
    sitting: &Sitting<'_>,
    status: StatusCode,
    error: Option<(FactorField, FactorError)>,
    name: &str,
    done: Option<&str>,
) -> Walked {
    let user = sitting.person.user.id;
    let dc = &sitting.visit.dc;
    let factors = dc.store.read(move |tx| tx.factors(user)).await?;
    let since = factors.authenticator.map(day);
    let lines: Vec<(String, Option<String>, String)> = factors
        .passkeys
        .iter()
        .map(|p| (day(p.created_at), (p.used_at.millis() > 0).then(|| day(p.used_at)), passkeys::removal(&p.id)))
        .collect();
    let passkeys: Vec<PasskeyLine<'_>> = factors
        .passkeys
        .iter()
        .zip(&lines)
        .map(|(passkey, (added, used, remove_url))| PasskeyLine {
            name: &passkey.name,
            added,
            used: used.as_deref(),
            remove_url,
        })
        .collect();
    let links = links(sitting.visit.locale, Page::Security);
    let html = sitting.shell(Area::Account, &links, |shell| {
        Factors {
            shell,
            authenticator: since.as_deref(),
            passkeys: &passkeys,
            codes: u64::try_from(factors.recovery_codes).unwrap_or(0),
            passkeys_work: Passkeys::of(&dc.place).is_some(),
            name,
            done,
            error,
        }
        .render()
    });
    sitting.page_with(status, html)
}

/// Tells the person by letter.
fn tell(sitting: &Sitting<'_>, change: FactorChange) {
    let visit = &sitting.visit;
    Desk::of(visit).tell_of_factor(&sitting.person.user, change, &visit.door.recover_path());
}
