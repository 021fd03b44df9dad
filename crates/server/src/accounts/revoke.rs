//! Revocation, both documented forms and the portal's (accounts-protocol.md section 12; `spec/decisions.md`
//! 1, 13).

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::{Method, StatusCode},
    response::Response,
};
use grantor_protocol::{
    causes::{RevokeError, TokenError},
    client::ClientType,
    people::Realm,
    token::PresentedToken,
};
use grantor_store::{Revocation, TokenKind};

use super::{credentials::Claim, error};
use crate::{
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    http::{
        params::{self, Basic, Sent},
        portal_id::PortalId,
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
    warnings,
};

/// Which of the two documented forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// Possession suffices; credentials that come along must be the token's client's.
    Open,
    /// Credentials are demanded, and `token_type` is believed.
    Authenticated,
}

/// `POST /oauth/v2/token/revoke`.
pub async fn open(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    answer(dc, Realm::Accounts, Form::Open, request).await
}

/// `POST /oauth/v2/revoke/token`.
pub async fn authenticated(State(dc): State<Arc<DataCenter>>, request: Request) -> Response {
    answer(dc, Realm::Accounts, Form::Authenticated, request).await
}

/// `POST /clientoauth/v2/{PORTAL_ID}/token/revoke` and its other spelling.
pub async fn portal(State(dc): State<Arc<DataCenter>>, PortalId(portal): PortalId, request: Request) -> Response {
    answer(dc, Realm::Portal(portal), Form::Open, request).await
}

async fn answer(dc: Arc<DataCenter>, realm: Realm, form: Form, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Revoke, &request);
    if request.method() != Method::POST {
        return error::wrong_method(&dc, &asking);
    }
    let (parts, body) = request.into_parts();
    if let Some(refusal) = error::in_url(&dc, &parts.uri, &asking) {
        return refusal;
    }
    let sent = match params::read(&parts.uri, &parts.headers, body).await {
        Ok(sent) => sent,
        Err(why) => return error::unreadable(&dc, &asking, why),
    };
    match walk(&dc, realm, form, &sent, &asking).await {
        Ok(Ok(())) => reply::json(StatusCode::OK, r#"{"status":"success"}"#),
        Ok(Err(Refused { client, cause, detail })) => {
            asking.refuse(&dc, client.as_deref(), cause.name(), &detail.unwrap_or_default());
            error::revoke(&dc, cause)
        }
        Err(failure) => {
            asking.broke(&failure);
            error::broken()
        }
    }
}

async fn walk(
    dc: &Arc<DataCenter>,
    realm: Realm,
    form: Form,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<(), Refused<RevokeError>>, Failure> {
    let names = ["token", "token_type", "client_id", "client_secret"];
    if sent.params.first_conflicting(&names).is_some() {
        return Ok(Err(Refused::unknown(RevokeError::ParameterConflict)));
    }
    let client_id = match authenticate(dc, form, sent, asking).await? {
        Ok(client_id) => client_id,
        Err(refused) => return Ok(Err(refused)),
    };
    let refused = |cause, detail| Ok(Err(Refused { client: client_id.clone(), cause, detail }));
    let only = match (form, sent.params.get("token_type")) {
        (Form::Open, _) => None,
        (Form::Authenticated, None | Some("" | "refresh_token")) => Some(TokenKind::Refresh),
        (Form::Authenticated, Some("access_token")) => Some(TokenKind::Access),
        (Form::Authenticated, Some(_)) => return refused(RevokeError::TypeUnknown, None),
    };
    let Some(token) = sent.params.get("token").and_then(PresentedToken::parse) else {
        return refused(RevokeError::Malformed, None);
    };
    let guess = Guess::Token(asking.address);
    if !dc.guesses.wait(guess, asking.now).is_zero() {
        return refused(RevokeError::Guessing, None);
    }
    if let Err(byte) = dc.made_here(&token.id) {
        let there = dc.house.location_of(byte);
        let detail = format!("the token was issued by {there} and presented at {}", dc.place.location);
        return refused(RevokeError::WrongDataCenter(byte), Some(detail));
    }
    let (now, id) = (asking.now, token.id);
    let asked = Revocation { token, client_id: client_id.clone(), realm, only };
    let (rotation, trail) = (Arc::clone(&dc.rotation), asking.trail(dc)?);
    match dc.store.write(move |tx| tx.revoke(&asked, &rotation, &trail, now)).await? {
        Ok(revoked) => {
            warnings::revoked(dc, &revoked, id, asking);
            Ok(Ok(()))
        }
        Err(cause) => {
            if cause == RevokeError::Unknown {
                dc.guesses.wrong(guess, now);
            }
            refused(cause, None)
        }
    }
}

/// The client that speaks, checked; `None` when nobody claims to.
async fn authenticate(
    dc: &DataCenter,
    form: Form,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<Option<String>, Refused<RevokeError>>, Failure> {
    let claims = !matches!(sent.basic, Basic::Absent) || sent.params.get("client_id").is_some_and(|id| !id.is_empty());
    let open = form == Form::Open && dc.house.policy.deviations.open_revocation;
    if open && !claims {
        return Ok(Ok(None));
    }
    if form == Form::Authenticated && matches!(sent.basic, Basic::Absent) {
        return Ok(Err(Refused::unknown(RevokeError::ClientRefused)));
    }
    let claim = match Claim::read(sent) {
        Ok(claim) => claim,
        Err(TokenError::ParameterConflict(_)) => return Ok(Err(Refused::unknown(RevokeError::ParameterConflict))),
        Err(_) => return Ok(Err(Refused::unknown(RevokeError::ClientRefused))),
    };
    let Ok(record) = claim.find(dc, asking).await? else {
        return Ok(Err(Refused::unknown(RevokeError::ClientRefused)));
    };
    // A browser client has no secret to send; in the open form an id alone only narrows what is revoked.
    let public = record.client.client_type == ClientType::Browser || open;
    if (claim.has_secret() || !public)
        && let Err(cause) = claim.authenticate(&record, dc, asking)
    {
        return Ok(Err(Refused {
            client: Some(record.client.id.clone()),
            cause: RevokeError::ClientRefused,
            detail: Some(cause.name().to_owned()),
        }));
    }
    Ok(Ok(Some(record.client.id.clone())))
}
