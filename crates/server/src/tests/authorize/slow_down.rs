//! Guessing passwords gets slow: per account, whatever its spelling, and per address; a browser that signed in
//! before is spared, and nobody is locked out for long (cases K02, K03; `spec/decisions.md` 9).

use super::{super::account::letters, *};

const LIMITED: Setup =
    Setup { throttles: false, guess_limits: true, predictable: false, no_sandbox: false, policy: "" };

/// The same, with letters.
const TOLD: Setup = Setup { policy: "[mail]\nfrom = \"accounts@zylker.example\"\nfolder = \"mail\"\n", ..LIMITED };

/// The password page of a person.
async fn at_password(house: &House, email: &str) -> (Browser, String, Reply) {
    let mut browser = Browser::default();
    let url = format!("{}/clientoauth/v2/60001/sign-in", house.url("us"));
    let (url, page) = browser.open(house, &url).await;
    let (url, page) = browser.fill(house, &url, &page, "email", email).await;
    form(&page, "password");
    (browser, url, page)
}

/// One try in a fresh browser: the status.
async fn try_once(house: &House, email: &str, password: &str) -> u16 {
    let (mut browser, url, page) = at_password(house, email).await;
    let reply = answer(&mut browser, &url, &page, "password", password).await;
    if reply.status == 429 {
        form(&reply, "password");
        assert!(text_of(&reply.body).contains("Wait"), "it says how long: {reply:?}");
        assert!(reply.headers_named("set-cookie").all(|c| !c.contains("session")));
    }
    reply.status
}

#[tokio::test]
async fn an_account_gets_slow_whether_it_exists_or_not() {
    for_each_store_with(LIMITED, async |house| {
        for email in [PAT.email, "nobody@partner.example"] {
            for _ in 0..5 {
                assert_eq!(try_once(house, email, "wrong").await, 422, "{email}");
            }
            // Even the right password waits; waiting tries are not counted.
            for _ in 0..3 {
                assert_eq!(try_once(house, email, PASSWORD).await, 429, "{email}");
            }
            // It grows: one second, two, four.
            for wait in [1, 2, 4] {
                house.advance_millis(wait * 1000 - 1);
                assert_eq!(try_once(house, email, "wrong").await, 429, "{email} before {wait} s");
                house.advance_millis(1);
                assert_eq!(try_once(house, email, "wrong").await, 422, "{email} after {wait} s");
            }
        }
        // Another account is as fast as ever.
        assert_eq!(try_once(house, "else@partner.example", "wrong").await, 422);
        // At most a quarter of an hour, however many there were; then the right one opens.
        for _ in 0..10 {
            house.advance(15 * 60);
            assert_eq!(try_once(house, PAT.email, "wrong").await, 422);
        }
        house.advance(15 * 60);
        assert_eq!(try_once(house, PAT.email, PASSWORD).await, 303);
        // And all is forgotten.
        for _ in 0..2 {
            assert_eq!(try_once(house, PAT.email, "wrong").await, 422);
        }
    })
    .await;
}

#[tokio::test]
async fn spelling_an_address_differently_gains_nothing() {
    for_each_store_with(LIMITED, async |house| {
        for email in [
            "pat@partner.example",
            "PAT@partner.example",
            "Pat@Partner.Example",
            " pat@partner.example ",
            "pAT@PARTNER.EXAMPLE",
        ] {
            assert_eq!(try_once(house, email, "wrong").await, 422);
        }
        assert_eq!(try_once(house, "pat@partner.EXAMPLE", PASSWORD).await, 429);
    })
    .await;
}

