//! Step two: what the browser brought back, and the checks it must pass before its code is taken anywhere.

use url::form_urlencoded;

use crate::place::clean;
use crate::{BaseUrl, DataCenters, PendingAuthorization, Secret};

#[cfg(test)]
mod tests;

/// Why a callback was not accepted. Nothing was exchanged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallbackError {
    /// `error=access_denied`: the person pressed Reject, or asked for too many codes (accounts-protocol.md section 5.4).
    #[error("access was not granted: the person chose Reject. Nothing was kept; open the link again to ask once more")]
    AccessDenied,
    /// Another `error`.
    #[error(
        "the accounts server sent the browser back with error {error:?}. Open the link again; if it stays, quote that word"
    )]
    Refused {
        /// The word, shortened.
        error: String,
    },
    /// `state` is missing or is not the one that was sent.
    #[error(
        "the callback's state is not the one that was sent, so this answer may be somebody else's. Start again from the link, in this browser"
    )]
    StateMismatch,
    /// `accounts-server` is not one of the server's data centers.
    #[error(
        "the callback names an accounts server that is not in /oauth/serverinfo: {given:?}. The code was not sent there; start again, and report this if it stays"
    )]
    UnknownAccountsServer {
        /// What the callback named, shortened.
        given: String,
    },
    /// `location` and `accounts-server` name two data centers.
    #[error(
        "the callback says location {location:?} but names the accounts server {accounts_server}, which is another data center's. Start again from the link"
    )]
    LocationMismatch {
        /// The location code given, shortened.
        location: String,
        /// The accounts server given.
        accounts_server: BaseUrl,
    },
    /// A parameter that every answer has is missing or empty.
    #[error(
        "the callback has no {name}. Check that the whole address was taken over, and that it is the redirect URI's"
    )]
    MissingParameter {
        /// The parameter's name.
        name: &'static str,
    },
    /// A parameter occurs twice with different values.
    #[error("the callback has {name} twice, with different values. Start again from the link")]
    RepeatedParameter {
        /// The parameter's name.
        name: &'static str,
    },
}

/// A callback as received, nothing trusted (accounts-protocol.md sections 5.3 and 5.4).
#[derive(Clone, Debug, Default)]
pub struct Callback {
    /// `code`.
    pub code: Option<Secret>,
    /// `location`.
    pub location: Option<String>,
    /// `accounts-server`.
    pub accounts_server: Option<String>,
    /// `state`.
    pub state: Option<Secret>,
    /// `error`.
    pub error: Option<String>,
}

/// A callback that passed every check; only [`Callback::verify`] makes one, and it is used up by the exchange.
#[derive(Debug)]
pub struct CheckedCallback {
    pub(crate) code: Secret,
    pub(crate) location: String,
    pub(crate) accounts_server: BaseUrl,
}

impl CheckedCallback {
    /// The data center's code, such as `eu`.
    pub fn location(&self) -> &str {
        &self.location
    }

    /// Where the code must be exchanged.
    pub fn accounts_server(&self) -> &BaseUrl {
        &self.accounts_server
    }
}

impl Callback {
    /// Reads a whole callback URL, its path and query, or its query alone. Copes with a trailing `&` and with the
    /// `?code=?code=` of the vendor's samples (decisions.md 32); names it does not know are ignored, empty values are absent.
    ///
    /// # Errors
    /// [`CallbackError::RepeatedParameter`].
    pub fn parse(given: &str) -> Result<Self, CallbackError> {
        let mut callback = Self::default();
        let mut code = None;
        let mut state = None;
        for (name, value) in form_urlencoded::parse(query_of(given).as_bytes()) {
            let (name, slot) = match &*name {
                "code" => ("code", &mut code),
                "location" => ("location", &mut callback.location),
                "accounts-server" => ("accounts-server", &mut callback.accounts_server),
                "state" => ("state", &mut state),
                "error" => ("error", &mut callback.error),
                _ => continue,
            };
            let value = if name == "code" { value.strip_prefix("?code=").unwrap_or(&value) } else { &value };
            match slot {
                _ if value.is_empty() => {}
                None => *slot = Some(value.to_owned()),
                Some(before) if before == value => {}
                Some(_) => return Err(CallbackError::RepeatedParameter { name }),
            }
        }
        callback.code = code.map(Secret::from);
        callback.state = state.map(Secret::from);
        Ok(callback)
    }

    /// The checks that need no table of data centers: `state`, then `error`.
    pub(crate) fn screen(&self, pending: &PendingAuthorization) -> Result<(), CallbackError> {
        match (&self.state, &self.error) {
            (Some(state), _) if pending.state.matches(state.expose()) => {}
            // Whether a refusal carries `state` is not documented; it grants nothing, so it needs no proof.
            (None, Some(_)) => {}
            _ => return Err(CallbackError::StateMismatch),
        }
        match self.error.as_deref() {
            None => Ok(()),
            Some("access_denied") => Err(CallbackError::AccessDenied),
            Some(error) => Err(CallbackError::Refused { error: clean(error) }),
        }
    }

    /// Checks the callback against what was sent and against the data centers the accounts server knows: first `state`
    /// (in constant time), then `error`, then that `accounts-server` is a listed one and `location` names that one.
    ///
    /// A portal is looked for among the portal locations. A server that lists none is taken at its word only for the
    /// address the link itself led to, which the application chose.
    ///
    /// # Errors
    /// [`CallbackError`], one variant per cause.
    pub fn verify(self, pending: &PendingAuthorization, known: &DataCenters) -> Result<CheckedCallback, CallbackError> {
        self.screen(pending)?;
        let missing = |name| CallbackError::MissingParameter { name };
        let code = self.code.ok_or(missing("code"))?;
        let location = self.location.ok_or(missing("location"))?;
        let given = self.accounts_server.ok_or(missing("accounts-server"))?;
        let unknown = || CallbackError::UnknownAccountsServer { given: clean(&given) };
        let accounts_server = BaseUrl::parse(&given).map_err(|_| unknown())?;

        let listed = match pending.portal {
            Some(_) if !known.portal_locations().is_empty() => known.portal_locations(),
            Some(_) if accounts_server == pending.accounts_url => {
                return Ok(CheckedCallback { code, location, accounts_server });
            }
            _ => known.locations(),
        };
        if !listed.values().any(|base| *base == accounts_server) {
            return Err(unknown());
        }
        if listed.get(&location) != Some(&accounts_server) {
            return Err(CallbackError::LocationMismatch { location: clean(&location), accounts_server });
        }
        Ok(CheckedCallback { code, location, accounts_server })
    }
}

/// The query of what was given: a URL, a path with a query, or a query alone.
fn query_of(given: &str) -> &str {
    let given = given.trim();
    let given = given.split_once('#').map_or(given, |(before, _)| before);
    let looks_like_a_place = given.starts_with('/')
        || given.starts_with('?')
        || match (given.find('?'), given.find('=')) {
            (Some(question), Some(equals)) => question < equals,
            (question, None) => question.is_some(),
            (None, _) => false,
        };
    match given.split_once('?') {
        Some((_, query)) if looks_like_a_place => query,
        _ => given,
    }
}
