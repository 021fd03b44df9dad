//! `grant_type=authorization_code` (accounts-protocol.md section 7.2).

use std::sync::Arc;

use grantor_protocol::{
    causes::TokenError, client::ClientRecord, people::Realm, secret::SecretKind, token::PresentedToken,
};
use grantor_store::Redemption;

use super::{fresh_token, issued::Issued, may_look_up};
use crate::{failure::Failure, house::DataCenter, http::params::Sent, refusals::Asking};

/// Spends the code for tokens.
pub async fn redeem(
    dc: &Arc<DataCenter>,
    realm: Realm,
    sent: &Sent,
    record: &Arc<ClientRecord>,
    asking: &Asking,
) -> Result<Result<String, TokenError>, Failure> {
    let Some(code) = sent.params.get("code").and_then(PresentedToken::parse) else {
        return Ok(Err(TokenError::CodeMalformed));
    };
    if let Err(cause) = may_look_up(dc, &code.id, asking.address, asking.now) {
        return Ok(Err(cause));
    }
    let now = asking.now;
    let prefix = record.client.client_type.prefix();
    let (access, access_hash) = fresh_token(dc, SecretKind::Access, now)?;
    let (refresh, refresh_hash) = fresh_token(dc, SecretKind::Refresh, now)?;
    let asked = Redemption {
        code,
        device: false,
        client_id: record.client.id.clone(),
        realm,
        redirect_uri: sent.params.get("redirect_uri").map(str::to_owned),
        // Sent without a value is not sent (RFC 6749 section 3.2).
        verifier: sent.params.get("code_verifier").filter(|v| !v.is_empty()).map(str::to_owned),
        access: access_hash,
        refresh: refresh_hash,
    };
    let (catalog, policy) = (dc.house.catalog(), Arc::clone(&dc.house.policy));
    let trail = asking.trail(dc)?;
    let redeemed = dc.store.write(move |tx| tx.redeem_code(&asked, &catalog, &policy, &trail, now)).await?;
    Ok(redeemed.map(|code| {
        let refresh = code.with_refresh.then(|| refresh.reveal(prefix));
        Issued {
            access: &access.reveal(prefix),
            refresh: refresh.as_deref(),
            scopes: &code.scopes,
            expires_in: code.rules.expires_in(),
            id_token: None,
        }
        .body(dc, &record.client)
    }))
}
