//! Every address of a client's tools, tried by who does not own it: the same 404 as for what is not there, and nothing is
//! done.

use super::{super::harness::*, MORE, SCRIPT_APP, console, notice_and_grant, signed_in};

const GET: [&str; 8] = [
    "notices",
    "notices/00112233445566778899aabbccddeeff",
    "link",
    "code",
    "quotas",
    "quotas/us/00112233445566778899aabbccddeeff",
    "webhook",
    "sandbox",
];

#[tokio::test]
async fn whoever_does_not_own_a_client_finds_nothing() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        house.exchange("us", &DESK, "1000.x").await;
        let mut bob = signed_in(house, &BOB).await;
        let without_id = |reply: &Reply| reply.body.replace(reply.header("x-request-id").unwrap(), "…");
        for client in [DESK.id, SCRIPT_APP.id, SPLIT.id, "1000.NOBODY", "x%00y", "%2e%2e", "1000.ZYLKERDESK%27"] {
            for path in GET {
                let reply = console(house, &mut bob, &format!("{client}/{path}")).await;
                assert!(matches!(reply.status, 404 | 400), "{client}/{path}: {reply:?}");
                if client == DESK.id {
                    let nobody = console(house, &mut bob, &format!("1000.NOBODY/{path}")).await;
                    assert_eq!(without_id(&reply), without_id(&nobody), "{path}");
                }
            }
            for path in ["code", "webhook", "sandbox"] {
                // With a token of bob's own pages: it is his form, and still not his client.
                let own = console(house, &mut bob, &format!("{}/webhook", OTHER.id)).await;
                let csrf =
                    own.body.split_once("name=\"csrf\" value=\"").unwrap().1.split_once('"').unwrap().0.to_owned();
                for action in ["make", "save", "turn", "off", "test", "add-user", "clone"] {
                    let fields = [("csrf".to_owned(), csrf.clone()), ("action".to_owned(), action.to_owned())];
                    let url = format!("{}/console/{client}/{path}", house.url("us"));
                    let reply = bob.post(&url, &fields).await;
                    assert!(matches!(reply.status, 404 | 400), "{client}/{path} {action}: {reply:?}");
                }
            }
        }
        let events = ["self_code_made", "webhook_changed", "test_user_made", "client_cloned"];
        assert!(house.audit("us").await.iter().all(|row| !events.contains(&row.event.as_str())));
        assert_eq!(console(house, &mut bob, &format!("{}/notices", OTHER.id)).await.status, 200);
    })
    .await;
}

#[tokio::test]
async fn an_id_of_another_client_is_not_there_below_ones_own() {
    for_each_store(async |house| {
        let (notice, grant) = notice_and_grant(house).await;
        let (mut alice, mut bob) = (signed_in(house, &ALICE).await, signed_in(house, &BOB).await);
        for path in [format!("notices/{notice}"), format!("quotas/us/{grant}")] {
            let its_own = console(house, &mut alice, &format!("{}/{path}", DESK.id)).await;
            assert_eq!(its_own.status, 200, "{path}");
            let below_bobs = console(house, &mut bob, &format!("{}/{path}", OTHER.id)).await;
            assert_eq!(below_bobs.status, 404, "{path}: {below_bobs:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_is_not_signed_in_is_sent_to_do_that() {
    for_one_store(async |house| {
        for path in GET {
            let reply = Browser::default().get(&format!("{}/console/{}/{path}", house.url("us"), DESK.id)).await;
            let location = reply.header("location").unwrap_or_default();
            assert!(reply.status == 303 && location.starts_with("/sign-in?continue="), "{path}: {reply:?}");
        }
        let mut alice = signed_in(house, &ALICE).await;
        for path in GET {
            let url = format!("{}/console/{}/{path}", house.url("us"), DESK.id);
            for method in ["PUT", "DELETE", "PATCH"] {
                let reply = alice.send(&url, Request::new(method, "")).await;
                assert_eq!(reply.status, 405, "{method} {path}");
            }
        }
    })
    .await;
}
