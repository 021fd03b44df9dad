//! Every cause that a client's owner may read of, provoked over the wire and read in the console as itself; and nobody
//! else reads it.

use std::collections::BTreeSet;

use super::{super::harness::*, ASLEEP_APP, CODES_APP, MORE, POCKET_APP, SPLIT_APP, console, read, signed_in, told};
use crate::console::causes;

const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// Another secret half.
fn guessed(token: &str) -> String {
    let (head, _) = token.rsplit_once('.').unwrap();
    format!("{head}.{}", "0".repeat(32))
}

async fn send(house: &House, location: &str, app: &App, fields: &[(&str, &str)]) {
    let mut all = vec![("client_id", app.id), ("client_secret", app.secret)];
    all.retain(|(name, _)| !fields.iter().any(|(other, _)| other == name));
    all.extend(fields.iter().filter(|(_, value)| !value.is_empty()));
    house.post(location, TOKEN, &all).await;
}

async fn redeem(house: &House, app: &App, code: &str, more: &[(&str, &str)]) {
    let mut fields = vec![("grant_type", "authorization_code"), ("redirect_uri", app.redirect_uri), ("code", code)];
    fields.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
    fields.extend(more);
    send(house, "us", app, &fields).await;
}

async fn refresh(house: &House, app: &App, token: &str) {
    send(house, "us", app, &[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
}

async fn open(house: &House, ask: &Ask) {
    Browser::default().get(&ask.url(house)).await;
}

/// Client, cause, and what the console says of it.
type Told = Vec<(&'static str, &'static str, &'static str)>;

async fn of_codes(house: &House) -> Told {
    let ask = Ask::of(&DESK);
    let desk = DESK.id;
    send(house, "us", &DESK, &[("grant_type", "password")]).await;
    redeem(house, &DESK, "1000.x", &[]).await;
    let code = house.code(&ask, &ALICE).await;
    redeem(house, &DESK, &guessed(&code), &[]).await;
    send(house, "us", &DESK, &[("grant_type", "refresh_token"), ("client_secret", ""), ("refresh_token", "x")]).await;
    redeem(house, &SPLIT_APP, &code, &[("client_secret", "canary-alice-split-eu")]).await;
    house.advance(74);
    redeem(house, &DESK, &code, &[]).await;
    let code = house.code(&ask, &ALICE).await;
    redeem(house, &DESK, &code, &[]).await;
    house.advance(3);
    redeem(house, &DESK, &code, &[]).await;
    house.advance(20);
    redeem(house, &DESK, &code, &[]).await;
    let code = house.code(&Ask::of(&OTHER), &ALICE).await;
    redeem(house, &DESK, &code, &[]).await;
    let code = house.code(&ask.clone().portal(PARTNERS), &PAT).await;
    redeem(house, &DESK, &code, &[]).await;
    let code = house.code(&ask, &ALICE).await;
    redeem(house, &DESK, &code, &[("redirect_uri", "http://127.0.0.1:9911/Callback")]).await;
    let challenged = ask.clone().with("code_challenge", CHALLENGE).with("code_challenge_method", "S256");
    let code = house.code(&challenged, &ALICE).await;
    redeem(house, &DESK, &code, &[]).await;
    let code = house.code(&challenged, &ALICE).await;
    redeem(house, &DESK, &code, &[("code_verifier", &"v".repeat(43))]).await;
    let code = house.code(&ask, &ALICE).await;
    redeem(house, &DESK, &code, &[("code_verifier", &"v".repeat(43))]).await;
    let code = house.code(&ask.clone().at("eu"), &CARLA).await;
    redeem(house, &DESK, &code, &[]).await;
    vec![
        (desk, "grant_type_unknown", "grant_type is not known here"),
        (desk, "code_malformed", "has not the shape of one"),
        (desk, "code_unknown", "There is no such code"),
        (desk, "secret_missing", "no client_secret was sent"),
        (SPLIT_APP.id, "secret_wrong", "it is the secret of eu, presented at us"),
        (desk, "code_expired", "the code expired 14 s before"),
        (desk, "code_used_just_now", "the code was redeemed 3 s before"),
        (desk, "code_replayed", "(23 s earlier); the tokens made from it were revoked"),
        (desk, "code_of_another_client", "the code was issued to another client"),
        (desk, "code_of_another_realm", "belongs to another door"),
        (
            desk,
            "redirect_uri_mismatch",
            "differs from the one of the authorization request at character 23: expected \"callback\", received \"Callback\"",
        ),
        (desk, "verifier_missing", "no code_verifier came with the code"),
        (desk, "verifier_wrong", "does not hash to the code_challenge"),
        (desk, "verifier_unexpected", "without a challenge"),
        (desk, "wrong_data_center", "the code was issued by eu and redeemed at us"),
    ]
}

async fn of_tokens(house: &House) -> Told {
    let (ask, desk) = (Ask::of(&DESK), DESK.id);
    refresh(house, &DESK, "1000.x").await;
    let tokens = house.tokens(&ask, &DESK, &ALICE).await;
    refresh(house, &DESK, &guessed(&tokens.refresh)).await;
    house.user_info("us", &tokens.access).await;
    let basic = |fields: &[(&str, &str)]| Request::form("/oauth/v2/revoke/token", fields).basic(DESK.id, DESK.secret);
    let token = tokens.refresh.as_str();
    house.send("us", &basic(&[("token", token), ("token_type", "both")])).await;
    house.send("us", &basic(&[("token", token), ("token_type", "access_token")])).await;
    house.send("us", &basic(&[("token", "x")])).await;
    house.send("us", &basic(&[("token", &guessed(token))])).await;
    let others = house.tokens(&Ask::of(&OTHER), &OTHER, &ALICE).await;
    house.send("us", &basic(&[("token", &others.refresh)])).await;
    refresh(house, &DESK, &others.refresh).await;
    let portal = house.tokens(&ask.clone().portal(PARTNERS), &DESK, &PAT).await;
    refresh(house, &DESK, &portal.refresh).await;
    house.send("us", &basic(&[("token", &portal.refresh)])).await;
    house.revoke("us", &tokens.refresh).await;
    refresh(house, &DESK, &tokens.refresh).await;
    house.user_info("us", &tokens.access).await;
    let bigin = ask.clone().with("scope", "ZohoBigin.modules.ALL");
    let tokens = house.tokens(&bigin, &DESK, &BOB).await;
    house.user_info("us", &tokens.access).await;
    house.advance(3_614);
    house.user_info("us", &tokens.access).await;
    house.provision("[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{password}\ndata_center = \"us\"\nfirst_name = \"Bob\"\norganizations = [\"10002\"]\n").await;
    refresh(house, &DESK, &tokens.refresh).await;
    house.provision("[[user]]\nemail = \"bob@zylker.example\"\nzuid = 700002\n{password}\ndata_center = \"us\"\nfirst_name = \"Bob\"\norganizations = [\"10001\", \"10002\"]\ndisabled = true\n").await;
    refresh(house, &DESK, &tokens.refresh).await;
    let withdrawn = house.tokens(&bigin, &DESK, &ALICE).await;
    let room = house.room("us");
    let now = house.clock().now();
    room.store
        .write(move |tx| {
            let grant = tx.grant_quotas(desk, &grantor_store::QuotaFilter::default(), 1)?.remove(0).grant;
            tx.revoke_grant(grant, now)
        })
        .await
        .unwrap();
    refresh(house, &DESK, &withdrawn.refresh).await;
    send(house, "us", &CODES_APP, &[("grant_type", "refresh_token"), ("refresh_token", "x")]).await;
    send(house, "us", &ASLEEP_APP, &[("grant_type", "refresh_token"), ("refresh_token", "x")]).await;
    send(house, "eu", &CODES_APP, &[("grant_type", "refresh_token"), ("refresh_token", "x")]).await;
    vec![
        (desk, "refresh_token_malformed", "refresh_token is absent, or has not the shape of one"),
        (desk, "refresh_token_unknown", "There is no such refresh token"),
        (desk, "token_type_unknown", "neither refresh_token nor access_token"),
        (desk, "token_type_mismatch", "names the other kind"),
        (desk, "token_malformed", "has not the shape of one"),
        (desk, "token_unknown", "There is no such token"),
        (desk, "token_of_another_client", "belongs to another client"),
        (desk, "token_of_another_realm", "belongs to another door"),
        (desk, "refresh_token_of_another_client", "the refresh token was issued to another client"),
        (desk, "refresh_token_of_another_realm", "refreshed at that portal"),
        (desk, "refresh_token_revoked", "by a request to the revocation endpoint"),
        (desk, "token_revoked", "its refresh token is dead: it was revoked on 2026-11-22"),
        (
            desk,
            "scope_missing",
            "the token carries ZohoBigin.modules.ALL; what was opened asks for AaaServer.profile.READ",
        ),
        (desk, "token_expired", "the access token expired 14 s before"),
        (desk, "membership_ended", "left the organization"),
        (desk, "user_disabled", "disabled or gone"),
        (desk, "grant_revoked", "the consent was withdrawn on 2026-11-22"),
        (CODES_APP.id, "grant_type_not_allowed", "may not use this grant"),
        (ASLEEP_APP.id, "client_disabled", "The client is disabled"),
        (CODES_APP.id, "client_not_in_data_center", "the client is not enabled at eu"),
    ]
}

async fn of_requests(house: &House) -> Told {
    let (ask, split) = (Ask::of(&SPLIT_APP), SPLIT_APP.id);
    open(house, &ask.clone().with("redirect_uri", "http://127.0.0.1:9911/callback/")).await;
    open(house, &ask.clone().with("redirect_uri", "")).await;
    open(house, &ask.clone().with("scope", "ZohoBigin.nothing.ALL")).await;
    open(house, &ask.clone().with("scope", "a b,c")).await;
    open(house, &ask.clone().with("response_type", "id_token")).await;
    open(house, &ask.clone().with("code_challenge", "short").with("code_challenge_method", "S256")).await;
    open(house, &ask.clone().portal(SHOP)).await;
    open(house, &Ask::of(&CODES_APP).with("scope", "ZohoBigin.modules.ALL")).await;
    open(house, &Ask::of(&POCKET_APP)).await;
    let bigin = ask.clone().with("scope", "ZohoBigin.modules.ALL");
    Browser::default().walk(house, &bigin.url(house), &DORA, None).await;
    let mut browser = Browser::default();
    let (url, page) = browser.walk(house, &ask.url(house), &ALICE, Some("decision")).await;
    browser.fill(house, &url, &page, "decision", "reject").await;
    vec![
        (
            split,
            "redirect_uri_mismatch",
            "redirect_uri differs from the registered one at character 31: expected its end, received \"/\"",
        ),
        (split, "redirect_uri_empty", "redirect_uri is empty"),
        (split, "scope_unknown", "the catalog has no scope ZohoBigin.nothing.ALL"),
        (split, "scope_malformed", "scope received: a b,c"),
        (split, "response_type_unsupported", "response_type received: id_token"),
        (split, "pkce_challenge_malformed", "code_challenge is malformed"),
        (split, "client_not_in_portal", "The portal does not admit this client"),
        (CODES_APP.id, "scope_not_allowed", "the client is not registered for ZohoBigin.modules.ALL"),
        (POCKET_APP.id, "pkce_missing", "PKCE is demanded"),
        (split, "no_organization", "The person has no organization"),
        (split, "rejected", "The person said no"),
    ]
}

#[tokio::test]
async fn every_cause_is_read_as_itself_and_by_nobody_else() {
    for_each_store(async |house| {
        house.provision(MORE).await;
        let mut alice = signed_in(house, &ALICE).await;
        let mut all = of_codes(house).await;
        all.extend(of_tokens(house).await);
        all.extend(of_requests(house).await);
        let distinct: BTreeSet<_> = all.iter().map(|(_, cause, _)| *cause).collect();
        assert!(distinct.len() >= 40, "{}", distinct.len());
        let mut pages = Vec::new();
        for (client, cause, phrase) in &all {
            let page = told(house, &mut alice, client, cause).await;
            let words = causes::find(cause).unwrap();
            assert!(page.contains(phrase), "{cause}: {phrase:?} in {page}");
            assert!(page.contains(words.title) && page.contains(words.remedy), "{cause}");
            assert!(!page.contains(log::CANARY), "{cause} shows a secret");
            pages.push(*phrase);
        }
        // Another developer: the same 404 as for what is not there, and none of it.
        let mut carla = Browser::default();
        let url = format!("{}/sign-in", house.url("eu"));
        carla.walk(house, &url, &CARLA, None).await;
        for client in [DESK.id, SPLIT_APP.id] {
            for cause in distinct.iter().take(3) {
                let theirs = carla.get(&format!("{}/console/{client}/notices?cause={cause}", house.url("eu"))).await;
                assert_eq!(theirs.status, 404);
                let text = read(&theirs);
                assert!(pages.iter().all(|phrase| !text.contains(phrase)), "{text}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_evicted_refresh_token_says_who_took_its_place() {
    for_each_store(async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        let first = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for _ in 0..20 {
            house.advance_millis(1);
            house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        }
        house.refresh("us", &DESK, &first.refresh).await;
        let page = told(house, &mut alice, DESK.id, "refresh_token_revoked").await;
        assert!(page.contains("refresh token 21 replaced this one on 2026-11-22 10:00:00 UTC"), "{page}");
        let mark = &first.refresh[5 + 24..5 + 32];
        for (cause, phrase) in [
            ("refresh_token_evicted", format!("refresh token {mark} of user 700001 in no organization ended")),
            (
                "refresh_tokens_nearly_full",
                format!("20 of 20 refresh tokens of user 700001 in no organization live; the next one ends {mark}"),
            ),
        ] {
            let page = told(house, &mut alice, DESK.id, cause).await;
            assert!(page.contains(&phrase), "{phrase}: {page}");
        }
        let list = read(&console(house, &mut alice, &format!("{}/notices?kind=warning", DESK.id)).await);
        assert!(list.contains("16 of 20 refresh tokens") && !list.contains("took its place"), "{list}");
    })
    .await;
}

#[tokio::test]
async fn throttles_are_told_before_and_after() {
    let setup = Setup { throttles: true, ..Setup::default() };
    for_each_store_with(setup, async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        for _ in 0..11 {
            house.advance_millis(1);
            house.refresh("us", &DESK, &tokens.refresh).await;
        }
        for _ in 0..4 {
            house.advance_millis(1);
            house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        }
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        house.exchange("us", &DESK, &code).await;
        for (cause, phrase) in [
            ("access_tokens_throttled", "10 access tokens from one refresh token were made within 10 min; the next one is possible on 2026-11-22 10:10:00 UTC"),
            ("access_tokens_nearly_throttled", "10 of 10 access tokens from refresh token"),
            ("refresh_tokens_throttled", "5 refresh tokens for one user and client were made within 1 min; the next one is possible on 2026-11-22 10:01:00 UTC"),
            ("refresh_tokens_nearly_throttled", "5 of 5 refresh tokens of user 700001 in no organization within 1 min; the next one is refused"),
        ] {
            let page = told(house, &mut alice, DESK.id, cause).await;
            assert!(page.contains(phrase), "{cause}: {page}");
        }
        for _ in 0..5 {
            house.advance_millis(1);
            Browser::default().walk(house, &Ask::of(&DESK).url(house), &ALICE, None).await;
        }
        for (cause, phrase) in [
            ("codes_throttled", "10 codes for one user and client were made within 10 min"),
            ("codes_nearly_throttled", "10 of 10 codes for one user and client within 10 min; the next one is refused"),
        ] {
            let page = told(house, &mut alice, DESK.id, cause).await;
            assert!(page.contains(phrase), "{cause}: {page}");
        }
    })
    .await;
}

#[tokio::test]
async fn notices_are_searched_filtered_and_paged() {
    for_each_store(async |house| {
        let mut alice = signed_in(house, &ALICE).await;
        for _ in 0..60 {
            house.post("us", TOKEN, &[("grant_type", "password"), ("client_id", DESK.id)]).await;
        }
        let last = house.exchange("eu", &DESK, "1000.x").await;
        let request_id = last.header("x-request-id").unwrap().to_owned();
        told(house, &mut alice, DESK.id, "code_malformed").await;
        let base = format!("{}/notices", DESK.id);
        eventually("all notices", async || {
            console(house, &mut alice, &base).await.body.contains("grant_type is not known here (60)")
        })
        .await;
        let rows = |reply: &Reply| reply.body.matches("<tr ").count() - 1;
        let first = console(house, &mut alice, &base).await;
        assert_eq!(rows(&first), 50);
        let older = first.body.split_once("rel=\"next\"").unwrap().0.rsplit_once("href=\"").unwrap().1;
        let older = browser_text(older.split_once('"').unwrap().0);
        let second = alice.get(&format!("{}{older}", house.url("us"))).await;
        assert_eq!(rows(&second), 11);
        for (query, count) in [
            ("dc=eu".to_owned(), 1),
            (format!("q={request_id}"), 1),
            ("q=shape".to_owned(), 1),
            ("cause=grant_type_unknown&q=nothing".to_owned(), 0),
            ("q=%25".to_owned(), 0),
            ("kind=eviction".to_owned(), 0),
        ] {
            let page = console(house, &mut alice, &format!("{base}?{query}")).await;
            let found = if page.body.contains("<table") { rows(&page) } else { 0 };
            assert_eq!((page.status, found), (200, count), "{query}");
        }
        for forged in ["before=x", "before=zz&kind=nothing", "kind=nothing", "kind=%27%20OR%201=1", "before=%00"] {
            let page = console(house, &mut alice, &format!("{base}?{forged}")).await;
            assert_eq!(page.status, 400, "{forged}");
        }
        for odd in ["cause=%27%20OR%201=1", "kind=&before=", &format!("q={}", "x".repeat(3000))] {
            let page = console(house, &mut alice, &format!("{base}?{odd}")).await;
            assert_eq!(page.status, 200, "{odd}");
        }
    })
    .await;
}
