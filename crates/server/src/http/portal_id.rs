//! The portal that a path names.

use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};

use super::Named;

/// The id in `/clientoauth/v2/{portal}/…`. Ids are decimal (accounts-protocol.md section 2); whatever else stands
/// there, readable or not, is the id of no portal.
#[derive(Debug, Clone)]
pub struct PortalId(pub String);

/// No portal has this id.
const NONE: &str = "none";

impl<S: Send + Sync> FromRequestParts<S> for PortalId {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Infallible> {
        let named = Named::from_request_parts(parts, state).await?;
        let id = named.get("portal");
        let plain = (1..=20).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        Ok(Self(if plain { id } else { NONE }.to_owned()))
    }
}
