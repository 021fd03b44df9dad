//! Snapshot and reset: everything is what it was.

use serde_json::json;

use super::{super::answers::*, *};

#[tokio::test]
async fn a_reset_goes_back_to_the_start() {
    for_each_store_with(Setup { throttles: true, guess_limits: true, ..Setup::default() }, async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let waiting = code_of(house, &Ask::of(&DESK), &BOB).await;
        let mut browser = Browser::default();
        browser.sign_in(house, &BOB).await;
        // Throttled, slowed, with faults, an approval, another client, and a month later.
        while house.refresh("us", &DESK, &tokens.refresh).await.brief() != THROTTLED {}
        let wrong = App { secret: "wrong", ..OTHER };
        while house.refresh("us", &wrong, "x").await.brief() != THROTTLED {}
        told(house, "approve", &json!({"email": ALICE.email})).await;
        told(house, "faults", &json!({"fault": "status", "status": 500})).await;
        house.provision("[[user]]\nemail = \"new@zylker.example\"\n{password}\ndata_center = \"eu\"").await;
        let gone = FIXTURE.replace("name = \"Zylker Desk\"", "name = \"Zylker Desk\"\ndisabled = true");
        house.provision(&gone).await;
        told(house, "clock", &json!({"advance": "30d"})).await;

        let reset = told(house, "reset", &json!({})).await;
        assert_eq!(reset, json!({"reset": null, "now": "2026-11-22T10:00:00Z"}));
        assert_eq!(get(house, "faults").await, json!({"faults": []}));
        assert_eq!(get(house, "approve").await, json!({"email": null}));
        assert_eq!(get(house, "journal").await["entries"], json!([]));
        // Grants, tokens, codes and sessions are gone; so is the person who came later; the client is back at once.
        assert!(!house.alive("us", &tokens.access).await);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
        assert_eq!(house.exchange("us", &DESK, &waiting).await.brief(), INVALID_CODE);
        let page = browser.get(&Ask::of(&DESK).url(house)).await;
        assert!(Form::find(&page.body).is_some_and(|form| form.asks == ["email"]), "{page:?}");
        let newcomer = tell(house, "approve", &json!({"email": "new@zylker.example"})).await;
        assert_eq!(newcomer.status, 400, "{newcomer:?}");
        // Nobody is throttled or slowed any more, and everything works as on the first day.
        assert_eq!(house.refresh("us", &wrong, "x").await.brief(), INVALID_SECRET);
        for _ in 0..2 {
            let again = Tokens::of(&house.exchange("us", &DESK, &code_of(house, &Ask::of(&DESK), &ALICE).await).await);
            for _ in 0..10 {
                Tokens::of(&house.refresh("us", &DESK, &again.refresh).await);
            }
            assert_eq!(house.refresh("us", &DESK, &again.refresh).await.brief(), THROTTLED);
            told(house, "reset", &json!({})).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_named_snapshot_is_gone_back_to_as_often_as_wanted() {
    for_each_store(async |house| {
        let tokens = Tokens::of(&house.exchange("us", &DESK, &code_of(house, &Ask::of(&DESK), &ALICE).await).await);
        let there = house.exchange("eu", &DESK, &code_of(house, &Ask::of(&DESK), &CARLA).await).await;
        let there = Tokens::of(&there);
        told(house, "approve", &json!({"email": BOB.email})).await;
        let taken = told(house, "snapshot", &json!({"name": "connected"})).await;
        assert!(taken["rows"].as_u64() > Some(30), "{taken}");
        assert_eq!(get(house, "snapshot").await, json!({"snapshots": ["connected"]}));
        for _ in 0..2 {
            house.revoke("us", &tokens.refresh).await;
            house.revoke("eu", &there.refresh).await;
            told(house, "clock", &json!({"advance": "2h"})).await;
            assert!(!house.alive("us", &tokens.access).await && !house.alive("eu", &there.access).await);
            told(house, "reset", &json!({"to": "connected"})).await;
            assert!(house.alive("us", &tokens.access).await && house.alive("eu", &there.access).await);
            Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
            assert_eq!(get(house, "approve").await["email"], BOB.email);
        }
        told(house, "reset", &json!({})).await;
        assert!(!house.alive("us", &tokens.access).await);
        told(house, "reset", &json!({"to": "connected"})).await;
        assert!(house.alive("us", &tokens.access).await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reset_waits_for_what_has_begun() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let mut held = Vec::new();
        for _ in 0..20 {
            held.push(hold(house.url("us"), &refreshes(&DESK, &tokens.refresh)).await);
        }
        let reset =
            hold(house.url("us"), &Request::new("POST", "/_sandbox/reset").body("application/json", "{}")).await;
        held.insert(10, reset);
        for (n, reply) in release(held).await.iter().enumerate() {
            assert!(reply.status == 200, "{n}: {reply:?}");
        }
        // Whatever came before the reset is gone, and whatever came after it found nothing.
        assert!(!house.alive("us", &tokens.access).await);
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
    })
    .await;
}
