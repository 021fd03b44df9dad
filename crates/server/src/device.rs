//! The device flow behind both doors: beginning, and asking whether the person has answered (RFC 8628;
//! accounts-protocol.md section 10). A dialect reads the request and writes the answer; the pages are the walk's.

use std::{sync::Arc, time::Duration};

use grantor_protocol::{
    causes::{DeviceError, PageError, TokenError},
    client::ClientRecord,
    device::{self, UserCode},
    dialect::Dialect,
    people::Realm,
    resource::Target,
    secret::SecretKind,
    token::{Prefix, PresentedToken},
};
use grantor_store::{DevicePoll, NewDeviceCode};

use crate::{
    failure::Failure,
    guesses::Guess,
    house::DataCenter,
    refusals::Asking,
    tokens::{self, Handed, Redeeming},
    walk::device::USER_CODE,
};

/// What asking too fast costs in the standard dialect (RFC 8628 section 3.5).
const PENALTY: Duration = Duration::from_secs(5);
/// How often a user code is drawn before one is free: two in a row that are taken are a sign of something else.
const DRAWS: usize = 4;

/// What a device asks for, as sent. Its client is known.
#[derive(Debug)]
pub struct Asks<'a> {
    /// `scope`.
    pub scope: &'a str,
    /// Whether a refresh token is wanted.
    pub offline: bool,
    /// The resources named, one a line (RFC 8707).
    pub resource: &'a str,
    /// At which door.
    pub dialect: Dialect,
}

/// A request that waits for a person.
pub struct Started {
    /// What the device polls with; a secret.
    pub device_code: String,
    /// What the person types, as it is shown.
    pub user_code: String,
    /// Where it is typed.
    pub verification_uri: String,
    /// The same with the code filled in.
    pub verification_uri_complete: String,
    /// The shortest time between two polls.
    pub interval: Duration,
    /// How long all this is good.
    pub expires_in: Duration,
}

/// Writes a device's request into the directory.
///
/// # Errors
/// The outer error is a breakage; the inner one says what cannot be asked.
pub async fn start(
    dc: &DataCenter,
    record: &ClientRecord,
    asks: &Asks<'_>,
    asking: &Asking,
) -> Result<Result<Started, TokenError>, Failure> {
    let client = &record.client;
    if !client.disabled && !client.enabled_in(&dc.place.location) {
        return Ok(Err(TokenError::ClientNotInDataCenter));
    }
    let request = match device::check(asks.scope, asks.offline, client, asks.dialect, &dc.house.catalog()) {
        Ok(request) => request,
        Err(cause) => return Ok(Err(told(cause))),
    };
    // Whoever begins proves nothing in one of the dialects, and leaves a row.
    if !dc.guesses.begin(Guess::Device(&client.id, asking.address), asking.now).is_zero() {
        return Ok(Err(TokenError::DeviceRequestsThrottled));
    }
    let policy = &dc.house.policy;
    let code = PresentedToken { id: dc.fresh_id(asking.now)?, secret: dc.house.entropy.secret()? };
    let new = NewDeviceCode {
        id: code.id,
        secret_hash: code.secret.hash(SecretKind::DeviceCode),
        user_code: UserCode::draw(dc.house.entropy.bytes()?),
        client_id: client.id.clone(),
        dialect: asks.dialect,
        scopes: request.scopes,
        offline: request.offline,
        resource: asks.resource.to_owned(),
        poll_interval: policy.device_poll_interval,
        expires_at: asking.now.plus(policy.device_code_lifetime),
    };
    let mut draws = vec![new.user_code.clone()];
    while draws.len() < DRAWS {
        draws.push(UserCode::draw(dc.house.entropy.bytes()?));
    }
    let written = dc
        .house
        .directory
        .write(move |tx| {
            for user_code in &draws {
                if tx.add_device_code(&NewDeviceCode { user_code: user_code.clone(), ..new.clone() })? {
                    return Ok(Some(user_code.clone()));
                }
            }
            Ok(None)
        })
        .await?;
    let Some(user_code) = written else { return Err(Failure::Store(grantor_store::StoreError::Overloaded)) };
    let user_code = user_code.shown();
    let verification_uri = format!("{}/oauth/v3/device", dc.place.accounts_url);
    Ok(Ok(Started {
        device_code: code.reveal(Prefix::Device),
        verification_uri_complete: format!("{verification_uri}?{USER_CODE}={user_code}"),
        verification_uri,
        user_code,
        interval: policy.device_poll_interval,
        expires_in: policy.device_code_lifetime,
    }))
}

/// What the check of a request says, as it is told to a client.
fn told(cause: PageError) -> TokenError {
    match cause {
        PageError::ClientDisabled => TokenError::ClientDisabled,
        PageError::ScopeUnknown(scope) => TokenError::ScopeUnknown(scope),
        PageError::ScopeNotAllowed(scope) => TokenError::ScopeNotAllowed(scope),
        PageError::ScopeMalformed => TokenError::ScopeMalformed,
        _ => TokenError::GrantTypeNotAllowed,
    }
}

/// A device asks. When its person has approved, and is at home here, the code is spent for tokens: once, whoever races.
/// The client has authenticated and may use the grant.
///
/// # Errors
/// The outer error is a breakage; the inner one says why there are no tokens (yet).
pub async fn poll(
    dc: &Arc<DataCenter>,
    record: &Arc<ClientRecord>,
    (code, target): (Option<PresentedToken>, Target),
    dialect: Dialect,
    asking: &Asking,
) -> Result<Result<Handed, DeviceError>, Failure> {
    let Some(code) = code else { return Ok(Err(DeviceError::Token(TokenError::CodeMalformed))) };
    let (now, guess) = (asking.now, Guess::Token(asking.address));
    if !dc.guesses.wait(guess, now).is_zero() {
        return Ok(Err(DeviceError::Token(TokenError::SecretGuessing)));
    }
    let asked = DevicePoll {
        code: code.clone(),
        client_id: record.client.id.clone(),
        penalty: if dialect == Dialect::Standard { PENALTY } else { Duration::ZERO },
    };
    match dc.house.directory.write(move |tx| tx.poll_device(&asked, now)).await? {
        Ok(location) if location == dc.place.location => {}
        Ok(location) => return Ok(Err(DeviceError::Elsewhere(location))),
        Err(cause) => {
            if cause == DeviceError::Token(TokenError::CodeUnknown) {
                dc.guesses.wrong(guess, now);
            }
            return Ok(Err(cause));
        }
    }
    let redeeming = Redeeming {
        realm: Realm::Accounts,
        code,
        device: true,
        redirect_uri: None,
        verifier: None,
        public: false,
        target,
    };
    Ok(tokens::redeem(dc, record, redeeming, asking).await?.map_err(|cause| match cause {
        TokenError::CodeExpired => DeviceError::Expired,
        cause => DeviceError::Token(cause),
    }))
}

/// Tells of a refused poll; that one has to wait, or to ask elsewhere, is no refusal.
pub fn tell(dc: &DataCenter, client_id: Option<&str>, cause: &DeviceError, asking: &Asking) {
    let detail = match cause {
        DeviceError::Pending | DeviceError::Elsewhere(_) => return,
        DeviceError::Token(cause) => tokens::explain(dc, cause),
        DeviceError::TooFast | DeviceError::Rejected | DeviceError::Expired => String::new(),
    };
    asking.refuse(dc, client_id, cause.name(), &detail);
}
