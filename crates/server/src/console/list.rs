//! `/console`: the person's applications, by name, with search and pages.

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_store::Beside;

use super::{Here, kinds, nav, owned, walk};
use crate::{
    pages::{Area, ClientRow, Clients},
    sitting::Sitting,
    walk::Walked,
};

/// How many are on a page.
const PAGE: usize = 50;
/// The longest text that is searched for.
const MOST_TEXT: usize = 100;

/// The page.
pub async fn get(State(dc): Here, request: Request) -> Response {
    walk(dc, request, list).await
}

async fn list(sitting: &mut Sitting<'_>) -> Walked {
    let query = sitting.query();
    let text: String = query.get("q").unwrap_or_default().trim().chars().take(MOST_TEXT).collect();
    let beside = match (query.get("after"), query.get("before")) {
        (Some(id), _) => Beside::After(id.chars().take(MOST_TEXT).collect()),
        (None, Some(id)) => Beside::Before(id.chars().take(MOST_TEXT).collect()),
        (None, None) => Beside::Nothing,
    };
    let owner = owned::owner(sitting).await?;
    let (wanted, first) = (text.clone(), beside == Beside::Nothing);
    let found =
        sitting.visit.dc.house.directory.read(move |tx| tx.owned_clients(&owner, &wanted, &beside, PAGE)).await?;
    let url = |beside: &str, id: &str| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if !text.is_empty() {
            query.append_pair("q", &text);
        }
        format!("/console?{}", query.append_pair(beside, id).finish())
    };
    let end = |at: Option<&grantor_store::Registration>, beside: &str, more: bool| {
        at.filter(|_| more).map(|one| url(beside, &one.client.id))
    };
    let (newer, older) =
        (end(found.page.first(), "before", found.before), end(found.page.last(), "after", found.after));
    let rows: Vec<ClientRow<'_>> = found
        .page
        .iter()
        .map(|one| ClientRow {
            id: &one.client.id,
            name: &one.client.name,
            kind: kinds::badge(one.client.client_type),
            logo_hash: &one.logo_hash,
            disabled: one.client.disabled,
            clone: !one.clone_of.is_empty(),
        })
        .collect();
    let none_at_all = first && text.is_empty() && rows.is_empty();
    let removed = query.get("done") == Some("removed");
    let html = sitting.shell(Area::Console, &nav::links(nav::Page::Clients), |shell| {
        Clients { shell, rows, text: &text, none_at_all, removed, previous: newer.as_deref(), next: older.as_deref() }
            .render()
    });
    sitting.page(html)
}
