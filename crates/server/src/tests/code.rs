//! Redeeming a code: once, by its client, at its place, with its proofs (cases B02 to B06, C02 to C08, C10,
//! C11).

use std::collections::HashSet;

use aws_lc_rs::digest;
use data_encoding::BASE64URL_NOPAD;

use super::{answers::*, harness::*};

const VERIFIER: &str = "canary-verifier-of-forty-three-characters-or-more.~_";

fn challenge(verifier: &str) -> String {
    BASE64URL_NOPAD.encode(digest::digest(&digest::SHA256, verifier.as_bytes()).as_ref())
}

fn with_pkce(app: &App, verifier: &str) -> Ask {
    Ask::of(app).with("code_challenge", &challenge(verifier)).with("code_challenge_method", "S256")
}

async fn redeem_with(house: &House, app: &App, code: &str, verifier: Option<&str>) -> Reply {
    let mut fields = redemption(app, code);
    fields.extend(verifier.map(|v| ("code_verifier", v)));
    house.post("us", TOKEN, &fields).await
}

#[tokio::test]
async fn b02_b03_b04_the_verifier_must_answer_the_challenge() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let mut changed = VERIFIER.to_owned();
        changed.replace_range(0..1, "d");
        let (short, long) = ("a".repeat(42), "a".repeat(129));
        let (padded, illegal) = (format!("{VERIFIER}="), format!("{VERIFIER}/"));
        let own = challenge(VERIFIER);
        let wrong = [
            None,
            Some(""),
            Some(changed.as_str()),
            Some(own.as_str()),
            Some(&VERIFIER[..VERIFIER.len() - 1]),
            Some(short.as_str()),
            Some(long.as_str()),
            Some(padded.as_str()),
            Some(illegal.as_str()),
            Some(" "),
            Some("\u{ff41}\u{ff42}"),
        ];
        for verifier in wrong {
            let code = browser.authorize(house, &with_pkce(&DESK, VERIFIER), &ALICE).await.code();
            assert_eq!(redeem_with(house, &DESK, &code, verifier).await.brief(), INVALID_CODE, "{verifier:?}");
            // The mismatch spent it (decision 9).
            let again = redeem_with(house, &DESK, &code, Some(VERIFIER)).await;
            assert_eq!(again.brief(), INVALID_CODE, "after {verifier:?}");
        }
        // A challenge of 43 or 128 characters, both methods.
        for verifier in ["v".repeat(43), "v".repeat(128)] {
            let code = browser.authorize(house, &with_pkce(&DESK, &verifier), &ALICE).await.code();
            Tokens::of(&redeem_with(house, &DESK, &code, Some(&verifier)).await);
            for plain in [
                Ask::of(&DESK).with("code_challenge", &verifier),
                Ask::of(&DESK).with("code_challenge", &verifier).with("code_challenge_method", "plain"),
            ] {
                let code = browser.authorize(house, &plain, &ALICE).await.code();
                Tokens::of(&redeem_with(house, &DESK, &code, Some(&verifier)).await);
            }
        }
        // A verifier without a challenge spends the code; an empty parameter is none (RFC 6749 section 3.2).
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        assert_eq!(redeem_with(house, &DESK, &code, Some(VERIFIER)).await.brief(), INVALID_CODE);
        assert_eq!(redeem_with(house, &DESK, &code, None).await.brief(), INVALID_CODE);
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        Tokens::of(&redeem_with(house, &DESK, &code, Some("")).await);
    })
    .await;
}

