//! Whole flows: link, callback, exchange, refresh, calls, revocation.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use grantor_client::{Callback, CallbackError, Client, Clock, Error, MemoryStore, Refusal, TokenStore, WireRecord};

use crate::stub::{REDIRECT, START, Stub, tokens};

const TOKEN: &str = "/oauth/v2/token";

/// Connects under `key` and returns what the exchange gave.
async fn connect<S: TokenStore>(stub: &Stub, client: &Client<S>, key: &str) -> grantor_client::Tokens {
    let (_, pending) = client.link(REDIRECT, ["ZohoBigin.modules.ALL"]).offline(true).build().unwrap();
    let callback = Callback::parse(&stub.callback("us", &pending.state)).unwrap();
    client.connect(key, &pending, callback).await.unwrap()
}

#[tokio::test]
async fn from_the_link_to_revocation() {
    let stub = Stub::start().await;
    stub.answers(
        TOKEN,
        &[(200, &tokens("1000.first.token", Some("1000.refresh.token"))), (200, &tokens("1000.second.token", None))],
    );
    stub.answers("/oauth/v2/token/revoke", &[(200, r#"{"status":"success"}"#)]);
    stub.answers("/oauth/user/info", &[(200, r#"{"First_Name":"Alice","Last_Name":"","Display_Name":"Alice","Email":"alice@zylker.example","ZUID":700001}"#)]);
    let client = stub.client();

    let kept = connect(&stub, &client, "alice").await;
    assert_eq!((kept.expires_at, kept.location.as_str()), (START + 3600, "us"));
    assert_eq!(kept.accounts_server, stub.base());
    let exchange = stub.asked(TOKEN).remove(0);
    assert_eq!(exchange.line, "POST /oauth/v2/token");
    assert_eq!(exchange.headers["content-type"], "application/x-www-form-urlencoded");
    for (name, value) in [
        ("grant_type", "authorization_code"),
        ("client_id", "1000.CLIENT"),
        ("client_secret", "the-client-secret"),
        ("redirect_uri", REDIRECT),
        ("code", "1000.code.secret"),
    ] {
        assert_eq!(exchange.form[name], value);
    }
    assert!(!exchange.form.contains_key("code_verifier"), "a client with a secret uses PKCE only when told to");

    assert_eq!(client.access_token("alice").await.unwrap().expose(), "1000.first.token");
    client.clock().advance(Duration::from_secs(3539));
    assert_eq!(client.access_token("alice").await.unwrap().expose(), "1000.first.token", "61 seconds are left");
    client.clock().advance(Duration::from_secs(1));
    assert_eq!(client.access_token("alice").await.unwrap().expose(), "1000.second.token", "60 seconds are left");
    let refresh = stub.asked(TOKEN).remove(1);
    assert_eq!(refresh.form["grant_type"], "refresh_token");
    assert_eq!(refresh.form["refresh_token"], "1000.refresh.token");
    let again = client.tokens("alice").await.unwrap().unwrap();
    assert_eq!(again.refresh_token.unwrap().expose(), "1000.refresh.token", "it stays: this dialect never rotates");
    assert_eq!(again.expires_at, START + 3540 + 3600);

    let user = client.user_info("alice").await.unwrap();
    assert_eq!((user.display_name.as_str(), user.last_name.as_str(), user.zuid), ("Alice", "", 700_001));
    assert_eq!(stub.asked("/oauth/user/info")[0].headers["authorization"], "Zoho-oauthtoken 1000.second.token");

    client.revoke("alice").await.unwrap();
    let revoked = stub.asked("/oauth/v2/token/revoke").remove(0);
    assert_eq!(revoked.form["token"], "1000.refresh.token");
    assert_eq!(revoked.line, "POST /oauth/v2/token/revoke", "no secret in a URL");
    assert!(matches!(client.access_token("alice").await, Err(Error::NotConnected)));
}

#[tokio::test]
async fn a_code_is_taken_to_the_data_center_it_came_from() {
    let (us, eu) = (Stub::start().await, Stub::start().await);
    us.data_centers(&[("us", &us.url), ("eu", &eu.url)], &[]);
    eu.answers(TOKEN, &[(200, &tokens("1000.eu.token", Some("1000.eu.refresh")))]);
    let mut settings = us.settings();
    settings.secrets_by_location.insert("eu".to_owned(), "the-secret-of-eu".into());
    let client = Client::new(settings, MemoryStore::new(), Clock::fixed(START));
    let (_, pending) = client.link(REDIRECT, ["s"]).build().unwrap();
    let callback = Callback::parse(&eu.callback("eu", &pending.state)).unwrap();
    let kept = client.connect("k", &pending, callback).await.unwrap();
    assert_eq!((kept.location.as_str(), &kept.accounts_server), ("eu", &eu.base()));
    client.refresh("k").await.unwrap();
    assert!(us.asked(TOKEN).is_empty());
    assert!(eu.asked(TOKEN).iter().all(|asked| asked.form["client_secret"] == "the-secret-of-eu"));
    assert_eq!(eu.asked(TOKEN).len(), 2);
}

#[tokio::test]
async fn portals_have_their_own_paths() {
    let stub = Stub::start().await;
    stub.data_centers(&[], &[("us", &stub.url)]);
    stub.answers("/clientoauth/v2/60001/token", &[(200, &tokens("1000.portal.token", Some("1000.portal.refresh")))]);
    stub.answers("/clientoauth/v2/60001/token/revoke", &[(200, r#"{"status":"success"}"#)]);
    let client =
        Client::new(stub.settings().portal(Some("60001".parse().unwrap())), MemoryStore::new(), Clock::fixed(START));
    let kept = connect(&stub, &client, "pat").await;
    assert_eq!(kept.portal.unwrap().as_str(), "60001");
    client.refresh("pat").await.unwrap();
    client.revoke("pat").await.unwrap();
    assert_eq!(stub.asked("/clientoauth/v2/60001/token").len(), 2);
    assert_eq!(stub.asked("/clientoauth/v2/60001/token/revoke").len(), 1);
}

#[tokio::test]
async fn public_clients_prove_themselves_with_pkce() {
    let stub = Stub::start().await;
    stub.answers(TOKEN, &[(200, &tokens("1000.a.b", None))]);
    let client = Client::new(stub.settings().secret(None), MemoryStore::new(), Clock::fixed(START));
    let (link, pending) = client.link(REDIRECT, ["s"]).build().unwrap();
    assert!(link.query().unwrap().contains("code_challenge_method=S256"));
    let callback = Callback::parse(&stub.callback("us", &pending.state)).unwrap();
    client.connect("k", &pending, callback).await.unwrap();
    let form = stub.asked(TOKEN).remove(0).form;
    assert_eq!(form["code_verifier"], pending.verifier.unwrap().expose());
    assert!(!form.contains_key("client_secret"));
    // Good to its last second, and then there is nothing to get another one with.
    client.clock().advance(Duration::from_secs(3_570));
    assert_eq!(client.access_token("k").await.unwrap().expose(), "1000.a.b");
    client.clock().advance(Duration::from_secs(30));
    assert!(matches!(client.access_token("k").await, Err(Error::NoRefreshToken)));
}

#[tokio::test]
async fn nothing_is_exchanged_when_a_check_fails() {
    let stub = Stub::start().await;
    stub.answers(TOKEN, &[(200, &tokens("1000.a.b", None))]);
    let stranger = Stub::start().await;
    let client = stub.client();
    let (_, pending) = client.link(REDIRECT, ["s"]).build().unwrap();
    for (given, expected) in [
        (stub.callback("us", &"wrong".into()), CallbackError::StateMismatch),
        (stranger.callback("us", &pending.state), CallbackError::UnknownAccountsServer { given: stranger.url.clone() }),
        (format!("error=access_denied&state={}", pending.state.expose()), CallbackError::AccessDenied),
    ] {
        match client.connect("k", &pending, Callback::parse(&given).unwrap()).await {
            Err(Error::Callback(error)) => assert_eq!(error, expected),
            other => panic!("{other:?}"),
        }
    }
    assert!(stub.asked(TOKEN).is_empty() && stranger.asked("").is_empty());
}

#[tokio::test]
async fn milliseconds_of_older_servers() {
    let stub = Stub::start().await;
    stub.answers(
        TOKEN,
        &[(200, r#"{"access_token":"1000.a.b","expires_in_sec":3600,"expires_in":3600000,"token_type":"Bearer"}"#)],
    );
    let kept = connect(&stub, &stub.client(), "k").await;
    assert_eq!(kept.expires_at, START + 3600);
}

#[tokio::test]
async fn many_tasks_one_refresh() {
    let stub = Stub::start().await;
    stub.answers(
        TOKEN,
        &[(200, &tokens("1000.first.token", Some("1000.refresh.token"))), (200, &tokens("1000.second.token", None))],
    );
    let client = stub.client();
    connect(&stub, &client, "k").await;
    client.clock().advance(Duration::from_hours(1));
    stub.slow(Duration::from_millis(100));
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let client = client.clone();
            tokio::spawn(async move { client.access_token("k").await.unwrap().expose().to_owned() })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap(), "1000.second.token");
    }
    assert_eq!(stub.asked(TOKEN).len(), 2, "one exchange, one refresh");
}

#[tokio::test]
async fn what_travelled_is_told_with_its_secrets_masked() {
    let stub = Stub::start().await;
    let domain = stub.url.clone();
    stub.answers(
        TOKEN,
        &[(
            200,
            &tokens("1000.aaaaaaaaaaaaaaaaaaaa.bbbb", Some("1000.rrrrrrrrrrrrrrrrrrr.ssss"))
                .replace("http://127.0.0.1:1", &domain),
        )],
    );
    stub.answers("/bigin/v2/Contacts", &[(401, r#"{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope to access this URL","status":"error"}"#)]);
    let told: Arc<Mutex<Vec<WireRecord>>> = Arc::default();
    let keep = Arc::clone(&told);
    let client = stub.client().observed_by(Arc::new(move |record| keep.lock().unwrap().push(record)));
    connect(&stub, &client, "k").await;
    let refused = client.api_get("k", "/bigin/v2/Contacts").await.unwrap_err();
    assert_eq!(refused.refusal(), Some(&Refusal::ScopeMismatch));

    let told = told.lock().unwrap().clone();
    assert_eq!(told.iter().map(|step| step.status).collect::<Vec<_>>(), [Some(200), Some(200), Some(401)]);
    assert_eq!(told[1].request_id.as_deref(), Some("req-42"));
    assert_eq!(told[2].authorization.as_deref(), Some("Zoho-oauthtoken 1000.aa…"));
    assert!(told[2].answer.contains("OAUTH_SCOPE_MISMATCH"), "the word that says why is not a secret");
    let all = format!("{told:?}");
    for secret in ["aaaaaaaa", "bbbb", "rrrrrrrr", "ssss", "the-client-secret", "1000.code.secret"] {
        assert!(!all.contains(secret), "{secret} in {all}");
    }
}
