//! What the cases of the token-like endpoints share: asking for codes and tokens, and judging refusals.

use super::{super::harness::*, VERIFIER, ask};

pub const TOKEN2: &str = "/oauth2/token";
pub const SCOPES: &str = "openid email AaaServer.profile.READ";

/// Offline access, asked every time.
pub fn offline(app: &App) -> Ask {
    ask(app).with("scope", SCOPES).with("access_type", "offline").with("prompt", "consent")
}

pub async fn code(house: &House, ask: &Ask, person: &Person) -> String {
    Browser::default().authorize(house, ask, person).await.code()
}

/// What redeems a code of [`ask`].
pub fn redeeming<'a>(app: &'a App, code: &'a str) -> Vec<(&'a str, &'a str)> {
    [redemption(app, code), vec![("code_verifier", VERIFIER)]].concat()
}

pub async fn redeem(house: &House, location: &str, app: &App, code: &str) -> Reply {
    house.post(location, TOKEN2, &redeeming(app, code)).await
}

pub async fn refresh(house: &House, location: &str, app: &App, token: &str) -> Reply {
    house.post(location, TOKEN2, &refreshing(app, token)).await
}

/// The first pair of a family.
pub async fn family(house: &House, app: &App, person: &Person) -> Tokens {
    let code = code(house, &offline(app), person).await;
    let tokens = Tokens::of(&redeem(house, person.location, app, &code).await);
    assert!(!tokens.refresh.is_empty());
    tokens
}

/// A refusal as RFC 6749 section 5.2 has it.
#[track_caller]
pub fn refused(reply: &Reply, status: u16, error: &str) {
    assert_eq!((reply.status, reply.text("error").as_str()), (status, error), "{reply:?}");
    assert!(!reply.text("error_description").is_empty(), "{reply:?}");
    assert_eq!(reply.header("cache-control"), Some("no-store"));
    assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
}

#[track_caller]
pub fn invalid_grant(reply: &Reply) {
    refused(reply, 400, "invalid_grant");
}

/// Introspects with the app's secret.
pub async fn introspect(house: &House, location: &str, app: &App, token: &str) -> Reply {
    let request = Request::form("/oauth2/introspect", &[("token", token)]).basic(app.id, app.secret);
    house.send(location, &request).await
}

/// Whether a token is alive, by the word of introspection.
pub async fn active(house: &House, app: &App, token: &str) -> bool {
    let reply = introspect(house, "us", app, token).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()["active"].as_bool().unwrap()
}

/// Revokes with the app's secret.
pub async fn revoke(house: &House, location: &str, app: &App, token: &str) -> Reply {
    let request = Request::form("/oauth2/revoke", &[("token", token)]).basic(app.id, app.secret);
    house.send(location, &request).await
}
