//! `grant_type=refresh_token` (RFC 6749 section 6; RFC 8707 section 2.2; `spec/decisions.md` 7, 11).

use std::sync::Arc;

use grantor_protocol::{causes::TokenError, people::Realm, resource::Target, token::PresentedToken};

use super::{given, resources, scopes};
use crate::{
    failure::Failure,
    house::DataCenter,
    http::params::Sent,
    refusals::Asking,
    standard::credentials::Proved,
    tokens::{self, Handed},
};

/// Makes the next pair of the family, or another access token where it does not turn.
pub async fn refresh(
    dc: &Arc<DataCenter>,
    sent: &Sent,
    proved: &Proved,
    asking: &Asking,
) -> Result<Result<Handed, TokenError>, Failure> {
    let Some(refresh) = given(&sent.params, "refresh_token") else {
        return Ok(Err(TokenError::ParameterMissing("refresh_token")));
    };
    let Some(refresh) = PresentedToken::parse(refresh) else { return Ok(Err(TokenError::RefreshTokenMalformed)) };
    let scopes = match scopes(&sent.params) {
        Ok(scopes) => scopes,
        Err(cause) => return Ok(Err(cause)),
    };
    let target = Target { scopes, ..resources(&sent.params) };
    tokens::refresh(dc, &proved.record, (Realm::Accounts, refresh, target), asking).await
}
