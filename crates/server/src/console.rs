//! The console of an application's developer: `/console`. One file for each page.

pub mod nav;
pub mod owned;

use std::sync::Arc;

use axum::Router;

use crate::house::DataCenter;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new()
}
