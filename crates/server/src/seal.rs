//! Seals: what travels through a person's pages encrypted and authenticated, bound to the browser and to the
//! request it belongs to; and the token that every form carries (`spec/decisions.md` 16).

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    constant_time, hmac,
};
use data_encoding::BASE64URL_NOPAD;
use grantor_protocol::{people::UserId, step::Answers, time::Timestamp, token::TokenId};
use grantor_store::INTERACTION_LIFETIME;
use serde::{Deserialize, Serialize};

use crate::entropy::{Entropy, NoEntropy};

/// What one interaction has answered so far. The request itself is not in it: the URL carries it, and it is
/// checked again every time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sealed {
    /// The interaction; becomes the code's identifier.
    #[serde(rename = "i")]
    interaction: String,
    /// When it began, in milliseconds.
    #[serde(rename = "b")]
    began: i64,
    /// The address typed at the first step of signing in.
    #[serde(rename = "e", default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// The organization chosen, and by whom.
    #[serde(rename = "o", default, skip_serializing_if = "Option::is_none")]
    pub organization: Option<(i64, String)>,
    /// Whether another account is wanted.
    #[serde(rename = "s", default, skip_serializing_if = "std::ops::Not::not")]
    pub switch_account: bool,
    /// Whether the person themselves confirmed the code of a device.
    #[serde(rename = "v", default, skip_serializing_if = "std::ops::Not::not")]
    pub code_confirmed: bool,
    /// Who typed the password in this interaction.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub signed_in: Option<i64>,
    /// Who said to go on as the one signed in.
    #[serde(rename = "a", default, skip_serializing_if = "Option::is_none")]
    pub account: Option<i64>,
    /// Who typed the right password, but has a second factor to prove.
    #[serde(rename = "g", default, skip_serializing_if = "Option::is_none")]
    pub password_ok: Option<PasswordOk>,
    /// The challenge that a passkey may answer on the page this came with; and when it was made, in milliseconds.
    #[serde(rename = "k", default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<(String, i64)>,
    /// What the consent page showed.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentShown>,
}

/// A password that was right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordOk {
    /// Whose.
    pub user: i64,
    /// When it was typed, in milliseconds.
    pub at: i64,
    /// The mark of the hash it was checked against, in hex: another password is not this one.
    pub mark: String,
}

/// Exactly what a person saw when asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConsentShown {
    /// Who was asked.
    pub user: i64,
    /// For which organization.
    pub organization: String,
    /// The scopes, space separated.
    pub scopes: String,
    /// Whether offline access was named.
    pub offline: bool,
}

impl Sealed {
    /// A new interaction.
    pub fn begin(interaction: TokenId, now: Timestamp) -> Self {
        Self {
            interaction: interaction.to_hex(),
            began: now.millis(),
            email: None,
            organization: None,
            switch_account: false,
            code_confirmed: false,
            signed_in: None,
            account: None,
            password_ok: None,
            challenge: None,
            consent: None,
        }
    }

    /// The interaction's id.
    pub fn interaction(&self) -> Option<TokenId> {
        TokenId::from_hex(&self.interaction)
    }

    /// The answers, as the protocol asks for them.
    pub fn answers(&self) -> Answers {
        Answers {
            organization: self.organization.as_ref().map(|(user, id)| (UserId(*user), id.clone())),
            switch_account: self.switch_account,
            signed_in: self.signed_in.map(UserId),
            account: self.account.map(UserId),
        }
    }

    fn alive(&self, now: Timestamp) -> bool {
        let began = Timestamp::from_millis(self.began);
        now < began.plus(INTERACTION_LIFETIME)
    }
}

/// Makes and opens seals.
pub struct Sealer {
    seals: LessSafeKey,
    forms: hmac::Key,
}

impl std::fmt::Debug for Sealer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sealer(…)")
    }
}

