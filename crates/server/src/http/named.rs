//! The parts that a path names.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

/// They, percent-decoded. A path that cannot be read (no UTF-8) names nothing, so it leads where any other name leads
/// that nobody has.
#[derive(Debug, Clone)]
pub struct Named(Vec<(String, String)>);

impl Named {
    /// The part of that name; empty when there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, part)| part)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let read = RawPathParams::from_request_parts(parts, state).await;
        let named = |all: RawPathParams| all.iter().map(|(name, part)| (name.to_owned(), part.to_owned())).collect();
        Ok(Self(read.map(named).unwrap_or_default()))
    }
}
