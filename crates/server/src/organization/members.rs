//! `/organization/{id}/members`: who belongs to it.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::people::UserId;

use super::{
    nav::Page,
    office::{self, LINES},
};
use crate::{
    house::DataCenter,
    pages::organization::{Members, Pager},
};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let query = sitting.query();
        let text = office::typed(query.get("q"), 100);
        let after = match sitting.asked("after", office::user) {
            Ok(after) => after.unwrap_or(UserId::NOBODY),
            Err(response) => return Ok(*response),
        };
        let told = match query.get("done") {
            Some("removed") => Some("org-member-removed"),
            Some("administrator") => Some("org-member-administrator"),
            Some("ordinary") => Some("org-member-ordinary"),
            _ => None,
        };
        let (id, wanted) = (office.id(), text.clone());
        let most = i64::try_from(LINES + 1).unwrap_or(i64::MAX);
        let mut members = sitting.visit.dc.store.read(move |tx| tx.members(&id, &wanted, after, most)).await?;
        let more = members.len() > LINES;
        members.truncate(LINES);
        let last = members.last().map(|member| member.user.0.to_string());
        let path = office.path("/members");
        let pager = Pager::of(&path, &[("q", &text)], after != UserId::NOBODY, last.filter(|_| more).as_deref());
        let html = office.shell(sitting, Page::Members, |shell| {
            Members { shell, path: &path, text: &text, members: &members, pager, told }.render()
        });
        sitting.page(html)
    })
    .await
}
