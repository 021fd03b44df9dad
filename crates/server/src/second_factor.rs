//! What people prove beside their password: codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds, one
//! step of grace either way) and recovery codes.

use grantor_protocol::{
    people::UserId,
    secret::{SecretHash, SecretKind},
    time::Timestamp,
};
use grantor_store::RECOVERY_CODES;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use crate::{
    entropy::{Entropy, NoEntropy},
    seal::Sealer,
};

/// Bytes of an authenticator app's secret: the 160 bits of RFC 4226.
pub const SECRET_BYTES: usize = 20;
/// Letters of recovery codes: none that is taken for another when written down.
const LETTERS: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
/// Letters of one: 80 bits.
const CODE_LETTERS: usize = 16;
/// The longest text that is looked at as a code.
const LONGEST_TYPED: usize = 64;

/// The secret that a person's authenticator app shares with us.
pub struct AppSecret([u8; SECRET_BYTES]);

impl std::fmt::Debug for AppSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AppSecret(…)")
    }
}

impl AppSecret {
    /// A fresh one.
    pub fn draw(entropy: &Entropy) -> Result<Self, NoEntropy> {
        entropy.bytes().map(Self)
    }

    /// As it travels in the seal of a form.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// For the seal of a form. This reveals the secret.
    pub fn bytes(&self) -> &[u8; SECRET_BYTES] {
        &self.0
    }

    /// As the store keeps it: only this data center reads it, and only for this person.
    pub fn sealed(&self, sealer: &Sealer, user: UserId, entropy: &Entropy) -> Result<Vec<u8>, NoEntropy> {
        sealer.lock(self.0.to_vec(), &binding(user), entropy)
    }

    /// What the store kept.
    pub fn open(sealed: &[u8], sealer: &Sealer, user: UserId) -> Option<Self> {
        Self::from_bytes(&sealer.unlock(sealed, &binding(user))?)
    }

    /// The time step a typed code belongs to, when it is right now.
    pub fn step_of(&self, typed: &str, now: Timestamp) -> Option<i64> {
        let code = digits(typed)?;
        let step = self.totp()?.check(&code, u64::try_from(now.seconds()).ok()?)?;
        i64::try_from(step).ok()
    }

    /// For people who cannot scan: groups of four letters. This reveals the secret.
    pub fn shown(&self) -> String {
        grouped(&Secret::new_stack(self.0).to_base32())
    }

    /// The address that apps read (`otpauth:`). This reveals the secret.
    pub fn address(&self, issuer: &str, account: &str) -> String {
        // Neither part may hold the colon that parts them.
        let part = |text: &str| form_urlencoded::byte_serialize(text.replace(':', " ").as_bytes()).collect::<String>();
        let (issuer, account) = (part(issuer).replace('+', "%20"), part(account).replace('+', "%20"));
        let secret = Secret::new_stack(self.0).to_base32();
        format!("otpauth://totp/{issuer}:{account}?secret={secret}&issuer={issuer}")
    }

    fn totp(&self) -> Option<Totp> {
        let secret = Secret::new_stack(self.0);
        Builder::new()
            .with_algorithm(Algorithm::SHA1)
            .with_digits(6)
            .with_skew(1)
            .with_step_duration(30)
            .with_secret(secret)
            .build()
            .ok()
    }
}

/// What a kept secret is bound to (30 bytes; see [`Sealer::lock`]).
fn binding(user: UserId) -> Vec<u8> {
    let mut binding = b"grantor/authenticator/".to_vec();
    binding.extend_from_slice(&user.0.to_be_bytes());
    binding
}

/// The six digits of what was typed, whatever digits a keyboard has and however they are grouped.
fn digits(typed: &str) -> Option<String> {
    if typed.len() > LONGEST_TYPED {
        return None;
    }
    let digit = |c: char| {
        let zero = [0x30, 0x0660, 0x06f0].into_iter().find(|zero| (*zero..*zero + 10).contains(&u32::from(c)))?;
        char::from_digit(u32::from(c) - zero, 10)
    };
    let plain = typed.chars().filter(|c| !c.is_whitespace() && *c != '-');
    let code: String = plain.map(digit).collect::<Option<_>>()?;
    (code.len() == 6).then_some(code)
}

