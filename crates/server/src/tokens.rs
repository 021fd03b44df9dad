//! Tokens out of codes and refresh tokens: what the token endpoints of both dialects share. A dialect reads the request
//! and writes the answer; which tokens a code or a refresh token is worth does not depend on the door.

use std::{borrow::Cow, net::IpAddr, sync::Arc};

use grantor_protocol::{
    causes::TokenError,
    client::ClientRecord,
    people::{Realm, UserId},
    resource::{Target, TokenFormat},
    scope::ScopeList,
    secret::{SecretKind, TokenSecret},
    time::Timestamp,
    token::{PresentedToken, TokenId},
};
use grantor_store::{NewToken, Origin, Redemption, RefreshRequest, Renewal};

use crate::{
    explained,
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    jwt_access::{self, Claims},
    refusals::Asking,
    warnings,
};

/// Tokens on their way out.
#[derive(Debug)]
pub struct Handed {
    /// The access token, as it goes over the wire.
    pub access: String,
    /// The refresh token, when one was made or took the other's place.
    pub refresh: Option<String>,
    /// What the access token allows.
    pub scopes: ScopeList,
    /// Seconds that the access token has left.
    pub expires_in: i64,
    /// Everything that was granted, for the ID token.
    pub granted: ScopeList,
    /// For whom.
    pub user: UserId,
    /// In which organization; empty for none.
    pub organization_id: String,
    /// How it came about.
    pub origin: Origin,
}

/// A code on its way in. The client has authenticated.
#[derive(Debug)]
pub struct Redeeming {
    /// At which door.
    pub realm: Realm,
    /// The code.
    pub code: PresentedToken,
    /// Whether it must be a device code; an authorization code otherwise.
    pub device: bool,
    /// `redirect_uri`, as sent.
    pub redirect_uri: Option<String>,
    /// `code_verifier`, as sent; not empty.
    pub verifier: Option<String>,
    /// Whether the client proved nothing of itself.
    pub public: bool,
    /// The resources named.
    pub target: Target,
}

/// Spends a code for tokens.
///
/// # Errors
/// The outer error is a breakage; the inner one says why there are none.
pub async fn redeem(
    dc: &Arc<DataCenter>,
    record: &Arc<ClientRecord>,
    redeeming: Redeeming,
    asking: &Asking,
) -> Result<Result<Handed, TokenError>, Failure> {
    let now = asking.now;
    let id = redeeming.code.id;
    match may_look_up(dc, &id, asking.address, now) {
        // A device code is good at every data center; what it is worth lies where its user is at home.
        Err(TokenError::WrongDataCenter(_)) if redeeming.device => {}
        Err(cause) => {
            explained::code(dc, &cause, id, (None, false), asking).await?;
            return Ok(Err(cause));
        }
        Ok(()) => {}
    }
    let (sent_uri, sent_verifier) = (redeeming.redirect_uri.clone(), redeeming.verifier.is_some());
    let prefix = record.client.client_type.prefix();
    let (access, access_hash) = fresh(dc, SecretKind::Access, now)?;
    let (refresh, refresh_hash) = fresh(dc, SecretKind::Refresh, now)?;
    let Redeeming { realm, code, device, redirect_uri, verifier, public, target } = redeeming;
    let asked = Redemption {
        code,
        device,
        client_id: record.client.id.clone(),
        realm,
        redirect_uri,
        verifier,
        public,
        target,
        resources: Arc::clone(&dc.house.resources),
        access: access_hash,
        refresh: refresh_hash,
    };
    let (catalog, policy) = (dc.house.catalog(), Arc::clone(&dc.house.policy));
    let trail = asking.trail(dc)?;
    let redeemed = dc.store.write(move |tx| tx.redeem_code(&asked, &catalog, &policy, &trail, now)).await?;
    let code = match redeemed {
        Ok(code) => code,
        Err(cause) => {
            if cause == TokenError::CodeReplayed {
                warnings::replayed(dc, &record.client.id, asking);
            }
            explained::code(dc, &cause, id, (sent_uri.as_deref(), sent_verifier), asking).await?;
            return Ok(Err(noted(dc, cause, asking)));
        }
    };
    warnings::redeemed(dc, &record.client.id, &code, asking);
    let text = match code.format {
        TokenFormat::Opaque => access.reveal(prefix),
        TokenFormat::Jwt => {
            let claims = Claims {
                id: access.id,
                client_id: &record.client.id,
                user: code.user,
                organization_id: &code.organization_id,
                scopes: &code.access_scopes,
                resource: &code.resource,
                expires_at: code.rules.access_ends(now),
            };
            jwt_access::sign(dc, &claims, now).await?
        }
    };
    Ok(Ok(Handed {
        access: text,
        refresh: code.with_refresh.then(|| refresh.reveal(prefix)),
        scopes: code.access_scopes,
        expires_in: code.rules.expires_in(),
        granted: code.scopes,
        user: code.user,
        organization_id: code.organization_id,
        origin: code.origin,
    }))
}

