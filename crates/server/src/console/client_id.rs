//! The client that a path names.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use crate::http::Named;

/// The id in `/console/{client}/…`; what cannot be read, or has no client id's letters, is the id of no client.
#[derive(Debug, Clone)]
pub struct ClientId(pub String);

impl<S: Send + Sync> FromRequestParts<S> for ClientId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let named = Named::from_request_parts(parts, state).await?;
        let id = named.get("client");
        Ok(Self(if is_plain(id) { id.to_owned() } else { String::new() }))
    }
}

/// Whether it has a client id's letters.
pub fn is_plain(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}
