//! How one speaks at the door: the accounts dialect or the standard one. The URL chooses.

/// A dialect. Lifetimes, caps and rotation are not dialect: they are chosen when a token family begins, and kept with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Dialect {
    /// The accounts protocol (accounts-protocol.md).
    #[default]
    Accounts,
    /// OAuth 2.0 and OpenID Connect by RFC.
    Standard,
}

impl Dialect {
    /// As kept in a store.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accounts => "accounts",
            Self::Standard => "standard",
        }
    }

    /// As read back from a store; anything unknown is the accounts dialect.
    pub fn from_stored(text: &str) -> Self {
        if text == Self::Standard.as_str() { Self::Standard } else { Self::Accounts }
    }
}
