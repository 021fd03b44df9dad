//! The portal that a path names.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

/// The id in `/clientoauth/v2/{portal}/…`. Ids are decimal (accounts-protocol.md section 2); whatever else stands
/// there, readable or not, is the id of no portal.
#[derive(Debug, Clone)]
pub struct PortalId(pub String);

/// No portal has this id.
const NONE: &str = "none";

impl<S: Send + Sync> FromRequestParts<S> for PortalId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let read = Path::<String>::from_request_parts(parts, state).await.map(|Path(id)| id).unwrap_or_default();
        Ok(Self::of(&read))
    }
}

impl PortalId {
    /// From a part of a path.
    pub fn of(part: &str) -> Self {
        let plain = (1..=20).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
        Self(if plain { part } else { NONE }.to_owned())
    }
}
