//! `/account/sessions`: where one is signed in; ending one, or all but this one.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::token::TokenId;
use grantor_store::{AuditEvent, Concerning};

use super::nav;
use crate::{
    house::DataCenter,
    http::reply,
    moment::{day, to_the_minute},
    pages::{
        Area,
        account::{SessionLine, Sessions},
    },
    sitting::Sitting,
    walk::Walked,
};

/// Sessions on a page.
const PAGE: usize = 50;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, list).await
}

async fn list(sitting: &mut Sitting<'_>) -> Walked {
    let query = sitting.query();
    let told = match query.get("done") {
        Some("ended") => Some("sessions-ended"),
        Some("all") => Some("sessions-all-ended"),
        _ => None,
    };
    let before = match sitting.asked("before", TokenId::from_hex) {
        Ok(before) => before,
        Err(response) => return Ok(*response),
    };
    let (dc, user, this) = (&sitting.visit.dc, sitting.person.user.id, sitting.person.session);
    let holding = Some((dc.house.session_life(), sitting.visit.now()));
    let more = i64::try_from(PAGE + 1).unwrap_or(i64::MAX);
    let found = dc.store.read(move |tx| tx.sessions_of(user, holding, before, more)).await?;
    let last = found.get(PAGE - 1).filter(|_| found.len() > PAGE);
    let older = last.map(|last| format!("/account/sessions?before={}", last.id.to_hex()));
    let lines: Vec<SessionLine> = found
        .iter()
        .take(PAGE)
        .map(|session| SessionLine {
            id: session.id.to_hex(),
            address: session.seen_from.address.clone(),
            agent: session.seen_from.agent.clone(),
            started: to_the_minute(session.started_at),
            // It is noted once a day.
            seen: day(session.seen_at),
            this: session.id == this,
        })
        .collect();
    let links = nav::links(sitting.visit.locale, nav::Page::Sessions);
    let html = sitting.shell(Area::Account, &links, |shell| {
        Sessions { shell, sessions: &lines, older: older.as_deref(), told }.render()
    });
    sitting.page(html)
}

/// Ends some.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, end).await
}

async fn end(sitting: &mut Sitting<'_>) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    let (user, this, now) = (sitting.person.user.id, sitting.person.session, sitting.visit.now());
    let (trail, store) = (sitting.trail()?, &sitting.visit.dc.store);
    let concerning = Concerning { user: Some(user), ..Concerning::default() };
    if form.get("all").is_some() {
        store
            .write(move |tx| {
                let ended = tx.end_other_sessions(user, this, now)?;
                tx.audit(&trail, AuditEvent::SessionEnded, concerning, &format!("all others: {ended}"))
            })
            .await?;
        return Ok(reply::see_other("/account/sessions?done=all"));
    }
    let Some(wanted) = form.get("session").and_then(TokenId::from_hex) else { return sitting.nothing() };
    let ended = store
        .write(move |tx| {
            let ended = tx.end_session_of(user, wanted, now)?;
            if ended {
                tx.audit(&trail, AuditEvent::SessionEnded, concerning, &wanted.mark())?;
            }
            Ok(ended)
        })
        .await?;
    if ended { Ok(reply::see_other("/account/sessions?done=ended")) } else { sitting.nothing() }
}
