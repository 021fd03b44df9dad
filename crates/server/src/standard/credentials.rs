//! Which client speaks, and how it proves it (RFC 6749 section 2.3; RFC 7523 section 2.2): one way in each request, and
//! only the one that the client registered (`spec/decisions.md` 12).

use std::sync::Arc;

use grantor_protocol::{auth_method::AuthMethod, causes::TokenError, client::ClientRecord, params::Params};

use super::assertion;
use crate::{
    clients::{self, nobody},
    explained,
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    http::params::{Basic, Sent},
    refusals::{Asking, Refused},
};

/// A client that has proved who it is, as far as its kind can.
#[derive(Debug)]
pub struct Proved {
    /// The client.
    pub record: Arc<ClientRecord>,
    /// Whether it only said who it is: a public client, of whose requests PKCE or possession must prove the rest.
    pub public: bool,
}

/// The claim of a request, unchecked.
#[derive(Debug)]
struct Claim<'a> {
    /// The id, in each reading that the transport allows.
    ids: Vec<String>,
    /// The secret, likewise.
    secrets: Vec<&'a str>,
    assertion: Option<&'a str>,
    method: AuthMethod,
}

impl<'a> Claim<'a> {
    fn read(sent: &'a Sent) -> Result<Self, TokenError> {
        let params = &sent.params;
        let (id, secret) = (given(params, "client_id"), given(params, "client_secret"));
        let assertion = given(params, "client_assertion");
        if assertion.is_none() && given(params, "client_assertion_type").is_some() {
            return Err(TokenError::AssertionRefused("absence"));
        }
        let in_header = !matches!(sent.basic, Basic::Absent);
        if [in_header, secret.is_some(), assertion.is_some()].into_iter().filter(|used| *used).count() > 1 {
            return Err(TokenError::AuthenticatedTwice);
        }
        match &sent.basic {
            Basic::Broken => Err(TokenError::ClientUnknown),
            Basic::Sent { id: raw, id_decoded, secret, secret_decoded } => {
                if id.is_some_and(|id| id != raw && id != id_decoded) {
                    return Err(TokenError::ParameterConflict("client_id"));
                }
                if raw.is_empty() {
                    return Err(TokenError::ClientIdMissing);
                }
                // An empty secret is none (RFC 6749 section 2.3.1).
                let method = if secret.is_empty() { AuthMethod::None } else { AuthMethod::Basic };
                // By the letter both halves are form-encoded; many clients leave that out.
                let ids = vec![id_decoded.clone(), raw.clone()];
                Ok(Self { ids, secrets: vec![secret_decoded, secret], assertion: None, method })
            }
            Basic::Absent => match (assertion, secret) {
                (Some(assertion), _) => Self::of_assertion(params, id, assertion),
                (None, secret) => {
                    let id = id.ok_or(TokenError::ClientIdMissing)?.to_owned();
                    let method = if secret.is_some() { AuthMethod::Post } else { AuthMethod::None };
                    Ok(Self { ids: vec![id], secrets: secret.into_iter().collect(), assertion: None, method })
                }
            },
        }
    }

    fn of_assertion(params: &Params, id: Option<&str>, assertion: &'a str) -> Result<Self, TokenError> {
        if given(params, "client_assertion_type") != Some(assertion::TYPE) {
            return Err(TokenError::AssertionRefused("client_assertion_type"));
        }
        let id = match id {
            Some(id) => id.to_owned(),
            None => assertion::claimed_subject(assertion).ok_or(TokenError::AssertionRefused("form or claims"))?,
        };
        let method = AuthMethod::PrivateKeyJwt;
        Ok(Self { ids: vec![id], secrets: Vec::new(), assertion: Some(assertion), method })
    }
}

/// Finds the client of a request and checks its proof, counting what was wrong.
///
/// # Errors
/// The outer error is a breakage; the inner one says why the client is not believed.
pub async fn authenticate(
    dc: &DataCenter,
    sent: &Sent,
    asking: &Asking,
) -> Result<Result<Proved, Refused<TokenError>>, Failure> {
    let claim = match Claim::read(sent) {
        Ok(claim) => claim,
        Err(cause) => return Ok(Err(Refused::unknown(cause))),
    };
    let mut found = None;
    for id in &claim.ids {
        if found.is_none() {
            found = dc.client(id).await?;
        }
    }
    let Some(record) = found else {
        // A wrong secret and a made-up id take as long.
        let said = claim.ids.first().map(String::as_str).unwrap_or_default();
        nobody::suspect(dc, said, &claim.secrets, asking);
        return Ok(Err(Refused::unknown(TokenError::ClientUnknown)));
    };
    match prove(dc, &claim, &record, asking).await? {
        Ok(()) => Ok(Ok(Proved { public: claim.method == AuthMethod::None, record })),
        Err(cause) => {
            let detail = (cause == TokenError::MethodNotAllowed)
                .then(|| format!("it authenticated by {}", claim.method.as_str()));
            Ok(Err(Refused { client: Some(record.client.id.clone()), cause, detail }))
        }
    }
}

async fn prove(
    dc: &DataCenter,
    claim: &Claim<'_>,
    record: &Arc<ClientRecord>,
    asking: &Asking,
) -> Result<Result<(), TokenError>, Failure> {
    let client = match record.admit(&dc.place.location) {
        Ok(client) => client,
        Err(cause) => return Ok(Err(cause)),
    };
    if !client.may_authenticate_by(claim.method) {
        let nothing = claim.method == AuthMethod::None;
        return Ok(Err(if nothing { TokenError::SecretMissing } else { TokenError::MethodNotAllowed }));
    }
    let guess = Guess::Client(&client.id, asking.address);
    if claim.method != AuthMethod::None && !dc.guesses.wait(guess, asking.now).is_zero() {
        return Ok(Err(TokenError::SecretGuessing));
    }
    let proved = match (claim.method, claim.assertion) {
        (AuthMethod::None, _) => Ok(()),
        (AuthMethod::PrivateKeyJwt, assertion) => {
            assertion::check(dc, record, assertion.unwrap_or_default(), asking.now).await?
        }
        (AuthMethod::Basic | AuthMethod::Post, _) => {
            record.authenticate(&claim.secrets, &dc.place.location).map(|proved| {
                if let Some(secret) = proved.secret() {
                    clients::see(&dc.house, &client.id, *secret, asking.now);
                }
            })
        }
    };
    if matches!(proved, Err(TokenError::SecretWrong)) {
        asking.note(explained::secret(record, &claim.secrets, &dc.place.location));
    }
    if matches!(proved, Err(TokenError::SecretWrong | TokenError::AssertionRefused(_))) {
        dc.guesses.wrong(guess, asking.now);
    }
    Ok(proved)
}

/// A parameter's value; sent without one is not sent (RFC 6749 section 3.2).
fn given<'a>(params: &'a Params, name: &str) -> Option<&'a str> {
    params.get(name).filter(|value| !value.is_empty())
}