/// Makes another access token of a refresh token's family, which turns when it began so.
///
/// # Errors
/// The outer error is a breakage; the inner one says why there is none.
pub async fn refresh(
    dc: &Arc<DataCenter>,
    record: &Arc<ClientRecord>,
    (realm, refresh, target): (Realm, PresentedToken, Target),
    asking: &Asking,
) -> Result<Result<Handed, TokenError>, Failure> {
    let now = asking.now;
    let family = refresh.id;
    if let Err(cause) = may_look_up(dc, &family, asking.address, now) {
        explained::refresh(dc, &cause, family, asking).await?;
        return Ok(Err(cause));
    }
    let prefix = record.client.client_type.prefix();
    let (access, access_hash) = fresh(dc, SecretKind::Access, now)?;
    let asked = RefreshRequest { refresh, client_id: record.client.id.clone(), realm, access: access_hash };
    let with = Renewal {
        catalog: dc.house.catalog(),
        resources: Arc::clone(&dc.house.resources),
        rotation: Arc::clone(&dc.rotation),
        target,
    };
    let policy = Arc::clone(&dc.house.policy);
    let refreshed = dc.store.write(move |tx| tx.refresh(&asked, &with, &policy, now)).await?;
    let given = match refreshed {
        Ok(given) => given,
        Err(cause) => {
            if cause == TokenError::RefreshTokenReused {
                // The family is dead already; this takes it off its grant's list and tells of it.
                let trail = asking.trail(dc)?;
                dc.store.write(move |tx| tx.note_reuse(family, &trail, now)).await?;
                warnings::reused(dc, &record.client.id, family, asking);
            }
            explained::refresh(dc, &cause, family, asking).await?;
            return Ok(Err(noted(dc, cause, asking)));
        }
    };
    warnings::refreshed(dc, &record.client.id, (family, given.in_window), asking);
    let (access, refresh) = match given.turned {
        None => (access, None),
        Some(turned) => (turned.access, Some(PresentedToken { id: family, secret: turned.refresh }.reveal(prefix))),
    };
    let expires_at = given.rules.access_ends(given.made_at);
    let text = match given.format {
        TokenFormat::Opaque => access.reveal(prefix),
        TokenFormat::Jwt => {
            let claims = Claims {
                id: access.id,
                client_id: &record.client.id,
                user: given.user,
                organization_id: &given.organization_id,
                scopes: &given.scopes,
                resource: &given.resource,
                expires_at,
            };
            jwt_access::sign(dc, &claims, now).await?
        }
    };
    Ok(Ok(Handed {
        access: text,
        refresh,
        expires_in: ((expires_at.millis() - now.millis()) / 1000).max(0),
        granted: given.scopes.clone(),
        scopes: given.scopes,
        user: given.user,
        organization_id: given.organization_id,
        origin: given.origin,
    }))
}

/// Made here, and not by somebody who guesses: told before any look-up (`spec/decisions.md` 6).
///
/// # Errors
/// `SecretGuessing` or `WrongDataCenter`.
pub fn may_look_up(dc: &DataCenter, id: &TokenId, address: IpAddr, now: Timestamp) -> Result<(), TokenError> {
    if !dc.guesses.wait(Guess::Token(address), now).is_zero() {
        return Err(TokenError::SecretGuessing);
    }
    dc.made_here(id).map_err(TokenError::WrongDataCenter)
}

/// A fresh token, and what the store keeps of it.
///
/// # Errors
/// When there is no entropy.
pub fn fresh(dc: &DataCenter, kind: SecretKind, now: Timestamp) -> Result<(PresentedToken, NewToken), Failure> {
    let (id, secret): (TokenId, TokenSecret) = (dc.fresh_id(now)?, dc.house.entropy.secret()?);
    let new = NewToken { id, secret_hash: secret.hash(kind) };
    Ok((PresentedToken { id, secret }, new))
}

