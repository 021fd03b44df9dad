//! `/organization/{id}/apps/{client}`: who granted an application what, and taking it back, from one or from all.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{people::UserId, token::TokenId};
use grantor_store::{AuditTrail, MemberGrant, StoreError, Tx};

use super::{
    nav::Page,
    office::{self, LINES, Office},
};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::reply,
    moment::{day, to_the_minute},
    pages::organization::{AppPage, GrantLine, Pager},
    refusals::Asking,
    sitting::Sitting,
    walk::Walked,
    warnings,
};

/// So many grants are taken back in one transaction.
const SLICE: i64 = 100;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| page(sitting, office, StatusCode::OK, None).await).await
}

async fn page(sitting: &Sitting<'_>, office: &Office, status: StatusCode, error: Option<&'static str>) -> Walked {
    if !is_connected(sitting, office).await? {
        return sitting.nothing();
    }
    let (client_id, query) = (office.named(1).to_owned(), sitting.query());
    let text = office::typed(query.get("q"), 100);
    let after = match sitting.asked("after", TokenId::from_hex) {
        Ok(after) => after,
        Err(response) => return Ok(*response),
    };
    let told = query.get("done").filter(|done| *done == "revoked").map(|_| "org-grant-revoked");
    let most = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
    let (id, wanted, client) = (office.id(), text.clone(), client_id.clone());
    let step = move |tx: &mut grantor_store::Tx<'_>| tx.grants_of_client(&id, &client, &wanted, after, most);
    let mut grants = sitting.visit.dc.store.read(step).await?;
    let more = grants.len() > LINES;
    grants.truncate(LINES);
    let last = grants.last().map(|grant| grant.grant.to_hex()).filter(|_| more);
    let lines: Vec<GrantLine> = grants.into_iter().map(|grant| line(sitting, grant)).collect();
    let name = office::application(&sitting.visit.dc, &client_id).await?;
    let path = office.path(&format!("/apps/{client_id}"));
    let pager = Pager::of(&path, &[("q", &text)], after.is_some(), last.as_deref());
    let html = office.shell(sitting, Page::Apps, |shell| {
        AppPage {
            shell,
            path: &path,
            name: &name,
            client_id: &client_id,
            text: &text,
            lines: &lines,
            pager,
            told,
            error,
        }
        .render()
    });
    sitting.page_with(status, html)
}

/// Whether anybody in the organization connected it; what nobody did is not there.
async fn is_connected(sitting: &Sitting<'_>, office: &Office) -> Result<bool, Failure> {
    let (id, client_id) = (office.id(), office.named(1).to_owned());
    if client_id.is_empty() || client_id.len() > 100 {
        return Ok(false);
    }
    let found = sitting.visit.dc.store.read(move |tx| tx.grants_of_client(&id, &client_id, "", None, 1)).await?;
    Ok(!found.is_empty())
}

fn line(sitting: &Sitting<'_>, grant: MemberGrant) -> GrantLine {
    let scopes = sitting.visit.dc.house.scopes();
    let sentences = grant.scopes.iter().map(|raw| scopes.sentence(sitting.visit.locale, raw).1);
    GrantLine {
        grant: grant.grant.to_hex(),
        of_organization: grant.email.is_empty(),
        name: if grant.name.is_empty() { grant.email.clone() } else { grant.name },
        scopes: sentences.collect(),
        offline: grant.offline,
        since: day(grant.granted_at),
        used: grant.used_at.map(to_the_minute),
        email: grant.email,
    }
}

/// Takes it back.
pub async fn post(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, change).await
}

async fn change(sitting: &mut Sitting<'_>, office: &Office) -> Walked {
    let form = match sitting.form().await {
        Ok(form) => form,
        Err(response) => return Ok(response),
    };
    if !is_connected(sitting, office).await? {
        return sitting.nothing();
    }
    let (id, client_id, by, now) =
        (office.id(), office.named(1).to_owned(), sitting.person.user.id, sitting.visit.now());
    let (dc, trail) = (Arc::clone(&sitting.visit.dc), sitting.trail()?);
    if let Some(grant) = form.get("grant").and_then(TokenId::from_hex) {
        let of = client_id.clone();
        if !dc.store.write(move |tx| tx.withdraw_for(&id, by, (&of, grant), &trail, now)).await? {
            return sitting.nothing();
        }
        warnings::taken_back(&dc, &client_id, 1, &sitting.visit.asking);
        let tail = if is_connected(sitting, office).await? { format!("/apps/{client_id}") } else { "/apps".to_owned() };
        return office.done(&tail, "revoked");
    }
    let name = office::application(&dc, &client_id).await?;
    if form.get("do") != Some("all") || office::typed(form.get("confirm"), 300) != name.trim() {
        return page(sitting, office, StatusCode::UNPROCESSABLE_ENTITY, Some("org-confirm-wrong")).await;
    }
    let asking = sitting.visit.asking.clone();
    // A task of its own: who closes the page, or waits longer than a request may take, does not leave it half done.
    let all = tokio::spawn(async move { withdraw_from_all(&dc, &asking, (&id, by), &client_id, &trail).await });
    if all.await.map_err(|_| StoreError::Panicked)?? {
        Ok(reply::see_other(&format!("{}?done=revoked", office.path("/apps"))))
    } else {
        sitting.nothing()
    }
}

/// Takes a client's access back from everybody, a slice at a time. False when who does it is no administrator any more.
/// However far it comes, the client's owner is told what ended.
async fn withdraw_from_all(
    dc: &DataCenter,
    asking: &Asking,
    (id, by): (&str, UserId),
    client_id: &str,
    trail: &AuditTrail,
) -> Result<bool, Failure> {
    let (organization, client, trail, now) = (id.to_owned(), client_id.to_owned(), trail.clone(), asking.now);
    let step = move |tx: &mut Tx<'_>| tx.withdraw_client(&organization, by, (&client, SLICE), &trail, now);
    let Some(mut slice) = dc.store.write(step).await? else { return Ok(false) };
    let mut ended = slice;
    let rest = loop {
        if slice < SLICE {
            break Ok(true);
        }
        let (organization, client) = (id.to_owned(), client_id.to_owned());
        slice = match dc.store.write(move |tx| tx.withdraw_slice(&organization, &client, SLICE, now)).await {
            Ok(slice) => slice,
            Err(error) => break Err(error.into()),
        };
        ended += slice;
    };
    warnings::taken_back(dc, client_id, ended, asking);
    rest
}
