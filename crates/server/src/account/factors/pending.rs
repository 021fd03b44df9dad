//! A second factor that is being added: what the page showed comes back in a seal of this browser and person, for a few
//! minutes. Nothing is stored before it is proven.

use std::time::Duration;

use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::time::Timestamp;
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
struct Dated {
    at: i64,
    what: Pending,
}

impl Pending {
    /// For the form.
    pub fn seal(self, sitting: &Sitting<'_>) -> Result<String, Failure> {
        let dated = Dated { at: sitting.visit.now().millis(), what: self };
        let plain = serde_json::to_vec(&dated).unwrap_or_default();
        let dc = &sitting.visit.dc;
        Ok(BASE64URL_NOPAD.encode(&dc.sealer.lock(plain, &binding(sitting), &dc.house.entropy)?))
    }

    /// From the form; `None` when it is not of this browser and person, or too old.
    pub fn open(sitting: &Sitting<'_>, text: Option<&str>) -> Option<Self> {
        let whole = BASE64URL_NOPAD.decode(text?.as_bytes()).ok()?;
        let plain = sitting.visit.dc.sealer.unlock(&whole, &binding(sitting))?;
        let dated: Dated = serde_json::from_slice(&plain).ok()?;
        sitting.visit.now().within(Timestamp::from_millis(dated.at), PATIENCE).then_some(dated.what)
    }
}

/// The browser and the person (56 bytes; see [`crate::seal::Sealer::lock`]).
fn binding(sitting: &Sitting<'_>) -> Vec<u8> {
    let mut binding = b"grantor/pending/".to_vec();
    binding.extend_from_slice(&sitting.visit.browser_hash());
    binding.extend_from_slice(&sitting.person.user.id.0.to_be_bytes());
    binding
}
