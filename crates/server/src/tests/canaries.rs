//! Secrets in every place where somebody may put one, and none in the log at debug level (case P01). The
//! harness reads the log of every other test in the same way.

use super::harness::*;

#[tokio::test]
async fn p01_nothing_secret_reaches_the_log() {
    for_each_store(async |house| {
        let before = log::assert_clean();
        let mut browser = Browser::default();
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let spare = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
        let session = browser.cookies["grantor_us_session"].clone();
        let secrets =
            [&code, &spare, &tokens.access, &tokens.refresh, &session, DESK.secret, PASSWORD, "canary-verifier"];
        let names = [
            "grant_type",
            "client_id",
            "client_secret",
            "code",
            "redirect_uri",
            "code_verifier",
            "refresh_token",
            "token",
            "token_type",
            "token_type_hint",
            "scope",
            "state",
            "unknown",
        ];
        let paths = [TOKEN, "/clientoauth/v2/60001/token", "/oauth/v2/token/revoke", "/oauth/v2/revoke/token"];
        for secret in secrets {
            for name in names {
                for path in paths {
                    for grant in ["authorization_code", "refresh_token"] {
                        // Revoking would end what the next round needs.
                        if name == "token" && !path.ends_with("/token") {
                            continue;
                        }
                        let mut fields =
                            vec![("grant_type", grant), ("client_id", DESK.id), ("client_secret", DESK.secret)];
                        fields.retain(|(n, _)| *n != name);
                        fields.push((name, secret));
                        house.post("us", path, &fields).await;
                    }
                }
            }
            for request in [
                Request::get("/oauth/user/info").bearer(secret),
                Request::get("/oauth/user/info").header("authorization", secret),
                Request::new("POST", TOKEN).basic(secret, secret),
                Request::new("POST", TOKEN).header("authorization", &format!("Basic {secret}")),
                Request::get(&format!("{TOKEN}?code={secret}&client_secret={secret}")),
                Request::get(&format!("/oauth/serverinfo?token={secret}")),
                Request::new("POST", &portal_token(secret)),
                Request::get(&format!(
                    "/oauth/v2/auth?{}",
                    encoded(&Ask::of(&DESK).with("client_id", secret).parameters)
                )),
                Request::get(&format!("/{secret}")),
                Request::get(&format!("/assets/{secret}")),
                Request::get("/")
                    .header("cookie", &format!("grantor_us_session={secret}; grantor_us_browser={secret}")),
                Request::get("/").header("x-request-id", secret).header("user-agent", secret),
                Request::get("/").header("x-forwarded-for", secret).header("referer", secret),
            ] {
                house.send("us", &request).await;
            }
        }
        house.break_store("us");
        house.refresh("us", &DESK, &tokens.refresh).await;
        house.exchange("us", &DESK, &spare).await;
        house.revoke("us", &tokens.refresh).await;
        house.user_info("us", &tokens.access).await;
        assert!(log::assert_clean() > before + 500, "the log was read");
    })
    .await;
}