/// Counts a guess at a code or token.
fn noted(dc: &DataCenter, cause: TokenError, asking: &Asking) -> TokenError {
    if matches!(cause, TokenError::CodeUnknown | TokenError::RefreshTokenUnknown) {
        dc.guesses.wrong(Guess::Token(asking.address), asking.now);
    }
    cause
}

/// The cause in words, for the client's owner and the log.
pub fn explain(dc: &DataCenter, cause: &TokenError) -> String {
    match cause {
        TokenError::WrongDataCenter(byte) => {
            format!("the token was issued by {} and presented at {}", dc.house.location_of(*byte), dc.place.location)
        }
        TokenError::ClientUnknown => "no client has the id that came, or the Basic header cannot be read".to_owned(),
        TokenError::ParameterConflict(name) => format!("{name} was sent twice with different values"),
        TokenError::ParameterMissing(name) => format!("{name} is missing"),
        TokenError::ParameterInUrl(name) => format!("{name} stands in the URL"),
        TokenError::ScopeRetired(scope) => format!("{scope} is no longer in the catalog"),
        TokenError::ScopeUnknown(scope) => format!("{scope} is not in the catalog"),
        TokenError::ScopeNotAllowed(scope) => format!("{scope} is not among the client's scopes"),
        TokenError::PolicyClientBlocked => {
            "the administrators of the user's organization do not allow this application".to_owned()
        }
        TokenError::PolicyScopeBlocked(scope) => {
            format!("the administrators of the user's organization allow nobody {scope}")
        }
        TokenError::PolicyLifeOver => {
            "the consent is older than the administrators of the user's organization allow; the user has to consent again"
                .to_owned()
        }
        TokenError::PolicyReviewRequired => {
            "the administrators of the user's organization have to review this application first".to_owned()
        }
        TokenError::AssertionRefused(part) => format!("the assertion's {part}"),
        TokenError::CodeMalformed => "code is absent, or has not the shape of one".to_owned(),
        TokenError::RefreshTokenMalformed => "refresh_token is absent, or has not the shape of one".to_owned(),
        TokenError::SecretMissing => "no client_secret was sent, neither as a parameter nor by HTTP Basic".to_owned(),
        TokenError::ClientNotInDataCenter => format!("the client is not enabled at {}", dc.place.location),
        TokenError::RefreshTokenOfAnotherClient => "the refresh token was issued to another client".to_owned(),
        TokenError::CodeOfAnotherClient => "the code was issued to another client".to_owned(),
        _ => String::new(),
    }
}

/// A text without what may be a secret: of any row of 32 or more hex digits, as codes, tokens and made client secrets
/// have them, nothing is left. People put them into the wrong parameter, and received values are told to operators.
pub fn masked(text: &str) -> Cow<'_, str> {
    const SHORTEST: usize = 32;
    let is_long = |run: &str| run.len() >= SHORTEST;
    if !text.split(|c: char| !c.is_ascii_hexdigit()).any(is_long) {
        return Cow::Borrowed(text);
    }
    let (mut shown, mut rest) = (String::with_capacity(text.len()), text);
    while !rest.is_empty() {
        let (run, after) = rest.split_at(rest.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(rest.len()));
        shown.push_str(if is_long(run) { "***" } else { run });
        let (between, after) = after.split_at(after.find(|c: char| c.is_ascii_hexdigit()).unwrap_or(after.len()));
        shown.push_str(between);
        rest = after;
    }
    Cow::Owned(shown)
}

/// A stranger's client id for the log; only what has the shape of one, because people put secrets there by
/// mistake.
pub fn shown(text: &str) -> &str {
    let shaped = text.len() <= 36 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'.');
    if shaped { text } else { "(not the shape of one)" }
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn what_has_the_shape_of_a_secret_is_not_shown() {
        let half = "00112233445566778899aabbccddeeff";
        let token = format!("1000.{half}.{half}");
        for (text, shown) in [
            (token.as_str(), "1000.***.***"),
            (
                &format!("scope received: {token}; client_id received: 1000.ABC"),
                "scope received: 1000.***.***; client_id received: 1000.ABC",
            ),
            (&format!("{half}{half}é{half}"), "***é***"),
            (&half[1..], &half[1..]),
            ("https://app.example/cb?x=1", "https://app.example/cb?x=1"),
            ("", ""),
        ] {
            assert_eq!(masked(text), shown);
        }
    }
}
