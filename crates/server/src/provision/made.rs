//! Ids, secrets and passwords that are made when a file leaves them out, in the documented shapes
//! (accounts-protocol.md section 2).

use data_encoding::HEXLOWER;
use grantor_protocol::client::ClientType;

use crate::entropy::{Entropy, NoEntropy};

/// `1000.` or `1004.` and thirty upper-case letters or digits.
pub(super) fn client_id(client_type: ClientType, entropy: &Entropy) -> Result<String, NoEntropy> {
    Ok(format!("{}.{}", client_type.prefix().digits(), drawn(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", 30, entropy)?))
}

/// Forty-two lower-case hex digits: 168 random bits.
pub(super) fn client_secret(entropy: &Entropy) -> Result<String, NoEntropy> {
    Ok(HEXLOWER.encode(&entropy.bytes::<21>()?))
}

/// Twenty characters that are not mistaken for each other: 115 random bits.
pub(super) fn password(entropy: &Entropy) -> Result<String, NoEntropy> {
    drawn(b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 20, entropy)
}

/// A decimal number of so many digits that does not begin with 0.
pub(crate) fn number(digits: usize, entropy: &Entropy) -> Result<String, NoEntropy> {
    Ok(format!("{}{}", drawn(b"123456789", 1, entropy)?, drawn(b"0123456789", digits.saturating_sub(1), entropy)?))
}

fn drawn(alphabet: &[u8], length: usize, entropy: &Entropy) -> Result<String, NoEntropy> {
    // Bytes beyond the largest multiple of the alphabet's length are drawn again, so that all are equally likely.
    let limit = 256 - 256 % alphabet.len();
    let mut text = String::with_capacity(length);
    while text.len() < length {
        for byte in entropy.bytes::<64>()? {
            let byte = usize::from(byte);
            if byte < limit
                && text.len() < length
                && let Some(letter) = alphabet.get(byte % alphabet.len())
            {
                text.push(char::from(*letter));
            }
        }
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_are_as_documented() {
        let entropy = Entropy::default();
        let id = client_id(ClientType::Server, &entropy).unwrap();
        assert!(id.starts_with("1000.") && id.len() == 35);
        assert!(client_id(ClientType::Device, &entropy).unwrap().starts_with("1004."));
        assert_eq!(client_secret(&entropy).unwrap().len(), 42);
        assert_eq!(password(&entropy).unwrap().len(), 20);
        assert_eq!(number(11, &entropy).unwrap().len(), 11);
    }
}