#[tokio::test]
async fn a_hundred_at_the_same_time_are_no_more_than_a_hundred_in_a_row() {
    for_each_store_with(LIMITED, async |house| {
        let mut held = Vec::new();
        for _ in 0..100 {
            let (browser, url, page) = at_password(house, PAT.email).await;
            let form = form(&page, "password");
            let cookies: Vec<String> = browser.cookies.iter().map(|(n, v)| format!("{n}={v}")).collect();
            let request = Request::form(split(&action(&url, &form)).1, &form.filled("password", "wrong"))
                .header("cookie", &cookies.join("; "));
            held.push(hold(house.url("us"), &request).await);
        }
        let replies = release(held).await;
        let tested = replies.iter().filter(|r| r.status == 422).count();
        let slowed = replies.iter().filter(|r| r.status == 429).count();
        assert_eq!((tested, slowed), (5, 95));
    })
    .await;
}

#[tokio::test]
async fn an_address_gets_slow_over_many_accounts() {
    for_each_store_with(LIMITED, async |house| {
        for n in 0..30 {
            assert_eq!(try_once(house, &format!("n{n}@partner.example"), "wrong").await, 422);
        }
        assert_eq!(try_once(house, PAT.email, PASSWORD).await, 429);
        house.advance(1);
        assert_eq!(try_once(house, PAT.email, PASSWORD).await, 303);
    })
    .await;
}

#[tokio::test]
async fn a_browser_that_signed_in_before_is_spared() {
    for_each_store_with(LIMITED, async |house| {
        let url = format!("{}/clientoauth/v2/60001", house.url("us"));
        let mut known = Browser::default();
        known.walk(house, &format!("{url}/sign-in"), &PAT, None).await;
        let page = known.get(&format!("{url}/sign-out")).await;
        known.post(&format!("{url}/sign-out"), &Form::find(&page.body).unwrap().hidden).await;
        assert!(!signed_in(house, &mut known, "us", "/clientoauth/v2/60001").await);
        // Somebody else guesses at this account, and from this address.
        for _ in 0..5 {
            assert_eq!(try_once(house, PAT.email, "wrong").await, 422);
        }
        for n in 0..30 {
            let status = try_once(house, &format!("n{n}@partner.example"), "wrong").await;
            assert!(matches!(status, 422 | 429));
        }
        assert_eq!(try_once(house, PAT.email, PASSWORD).await, 429);
        // The browser it knows has tries of its own.
        let (url, page) = known.open(house, &format!("{url}/sign-in")).await;
        let (url, page) = known.fill(house, &url, &page, "email", PAT.email).await;
        let mut guessing = known.clone();
        let reply = answer(&mut known, &url, &page, "password", PASSWORD).await;
        assert_eq!(reply.status, 303, "{reply:?}");
        // They are not endless, either.
        let mut tested = 0;
        for _ in 0..8 {
            tested += usize::from(answer(&mut guessing, &url, &page, "password", "wrong").await.status == 422);
        }
        assert_eq!(tested, 5);
        // A browser id alone, without ever having signed in, is nothing.
        assert_eq!(try_once(house, PAT.email, PASSWORD).await, 429);
    })
    .await;
}

#[tokio::test]
async fn k03_whoever_is_guessed_at_is_told_once_a_day() {
    for_each_store_with(TOLD, async |house| {
        let guess = async |email: &str| {
            for _ in 0..5 {
                assert_eq!(try_once(house, email, "wrong").await, 422);
            }
            for _ in 0..2 {
                assert_eq!(try_once(house, email, "wrong").await, 429);
            }
        };
        guess(PAT.email).await;
        guess("nobody@partner.example").await;
        let told = letters(house, PAT.email, 1).await;
        assert!(
            told[0].text.contains("Several wrong passwords in a row were given for your account"),
            "{}",
            told[0].text
        );
        let link = format!("{}/clientoauth/v2/60001/recover", house.url("us"));
        assert!(told[0].text.lines().any(|line| line == link), "{}", told[0].text);
        assert_eq!(house.room("us").house.mail.kept().len(), 1, "nobody else gets one");
        house.advance(2 * 60 * 60);
        guess(PAT.email).await;
        assert_eq!(letters(house, PAT.email, 1).await.len(), 1, "not twice a day");
        house.advance(24 * 60 * 60);
        guess(PAT.email).await;
        letters(house, PAT.email, 2).await;
    })
    .await;
}
