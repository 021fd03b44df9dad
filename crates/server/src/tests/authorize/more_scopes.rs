//! Incremental authorization: an enhancement token for a refresh token, and the person's yes to what is new
//! (accounts-protocol.md section 13; security case C09).

use crate::tests::harness::*;

const CONTACTS: &str = "ZohoBigin.modules.contacts.READ";
const PROFILE: &str = "AaaServer.profile.READ";

fn asking<'a>(app: &'a App, refresh: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grant_type", "update_scopes_token"),
        ("client_id", app.id),
        ("client_secret", app.secret),
        ("refresh_token", refresh),
    ]
}

const ENHANCE: &str = "/oauth/v2/token/scopeenhance";

async fn enhancement(house: &House, refresh: &str) -> String {
    let reply = house.post("us", ENHANCE, &asking(&DESK, refresh)).await;
    assert_eq!((reply.status, reply.json()["expires_in"].as_i64()), (200, Some(600)), "{reply:?}");
    assert_eq!((reply.text("token_type").as_str(), reply.header("cache-control")), ("Bearer", Some("no-store")));
    assert_eq!(reply.json().as_object().unwrap().len(), 3);
    reply.text("access_token")
}

fn query(token: &str, scope: &str, logout: &str) -> Vec<(String, String)> {
    [
        ("client_id", DESK.id),
        ("response_type", "update_scopes"),
        ("redirect_uri", DESK.redirect_uri),
        ("scope", scope),
        ("enhance_token", token),
        ("logout", logout),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}

fn link(house: &House, fields: &[(String, String)]) -> String {
    format!("{}/oauth/v2/token/addextrascope?{}", house.url("us"), encoded(fields))
}

/// A connected application that may read contacts, and the browser that connected it.
async fn connected(house: &House) -> (Browser, Tokens) {
    let mut browser = Browser::default();
    let code = browser.authorize(house, &Ask::of(&DESK).with("scope", CONTACTS), &ALICE).await.code();
    let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
    (browser, tokens)
}

/// Why a page ended the request.
async fn page(house: &House, browser: &mut Browser, fields: &[(String, String)]) -> (u16, String) {
    let (_, page) = browser.open(house, &link(house, fields)).await;
    assert!(page.header("location").is_none(), "{page:?}");
    let word = page.body.split("ERROR_").nth(1).and_then(|rest| rest.split(['<', ' ', '\n']).next());
    (page.status, word.unwrap_or_default().to_owned())
}

fn scopes_of(reply: &Reply) -> String {
    assert_eq!(reply.status, 200);
    reply.text("scope")
}

#[tokio::test]
async fn a_refresh_token_and_its_access_tokens_gain_what_the_person_accepts() {
    for_each_store(async |house| {
        let (mut browser, tokens) = connected(house).await;
        assert_eq!(house.user_info("us", &tokens.access).await.status, 401);
        let token = enhancement(house, &tokens.refresh).await;
        let both = format!("{CONTACTS},{PROFILE}");
        let url = link(house, &query(&token, &both, "false"));
        let (at, asked) = browser.open(house, &url).await;
        assert_eq!(asked.status, 200, "{asked:?}");
        let listed = |scope: &str| asked.body.contains(&format!(">{scope}</code>"));
        assert!(listed(PROFILE) && !listed(CONTACTS), "only what is new is asked");
        let (_, done) = browser.fill(house, &at, &asked, "decision", "accept").await;
        let target = format!("{}?status=success&scope_enhanced=true", DESK.redirect_uri);
        assert_eq!(done.header("location"), Some(target.as_str()));
        // A second click ends where the first did.
        let (_, again) = browser.fill(house, &at, &asked, "decision", "accept").await;
        assert_eq!(again.header("location"), Some(target.as_str()));
        assert!(house.alive("us", &tokens.access).await, "the access token of before gained the scope");
        let reply = house.refresh("us", &DESK, &tokens.refresh).await;
        assert_eq!(scopes_of(&reply), format!("{CONTACTS} {PROFILE}"));
        assert!(house.alive("us", &reply.text("access_token")).await);
        // It is remembered like any consent.
        let ask = Ask::of(&DESK).with("scope", &both).without("prompt").without("access_type");
        assert!(browser.open(house, &ask.url(house)).await.1.header("location").is_some());
        // Spent.
        assert_eq!(page(house, &mut Browser::default(), &query(&token, &both, "false")).await.1, "invalid_code");
        // The browser stays signed in.
        assert!(browser.open(house, house.url("us")).await.1.body.contains(ALICE.email));
    })
    .await;
}

#[tokio::test]
async fn a_refusal_adds_nothing_and_the_session_ends_when_the_application_wants_that() {
    for_each_store(async |house| {
        let (mut browser, tokens) = connected(house).await;
        let token = enhancement(house, &tokens.refresh).await;
        let url = link(house, &query(&token, PROFILE, "true"));
        let (at, asked) = browser.open(house, &url).await;
        let (_, done) = browser.fill(house, &at, &asked, "decision", "reject").await;
        assert_eq!(done.header("location"), Some(format!("{}?error=access_denied", DESK.redirect_uri).as_str()));
        assert_eq!(house.user_info("us", &tokens.access).await.status, 401);
        assert_eq!(scopes_of(&house.refresh("us", &DESK, &tokens.refresh).await), CONTACTS);
        assert!(!browser.open(house, house.url("us")).await.1.body.contains(ALICE.email), "signed out");
        // The token was not spent by a no: signing in again, the person may still say yes.
        let (at, _) = browser.walk(house, &url, &ALICE, None).await;
        assert!(house.user_info("us", &tokens.access).await.status == 200, "{at}");
        assert!(!browser.open(house, house.url("us")).await.1.body.contains(ALICE.email), "signed out");
    })
    .await;
}

#[tokio::test]
async fn what_is_not_new_need_not_be_asked() {
    for_each_store(async |house| {
        let (mut browser, tokens) = connected(house).await;
        let token = enhancement(house, &tokens.refresh).await;
        let (_, done) = browser.open(house, &link(house, &query(&token, CONTACTS, "false"))).await;
        let target = format!("{}?status=success&scope_enhanced=true", DESK.redirect_uri);
        assert_eq!(done.header("location"), Some(target.as_str()));
        assert_eq!(scopes_of(&house.refresh("us", &DESK, &tokens.refresh).await), CONTACTS);
    })
    .await;
}

#[tokio::test]
async fn what_scopeenhance_is_refused_for() {
    for_each_store(async |house| {
        let (_, tokens) = connected(house).await;
        let good = asking(&DESK, &tokens.refresh);
        for (name, value, expected) in [
            ("grant_type", "refresh_token", "invalid_client"),
            ("client_id", "1000.X", "invalid_client"),
            ("client_id", GONE.id, "invalid_client"),
            ("client_id", "", "invalid_client"),
            ("client_secret", "wrong", "invalid_client_secret"),
            ("client_secret", "", "invalid_client_secret"),
            ("refresh_token", "", "invalid_code"),
            ("refresh_token", tokens.access.as_str(), "invalid_code"),
        ] {
            let mut fields = good.clone();
            fields.retain(|(n, _)| *n != name);
            fields.push((name, value));
            let reply = house.post("us", ENHANCE, &fields).await;
            assert_eq!(reply.brief(), (200, format!("{{\"error\":\"{expected}\"}}").as_str()), "{name}={value}");
        }
        let invalid = (200, r#"{"error":"invalid_code"}"#);
        assert_eq!(house.post("us", ENHANCE, &asking(&OTHER, &tokens.refresh)).await.brief(), invalid);
        let elsewhere = house.post("eu", ENHANCE, &good).await;
        assert_eq!(elsewhere.brief(), (200, r#"{"error":"invalid_client"}"#));
        let unasked = (400, r#"{"error":"invalid_request"}"#);
        assert_eq!(house.post("us", ENHANCE, &good[1..]).await.brief(), unasked);
        let twice = [&good[..], &[("refresh_token", "x")]].concat();
        assert_eq!(house.post("us", ENHANCE, &twice).await.brief(), unasked);
        let get = Request::get(&format!("{ENHANCE}?{}", encoded(&good)));
        assert_eq!(house.send("us", &get).await.brief(), unasked);
        house.revoke("us", &tokens.refresh).await;
        assert_eq!(house.post("us", ENHANCE, &good).await.brief(), invalid);
    })
    .await;
}

#[tokio::test]
async fn what_a_request_for_more_scopes_is_refused_for() {
    for_each_store(async |house| {
        let (mut browser, tokens) = connected(house).await;
        let token = enhancement(house, &tokens.refresh).await;
        let good = query(&token, PROFILE, "false");
        for (name, value, expected) in [
            ("response_type", Some("code"), "invalid_response_type"),
            ("response_type", None, "invalid_response_type"),
            ("client_id", None, "invalid_response_type"),
            ("client_id", Some("1000.X"), "invalid_client"),
            ("client_id", Some(GONE.id), "invalid_client"),
            // Its redirect URI is not this one.
            ("client_id", Some(OTHER.id), "invalid_redirect_uri"),
            ("redirect_uri", None, "invalid_response_type"),
            ("redirect_uri", Some("https://evil.example"), "invalid_redirect_uri"),
            ("scope", None, "invalid_response_type"),
            ("scope", Some(""), "invalid_scope"),
            ("scope", Some("ZohoBigin.nothing.ALL"), "invalid_scope"),
            ("enhance_token", None, "invalid_response_type"),
            ("enhance_token", Some(""), "invalid_code"),
            ("enhance_token", Some(tokens.access.as_str()), "invalid_code"),
            ("enhance_token", Some(tokens.refresh.as_str()), "invalid_code"),
        ] {
            let mut fields = good.clone();
            fields.retain(|(n, _)| n != name);
            fields.extend(value.map(|value| (name.to_owned(), value.to_owned())));
            let (status, word) = page(house, &mut browser, &fields).await;
            assert_eq!((status, word.as_str()), (400, expected), "{name}={value:?}");
        }
        let mut others = query(&token, PROFILE, "false");
        others.retain(|(name, _)| name != "client_id" && name != "redirect_uri");
        others
            .extend([("client_id", OTHER.id), ("redirect_uri", OTHER.redirect_uri)].map(|(n, v)| (n.into(), v.into())));
        assert_eq!(page(house, &mut browser, &others).await, (400, "invalid_code".into()));
        let post = Request::form("/oauth/v2/token/addextrascope", &good);
        assert_eq!(house.send("us", &post).await.status, 400);
        // At another data center it is unknown.
        let there = format!("{}/oauth/v2/token/addextrascope?{}", house.url("eu"), encoded(&good));
        assert_eq!(Browser::default().open(house, &there).await.1.status, 400);
        // Ten minutes, to the second.
        house.advance(599);
        assert_eq!(browser.open(house, &link(house, &good)).await.1.status, 200);
        house.advance(1);
        assert_eq!(page(house, &mut browser, &good).await, (400, "invalid_code".into()));
        // The next token takes the place of the one before; revoking the refresh token ends it.
        let (first, second) = (enhancement(house, &tokens.refresh).await, enhancement(house, &tokens.refresh).await);
        assert_eq!(page(house, &mut browser, &query(&first, PROFILE, "false")).await, (400, "invalid_code".into()));
        assert_eq!(browser.open(house, &link(house, &query(&second, PROFILE, "false"))).await.1.status, 200);
        house.revoke("us", &tokens.refresh).await;
        assert_eq!(page(house, &mut browser, &query(&second, PROFILE, "false")).await, (400, "invalid_code".into()));
    })
    .await;
}

#[tokio::test]
async fn only_the_person_who_granted_it_may_add_to_it() {
    for_each_store(async |house| {
        let (mut browser, tokens) = connected(house).await;
        let token = enhancement(house, &tokens.refresh).await;
        let fields = query(&token, PROFILE, "false");
        let mut bobs = Browser::default();
        bobs.sign_in(house, &BOB).await;
        assert_eq!(page(house, &mut bobs, &fields).await, (400, "invalid_code".into()));
        // Nor by signing in on the way, nor with a consent page taken from elsewhere.
        let mut fresh = Browser::default();
        let (_, ended) = fresh.walk(house, &link(house, &fields), &BOB, None).await;
        assert_eq!(ended.status, 400, "{ended:?}");
        let (at, asked) = browser.open(house, &link(house, &fields)).await;
        let form = Form::find(&asked.body).unwrap();
        let target = format!("{}{}", split(&at).0, form.action);
        assert_eq!(bobs.post(&target, &form.filled("decision", "accept")).await.status, 403);
        assert_eq!(house.user_info("us", &tokens.access).await.status, 401);
    })
    .await;
}

/// A refresh token that is bound to no organization cannot be bound to one afterwards.
#[tokio::test]
async fn no_scope_binds_a_refresh_token_to_an_organization_later() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let token = enhancement(house, &tokens.refresh).await;
        let found = page(house, &mut Browser::default(), &query(&token, CONTACTS, "false")).await;
        assert_eq!(found, (400, "invalid_scope".into()));
    })
    .await;
}

#[tokio::test]
async fn an_enhancement_token_is_good_for_nothing_else() {
    for_each_store(async |house| {
        let (_, tokens) = connected(house).await;
        let token = enhancement(house, &tokens.refresh).await;
        assert!(!house.alive("us", &token).await);
        let invalid = (200, r#"{"error":"invalid_code"}"#);
        assert_eq!(house.refresh("us", &DESK, &token).await.brief(), invalid);
        assert_eq!(house.exchange("us", &DESK, &token).await.brief(), invalid);
        assert_eq!(house.post("us", ENHANCE, &asking(&DESK, &token)).await.brief(), invalid);
        assert_eq!(house.revoke("us", &token).await.brief(), (400, r#"{"error":"invalid_token"}"#));
        // Whatever was tried, it is still good for what it is.
        let (_, asked) = Browser::default()
            .walk(house, &link(house, &query(&token, PROFILE, "false")), &ALICE, Some("decision"))
            .await;
        assert_eq!(asked.status, 200);
    })
    .await;
}
