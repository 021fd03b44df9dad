//! `grant_type=refresh_token` (accounts-protocol.md section 7.3).

use std::sync::Arc;

use grantor_protocol::{
    causes::TokenError, client::ClientRecord, people::Realm, secret::SecretKind, token::PresentedToken,
};
use grantor_store::RefreshRequest;

use super::{fresh_token, issued::Issued, may_look_up};
use crate::{failure::Failure, house::DataCenter, http::params::Sent, refusals::Asking};

/// Makes another access token; the refresh token stays as it is.
pub async fn refresh(
    dc: &Arc<DataCenter>,
    realm: Realm,
    sent: &Sent,
    record: &Arc<ClientRecord>,
    asking: &Asking,
) -> Result<Result<String, TokenError>, Failure> {
    let Some(refresh) = sent.params.get("refresh_token").and_then(PresentedToken::parse) else {
        return Ok(Err(TokenError::RefreshTokenMalformed));
    };
    if let Err(cause) = may_look_up(dc, &refresh.id, asking.address, asking.now) {
        return Ok(Err(cause));
    }
    let now = asking.now;
    let (access, access_hash) = fresh_token(dc, SecretKind::Access, now)?;
    let asked = RefreshRequest { refresh, client_id: record.client.id.clone(), realm, access: access_hash };
    let policy = Arc::clone(&dc.house.policy);
    let refreshed = dc.store.write(move |tx| tx.refresh(&asked, &policy, now)).await?;
    Ok(refreshed.map(|family| {
        Issued {
            access: &access.reveal(record.client.client_type.prefix()),
            refresh: None,
            scopes: &family.scopes,
            expires_in: family.rules.expires_in(),
            id_token: None,
        }
        .body(dc, &record.client)
    }))
}
