//! Refresh tokens: bound to client, door and data center; ended with what they stand on; capped (cases E07 to
//! E11).

use super::{answers::*, harness::*};

#[tokio::test]
async fn e07_e08_a_refresh_token_is_bound_to_client_door_and_data_center() {
    for_each_store(async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let portal = house.tokens(&Ask::of(&DESK).portal(PARTNERS), &DESK, &PAT).await;
        for app in [&OTHER, &POCKET, &NARROW] {
            assert_eq!(house.refresh("us", app, &tokens.refresh).await.brief(), INVALID_CODE, "{}", app.id);
        }
        let door = |id: &str, token: &str| Request::form(&portal_token(id), &refreshing(&DESK, token));
        for id in [PARTNERS, SHOP, BERLIN, "99999", "nonsense"] {
            assert_eq!(house.send("us", &door(id, &tokens.refresh)).await.brief(), INVALID_CODE, "at portal {id}");
        }
        assert_eq!(house.refresh("us", &DESK, &portal.refresh).await.brief(), INVALID_CODE, "a portal's at accounts");
        assert_eq!(house.send("us", &door(SHOP, &portal.refresh)).await.brief(), INVALID_CODE, "another portal");
        for location in ["eu", "cn"] {
            assert_eq!(house.refresh(location, &DESK, &tokens.refresh).await.brief(), INVALID_CLIENT, "{location}");
        }
        // None of it did any harm.
        assert!(house.alive("us", &tokens.access).await);
        assert!(house.alive("us", &Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await).access).await);
        let again = Tokens::of(&house.send("us", &door(PARTNERS, &portal.refresh)).await);
        assert!(house.alive("us", &again.access).await);
    })
    .await;
}

/// The fixture's Alice, with these lines instead of her organization.
fn alice(rest: &str) -> String {
    format!(
        "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700001\n{{password}}\nfirst_name = \"Alice\"\n\
         last_name = \"Adams\"\ndata_center = \"us\"\n{rest}"
    )
}

#[tokio::test]
async fn e09_a_refresh_token_ends_with_what_it_stands_on() {
    for_each_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", "ZohoBigin.org.ALL,AaaServer.profile.READ");
        let free = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let bound = house.tokens(&ask, &DESK, &ALICE).await;
        let both_work = async |bound_works: bool, free_works: bool, why: &str| {
            for (tokens, works) in [(&bound, bound_works), (&free, free_works)] {
                assert_eq!(house.alive("us", &tokens.access).await, works, "{why}");
                let reply = house.refresh("us", &DESK, &tokens.refresh).await;
                if works {
                    Tokens::of(&reply);
                } else {
                    assert_eq!(reply.brief(), INVALID_CODE, "{why}");
                }
            }
        };
        both_work(true, true, "at first").await;
        // The membership ended: what is bound to the organization goes, what is not stays.
        house.provision(&alice("")).await;
        both_work(false, true, "no member").await;
        house.provision(&alice("organizations = [\"10001\"]\nadministers = [\"10001\"]\ndisabled = true")).await;
        both_work(false, false, "disabled").await;
        house.provision(FIXTURE).await;
        both_work(true, true, "enabled again").await;
        // The client disabled: told as the client's fault at the token endpoint, within a second.
        let disabled = FIXTURE.replace("name = \"Zylker Desk\"", "name = \"Zylker Desk\"\ndisabled = true");
        house.provision(&disabled).await;
        eventually("the client's end", async || {
            house.refresh("us", &DESK, &free.refresh).await.brief() == INVALID_CLIENT
        })
        .await;
        assert_eq!(house.refresh("us", &DESK, &bound.refresh).await.brief(), INVALID_CLIENT);
        assert_eq!(house.user_info("us", &free.access).await.brief(), NO_ACCESS);
        assert_eq!(house.user_info("us", &bound.access).await.brief(), NO_ACCESS);
    })
    .await;
}

/// The value of the button that takes an application's access back, on the account page.
fn button(page: &Reply, application: &str) -> Option<String> {
    let row = page.body.split_once(&format!(">{application}</bdi>"))?.1;
    attribute(row.split_once("<button")?.1, "value")
}

