//! Everything that can go wrong between an application and its tokens.

use crate::chance::NoEntropy;
use crate::{CallbackError, LinkError, Refused, StoreError, TransportError, UrlError};

/// An error of the client. Its text says what happened and what to do, and never holds a secret.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A URL or portal id that cannot be used.
    #[error(transparent)]
    Url(#[from] UrlError),
    /// The link could not be made.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// The callback was not accepted.
    #[error(transparent)]
    Callback(#[from] CallbackError),
    /// The accounts server or an API said no.
    #[error(transparent)]
    Refused(#[from] Box<Refused>),
    /// There was no usable answer.
    #[error(transparent)]
    Transport(#[from] Box<TransportError>),
    /// The token store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no randomness.
    #[error(transparent)]
    Entropy(#[from] NoEntropy),
    /// Nothing is kept under this key.
    #[error("there are no tokens yet. Connect first")]
    NotConnected,
    /// The access token ended and nothing can renew it.
    #[error(
        "the access token has expired and there is no refresh token. Connect again with offline access, and let consent be shown: only then the server gives a refresh token"
    )]
    NoRefreshToken,
    /// The kept tokens belong to another client.
    #[error("the kept tokens belong to the client {kept}, not to {configured}. Use that client, or connect again")]
    OtherClient {
        /// The client of the kept tokens.
        kept: String,
        /// The client of the settings.
        configured: String,
    },
    /// The token answer named no API domain.
    #[error("the accounts server named no api_domain, so it is unknown where the API is")]
    NoApiDomain,
}

impl From<Refused> for Error {
    fn from(refused: Refused) -> Self {
        Self::Refused(Box::new(refused))
    }
}

impl From<TransportError> for Error {
    fn from(error: TransportError) -> Self {
        Self::Transport(Box::new(error))
    }
}

impl Error {
    /// The refusal, when the server said no.
    pub fn refusal(&self) -> Option<&crate::Refusal> {
        match self {
            Self::Refused(refused) => Some(&refused.refusal),
            _ => None,
        }
    }

    /// The id to quote to the server's operator.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused(refused) => refused.request_id.as_deref(),
            Self::Transport(error) => error.request_id.as_deref(),
            _ => None,
        }
    }
}
