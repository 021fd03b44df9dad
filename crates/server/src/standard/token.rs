//! `POST /oauth2/token`: the walk of a token request in the standard dialect (RFC 6749 sections 3.2, 5; `spec/decisions.md`
//! 4). One file for each grant.

mod answer;
mod client_credentials;
mod code;
mod refresh;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use grantor_protocol::{
    causes::{DeviceError, TokenError},
    client::GrantType,
    dialect::Dialect,
    params::Params,
    resource::Target,
    scope::ScopeList,
    token::PresentedToken,
};

use super::{
    credentials::{self, Proved},
    error::{self, Manner},
    form,
};
use crate::{
    device,
    failure::Failure,
    house::DataCenter,
    http::{
        params::{Basic, Sent},
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
};

/// Why there are no tokens. A device that waits has causes of its own; all others stand inside.
type Cause = DeviceError;

/// Answers a token request.
pub async fn token(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Token, &request);
    let (parts, body) = request.into_parts();
    let sent = match form::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(cause) => {
            device::tell(&dc, None, &Cause::Token(cause.clone()), &asking);
            return error::token(&dc, &cause, Manner::default());
        }
    };
    match walk(&dc, &sent, &asking).await {
        Ok(Ok(body)) => reply::json(StatusCode::OK, body),
        Ok(Err(Refused { client, cause, detail })) => {
            match &detail {
                Some(detail) => asking.refuse(&dc, client.as_deref(), cause.name(), detail),
                None => device::tell(&dc, client.as_deref(), &cause, &asking),
            }
            let refreshing = given(&sent.params, "code").is_none() && given(&sent.params, "refresh_token").is_some();
            error::device(&dc, &cause, Manner { basic: !matches!(sent.basic, Basic::Absent), refreshing })
        }
        Err(failure) => {
            asking.broke(&failure);
            error::broken()
        }
    }
}

/// Grant type, client and its proof, then the code or token; in this order.
async fn walk(dc: &Arc<DataCenter>, sent: &Sent, asking: &Asking) -> Result<Result<String, Refused<Cause>>, Failure> {
    let Some(name) = given(&sent.params, "grant_type") else {
        return Ok(Err(Refused::unknown(Cause::Token(TokenError::GrantTypeMissing))));
    };
    let proved = match credentials::authenticate(dc, sent, asking).await? {
        Ok(proved) => proved,
        Err(Refused { client, cause, detail }) => {
            return Ok(Err(Refused { client, cause: Cause::Token(cause), detail }));
        }
    };
    let client = proved.record.client.id.clone();
    let outcome = grant(dc, name, sent, &proved, asking).await?;
    Ok(outcome.map_err(|cause| Refused { client: Some(client), cause, detail: None }))
}

async fn grant(
    dc: &Arc<DataCenter>,
    name: &str,
    sent: &Sent,
    proved: &Proved,
    asking: &Asking,
) -> Result<Result<String, Cause>, Failure> {
    let Some(grant) = GrantType::ALL.into_iter().find(|g| g.as_str() == name && *g != GrantType::Implicit) else {
        return Ok(Err(Cause::Token(TokenError::GrantTypeUnknown)));
    };
    let client = &proved.record.client;
    // Who acts for itself was registered for it by name, and proves who it is.
    let by_name = grant != GrantType::ClientCredentials || (!client.grant_types.is_empty() && !proved.public);
    if !client.may_use(grant, Dialect::Standard) || !by_name {
        return Ok(Err(Cause::Token(TokenError::GrantTypeNotAllowed)));
    }
    let handed = match grant {
        GrantType::AuthorizationCode => code::redeem(dc, sent, proved, asking).await?.map_err(Cause::Token),
        GrantType::RefreshToken => refresh::refresh(dc, sent, proved, asking).await?.map_err(Cause::Token),
        GrantType::ClientCredentials => {
            client_credentials::issue(dc, sent, proved, asking).await?.map_err(Cause::Token)
        }
        GrantType::DeviceCode => match given(&sent.params, "device_code") {
            None => Err(Cause::Token(TokenError::ParameterMissing("device_code"))),
            Some(code) => {
                let asked = (PresentedToken::parse(code), resources(&sent.params));
                device::poll(dc, &proved.record, asked, Dialect::Standard, asking).await?
            }
        },
        GrantType::Implicit => Err(Cause::Token(TokenError::GrantTypeUnknown)),
    };
    match handed {
        Ok(handed) => answer::body(dc, client, &handed, asking.now).await.map(Ok),
        Err(cause) => Ok(Err(cause)),
    }
}

/// A parameter's value; sent without one is not sent (RFC 6749 section 3.2).
fn given<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    params.get(name).filter(|value| !value.is_empty())
}

/// The resources that a request names (RFC 8707 section 2.2).
fn resources(params: &Params) -> Target {
    let named = params.all("resource").filter(|value| !value.is_empty()).map(str::to_owned);
    Target { scopes: None, resources: named.collect() }
}

/// `scope`, when it was sent.
fn scopes(params: &Params) -> Result<Option<ScopeList>, TokenError> {
    given(params, "scope").map(ScopeList::read).transpose().map_err(|_| TokenError::ScopeMalformed)
}
