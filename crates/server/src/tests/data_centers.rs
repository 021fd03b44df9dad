//! Several data centers: what was made at one is told from the outside at another, spends nothing there, and
//! says nothing about what exists (cases C03, C04, I08; decisions 6 and 12).

use std::time::{Duration, Instant};

use serde_json::json;

use super::{answers::*, harness::*};
use crate::provision::secrets;

#[tokio::test]
async fn i08_a_code_at_the_wrong_data_center_stays_good_at_home() {
    for_each_store(async |house| {
        let callback = Browser::default().authorize(house, &Ask::of(&DESK), &CARLA).await;
        let names: Vec<&str> = callback.parameters.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["code", "location", "accounts-server"]);
        assert_eq!((callback.get("location"), callback.get("accounts-server")), (Some("eu"), Some(house.url("eu"))));
        let code = callback.code();
        let id = code.split('.').nth(1).unwrap();
        // Told from the data-center byte before any look-up: a made-up code of eu answers alike.
        let made_up = format!("1000.{id}.{}", "0".repeat(32));
        let nowhere = format!("1000.{}ff{}.{}", &id[..12], &id[14..], "0".repeat(32));
        for location in ["us", "cn"] {
            for code in [&code, &made_up] {
                assert_eq!(house.exchange(location, &DESK, code).await.brief(), INVALID_CLIENT, "{location}");
            }
            // A byte that is no data center's: nobody made it, and nobody's client is wrong.
            assert_eq!(house.exchange(location, &DESK, &nowhere).await.brief(), INVALID_CODE, "{location}");
            assert_eq!(house.refresh(location, &DESK, &nowhere).await.brief(), INVALID_CODE, "{location}");
        }
        let right = house.exchange("us", &DESK, &code).await;
        let wrong = house.exchange("us", &DESK, &made_up).await;
        assert_eq!(house.shown(&right), house.shown(&wrong));
        assert_eq!(house.exchange("eu", &DESK, &made_up).await.brief(), INVALID_CODE);
        let tokens = Tokens::of(&house.exchange("eu", &DESK, &code).await);
        assert!(house.alive("eu", &tokens.access).await);

        for location in ["us", "cn"] {
            assert_eq!(house.refresh(location, &DESK, &tokens.refresh).await.brief(), INVALID_CLIENT);
            assert_eq!(house.revoke(location, &tokens.refresh).await.brief(), INVALID_TOKEN);
            assert_eq!(house.revoke(location, &tokens.access).await.brief(), INVALID_TOKEN);
            assert_eq!(house.user_info(location, &tokens.access).await.brief(), NO_ACCESS);
        }
        Tokens::of(&house.refresh("eu", &DESK, &tokens.refresh).await);
        assert!(house.alive("eu", &tokens.access).await);
        assert_eq!(house.revoke("eu", &tokens.refresh).await.brief(), REVOKED);
    })
    .await;
}

#[tokio::test]
async fn a_portals_code_is_good_at_its_door_only() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).portal(PARTNERS);
        let code = house.code(&ask, &PAT).await;
        assert_eq!(house.exchange("us", &DESK, &code).await.brief(), INVALID_CODE);
        for id in [SHOP, BERLIN, "99999", "PARTNERS", "60001%20", "%2e%2e"] {
            let reply = house.post("us", &portal_token(id), &redemption(&DESK, &code)).await;
            assert_eq!(reply.brief(), INVALID_CODE, "{id}");
        }
        // Not spent by any of it (`spec/decisions.md` 28).
        Tokens::of(&house.post("us", &portal_token(PARTNERS), &redemption(&DESK, &code)).await);
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        let reply = house.post("us", &portal_token(PARTNERS), &redemption(&DESK, &code)).await;
        assert_eq!(reply.brief(), INVALID_CODE);
        Tokens::of(&house.exchange("us", &DESK, &code).await);
        // A portal of eu, asked for at us: handed over, and its tokens are eu's.
        let berlin = Browser::default().authorize(house, &Ask::of(&DESK).portal(BERLIN), &BEA).await;
        assert_eq!((berlin.get("location"), berlin.get("accounts-server")), (Some("eu"), Some(house.url("eu"))));
        let fields_code = berlin.code();
        let fields = redemption(&DESK, &fields_code);
        assert_eq!(house.post("us", &portal_token(BERLIN), &fields).await.brief(), INVALID_CLIENT);
        Tokens::of(&house.post("eu", &portal_token(BERLIN), &fields).await);
    })
    .await;
}

#[tokio::test]
async fn server_info_names_the_entry_data_centers() {
    for_each_store(async |house| {
        let entries = json!({"us": house.url("us"), "eu": house.url("eu")});
        let alone = json!({"cn": house.url("cn")});
        for (location, expected) in [("us", &entries), ("eu", &entries), ("cn", &alone)] {
            let reply = house.send(location, &Request::get("/oauth/serverinfo?x=1")).await;
            let body = reply.json();
            assert_eq!((reply.status, &body["result"]), (200, &json!("success")));
            assert_eq!((&body["locations"], &body["portal_locations"]), (expected, expected));
            assert_eq!(reply.header("content-type"), Some("application/json;charset=UTF-8"));
        }
        // A Host or forwarded header from a stranger changes nothing.
        let poisoned = Request::get("/oauth/serverinfo")
            .header("host", "evil.example")
            .header("x-forwarded-host", "evil.example")
            .header("forwarded", "host=evil.example");
        assert_eq!(house.send("us", &poisoned).await.json()["locations"], entries);
    })
    .await;
}

