//! `/oauth2/logout` (OpenID Connect RP-Initiated Logout 1.0; cases A12, H12).

use super::*;

const APP: App = App {
    id: "1000.ZYLKERLEAVE00000000000000000L",
    secret: "canary-made-secret",
    redirect_uri: "http://127.0.0.1:9955/callback",
};
const BACK: &str = "http://127.0.0.1:9955/bye";

async fn provision(house: &House) {
    house
        .provision(&format!(
            "[[client]]\nid = \"{}\"\nsecret = \"{}\"\ntype = \"server\"\nname = \"Leave\"\nredirect_uris = [\"{}\"]\n\
             post_logout_redirect_uris = [\"{BACK}\", \"{BACK}?x=1\"]\ndata_centers = [\"us\", \"eu\"]\n",
            APP.id, APP.secret, APP.redirect_uri
        ))
        .await;
}

fn logout(house: &House, fields: &[(&str, &str)]) -> String {
    format!("{}/oauth2/logout?{}", house.url("us"), encoded(fields))
}

/// Whether the browser is still signed in.
async fn signed_in(house: &House, browser: &mut Browser) -> bool {
    browser.get(&format!("{}/", house.url("us"))).await.body.contains("sign-out")
}

#[tokio::test]
async fn h12_an_id_token_of_this_session_signs_out_at_once() {
    for_each_store(async |house| {
        provision(house).await;
        let mut browser = Browser::default();
        let hint = id_token(house, &mut browser, &APP, &ALICE).await;
        // Long after it has expired.
        house.advance(3 * 3600);
        let fields = [("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", BACK), ("state", "a b&c")];
        let reply = browser.get(&logout(house, &fields)).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("http://127.0.0.1:9955/bye?state=a%20b%26c")));
        assert!(!signed_in(house, &mut browser).await);
        assert!(!browser.cookies.contains_key("grantor_us_session"));
        // Nobody is signed in any more: straight back, where the client is known.
        let reply = browser.get(&logout(house, &fields)).await;
        assert_eq!(reply.header("location"), Some("http://127.0.0.1:9955/bye?state=a%20b%26c"));
        let with_query =
            [("client_id", APP.id), ("post_logout_redirect_uri", "http://127.0.0.1:9955/bye?x=1"), ("state", "s")];
        let reply = browser.get(&logout(house, &with_query)).await;
        assert_eq!(reply.header("location"), Some("http://127.0.0.1:9955/bye?x=1&state=s"));
        // By POST, too.
        let hint = id_token(house, &mut browser, &APP, &ALICE).await;
        let reply = browser.send(&logout(house, &[]), Request::form("", &[("id_token_hint", hint.as_str())])).await;
        assert_eq!(reply.status, 303);
        let (_, page) = browser.follow(house, house.url("us"), reply).await;
        assert_eq!((page.status, page.header("location")), (200, None));
        assert!(!signed_in(house, &mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn h12_everybody_else_is_asked_first() {
    for_each_store(async |house| {
        provision(house).await;
        let mut browser = Browser::default();
        let older = id_token(house, &mut browser, &APP, &ALICE).await;
        // The browser signs in anew: another session of the same person.
        browser.cookies.remove("grantor_us_session");
        let current = id_token(house, &mut browser, &APP, &ALICE).await;
        let of_bob = id_token(house, &mut Browser::default(), &APP, &BOB).await;
        let of_carla = id_token(house, &mut Browser::default(), &APP, &CARLA).await;
        let access = redeemed(house, "us", &APP, &callback(&sent(house, &mut browser, &ask(&APP)).await).code()).await;
        let (access, forged) = (access.text("access_token"), format!("{current}A"));
        let back = ("post_logout_redirect_uri", BACK);
        for fields in [
            vec![],
            vec![back],
            vec![("client_id", APP.id), back],
            vec![("id_token_hint", older.as_str()), back],
            vec![("id_token_hint", of_bob.as_str()), back],
            vec![("id_token_hint", of_carla.as_str()), back],
            vec![("id_token_hint", access.as_str()), back],
            vec![("id_token_hint", forged.as_str()), back],
            vec![("id_token_hint", current.as_str()), ("client_id", DESK.id), back],
        ] {
            let page = browser.get(&logout(house, &fields)).await;
            assert_eq!((page.status, page.header("location")), (200, None), "{fields:?}");
            let form = Form::find(&page.body).unwrap_or_else(|| panic!("{fields:?}: {page:?}"));
            assert!(form.action.starts_with("/oauth2/logout/confirm"), "{fields:?}");
            assert!(signed_in(house, &mut browser).await, "{fields:?}");
        }
        // Yes: back to the application when it said who it is, and otherwise nowhere.
        let page = browser.get(&logout(house, &[("client_id", APP.id), back, ("state", "s")])).await;
        let form = Form::find(&page.body).unwrap();
        let target = format!("{}{}", house.url("us"), form.action);
        let mut foreign = form.hidden.clone();
        foreign.retain(|(name, _)| name != "csrf");
        assert_eq!(browser.post(&target, &foreign).await.status, 403);
        assert!(signed_in(house, &mut browser).await);
        let reply = browser.post(&target, &form.hidden).await;
        assert_eq!((reply.status, reply.header("location")), (303, Some("http://127.0.0.1:9955/bye?state=s")));
        assert!(!signed_in(house, &mut browser).await);
    })
    .await;
}

#[tokio::test]
async fn a12_only_a_registered_address_is_gone_to() {
    for_each_store(async |house| {
        provision(house).await;
        let mut browser = Browser::default();
        for uri in [
            "https://evil.example/",
            "//evil.example/",
            "/\\evil.example",
            "https:evil.example",
            "http://127.0.0.1:9955/bye/",
            "http://127.0.0.1:9955/bye?x=2",
            "http://127.0.0.1:9955/callback",
            "http://127.0.0.1:9955/bye\n",
            "javascript:alert(1)",
        ] {
            let hint = id_token(house, &mut browser, &APP, &ALICE).await;
            for fields in [
                vec![("client_id", APP.id), ("post_logout_redirect_uri", uri)],
                vec![("id_token_hint", hint.as_str()), ("post_logout_redirect_uri", uri)],
                vec![("client_id", DESK.id), ("post_logout_redirect_uri", BACK)],
                vec![("client_id", GONE.id), ("post_logout_redirect_uri", BACK)],
                vec![("post_logout_redirect_uri", BACK)],
            ] {
                let reply = browser.get(&logout(house, &fields)).await;
                assert_eq!((reply.status, reply.header("location")), (200, None), "{fields:?}");
            }
        }
    })
    .await;
}
