//! What the page shows, in the page's own words: the connection, its contacts, its tokens.

use grantor_client::{Secret, Tokens, UserInfo};
use serde_json::Value;

/// One row of the contacts table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Contact {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) account: String,
}

impl Contact {
    /// The rows of `GET {api_domain}/bigin/v2/Contacts`; what is missing in a row is left empty.
    pub(crate) fn rows(body: &Value) -> Vec<Self> {
        let rows = body.get("data").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        rows.iter().map(Self::of).collect()
    }

    fn of(row: &Value) -> Self {
        let text = |key: &str| match row.get(key) {
            Some(Value::String(text)) => text.clone(),
            // A lookup field is an object with a name.
            Some(Value::Object(looked_up)) => {
                looked_up.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
            }
            _ => String::new(),
        };
        let name = format!("{} {}", text("First_Name"), text("Last_Name")).trim().to_owned();
        Self { name, email: text("Email"), account: text("Account_Name") }
    }
}

/// Who is connected.
pub(crate) struct Who {
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) initials: String,
    pub(crate) zuid: Option<u64>,
}

impl Who {
    pub(crate) fn of(user: Option<&UserInfo>) -> Self {
        let Some(user) = user else {
            return Self { name: "Somebody".to_owned(), email: String::new(), initials: "?".to_owned(), zuid: None };
        };
        let full = format!("{} {}", user.first_name, user.last_name).trim().to_owned();
        let name = [&user.display_name, &full, &user.email]
            .into_iter()
            .find(|name| !name.is_empty())
            .cloned()
            .unwrap_or_default();
        let initials: String = name
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect();
        Self { name, email: user.email.clone(), initials, zuid: Some(user.zuid) }
    }
}

/// What is known of the tokens, fit to be shown.
pub(crate) struct Facts {
    pub(crate) location: String,
    pub(crate) accounts_server: String,
    pub(crate) api_domain: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) portal: Option<String>,
    pub(crate) access_token: String,
    pub(crate) expires: String,
    pub(crate) refresh_token: Option<String>,
}

impl Facts {
    pub(crate) fn of(tokens: &Tokens, now: u64) -> Self {
        Self {
            location: tokens.location.clone(),
            accounts_server: tokens.accounts_server.to_string(),
            api_domain: tokens.api_domain.clone().unwrap_or_else(|| "not named".to_owned()),
            scopes: tokens.scope.as_deref().unwrap_or_default().split_whitespace().map(str::to_owned).collect(),
            portal: tokens.portal.as_ref().map(ToString::to_string),
            access_token: tokens.access_token.masked(),
            expires: expires(tokens.expires_at, now),
            refresh_token: tokens.refresh_token.as_ref().map(Secret::masked),
        }
    }
}

fn expires(at: u64, now: u64) -> String {
    match at.checked_sub(now) {
        None | Some(0) => "expired; the next call refreshes it".to_owned(),
        Some(left) if left < 120 => format!("in {left} seconds"),
        Some(left) => format!("in {} minutes", left / 60),
    }
}
