//! The pages beside the usual walk, opened once each: of devices, of the standard dialect, for a whole organization, for
//! more scopes, and on the way out. The sweeps of headers (H04, H06) and of markup (H05) look at them.

use super::{super::answers::INVALID_REQUEST, super::device::Device, *};

/// Who goes there, and as which application.
#[derive(Debug, Clone, Copy)]
pub struct Cast {
    pub person: Person,
    pub app: App,
    pub device: App,
    /// What is granted first, and what is asked for then.
    pub scopes: [&'static str; 2],
    /// What the application sends along as its state.
    pub state: &'static str,
}

/// A page, and whether it names the application.
#[derive(Debug)]
pub struct Shown {
    pub what: &'static str,
    pub named: bool,
    pub page: Reply,
}

/// Everything there is.
pub async fn all(house: &House, cast: &Cast) -> Vec<Shown> {
    let mut seen = Vec::new();
    let mut add = |what, named, page: &Reply| seen.push(Shown { what, named, page: page.clone() });
    let us = house.url("us");
    let mut browser = Browser::default();
    browser.sign_in(house, &cast.person).await;
    add("front page", true, &browser.get(&format!("{us}/")).await);
    add("sign out", true, &browser.get(&format!("{us}/sign-out")).await);

    // A device: the code, one that is wrong, the question, both answers.
    let url = format!("{us}/oauth/v3/device");
    let typing = browser.get(&url).await;
    add("device code", false, &typing);
    add("wrong device code", false, &browser.fill(house, &url, &typing, "code", "BCDF-GHJK").await.1);
    for decision in ["accept", "reject"] {
        let fields = [("grant_type", "device_request"), ("client_id", cast.device.id), ("scope", cast.scopes[0])];
        let device = Device::of(&house.post("us", "/oauth/v3/device/code", &fields).await);
        let (url, typing) = browser.open(house, &device.complete).await;
        let (url, _) = browser.fill(house, &url, &typing, "code", &device.user_code).await;
        let (url, question) = browser.walk(house, &url, &cast.person, Some("decision")).await;
        add("device consent", true, &question);
        add("device answered", true, &browser.fill(house, &url, &question, "decision", decision).await.1);
    }

    // For a whole organization.
    let ask = Ask::of(&cast.app).with("scope", cast.scopes[0]).with("state", cast.state);
    let url = format!("{us}/oauth/v2/org/auth?{}", encoded(&ask.parameters));
    add("whole organization", true, &browser.walk(house, &url, &cast.person, Some("decision")).await.1);

    // More scopes for a refresh token.
    let (_, reply) = browser.walk(house, &ask.url(house), &cast.person, None).await;
    let tokens = Tokens::of(&house.exchange("us", &cast.app, &callback(&reply).code()).await);
    let enhance = [&refreshing(&cast.app, &tokens.refresh)[1..], &[("grant_type", "update_scopes_token")]].concat();
    let token = house.post("us", "/oauth/v2/token/scopeenhance", &enhance).await.text("access_token");
    let more = [
        ("client_id", cast.app.id),
        ("response_type", "update_scopes"),
        ("redirect_uri", cast.app.redirect_uri),
        ("scope", cast.scopes[1]),
        ("enhance_token", &token),
        ("logout", "false"),
    ];
    let url = format!("{us}/oauth/v2/token/addextrascope?{}", encoded(&more));
    let (url, question) = browser.open(house, &url).await;
    form(&question, "decision");
    add("more scopes", true, &question);
    let gone = url.replace(&token, "1000.x");
    add("more scopes, error", false, &browser.get(&gone).await);

    // The standard dialect: the choice of the account, the answer in a form, the way out.
    let mut standard = ask.clone().with("scope", &format!("openid {}", cast.scopes[0])).without("access_type");
    standard.standard = true;
    let standard = standard.with("nonce", "n").with("response_mode", "form_post");
    let choosing = standard.clone().with("prompt", "select_account");
    let (_, choice) = browser.open(house, &choosing.url(house)).await;
    form(&choice, "account");
    add("account chooser", true, &choice);
    let (_, posting) = browser.walk(house, &standard.url(house), &cast.person, None).await;
    assert_eq!(Form::find(&posting.body).unwrap().action, cast.app.redirect_uri);
    add("answer in a form", false, &posting);
    let error = choosing.with("redirect_uri", "https://evil.example/");
    add("standard error", false, &browser.get(&error.url(house)).await);
    let leaving = format!("{us}/oauth2/logout?client_id={}", cast.app.id);
    let question = browser.get(&leaving).await;
    add("standard logout", true, &question);
    let form = Form::find(&question.body).unwrap();
    add("signed out", false, &browser.post(&action(&leaving, &form), &form.hidden).await);
    add("nobody's front page", false, &browser.get(&format!("{us}/")).await);
    add("a form that is not ours", false, &Browser::default().post(&action(&leaving, &form), &form.hidden).await);
    // Not a page, and so not in the row.
    assert_eq!(house.send("us", &Request::get(TOKEN)).await.brief(), INVALID_REQUEST);
    seen
}
