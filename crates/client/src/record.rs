//! What travelled, fit to be shown: every HTTP step of the client with its secrets masked.

use std::sync::Arc;

use serde_json::Value;

use crate::Secret;
use crate::place::clean;

/// Told about every HTTP step, after it ended. It must be quick: the step waits for it.
pub type Observer = Arc<dyn Fn(WireRecord) + Send + Sync>;

/// One HTTP step. Secrets in it are masked, so that it may be shown to a person; an API's answer is the person's own data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireRecord {
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The URL.
    pub url: String,
    /// The `Authorization` header, masked.
    pub authorization: Option<String>,
    /// Form parameters, masked.
    pub form: Vec<(String, String)>,
    /// The HTTP status; `None` when no answer came.
    pub status: Option<u16>,
    /// The answer: JSON laid out in lines and masked, or a sentence saying what came instead. At most 4,000 characters.
    pub answer: String,
    /// The `x-request-id` of the answer.
    pub request_id: Option<String>,
}

/// Parameters and keys whose values are secrets.
const SECRET_NAMES: [&str; 8] =
    ["access_token", "refresh_token", "id_token", "token", "code", "code_verifier", "client_secret", "device_code"];
const LONGEST_ANSWER: usize = 4_000;

/// A form parameter as it may be shown.
pub(crate) fn shown_parameter(name: &str, value: &str) -> (String, String) {
    let value = if SECRET_NAMES.contains(&name) { Secret::from(value).masked() } else { value.to_owned() };
    (name.to_owned(), value)
}

/// A body as it may be shown.
pub(crate) fn shown_body(status: u16, body: &[u8]) -> String {
    let Ok(mut json) = serde_json::from_slice::<Value>(body) else {
        return if body.is_empty() {
            "an empty body".to_owned()
        } else {
            format!("{} bytes that are not JSON", body.len())
        };
    };
    mask(&mut json, (200..300).contains(&status));
    let text = serde_json::to_string_pretty(&json).unwrap_or_else(|_| "an answer that cannot be shown".to_owned());
    if text.chars().count() <= LONGEST_ANSWER {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST_ANSWER).collect();
    short.push('…');
    short
}

/// Masks secrets at any depth. In a refusal `code` is the word that says why, not a secret.
fn mask(json: &mut Value, accepted: bool) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                match value {
                    Value::String(word) if SECRET_NAMES.contains(&name.as_str()) && (accepted || name != "code") => {
                        *word = Secret::from(std::mem::take(word)).masked();
                    }
                    value => mask(value, accepted),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| mask(item, accepted)),
        _ => {}
    }
}

/// A failure to get an answer, as it may be shown.
pub(crate) fn shown_failure(why: &impl ToString) -> String {
    clean(&why.to_string())
}
