//! Quota meters: what is used, when there is room again, and what is next to go; at each data center.

use super::{
    super::{
        client_credentials::{ALICES, ALICES_CLIENT, asked},
        harness::*,
    },
    console, read, signed_in,
};

#[tokio::test]
async fn meters_show_what_is_used_and_what_is_next() {
    let setup = Setup { throttles: true, policy: "refresh_tokens_per_user_and_client = 3\n", ..Setup::default() };
    for_each_store_with(setup, async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        let base = format!("{}/quotas", DESK.id);
        assert!(read(&console(house, &mut alice, &base).await).contains("Nobody is connected here yet"));
        let bigin = Ask::of(&DESK).with("scope", "ZohoBigin.modules.ALL");
        let first = house.tokens(&bigin, &DESK, &BOB).await;
        for _ in 0..2 {
            house.advance(61);
            house.tokens(&bigin, &DESK, &BOB).await;
        }
        for _ in 0..4 {
            house.refresh("us", &DESK, &first.refresh).await;
        }
        house.tokens(&Ask::of(&DESK).at("eu"), &DESK, &CARLA).await;
        let page = console(house, &mut alice, &base).await;
        let text = read(&page);
        let mark = &first.refresh[29..37];
        for words in
            ["User 700002", "Zylker (10001)", "3 of 3", &format!("the next one evicts {mark}"), "1 of 5", "3 of 10"]
        {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(!text.contains(BOB.email) && !text.contains("User 700003"), "nobody's address, and nobody of eu");
        let own = page.body.split_once("<h2 id=\"grant-1\"><a href=\"/console/").unwrap().1.split_once('"').unwrap().0;
        let one = read(&console(house, &mut alice, own).await);
        for words in
            [mark, "next to be evicted", "4 of 10", "Refreshes in the window", "5 of 10", "ZohoBigin.modules.ALL"]
        {
            assert!(one.contains(words), "{words}: {one}");
        }
        let eu = read(&console(house, &mut alice, &format!("{base}?dc=eu")).await);
        assert!(eu.contains("User 700003") && !eu.contains("User 700002"));
        for (query, found) in [("q=700002", true), ("q=10001", true), ("q=700001", false), ("q=%27", false)] {
            let page = read(&console(house, &mut alice, &format!("{base}?{query}")).await);
            assert_eq!(page.contains("User 700002"), found, "{query}");
        }
        for forged in ["after=x", "after=1.zz", "after=%00", "after=9999999999999999999999.00"] {
            assert_eq!(console(house, &mut alice, &format!("{base}?{forged}")).await.status, 400, "{forged}");
        }
        assert_eq!(console(house, &mut alice, &format!("{base}?dc=nowhere")).await.status, 200);
        for path in ["us/zz", "us/00112233445566778899aabbccddeeff", "nowhere/00112233445566778899aabbccddeeff"] {
            assert_eq!(console(house, &mut alice, &format!("{base}/{path}")).await.status, 404, "{path}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_a_client_gets_by_its_credentials_has_meters_too() {
    let setup = Setup { throttles: true, ..Setup::default() };
    for_each_store_with(setup, async |house| {
        house.provision(ALICES_CLIENT).await;
        let mut alice = signed_in(house, &ALICE).await;
        for _ in 0..9 {
            Tokens::of(&asked(house, &ALICES, "ZohoBigin.modules.ALL", None).await);
            house.advance(1);
        }
        let page = console(house, &mut alice, &format!("{}/quotas", ALICES.id)).await;
        let text = read(&page);
        for words in ["User 700001", "Access tokens without a refresh token", "9 of 10", "Of these in the window"] {
            assert!(text.contains(words), "{words}: {text}");
        }
        // At the eighth, and at the tenth.
        let warned = async || {
            let told =
                house.notices(&ALICES).await.into_iter().filter(|it| it.cause == "access_tokens_nearly_throttled");
            told.map(|it| it.detail).collect::<Vec<_>>()
        };
        eventually("the first warning", async || warned().await.len() == 1).await;
        assert!(warned().await[0].starts_with("8 of 10 access tokens by the client's own credentials"));
        Tokens::of(&asked(house, &ALICES, "ZohoBigin.modules.ALL", None).await);
        eventually("the last one", async || warned().await.iter().any(|told| told.contains("the next one is refused")))
            .await;
        let own = page.body.split_once("<h2 id=\"grant-1\"><a href=\"/console/").unwrap().1.split_once('"').unwrap().0;
        let one = read(&console(house, &mut alice, own).await);
        assert!(one.contains("10 of 10") && !one.contains("No refresh token"), "{one}");
        house.advance(3600);
        let text = read(&console(house, &mut alice, &format!("{}/quotas", ALICES.id)).await);
        assert!(text.contains("0 of 10"), "{text}");
    })
    .await;
}