#[tokio::test]
async fn b05_malformed_challenges_never_become_codes() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        browser.sign_in(house, &ALICE).await;
        let good = challenge(VERIFIER);
        let sets: [(&str, Option<&str>); 9] = [
            (&good, Some("S512")),
            (&good, Some("s256")),
            (&good, Some("PLAIN")),
            (&good, Some("")),
            ("", Some("S256")),
            ("", None),
            ("too-short", None),
            (&good[..42], Some("S256")),
            ("not/base64url/not/base64url/not/base64url/+", Some("S256")),
        ];
        for (challenge, method) in sets {
            let mut ask = Ask::of(&DESK).with("code_challenge", challenge);
            if let Some(method) = method {
                ask = ask.with("code_challenge_method", method);
            }
            let (_, page) = browser.open(house, &ask.url(house)).await;
            assert_eq!((page.status, page.header("location")), (400, None), "{challenge:?} {method:?}");
        }
        // Mobile clients must use it (decision 27), and then need no secret.
        let (_, page) = browser.open(house, &Ask::of(&POCKET).url(house)).await;
        assert_eq!((page.status, page.header("location")), (400, None));
        let code = browser.authorize(house, &with_pkce(&POCKET, VERIFIER), &ALICE).await.code();
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", POCKET.id),
            ("redirect_uri", POCKET.redirect_uri),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ];
        let tokens = Tokens::of(&house.post("us", TOKEN, &fields).await);
        let fields = [("grant_type", "refresh_token"), ("client_id", POCKET.id), ("refresh_token", &tokens.refresh)];
        Tokens::of(&house.post("us", TOKEN, &fields).await);
    })
    .await;
}

#[tokio::test]
async fn b06_swapped_verifiers_open_neither_flow() {
    for_each_store(async |house| {
        let (one, two) = (format!("{VERIFIER}1"), format!("{VERIFIER}2"));
        for door in DOORS {
            let ask = |verifier: &str| {
                door.ask(&DESK).with("code_challenge", &challenge(verifier)).with("code_challenge_method", "S256")
            };
            let redeem = async |code: &str, verifier: &str| {
                let fields = [redemption(&DESK, code), vec![("code_verifier", verifier)]].concat();
                house.post("us", door.token(), &fields).await
            };
            let (mut left, mut right) = (Browser::default(), Browser::default());
            let first = left.authorize(house, &ask(&one), &ALICE).await.code();
            let second = right.authorize(house, &ask(&two), &ALICE).await.code();
            door.refused(&redeem(&first, &two).await, "the second's verifier");
            door.refused(&redeem(&second, &one).await, "the first's verifier");
            for (code, own) in [(&first, &one), (&second, &two)] {
                door.refused(&redeem(code, own).await, "spent by the swap");
            }
            let third = left.authorize(house, &ask(&one), &ALICE).await.code();
            let fourth = right.authorize(house, &ask(&two), &ALICE).await.code();
            Tokens::of(&redeem(&fourth, &two).await);
            Tokens::of(&redeem(&third, &one).await);
        }
    })
    .await;
}

