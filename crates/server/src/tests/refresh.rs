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
        for door in DOORS {
            let ask = door.ask(&DESK).with("scope", "ZohoBigin.org.ALL AaaServer.profile.READ");
            let mut free = door.tokens(house, &door.ask(&DESK), &DESK, &ALICE).await;
            let mut bound = door.tokens(house, &ask, &DESK, &ALICE).await;
            let mut both_work = async |bound_works: bool, free_works: bool, why: &str| {
                for (tokens, works) in [(&mut bound, bound_works), (&mut free, free_works)] {
                    assert_eq!(house.alive("us", &tokens.access).await, works, "{door:?}, {why}");
                    if works {
                        tokens.refresh = door.renewed(house, "us", &DESK, &tokens.refresh).await.refresh;
                    } else {
                        door.refused(&door.refresh(house, "us", &DESK, &tokens.refresh).await, why);
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
            // The client disabled, or no longer for this data center's users: told as the client's fault at the token
            // endpoint, within a second.
            for change in [
                FIXTURE.replace("name = \"Zylker Desk\"", "name = \"Zylker Desk\"\ndisabled = true"),
                FIXTURE.replace("data_centers = [\"us\", \"eu\", \"cn\"]", "data_centers = [\"eu\"]"),
            ] {
                house.provision(&change).await;
                let other = async || door.refresh(house, "us", &DESK, "1000.x").await;
                eventually("the client's end", async || door.is_client_refusal(&other().await)).await;
                for tokens in [&free, &bound] {
                    let reply = door.refresh(house, "us", &DESK, &tokens.refresh).await;
                    door.client_refused(&reply, "the client's end");
                }
                house.provision(FIXTURE).await;
                eventually("the client's return", async || door.is_refusal(&other().await)).await;
            }
            let disabled = FIXTURE.replace("name = \"Zylker Desk\"", "name = \"Zylker Desk\"\ndisabled = true");
            house.provision(&disabled).await;
            eventually("the client's end", async || house.user_info("us", &free.access).await.status == 401).await;
            assert_eq!(house.user_info("us", &free.access).await.brief(), NO_ACCESS);
            assert_eq!(house.user_info("us", &bound.access).await.brief(), NO_ACCESS);
            house.provision(FIXTURE).await;
            eventually("the client's return", async || house.user_info("us", &free.access).await.status == 200).await;
        }
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
        for door in DOORS {
            take_back(house, door).await;
        }
    })
    .await;
}

async fn take_back(house: &House, door: Door) {
    let (mut alice, mut bob) = (Browser::default(), Browser::default());
    let front = format!("{}/", house.url("us"));
    let mut given = Vec::new();
    for app in [&DESK, &OTHER] {
        let code = alice.authorize(house, &door.ask(app), &ALICE).await.code();
        given.push(Tokens::of(&door.exchange(house, "us", app, &code).await));
    }
    let code = bob.authorize(house, &door.ask(&DESK), &BOB).await.code();
    let bobs = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
    let waiting = alice.authorize(house, &door.ask(&DESK), &ALICE).await.code();

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
    door.refused(&door.refresh(house, "us", &DESK, &given[0].refresh).await, "taken back");
    door.refused(&door.exchange(house, "us", &DESK, &waiting).await, "taken back");
    // Nobody else's, and no other application's.
    assert!(house.alive("us", &bobs.access).await && house.alive("us", &given[1].access).await);
    Tokens::of(&door.refresh(house, "us", &OTHER, &given[1].refresh).await);

    // It is asked for again, and what is given then revives nothing.
    let again = door.ask(&DESK).without("prompt");
    let (_, page) = alice.open(house, &again.url(house)).await;
    assert_eq!(Form::find(&page.body).map(|form| form.asks), Some(vec!["decision".to_owned()]));
    let code = alice.authorize(house, &again, &ALICE).await.code();
    let fresh = Tokens::of(&door.exchange(house, "us", &DESK, &code).await);
    assert!(house.alive("us", &fresh.access).await && !house.alive("us", &given[0].access).await);
    door.refused(&door.refresh(house, "us", &DESK, &given[0].refresh).await, "taken back");
    // Revoking what died with its grant is success for whoever holds it (`spec/decisions.md` 1), or unknown.
    let reply = house.revoke("us", &given[0].refresh).await;
    assert!([REVOKED, INVALID_TOKEN].contains(&reply.brief()), "{reply:?}");
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
            for door in DOORS {
                let ask = door.ask(&DESK);
                let mut newest = door.tokens(house, &ask, &DESK, &ALICE).await;
                let other = door.tokens(house, &ask, &DESK, &BOB).await;
                let mut all = vec![newest.access.clone()];
                for n in 1..cap + 3 {
                    // Some in the same millisecond, some not.
                    house.advance_millis(n % 3);
                    newest = door.renewed(house, "us", &DESK, &newest.refresh).await;
                    all.push(newest.access.clone());
                    let dead = all.len().saturating_sub(usize::try_from(cap).unwrap());
                    assert!(dead == 0 || !house.alive("us", &all[dead - 1]).await, "{door:?} {policy} {n}");
                    assert!(house.alive("us", &all[dead]).await, "{door:?} {policy} {n}");
                }
                let mut alive = Vec::new();
                for token in &all {
                    alive.push(house.alive("us", token).await);
                }
                let expected: Vec<bool> = (0..all.len()).map(|n| n >= 3).collect();
                assert_eq!(alive, expected, "{door:?} {policy}");
                assert!(house.alive("us", &other.access).await, "another family");
            }
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
        for (door, app) in [(Door::Accounts, &DESK), (Door::Standard, &OTHER)] {
            let mut browser = Browser::default();
            let mut all = Vec::new();
            for _ in 0..21 {
                let code = browser.authorize(house, &door.ask(app), &ALICE).await.code();
                all.push(Tokens::of(&door.exchange(house, "us", app, &code).await));
            }
            // Another organization has a cap of its own (decision 3), and so has another user.
            let bound = door.tokens(house, &door.ask(app).with("scope", "ZohoBigin.org.ALL"), app, &ALICE).await;
            door.tokens(house, &door.ask(app), app, &BOB).await;
            for (n, tokens) in all.iter_mut().enumerate() {
                assert_eq!(house.alive("us", &tokens.access).await, n > 0, "{door:?}, access token {n}");
                if n == 0 {
                    door.refused(&door.refresh(house, "us", app, &tokens.refresh).await, "evicted");
                } else {
                    *tokens = door.renewed(house, "us", app, &tokens.refresh).await;
                }
            }
            // The audit names whom it struck.
            let rows = house.audit("us").await.into_iter().filter(|row| row.client_id.as_deref() == Some(app.id));
            let evicted: Vec<_> = rows.filter(|row| row.event == "refresh_token_evicted").collect();
            assert_eq!(evicted.len(), 1, "{evicted:?}");
            let id = grantor_protocol::token::PresentedToken::parse(&all[0].refresh).unwrap().id;
            assert!(evicted[0].detail.contains(&id.mark()), "{evicted:?}");
            // A revoked one makes room: the next evicts nobody.
            door.revoke(house, "us", app, &all[5].refresh).await;
            let code = browser.authorize(house, &door.ask(app), &ALICE).await.code();
            Tokens::of(&door.exchange(house, "us", app, &code).await);
            door.renewed(house, "us", app, &all[1].refresh).await;
            door.renewed(house, "us", app, &bound.refresh).await;
        }
    })
    .await;
}
