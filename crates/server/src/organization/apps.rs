//! `/organization/{id}/apps`: the applications that members connected.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{
    nav::Page,
    office::{self, LINES},
};
use crate::{
    house::DataCenter,
    moment::day,
    pages::organization::{AppLine, Apps, Pager},
};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let query = sitting.query();
        let after = office::typed(query.get("after"), 100);
        let told = match query.get("done") {
            Some("revoked") => Some("org-app-revoked"),
            _ => None,
        };
        let (id, wanted) = (office.id(), after.clone());
        let mut found = sitting.visit.dc.store.read(move |tx| tx.connected_clients(&id, &wanted, LINES + 1)).await?;
        let more = found.len() > LINES;
        found.truncate(LINES);
        let mut lines = Vec::with_capacity(found.len());
        for one in found {
            let name = office::application(&sitting.visit.dc, &one.client_id).await?;
            lines.push(AppLine { name, grants: one.grants, since: day(one.granted_at), client_id: one.client_id });
        }
        let path = office.path("/apps");
        let last = lines.last().map(|line| line.client_id.clone()).filter(|_| more);
        let pager = Pager::of(&path, &[], !after.is_empty(), last.as_deref());
        let html =
            office.shell(sitting, Page::Apps, |shell| Apps { shell, path: &path, lines: &lines, pager, told }.render());
        sitting.page(html)
    })
    .await
}
