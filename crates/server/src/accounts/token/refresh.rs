//! `grant_type=refresh_token` (accounts-protocol.md section 7.3).

use std::sync::Arc;

use grantor_protocol::{
    causes::TokenError, client::ClientRecord, people::Realm, resource::Target, token::PresentedToken,
};

use super::{id_token, issued::Issued};
use crate::{failure::Failure, house::DataCenter, http::params::Sent, refusals::Asking, tokens};

/// Makes another access token; the refresh token stays as it is, unless its family began at the other door and turns.
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
    // `scope` is ignored here (`spec/decisions.md` 11).
    let refreshed = tokens::refresh(dc, record, (realm, refresh, Target::default()), asking).await?;
    let handed = match refreshed {
        Ok(handed) => handed,
        Err(cause) => return Ok(Err(cause)),
    };
    let id_token = id_token::with(dc, &record.client, &handed, asking.now).await?;
    Ok(Ok(Issued::of(&handed, id_token.as_deref()).body(dc, &record.client)))
}
