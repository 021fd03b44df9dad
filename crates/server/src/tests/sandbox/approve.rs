//! Sign-in and consent without a browser: the checks are the real ones, only the person is not there.

use serde_json::json;

use super::{super::answers::*, *};

const BOUND: &str = "ZohoBigin.modules.ALL";

#[tokio::test]
async fn a_code_at_once_and_it_is_like_any_other() {
    for_each_store(async |house| {
        let callback = answered(house, &Ask::of(&DESK).with("sandbox_user", ALICE.email).with("state", "x y")).await;
        assert!(callback.url.starts_with(DESK.redirect_uri), "{callback:?}");
        assert_eq!(callback.get("location"), Some("us"));
        assert_eq!(callback.get("accounts-server"), Some(house.url("us")));
        assert_eq!(callback.get("state"), Some("x y"));
        let tokens = Tokens::of(&house.exchange("us", &DESK, &callback.code()).await);
        assert_eq!(house.user_info("us", &tokens.access).await.text("Email"), ALICE.email);
        assert_eq!(house.exchange("us", &DESK, &callback.code()).await.brief(), INVALID_CODE, "once");
        // It expires like any other.
        let late = code_of(house, &Ask::of(&DESK), &ALICE).await;
        house.advance(60);
        assert_eq!(house.exchange("us", &DESK, &late).await.brief(), INVALID_CODE);
        // Consent is remembered like any other: an online request without prompt needs none.
        let quiet = Ask::of(&DESK).without("prompt");
        assert!(
            Tokens::of(&house.exchange("us", &DESK, &code_of(house, &quiet, &ALICE).await).await).refresh.is_empty()
        );
        // No browser is signed in by it.
        let reply = asked(house, &quiet.with("sandbox_user", ALICE.email)).await;
        assert_eq!(reply.headers_named("set-cookie").count(), 0, "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn the_checks_are_the_real_ones() {
    for_one_store(async |house| {
        let asks = Ask::of(&DESK).with("sandbox_user", ALICE.email);
        for (ask, word) in [
            (asks.clone().with("client_id", "1000.NOBODY"), "ERROR_invalid_client"),
            (asks.clone().with("redirect_uri", "https://evil.example/"), "ERROR_invalid_redirect_uri"),
            (asks.clone().with("scope", "No.such.SCOPE"), "ERROR_invalid_scope"),
            (asks.clone().with("code_challenge", "short"), "ERROR_invalid_request"),
            (Ask::of(&GONE).with("sandbox_user", ALICE.email), "ERROR_invalid_client"),
            (Ask::of(&POCKET).with("sandbox_user", ALICE.email), "ERROR_invalid_request"),
            (Ask::of(&US_ONLY).with("sandbox_user", CARLA.email), "ERROR_invalid_client"),
        ] {
            let page = asked(house, &ask).await;
            assert!(page.status == 400 && page.header("location").is_none(), "{ask:?}: {page:?}");
            assert!(page.body.contains(word), "{word}: {}", page.body);
        }
        // What the person cannot be or do.
        for (email, scope, organization, said) in [
            ("nobody@zylker.example", BOUND, "", "nobody has the address"),
            ("nobody", BOUND, "", "no e-mail address"),
            (LUKE.email, BOUND, "", "disabled"),
            (BOB.email, BOUND, "", "10001, 10002"),
            (BOB.email, BOUND, "20001", "not in the organization"),
            (PAT.email, BOUND, "", "nobody has the address"),
            (LIN.email, BOUND, "", "at home in cn"),
        ] {
            let mut ask = Ask::of(&DESK).with("scope", scope).with("sandbox_user", email);
            if !organization.is_empty() {
                ask = ask.with("sandbox_organization", organization);
            }
            let reply = asked(house, &ask).await;
            assert!(reply.status == 400 && reply.text("message").contains(said), "{email}: {reply:?}");
        }
        let none = asked(house, &Ask::of(&DESK).with("scope", BOUND).with("sandbox_user", DORA.email)).await;
        assert!(none.status == 400 && none.header("location").is_none(), "no organization: {none:?}");
        let maybe = asked(house, &asks.with("sandbox_deny", "maybe")).await;
        assert!(maybe.status == 400 && maybe.text("message").contains("sandbox_deny"), "{maybe:?}");
        let alone = asked(house, &Ask::of(&DESK).with("sandbox_deny", "true")).await;
        assert!(alone.status == 400 && alone.text("message").contains("sandbox_user"), "{alone:?}");
    })
    .await;
}

#[tokio::test]
async fn one_of_several_organizations_is_chosen() {
    for_one_store(async |house| {
        let ask = Ask::of(&DESK).with("scope", BOUND).with("sandbox_user", BOB.email);
        for id in ["10001", "10002"] {
            answered(house, &ask.clone().with("sandbox_organization", id)).await.code();
        }
        // Where no scope needs one, none is needed.
        code_of(house, &Ask::of(&DESK), &BOB).await;
    })
    .await;
}

#[tokio::test]
async fn whoever_is_at_home_elsewhere_is_answered_from_there() {
    for_each_store(async |house| {
        let callback = answered(house, &Ask::of(&DESK).with("sandbox_user", CARLA.email)).await;
        assert_eq!(callback.get("location"), Some("eu"));
        assert_eq!(callback.get("accounts-server"), Some(house.url("eu")));
        assert_eq!(house.exchange("us", &DESK, &callback.code()).await.brief(), INVALID_CLIENT);
        Tokens::of(&house.exchange("eu", &DESK, &callback.code()).await);
    })
    .await;
}

#[tokio::test]
async fn at_a_portal_its_own_people() {
    for_one_store(async |house| {
        let ask = Ask::of(&DESK).portal(PARTNERS).with("sandbox_user", PAT.email);
        let code = answered(house, &ask).await.code();
        Tokens::of(&house.post("us", &portal_token(PARTNERS), &redemption(&DESK, &code)).await);
        let reply = asked(house, &ask.with("sandbox_user", ALICE.email)).await;
        assert!(reply.status == 400 && reply.text("message").contains("portal 60001"), "{reply:?}");
    })
    .await;
}

#[tokio::test]
async fn an_approval_holds_for_every_request_until_a_reset() {
    for_each_store(async |house| {
        assert_eq!(get(house, "approve").await, json!({"email": null}));
        told(house, "approve", &json!({"email": "Bob@Zylker.example", "organization": "10002"})).await;
        let ask = Ask::of(&DESK).with("scope", BOUND);
        let bobs = answered(house, &ask).await.code();
        assert_eq!(Tokens::of(&house.exchange("us", &DESK, &bobs).await).access.len(), 70);
        // The request's own person counts more.
        let alices = code_of(house, &Ask::of(&DESK), &ALICE).await;
        let tokens = Tokens::of(&house.exchange("us", &DESK, &alices).await);
        assert_eq!(house.user_info("us", &tokens.access).await.text("Email"), ALICE.email);
        // No is an answer, too.
        told(house, "approve", &json!({"email": BOB.email, "organization": "10002", "decision": "reject"})).await;
        let callback = answered(house, &ask.clone().with("state", "s")).await;
        assert_eq!((callback.get("error"), callback.get("state")), (Some("access_denied"), Some("s")));
        // Even where everything was granted before.
        let callback = answered(house, &ask.clone().without("prompt")).await;
        assert_eq!(callback.get("error"), Some("access_denied"));
        told(house, "reset", &json!({})).await;
        let page = asked(house, &ask).await;
        assert!(page.status == 200 && Form::find(&page.body).is_some(), "{page:?}");
    })
    .await;
}

#[tokio::test]
async fn a_device_is_approved_by_its_code() {
    for_each_store(async |house| {
        for (person, decision, word) in
            [(&ALICE, "accept", None), (&CARLA, "accept", Some("other_dc")), (&ALICE, "reject", Some("access_denied"))]
        {
            let fields = [
                ("grant_type", "device_request"),
                ("client_id", SCREEN.id),
                ("scope", "AaaServer.profile.READ"),
                ("access_type", "offline"),
            ];
            let device = house.post("us", "/oauth/v3/device/code", &fields).await;
            let (user_code, device_code) = (device.text("user_code"), device.text("device_code"));
            told(house, "approve", &json!({"email": person.email, "user_code": user_code, "decision": decision})).await;
            let poll = [
                ("grant_type", "device_token"),
                ("client_id", SCREEN.id),
                ("client_secret", SCREEN.secret),
                ("code", &device_code),
            ];
            house.advance(10);
            let reply = house.post("us", "/oauth/v3/device/token", &poll).await;
            match word {
                None => drop(Tokens::of(&reply)),
                Some(word) => assert_eq!(reply.text("error"), word, "{reply:?}"),
            }
            // The approval was for this device only.
            assert_eq!(get(house, "approve").await, json!({"email": null}));
        }
        for wrong in ["BCDF-GHJK", "AAAA-AAAA", "x", "", "BCDF-GHJ"] {
            let unknown = tell(house, "approve", &json!({"email": ALICE.email, "user_code": wrong})).await;
            assert_eq!(unknown.status, 400, "{wrong:?}: {unknown:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn for_a_whole_organization_only_one_that_is_administered() {
    for_one_store(async |house| {
        let asked = async |organization: &str| {
            let ask = Ask::of(&DESK).with("scope", BOUND).with("sandbox_user", BOB.email);
            let link = ask.with("sandbox_organization", organization).url(house).replace("/oauth/v2/auth", "/oauth/v2/org/auth");
            house.send("us", &Request::get(&link[house.url("us").len()..])).await
        };
        house.provision(&format!(
            "[[user]]\nemail = \"{}\"\nzuid = {}\n{{password}}\ndata_center = \"us\"\norganizations = [\"10001\", \"10002\"]\n\
             administers = [\"10001\"]\n",
            BOB.email, BOB.zuid
        )).await;
        let allowed = asked("10001").await;
        let code = Callback::of(allowed.header("location").unwrap()).code();
        Tokens::of(&house.exchange("us", &DESK, &code).await);
        let refused = asked("10002").await;
        assert_eq!(refused.status, 400, "{refused:?}");
        assert!(refused.body.contains("does not administer"), "{refused:?}");
    })
    .await;
}

/// An authorization request at the standard door, with PKCE for `VERIFIER`, by that person.
fn standard(more: &[(&str, &str)]) -> Request {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, VERIFIER.as_bytes());
    let challenge = data_encoding::BASE64URL_NOPAD.encode(digest.as_ref());
    let mut fields = vec![
        ("response_type", "code"),
        ("client_id", DESK.id),
        ("redirect_uri", DESK.redirect_uri),
        ("scope", "openid AaaServer.profile.READ"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
        ("state", "s"),
    ];
    fields.extend(more);
    Request::get(&format!("/oauth2/authorize?{}", encoded(&fields)))
}

const VERIFIER: &str = "canary-verifier-of-forty-three-characters-or-more.~_";

#[tokio::test]
async fn at_the_standard_door_as_well() {
    for_each_store(async |house| {
        let sent = async |more: &[(&str, &str)]| {
            let reply = house.send("us", &standard(more)).await;
            assert!((302..=303).contains(&reply.status), "{more:?}: {reply:?}");
            Callback::of(reply.header("location").unwrap())
        };
        let alice = ("sandbox_user", ALICE.email);
        // Without a page nobody can be asked, whoever it is; then they are asked, and the third needs no page.
        assert_eq!(sent(&[alice, ("prompt", "none")]).await.get("error"), Some("consent_required"));
        let code = sent(&[alice, ("prompt", "login")]).await.code();
        sent(&[alice, ("prompt", "none"), ("max_age", "60")]).await.code();
        assert_eq!(sent(&[alice, ("sandbox_deny", "true")]).await.get("error"), Some("access_denied"));
        let redeem = [
            ("grant_type", "authorization_code"),
            ("client_id", DESK.id),
            ("client_secret", DESK.secret),
            ("redirect_uri", DESK.redirect_uri),
            ("code", &code),
            ("code_verifier", VERIFIER),
        ];
        let tokens = house.post("us", "/oauth2/token", &redeem).await;
        assert!(tokens.status == 200 && !tokens.text("id_token").is_empty(), "{tokens:?}");
        // What is wrong with the request is told at once, without a page to sign in on.
        let wrong = sent(&[alice, ("response_mode", "jwt")]).await;
        assert_eq!(wrong.get("error"), Some("invalid_request"), "{wrong:?}");
        // Throttled now: told to the application, as the documents of this door have it.
        told(house, "faults", &json!({"fault": "throttle", "endpoint": "authorize"})).await;
        assert_eq!(sent(&[alice]).await.get("error"), Some("temporarily_unavailable"));
        // From another data center it is answered by the person's home.
        told(house, "reset", &json!({})).await;
        let carlas = sent(&[("sandbox_user", CARLA.email)]).await;
        assert_eq!(carlas.get("iss"), Some(format!("{}/oauth2", house.url("eu")).as_str()), "{carlas:?}");
    })
    .await;
}
