//! The device flow by RFC 8628: seconds, the RFC's names and statuses, five seconds more for who asks too fast; and one
//! code whichever door made it (cases G01 to G04; `spec/decisions.md` 3, 6, 8, 10).

use super::{super::device as accounts, *};

const BEGIN: &str = "/oauth2/device_authorization";
const STANDARD_TOKEN: &str = "/oauth2/token";
const GRANT: &str = "urn:ietf:params:oauth:grant-type:device_code";

async fn begun(house: &House, location: &str, extra: &[(&str, &str)]) -> Reply {
    let scope = if extra.iter().any(|(name, _)| *name == "scope") { vec![] } else { vec![("scope", "openid email")] };
    let fields = [&[("client_id", SCREEN.id)][..], &scope, extra].concat();
    house.post(location, BEGIN, &[&fields[..], &[("client_secret", SCREEN.secret)]].concat()).await
}

/// What the pages and the other door's helpers ask for.
fn device(reply: &Reply) -> accounts::Device {
    accounts::Device::of(reply)
}

async fn poll_as(house: &House, location: &str, app: &App, code: &str) -> Reply {
    let fields = [("grant_type", GRANT), ("client_id", app.id), ("client_secret", app.secret), ("device_code", code)];
    house.post(location, STANDARD_TOKEN, &fields).await
}

async fn poll(house: &House, location: &str, code: &str) -> Reply {
    poll_as(house, location, &SCREEN, code).await
}

/// Status and `error`.
fn refusal(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.header("cache-control"), Some("no-store"), "{reply:?}");
    (reply.status, reply.text("error"))
}

fn bad(error: &str) -> (u16, String) {
    (400, error.to_owned())
}

#[tokio::test]
async fn g01_the_answer_in_seconds() {
    for_each_store(async |house| {
        let reply = begun(house, "us", &[]).await;
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        let json = reply.json();
        let mut names: Vec<&str> = json.as_object().unwrap().keys().map(String::as_str).collect();
        names.sort_unstable();
        let all = "device_code expires_in interval user_code verification_uri verification_uri_complete";
        assert_eq!(names, all.split(' ').collect::<Vec<_>>());
        assert_eq!((json["expires_in"].as_i64(), json["interval"].as_i64()), (Some(300), Some(5)));
        let page = format!("{}/oauth/v3/device", house.url("us"));
        assert_eq!(json["verification_uri"], page);
        assert_eq!(json["verification_uri_complete"], format!("{page}?user_code={}", reply.text("user_code")));

        // Its client proves itself as at the token endpoint.
        let fields = [("client_id", SCREEN.id), ("scope", "email")];
        assert_eq!(refusal(&house.post("us", BEGIN, &fields).await), (401, "invalid_client".to_owned()));
        let basic = Request::form(BEGIN, &[("scope", "email")]);
        device(&house.send("us", &basic.clone().basic(SCREEN.id, SCREEN.secret)).await);
        let wrong = house.send("us", &basic.basic(SCREEN.id, "canary-wrong-secret")).await;
        assert_eq!(refusal(&wrong), (401, "invalid_client".to_owned()));
        assert!(wrong.header("www-authenticate").is_some_and(|v| v.starts_with("Basic ")), "{wrong:?}");
        let server = [("client_id", DESK.id), ("client_secret", DESK.secret), ("scope", "email")];
        assert_eq!(refusal(&house.post("us", BEGIN, &server).await), bad("unauthorized_client"));
        for (extra, error) in [
            (("scope", ""), "invalid_scope"),
            (("scope", "no_such_scope"), "invalid_scope"),
            (("resource", "https://unknown.example"), "invalid_target"),
        ] {
            assert_eq!(refusal(&begun(house, "us", &[extra]).await), bad(error), "{extra:?}");
        }
        // The shape of a request is the dialect's.
        let fields = [("client_id", SCREEN.id), ("client_secret", SCREEN.secret), ("scope", "email")];
        let in_url = Request::new("POST", &format!("{BEGIN}?{}", encoded(&fields)));
        assert_eq!(refusal(&house.send("us", &in_url).await), bad("invalid_request"));
        let json = Request::new("POST", BEGIN).body("application/json", "{}");
        assert_eq!(house.send("us", &json).await.status, 415);
        assert_eq!(house.send("us", &Request::get(BEGIN)).await.status, 405);
        let twice = [&fields[..], &[("scope", "openid")]].concat();
        assert_eq!(refusal(&house.post("us", BEGIN, &twice).await), bad("invalid_request"));
    })
    .await;
}

