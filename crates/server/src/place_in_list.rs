//! Where a page of a list by time and key ends, as the link to the next page carries it: `<milliseconds>.<key>`.

use grantor_protocol::{time::Timestamp, token::TokenId};

/// Reads one.
pub fn read(text: &str) -> Option<(Timestamp, TokenId)> {
    let (at, id) = text.split_once('.')?;
    Some((Timestamp::from_millis(at.parse().ok()?), TokenId::from_hex(id)?))
}

/// Writes one.
pub fn write((at, id): (Timestamp, TokenId)) -> String {
    format!("{}.{}", at.millis(), id.to_hex())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_and_nothing_else() {
        let place = (Timestamp::from_millis(1_763_805_600_000), TokenId::from_bytes([7; 16]));
        assert_eq!(read(&write(place)), Some(place));
        for forged in ["", "x", "1.zz", ".00", "9999999999999999999999.07070707070707070707070707070707", "1"] {
            assert_eq!(read(forged), None, "{forged}");
        }
    }
}
