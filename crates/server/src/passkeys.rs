//! Passkeys (WebAuthn): what a browser is asked, and whether its answer is right. A challenge is drawn here, travels in a
//! seal, and is spent in the store; nothing waits on the server (docs/decisions/0023-passkeys-with-passki.md).

use std::time::Duration;

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::{people::UserId, time::Timestamp};
use grantor_store::{Passkey, PasskeyUse};
use passki::{
    AuthenticationCredential, AuthenticationOptions, Passki, PasskiError, RegistrationCredential, RegistrationOptions,
    StoredPasskey, UserVerificationRequirement,
};
use serde::Serialize;
use url::{Host, Url};

use crate::{
    entropy::{Entropy, NoEntropy},
    house::Place,
};

/// How long a challenge may be answered.
pub const CHALLENGE_LIFETIME: Duration = Duration::from_mins(5);
/// The longest credential id of the specification.
const LONGEST_ID: usize = 1023;
/// The shortest that a stranger cannot guess.
const SHORTEST_ID: usize = 16;
/// What keys may sign with: Ed25519, ECDSA with P-256, RSA with SHA-256 (some TPMs know nothing else).
const ALGORITHMS: [i32; 3] = [-8, -7, -257];

/// Why an answer does not count.
#[derive(Debug, thiserror::Error)]
pub enum NotProven {
    /// Not what a browser sends.
    #[error("the answer cannot be read: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// The library says no.
    #[error("{0}")]
    Library(#[from] PasskiError),
    /// No such passkey, or somebody else's.
    #[error("this passkey is not known here")]
    Unknown,
    /// The answer names another person than the passkey's.
    #[error("the passkey names another person")]
    OtherPerson,
    /// A key of a kind that was not offered.
    #[error("algorithm {0} was not offered")]
    Algorithm(i32),
    /// An id that is too short or too long.
    #[error("a credential id of {0} bytes")]
    Id(usize),
}

/// A challenge that may be answered once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Challenge {
    /// Thirty-two bytes, as they travel.
    pub text: String,
    /// When it was made.
    pub made_at: Timestamp,
}

impl Challenge {
    /// A fresh one.
    pub fn draw(entropy: &Entropy, now: Timestamp) -> Result<Self, NoEntropy> {
        let bytes: [u8; 32] = entropy.bytes()?;
        Ok(Self { text: BASE64URL_NOPAD.encode(&bytes), made_at: now })
    }

    /// From a seal; `None` when it is too old.
    pub fn from_seal((text, made_at): &(String, i64), now: Timestamp) -> Option<Self> {
        let challenge = Self { text: text.clone(), made_at: Timestamp::from_millis(*made_at) };
        (now.millis() < challenge.expires_at().millis()).then_some(challenge)
    }

    /// As a seal keeps it.
    pub fn for_seal(&self) -> (String, i64) {
        (self.text.clone(), self.made_at.millis())
    }

    /// When nobody may answer it any more.
    pub fn expires_at(&self) -> Timestamp {
        self.made_at.plus(CHALLENGE_LIFETIME)
    }

    fn bytes(&self) -> Vec<u8> {
        BASE64URL_NOPAD.decode(self.text.as_bytes()).unwrap_or_default()
    }
}

/// A new passkey, proven.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The credential's id.
    pub id: Vec<u8>,
    /// What is kept of it.
    pub credential: String,
}

/// The passkeys of a data center: they belong to the host of its accounts URL.
pub struct Passkeys {
    library: Passki,
}

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Passkeys({})", self.library.rp_id)
    }
}

impl Passkeys {
    /// `None` where browsers allow none: at an address without a name, or without TLS (but for localhost).
    pub fn of(place: &Place) -> Option<Self> {
        let url = Url::parse(&place.accounts_url).ok()?;
        let Some(Host::Domain(host)) = url.host() else { return None };
        let safe = url.scheme() == "https" || host == "localhost" || host.ends_with(".localhost");
        let origin = url.origin().ascii_serialization();
        safe.then(|| Self { library: Passki::new(host, &[origin], &place.name) })
    }

    /// What the browser is asked to make, as JSON for the page's script. `known`: those the person has.
    ///
    /// # Errors
    /// What the library says.
    pub fn creation(
        &self,
        (user, email, display): (UserId, &str, &str),
        brand: &str,
        known: &[Passkey],
        challenge: &Challenge,
    ) -> Result<String, NotProven> {
        let known: Vec<StoredPasskey> = known.iter().filter_map(stored).collect();
        let mut options = RegistrationOptions::default();
        options.timeout = timeout();
        options.exclude_credentials = Some(&known);
        let (mut asked, _) = self.library.start_passkey_registration(&handle(user), email, display, options)?;
        brand.clone_into(&mut asked.rp.name);
        asked.challenge.clone_from(&challenge.text);
        asked.pub_key_cred_params.retain(|offered| ALGORITHMS.contains(&offered.alg));
        Ok(json(&asked)?)
    }

