//! `grant_type=authorization_code` (RFC 6749 section 4.1.3; RFC 7636 section 4.5; RFC 8707 section 2.2).

use std::sync::Arc;

use grantor_protocol::{causes::TokenError, people::Realm, token::PresentedToken};

use super::{given, resources};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::params::Sent,
    refusals::Asking,
    standard::credentials::Proved,
    tokens::{self, Handed, Redeeming},
};

/// Spends the code for tokens.
pub async fn redeem(
    dc: &Arc<DataCenter>,
    sent: &Sent,
    proved: &Proved,
    asking: &Asking,
) -> Result<Result<Handed, TokenError>, Failure> {
    let Some(code) = given(&sent.params, "code") else { return Ok(Err(TokenError::ParameterMissing("code"))) };
    let Some(code) = PresentedToken::parse(code) else { return Ok(Err(TokenError::CodeMalformed)) };
    let redeeming = Redeeming {
        realm: Realm::Accounts,
        code,
        device: false,
        redirect_uri: sent.params.get("redirect_uri").map(str::to_owned),
        verifier: given(&sent.params, "code_verifier").map(str::to_owned),
        public: proved.public,
        target: resources(&sent.params),
    };
    tokens::redeem(dc, &proved.record, redeeming, asking).await
}
