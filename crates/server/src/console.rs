//! The console of an application's developer: `/console`. One file for each page.

pub mod causes;
mod code;
mod link;
pub mod nav;
mod notices;
pub mod owned;
mod picker;
mod quotas;
mod sandbox;
mod snippets;
mod tools;
mod webhook;

use std::sync::Arc;

use axum::Router;

use crate::house::DataCenter;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new().merge(tools::routes())
}
