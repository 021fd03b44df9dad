//! The person's own pages under `/account`: one struct for each, filled by the handlers in `account`.

mod agent;
mod apps;
mod data;
mod overview;
mod security;
mod sessions;

pub use agent::browser;
pub use apps::{Apps, AppsOf, OwnApp};
pub use data::Data;
pub use overview::{Overview, Place};
pub use security::{Security, SecurityError};
pub use sessions::{SessionLine, Sessions};
