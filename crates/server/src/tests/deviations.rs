//! What the accounts dialect does although RFC 9700 advises otherwise can be taken back, one by one (security-cases.md
//! section 1).

use super::{answers::*, harness::*};

const NONE: Setup = Setup {
    throttles: false,
    guess_limits: false,
    predictable: false,
    no_sandbox: false,
    policy: "secrets_in_query = false\nlasting_refresh_tokens = false\nopen_revocation = false\noptional_pkce = false
plain_pkce = false\nerrors_with_status_200 = false\nimplicit = false",
};

// RFC 7636 appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

#[tokio::test]
async fn every_deviation_can_be_taken_back() {
    for_each_store_with(NONE, async |house| {
        let ask = Ask::of(&DESK).with("code_challenge", CHALLENGE).with("code_challenge_method", "S256");
        let mut browser = Browser::default();
        // PKCE: demanded of everybody, and S256 only.
        for lacking in [Ask::of(&DESK), ask.clone().with("code_challenge_method", "plain")] {
            let (_, page) = browser.walk(house, &lacking.url(house), &ALICE, None).await;
            assert_eq!((page.status, page.header("location")), (400, None));
            assert!(page.body.contains("ERROR_invalid_request"), "{page:?}");
        }
        let code = browser.authorize(house, &ask, &ALICE).await.code();
        // Nothing secret in a URL, and what stood there was not used.
        let mut fields = redemption(&DESK, &code);
        fields.push(("code_verifier", VERIFIER));
        let reply = house.post("us", &format!("{TOKEN}?code={code}"), &fields).await;
        assert_eq!(reply.brief(), INVALID_REQUEST);
        let reply = house.post("us", &format!("/oauth/v2/token/revoke?token={code}"), &[("state", "")]).await;
        assert_eq!(reply.brief(), INVALID_REQUEST);
        // Errors have the status of an error.
        let wrong = App { secret: "wrong", ..DESK };
        let brief = house.exchange("us", &wrong, &code).await;
        assert_eq!(brief.brief(), (401, INVALID_SECRET.1));
        let first = Tokens::of(&house.post("us", TOKEN, &fields).await);
        assert_eq!(house.post("us", TOKEN, &fields).await.brief(), (400, INVALID_CODE.1));
        // Refresh tokens turn, and an old one ends all.
        let second = Tokens::of(&house.refresh("us", &DESK, &first.refresh).await);
        assert_ne!(second.refresh, first.refresh);
        house.advance(31);
        assert_eq!(house.refresh("us", &DESK, &first.refresh).await.brief(), (400, INVALID_CODE.1));
        assert!(!house.alive("us", &second.access).await);
        // A token alone revokes nothing.
        let code = browser.authorize(house, &ask, &ALICE).await.code();
        let mut fields = redemption(&DESK, &code);
        fields.push(("code_verifier", VERIFIER));
        let tokens = Tokens::of(&house.post("us", TOKEN, &fields).await);
        assert_eq!(house.revoke("us", &tokens.access).await.brief(), REVOKE_REFUSED);
        let named = [("token", tokens.access.as_str()), ("client_id", DESK.id)];
        assert_eq!(house.post("us", "/oauth/v2/token/revoke", &named).await.brief(), REVOKE_REFUSED);
        assert!(house.alive("us", &tokens.access).await);
        let named = [named[0], named[1], ("client_secret", DESK.secret)];
        assert_eq!(house.post("us", "/oauth/v2/token/revoke", &named).await.brief(), REVOKED);
        // No tokens by redirect, and the metadata says so.
        let metadata = house.send("us", &Request::get("/.well-known/openid-configuration")).await.json();
        assert_eq!(metadata["response_types_supported"], serde_json::json!(["code"]));
        assert_eq!(metadata["code_challenge_methods_supported"], serde_json::json!(["S256"]));
        for path in ["/oauth/v2/auth", "/oauth/v2/auth/refresh"] {
            let query = "response_type=token&client_id=1000.X&redirect_uri=https://x.example&scope=email";
            let page = house.send("us", &Request::get(&format!("{path}?{query}"))).await;
            assert!(page.status == 400 && page.body.contains("ERROR_invalid_response_type"), "{page:?}");
        }
    })
    .await;
}
