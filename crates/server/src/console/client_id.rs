//! The client that a path names.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, RawPathParams},
    http::request::Parts,
};

/// The id in `/console/{client}/…`; what cannot be read, or has no client id's letters, is the id of no client.
#[derive(Debug, Clone)]
pub struct ClientId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for ClientId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let params = RawPathParams::from_request_parts(parts, state).await.ok();
        let read = params.and_then(|all| all.iter().find(|(name, _)| *name == "client").map(|(_, id)| id.to_owned()));
        let plain =
            |id: &String| id.len() <= 100 && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        Ok(Self(read.filter(plain).unwrap_or_default()))
    }
}