    /// Judges what the browser made.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn created(&self, user: UserId, challenge: &Challenge, answer: &str) -> Result<Made, NotProven> {
        let (_, mut state) =
            self.library.start_passkey_registration(&handle(user), "", "", RegistrationOptions::default())?;
        state.challenge = challenge.bytes();
        let answer: RegistrationCredential = serde_json::from_str(answer)?;
        let made = self.library.finish_passkey_registration(&answer, &state)?;
        if !ALGORITHMS.contains(&made.algorithm) {
            return Err(NotProven::Algorithm(made.algorithm));
        }
        if !(SHORTEST_ID..=LONGEST_ID).contains(&made.credential_id.len()) {
            return Err(NotProven::Id(made.credential_id.len()));
        }
        Ok(Made { credential: json(&made)?, id: made.credential_id })
    }

    /// What the browser is asked to answer with, as JSON for the page's script. Without any, every passkey that this
    /// host's people have is offered, so that known and unknown people look alike; the person is verified then.
    ///
    /// # Errors
    /// What the library says.
    pub fn request(&self, among: &[Passkey], challenge: &Challenge) -> Result<String, NotProven> {
        let known: Vec<StoredPasskey> = among.iter().filter_map(stored).collect();
        let mut options = AuthenticationOptions::default();
        options.timeout = timeout();
        options.user_verification = verification(!among.is_empty());
        let (mut asked, _) = self.library.start_passkey_authentication(&known, options)?;
        asked.challenge.clone_from(&challenge.text);
        Ok(json(&asked)?)
    }

    /// The id of the passkey that an answer claims to come from.
    ///
    /// # Errors
    /// When the answer cannot be read.
    pub fn claimed(answer: &str) -> Result<Vec<u8>, NotProven> {
        let answer: AuthenticationCredential = serde_json::from_str(answer)?;
        Ok(Passki::base64_decode(&answer.raw_id)?)
    }

    /// Judges an answer of that passkey. `after_password`: the passkey is a second factor; otherwise it is all there is,
    /// and the person must have been verified by it.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn answered(
        &self,
        passkey: &Passkey,
        after_password: bool,
        challenge: &Challenge,
        answer: &str,
    ) -> Result<PasskeyUse, NotProven> {
        let mut kept = stored(passkey).ok_or(NotProven::Unknown)?;
        let mut options = AuthenticationOptions::default();
        options.user_verification = verification(after_password);
        let (_, mut state) = self.library.start_passkey_authentication(std::slice::from_ref(&kept), options)?;
        state.challenge = challenge.bytes();
        let answer: AuthenticationCredential = serde_json::from_str(answer)?;
        let done = self.library.finish_passkey_authentication(&answer, &state, &kept)?;
        // A handle is told with discoverable passkeys only; where nobody was named, it has to be.
        let named = done.user_handle.filter(|handle| !handle.is_empty());
        if named.as_ref().map_or(!after_password, |named| *named != handle(passkey.user)) {
            return Err(NotProven::OtherPerson);
        }
        kept.counter = done.counter;
        Ok(PasskeyUse {
            id: passkey.id.clone(),
            was: passkey.credential.clone(),
            credential: json(&kept)?,
            challenge: challenge.text.clone(),
            expires_at: challenge.expires_at(),
        })
    }
}

/// What the library kept of a passkey.
fn stored(passkey: &Passkey) -> Option<StoredPasskey> {
    serde_json::from_str(&passkey.credential).ok()
}

fn verification(after_password: bool) -> UserVerificationRequirement {
    if after_password { UserVerificationRequirement::Preferred } else { UserVerificationRequirement::Required }
}

fn json(value: &impl Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string(value)
}

fn timeout() -> u64 {
    u64::try_from(CHALLENGE_LIFETIME.as_millis()).unwrap_or(60_000)
}

/// What an authenticator calls the person: nothing that says who it is.
fn handle(user: UserId) -> Vec<u8> {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(b"grantor/passkey-user/");
    context.update(&user.0.to_be_bytes());
    context.finish().as_ref().to_vec()
}

#[cfg(test)]
pub mod tests;
