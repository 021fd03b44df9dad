//! Refresh tokens that turn (cases E01 to E05, E07 to E10, E12).

use super::{super::harness::*, kit::*};

#[tokio::test]
async fn e01_each_use_gives_a_new_pair() {
    for_each_store(async |house| {
        let first = family(house, &DESK, &ALICE).await;
        let reply = refresh(house, "us", &DESK, &first.refresh).await;
        let second = Tokens::of(&reply);
        assert!(second.refresh != first.refresh && second.access != first.access);
        assert_eq!((reply.text("scope").as_str(), reply.json()["expires_in"].as_i64()), (SCOPES, Some(3600)));
        // A new ID token, about the same sign-in, without the nonce of the request (OpenID Connect Core section 12.2).
        let token = jwt::Jwt::parse(&reply.text("id_token"));
        assert_eq!(token.claims["auth_time"], START.seconds());
        assert!(token.claims["nonce"].is_null());
        let third = Tokens::of(&refresh(house, "us", &DESK, &second.refresh).await);
        for token in [&first.access, &second.access, &third.access] {
            assert!(active(house, &DESK, token).await);
        }
        invalid_grant(&refresh(house, "us", &DESK, &first.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn e02_reuse_after_the_grace_ends_the_whole_family() {
    for_each_store(async |house| {
        let first = family(house, &DESK, &ALICE).await;
        let other = family(house, &DESK, &ALICE).await;
        let second = Tokens::of(&refresh(house, "us", &DESK, &first.refresh).await);
        house.advance(29);
        assert_eq!(Tokens::of(&refresh(house, "us", &DESK, &first.refresh).await), second, "a retry in time");
        house.advance(1);
        invalid_grant(&refresh(house, "us", &DESK, &first.refresh).await);
        invalid_grant(&refresh(house, "us", &DESK, &second.refresh).await);
        for token in [&first.access, &second.access] {
            assert!(!active(house, &DESK, token).await && !house.alive("us", token).await);
        }
        Tokens::of(&refresh(house, "us", &DESK, &other.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn e03_e04_the_grace_is_one_generation_deep() {
    for_each_store(async |house| {
        for depth in [2, 3] {
            let first = family(house, &DESK, &ALICE).await;
            let mut newest = first.clone();
            for _ in 0..depth {
                newest = Tokens::of(&refresh(house, "us", &DESK, &newest.refresh).await);
            }
            invalid_grant(&refresh(house, "us", &DESK, &first.refresh).await);
            invalid_grant(&refresh(house, "us", &DESK, &newest.refresh).await);
            assert!(!active(house, &DESK, &newest.access).await);
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e05_fifty_at_once_get_the_same_pair() {
    for_each_store(async |house| {
        let node = house.second_node().await;
        for _ in 0..rounds(12, 200) {
            let first = family(house, &DESK, &ALICE).await;
            let mut held = Vec::new();
            for n in 0..50 {
                let path = if n % 3 == 0 { TOKEN } else { TOKEN2 };
                let there = node.as_ref().filter(|_| n % 2 == 0).map_or(house.url("us"), |node| node.url("us"));
                held.push(hold(there, &Request::form(path, &refreshing(&DESK, &first.refresh))).await);
            }
            let pairs: Vec<Tokens> = release(held).await.iter().map(Tokens::of).collect();
            assert!(pairs.iter().all(|pair| *pair == pairs[0]));
            assert!(active(house, &DESK, &pairs[0].access).await);
            Tokens::of(&refresh(house, "us", &DESK, &pairs[0].refresh).await);
        }
        if let Some(node) = node {
            node.stop().await;
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e05_without_a_grace_one_succeeds_and_nothing_lives_on() {
    let setup = Setup { policy: "refresh_grace = \"0s\"", ..Setup::default() };
    for_each_store_with(setup, async |house| {
        for round in 0..rounds(12, 200) {
            let first = family(house, &DESK, &ALICE).await;
            let mut held = Vec::new();
            for _ in 0..50 {
                held.push(hold(house.url("us"), &Request::form(TOKEN2, &refreshing(&DESK, &first.refresh))).await);
            }
            let replies = release(held).await;
            let won: Vec<&Reply> = replies.iter().filter(|r| r.status == 200).collect();
            assert_eq!(won.len(), 1, "round {round}");
            let pair = Tokens::of(won[0]);
            assert!(!active(house, &DESK, &pair.access).await, "never two live successors, and here not even one");
            invalid_grant(&refresh(house, "us", &DESK, &pair.refresh).await);
        }
    })
    .await;
}

#[tokio::test]
async fn e07_e08_a_family_is_bound_and_not_widened() {
    for_each_store(async |house| {
        let first = family(house, &DESK, &ALICE).await;
        let second = Tokens::of(&refresh(house, "us", &DESK, &first.refresh).await);
        house.advance(60);
        // Not even with an old one can another client do harm.
        for token in [&first.refresh, &second.refresh] {
            invalid_grant(&refresh(house, "us", &OTHER, token).await);
            let fields = [("grant_type", "refresh_token"), ("client_id", POCKET.id), ("refresh_token", token)];
            invalid_grant(&house.post("us", TOKEN2, &fields).await);
            invalid_grant(&refresh(house, "eu", &DESK, token).await);
        }
        // Nor can a guess.
        let guess = format!("{}{}", &second.refresh[..38], "0".repeat(32));
        invalid_grant(&refresh(house, "us", &DESK, &guess).await);
        let ask = async |token: &str, name: &'static str, value: &'static str| {
            let fields = [refreshing(&DESK, token), vec![(name, value)]].concat();
            house.post("us", TOKEN2, &fields).await
        };
        for wider in ["openid profile", "AaaServer.profile.ALL", "ZohoBigin.modules.ALL", "email phone"] {
            refused(&ask(&second.refresh, "scope", wider).await, 400, "invalid_scope");
        }
        refused(&ask(&second.refresh, "scope", "a,,b").await, 400, "invalid_scope");
        refused(&ask(&second.refresh, "resource", "https://api.example").await, 400, "invalid_target");
        let reply = ask(&second.refresh, "scope", "email").await;
        let narrow = Tokens::of(&reply);
        assert_eq!((reply.text("scope").as_str(), reply.text("id_token").as_str()), ("email", ""));
        let told = introspect(house, "us", &DESK, &narrow.access).await;
        assert_eq!(told.text("scope"), "email");
        assert_eq!(house.user_info("us", &narrow.access).await.status, 401, "it does not carry the scope");
        let whole = refresh(house, "us", &DESK, &narrow.refresh).await;
        assert_eq!(whole.text("scope"), SCOPES, "the grant is as it was");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e10_refresh_races_revoke_and_nothing_is_left() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        for round in 0..rounds(40, 500) {
            let code = browser.authorize(house, &offline(&DESK), &ALICE).await.code();
            let first = Tokens::of(&redeem(house, "us", &DESK, &code).await);
            let second = Tokens::of(&refresh(house, "us", &DESK, &first.refresh).await);
            // The one before is revoked while the newest, and a retry, are refreshed.
            let revoke = Request::form("/oauth2/revoke", &[("token", &first.refresh)]).basic(DESK.id, DESK.secret);
            let url = house.url("us");
            let mut held = vec![
                hold(url, &Request::form(TOKEN2, &refreshing(&DESK, &second.refresh))).await,
                hold(url, &Request::form(TOKEN2, &refreshing(&DESK, &first.refresh))).await,
                hold(url, &revoke).await,
            ];
            held.rotate_left(round % 3);
            let replies = release(held).await;
            let mut all = vec![first.access.clone(), second.access.clone()];
            all.extend(replies.iter().map(|r| r.text("access_token")).filter(|t| !t.is_empty()));
            for token in &all {
                assert!(!active(house, &DESK, token).await, "round {round}");
            }
            for token in [&first.refresh, &second.refresh] {
                invalid_grant(&refresh(house, "us", &DESK, token).await);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn e12_idle_and_absolute_ends() {
    let policy = "refresh_token_idle = \"1h\"\nrefresh_token_lifetime = \"3h\"";
    for_each_store_with(Setup { policy, ..Setup::default() }, async |house| {
        let (idle, mut busy) = (family(house, &DESK, &ALICE).await, family(house, &DESK, &ALICE).await);
        let accounts = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for n in 1..=3 {
            house.advance(3599);
            busy = Tokens::of(&refresh(house, "us", &DESK, &busy.refresh).await);
            assert!(n < 3 || active(house, &DESK, &busy.access).await);
        }
        invalid_grant(&refresh(house, "us", &DESK, &idle.refresh).await);
        house.advance(3);
        invalid_grant(&refresh(house, "us", &DESK, &busy.refresh).await);
        Tokens::of(&house.refresh("us", &DESK, &accounts.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn e12_a_throttled_refresh_changes_nothing() {
    for_each_store_with(Setup { throttles: true, ..Setup::default() }, async |house| {
        let mut newest = family(house, &DESK, &ALICE).await;
        let mut before = newest.clone();
        for _ in 0..10 {
            before = newest;
            newest = Tokens::of(&refresh(house, "us", &DESK, &before.refresh).await);
        }
        let reply = refresh(house, "us", &DESK, &newest.refresh).await;
        refused(&reply, 429, "temporarily_unavailable");
        assert_eq!(reply.header("retry-after"), Some("600"));
        assert!(active(house, &DESK, &newest.access).await);
        assert_eq!(Tokens::of(&refresh(house, "us", &DESK, &before.refresh).await), newest, "it has not turned");
        house.advance(600);
        Tokens::of(&refresh(house, "us", &DESK, &newest.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn e06_whoever_lost_the_answer_asks_again() {
    for_each_store(async |house| {
        let first = family(house, &DESK, &ALICE).await;
        // The answer is never read: the connection is dropped after the commit.
        let held = hold(house.url("us"), &Request::form(TOKEN2, &refreshing(&DESK, &first.refresh))).await;
        let lost = Tokens::of(&release(vec![held]).await[0]);
        house.advance(20);
        assert_eq!(Tokens::of(&refresh(house, "us", &DESK, &first.refresh).await), lost);
        let reply = refresh(house, "us", &DESK, &first.refresh).await;
        assert_eq!(reply.json()["expires_in"], 3580, "what is left of it");
        Tokens::of(&refresh(house, "us", &DESK, &lost.refresh).await);
    })
    .await;
}
