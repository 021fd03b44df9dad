//! What every door needs of HTTP: who asks, what was sent, cookies, and the headers of an answer.

pub mod cookies;
pub mod cors;
mod named;
pub mod params;
pub mod peer;
pub mod portal_id;
pub mod reply;
pub mod upload;
pub mod whole;

pub use named::Named;

/// The id that a person or developer may quote; sixteen hex digits, in the answer's `x-request-id`.
#[derive(Debug, Clone)]
pub struct RequestId(pub std::sync::Arc<str>);

impl RequestId {
    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