impl Sealer {
    /// From a data center's two keys.
    ///
    /// # Errors
    /// When the sealing key has not 32 bytes.
    pub fn new(seal_key: &[u8], form_key: &[u8]) -> Result<Self, NoEntropy> {
        let seals = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, seal_key).map_err(|_| NoEntropy)?);
        Ok(Self { seals, forms: hmac::Key::new(hmac::HMAC_SHA256, form_key) })
    }

    /// Seals, bound to `binding` (browser and request).
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn seal(&self, sealed: &Sealed, binding: &[u8], entropy: &Entropy) -> Result<String, NoEntropy> {
        let plain = serde_json::to_vec(sealed).map_err(|_| NoEntropy)?;
        Ok(BASE64URL_NOPAD.encode(&self.lock(plain, binding, entropy)?))
    }

    /// Opens a seal; `None` when it is not ours, not of this browser and request, or too old.
    pub fn open(&self, text: &str, binding: &[u8], now: Timestamp) -> Option<Sealed> {
        let whole = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        let sealed: Sealed = serde_json::from_slice(&self.unlock(&whole, binding)?).ok()?;
        sealed.alive(now).then_some(sealed)
    }

    /// Encrypts and authenticates anything, bound to `binding`: what is kept of a secret, or travels in a form. The
    /// bindings of different purposes differ in length: a visit's has 48 bytes.
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn lock(&self, mut plain: Vec<u8>, binding: &[u8], entropy: &Entropy) -> Result<Vec<u8>, NoEntropy> {
        let nonce: [u8; NONCE_LEN] = entropy.bytes()?;
        self.seals
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(binding), &mut plain)
            .map_err(|_| NoEntropy)?;
        let mut whole = nonce.to_vec();
        whole.extend_from_slice(&plain);
        Ok(whole)
    }

    /// What was locked with this binding; `None` when it is not ours.
    pub fn unlock(&self, whole: &[u8], binding: &[u8]) -> Option<Vec<u8>> {
        let (nonce, rest) = whole.split_at_checked(NONCE_LEN)?;
        let mut rest = rest.to_vec();
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        self.seals.open_in_place(nonce, Aad::from(binding), &mut rest).ok().map(|plain| plain.to_vec())
    }

    /// The token that forms of this browser carry.
    pub fn form_token(&self, browser: &[u8]) -> String {
        BASE64URL_NOPAD.encode(hmac::sign(&self.forms, browser).as_ref())
    }

    /// Whether a form's token is this browser's.
    pub fn form_token_is(&self, token: &str, browser: &[u8]) -> bool {
        constant_time::verify_slices_are_equal(token.as_bytes(), self.form_token(browser).as_bytes()).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use grantor_protocol::token::DataCenterByte;

    use super::*;

    #[test]
    fn a_seal_opens_only_where_it_belongs() {
        let sealer = Sealer::new(&[1; 32], &[2; 32]).unwrap();
        let entropy = Entropy::default();
        let now = Timestamp::from_millis(1_000_000_000_000);
        let sealed = Sealed::begin(TokenId::new(now, DataCenterByte(1), [3; 9]), now);
        let text = sealer.seal(&sealed, b"browser and request", &entropy).unwrap();
        assert_eq!(sealer.open(&text, b"browser and request", now), Some(sealed));
        assert_eq!(sealer.open(&text, b"another browser", now), None);
        assert_eq!(sealer.open(&text, b"browser and request", now.plus(Duration::from_mins(30))), None);
        for i in 0..text.len() {
            let mut broken = text.clone().into_bytes();
            broken[i] = if broken[i] == b'A' { b'B' } else { b'A' };
            assert_eq!(sealer.open(std::str::from_utf8(&broken).unwrap(), b"browser and request", now), None);
        }
        assert_eq!(sealer.open("", b"", now), None);
    }

    #[test]
    fn a_form_token_is_one_browser_s() {
        let sealer = Sealer::new(&[1; 32], &[2; 32]).unwrap();
        let token = sealer.form_token(b"one");
        assert!(sealer.form_token_is(&token, b"one"));
        assert!(!sealer.form_token_is(&token, b"two"));
        assert!(!sealer.form_token_is("", b"one"));
    }
}
