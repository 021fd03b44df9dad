//! `/oauth/user/info`: who granted this token (cases F02, F03, F06, F12; `spec/decisions.md` 14).

use serde_json::json;

use super::{answers::*, harness::*};

const PATH: &str = "/oauth/user/info";

#[tokio::test]
async fn names_address_and_zuid_never_missing() {
    for_each_store(async |house| {
        for (ask, person, names) in [
            (Ask::of(&DESK), ALICE, ("Alice", "Adams", "Alice Adams")),
            (Ask::of(&DESK), CARLA, ("Carla", "Cortez", "Carla Cortez")),
            (Ask::of(&DESK).portal(PARTNERS), PAT, ("Pat", "", "Pat")),
        ] {
            let token = house.tokens(&ask, &DESK, &person).await.access;
            let reply = house.user_info(person.location, &token).await;
            let expected = json!({
                "First_Name": names.0, "Last_Name": names.1, "Display_Name": names.2,
                "Email": person.email, "ZUID": person.zuid,
            });
            assert_eq!((reply.status, reply.json()), (200, expected));
            assert_eq!(reply.header("cache-control"), Some("no-store"));
        }
        let dora = house.tokens(&Ask::of(&DESK), &DESK, &DORA).await.access;
        let body = house.user_info("us", &dora).await.json();
        assert_eq!((&body["First_Name"], &body["Last_Name"]), (&json!(""), &json!("")), "empty, not missing");
        assert!(body["Display_Name"].is_string());
    })
    .await;
}

#[tokio::test]
async fn f02_the_token_travels_in_the_header_only() {
    for_each_store(async |house| {
        let token = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await.access;
        let ask = |header: &str| Request::get(PATH).header("authorization", header);
        for scheme in ["Bearer", "bearer", "BEARER", "Zoho-oauthtoken", "zoho-OAUTHTOKEN", "Bearer "] {
            let reply = house.send("us", &ask(&format!("{scheme} {token}"))).await;
            assert_eq!(reply.status, 200, "{scheme}");
        }
        let query = format!("{PATH}?access_token={token}&token={token}&oauth_token={token}&authtoken={token}");
        let in_body =
            Request::new("GET", PATH).body("application/x-www-form-urlencoded", format!("access_token={token}"));
        let twice = ask(&format!("Bearer {token}")).header("authorization", &format!("Bearer {token}"));
        for request in [
            Request::get(PATH),
            Request::get(&query),
            in_body,
            twice,
            ask(&token),
            ask("Bearer"),
            ask("Bearer "),
            ask(&format!("Bearer {token} {token}")),
            ask(&format!("Bearer\t{token}")),
            ask(&format!("Token {token}")),
            ask(&format!("Bearer \"{token}\"")),
            Request::get(PATH).basic(DESK.id, DESK.secret),
            Request::get(PATH).header("cookie", &format!("access_token={token}")),
            Request::get(PATH).header("x-authorization", &format!("Bearer {token}")),
        ] {
            assert_eq!(house.send("us", &request).await.brief(), NO_ACCESS, "{request:?}");
        }
        // The header decides, whatever else comes along.
        let garbage = Request::get(&format!("{PATH}?access_token=garbage")).bearer(&token);
        assert_eq!(house.send("us", &garbage).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn f03_f06_whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let (old, gone) = (
            house.tokens(&Ask::of(&DESK), &DESK, &BOB).await,
            Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await),
        );
        let eu = house.tokens(&Ask::of(&DESK), &DESK, &CARLA).await;
        house.revoke("us", &gone.access).await;
        let half = |token: &str, n: usize| token.split('.').nth(n).unwrap().to_owned();
        let token = &tokens.access;
        let mut wrong: Vec<(String, &str)> = (0..token.len()).map(|n| (token[..n].to_owned(), "truncated")).collect();
        wrong.extend([
            (format!("{token}0"), "extended"),
            (token.to_uppercase(), "upper case"),
            (format!("1000.{}.{}", half(token, 1), half(&old.access, 2)), "halves crossed"),
            (format!("1000.{}.{}", half(token, 2), half(token, 1)), "halves swapped"),
            (format!("1000.{}.{}", half(token, 1), half(&tokens.refresh, 2)), "another secret"),
            (gone.access.clone(), "revoked"),
            (eu.access.clone(), "another data center's"),
            (format!("1000.{}.{}", half(&eu.access, 1), "0".repeat(32)), "another data center's, made up"),
            (tokens.refresh.clone(), "a refresh token"),
        ]);
        let mut answers = Vec::new();
        for (text, why) in &wrong {
            let reply = house.user_info("us", text).await;
            assert_eq!(reply.brief(), NO_ACCESS, "{why} {text}");
            answers.push(reply);
        }
        assert!(house.alive("us", token).await);
        house.advance(3600);
        let expired = house.user_info("us", token).await;
        assert_eq!(expired.brief(), NO_ACCESS);
        // Not only the body: the headers too are the same, but for date and request id.
        for reply in &answers {
            assert_eq!(house.shown(reply), house.shown(&expired));
        }
    })
    .await;
}

#[tokio::test]
async fn scopes_open_it_or_do_not() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        for (scope, opens) in [
            ("AaaServer.profile.READ", true),
            ("aaaserver.PROFILE.read", true),
            ("ZohoBigin.org.ALL AaaServer.profile.Read", true),
            ("ZohoBigin.users.READ", false),
            ("openid", false),
            ("profile", false),
            ("email,profile", false),
        ] {
            let code = browser.authorize(house, &Ask::of(&DESK).with("scope", scope), &ALICE).await.code();
            let token = Tokens::of(&house.exchange("us", &DESK, &code).await).access;
            let reply = house.user_info("us", &token).await;
            if opens {
                assert_eq!(reply.status, 200, "{scope}");
            } else {
                assert_eq!(reply.brief(), NO_SCOPE, "{scope}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn f12_nobody_who_may_not_sign_in_is_shown() {
    for_each_store(async |house| {
        let token = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await.access;
        let bob = "[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{password}\nfirst_name = \"Robert\"\n\
                   data_center = \"us\"\norganizations = [\"10001\", \"10002\"]\n";
        house.provision(bob).await;
        let body = house.user_info("us", &token).await.json();
        assert_eq!((&body["First_Name"], &body["ZUID"]), (&json!("Robert"), &json!(700_002)), "read, not cached");
        house.provision(&format!("{bob}disabled = true")).await;
        assert!(!house.alive("us", &token).await);
        house.provision(bob).await;
        assert!(house.alive("us", &token).await);
    })
    .await;
}
