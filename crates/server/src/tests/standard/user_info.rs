//! `/oauth2/userinfo` (cases F01, F02, F12; RFC 6750 section 3).

use insta::assert_snapshot;

use super::*;

const PATH: &str = "/oauth2/userinfo";

/// An access token with these scopes.
async fn token(house: &House, scope: &str) -> String {
    let code = Browser::default().authorize(house, &ask(&DESK).with("scope", scope), &ALICE).await.code();
    redeemed(house, "us", &DESK, &code).await.text("access_token")
}

fn challenge(reply: &Reply) -> &str {
    reply.header("www-authenticate").unwrap_or_else(|| panic!("no challenge: {reply:?}"))
}

#[tokio::test]
async fn f12_only_what_the_scopes_open_is_told() {
    for_each_store(async |house| {
        let whole = token(house, "openid email profile").await;
        let reply = house.send("us", &Request::get(PATH).bearer(&whole)).await;
        assert_eq!((reply.status, reply.header("cache-control")), (200, Some("no-store")));
        let told = reply.json();
        assert_eq!(
            (&told["sub"], &told["email"], &told["given_name"]),
            (&"700001".into(), &ALICE.email.into(), &"Alice".into())
        );
        assert_eq!(house.send("us", &Request::form(PATH, &[("x", "")]).bearer(&whole)).await.json(), told);
        assert_eq!(house.send("us", &Request::form(PATH, &[("access_token", &whole)])).await.json(), told);
        let narrow = token(house, "openid").await;
        let told = house.send("us", &Request::get(PATH).bearer(&narrow)).await.json();
        assert_eq!(told, serde_json::json!({ "sub": "700001" }));
        let locked = "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700001\n{password}\nfirst_name = \"Alice\"\n\
                      last_name = \"Adams\"\ndata_center = \"us\"\norganizations = [\"10001\"]\n\
                      administers = [\"10001\"]\ndisabled = true\n";
        house.provision(locked).await;
        assert_eq!(house.send("us", &Request::get(PATH).bearer(&whole)).await.status, 401);
    })
    .await;
}

#[tokio::test]
async fn f01_and_f02_refusals_are_those_of_the_rfc() {
    for_each_store(async |house| {
        let good = token(house, "openid").await;
        for request in [
            Request::get(PATH),
            Request::get(PATH).basic(DESK.id, DESK.secret),
            Request::get(PATH).header("authorization", &format!("Zoho-oauthtoken {good}")),
            Request::get(PATH).header("authorization", &good),
            Request::form(PATH, &[("x", "1")]),
        ] {
            let reply = house.send("us", &request).await;
            assert_eq!(reply.status, 401, "{request:?}");
            assert_eq!(
                challenge(&reply),
                format!("Bearer realm=\"{}\"", issuer(house, "us")),
                "no error without a token"
            );
            assert_eq!(reply.header("cache-control"), Some("no-store"));
        }
        let mut cut = good.clone();
        cut.pop();
        for bad in [cut.as_str(), "x", &good.to_uppercase()] {
            let reply = house.send("us", &Request::get(PATH).bearer(bad)).await;
            assert_eq!(reply.status, 401, "{bad}");
            assert!(challenge(&reply).contains("error=\"invalid_token\""), "{reply:?}");
        }
        let reply = house.send("eu", &Request::get(PATH).bearer(&good)).await;
        assert!(reply.status == 401 && challenge(&reply).contains("invalid_token"), "another data center's");
        for request in [
            Request::get(&format!("{PATH}?access_token={good}")),
            Request::get(&format!("{PATH}?access_token={good}")).bearer(&good),
            Request::form(PATH, &[("access_token", &good)]).bearer(&good),
            Request::form(PATH, &[("access_token", &good), ("access_token", &good)]),
            Request::get(PATH).bearer(&good).bearer(&good),
        ] {
            let reply = house.send("us", &request).await;
            assert_eq!(reply.status, 400, "{request:?}");
            assert!(challenge(&reply).contains("error=\"invalid_request\""), "{reply:?}");
        }
        let other = token(house, "AaaServer.profile.READ").await;
        let reply = house.send("us", &Request::get(PATH).bearer(&other)).await;
        assert_eq!(reply.status, 403);
        assert!(challenge(&reply).ends_with("error=\"insufficient_scope\", scope=\"openid\""), "{reply:?}");
        house.advance(3600);
        let reply = house.send("us", &Request::get(PATH).bearer(&good)).await;
        assert!(reply.status == 401 && challenge(&reply).contains("invalid_token"), "expired");
    })
    .await;
}

#[tokio::test]
async fn whole_exchanges() {
    let still = Setup { throttles: true, predictable: true, ..Setup::default() };
    for_each_store_with(still, async |house| {
        let good = token(house, "openid email profile").await;
        let asked = async |request: Request| house.shown(&house.send("us", &request).await);
        assert_snapshot!("standard_userinfo", asked(Request::get(PATH).bearer(&good)).await);
        assert_snapshot!("standard_userinfo_without_a_token", asked(Request::get(PATH)).await);
        assert_snapshot!("standard_userinfo_invalid_token", asked(Request::get(PATH).bearer("x")).await);
        let query = Request::get(&format!("{PATH}?access_token=x"));
        assert_snapshot!("standard_userinfo_token_in_query", asked(query).await);
        assert_snapshot!("standard_userinfo_wrong_method", asked(Request::new("PUT", PATH)).await);
    })
    .await;
}
