//! The end of the walk: one interaction makes one code, and the browser takes it to the application.

use std::sync::Arc;

use aws_lc_rs::hmac;
use axum::{http::StatusCode, response::Response};
use grantor_protocol::{
    authorize::{ReplyTo, ResponseMode},
    dialect::Dialect,
    people::{Realm, UserId},
    redirect_uri::shown_host,
    secret::{SecretKind, TokenSecret},
    token::{PresentedToken, TokenId},
    whole_organization,
};
use grantor_store::{CodeKind, NewCode, NoCode, Origin, Tx};
use tracing::info;

use super::{
    Visit,
    begin::{Reply, Valid},
    device, implicit, more_scopes,
    resume::Known,
};
use crate::{failure::Failure, http::reply, pages::FormPost, warnings};

/// Makes a code on the strength of an earlier consent. Without an interaction a new one begins.
pub async fn issue(
    visit: &Visit,
    valid: &Valid,
    known: &Known,
    user: UserId,
    organization_id: &str,
    interaction: Option<TokenId>,
) -> Result<Result<Going, NoCode>, Failure> {
    let interaction = match interaction {
        Some(interaction) => interaction,
        None => visit.dc.fresh_id(visit.now())?,
    };
    if implicit::reply_to(valid).is_some() {
        let made = implicit::issue(visit, valid, known, (user, organization_id), interaction, None).await?;
        return Ok(made.map(Going::To));
    }
    make(visit, valid, known, (user, organization_id), interaction, false).await
}

/// Makes a code because the person has just accepted.
pub async fn issue_after_consent(
    visit: &Visit,
    valid: &Valid,
    known: &Known,
    user: UserId,
    organization_id: &str,
) -> Result<Result<Going, NoCode>, Failure> {
    let Some(interaction) = visit.sealed.interaction() else { return Ok(Err(NoCode::Finished)) };
    let made = make(visit, valid, known, (user, organization_id), interaction, true).await?;
    if made.is_ok() {
        info!(
            request_id = visit.asking.request_id.as_str(),
            data_center = visit.dc.place.location,
            client_id = valid.record.client.id,
            user = user.0,
            organization = organization_id,
            scopes = %valid.request.scopes,
            "consented"
        );
    }
    Ok(made)
}

/// The code's secret is derived from its interaction, so that a second click repeats the same redirect and
/// nothing readable is kept (`spec/decisions.md` 17).
async fn make(
    visit: &Visit,
    valid: &Valid,
    known: &Known,
    (user, organization_id): (UserId, &str),
    interaction: TokenId,
    consented: bool,
) -> Result<Result<Going, NoCode>, Failure> {
    let origin = origin(visit, valid, known);
    let reply_to = match &valid.reply {
        Reply::To(reply_to) => reply_to,
        Reply::More(more) => return Ok(more_scopes::add(visit, valid, more, user).await?.map(Going::To)),
        Reply::Device(code) => {
            return Ok(device::approve(visit, code, user, organization_id, origin).await?.map(Going::To));
        }
    };
    let (dc, now) = (&visit.dc, visit.now());
    let PresentedToken { id: interaction, secret } = code_of(&dc.code_key, interaction, user, organization_id);
    let policy = Arc::clone(&dc.house.policy);
    let whole = visit.door.is_for_organization();
    let life = match visit.door.realm() {
        Realm::Accounts if whole => whole_organization::CODE_LIFETIME,
        Realm::Accounts => policy.code_lifetime,
        Realm::Portal(_) => policy.portal_code_lifetime,
    };
    let new = NewCode {
        kind: CodeKind::Code,
        // What an organization allows does not hang from its administrator's sign-in.
        origin: if whole { Origin { dialect: origin.dialect, ..Origin::default() } } else { origin },
        interaction,
        secret_hash: secret.hash(SecretKind::Code),
        realm: visit.door.realm().clone(),
        client_id: valid.record.client.id.clone(),
        user,
        organization_id: organization_id.to_owned(),
        redirect_uri: reply_to.uri().to_owned(),
        scopes: valid.request.scopes.clone(),
        offline: valid.request.offline,
        challenge: valid.request.challenge.clone(),
        expires_at: now.plus(life),
        consented,
        fresh_grant: dc.fresh_id(now)?,
    };
    let trail = visit.asking.trail(dc)?;
    let catalog = dc.house.catalog();
    let step = move |tx: &mut Tx<'_>| {
        if whole {
            tx.issue_organization_code(user, &new, &catalog, &policy, &trail, now)
        } else {
            tx.issue_code(&new, &catalog, &policy, &trail, now)
        }
    };
    let made = dc.store.write(step).await?;
    Ok(made.map(|issued| {
        warnings::issued(dc, &valid.record.client.id, issued, &visit.asking);
        let code = PresentedToken { id: interaction, secret }.reveal(valid.record.client.client_type.prefix());
        match visit.door.dialect() {
            Dialect::Accounts => Going::with(
                reply_to,
                &[
                    ("code", &code),
                    ("location", &dc.place.location),
                    ("accounts-server", dc.base_url(visit.door.realm())),
                ],
            ),
            Dialect::Standard => Going::with(reply_to, &[("code", &code)]),
        }
    }))
}

