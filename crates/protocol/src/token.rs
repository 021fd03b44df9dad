//! The shape of codes and tokens: `1000.<id>.<secret>`, an identifier that orders by time and names its
//! data center, and sixteen secret bytes (accounts-protocol.md section 2; `spec/decisions.md` 6).

use std::fmt;

use data_encoding::HEXLOWER;

use crate::{secret::TokenSecret, time::Timestamp};

/// The byte that names a data center inside every identifier; assigned once, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct DataCenterByte(pub u8);

/// Sixteen bytes: six of milliseconds since 1970, one for the data center, nine random. Rows keyed by it
/// append, and expired rows lie together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenId([u8; 16]);

impl TokenId {
    /// A new identifier from the time, the data center and nine fresh random bytes.
    pub fn new(at: Timestamp, data_center: DataCenterByte, random: [u8; 9]) -> Self {
        let mut bytes = [0; 16];
        let (time, rest) = bytes.split_at_mut(6);
        time.copy_from_slice(at.millis().max(0).to_be_bytes().split_at(2).1);
        if let Some((byte, tail)) = rest.split_first_mut() {
            *byte = data_center.0;
            tail.copy_from_slice(&random);
        }
        Self(bytes)
    }

    /// The smallest identifier of that time: the bound of a key range.
    pub fn first_of(at: Timestamp) -> Self {
        Self::new(at, DataCenterByte(0), [0; 9])
    }

    /// As read back from a store.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// As written to a store.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// When it was made, to the millisecond.
    pub fn made_at(&self) -> Timestamp {
        let millis = self.0.iter().take(6).fold(0_i64, |sum, byte| (sum << 8) | i64::from(*byte));
        Timestamp::from_millis(millis)
    }

    /// Which data center made it.
    pub fn data_center(&self) -> DataCenterByte {
        DataCenterByte(self.0.get(6).copied().unwrap_or_default())
    }

    /// Thirty-two lower-case hex digits. An identifier is no secret, but it is half of a token: logs show
    /// [`TokenId::mark`] instead.
    pub fn to_hex(self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// From thirty-two lower-case hex digits.
    pub fn from_hex(text: &str) -> Option<Self> {
        sixteen(text).map(Self)
    }

    /// Eight hex digits that let an operator tell tokens apart in a log.
    pub fn mark(&self) -> String {
        HEXLOWER.encode(self.0.get(12..).unwrap_or_default())
    }
}

impl fmt::Debug for TokenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "TokenId({}…)", self.mark())
    }
}

/// The number in front of a code or token; it tracks the class of the client (section 2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Prefix {
    /// `1000.`: the usual one.
    #[default]
    Usual,
    /// `1004.`: a device (non-browser) client.
    Device,
}

impl Prefix {
    /// The four digits.
    pub const fn digits(self) -> &'static str {
        match self {
            Self::Usual => "1000",
            Self::Device => "1004",
        }
    }
}

/// A code or token as a client presents it, taken apart but not looked up yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PresentedToken {
    /// Which row it claims to be.
    pub id: TokenId,
    /// What it presents to prove it.
    pub secret: TokenSecret,
}

impl PresentedToken {
    /// Reads `1000.<32 hex>.<32 hex>` (or `1004.`). Exactly that: no other case, length or separator, so
    /// that no truncated or rewritten token is ever looked up. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let rest = text.strip_prefix("1000.").or_else(|| text.strip_prefix("1004."))?;
        let (id, secret) = rest.split_once('.')?;
        Some(Self { id: TokenId(sixteen(id)?), secret: TokenSecret::from_bytes(sixteen(secret)?) })
    }

    /// The token as it goes over the wire. This reveals the secret.
    pub fn reveal(&self, prefix: Prefix) -> String {
        format!("{}.{}.{}", prefix.digits(), HEXLOWER.encode(&self.id.0), self.secret.reveal_hex())
    }
}

fn sixteen(text: &str) -> Option<[u8; 16]> {
    if text.len() != 32 {
        return None;
    }
    let mut bytes = [0; 16];
    HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample() -> PresentedToken {
        PresentedToken {
            id: TokenId::new(Timestamp::from_millis(1_795_000_000_123), DataCenterByte(3), [9; 9]),
            secret: TokenSecret::from_bytes([0xfe; 16]),
        }
    }

    #[test]
    fn goes_over_the_wire_and_back() {
        let text = sample().reveal(Prefix::Usual);
        assert_eq!(text.len(), 5 + 32 + 1 + 32);
        assert_eq!(PresentedToken::parse(&text), Some(sample()));
        assert_eq!(sample().id.made_at().millis(), 1_795_000_000_123);
        assert_eq!(sample().id.data_center(), DataCenterByte(3));
    }

    #[test]
    fn refuses_everything_but_the_exact_shape() {
        let text = sample().reveal(Prefix::Usual);
        for cut in 0..text.len() {
            assert_eq!(PresentedToken::parse(&text[..cut]), None, "cut at {cut}");
        }
        for wrong in [
            format!("{text}0"),
            format!(" {text}"),
            format!("{text} "),
            text.to_uppercase(),
            text.replacen('.', "_", 1),
            text.replace("1000", "1001"),
            text.replace("fe", "ｆｅ"),
            format!("{text}.00"),
        ] {
            assert_eq!(PresentedToken::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn later_identifiers_sort_later() {
        let early = TokenId::new(Timestamp::from_millis(1000), DataCenterByte(9), [255; 9]);
        let late = TokenId::new(Timestamp::from_millis(1001), DataCenterByte(0), [0; 9]);
        assert!(early < late);
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in ".{0,90}") {
            let _ = PresentedToken::parse(&text);
        }
    }
}