#[tokio::test]
async fn c02_a_second_redemption_is_refused_and_later_ends_the_tokens() {
    for_each_store(async |house| {
        for offline in [true, false] {
            let ask = if offline { Ask::of(&DESK) } else { Ask::of(&DESK).without("access_type") };
            let code = house.code(&ask, &ALICE).await;
            let tokens = Tokens::of(&house.exchange("us", &DESK, &code).await);
            let fresh = if offline {
                Tokens::of(&house.refresh("us", &DESK, &tokens.refresh).await).access
            } else {
                tokens.access.clone()
            };
            // A double click or a retry: refused, nothing else (decision 11).
            house.advance_millis(10_000);
            assert_eq!(house.exchange("us", &DESK, &code).await.brief(), INVALID_CODE);
            assert!(house.alive("us", &tokens.access).await && house.alive("us", &fresh).await);
            // Another client with the spent code ends nothing.
            house.advance_millis(1);
            assert_eq!(house.exchange("us", &OTHER, &code).await.brief(), INVALID_CODE);
            assert!(house.alive("us", &tokens.access).await);
            // Its own client, ten seconds later: an attack.
            assert_eq!(house.exchange("us", &DESK, &code).await.brief(), INVALID_CODE);
            assert!(!house.alive("us", &tokens.access).await && !house.alive("us", &fresh).await);
            if offline {
                assert_eq!(house.refresh("us", &DESK, &tokens.refresh).await.brief(), INVALID_CODE);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn c05_codes_end_on_the_millisecond_and_stay_ended() {
    for (policy, life, portal_life) in
        [("", 60, 120), ("preset = \"accounts\"", 120, 120), ("preset = \"crm\"", 180, 120)]
    {
        for_each_store_with(Setup { policy, ..Setup::default() }, async |house| {
            for door in DOORS {
                let mut browser = Browser::default();
                let early = browser.authorize(house, &door.ask(&DESK), &ALICE).await.code();
                let late = browser.authorize(house, &door.ask(&DESK), &ALICE).await.code();
                house.advance_millis(life * 1000 - 1);
                Tokens::of(&door.exchange(house, "us", &DESK, &early).await);
                house.advance_millis(1);
                door.refused(&door.exchange(house, "us", &DESK, &late).await, policy);
                // Set back by an hour: what was refused stays refused.
                house.clock().freeze(START.minus(std::time::Duration::from_hours(1)));
                door.refused(&door.exchange(house, "us", &DESK, &late).await, "revived");
                house.clock().freeze(START);
            }
            let portal = Ask::of(&DESK).portal(PARTNERS);
            let mut visitor = Browser::default();
            let early = visitor.authorize(house, &portal, &PAT).await.code();
            let late = visitor.authorize(house, &portal, &PAT).await.code();
            let path = portal_token(PARTNERS);
            house.advance_millis(portal_life * 1000 - 1);
            Tokens::of(&house.post("us", &path, &redemption(&DESK, &early)).await);
            house.advance_millis(1);
            assert_eq!(house.post("us", &path, &redemption(&DESK, &late)).await.brief(), INVALID_CODE, "{policy}");
        })
        .await;
    }
}

#[tokio::test]
async fn c06_another_client_gets_nothing_and_spends_nothing() {
    for_each_store(async |house| {
        let code = house.code(&Ask::of(&DESK), &ALICE).await;
        assert_eq!(house.exchange("us", &OTHER, &code).await.brief(), INVALID_CODE);
        let mut fields = redemption(&OTHER, &code);
        fields[3].1 = DESK.redirect_uri;
        assert_eq!(house.post("us", TOKEN, &fields).await.brief(), INVALID_CODE);
        // Decision 28: not spent.
        Tokens::of(&house.exchange("us", &DESK, &code).await);
    })
    .await;
}

#[tokio::test]
async fn c07_client_and_redirect_uri_must_both_be_right() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let right = DESK.redirect_uri;
        for (app, uri, expected) in [
            (&DESK, Some("https://desk.zylker.example/callback"), INVALID_REDIRECT_URI),
            (&DESK, Some("http://127.0.0.1:9911/callback/"), INVALID_REDIRECT_URI),
            (&DESK, Some("http://127.0.0.1:9911/Callback"), INVALID_REDIRECT_URI),
            (&DESK, Some(" http://127.0.0.1:9911/callback"), INVALID_REDIRECT_URI),
            (&DESK, Some("http%3A%2F%2F127.0.0.1%3A9911%2Fcallback"), INVALID_REDIRECT_URI),
            (&DESK, Some(""), INVALID_REDIRECT_URI),
            (&DESK, None, INVALID_REDIRECT_URI),
            (&OTHER, Some(OTHER.redirect_uri), INVALID_CODE),
            (&OTHER, Some(right), INVALID_CODE),
        ] {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            let mut fields = redemption(app, &code);
            fields.retain(|(name, _)| *name != "redirect_uri");
            fields.extend(uri.map(|u| ("redirect_uri", u)));
            assert_eq!(house.post("us", TOKEN, &fields).await.brief(), expected, "{} {uri:?}", app.id);
            // A wrong URI spends the code (decision 8), a wrong client does not (decision 28).
            let after = house.exchange("us", &DESK, &code).await;
            if expected == INVALID_REDIRECT_URI {
                assert_eq!(after.brief(), INVALID_CODE, "{uri:?}");
            } else {
                Tokens::of(&after);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn c08_only_the_whole_code_is_the_code() {
    for_each_store(async |house| {
        let mut browser = Browser::default();
        let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let other = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
        let half = |code: &str, n: usize| code.split('.').nth(n).unwrap().to_owned();
        let mut wrong: Vec<String> = (0..code.len()).map(|n| code[..n].to_owned()).collect();
        wrong.extend([
            format!("{code}0"),
            format!("{code}."),
            format!(" {code}"),
            format!("{code}\n"),
            format!("?code={code}"),
            code.to_uppercase(),
            format!("1000.{}.{}", half(&code, 1), half(&other, 2)),
            format!("1000.{}.{}", half(&other, 1), half(&code, 2)),
            format!("1000.{}.{}", half(&code, 1), "0".repeat(32)),
            code.chars().map(|c| c.to_digit(10).map_or(c, |d| char::from_u32(0xff10 + d).unwrap())).collect(),
        ]);
        for text in &wrong {
            assert_eq!(house.exchange("us", &DESK, text).await.brief(), INVALID_CODE, "{text:?}");
        }
        // Swapped halves name whatever data center their byte happens to name.
        let swapped = format!("1000.{}.{}", half(&code, 2), half(&code, 1));
        let reply = house.exchange("us", &DESK, &swapped).await;
        assert!([INVALID_CODE, INVALID_CLIENT].contains(&reply.brief()), "{reply:?}");
        Tokens::of(&house.exchange("us", &DESK, &code).await);
        Tokens::of(&house.exchange("us", &DESK, &other).await);
    })
    .await;
}

const USER: &str = "[[user]]\nemail = \"alice@zylker.example\"\nzuid = 700001\n{password}\nfirst_name = \"Alice\"\n\
                    last_name = \"Adams\"\ndata_center = \"us\"\n";

#[tokio::test]
async fn c10_what_ended_between_consent_and_redemption() {
    for_each_store(async |house| {
        let scope = "Zylker.tickets.READ AaaServer.profile.READ";
        let member = format!("{USER}organizations = [\"10001\"]\nadministers = [\"10001\"]\n");
        for door in DOORS {
            let ask = door.ask(&DESK).with("scope", scope);
            let mut browser = Browser::default();
            for (change, why) in
                [(USER.to_owned(), "no longer a member"), (format!("{member}disabled = true"), "disabled")]
            {
                let code = browser.authorize(house, &ask, &ALICE).await.code();
                house.provision(&change).await;
                door.refused(&door.exchange(house, "us", &DESK, &code).await, why);
                house.provision(FIXTURE).await;
            }
            // The client disabled, or no longer for this data center's users.
            for (change, why) in [
                (FIXTURE.replace("name = \"Zylker Desk\"", "name = \"Zylker Desk\"\ndisabled = true"), "disabled"),
                (FIXTURE.replace("data_centers = [\"us\", \"eu\", \"cn\"]", "data_centers = [\"eu\"]"), "off at us"),
            ] {
                let code = browser.authorize(house, &ask, &ALICE).await.code();
                house.provision(&change).await;
                // The other code's answer shows that nothing was spent while we wait.
                let other = async || door.exchange(house, "us", &DESK, "1000.x").await;
                eventually("the client's change", async || door.is_client_refusal(&other().await)).await;
                door.client_refused(&door.exchange(house, "us", &DESK, &code).await, why);
                house.provision(FIXTURE).await;
                eventually("the client's return", async || door.is_refusal(&other().await)).await;
            }
            // A scope that left the catalog.
            let code = browser.authorize(house, &ask, &ALICE).await.code();
            let without = FIXTURE.split_once("[[organization]]").unwrap().1;
            let accounts = Ask::of(&DESK).with("scope", scope).url(house);
            house.prune_to(&format!("[[organization]]{without}")).await;
            eventually("the catalog's change", async || browser.clone().open(house, &accounts).await.1.status == 400)
                .await;
            door.refused(&door.exchange(house, "us", &DESK, &code).await, "scope retired");
            house.provision(FIXTURE).await;
            eventually("the catalog's return", async || browser.clone().open(house, &accounts).await.1.status == 200)
                .await;
        }
    })
    .await;
}

#[tokio::test]
async fn c11_codes_do_not_repeat() {
    // The frozen clock takes the time away from the identifiers: what is left is chance.
    let house_codes = async |house: &House| {
        let mut browser = Browser::default();
        let (mut seen, mut ones) = (HashSet::new(), 0_u32);
        for _ in 0..100 {
            let code = browser.authorize(house, &Ask::of(&DESK), &ALICE).await.code();
            let secret = code.rsplit('.').next().unwrap().to_owned();
            ones += u128::from_str_radix(&secret, 16).unwrap().count_ones();
            assert!(seen.insert(secret) && seen.insert(code));
        }
        // 12,800 bits: half of them ones, within five standard deviations (57).
        assert!((6_115..=6_685).contains(&ones), "{ones}");
    };
    // The same bytes every time: no luck is involved.
    for_each_store_with(Setup { predictable: true, ..Setup::default() }, house_codes).await;
}
