//! What the journal shows: names and values that are nobody's secret as they are, tokens and codes by the half that
//! only names them, everything else not at all.

use serde_json::{Map, Value};

/// Instead of what is not shown.
pub const HIDDEN: &str = "***";

/// Parameters that hold no secret, in both dialects.
const OPEN: &[&str] = &[
    "access_type",
    "acr_values",
    "addextrascope",
    "audience",
    "client_assertion_type",
    "code_challenge",
    "code_challenge_method",
    "decision",
    "display",
    "email",
    "error",
    "error_description",
    "expires_in",
    "grant_type",
    "interval",
    "iss",
    "location",
    "accounts-server",
    "api_domain",
    "granted_for_session",
    "login_hint",
    "max_age",
    "nonce",
    "organization",
    "post_logout_redirect_uri",
    "prompt",
    "redirect_uri",
    "resource",
    "response_mode",
    "response_type",
    "sandbox_deny",
    "sandbox_organization",
    "sandbox_user",
    "scope",
    "soid",
    "state",
    "token_type",
    "token_type_hint",
    "ui_locales",
    "user_location",
];

/// Parameters and keys that hold a code or a token.
const TOKENS: &[&str] =
    &["access_token", "code", "device_code", "enhance_token", "refresh_token", "token", "subject_token"];

/// A parameter's value as it is shown.
pub fn value(name: &str, value: &str) -> String {
    if OPEN.contains(&name) || value.is_empty() {
        value.chars().take(2_000).collect()
    } else if name == "client_id" {
        client_id(value).to_owned()
    } else if TOKENS.contains(&name) {
        token(value)
    } else {
        HIDDEN.to_owned()
    }
}

/// `1000.<32 hex>.***`: which token it is, and not how to use it.
pub fn token(text: &str) -> String {
    let hex = |half: &str| half.len() == 32 && half.bytes().all(|b| b.is_ascii_hexdigit());
    let mut parts = text.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(prefix), Some(id), Some(secret), None) if prefix.len() <= 8 && hex(id) && hex(secret) => {
            format!("{prefix}.{id}.{HIDDEN}")
        }
        _ => HIDDEN.to_owned(),
    }
}

/// A path; a token in it, as the links of letters have, is masked.
pub fn path(path: &str) -> String {
    let shown = |part: &str| if part.len() > 64 && token(part) != HIDDEN { token(part) } else { part.to_owned() };
    path.split('/').map(shown).collect::<Vec<_>>().join("/")
}

/// Only what has the shape of a client id, because people put secrets there by mistake.
pub fn client_id(text: &str) -> &str {
    let shaped = text.len() <= 100
        && text.contains('.')
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'.');
    if shaped { text } else { HIDDEN }
}

/// Form-urlencoded pairs; a name that comes several times has a list.
pub fn pairs(pairs: impl Iterator<Item = (String, String)>) -> Map<String, Value> {
    let mut shown = Map::new();
    for (name, text) in pairs {
        // A name is the sender's as well: what looks like a token or is long is not shown either.
        let name = if name.len() <= 40 { name } else { HIDDEN.to_owned() };
        let one = Value::String(value(&name, &text));
        match shown.get_mut(&name) {
            None => {
                shown.insert(name, one);
            }
            Some(Value::Array(list)) => list.push(one),
            Some(first) => *first = Value::Array(vec![first.take(), one]),
        }
    }
    shown
}

/// Where a browser is sent, with codes and tokens masked in query and fragment.
pub fn location(url: &str) -> String {
    let (url, fragment) = url.split_once('#').map_or((url, None), |(url, fragment)| (url, Some(fragment)));
    let (base, query) = url.split_once('?').map_or((url, None), |(base, query)| (base, Some(query)));
    let masked = |text: &str| {
        let mut out = form_urlencoded::Serializer::new(String::new());
        for (name, text) in form_urlencoded::parse(text.as_bytes()) {
            out.append_pair(&name, &value(&name, &text));
        }
        out.finish()
    };
    let mut shown = path(base);
    for (mark, part) in [('?', query), ('#', fragment)] {
        if let Some(part) = part {
            shown.push(mark);
            shown.push_str(&masked(part));
        }
    }
    shown
}

/// A JSON answer of ours.
pub fn answer(mut body: Value) -> Value {
    if let Value::Object(fields) = &mut body {
        for (name, field) in fields {
            let Value::String(text) = field else { continue };
            if TOKENS.contains(&name.as_str()) {
                *text = token(text);
            } else if matches!(name.as_str(), "id_token" | "user_code" | "verification_uri_complete" | "client_secret")
            {
                HIDDEN.clone_into(text);
            }
        }
    }
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "1000.0193a1f3c00001aabbccddeeff001122.00112233445566778899aabbccddeeff";

    #[test]
    fn secrets_never_show() {
        assert_eq!(value("refresh_token", TOKEN), "1000.0193a1f3c00001aabbccddeeff001122.***");
        assert_eq!(value("grant_type", "refresh_token"), "refresh_token");
        for (name, text) in [
            ("client_secret", "s3cret"),
            ("password", "hunter2"),
            ("code_verifier", "abc"),
            ("code", "eyJhbGciOiJub25lIn0.e30.sig"),
            ("client_id", "my-secret"),
            ("_grantor", "seal"),
            ("anything", TOKEN),
        ] {
            assert_eq!(value(name, text), HIDDEN, "{name}");
        }
    }

    #[test]
    fn a_path_is_shown_without_its_token() {
        assert_eq!(path(&format!("/recover/{TOKEN}")), "/recover/1000.0193a1f3c00001aabbccddeeff001122.***");
        assert_eq!(path("/oauth/v2/auth"), "/oauth/v2/auth");
    }

    #[test]
    fn a_redirect_is_shown_without_its_code() {
        let url =
            format!("http://127.0.0.1:9911/callback?here=1&code={TOKEN}&location=us&state=%26#access_token={TOKEN}");
        assert_eq!(
            location(&url),
            "http://127.0.0.1:9911/callback?here=***&code=1000.0193a1f3c00001aabbccddeeff001122.***&location=us&state=%26\
             #access_token=1000.0193a1f3c00001aabbccddeeff001122.***"
        );
    }
}
