//! `/organization/{id}`: what it is, in figures.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{nav::Page, office};
use crate::{house::DataCenter, pages::organization::Overview};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let (id, now) = (office.id(), sitting.visit.now());
        let found = sitting
            .visit
            .dc
            .store
            .read(move |tx| Ok((tx.organization_figures(&id, now)?, tx.organization_policy(&id)?)));
        let (figures, policy) = found.await?;
        let html = office.shell(sitting, Page::Overview, |shell| {
            Overview { shell, organization: &office.organization, figures, policy: &policy }.render()
        });
        sitting.page(html)
    })
    .await
}