/// Counts successes; all others must be `other`.
fn successes(replies: &[Reply], other: &[Answer]) -> Vec<Tokens> {
    let mut won = Vec::new();
    for reply in replies {
        if reply.body.contains("access_token") {
            won.push(Tokens::of(reply));
        } else {
            assert!(other.contains(&reply.brief()), "{reply:?}");
        }
    }
    won
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c03_fifty_at_once_redeem_a_code_once() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        for round in 0..rounds(24, 200) {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            let request = Request::form(TOKEN, &redemption(&DESK, &code));
            let mut held = Vec::new();
            for _ in 0..50 {
                held.push(hold(house.url("us"), &request).await);
            }
            let won = successes(&release(held).await, &[INVALID_CODE]);
            assert_eq!(won.len(), 1, "round {round}");
            // Within the grace the winner keeps its tokens; later a reuse ends them (as C02).
            assert!(house.alive("us", &won[0].access).await, "round {round}");
            house.advance(11);
            assert_eq!(house.exchange("us", &DESK, &code).await.brief(), INVALID_CODE);
            assert!(!house.alive("us", &won[0].access).await, "round {round}");
            assert_eq!(house.refresh("us", &DESK, &won[0].refresh).await.brief(), INVALID_CODE);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c04_data_centers_and_doors_together_redeem_a_code_once() {
    for_each_store(async |house| {
        let (mut browser, mut visitor) = (Browser::default(), Browser::default());
        for round in 0..rounds(24, 200) {
            let in_portal = round % 2 == 1;
            let code = if in_portal {
                visitor.authorize(house, &Ask::of(&DESK).portal(PARTNERS), &PAT).await.code()
            } else {
                browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code()
            };
            let fields = redemption(&DESK, &code);
            let doors = [
                ("us", TOKEN.to_owned()),
                ("eu", TOKEN.to_owned()),
                ("us", portal_token(PARTNERS)),
                ("us", portal_token(SHOP)),
                ("eu", portal_token(PARTNERS)),
            ];
            let mut held = Vec::new();
            for n in 0..50 {
                let (location, path) = &doors[n % doors.len()];
                held.push(hold(house.url(location), &Request::form(path, &fields)).await);
            }
            let won = successes(&release(held).await, &[INVALID_CODE, INVALID_CLIENT]);
            assert_eq!(won.len(), 1, "round {round}");
            assert!(house.alive("us", &won[0].access).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn c04_f08_two_nodes_are_one_server() {
    for_each_store(async |house| {
        let Some(node) = house.second_node().await else { return };
        let mut browser = Browser::default();
        for round in 0..rounds(16, 200) {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            let request = Request::form(TOKEN, &redemption(&DESK, &code));
            let mut held = Vec::new();
            for n in 0..50 {
                held.push(hold(if n % 2 == 0 { house.url("us") } else { node.url("us") }, &request).await);
            }
            let won = successes(&release(held).await, &[INVALID_CODE]);
            assert_eq!(won.len(), 1, "round {round}");
            // What one revokes is dead at the other at once, with nothing to wait for.
            let bearer = Request::get("/oauth/user/info").bearer(&won[0].access);
            assert_eq!(send(node.url("us"), &bearer).await.status, 200);
            assert!(house.alive("us", &won[0].access).await);
            assert_eq!(house.revoke("us", &won[0].refresh).await.brief(), REVOKED);
            assert_eq!(send(node.url("us"), &bearer).await.brief(), NO_ACCESS);
            let refresh = Request::form(TOKEN, &refreshing(&DESK, &won[0].refresh));
            assert_eq!(send(node.url("us"), &refresh).await.brief(), INVALID_CODE);
        }
        // A client that is disabled is refused at both within a second.
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        house.provision(&FIXTURE.replace("name = \"Zylker Desk\"", "name = \"Zylker Desk\"\ndisabled = true")).await;
        let request = Request::form(TOKEN, &redemption(&DESK, "1000.x"));
        for url in [house.url("us"), node.url("us")] {
            eventually("the client's end", async || send(url, &request).await.brief() == INVALID_CLIENT).await;
        }
        assert_eq!(
            send(node.url("us"), &Request::form(TOKEN, &redemption(&DESK, &code))).await.brief(),
            INVALID_CLIENT
        );
        node.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d05_an_ended_secret_is_dead_on_the_other_node_within_a_second() {
    for_each_store(async |house| {
        let Some(node) = house.second_node().await else { return };
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let old = Request::form(TOKEN, &refreshing(&DESK, &tokens.refresh));
        Tokens::of(&send(node.url("us"), &old).await);
        let mark = house.beside(|shop| secrets::list(shop, DESK.id)).await.unwrap()[0].mark.clone();
        let secret = house.beside(|shop| secrets::add(shop, DESK.id, None, "a test")).await.unwrap();
        let new = App { secret: secret.leak(), ..DESK };
        let with_new = Request::form(TOKEN, &refreshing(&new, &tokens.refresh));
        for url in [house.url("us"), node.url("us")] {
            eventually("the new secret", async || send(url, &with_new).await.brief() != INVALID_SECRET).await;
            // Both caches hold the old one, as fresh as can be.
            Tokens::of(&send(url, &old).await);
        }
        house.beside(move |shop| secrets::end(shop, DESK.id, &mark, "a test")).await.unwrap();
        let ended = Instant::now();
        for url in [node.url("us"), house.url("us")] {
            while send(url, &old).await.brief() != INVALID_SECRET {
                assert!(ended.elapsed() < Duration::from_secs(10), "still good at {url}");
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            // Half a second, and what a busy machine adds.
            assert!(ended.elapsed() < Duration::from_secs(1), "at {url} after {:?}", ended.elapsed());
            Tokens::of(&send(url, &with_new).await);
        }
        node.stop().await;
    })
    .await;
}