/// Where the browser goes with the answer.
#[derive(Debug)]
pub enum Going {
    /// To this URL.
    To(String),
    /// To a page of ours whose form brings these values to this URL (OAuth 2.0 Form Post Response Mode).
    Posting(String, Vec<(String, String)>),
}

impl Going {
    /// To the application with these parameters, in the way it asked for.
    pub fn with(reply_to: &ReplyTo, said: &[(&str, &str)]) -> Self {
        match reply_to.mode() {
            ResponseMode::Query | ResponseMode::Fragment => Self::To(reply_to.with(said)),
            ResponseMode::FormPost => {
                let fields = reply_to.parameters(said).into_iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
                Self::Posting(reply_to.uri().to_owned(), fields.collect())
            }
        }
    }

    /// The answer to a GET that needed no page.
    pub fn found(self, visit: &Visit) -> Response {
        match self {
            Self::To(target) => reply::found(&target),
            Self::Posting(uri, fields) => posting(visit, &uri, &fields),
        }
    }

    /// The answer to a form.
    pub fn see_other(self, visit: &Visit) -> Response {
        match self {
            Self::To(target) => reply::see_other(&target),
            Self::Posting(uri, fields) => posting(visit, &uri, &fields),
        }
    }
}

fn posting(visit: &Visit, uri: &str, fields: &[(String, String)]) -> Response {
    let host = shown_host(uri);
    let html = visit.framed(|frame| FormPost { frame, uri, host: &host, fields }.render());
    reply::page(StatusCode::OK, html)
}

/// How this code comes about: what an ID token will say of it.
fn origin(visit: &Visit, valid: &Valid, known: &Known) -> Origin {
    let session = known.signed_in.as_ref();
    Origin {
        dialect: visit.door.dialect(),
        nonce: valid.asked.nonce.clone().filter(|nonce| !nonce.is_empty()),
        signed_in_at: session.map(|session| session.since).unwrap_or_default(),
        resource: match visit.door.dialect() {
            Dialect::Accounts => String::new(),
            Dialect::Standard => valid.asked.resource.join("\n"),
        },
        session: session.map(|session| session.session),
    }
}

/// The code of an interaction: always the same for the same person and organization.
fn code_of(code_key: &[u8], interaction: TokenId, user: UserId, organization_id: &str) -> PresentedToken {
    let id = of_person(code_key, interaction, user, organization_id);
    PresentedToken { id, secret: TokenSecret::derive(code_key, id.as_bytes()) }
}

/// The interaction as this person answers it for this organization. Who goes back and comes again as somebody
/// else, or for another organization, never gets the code of before.
pub(super) fn of_person(code_key: &[u8], interaction: TokenId, user: UserId, organization_id: &str) -> TokenId {
    let mut message = b"interaction/".to_vec();
    message.extend_from_slice(interaction.as_bytes());
    message.extend_from_slice(&user.0.to_be_bytes());
    message.extend_from_slice(organization_id.as_bytes());
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, code_key), &message);
    let mut nine = [0; 9];
    for (to, from) in nine.iter_mut().zip(tag.as_ref()) {
        *to = *from;
    }
    TokenId::new(interaction.made_at(), interaction.data_center(), nine)
}

#[cfg(test)]
mod tests;
