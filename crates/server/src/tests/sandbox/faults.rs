//! Faults: what each does to the request it strikes, whom it strikes, and how often.

use std::time::{Duration, Instant};

use serde_json::json;

use super::{super::answers::*, *};

#[tokio::test]
async fn e06_n03_a_lost_answer_of_a_refresh_is_asked_for_again() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let fault = json!({"fault": "drop-after-commit", "endpoint": TOKEN, "client": DESK.id, "times": 1});
        told(house, "faults", &fault).await;
        assert_eq!(bytes_of(house, "us", &refreshes(&DESK, &tokens.refresh)).await, b"", "no answer at all");
        assert_eq!(get(house, "faults").await, json!({"faults": []}), "it struck once");
        // It was done all the same: its access token counts, though nobody has it.
        let journal = get(house, "journal?endpoint=token").await;
        let last = journal["entries"].as_array().unwrap().last().unwrap().clone();
        assert_eq!((&last["status"], &last["fault"]), (&json!(null), &json!("drop-after-commit")), "{last}");
        // The retry works; the refresh token is as good as before, and so is the access token from before.
        let again = Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        assert!(house.alive("us", &again.access).await && house.alive("us", &tokens.access).await);
        for n in 0..8 {
            assert!(house.alive("us", &tokens.access).await, "after {n} more");
            Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
        }
        // The first, the lost one, the retry and eight more: eleven, so the first is gone.
        assert!(!house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_of_a_code_has_spent_it_and_a_lost_request_has_not() {
    for_each_store(async |house| {
        for (fault, spent) in [("drop-before-commit", false), ("drop-after-commit", true)] {
            let code = code_of(house, &Ask::of(&DESK), &ALICE).await;
            let request = Request::form(TOKEN, &redemption(&DESK, &code)).header("X-Grantor-Fault", fault);
            assert_eq!(bytes_of(house, "us", &request).await, b"", "{fault}");
            let reply = house.exchange("us", &DESK, &code).await;
            if spent {
                assert_eq!(reply.brief(), INVALID_CODE);
            } else {
                Tokens::of(&reply);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_rule_strikes_whom_it_means_as_often_as_it_says() {
    for_one_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let others = house.tokens(&Ask::of(&OTHER), &OTHER, &ALICE).await;
        let rule = told(
            house,
            "faults",
            &json!({"fault": "status", "status": 502, "body": {"error": "bad gateway"}, "endpoint": "token",
                    "client": DESK.id, "times": 2}),
        )
        .await;
        assert_eq!(get(house, "faults").await["faults"], json!([rule]));
        // By Basic as by parameter; not another client, not another endpoint.
        let basic = Request::form(TOKEN, &[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh)]);
        let reply = house.send("us", &basic.basic(DESK.id, DESK.secret)).await;
        assert_eq!(reply.brief(), (502, r#"{"error":"bad gateway"}"#));
        Tokens::of(&house.refresh("us", &OTHER, &others.refresh).await);
        assert!(house.alive("us", &tokens.access).await);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.status, 502);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);

        // Without a number it strikes until it is removed, by its id or with all the others.
        let one = told(house, "faults", &json!({"fault": "status", "status": 500, "body": "down"})).await;
        for _ in 0..3 {
            let reply = house.user_info("us", &tokens.access).await;
            assert_eq!(reply.brief(), (500, "down"));
            assert_eq!(reply.header("content-type"), Some("text/plain; charset=utf-8"));
        }
        assert_eq!(get(house, "faults").await["faults"][0]["struck"], json!(3));
        let removal = Request::new("DELETE", &format!("/_sandbox/faults/{}", one["id"]));
        assert_eq!(house.send("us", &removal).await.brief(), (200, r#"{"faults":[]}"#));
        assert!(house.alive("us", &tokens.access).await);
        told(house, "faults", &json!({"fault": "throttle"})).await;
        assert_eq!(house.send("us", &Request::new("DELETE", "/_sandbox/faults")).await.status, 200);
        assert!(house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test]
async fn throttled_now_in_each_door_s_words() {
    for_one_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        told(house, "faults", &json!({"fault": "throttle"})).await;
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), THROTTLED);
        assert_eq!(house.revoke("us", &tokens.refresh).await.brief(), THROTTLED);
        for ask in [Ask::of(&DESK), Ask::of(&DESK).portal(PARTNERS)] {
            let page = asked(house, &ask).await;
            assert!(page.status == 400 && page.body.contains("ERROR_access_denied"), "{page:?}");
        }
        let strict = house.post("us", "/oauth2/token", &[("grant_type", "refresh_token")]).await;
        assert_eq!((strict.status, strict.header("retry-after")), (429, Some("60")), "{strict:?}");
        house.send("us", &Request::new("DELETE", "/_sandbox/faults")).await;
        // Nothing was done, and nothing counts.
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn a_data_center_is_down_and_the_others_are_not() {
    for_one_store(async |house| {
        told(house, "faults", &json!({"fault": "data-center-down", "data_center": "eu"})).await;
        let info = Request::get("/oauth/serverinfo");
        assert_eq!(bytes_of(house, "eu", &info).await, b"");
        assert_eq!(house.send("us", &info).await.status, 200);
        // Its sandbox can still be reached, to end it.
        assert_eq!(house.send("eu", &Request::new("DELETE", "/_sandbox/faults")).await.status, 200);
        assert_eq!(house.send("eu", &info).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn latency_waits_and_goes_on() {
    for_one_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        told(house, "faults", &json!({"fault": "latency", "millis": 60, "times": 1})).await;
        let began = Instant::now();
        let request = refreshes(&DESK, &tokens.refresh).header("X-Grantor-Fault", "latency=60");
        Tokens::of(&house.send("us", &request).await);
        assert!(began.elapsed() >= Duration::from_millis(120), "both: {:?}", began.elapsed());
    })
    .await;
}