#[tokio::test]
async fn g02_who_asks_too_fast_waits_longer_for_good() {
    for_each_store(async |house| {
        let pending = bad("authorization_pending");
        let slow_down = bad("slow_down");
        let code = device(&begun(house, "us", &[]).await).code;
        assert_eq!(refusal(&poll(house, "us", &code).await), pending);
        assert_eq!(refusal(&poll(house, "us", &code).await), slow_down);
        house.advance_millis(9_999);
        assert_eq!(refusal(&poll(house, "eu", &code).await), slow_down, "ten by now, and fifteen from here");
        house.advance_millis(5_001);
        assert_eq!(refusal(&poll(house, "us", &code).await), pending);
        house.advance_millis(14_999);
        assert_eq!(refusal(&poll(house, "us", &code).await), slow_down);
        house.advance_millis(5_001);
        assert_eq!(refusal(&poll(house, "us", &code).await), pending);
        house.advance(300);
        assert_eq!(refusal(&poll(house, "us", &code).await), bad("expired_token"));

        let denied = device(&begun(house, "us", &[]).await);
        denied.answered(house, &ALICE, "reject").await;
        assert_eq!(refusal(&poll(house, "us", &denied.code).await), bad("access_denied"));
        for wrong in ["x", &denied.user_code, &denied.code[5..]] {
            assert_eq!(refusal(&poll(house, "us", wrong).await), bad("invalid_grant"), "{wrong}");
        }
        assert_eq!(refusal(&poll(house, "us", "").await), bad("invalid_request"));
    })
    .await;
}

#[tokio::test]
async fn g03_one_success_and_tokens_of_this_dialect() {
    for_each_store(async |house| {
        // Offline by either of its names; the family turns, as this dialect's do.
        let ways = [("access_type", "offline"), ("scope", "openid email offline_access")];
        for round in 0..rounds(12, 200) {
            let extra = ways[round % 2];
            let device = device(&begun(house, "us", &[extra]).await);
            device.accepted(house, &ALICE).await;
            let mut held = Vec::new();
            for _ in 0..20 {
                let fields = [("grant_type", GRANT), ("device_code", device.code.as_str())];
                let request = Request::form(STANDARD_TOKEN, &fields).basic(SCREEN.id, SCREEN.secret);
                held.push(hold(house.url("us"), &request).await);
            }
            let replies = release(held).await;
            let (won, lost): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
            assert_eq!((won.len(), lost.len()), (1, 19), "{replies:?}");
            assert!(lost.iter().all(|reply| refusal(reply) == bad("invalid_grant")), "{replies:?}");
            let json = won[0].json();
            assert!(json.get("api_domain").is_none(), "{json}");
            let signed = jwt::Jwt::parse(&won[0].text("id_token"));
            assert_eq!((&signed.claims["iss"], &signed.claims["sub"]), (&issuer(house, "us").into(), &"700001".into()));
            assert_eq!(signed.claims["aud"], SCREEN.id);
            assert!(signed.claims["auth_time"].is_number(), "{:?}", signed.claims);
            let tokens = Tokens::of(won[0]);
            let refreshed = house.post("us", STANDARD_TOKEN, &refreshing(&SCREEN, &tokens.refresh)).await;
            assert_ne!(Tokens::of(&refreshed).refresh, tokens.refresh);
            assert_eq!(refusal(&poll(house, "us", &device.code).await), bad("invalid_grant"));
        }
        let online = device(&begun(house, "us", &[]).await);
        online.accepted(house, &ALICE).await;
        assert_eq!(poll(house, "us", &online.code).await.text("refresh_token"), "");
    })
    .await;
}

#[tokio::test]
async fn g04_another_client_and_another_home() {
    for_each_store(async |house| {
        let entry = "[[client]]\nid = \"1004.ZYLKERTABLET0000000000000000G\"\nsecret = \"canary-tablet-secret-1\"\n\
                     type = \"device\"\nname = \"Tablet\"\ndata_centers = [\"us\", \"eu\"]\n";
        house.provision(entry).await;
        let tablet =
            App { id: "1004.ZYLKERTABLET0000000000000000G", secret: "canary-tablet-secret-1", redirect_uri: "" };
        let device = device(&begun(house, "us", &[]).await);
        assert_eq!(refusal(&poll_as(house, "us", &tablet, &device.code).await), bad("invalid_grant"));
        device.accepted(house, &CARLA).await;
        assert_eq!(refusal(&poll_as(house, "eu", &tablet, &device.code).await), bad("invalid_grant"));
        let reply = poll(house, "us", &device.code).await;
        assert_eq!(refusal(&reply), bad("other_dc"));
        assert_eq!(reply.text("user_location"), "eu");
        let tokens = poll(house, "eu", &device.code).await;
        assert_eq!(jwt::Jwt::parse(&tokens.text("id_token")).claims["iss"], issuer(house, "eu"));
        assert_eq!(refusal(&poll(house, "eu", &device.code).await), bad("invalid_grant"));
    })
    .await;
}

#[tokio::test]
async fn one_code_whichever_door_made_it() {
    for_each_store(async |house| {
        // Begun at one door, fetched at the other, spent for both.
        let first = device(&begun(house, "us", &[]).await);
        first.accepted(house, &ALICE).await;
        Tokens::of(&first.poll(house, "us").await);
        assert_eq!(refusal(&poll(house, "us", &first.code).await), bad("invalid_grant"));
        let second = accounts::Device::begin(house, "us").await;
        assert_eq!(refusal(&poll(house, "us", &second.code).await), bad("authorization_pending"));
        assert!(second.poll(house, "us").await.body.contains("slow_down"), "one pace");
        second.accepted(house, &ALICE).await;
        Tokens::of(&poll(house, "us", &second.code).await);
        assert!(second.poll(house, "us").await.body.contains("invalid_code"));
    })
    .await;
}
