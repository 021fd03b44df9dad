//! A second factor that is being added: what the page showed comes back in a seal of this browser and person, for a few
//! minutes. Nothing is stored before it is proven.

use std::time::Duration;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use grantor_protocol::{secret::SecretHash, time::Timestamp};
use grantor_store::Confirmed;
use serde::{Deserialize, Serialize};

use crate::{failure::Failure, sitting::Sitting};

/// How long it may take: an app may have to be installed first.
const PATIENCE: Duration = Duration::from_mins(15);

/// What is being added.
#[derive(Serialize, Deserialize)]
pub enum Pending {
    /// An authenticator app: the secret.
    #[serde(rename = "a")]
    Authenticator(String),
    /// A passkey: its name, the challenge, and when that was made.
    #[serde(rename = "p")]
    Passkey(String, (String, i64)),
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    at: i64,
    what: Pending,
    /// The mark of the password that was given for it, in hex.
    password: String,
}

impl Pending {
    /// For the form.
    pub fn seal(self, sitting: &Sitting<'_>, by: &Confirmed) -> Result<String, Failure> {
        let password = HEXLOWER.encode(by.password.as_bytes());
        let sealed = Sealed { at: sitting.visit.now().millis(), what: self, password };
        let plain = serde_json::to_vec(&sealed).unwrap_or_default();
        let dc = &sitting.visit.dc;
        Ok(BASE64URL_NOPAD.encode(&dc.sealer.lock(plain, &binding(sitting), &dc.house.entropy)?))
    }

    /// From the form, and by which password, in the session of now; `None` when it is not of this browser and person, or
    /// too old.
    pub fn open(sitting: &Sitting<'_>, text: Option<&str>) -> Option<(Self, Confirmed)> {
        let whole = BASE64URL_NOPAD.decode(text?.as_bytes()).ok()?;
        let plain = sitting.visit.dc.sealer.unlock(&whole, &binding(sitting))?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        let mark: [u8; 32] = HEXLOWER.decode(sealed.password.as_bytes()).ok()?.try_into().ok()?;
        let (user, session) = (sitting.person.user.id, sitting.person.session);
        let by = Confirmed { user, password: SecretHash::from_bytes(mark), session };
        sitting.visit.now().within(Timestamp::from_millis(sealed.at), PATIENCE).then_some((sealed.what, by))
    }
}

/// The browser and the person (56 bytes; see [`crate::seal::Sealer::lock`]).
fn binding(sitting: &Sitting<'_>) -> Vec<u8> {
    let mut binding = b"grantor/pending/".to_vec();
    binding.extend_from_slice(&sitting.visit.browser_hash());
    binding.extend_from_slice(&sitting.person.user.id.0.to_be_bytes());
    binding
}
