//! The end of the walk: one interaction makes one code, and the browser takes it to the application.

use std::sync::Arc;

use aws_lc_rs::hmac;
use grantor_protocol::{
    people::{Realm, UserId},
    secret::{SecretKind, TokenSecret},
    token::{PresentedToken, TokenId},
};
use grantor_store::{CodeKind, NewCode, NoCode, Origin};
use tracing::info;

use super::{Visit, begin::Valid};
use crate::failure::Failure;

/// Makes a code on the strength of an earlier consent. Without an interaction a new one begins.
pub async fn issue(
    visit: &Visit,
    valid: &Valid,
    user: UserId,
    organization_id: &str,
    interaction: Option<TokenId>,
) -> Result<Result<String, NoCode>, Failure> {
    let interaction = match interaction {
        Some(interaction) => interaction,
        None => visit.dc.fresh_id(visit.now())?,
    };
    make(visit, valid, user, organization_id, interaction, false).await
}

/// Makes a code because the person has just accepted.
pub async fn issue_after_consent(
    visit: &Visit,
    valid: &Valid,
    user: UserId,
    organization_id: &str,
) -> Result<Result<String, NoCode>, Failure> {
    let Some(interaction) = visit.sealed.interaction() else { return Ok(Err(NoCode::Finished)) };
    let made = make(visit, valid, user, organization_id, interaction, true).await?;
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
    user: UserId,
    organization_id: &str,
    interaction: TokenId,
    consented: bool,
) -> Result<Result<String, NoCode>, Failure> {
    let (dc, now) = (&visit.dc, visit.now());
    let interaction = of_person(&dc.code_key, interaction, user, organization_id);
    let secret = TokenSecret::derive(&dc.code_key, interaction.as_bytes());
    let policy = Arc::clone(&dc.house.policy);
    let life = match visit.door.realm() {
        Realm::Accounts => policy.code_lifetime,
        Realm::Portal(_) => policy.portal_code_lifetime,
    };
    let new = NewCode {
        kind: CodeKind::Code,
        origin: Origin::default(),
        interaction,
        secret_hash: secret.hash(SecretKind::Code),
        realm: visit.door.realm().clone(),
        client_id: valid.record.client.id.clone(),
        user,
        organization_id: organization_id.to_owned(),
        redirect_uri: valid.reply_to.uri().to_owned(),
        scopes: valid.request.scopes.clone(),
        offline: valid.request.offline,
        challenge: valid.request.challenge.clone(),
        expires_at: now.plus(life),
        consented,
        fresh_grant: dc.fresh_id(now)?,
    };
    let trail = visit.asking.trail(dc)?;
    let catalog = dc.house.catalog();
    let made = dc.store.write(move |tx| tx.issue_code(&new, &catalog, &policy, &trail, now)).await?;
    Ok(made.map(|()| {
        let code = PresentedToken { id: interaction, secret }.reveal(valid.record.client.client_type.prefix());
        valid.reply_to.with(&[
            ("code", &code),
            ("location", &dc.place.location),
            ("accounts-server", dc.base_url(visit.door.realm())),
        ])
    }))
}

/// The interaction as this person answers it for this organization. Who goes back and comes again as somebody
/// else, or for another organization, never gets the code of before.
fn of_person(code_key: &[u8], interaction: TokenId, user: UserId, organization_id: &str) -> TokenId {
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
