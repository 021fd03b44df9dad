//! The standard dialect, asked over the wire: `/oauth2` and its metadata.

mod answers;
mod assertions;
mod clients;
mod codes;
mod device;
mod introspect;
mod kit;
mod logout;
mod metadata;
mod prompts;
mod requests;
pub mod resources;
mod rotation;
mod user_info;

use super::harness::*;

/// A good request: signing in, with everything a careful client sends.
fn ask(app: &App) -> Ask {
    let parameters = [
        ("response_type", "code"),
        ("client_id", app.id),
        ("scope", "openid email profile"),
        ("redirect_uri", app.redirect_uri),
        ("state", "s-1"),
        ("nonce", "n-1"),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ];
    let parameters = parameters.map(|(k, v)| (k.to_owned(), v.to_owned())).to_vec();
    Ask { standard: true, parameters, ..Ask::of(app) }
}

fn issuer(house: &House, location: &str) -> String {
    format!("{}/oauth2", house.url(location))
}

/// The request of a browser that is signed in, or of one that was never here.
async fn sent(house: &House, browser: &mut Browser, ask: &Ask) -> Reply {
    browser.get(&ask.url(house)).await
}

/// The answer at the application. Panics when the browser is not sent there.
fn callback(reply: &Reply) -> Callback {
    assert!(matches!(reply.status, 302 | 303), "{reply:?}");
    Callback::of(reply.header("location").unwrap())
}

/// A browser with that person signed in.
async fn browser_of(house: &House, person: &Person) -> Browser {
    let mut browser = Browser::default();
    browser.sign_in(house, person).await;
    browser
}

/// Redeems a code with the verifier of [`CHALLENGE`].
async fn redeemed(house: &House, location: &str, app: &App, code: &str) -> Reply {
    let fields = [redemption(app, code), vec![("code_verifier", VERIFIER)]].concat();
    house.post(location, TOKEN, &fields).await
}

/// The ID token of somebody who signs in with that browser.
async fn id_token(house: &House, browser: &mut Browser, app: &App, person: &Person) -> String {
    let code = browser.authorize(house, &ask(app).at(person.location), person).await.code();
    let token = redeemed(house, person.location, app, &code).await.text("id_token");
    assert!(!token.is_empty());
    token
}

/// The first pair of a family of Alice's, for the cases of both dialects.
pub async fn family_of(house: &House) -> Tokens {
    kit::family(house, &DESK, &ALICE).await
}

/// A page of ours that asks for that field.
fn form(reply: &Reply, field: &str) -> Form {
    assert_eq!(reply.header("location"), None, "{reply:?}");
    let form = Form::find(&reply.body).unwrap_or_else(|| panic!("no form: {reply:?}"));
    assert!(form.asks.iter().any(|a| a == field), "{field} is not asked: {reply:?}");
    form
}