/// Fresh recovery codes, as they are shown once.
pub fn recovery_codes(entropy: &Entropy) -> Result<Vec<String>, NoEntropy> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let bytes: [u8; CODE_LETTERS] = entropy.bytes()?;
            let letters = bytes.iter().filter_map(|byte| LETTERS.get(usize::from(byte % 32))).map(|l| char::from(*l));
            Ok(grouped(&letters.collect::<String>()))
        })
        .collect()
}

/// What the store keeps of a recovery code; `None` when no code looks like this.
pub fn recovery_hash(typed: &str) -> Option<SecretHash> {
    if typed.len() > LONGEST_TYPED {
        return None;
    }
    let code: String =
        typed.chars().filter(|c| !c.is_whitespace() && *c != '-').map(|c| c.to_ascii_uppercase()).collect();
    let shaped = code.len() == CODE_LETTERS && code.bytes().all(|byte| LETTERS.contains(&byte));
    shaped.then(|| SecretHash::of(SecretKind::RecoveryCode, code.as_bytes()))
}

fn grouped(letters: &str) -> String {
    let letters: Vec<char> = letters.chars().collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn codes_are_those_of_the_rfc() {
        // RFC 6238, appendix B, the last six of eight digits.
        let secret = AppSecret::from_bytes(b"12345678901234567890").unwrap();
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (2_000_000_000, "279037")] {
            assert_eq!(secret.step_of(code, at(seconds)), Some(seconds / 30), "{code}");
            assert_eq!(secret.step_of(code, at(seconds + 30)), Some(seconds / 30), "a step late");
            assert_eq!(secret.step_of(code, at(seconds - 30)), Some(seconds / 30), "a step early");
            assert_eq!(secret.step_of(code, at(seconds + 90)), None, "too late");
        }
        for typed in ["287 082", " 287-082 ", "٢٨٧٠٨٢", "۲۸۷۰۸۲"] {
            assert_eq!(secret.step_of(typed, at(59)), Some(1), "{typed}");
        }
        for typed in ["", "28708", "2870822", "28708a", "287083", &"2".repeat(1000)] {
            assert_eq!(secret.step_of(typed, at(59)), None, "{typed}");
        }
    }

    #[test]
    fn a_secret_is_sealed_for_one_person() {
        let (sealer, entropy) = (Sealer::new(&[1; 32], &[2; 32]).unwrap(), Entropy::default());
        let secret = AppSecret::draw(&entropy).unwrap();
        let sealed = secret.sealed(&sealer, UserId(1), &entropy).unwrap();
        assert_eq!(AppSecret::open(&sealed, &sealer, UserId(1)).unwrap().bytes(), secret.bytes());
        assert!(AppSecret::open(&sealed, &sealer, UserId(2)).is_none());
        assert!(AppSecret::open(&sealed, &Sealer::new(&[3; 32], &[2; 32]).unwrap(), UserId(1)).is_none());
        assert!(!sealed.windows(SECRET_BYTES).any(|window| window == secret.bytes()));
    }

    #[test]
    fn an_app_reads_the_address() {
        let secret = AppSecret::from_bytes(b"12345678901234567890").unwrap();
        assert_eq!(
            secret.address("Acme: Accounts", "alice+test@zylker.example"),
            "otpauth://totp/Acme%20%20Accounts:alice%2Btest%40zylker.example\
             ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%20Accounts"
        );
        assert_eq!(secret.shown(), "GEZD-GNBV-GY3T-QOJQ-GEZD-GNBV-GY3T-QOJQ");
    }

    #[test]
    fn recovery_codes_are_read_as_people_write_them() {
        let codes = recovery_codes(&Entropy::default()).unwrap();
        assert_eq!(codes.len(), RECOVERY_CODES);
        for code in &codes {
            let hash = recovery_hash(code).unwrap();
            for written in [code.to_lowercase(), code.replace('-', " "), code.replace('-', ""), format!(" {code} ")] {
                assert!(recovery_hash(&written).is_some_and(|read| read.matches(&hash)), "{written}");
            }
        }
        for typed in ["", "ABCD", "ABCD-EFGH-JKLM-NPQ0", &"A".repeat(1000)] {
            assert!(recovery_hash(typed).is_none(), "{typed}");
        }
    }
}
