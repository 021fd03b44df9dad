//! What a new password has to be: long enough, not the address, and none of those that everybody tries first.

use grantor_protocol::people::fold_email;

use crate::passwords::LONGEST;

/// The fewest characters.
const SHORTEST: usize = 8;

/// The commonest passwords of eight characters or more, in small letters.
const COMMON: &[&str] = &[
    "00000000",
    "0123456789",
    "11111111",
    "1111111111",
    "11223344",
    "12121212",
    "12341234",
    "123123123",
    "12344321",
    "12345678",
    "123456789",
    "1234567890",
    "123456789a",
    "123456789q",
    "12345679",
    "1234qwer",
    "123654789",
    "123qweasd",
    "147258369",
    "1q2w3e4r",
    "1q2w3e4r5t",
    "1qaz2wsx",
    "1qazxsw2",
    "22222222",
    "55555555",
    "66666666",
    "77777777",
    "87654321",
    "88888888",
    "987654321",
    "99999999",
    "a1234567",
    "a12345678",
    "a123456789",
    "aa123456",
    "aa12345678",
    "aaaaaaaa",
    "abc12345",
    "abcd1234",
    "abcdefgh",
    "admin123",
    "administrator",
    "adminadmin",
    "alexander",
    "asdasdasd",
    "asdf1234",
    "asdfasdf",
    "asdfghjk",
    "asdfghjkl",
    "baseball",
    "basketball",
    "butterfly",
    "changeme",
    "charlie1",
    "chocolate",
    "computer",
    "corvette",
    "dearbook",
    "december",
    "elephant",
    "february",
    "football",
    "football1",
    "garfield",
    "godzilla",
    "graduate",
    "iloveyou",
    "iloveyou1",
    "internet",
    "jennifer",
    "jonathan",
    "josephine",
    "letmein1",
    "letmein123",
    "liverpool",
    "lovelove",
    "manchester",
    "marlboro",
    "maverick",
    "mercedes",
    "michelle",
    "midnight",
    "monkey123",
    "mountain",
    "myspace1",
    "november",
    "p@ssw0rd",
    "pa55word",
    "passw0rd",
    "password",
    "password!",
    "password0",
    "password1",
    "password12",
    "password123",
    "password1234",
    "passwort",
    "passwort1",
    "pokemon1",
    "princess",
    "princess1",
    "q1w2e3r4",
    "q1w2e3r4t5",
    "qazwsxedc",
    "qqww1122",
    "qwer1234",
    "qwert123",
    "qwerty12",
    "qwerty123",
    "qwerty1234",
    "qwertyui",
    "qwertyuiop",
    "qwertzuiop",
    "rush2112",
    "samantha",
    "scorpion",
    "secret123",
    "security",
    "september",
    "shadow123",
    "slipknot",
    "snowball",
    "spiderman",
    "starwars",
    "steelers",
    "sunshine",
    "sunshine1",
    "superman",
    "superstar",
    "test1234",
    "testtest",
    "trustno1",
    "usuckballz1",
    "valentina",
    "victoria",
    "welcome1",
    "welcome123",
    "whatever",
    "wordpass",
    "yankees1",
    "zaq12wsx",
    "zxcvbnm1",
    "zxcvbnm123",
];

/// The key of why a password will not do; none when it will.
pub fn problem(password: &str, email: &str) -> Option<&'static str> {
    if password.chars().count() < SHORTEST {
        return Some("new-password-short");
    }
    if password.len() > LONGEST {
        return Some("new-password-long");
    }
    let lower = password.trim().to_lowercase();
    let folded = fold_email(email).unwrap_or_default();
    let name = folded.rsplit_once('@').map_or("", |(name, _)| name);
    if lower == folded || lower == name {
        return Some("new-password-email");
    }
    let one_letter = lower.chars().all(|c| lower.starts_with(c));
    (one_letter || COMMON.contains(&lower.as_str())).then_some("new-password-common")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_everybody_tries_first_will_not_do() {
        for (password, expected) in [
            ("", Some("new-password-short")),
            ("short77", Some("new-password-short")),
            ("قصيرة", Some("new-password-short")),
            ("grüße-ab", None),
            (&"x7".repeat(513), Some("new-password-long")),
            (&"x7".repeat(512), None),
            ("Alice.Adams@Zylker.example", Some("new-password-email")),
            ("alice.adams", Some("new-password-email")),
            ("Password1", Some("new-password-common")),
            (" 12345678 ", Some("new-password-common")),
            ("zzzzzzzzzzzz", Some("new-password-common")),
            ("correct horse", None),
        ] {
            assert_eq!(problem(password, "alice.adams@zylker.example"), expected, "{password:?}");
        }
        assert!(COMMON.iter().all(|common| common.len() >= SHORTEST && common.to_lowercase() == **common));
    }
}
