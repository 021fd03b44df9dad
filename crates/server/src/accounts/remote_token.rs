//! `POST /clientoauth/v2/{PORTAL_ID}/remote/auth`: an organization signs that one of its portal's users is there, and the
//! application gets an access token without any page (accounts-protocol.md section 11.4). What the documents leave open
//! is decided here: the keys are the portal's own, never an application's; `iss` is the client, `sub` the user's e-mail
//! address, `aud` this very URL; an assertion is good once and for five minutes at most.

use std::sync::Arc;

use aws_lc_rs::digest;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::Response,
};
use data_encoding::HEXLOWER;
use grantor_protocol::{
    causes::TokenError,
    client::{Client, ClientRecord, ClientType},
    javascript_domain,
    people::{Realm, fold_email},
    scope::ScopeList,
    secret::SecretKind,
    time::Timestamp,
};
use grantor_store::{ActsFor, AuditEvent, ClientTokenRequest, Portal};
use serde::Deserialize;
use serde_json::Value;

use super::error;
use crate::{
    client_keys,
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    http::{
        params::{self, Sent},
        portal_id::PortalId,
        reply,
    },
    metrics::Endpoint,
    refusals::{Asking, Refused},
    standard::assertion,
    tokens,
};

/// The parameters that may not come twice with different values.
const SINGLE: [&str; 4] = ["response_type", "jwt_token", "client_id", "scope"];

/// What an assertion says.
#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Value,
    #[serde(default)]
    jti: Option<String>,
    #[serde(flatten)]
    times: assertion::Times,
}

/// The endpoint.
pub async fn answer(State(dc): State<Arc<DataCenter>>, PortalId(portal): PortalId, request: Request) -> Response {
    let asking = Asking::of(&dc, Endpoint::Token, &request);
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
    let origin = parts.headers.get(header::ORIGIN).cloned();
    let mut response = match walk(&dc, portal, &sent, &parts.headers, &asking).await {
        Ok(Ok(body)) => reply::json(StatusCode::OK, body),
        Ok(Err(Refused { client, cause, detail })) => {
            asking.refuse(
                &dc,
                client.as_deref(),
                cause.name(),
                &detail.unwrap_or_else(|| tokens::explain(&dc, &cause)),
            );
            return error::token(&dc, &cause);
        }
        Err(failure) => {
            asking.broke(&failure);
            return error::broken();
        }
    };
    // A page of the client's own may read it: its origin was checked.
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    response
}

async fn walk(
    dc: &Arc<DataCenter>,
    portal_id: String,
    sent: &Sent,
    headers: &HeaderMap,
    asking: &Asking,
) -> Result<Result<String, Refused<TokenError>>, Failure> {
    if let Some(name) = sent.params.first_conflicting(&SINGLE) {
        return Ok(Err(Refused::unknown(TokenError::ParameterConflict(name))));
    }
    match sent.params.get("response_type") {
        None | Some("") => return Ok(Err(Refused::unknown(TokenError::GrantTypeMissing))),
        Some("remote_token") => {}
        Some(_) => return Ok(Err(Refused::unknown(TokenError::GrantTypeUnknown))),
    }
    let Some(client_id) = sent.params.get("client_id").filter(|id| !id.is_empty()) else {
        return Ok(Err(Refused::unknown(TokenError::ClientIdMissing)));
    };
    let Some(record) = dc.client(client_id).await? else {
        return Ok(Err(Refused::unknown(TokenError::ClientUnknown)));
    };
    let refused = |cause| Ok(Err(Refused { client: Some(record.client.id.clone()), cause, detail: None }));
    if let Err(cause) = may_ask(dc, &record.client, headers) {
        return refused(cause);
    }
    let wanted = portal_id.clone();
    let portal = dc.store.read(move |tx| tx.portal(&wanted)).await?;
    let Some(portal) = portal.filter(|p| p.admits(&record.client.id) && !p.remote_jwks.is_empty()) else {
        return refused(TokenError::GrantTypeNotAllowed);
    };
    let scopes = match scopes(dc, &record.client, sent) {
        Ok(scopes) => scopes,
        Err(cause) => return refused(cause),
    };
    let guess = Guess::Client(&record.client.id, asking.address);
    if !dc.guesses.wait(guess, asking.now).is_zero() {
        return refused(TokenError::SecretGuessing);
    }
    let assertion = sent.params.get("jwt_token").unwrap_or_default();
    let claims = match judge(dc, &portal, &record.client, assertion, asking.now) {
        Ok(claims) => claims,
        Err(cause) => {
            dc.guesses.wrong(guess, asking.now);
            return refused(cause);
        }
    };
    match issue(dc, &record, portal, claims, assertion, &scopes, asking).await? {
        Ok(body) => Ok(Ok(body)),
        Err(cause) => refused(cause),
    }
}

