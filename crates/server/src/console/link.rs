//! `/console/{client}/link`: the builder of authorization links. Its address is its whole state.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    extract::{Request, State},
    response::Response,
};
use grantor_protocol::{
    client::{Client, GrantType},
    dialect::Dialect,
};
use qrcode::{Color, EcLevel, QrCode};

use super::{
    ClientId,
    nav::Page,
    picker::Picked,
    snippets,
    tools::{framed, places, short},
    walk_client,
};
use crate::{
    house::{DataCenter, Place},
    pages::{BuiltLink, Choice, LinkPage, Qr},
    sitting::Sitting,
    walk::Walked,
};

/// Modules of white around a QR code.
const QUIET: usize = 4;

/// The page.
pub async fn get(State(dc): State<Arc<DataCenter>>, ClientId(id): ClientId, request: Request) -> Response {
    walk_client(dc, id, request, async |sitting: &mut Sitting<'_>, found| page(sitting, &found.client)).await
}

/// What is chosen beside the scopes.
struct Chosen {
    dialect: Dialect,
    place: String,
    access_type: String,
    prompt: String,
    redirect_uri: String,
    state: String,
    challenge: String,
}

fn page(sitting: &mut Sitting<'_>, client: &Client) -> Walked {
    let (query, dc) = (sitting.query(), Arc::clone(&sitting.visit.dc));
    let dialects: Vec<Dialect> =
        [Dialect::Accounts, Dialect::Standard].into_iter().filter(|dialect| speaks(client, *dialect)).collect();
    let (Some(first), false) = (dialects.first().copied(), client.redirect_uris.is_empty()) else {
        // The navigation leads here only for clients with a redirect.
        return sitting.nothing();
    };
    let scopes = dc.house.scopes();
    let picked = Picked::read(query, &scopes, client);
    let asked = |name: &str, most: usize| short(query.get(name), most);
    let one_of = |asked: String, all: &[String]| {
        if all.contains(&asked) { asked } else { all.first().cloned().unwrap_or_default() }
    };
    let enabled: Vec<String> =
        dc.house.places.iter().map(|p| p.location.clone()).filter(|l| client.enabled_in(l)).collect();
    let here = Some(dc.place.location.clone()).filter(|here| enabled.contains(here));
    let wanted = Some(asked("dc", 40)).filter(|place| enabled.contains(place));
    let mut chosen = Chosen {
        dialect: dialects.iter().copied().find(|d| query.get("dialect") == Some(d.as_str())).unwrap_or(first),
        place: wanted.or(here).or_else(|| enabled.first().cloned()).unwrap_or_default(),
        access_type: if query.get("access_type") == Some("online") { "online".into() } else { "offline".into() },
        prompt: asked("prompt", 20),
        redirect_uri: one_of(asked("redirect_uri", 2_000), &client.redirect_uris),
        state: asked("state", 500),
        challenge: asked("code_challenge", 128),
    };
    let prompts = prompts(chosen.dialect, chosen.access_type == "offline");
    if query.get("prompt").is_none() || !prompts.iter().any(|(value, _)| *value == chosen.prompt) {
        prompts.first().map_or("", |(value, _)| value).clone_into(&mut chosen.prompt);
    }
    let built = dc.house.place(&chosen.place).filter(|_| !picked.scopes.is_empty());
    let built = built.map(|place| build(client, place, &chosen, &picked.scopes));
    let html = framed(sitting, client, Page::Link, |shell, name| {
        LinkPage {
            shell,
            client: name,
            picker: picked.picker(&scopes, client, false),
            dialects: dialects
                .iter()
                .map(|d| Choice::of(d.as_str(), dialect_label(*d), chosen.dialect.as_str()))
                .collect(),
            places: places(&dc, client, false, &chosen.place),
            redirect_uris: client.redirect_uris.iter().map(|u| Choice::of(u, u, &chosen.redirect_uri)).collect(),
            access_types: vec![
                Choice::of("offline", "offline: keeps access with a refresh token", &chosen.access_type),
                Choice::of("online", "online: an access token for an hour", &chosen.access_type),
            ],
            prompts: prompts.iter().map(|(value, label)| Choice::of(*value, *label, &chosen.prompt)).collect(),
            state: &chosen.state,
            challenge: &chosen.challenge,
            public: client.is_public(),
            built,
        }
        .render()
    });
    sitting.page(html)
}

fn speaks(client: &Client, dialect: Dialect) -> bool {
    client.may_use(GrantType::AuthorizationCode, dialect)
        || (dialect == Dialect::Accounts && client.may_use(GrantType::Implicit, dialect))
}

fn dialect_label(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Accounts => "accounts (/oauth/v2)",
        Dialect::Standard => "standard OAuth 2 and OpenID Connect (/oauth2)",
    }
}

