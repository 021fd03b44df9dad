//! Throttles, which a setting switches off, and limits on guesses, which only the sandbox can (cases C11, D07,
//! E12, F11; decision 4; `spec/decisions.md` 4 and 9).

use super::{answers::*, harness::*};

const DOCUMENTED: Setup =
    Setup { throttles: true, guess_limits: false, predictable: false, no_sandbox: false, policy: "" };
const GUARDED: Setup =
    Setup { throttles: false, guess_limits: true, predictable: false, no_sandbox: false, policy: "" };

#[tokio::test]
async fn e12_ten_access_tokens_in_ten_minutes() {
    for_each_store_with(DOCUMENTED, async |house| {
        let family = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let other = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        // The token that came with the code is none of the ten.
        let mut all = Vec::new();
        for _ in 0..10 {
            all.push(Tokens::of(&house.refresh("us", &DESK, &family.refresh).await).access);
            house.advance(1);
        }
        for _ in 0..3 {
            let reply = house.refresh("us", &DESK, &family.refresh).await;
            assert_eq!(reply.brief(), THROTTLED);
            assert_eq!(reply.header("cache-control"), Some("no-store"));
        }
        // No side effect: nothing was evicted, other families go on.
        for token in &all {
            assert!(house.alive("us", token).await);
        }
        assert!(!house.alive("us", &family.access).await, "the tenth refresh took its place");
        Tokens::of(&house.refresh("us", &DESK, &other.refresh).await);
        // Wrong credentials are told before the throttle.
        let wrong = App { secret: "wrong", ..DESK };
        assert_eq!(house.refresh("us", &wrong, &family.refresh).await.brief(), INVALID_SECRET);
        assert_eq!(house.refresh("us", &OTHER, &family.refresh).await.brief(), INVALID_CODE);
        // Ten minutes after the first of them, exactly one more.
        house.advance(589);
        house.advance_millis(999);
        assert_eq!(house.refresh("us", &DESK, &family.refresh).await.brief(), THROTTLED);
        house.advance_millis(1);
        Tokens::of(&house.refresh("us", &DESK, &family.refresh).await);
        assert_eq!(house.refresh("us", &DESK, &family.refresh).await.brief(), THROTTLED);
        assert!(!house.alive("us", &all[0]).await && house.alive("us", &all[1]).await, "the cap still counts");
    })
    .await;
}

#[tokio::test]
async fn five_refresh_tokens_in_a_minute() {
    for_each_store_with(Setup { policy: "preset = \"accounts\"", ..DOCUMENTED }, async |house| {
        let mut browser = Browser::default();
        let mut codes = Vec::new();
        for _ in 0..6 {
            codes.push(browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code());
        }
        let online = browser.authorize(house, &Ask::of(&DESK).without("access_type"), &ALICE).await.code();
        let elsewhere = browser.authorize(house, &Ask::of(&OTHER), &ALICE).await.code();
        let mismatched = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let mut families = Vec::new();
        for code in &codes[..5] {
            families.push(Tokens::of(&house.exchange("us", &DESK, code).await));
        }
        for _ in 0..2 {
            assert_eq!(house.exchange("us", &DESK, &codes[5]).await.brief(), THROTTLED);
        }
        // Others are not held up: without a refresh token, another client, another user.
        assert_eq!(Tokens::of(&house.exchange("us", &DESK, &online).await).refresh, "");
        Tokens::of(&house.exchange("us", &OTHER, &elsewhere).await);
        house.tokens(&Ask::of(&DESK), &DESK, &BOB).await;
        // A mismatch is told, and spends the code, before any throttle.
        let mut fields = redemption(&DESK, &mismatched);
        fields[3].1 = "https://wrong.example";
        assert_eq!(house.post("us", TOKEN, &fields).await.brief(), INVALID_REDIRECT_URI);
        // The throttled code was not spent, and nothing was revoked.
        house.advance(60);
        Tokens::of(&house.exchange("us", &DESK, &codes[5]).await);
        for tokens in &families {
            assert!(house.alive("us", &tokens.access).await);
        }
    })
    .await;
}

/// The readings of section 17 that the presets do not take.
const AS_OTHER_PAGES_SAY: &str = "throttle_status = 200\nthrottle_block = \"next\"\nrefresh_token_cap = \"refuse\"
refresh_tokens_per_user_and_client = 2\naccess_token_requests = 2\naccess_token_window = \"1m\"";

