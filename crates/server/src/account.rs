//! The person's own pages: `/account`. One file for each page.

mod factors;
pub mod nav;

use std::sync::Arc;

use axum::Router;

use crate::house::DataCenter;

/// Every path.
pub fn routes() -> Router<Arc<DataCenter>> {
    Router::new().merge(factors::routes())
}
