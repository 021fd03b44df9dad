//! `grant_type=authorization_code` (accounts-protocol.md section 7.2).

use std::sync::Arc;

use grantor_protocol::{
    causes::TokenError, client::ClientRecord, people::Realm, resource::Target, token::PresentedToken,
};

use super::{id_token, issued::Issued};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::params::Sent,
    refusals::Asking,
    tokens::{self, Redeeming},
};

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
    let redeeming = Redeeming {
        realm,
        code,
        device: false,
        redirect_uri: sent.params.get("redirect_uri").map(str::to_owned),
        // Sent without a value is not sent (RFC 6749 section 3.2).
        verifier: sent.params.get("code_verifier").filter(|v| !v.is_empty()).map(str::to_owned),
        public: false,
        target: Target::default(),
    };
    let redeemed = tokens::redeem(dc, record, redeeming, asking).await?;
    let handed = match redeemed {
        Ok(handed) => handed,
        Err(cause) => return Ok(Err(cause)),
    };
    let id_token = id_token::with(dc, &record.client, &handed, asking.now).await?;
    Ok(Ok(Issued::of(&handed, id_token.as_deref()).body(dc, &record.client)))
}