/// The first one is what suits most.
fn prompts(dialect: Dialect, offline: bool) -> Vec<(&'static str, &'static str)> {
    let (ask, when_needed) = (("consent", "consent: always ask"), ("", "ask only when something is new"));
    let mut all = if offline { vec![ask, when_needed] } else { vec![when_needed, ask] };
    if dialect == Dialect::Standard {
        all.extend([
            ("login", "login: type the password again"),
            ("select_account", "select_account: choose the account"),
            ("none", "none: no page at all"),
        ]);
    }
    all
}

fn build(client: &Client, place: &Place, chosen: &Chosen, scopes: &[String]) -> BuiltLink {
    let codes = client.may_use(GrantType::AuthorizationCode, chosen.dialect);
    let (path, separator, token_path) = match chosen.dialect {
        Dialect::Accounts => ("/oauth/v2/auth", ",", "/oauth/v2/token"),
        Dialect::Standard => ("/oauth2/authorize", " ", "/oauth2/token"),
    };
    let scope = scopes.join(separator);
    let mut parameters = vec![
        ("response_type", if codes { "code" } else { "token" }),
        ("client_id", &client.id),
        ("scope", &scope),
        ("redirect_uri", &chosen.redirect_uri),
    ];
    if codes {
        parameters.push(("access_type", &chosen.access_type));
    }
    for (name, value) in [("prompt", &chosen.prompt), ("state", &chosen.state)] {
        if !value.is_empty() {
            parameters.push((name, value));
        }
    }
    let bare = with(&format!("{}{path}", place.accounts_url), &parameters);
    if codes && !chosen.challenge.is_empty() {
        parameters.extend([("code_challenge", chosen.challenge.as_str()), ("code_challenge_method", "S256")]);
    }
    let url = with(&format!("{}{path}", place.accounts_url), &parameters);
    let mut notes = Vec::new();
    let pkce = codes && (client.is_public() || chosen.dialect == Dialect::Standard);
    if pkce && chosen.challenge.is_empty() {
        notes.push(if client.is_public() {
            "This application has no secret, so the link works only with a PKCE challenge. The code below makes one."
        } else {
            "The standard dialect wants a PKCE challenge (or a nonce with openid). The code below makes one."
        });
    }
    if codes && chosen.dialect == Dialect::Accounts && chosen.access_type == "offline" && chosen.prompt.is_empty() {
        notes.push("A refresh token comes only of a consent that was really shown: prompt=consent makes sure of it.");
    }
    if chosen.state.is_empty() {
        notes.push("Without state your application cannot tell its own redirect from a stranger's.");
    }
    let facts = snippets::Facts {
        accounts_url: &place.accounts_url,
        path,
        token_url: &format!("{}{token_path}", place.accounts_url),
        link: &bare,
        client_id: &client.id,
        redirect_uri: &chosen.redirect_uri,
        scopes,
        separator,
        secret: !client.is_public(),
        pkce,
        offline: chosen.access_type == "offline",
        consent: chosen.prompt == "consent",
        standard: chosen.dialect == Dialect::Standard,
    };
    let snippets = if codes { snippets::all(&facts) } else { Vec::new() };
    BuiltLink { qr: qr(&url), url, snippets, notes }
}

fn with(base: &str, parameters: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    format!("{base}?{query}")
}

/// A QR code as one path; none when the text does not fit.
fn qr(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&Color::Dark) {
                let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
            }
            x += run.len();
        }
    }
    Some(Qr { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::qr;

    #[test]
    fn a_qr_code_is_one_path_in_a_quiet_square() {
        let made = qr("https://accounts.example/oauth/v2/auth?client_id=1000.A").unwrap();
        assert!(made.path.starts_with("M4 4h7v1h-7z"), "the corner's mark: {}", made.path);
        assert!(made.size > 29 && made.path.bytes().all(|b| b.is_ascii_digit() || b" Mhvz-".contains(&b)));
        assert!(qr(&"x".repeat(3_000)).is_none());
    }
}
