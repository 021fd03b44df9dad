//! The sandbox, seen from outside: each endpoint's good and bad input, what faults do to a request, and what a reset
//! puts back (contract section 5; `spec/decisions.md` 31).

mod approve;
mod faults;
mod guard;
mod journal;
mod snapshot;

use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::harness::*;

/// Posts JSON to a sandbox endpoint.
async fn tell(house: &House, path: &str, body: &Value) -> Reply {
    let request = Request::new("POST", &format!("/_sandbox/{path}")).body("application/json", body.to_string());
    house.send("us", &request).await
}

/// The same, when it must be heard.
async fn told(house: &House, path: &str, body: &Value) -> Value {
    let reply = tell(house, path, body).await;
    assert!([200, 201].contains(&reply.status), "{path} {body}: {reply:?}");
    reply.json()
}

async fn get(house: &House, target: &str) -> Value {
    let reply = house.send("us", &Request::get(&format!("/_sandbox/{target}"))).await;
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.json()
}

/// A code without a browser.
async fn code_of(house: &House, ask: &Ask, person: &Person) -> String {
    answered(house, &ask.clone().with("sandbox_user", person.email)).await.code()
}

/// Where an authorization request without a browser is sent at once.
async fn answered(house: &House, ask: &Ask) -> Callback {
    let reply = asked(house, ask).await;
    assert!((302..=303).contains(&reply.status), "{reply:?}");
    Callback::of(reply.header("location").unwrap())
}

async fn asked(house: &House, ask: &Ask) -> Reply {
    house.send(&ask.location, &Request::get(&format!("{}?{}", ask.path(), encoded(&ask.parameters)))).await
}

/// The bytes of an answer; none when the connection was dropped.
async fn bytes_of(house: &House, location: &str, request: &Request) -> Vec<u8> {
    exchange_bytes(house.url(location), &request.bytes("127.0.0.1")).await
}

fn refreshes(app: &App, token: &str) -> Request {
    Request::form(TOKEN, &refreshing(app, token))
}

#[tokio::test]
async fn every_endpoint_says_what_is_wrong() {
    for_one_store(async |house| {
        for (path, body, said) in [
            ("clock", json!({}), "send one of"),
            ("clock", json!({"advance": "tomorrow"}), "advance wants"),
            ("clock", json!({"advance": "99999d"}), "ten years"),
            ("clock", json!({"freeze": "noon"}), "freeze wants"),
            ("clock", json!({"resume": false}), "send one of"),
            ("clock", json!({"advance": "1s", "resume": true}), "send one of"),
            ("clock", json!({"advanced": "1s"}), "unknown field `advanced`"),
            ("faults", json!({}), "missing field `fault`"),
            ("faults", json!({"fault": "boom"}), "there are latency, status"),
            ("faults", json!({"fault": "latency"}), "millis"),
            ("faults", json!({"fault": "latency", "millis": 60_000}), "at most"),
            ("faults", json!({"fault": "status", "status": 200}), "400 to 599"),
            ("faults", json!({"fault": "throttle", "times": 0}), "times"),
            ("faults", json!({"fault": "throttle", "endpoint": "tokens"}), "a path like"),
            ("faults", json!({"fault": "throttle", "data_center": "mars"}), "there are us, eu, cn"),
            ("faults", json!({"fault": "data-center-down"}), "data_center"),
            ("faults", json!({"fault": "throttle", "for": "ever"}), "unknown field `for`"),
            ("approve", json!({}), "missing field `email`"),
            ("approve", json!({"email": "nobody"}), "no e-mail address"),
            ("approve", json!({"email": "nobody@zylker.example"}), "nobody has the address"),
            ("approve", json!({"email": ALICE.email, "decision": "maybe"}), "accept or reject"),
            ("snapshot", json!({"name": ""}), "1 to 64 bytes"),
            ("snapshot", json!({}), "missing field `name`"),
            ("reset", json!({"to": "nowhere"}), "no snapshot"),
        ] {
            let reply = tell(house, path, &body).await;
            assert_eq!((reply.status, reply.text("error").as_str()), (400, "invalid_request"), "{path} {body}");
            assert!(reply.text("message").contains(said), "{path} {body}: {}", reply.body);
        }
        for (target, said) in [("since=soon", "since wants"), ("who=me", "no filter"), ("status=bad", "number")] {
            let reply = house.send("us", &Request::get(&format!("/_sandbox/journal?{target}"))).await;
            assert!(reply.status == 400 && reply.text("message").contains(said), "{reply:?}");
        }
        let broken = Request::new("POST", "/_sandbox/faults").body("text/plain", "{");
        assert_eq!(house.send("us", &broken).await.status, 400);
        assert_eq!(house.send("us", &Request::get("/_sandbox/reset")).await.status, 405);
        assert_eq!(house.send("us", &Request::get("/_sandbox/moon")).await.status, 404);
        assert_eq!(house.send("us", &Request::new("DELETE", "/_sandbox/faults/7")).await.status, 404);
        let strange = refreshes(&DESK, "x").header("X-Grantor-Fault", "boom");
        let reply = house.send("us", &strange).await;
        assert!(reply.status == 400 && reply.text("message").contains("X-Grantor-Fault"), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn the_clock_freezes_advances_and_goes_on() {
    for_one_store(async |house| {
        assert_eq!(get(house, "clock").await, json!({"now": "2026-11-22T10:00:00Z"}));
        let freeze = json!({"freeze": "2031-01-01T00:00:00Z"});
        assert_eq!(told(house, "clock", &freeze).await, json!({"now": "2031-01-01T00:00:00Z"}));
        let later = told(house, "clock", &json!({"advance": "61s"})).await;
        assert_eq!(later, json!({"now": "2031-01-01T00:01:01Z"}));
        // Goes on from there, and not back to what the machine says.
        let at = |said: &Value| OffsetDateTime::parse(said["now"].as_str().unwrap(), &Rfc3339).unwrap();
        let resumed = told(house, "clock", &json!({"resume": true})).await;
        assert!(at(&resumed) >= at(&later), "{resumed}");
        assert!(at(&get(house, "clock").await) >= at(&resumed));
    })
    .await;
}

#[tokio::test]
async fn without_a_sandbox_there_is_none_of_it() {
    for_one_store_with(Setup { no_sandbox: true, guess_limits: true, ..Setup::default() }, async |house| {
        for path in ["clock", "faults", "faults/1", "journal", "snapshot", "reset", "approve", "", "moon"] {
            for method in ["GET", "POST", "DELETE"] {
                let request = Request::new(method, &format!("/_sandbox/{path}")).body("application/json", "{}");
                assert_eq!(house.send("us", &request).await.status, 404, "{method} {path}");
            }
        }
        // Neither its header nor its parameters do anything.
        let request = refreshes(&DESK, "x").header("X-Grantor-Fault", "drop-before-commit");
        assert_eq!(house.send("us", &request).await.brief(), super::answers::INVALID_CODE);
        let reply = asked(house, &Ask::of(&DESK).with("sandbox_user", ALICE.email)).await;
        assert!(reply.status == 200 && Form::find(&reply.body).is_some(), "{reply:?}");
    })
    .await;
}
