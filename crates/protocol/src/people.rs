//! Who and where: users, organizations, environments, realms. Plain values, read from a store.

/// A person who can sign in; the number is what applications see as ZUID.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UserId(pub i64);

impl UserId {
    /// Nobody: the organization itself allowed something, or a client acts for itself. No user has this id.
    pub const NOBODY: Self = Self(0);
}

/// A user as the pages and `/oauth/user/info` show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// The ZUID.
    pub id: UserId,
    /// Where this user signs in.
    pub realm: Realm,
    /// As the person writes it.
    pub email: String,
    /// Given name; may be empty.
    pub first_name: String,
    /// Family name; may be empty.
    pub last_name: String,
    /// A disabled user cannot sign in, and no token of theirs works.
    pub disabled: bool,
    /// Whether the address is known to be theirs: the operator's word, or a letter that was answered.
    pub email_verified: bool,
}

impl User {
    /// First and last name, or the e-mail address when both are empty.
    pub fn display_name(&self) -> String {
        let name = format!("{} {}", self.first_name, self.last_name);
        let name = name.trim();
        if name.is_empty() { self.email.clone() } else { name.to_owned() }
    }
}

/// Who may sign in here: the accounts house or one portal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Realm {
    /// The accounts house: a data center's own users.
    Accounts,
    /// A portal, by its id: an organization's own customers (accounts-protocol.md section 11).
    Portal(String),
}

impl Realm {
    /// As kept in a store: empty for the accounts house, else the portal's id.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Accounts => "",
            Self::Portal(id) => id,
        }
    }

    /// As read back from a store.
    pub fn from_stored(text: String) -> Self {
        if text.is_empty() { Self::Accounts } else { Self::Portal(text) }
    }
}

/// Which of an organization's worlds a token is for (accounts-protocol.md section 16).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Environment {
    /// The real one.
    #[default]
    Production,
    /// A copy to try things in.
    Sandbox,
    /// A developer's own.
    Developer,
}

impl Environment {
    /// As provision files and stores spell it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
            Self::Developer => "developer",
        }
    }

    /// Reads the spelling of a provision file or store; `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Production, Self::Sandbox, Self::Developer].into_iter().find(|e| e.as_str() == text)
    }
}

/// A company or team.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id, as APIs name it.
    pub id: String,
    /// Its name, as people read it.
    pub name: String,
    /// Which world it is.
    pub environment: Environment,
}

/// A user's place in an organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Where.
    pub organization: Organization,
    /// Whether the user administers it.
    pub administrator: bool,
}

/// Folds an e-mail address to the form it is compared in: trimmed, lower case. `None` when it cannot be an
/// address: no `@` with something on both sides, white space or control characters inside, over 254 bytes.
pub fn fold_email(text: &str) -> Option<String> {
    // Measured as it is kept: some letters take more bytes in lower case.
    let folded = text.trim().to_lowercase();
    let (local, host) = folded.rsplit_once('@')?;
    let usable = !local.is_empty()
        && !host.is_empty()
        && folded.len() <= 254
        && !folded.chars().any(|c| c.is_whitespace() || c.is_control());
    usable.then_some(folded)
}

/// Whether a name of anything looks like what it is: control characters, and those that turn the direction of text,
/// would make it look like something else.
pub fn is_plain(name: &str) -> bool {
    let odd = |c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    !name.contains(odd)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_does_not_look_like_another() {
        assert!(is_plain("Zoë \u{5d0}\u{5d1} — 張") && is_plain(""));
        for odd in ["a\u{202e}b", "a\nb", "a\u{0}b", "\u{2067}"] {
            assert!(!is_plain(odd), "{odd:?}");
        }
    }

    #[test]
    fn addresses_fold() {
        assert_eq!(fold_email("  Alice@Zylker.Example "), Some("alice@zylker.example".to_owned()));
        for wrong in ["", "a", "@b", "a@", "a b@c", "a@b\u{7}", &format!("{}@b", "a".repeat(254))] {
            assert_eq!(fold_email(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn an_address_that_grows_in_lower_case_is_measured_as_it_is_kept() {
        // Found by fuzzing: two bytes of U+0130 become three, so 254 bytes were folded to more.
        assert_eq!(fold_email(&format!("{}@x.example", "\u{130}".repeat(100))), None);
        let fits = fold_email("\u{130}@x.example").unwrap();
        assert_eq!(fold_email(&fits), Some(fits));
    }
}
