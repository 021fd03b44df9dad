//! What must hold of the readers of JWTs and JWK sets, whatever the bytes.

use grantor_protocol::time::Timestamp;
use grantor_server::strangers::{assertion, claimed_subject, key_set};

use crate::rules::lines;

/// Two public keys. Their private halves signed what stands in [`SIGNED`], and exist no longer.
const KEYS: &str = include_str!("keys.json");
/// Header and claims of all that was ever signed with them: `corpus/jwt` has the signatures.
const SIGNED: &str = include_str!("signed.txt");

/// A JWT, and a set of keys that a stranger chose.
pub fn jwt(data: &[u8]) {
    let now = Timestamp::from_millis(1_795_000_000_000);
    let open =
        |keys: &str, text: &str| assertion(keys.as_bytes(), text, "1000.A", "https://accounts.example/oauth2", now);
    let text = lines(data).map_or_else(
        || std::str::from_utf8(data).unwrap_or_default(),
        |[text, keys]: [&str; 2]| {
            // Whatever these keys open, they must not break the reader.
            let _ = (open(keys, text), key_set(keys.as_bytes()));
            text
        },
    );
    let _ = (claimed_subject(text), key_set(data));
    let Some(id) = open(KEYS, text) else { return };
    let said = text.rsplit_once('.').map(|(said, _)| said).unwrap_or_default();
    assert!(SIGNED.lines().any(|signed| signed == said), "opened what nobody signed: {text:?}");
    assert!(["one", "two", "three"].contains(&id.as_str()));
    assert_eq!(claimed_subject(text).as_deref(), Some("1000.A"));
    for (client_id, issuer) in [("1000.B", "https://accounts.example/oauth2"), ("1000.A", "https://accounts.example")] {
        assert!(assertion(KEYS.as_bytes(), text, client_id, issuer, now).is_none(), "opened elsewhere");
    }
    let later = Timestamp::from_millis(1_795_000_200_000);
    assert!(assertion(KEYS.as_bytes(), text, "1000.A", "https://accounts.example/oauth2", later).is_none());
}