#[tokio::test]
async fn throttles_as_other_pages_describe_them() {
    let throttled = (200, THROTTLED.1);
    for_each_store_with(Setup { policy: AS_OTHER_PAGES_SAY, ..DOCUMENTED }, async |house| {
        let family = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        // The next minute begins with the second refresh.
        Tokens::of(&house.refresh("us", &DESK, &family.refresh).await);
        house.advance(50);
        Tokens::of(&house.refresh("us", &DESK, &family.refresh).await);
        for wait in [0, 10, 49] {
            house.advance(wait);
            assert_eq!(house.refresh("us", &DESK, &family.refresh).await.brief(), throttled, "after {wait} more");
        }
        house.advance(1);
        Tokens::of(&house.refresh("us", &DESK, &family.refresh).await);
        // The third refresh token has to wait for a place, and ends nobody.
        let second = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let code = Browser::default().authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        assert_eq!(house.exchange("us", &DESK, &code).await.brief(), throttled);
        assert!(house.alive("us", &second.access).await);
        assert_eq!(house.revoke("us", &family.refresh).await.brief(), REVOKED);
        Tokens::of(&house.exchange("us", &DESK, &code).await);
    })
    .await;
}

#[tokio::test]
async fn ten_codes_in_ten_minutes() {
    for_each_store_with(DOCUMENTED, async |house| {
        let mut browser = Browser::default();
        for _ in 0..10 {
            browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        }
        let (_, page) = browser.walk(house, &Ask::of(&DESK).url(house), &ALICE, None).await;
        assert_eq!((page.status, page.header("location")), (400, None));
        assert!(page.body.contains("Access Denied"), "{page:?}");
        browser.authorize(house, &Ask::of(&OTHER), &ALICE).await.code();
        house.advance(600);
        browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
    })
    .await;
}

#[tokio::test]
async fn d07_guessing_a_secret_holds_up_that_address_and_client_only() {
    for_each_store_with(GUARDED, async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let other = house.tokens(&Ask::of(&OTHER), &OTHER, &ALICE).await;
        let wrong = App { secret: "wrong-secret", ..DESK };
        for n in 0..100 {
            let expected = if n < 50 { INVALID_SECRET } else { THROTTLED };
            // An untrusted peer's forwarded headers change nothing.
            let request = Request::form(TOKEN, &refreshing(&wrong, &tokens.refresh))
                .header("x-forwarded-for", &format!("203.0.113.{n}"))
                .header("forwarded", "for=203.0.113.9");
            assert_eq!(house.send("us", &request).await.brief(), expected, "guess {n}");
        }
        assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), THROTTLED, "even the right one");
        Tokens::of(&house.refresh("us", &OTHER, &other.refresh).await);
        let right = Request::form(TOKEN, &refreshing(&DESK, &tokens.refresh));
        Tokens::of(&send_from([127, 0, 0, 2], house.url("us"), &right).await);
        // Revocation is a way to guess as well.
        let revoke = Request::form("/oauth/v2/revoke/token", &[("token", "x")]).basic(DESK.id, DESK.secret);
        assert_eq!(house.send("us", &revoke).await.brief(), REVOKE_REFUSED);
        house.advance(600);
        Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await);
    })
    .await;
}

#[tokio::test]
async fn f11_c11_guessed_tokens_never_hit_and_are_throttled() {
    for_each_store_with(GUARDED, async |house| {
        let tokens = house.tokens(&Ask::of(&DESK), &DESK, &ALICE).await;
        let mut browser = Browser::default();
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let id = |token: &str| token.split('.').nth(1).unwrap().to_owned();
        // Half of them know a real identifier: that is worth nothing without its secret.
        let guess = |real: &str, n: u32| match n % 2 {
            0 => format!("1000.{}.{n:032x}", id(real)),
            _ => format!("1000.{}{:018x}.{n:032x}", &id(real)[..14], n),
        };
        // What has not even the shape of a token is no guess.
        for _ in 0..20 {
            assert_eq!(house.revoke("us", "garbage").await.brief(), INVALID_TOKEN);
        }
        for n in 0..400_u32 {
            let (reply, expected) = match n % 4 {
                0 => (house.revoke("us", &guess(&tokens.refresh, n)).await, INVALID_TOKEN),
                1 => (house.user_info("us", &guess(&tokens.access, n)).await, NO_ACCESS),
                2 => (house.refresh("us", &DESK, &guess(&tokens.refresh, n)).await, INVALID_CODE),
                _ => (house.exchange("us", &DESK, &guess(&code, n)).await, INVALID_CODE),
            };
            assert_eq!(reply.brief(), if n < 300 { expected } else { THROTTLED }, "guess {n}");
        }
        // Everything that looks a token up waits for that address, and for that address only.
        assert_eq!(house.revoke("us", &tokens.access).await.brief(), THROTTLED);
        let theirs = Request::get("/oauth/user/info").bearer(&tokens.access);
        assert_eq!(send_from([127, 0, 0, 2], house.url("us"), &theirs).await.status, 200);
        house.advance(60);
        assert!(house.alive("us", &tokens.access).await);
        assert_eq!(house.revoke("us", &tokens.access).await.brief(), REVOKED);
    })
    .await;
}