#[tokio::test]
async fn e09_c10_what_a_person_takes_back_ends_at_once() {
    for_each_store(async |house| {
        let (mut alice, mut bob) = (Browser::default(), Browser::default());
        let front = format!("{}/", house.url("us"));
        let mut given = Vec::new();
        for app in [&DESK, &OTHER] {
            let code = alice.authorize(house, &Ask::of(app), &ALICE).await.code();
            given.push(Tokens::of(&house.exchange("us", app, &code).await));
        }
        let code = bob.authorize(house, &Ask::of(&DESK), &BOB).await.code();
        let bobs = Tokens::of(&house.exchange("us", &DESK, &code).await);
        let waiting = alice.authorize(house, &Ask::of(&DESK), &ALICE).await.code();

        let page = alice.get(&front).await;
        let grant = button(&page, "Zylker Desk").unwrap();
        // Another person cannot take it back, and nobody can without the page's token.
        let bobs_page = bob.get(&front).await;
        bob.fill(house, &front, &bobs_page, "grant", &grant).await;
        let forged = alice.post(&format!("{front}connected"), &[("grant".to_owned(), grant.clone())]).await;
        assert_eq!(forged.status, 403);
        assert!(house.alive("us", &given[0].access).await);

        let (_, page) = alice.fill(house, &front, &page, "grant", &grant).await;
        assert!(page.status == 200 && button(&page, "Zylker Desk").is_none() && button(&page, "Other App").is_some());
        assert!(!house.alive("us", &given[0].access).await);
        assert_eq!(house.refresh("us", &DESK, &given[0].refresh).await.brief(), INVALID_CODE);
        assert_eq!(house.exchange("us", &DESK, &waiting).await.brief(), INVALID_CODE);
        // Nobody else's, and no other application's.
        assert!(house.alive("us", &bobs.access).await && house.alive("us", &given[1].access).await);
        Tokens::of(&house.refresh("us", &OTHER, &given[1].refresh).await);

        // It is asked for again, and what is given then revives nothing.
        let again = Ask::of(&DESK).without("prompt");
        let (_, page) = alice.open(house, &again.url(house)).await;
        assert_eq!(Form::find(&page.body).map(|form| form.asks), Some(vec!["decision".to_owned()]));
        let code = alice.authorize(house, &again, &ALICE).await.code();
        let fresh = Tokens::of(&house.exchange("us", &DESK, &code).await);
        assert!(house.alive("us", &fresh.access).await && !house.alive("us", &given[0].access).await);
        assert_eq!(house.refresh("us", &DESK, &given[0].refresh).await.brief(), INVALID_CODE);
        // Revoking what died with its grant is success for whoever holds it (`spec/decisions.md` 1), or unknown.
        let reply = house.revoke("us", &given[0].refresh).await;
        assert!([REVOKED, INVALID_TOKEN].contains(&reply.brief()), "{reply:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e10_refresh_races_revoke_and_nothing_is_left() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let mut made = 0;
        let node = house.second_node().await;
        let rounds = rounds(60, 500);
        for round in 0..rounds {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
            let refresh = Request::form(TOKEN, &refreshing(&DESK, &tokens.refresh));
            let revoke = Request::form("/oauth/v2/token/revoke", &[("token", &tokens.refresh)]);
            let url = house.url("us");
            // On two machines as well, where there are two.
            let other = node.as_ref().filter(|_| round % 4 > 1).map_or(url, |node| node.url("us"));
            let mut held = vec![hold(url, &refresh).await, hold(other, &revoke).await];
            if round % 2 == 1 {
                held.reverse();
            }
            let replies = release(held).await;
            assert!(replies.iter().any(|r| r.brief() == REVOKED), "{replies:?}");
            let mut all = vec![tokens.access.clone()];
            all.extend(replies.iter().map(|r| r.text("access_token")).filter(|t| !t.is_empty()));
            made += all.len() - 1;
            for token in &all {
                assert!(!house.alive("us", token).await, "round {round}");
            }
            assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
        }
        println!("{}: {made} of {rounds} refreshes came first", house.store);
        if let Some(node) = node {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test]
async fn e11_the_next_access_token_ends_exactly_the_oldest() {
    for (policy, cap) in [("", 10), ("preset = \"crm\"", 15), ("access_tokens_per_refresh_token = 30", 30)] {
        for_each_store_with(Setup { policy, ..Setup::default() }, async |house| {
            let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
            let other = house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
            let mut all = vec![tokens.access.clone()];
            for n in 1..cap + 3 {
                // Some in the same millisecond, some not.
                house.advance_millis(n % 3);
                all.push(Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await).access);
                let dead = all.len().saturating_sub(usize::try_from(cap).unwrap());
                assert!(dead == 0 || !house.alive("us", &all[dead - 1]).await, "{policy} {n}");
                assert!(house.alive("us", &all[dead]).await, "{policy} {n}");
            }
            let mut alive = Vec::new();
            for token in &all {
                alive.push(house.alive("us", token).await);
            }
            let expected: Vec<bool> = (0..all.len()).map(|n| n >= 3).collect();
            assert_eq!(alive, expected, "{policy}");
            assert!(house.alive("us", &other.access).await, "another family");
            assert_eq!(Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await).refresh, "");
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e11_forty_at_once_never_leave_more_than_the_cap() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        for round in 0..rounds(8, 200) {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
            let request = Request::form(TOKEN, &refreshing(&DESK, &tokens.refresh));
            let mut held = Vec::new();
            for _ in 0..40 {
                held.push(hold(house.url("us"), &request).await);
            }
            let mut alive = 0;
            for reply in release(held).await {
                alive += usize::from(house.alive("us", &Tokens::of(&reply).access).await);
            }
            assert_eq!(alive, 10, "round {round}");
            assert!(!house.alive("us", &tokens.access).await, "round {round}");
        }
    })
    .await;
}

#[tokio::test]
async fn e11_the_twenty_first_refresh_token_ends_exactly_the_first() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let mut all = Vec::new();
        for _ in 0..21 {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            all.push(Tokens::of(&house.exchange("us", &DESK, &code).await));
        }
        // Another organization has a cap of its own (decision 3), and so has another user.
        let bound = house.tokens(&Ask::of(&DESK).with("scope", "ZohoBigin.org.ALL"), &DESK, &ALICE).await;
        house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        for (n, tokens) in all.iter().enumerate() {
            assert_eq!(house.alive("us", &tokens.access).await, n > 0, "access token {n}");
            let reply = house.refresh("us", &DESK, &tokens.refresh).await;
            if n == 0 {
                assert_eq!(reply.brief(), INVALID_CODE);
            } else {
                Tokens::of(&reply);
            }
        }
        // A revoked one makes room: the next evicts nobody.
        assert_eq!(house.revoke("us", &all[5].refresh).await.brief(), REVOKED);
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        Tokens::of(&house.exchange("us", &DESK, &code).await);
        Tokens::of(&house.refresh("us", &DESK, &all[1].refresh).await);
        Tokens::of(&house.refresh("us", &DESK, &bound.refresh).await);
    })
    .await;
}
