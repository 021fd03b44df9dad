//! Every documented refusal becomes its own error, with a sentence and the id to quote.

use grantor_client::{Callback, Client, Error, MemoryStore, Refusal, TransportCause};

use crate::stub::{REDIRECT, Stub, tokens};

const TOKEN: &str = "/oauth/v2/token";

async fn exchange(stub: &Stub, client: &Client<MemoryStore>) -> Error {
    let (_, pending) = client.link(REDIRECT, ["s"]).build().unwrap();
    let callback = Callback::parse(&stub.callback("us", &pending.state)).unwrap();
    client.connect("k", &pending, callback).await.unwrap_err()
}

#[tokio::test]
async fn of_the_token_endpoint() {
    let stub = Stub::start().await;
    let client = stub.client();
    let throttled = r#"{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}"#;
    let description = "You have made too many requests continuously. Please try again after some time.".to_owned();
    for (status, body, expected) in [
        (200, r#"{"error":"invalid_client"}"#, Refusal::InvalidClient),
        (200, r#"{"error":"invalid_client_secret"}"#, Refusal::InvalidClientSecret),
        (200, r#"{"error":"invalid_code"}"#, Refusal::InvalidCode),
        (200, r#"{"error":"invalid_redirect_uri"}"#, Refusal::InvalidRedirectUri),
        (400, throttled, Refusal::Throttled { description: description.clone() }),
        (200, throttled, Refusal::Throttled { description }),
        (200, r#"{"error":"missing_org_info"}"#, Refusal::MissingOrgInfo),
        (400, r#"{"error":"invalid_scope"}"#, Refusal::InvalidScope),
        (200, r#"{"error":"general_error"}"#, Refusal::GeneralError),
        (400, r#"{"error":"invalid_request"}"#, Refusal::BadRequest),
        (400, "", Refusal::BadRequest),
        (400, "<html>Bad Request</html>", Refusal::BadRequest),
        (200, r#"{"error":"brand_new"}"#, Refusal::Other { word: "brand_new".to_owned(), status: 200 }),
    ] {
        stub.answers(TOKEN, &[(status, body)]);
        let error = exchange(&stub, &client).await;
        assert_eq!(error.refusal(), Some(&expected), "{status} {body}");
        assert_eq!(error.request_id(), Some("req-42"));
        let text = error.to_string();
        assert!(text.ends_with(&format!("[{}{TOKEN}, request id req-42]", stub.url)), "{text}");
        assert!(!text.contains("the-client-secret") && !text.contains("1000.code"), "{text}");
    }
    assert!(client.tokens("k").await.unwrap().is_none());
}

#[tokio::test]
async fn of_a_refresh() {
    let stub = Stub::start().await;
    let client = stub.client();
    stub.answers(TOKEN, &[(200, &tokens("1000.a.b", Some("1000.r.s"))), (200, r#"{"error":"invalid_code"}"#)]);
    let (_, pending) = client.link(REDIRECT, ["s"]).build().unwrap();
    client.connect("k", &pending, Callback::parse(&stub.callback("us", &pending.state)).unwrap()).await.unwrap();
    let error = client.refresh("k").await.unwrap_err();
    assert_eq!(error.refusal(), Some(&Refusal::InvalidRefreshToken));
    assert!(client.tokens("k").await.unwrap().is_some(), "the person decides what to do with them");
}

#[tokio::test]
async fn of_revocation_user_info_and_apis() {
    let stub = Stub::start().await;
    let client = stub.client();
    stub.answers(TOKEN, &[(200, &tokens("1000.a.b", Some("1000.r.s")).replace("http://127.0.0.1:1", &stub.url))]);
    let (_, pending) = client.link(REDIRECT, ["s"]).build().unwrap();
    client.connect("k", &pending, Callback::parse(&stub.callback("us", &pending.state)).unwrap()).await.unwrap();

    stub.answers("/oauth/v2/token/revoke", &[(400, r#"{"error":"invalid_token"}"#)]);
    assert_eq!(client.revoke("k").await.unwrap_err().refusal(), Some(&Refusal::InvalidToken));

    for (cause, expected) in
        [("INVALID_OAUTHTOKEN", Refusal::InvalidToken), ("INVALID_OAUTHSCOPE", Refusal::ScopeMismatch)]
    {
        stub.answers("/oauth/user/info", &[(401, &format!(r#"{{"response":"error","cause":"{cause}"}}"#))]);
        assert_eq!(client.user_info("k").await.unwrap_err().refusal(), Some(&expected));
    }
    for (status, code, expected) in [
        (401, "INVALID_TOKEN", Refusal::InvalidToken),
        (400, "INVALID_TOKEN", Refusal::InvalidToken),
        (401, "OAUTH_SCOPE_MISMATCH", Refusal::ScopeMismatch),
        (401, "AUTHENTICATION_FAILURE", Refusal::AuthenticationFailure),
        (403, "NO_PERMISSION", Refusal::NoPermission),
        (403, "OAUTH_ORG_MISMATCH", Refusal::NoPermission),
        (404, "NOT_THERE", Refusal::Other { word: "NOT_THERE".to_owned(), status: 404 }),
    ] {
        stub.answers(
            "/bigin/v2/Contacts",
            &[(status, &format!(r#"{{"code":"{code}","details":{{}},"message":"…","status":"error"}}"#))],
        );
        assert_eq!(client.api_get("k", "/bigin/v2/Contacts").await.unwrap_err().refusal(), Some(&expected), "{code}");
    }
    stub.answers("/bigin/v2/Contacts", &[(204, "")]);
    assert_eq!(client.api_get("k", "/bigin/v2/Contacts").await.unwrap().body, serde_json::Value::Null);
}

#[tokio::test]
async fn answers_that_are_none() {
    let stub = Stub::start().await;
    let client = stub.client();
    let long = format!("\"{}\"", "x".repeat(1024 * 1024));
    for (status, body, fits) in [
        (200, "{}", (|cause| matches!(cause, TransportCause::Unreadable { .. })) as fn(&TransportCause) -> bool),
        (200, "<html>", |cause| matches!(cause, TransportCause::Unreadable { .. })),
        (200, r#"{"access_token":"1000.secret.word","expires_in":"soon"}"#, |cause| {
            matches!(cause, TransportCause::Unreadable { .. })
        }),
        (200, &long, |cause| matches!(cause, TransportCause::TooLarge)),
        (503, r#"{"error":"x"}"#, |cause| matches!(cause, TransportCause::ServerFailed { status: 503 })),
        (307, "", |cause| matches!(cause, TransportCause::Redirected { status: 307 })),
    ] {
        stub.answers(TOKEN, &[(status, body)]);
        match exchange(&stub, &client).await {
            Error::Transport(error) => {
                assert!(fits(&error.cause), "{status}: {error}");
                assert_eq!(error.request_id.as_deref(), Some("req-42"));
                assert!(!error.to_string().contains("secret.word"));
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(stub.asked("/elsewhere").is_empty(), "redirects are not followed");
}