/// Whether the client may speak here at all, and from a page of its own. No secret is asked: the assertion is what is
/// trusted.
fn may_ask(dc: &DataCenter, client: &Client, headers: &HeaderMap) -> Result<(), TokenError> {
    if client.disabled {
        return Err(TokenError::ClientDisabled);
    }
    if !client.enabled_in(&dc.place.location) {
        return Err(TokenError::ClientNotInDataCenter);
    }
    let settings = &client.settings;
    let known = |origin: &str| {
        javascript_domain::covers(&settings.javascript_domains, origin)
            || settings.cors_origins.iter().any(|own| own == origin)
    };
    match headers.get(header::ORIGIN) {
        Some(origin) if origin.to_str().is_ok_and(known) => Ok(()),
        // What runs in a browser always says where; what does not has no origin.
        None if client.client_type != ClientType::Browser => Ok(()),
        _ => Err(TokenError::OriginUnknown),
    }
}

fn scopes(dc: &DataCenter, client: &Client, sent: &Sent) -> Result<ScopeList, TokenError> {
    let catalog = dc.house.catalog();
    let scopes =
        ScopeList::read(sent.params.get("scope").unwrap_or_default()).map_err(|_| TokenError::ScopeMalformed)?;
    for scope in scopes.iter() {
        catalog.find(scope).ok_or_else(|| TokenError::ScopeUnknown(scope.to_owned()))?;
        if !client.may_ask(&catalog, scope) {
            return Err(TokenError::ScopeNotAllowed(scope.to_owned()));
        }
    }
    Ok(scopes)
}

/// The signature by one of the portal's keys, and what it says.
fn judge(
    dc: &DataCenter,
    portal: &Portal,
    client: &Client,
    assertion: &str,
    now: Timestamp,
) -> Result<Claims, TokenError> {
    let header = assertion::header(assertion)?;
    let keys = client_keys::read(portal.remote_jwks.as_bytes()).ok_or(TokenError::KeysUnavailable)?;
    let mut fitting = keys.iter().filter(|key| assertion::fits(key, &header));
    let opened = fitting.find_map(|key| assertion::open::<Claims>(assertion, key, header.alg));
    let claims = opened.ok_or(TokenError::AssertionRefused("signature or claims"))?;
    if claims.iss != client.id {
        return Err(TokenError::AssertionRefused("iss, which must be the client"));
    }
    let here = format!("{}/clientoauth/v2/{}/remote/auth", dc.place.portal_url, portal.id);
    if claims.aud.as_str() != Some(&here) {
        return Err(TokenError::AssertionRefused("aud, which must be the URL it is sent to"));
    }
    claims.times.judge(now).map_err(TokenError::AssertionRefused)?;
    claims.jti.as_deref().map_or(Ok(()), assertion::judge_id).map_err(TokenError::AssertionRefused)?;
    Ok(claims)
}

/// Spends the assertion and makes the token for the portal's user it names.
async fn issue(
    dc: &Arc<DataCenter>,
    record: &Arc<ClientRecord>,
    portal: Portal,
    claims: Claims,
    assertion: &str,
    scopes: &ScopeList,
    asking: &Asking,
) -> Result<Result<String, TokenError>, Failure> {
    let (now, trail) = (asking.now, asking.trail(dc)?);
    let realm = Realm::Portal(portal.id.clone());
    let (wanted, in_realm) = (fold_email(&claims.sub).unwrap_or_default(), realm.clone());
    let found = dc.store.read(move |tx| tx.user_by_email(&in_realm, &wanted)).await?;
    let Some(user) = found.map(|found| found.user).filter(|user| !user.disabled) else {
        return Ok(Err(TokenError::UserDisabled));
    };
    // Without an id of its own an assertion is known by what was signed, and the signature with it.
    let id =
        claims.jti.unwrap_or_else(|| HEXLOWER.encode(digest::digest(&digest::SHA256, assertion.as_bytes()).as_ref()));
    let (client_id, id) = (record.client.id.clone(), format!("{}/{id}", portal.id));
    let until = claims.times.until();
    let (access, access_hash) = tokens::fresh(dc, SecretKind::Access, now)?;
    let asked = ClientTokenRequest {
        client_id: client_id.clone(),
        realm,
        acts_for: ActsFor::User(user.id),
        organization_id: portal.organization_id,
        scopes: scopes.clone(),
        resource: String::new(),
        access: access_hash,
        fresh_grant: dc.fresh_id(now)?,
        event: AuditEvent::RemoteTokenIssued,
    };
    let (catalog, policy) = (dc.house.catalog(), Arc::clone(&dc.house.policy));
    let step = move |tx: &mut grantor_store::Tx<'_>| {
        if !tx.spend_assertion(&client_id, &id, until)? {
            return Ok(Err(TokenError::AssertionReplayed));
        }
        tx.issue_client_token(&asked, &catalog, &policy, &trail, now)
    };
    let issued = dc.store.write(step).await?;
    Ok(issued.map(|(rules, _)| {
        let access = access.reveal(record.client.client_type.prefix());
        let seconds = rules.expires_in();
        // Milliseconds and seconds: one published SDK demands the one, another the other.
        let millis = seconds.saturating_mul(1000);
        format!("{{\"access_token\":\"{access}\",\"expires_in\":{millis},\"expires_in_sec\":{seconds}}}")
    }))
}
