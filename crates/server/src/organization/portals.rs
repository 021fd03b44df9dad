//! `/organization/{id}/portals`: the sign-ins for its customers.

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    response::Response,
};

use super::{nav::Page, office};
use crate::{house::DataCenter, pages::organization::Portals};

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    office::walk(dc, request, async |sitting, office| {
        let id = office.id();
        let portals = sitting.visit.dc.store.read(move |tx| tx.portals_of(&id)).await?;
        let (path, url) = (office.path("/portals"), sitting.visit.dc.place.portal_url.clone());
        let html = office.shell(sitting, Page::Portals, |shell| {
            Portals { shell, path: &path, portals: &portals, url: &url }.render()
        });
        sitting.page(html)
    })
    .await
}
