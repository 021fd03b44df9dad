//! Everything that is kept about a person, as one file they can read and take along.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use grantor_protocol::{time::Timestamp, token::TokenId};
use grantor_store::{AuditEvent, AuditRow, Concerning, OwnGrant, OwnSession};
use serde_json::{Value, json};

use super::data;
use crate::{failure::Failure, house::DataCenter, http::reply, moment::rfc3339, sitting::Sitting, walk::Walked};

/// Rows that are read in one step: a reading step holds a thread of the runtime.
const SLICE: i64 = 1_000;
/// Audit rows in one file; the file says when there are more.
const MOST_ROWS: usize = 100_000;
/// Grants, and sessions, in one file.
const MOST: usize = 100_000;

/// The file.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    Sitting::walk(dc, request, export).await
}

async fn export(sitting: &mut Sitting<'_>) -> Walked {
    if let Err(response) = sitting.form().await {
        return Ok(response);
    }
    let (user, trail) = (sitting.person.user.id, sitting.trail()?);
    let store = &sitting.visit.dc.store;
    store
        .write(move |tx| {
            let concerning = Concerning { user: Some(user), ..Concerning::default() };
            tx.audit(&trail, AuditEvent::DataExported, concerning, "")
        })
        .await?;
    let whole = whole(sitting).await?;
    let mut response = reply::json(StatusCode::OK, format!("{whole:#}\n"));
    let name = format!("attachment; filename=\"account-{}.json\"", user.0);
    if let Ok(name) = HeaderValue::from_str(&name) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, name);
    }
    Ok(response)
}

async fn whole(sitting: &Sitting<'_>) -> Result<Value, Failure> {
    let (dc, user) = (&sitting.visit.dc, sitting.person.user.id);
    let (profile, factors) = dc.store.read(move |tx| Ok((tx.profile(user)?, tx.factors(user)?))).await?;
    let (sessions, grants) = (sessions(sitting).await?, grants(sitting).await?);
    let (rows, complete) = activity(sitting).await?;
    let registered = data::owned_names(sitting).await?;
    let mut names = std::collections::HashMap::new();
    for grant in &grants {
        if !names.contains_key(&grant.client_id) {
            let name = dc.client(&grant.client_id).await?.map(|record| record.client.name.clone());
            names.insert(grant.client_id.clone(), name);
        }
    }
    let applications: Vec<Value> =
        grants.iter().map(|g| grant_value(g, names.get(&g.client_id).and_then(Option::as_deref))).collect();
    Ok(json!({
        "made_at": rfc3339(sitting.visit.now()),
        "data_center": dc.place.location,
        "profile": profile.map(|p| json!({
            "number": p.user.id.0,
            "email": p.user.email,
            "email_verified": p.user.email_verified,
            "first_name": p.user.first_name,
            "last_name": p.user.last_name,
            "created_at": rfc3339(p.created_at),
            "password_changed_at": p.password_changed_at.map(rfc3339),
        })),
        "organizations": sitting.memberships.iter().map(|m| json!({
            "id": m.organization.id,
            "name": m.organization.name,
            "environment": m.organization.environment.as_str(),
            "administrator": m.administrator,
        })).collect::<Vec<_>>(),
        "second_factors": {
            "authenticator_since": factors.authenticator.map(rfc3339),
            "passkeys": factors.passkeys.iter().map(|key| json!({
                "name": key.name,
                "added_at": rfc3339(key.created_at),
                "used_at": (key.used_at.millis() != 0).then(|| rfc3339(key.used_at)),
            })).collect::<Vec<_>>(),
            "recovery_codes_left": factors.recovery_codes,
        },
        "sessions": sessions.iter().map(session_value).collect::<Vec<_>>(),
        "connected_applications": applications,
        "registered_applications": registered.iter().map(|(id, name)| json!({ "id": id, "name": name })).collect::<Vec<_>>(),
        "activity": rows.iter().map(row_value).collect::<Vec<_>>(),
        "activity_complete": complete,
    }))
}

fn is_full<T>(slice: &[T]) -> bool {
    i64::try_from(slice.len()).is_ok_and(|n| n >= SLICE)
}

/// The sessions of the person, in slices.
async fn sessions(sitting: &Sitting<'_>) -> Result<Vec<OwnSession>, Failure> {
    let (store, user) = (&sitting.visit.dc.store, sitting.person.user.id);
    let (mut all, mut before): (Vec<OwnSession>, Option<TokenId>) = (Vec::new(), None);
    loop {
        let slice = store.read(move |tx| tx.sessions_of(user, None, before, SLICE)).await?;
        let full = is_full(&slice);
        before = slice.last().map(|session| session.id);
        all.extend(slice);
        if !full || all.len() >= MOST {
            return Ok(all);
        }
        tokio::task::yield_now().await;
    }
}

/// What the person granted, in slices.
async fn grants(sitting: &Sitting<'_>) -> Result<Vec<OwnGrant>, Failure> {
    let (store, user) = (&sitting.visit.dc.store, sitting.person.user.id);
    let (mut all, mut before): (Vec<OwnGrant>, Option<(Timestamp, TokenId)>) = (Vec::new(), None);
    loop {
        let slice = store.read(move |tx| tx.own_grants(user, true, before, SLICE)).await?;
        let full = is_full(&slice);
        before = slice.iter().map(|grant| (grant.granted_at, grant.id)).min();
        all.extend(slice);
        if !full || all.len() >= MOST {
            break;
        }
        tokio::task::yield_now().await;
    }
    // The order of one slice, of all: within an organization the newest stay first.
    all.sort_by(|a, b| (&a.organization, &a.organization_id).cmp(&(&b.organization, &b.organization_id)));
    Ok(all)
}

/// The audit rows of the person, in slices; whether these are all.
async fn activity(sitting: &Sitting<'_>) -> Result<(Vec<AuditRow>, bool), Failure> {
    let (store, user, now) = (&sitting.visit.dc.store, sitting.person.user.id, sitting.visit.now());
    let (mut rows, mut before): (Vec<AuditRow>, Option<TokenId>) = (Vec::new(), None);
    while rows.len() < MOST_ROWS {
        let slice = store.read(move |tx| tx.audit_of(user, before, SLICE, now)).await?;
        let more = is_full(&slice);
        before = slice.last().map(|row| row.id);
        rows.extend(slice);
        if !more {
            return Ok((rows, true));
        }
        tokio::task::yield_now().await;
    }
    Ok((rows, false))
}

fn session_value(session: &OwnSession) -> Value {
    json!({
        "started_at": rfc3339(session.started_at),
        "seen_at": rfc3339(session.seen_at),
        "ended_at": session.ended_at.map(rfc3339),
        "address": session.seen_from.address,
        "browser": session.seen_from.agent,
    })
}

fn grant_value(grant: &OwnGrant, name: Option<&str>) -> Value {
    json!({
        "client_id": grant.client_id,
        "name": name,
        "organization": (!grant.organization_id.is_empty()).then_some(&grant.organization_id),
        "scopes": grant.scopes.iter().collect::<Vec<_>>(),
        "offline": grant.offline,
        "whole_organization": grant.whole_organization,
        "granted_at": rfc3339(grant.granted_at),
        "used_at": grant.used_at.map(rfc3339),
        "withdrawn_at": grant.withdrawn_at.map(rfc3339),
    })
}

fn row_value(row: &AuditRow) -> Value {
    json!({
        "at": rfc3339(row.id.made_at()),
        "event": row.event,
        "client_id": row.client_id,
        "organization": row.organization_id,
        "detail": row.detail,
        "request_id": row.request_id,
    })
}
