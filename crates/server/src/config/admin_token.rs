//! `token` of `[admin]`: a secret that scripts present. It is never shown.

use serde::Deserialize;

/// The shortest that is accepted, in bytes.
const SHORTEST: usize = 16;

/// The secret.
#[derive(Clone, Deserialize)]
#[serde(try_from = "String")]
pub struct AdminToken(String);

impl AdminToken {
    /// The secret itself, to compare with.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for AdminToken {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        if text.len() < SHORTEST || !text.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(format!("the admin token wants {SHORTEST} visible characters or more"));
        }
        Ok(Self(text))
    }
}

impl std::fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminToken(…)")
    }
}
