//! What is told of a person, by the scopes that were granted: one answer for ID tokens and both user information
//! endpoints, in the vendor's words and the standard ones (accounts-protocol.md section 9, decision 18; OpenID Connect
//! Core section 5).

use grantor_protocol::{
    people::User,
    scope::{ScopeList, canonical},
};
use serde_json::{Map, Value};

/// The scopes that sign a person in. Any of them asks for an ID token and opens user information.
pub const SIGN_IN_SCOPES: [&str; 4] = ["openid", "email", "profile", "phone"];

/// Every claim that [`of`] may give.
pub const NAMES: [&str; 8] =
    ["sub", "email", "email_verified", "name", "first_name", "last_name", "given_name", "family_name"];

/// Whether any scope that signs a person in is among these.
pub fn signs_in(scopes: &ScopeList) -> bool {
    SIGN_IN_SCOPES.iter().any(|scope| has(scopes, scope))
}

/// `sub`: the ZUID, as text, everywhere the same.
pub fn subject(user: &User) -> String {
    user.id.0.to_string()
}

/// The claims these scopes open. A name that is empty is left out (OpenID Connect Core section 5.3.2). No phone numbers
/// are kept, so `phone` opens nothing.
pub fn of(user: &User, scopes: &ScopeList) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut tell = |name: &str, value: Value| claims.insert(name.to_owned(), value);
    tell("sub", subject(user).into());
    if has(scopes, "email") {
        tell("email", user.email.as_str().into());
        tell("email_verified", user.email_verified.into());
    }
    if has(scopes, "profile") {
        tell("name", user.display_name().into());
        for (value, names) in
            [(&user.first_name, ["first_name", "given_name"]), (&user.last_name, ["last_name", "family_name"])]
        {
            if !value.is_empty() {
                for name in names {
                    tell(name, value.as_str().into());
                }
            }
        }
    }
    claims
}

fn has(scopes: &ScopeList, wanted: &str) -> bool {
    scopes.iter().any(|scope| canonical(scope) == wanted)
}

#[cfg(test)]
mod tests {
    use grantor_protocol::people::{Realm, UserId};

    use super::*;

    fn told(first_name: &str, scopes: &str) -> String {
        let user = User {
            id: UserId(700_001),
            realm: Realm::Accounts,
            email: "Alice@zylker.example".into(),
            first_name: first_name.into(),
            last_name: String::new(),
            disabled: false,
            email_verified: false,
        };
        let claims = of(&user, &ScopeList::from_stored(scopes));
        assert!(claims.get("email_verified").is_none_or(|told| *told == Value::Bool(false)));
        assert!(claims.keys().all(|name| NAMES.contains(&name.as_str())));
        claims.keys().map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn scopes_open_claims() {
        for (first_name, scopes, expected) in [
            ("Alice", "openid", "sub"),
            ("Alice", "phone", "sub"),
            ("Alice", "Service.profile.READ", "sub"),
            ("Alice", "openid EMAIL", "email email_verified sub"),
            ("Alice", "Profile", "first_name given_name name sub"),
            ("", "profile", "name sub"),
        ] {
            assert_eq!(told(first_name, scopes), expected, "{scopes}");
        }
    }
}
