//! `GET /oauth/v2/auth`, `/oauth/v2/org/auth`, `/oauth/v2/token/addextrascope` and `/clientoauth/v2/{PORTAL_ID}/auth`:
//! where the walk of an authorization request begins (accounts-protocol.md sections 5, 8 and 13).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};

use grantor_protocol::people::Realm;

use crate::{
    house::DataCenter,
    http::portal_id::PortalId,
    walk::{self, Door},
};

/// At the accounts house.
pub async fn accounts(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    begin(dc, Door::authorize(Realm::Accounts), request).await
}

/// At a portal.
pub async fn portal(State(dc): State<Arc<DataCenter>>, PortalId(portal): PortalId, request: Request) -> Response {
    begin(dc, Door::authorize(Realm::Portal(portal)), request).await
}

/// More scopes for a refresh token (accounts-protocol.md section 13).
pub async fn more_scopes(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    begin(dc, Door::more_scopes(), request).await
}

/// For a whole organization (accounts-protocol.md section 8).
pub async fn organization(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    begin(dc, Door::organization(), request).await
}

async fn begin(dc: Arc<DataCenter>, door: Door, request: Request) -> Response {
    if request.method() == Method::GET {
        walk::authorize(dc, door, request).await
    } else {
        walk::wrong_method(dc, door, request).await
    }
}
