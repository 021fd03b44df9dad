//! The end of the walk for a browser client: an access token in the fragment of the redirect, and never a refresh
//! token (accounts-protocol.md section 6.1).

use std::sync::Arc;

use axum::http::header;
use grantor_protocol::{
    authorize::{ReplyTo, ResponseMode, implicit::check_domains},
    causes::PageError,
    client::Client,
    people::UserId,
    scope::ScopeList,
    secret::{SecretKind, TokenSecret},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};
use grantor_store::{Consented, Implicit, NewImplicit, NewToken, NoCode};
use tracing::info;

use super::{
    Visit,
    begin::{Reply, Valid},
    finish,
    resume::Known,
};
use crate::{
    claims,
    failure::Failure,
    signing::{Algorithm, IdToken, id_token},
};

/// Where a token is to go, when it is a token that is asked for.
pub fn reply_to(valid: &Valid) -> Option<&ReplyTo> {
    match &valid.reply {
        Reply::To(reply_to) if reply_to.mode() == ResponseMode::Fragment => Some(reply_to),
        _ => None,
    }
}

/// Verifies the client's JavaScript domains against the redirect URI and against the page that asked, as far as the
/// browser names it and it is none of ours: our own pages send the request again at every step.
///
/// # Errors
/// The page that ends the visit.
pub fn check_page(visit: &Visit, client: &Client, reply_to: &ReplyTo) -> Result<(), PageError> {
    // With a seal that holds this very request was judged before, in this browser.
    let named = if visit.resumed { [].as_slice() } else { &[header::ORIGIN, header::REFERER] };
    let pages = named.iter().filter_map(|name| visit.headers.get(name)).map(|value| value.to_str().unwrap_or_default());
    check_domains(client, reply_to, pages.filter(|page| !visit.is_ours(page)))
}

/// Makes a token on the strength of an earlier consent, or because the person has just accepted. Its secret is derived
/// from its interaction, so that a second click repeats the same redirect and nothing readable is kept.
pub async fn issue(
    visit: &Visit,
    valid: &Valid,
    known: &Known,
    person: (UserId, &str),
    interaction: TokenId,
    consented: Option<Consented>,
) -> Result<Result<String, NoCode>, Failure> {
    let (Some(reply_to), Some(signed_in)) = (reply_to(valid), &known.signed_in) else {
        return Ok(Err(NoCode::Finished));
    };
    let (user, organization_id) = person;
    let (dc, now) = (&visit.dc, visit.now());
    let id = finish::of_person(&dc.code_key, interaction, user, organization_id);
    let mut message = b"implicit/".to_vec();
    message.extend_from_slice(id.as_bytes());
    let token = PresentedToken { id, secret: TokenSecret::derive(&dc.code_key, &message) };
    let new = NewImplicit {
        access: NewToken { id, secret_hash: token.secret.hash(SecretKind::Access) },
        client_id: valid.record.client.id.clone(),
        user,
        organization_id: organization_id.to_owned(),
        scopes: valid.request.scopes.clone(),
        consented,
        session: signed_in.session,
        fresh_grant: dc.fresh_id(now)?,
    };
    let (catalog, policy, trail) = (dc.house.catalog(), Arc::clone(&dc.house.policy), visit.asking.trail(dc)?);
    let made = dc.store.write(move |tx| tx.issue_implicit(&new, &catalog, &policy, &trail, now)).await?;
    let made = match made {
        Ok(made) => made,
        Err(why) => return Ok(Err(why)),
    };
    if consented.is_some() {
        info!(
            request_id = visit.asking.request_id.as_str(),
            data_center = dc.place.location,
            client_id = valid.record.client.id,
            user = user.0,
            organization = organization_id,
            scopes = %made.scopes,
            for_session = made.granted_for_session,
            "consented"
        );
    }
    let nonce = valid.asked.nonce.as_deref();
    answer(visit, &valid.record.client, reply_to, known, &token, &made, nonce).await.map(Ok)
}

/// The redirect with the token, keys in the documented order.
///
/// # Errors
/// When the ID token cannot be signed.
pub async fn answer(
    visit: &Visit,
    client: &Client,
    reply_to: &ReplyTo,
    known: &Known,
    token: &PresentedToken,
    made: &Implicit,
    nonce: Option<&str>,
) -> Result<String, Failure> {
    let dc = &visit.dc;
    let access = token.reveal(client.client_type.prefix());
    let expires_in = seconds_left(made.expires_at, visit.now()).to_string();
    let signed = signed(visit, client, known, &access, &made.scopes, nonce).await?;
    let mut told = vec![
        ("access_token", access.as_str()),
        ("expires_in", expires_in.as_str()),
        ("location", dc.place.location.as_str()),
        ("api_domain", dc.place.api_domain.as_str()),
    ];
    if made.granted_for_session {
        told.push(("granted_for_session", "true"));
    }
    if let Some(signed) = &signed {
        told.push(("id_token", signed));
    }
    Ok(reply_to.with(&told))
}

fn seconds_left(end: Timestamp, now: Timestamp) -> i64 {
    end.millis().saturating_sub(now.millis()).max(0) / 1000
}

/// The ID token, when a scope that signs a person in was granted (decision 18).
async fn signed(
    visit: &Visit,
    client: &Client,
    known: &Known,
    access: &str,
    scopes: &ScopeList,
    nonce: Option<&str>,
) -> Result<Option<String>, Failure> {
    let Some(signed_in) = known.signed_in.as_ref().filter(|_| claims::signs_in(scopes)) else { return Ok(None) };
    let token = IdToken {
        issuer: &visit.dc.place.accounts_url,
        audience: &client.id,
        user: &signed_in.user,
        scopes,
        nonce,
        signed_in_at: signed_in.since,
        access_token: Some(access),
        session: Some(signed_in.session),
        organization_id: "",
    };
    id_token(&visit.dc, token, Algorithm::of_client(client), visit.now()).await.map(Some)
}
