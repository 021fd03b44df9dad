//! Which client speaks, and what it presents: parameters or HTTP Basic, in both readings
//! (`spec/decisions.md` 3, 12; client-expectations 2).

use std::sync::Arc;

use grantor_protocol::{causes::TokenError, client::ClientRecord, params::Found};
use grantor_store::StoreError;

use crate::{
    clients::{self, nobody},
    explained,
    guesses::Guess,
    house::DataCenter,
    http::params::{Basic, Sent},
    refusals::Asking,
};

/// The client's claim, unchecked.
#[derive(Debug)]
pub struct Claim<'a> {
    ids: Vec<&'a str>,
    secrets: Vec<&'a str>,
}

impl<'a> Claim<'a> {
    /// Collects what was sent.
    ///
    /// # Errors
    /// `ParameterConflict` when Basic and parameters differ; `ClientUnknown` for a Basic header that cannot be
    /// read; `ClientIdMissing`.
    pub fn read(sent: &'a Sent) -> Result<Self, TokenError> {
        let id = present(sent.params.find("client_id"));
        let secret = present(sent.params.find("client_secret"));
        match &sent.basic {
            Basic::Broken => Err(TokenError::ClientUnknown),
            Basic::Absent => match id {
                None | Some("") => Err(TokenError::ClientIdMissing),
                Some(id) => Ok(Self { ids: vec![id], secrets: secret.into_iter().collect() }),
            },
            Basic::Sent { id: raw, id_decoded, secret: secret_raw, secret_decoded } => {
                if id.is_some_and(|id| id != raw && id != id_decoded) {
                    return Err(TokenError::ParameterConflict("client_id"));
                }
                if secret.is_some_and(|secret| secret != secret_raw && secret != secret_decoded) {
                    return Err(TokenError::ParameterConflict("client_secret"));
                }
                if raw.is_empty() {
                    return Err(TokenError::ClientIdMissing);
                }
                let both = |a: &'a str, b: &'a str| if a == b { vec![a] } else { vec![a, b] };
                Ok(Self { ids: both(raw, id_decoded), secrets: both(secret_raw, secret_decoded) })
            }
        }
    }

    /// The id as it was most likely meant, for the log.
    pub fn id(&self) -> &'a str {
        self.ids.last().copied().unwrap_or_default()
    }

    /// Whether a secret came along.
    pub fn has_secret(&self) -> bool {
        self.secrets.iter().any(|s| !s.is_empty())
    }

    /// Finds the client. One that does not exist takes as long as a wrong secret.
    ///
    /// # Errors
    /// The outer error is a breakage; the inner one `ClientUnknown`.
    pub async fn find(
        &self,
        dc: &DataCenter,
        asking: &Asking,
    ) -> Result<Result<Arc<ClientRecord>, TokenError>, StoreError> {
        for id in &self.ids {
            if let Some(record) = dc.client(id).await? {
                return Ok(Ok(record));
            }
        }
        nobody::suspect(dc, self.id(), &self.secrets, asking);
        Ok(Err(TokenError::ClientUnknown))
    }

    /// Checks the secret, counting wrong ones.
    ///
    /// # Errors
    /// What [`ClientRecord::authenticate`] says, or `SecretGuessing`.
    pub fn authenticate(&self, record: &ClientRecord, dc: &DataCenter, asking: &Asking) -> Result<(), TokenError> {
        let guess = Guess::Client(&record.client.id, asking.address);
        if !dc.guesses.wait(guess, asking.now).is_zero() {
            return Err(TokenError::SecretGuessing);
        }
        match record.authenticate(&self.secrets, &dc.place.location) {
            Ok(client) => {
                if let Some(secret) = client.secret() {
                    clients::see(&dc.house, &record.client.id, *secret, asking.now);
                }
                Ok(())
            }
            Err(refusal) => {
                if refusal == TokenError::SecretWrong {
                    asking.note(explained::secret(record, &self.secrets, &dc.place.location));
                    dc.guesses.wrong(guess, asking.now);
                }
                Err(refusal)
            }
        }
    }
}

fn present(found: Found<'_>) -> Option<&str> {
    match found {
        Found::Once(value) => Some(value),
        Found::Absent | Found::Conflicting => None,
    }
}
