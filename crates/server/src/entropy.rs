//! Fresh random bytes: the operating system's, or a test's, which repeat.

#[cfg(test)]
use std::sync::atomic::{AtomicU64, Ordering};

#[cfg(test)]
use aws_lc_rs::digest;
use aws_lc_rs::rand;
use grantor_protocol::{
    secret::TokenSecret,
    time::Timestamp,
    token::{DataCenterByte, TokenId},
};

/// Where chance comes from.
#[derive(Debug, Default)]
pub enum Entropy {
    /// The operating system.
    #[default]
    System,
    /// A sequence that is the same at every run.
    #[cfg(test)]
    Sequence(AtomicU64),
}

/// The operating system gave no random bytes; nothing may be issued.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the operating system gave no random bytes")]
pub struct NoEntropy;

impl Entropy {
    /// Fresh bytes.
    pub fn bytes<const N: usize>(&self) -> Result<[u8; N], NoEntropy> {
        let mut bytes = [0; N];
        match self {
            Self::System => rand::fill(&mut bytes).map_err(|_| NoEntropy)?,
            #[cfg(test)]
            Self::Sequence(next) => {
                for chunk in bytes.chunks_mut(32) {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    let block = digest::digest(&digest::SHA256, &n.to_be_bytes());
                    for (to, from) in chunk.iter_mut().zip(block.as_ref()) {
                        *to = *from;
                    }
                }
            }
        }
        Ok(bytes)
    }

    /// A fresh identifier of that time and place.
    pub fn id(&self, now: Timestamp, data_center: DataCenterByte) -> Result<TokenId, NoEntropy> {
        Ok(TokenId::new(now, data_center, self.bytes()?))
    }

    /// A fresh secret.
    pub fn secret(&self) -> Result<TokenSecret, NoEntropy> {
        Ok(TokenSecret::from_bytes(self.bytes()?))
    }
}
